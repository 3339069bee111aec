"""A relay on loopback that follows a script, and a certificate for it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjAcMRowGAYDVQQDDBFyZWxheS5l
eGFtcGxlLm9yZzAgFw0yMDAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowHDEa
MBgGA1UEAwwRcmVsYXkuZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAARMHMLQex/DOGWszOzmnS7Ozy4NHLOlNZT4mIhhtdOxabFNHe35tjgtQcHY
/C3Af6bCCiJ3A2gCk7RSbh9w3gEqo04wTDAaBgNVHREEEzARgglsb2NhbGhvc3SH
BH8AAAEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUqpMCd17k5iW9qpmsHyNg
AIT1PiIwCgYIKoZIzj0EAwIDSAAwRQIhAIpiSGU0vIyxNij8vXL1xB+zCyvTeyzs
rQF7/5P7TVn/AiBepHJgvue6/6VtzLY6nFO8SZ96IVJqxt5DVd63eCxX9A==
-----END CERTIFICATE-----
"""  # for localhost and 127.0.0.1, until 2126

PRIVATE_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9gGmyr2mlI16Lppf
JQ8KEtIX013YWMpQnWkbr+2KI0ChRANCAARMHMLQex/DOGWszOzmnS7Ozy4NHLOl
NZT4mIhhtdOxabFNHe35tjgtQcHY/C3Af6bCCiJ3A2gCk7RSbh9w3gEq
-----END PRIVATE KEY-----
"""

SILENCE = ""  # instead of an answer: none, ever
HANG_UP = "hang up"

EHLO = "250-relay.example.org\r\n250-8BITMIME\r\n250 SIZE 100000"
USUAL = {
    "greeting": "220 relay.example.org ESMTP",
    "EHLO": EHLO,
    "DATA": "354 go on",
    ".": "250 2.0.0 Ok: queued as 4F1B",
}


class ScriptedRelay:
    """Answers each command from *script*: one answer for ever, or a list that is used up; else the usual one.

    Keys are verbs, `greeting` for the first line, `.` for the letter itself.
    """

    def __init__(self, script: Mapping[str, str | list[str]] | None = None) -> None:
        self.script = dict(script or {})
        self.sessions: list[list[str]] = []  # commands of each connection
        self.letters: list[bytes] = []
        self.hung_up = asyncio.Event()  # a connection has ended
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def commands(self) -> list[str]:
        """The commands of all connections, in order."""
        return [command for session in self.sessions for command in session]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session: list[str] = []
        self.sessions.append(session)
        self._writers.append(writer)
        try:
            going_on = self._answer(writer, "greeting")
            while going_on and (line := await reader.readline()):
                session.append(line.decode().rstrip())
                going_on = await self._obey(reader, writer, session[-1].partition(" ")[0].upper())
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.hung_up.set()

    async def _obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, verb: str) -> bool:
        answer = self._next(verb)
        if not self._write(writer, answer):
            return False
        if verb == "DATA" and answer.startswith("354"):
            letter = await reader.readuntil(b"\r\n.\r\n")
            self.letters.append(letter.removesuffix(b".\r\n"))
            return self._answer(writer, ".")
        return verb != "QUIT"

    def _answer(self, writer: asyncio.StreamWriter, verb: str) -> bool:
        return self._write(writer, self._next(verb))

    def _next(self, verb: str) -> str:
        scripted = self.script.get(verb)
        if isinstance(scripted, list):
            return scripted.pop(0) if scripted else USUAL.get(verb, "250 ok")
        return scripted if scripted is not None else USUAL.get(verb, "221 bye" if verb == "QUIT" else "250 ok")

    def _write(self, writer: asyncio.StreamWriter, answer: str) -> bool:
        if answer not in {SILENCE, HANG_UP}:
            writer.write(answer.encode("utf-8", "surrogateescape") + b"\r\n")
        return answer != HANG_UP

    def drop_everybody(self) -> None:
        """Hang up on all connections, as a relay does when it restarts."""
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def listening(relay: ScriptedRelay, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port on 127.0.0.1 where *relay* listens, with implicit TLS if a context is given."""
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        relay.drop_everybody()
        server.close()
        await server.wait_closed()


def certificate_files(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """The file that a client trusts, and the context that a server uses."""
    certificate, key = folder / "relay.crt", folder / "relay.key"
    certificate.write_text(CERTIFICATE)
    key.write_text(PRIVATE_KEY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


def verbs(commands: Iterable[str]) -> list[str]:
    """The first words of *commands*."""
    return [command.partition(" ")[0] for command in commands]
