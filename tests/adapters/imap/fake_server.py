"""A scripted IMAP server on loopback: a small honest server, except where a test writes its lines."""

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

CERTIFICATE = str(Path(__file__).with_name("localhost.pem"))  # for "localhost", by its own authority

HANG_UP = b"hang up"  # instead of an answer: close the connection
SILENCE = b""  # instead of an answer: none, ever

Script = Mapping[str, bytes | list[bytes]]
"""Verb (also "UID FETCH", "greeting") → answer, TAG for the tag; a list: one a call, the last for ever."""

SELECTED = (
    b"* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n"
    b"* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\nTAG OK [READ-WRITE] done\r\n"
)
USUAL: Script = {
    "greeting": b"* OK hello\r\n",
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE\r\nTAG OK done\r\n",
    "SELECT": SELECTED,
    "IDLE": b"+ idling\r\n",
    "LOGOUT": b"* BYE bye\r\nTAG OK bye\r\n",
}


@dataclass
class FakeServer:
    """Counts connections and keeps what clients sent."""

    script: Script = field(default_factory=dict)
    implicit_tls: bool = False
    behind_starttls: bytes = b""  # said in clear after the OK to STARTTLS
    lines: list[str] = field(default_factory=list)  # commands without their tags
    literals: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _idle_tag: bytes = b""
    _used: dict[str, int] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(CERTIFICATE)
        at_once = self._tls if self.implicit_tls else None
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20, ssl=at_once)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)

    def push(self, octets: bytes) -> None:
        """Say something nobody asked for, to the latest client."""
        self._writers[-1].write(octets)

    def hang_up(self) -> None:
        self._writers[-1].transport.abort()

    def sent(self, verb: str) -> list[str]:
        """Commands that began with *verb*."""
        return [line for line in self.lines if line.startswith(verb)]

    async def heard(self, verb: str) -> None:
        """Wait until a client has sent a command that begins with *verb*."""
        async with asyncio.timeout(5):
            while not self.sent(verb):
                self._came.clear()
                await self._came.wait()

    # ------------------------------------------------------------ inside

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        self._answer("greeting", b"", writer)
        try:
            while line := (await reader.readline()).rstrip(b"\r\n"):
                await self._obey(line, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has hung up, as some tests want it to
        finally:
            writer.transport.abort()

    async def _obey(self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if line == b"DONE":
            self.lines.append("DONE")
            writer.write(self._idle_tag + b" OK idled\r\n")
            return
        tag, _, command = line.partition(b" ")
        self.lines.append(command.decode())
        self._came.set()
        words = command.upper().split()
        verb = b" ".join(words[: 2 if words[0] == b"UID" else 1]).decode()
        if verb == "IDLE":
            self._idle_tag = tag
        if verb == "STARTTLS" and verb not in self.script:
            writer.write(tag + b" OK begin\r\n" + self.behind_starttls.replace(b"TAG", tag))
            await writer.start_tls(self._tls)
            return
        literal = re.search(rb"\{(\d+)\}$", line)
        if literal or words == [b"AUTHENTICATE", b"PLAIN"]:
            writer.write(b"+ go on\r\n")
            octets = await reader.readexactly(int(literal[1])) if literal else b""
            self.literals.append(octets + (await reader.readline()).rstrip(b"\r\n"))
        self._answer(verb, tag, writer)

    def _answer(self, verb: str, tag: bytes, writer: asyncio.StreamWriter) -> None:
        answer = self.script.get(verb, USUAL.get(verb, b"TAG OK done\r\n"))
        if isinstance(answer, list):
            count = self._used[verb] = self._used.get(verb, -1) + 1
            answer = answer[min(count, len(answer) - 1)]
        if answer == HANG_UP:
            writer.transport.abort()
        else:
            writer.write(answer.replace(b"TAG", tag))
