"""aioimaplib's protocol with its reading, its waiting and its losing replaced.

Private names of aioimaplib are used here, which is why pyproject pins 2.0.3 exactly and
tests/adapters/imap/test_faults.py runs every fault of LIBRARIES 1.1 against this class.
"""

import asyncio
import logging
import re
from collections.abc import Callable

from aioimaplib import aioimaplib

from mailbot.adapters.imap.framing import BrokenFrame, Frame, Framer
from mailbot.adapters.imap.words import code_of
from mailbot.errors import Unavailable

logging.getLogger("aioimaplib").setLevel(logging.WARNING)  # below that it logs mail bodies and passwords

_TAGGED = re.compile(rb"([A-P]+\d+) (OK|NO|BAD)\b ?(.*)\Z", re.IGNORECASE | re.DOTALL)
_EXISTS = re.compile(rb"\d+ EXISTS\b", re.IGNORECASE)


def nobody() -> None:
    """Nobody wants to know."""


class HardenedProtocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # aioimaplib ships no types
    """One command at a time; every untagged response goes to it whole, as a frame.

    A loss (EOF, BYE, a broken frame, `lose`) ends the running command and every `until` with `Unavailable`,
    and each later `begin` too: one that was lost is never used again.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, keep: int) -> None:
        super().__init__(loop)
        self.lost = ""  # why the connection is of no use any more; empty: it lives
        self.closed = asyncio.Event()  # the socket is gone
        self.greeting: bytes | None = None
        self.invited = False  # the server has said "+" to the running command
        self.news = False  # EXISTS has come: new mail, and nobody has been told yet
        self.heard: Callable[[], None] = nobody  # called whenever octets come
        self._framer = Framer(keep=keep)
        self._stir = asyncio.Event()

    # ------------------------------------------------------------ sending

    def begin(self, verb: str, *args: str, uid: bool = False, literal: bytes | None = None) -> aioimaplib.Command:
        """Send a command; *literal* follows when the server asks for it. Its `wait` raises `Unavailable`."""
        if self.lost:
            raise Unavailable(self.lost)
        prefix = "UID" if uid else None
        command = aioimaplib.Command(verb, self.new_tag(), *args, prefix=prefix, loop=self.loop)
        self.pending_sync_command = command
        self.literal_data = literal
        self.invited = False
        self.send(str(command))
        return command

    def send(self, line: str, scrub: str | None = None) -> None:  # noqa: ARG002 - signature of the base class
        """Write one line; nothing of it is logged."""
        self.transport.write(line.encode() + b"\r\n")

    # ------------------------------------------------------------ reading

    def data_received(self, d: bytes) -> None:
        """Take octets from the transport."""
        self.heard()
        try:
            for frame in self._framer.feed(d):
                self._take(frame)
                if self.lost:
                    return
        except BrokenFrame as broken:
            self.lose(f"IMAP: the server sent what is not IMAP ({broken})")

    def _take(self, frame: Frame) -> None:
        line = frame[0]
        if self.greeting is None:
            self.greeting = line
        elif line.startswith(b"+"):
            self._continuation(line)
        elif line.startswith(b"* "):
            self._untagged((line[2:], *frame[1:]))
        elif tagged := _TAGGED.match(line):
            self._finish(tagged[1].decode(), tagged[2].decode().upper(), tagged[3])
        elif self.pending_sync_command is not None:  # Exchange puts a response code on a line of its own
            self.pending_sync_command.append_to_resp(frame)
        self._stir.set()

    def _continuation(self, _line: bytes) -> None:
        self.invited = True
        if self.literal_data is not None:
            self.transport.write(self.literal_data + b"\r\n")
            self.literal_data = None

    def _untagged(self, frame: Frame) -> None:
        if frame[0][:4].upper().rstrip() == b"BYE":
            self.lose(f"IMAP: the server said BYE {code_of(frame[0][4:])}".rstrip())
            return
        if _EXISTS.match(frame[0]):
            self.news = True
        if self.pending_sync_command is not None:
            self.pending_sync_command.append_to_resp(frame)

    def _finish(self, tag: str, result: str, text: bytes) -> None:
        command = self.pending_sync_command
        if command is None or command.tag != tag:
            self.lose("IMAP: the server answered what nobody asked")
            return
        if command.name == "STARTTLS":  # nothing more in clear: it may be anybody's (requirements D67)
            if self._framer.pending:
                self.lose("IMAP: octets in clear behind STARTTLS")
                return
            self.transport.pause_reading()
        self.pending_sync_command = self.literal_data = None
        command.close((text,), result=result)

    # ------------------------------------------------------------ waiting and losing

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until what the server sends makes it *true*; raises `Unavailable` on a loss."""
        while not true():
            if self.lost:
                raise Unavailable(self.lost)
            self._stir.clear()
            await self._stir.wait()

    def lose(self, why: str) -> None:
        """Give the connection up; the first reason stays."""
        self.lost = self.lost or why
        command, self.pending_sync_command = self.pending_sync_command, None
        if command is not None:
            command._exception = Unavailable(self.lost)  # noqa: SLF001 - the pinned library has no other way
            command._event.set()  # noqa: SLF001 - as above
        self.literal_data = None
        self._stir.set()
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake everybody who waits."""
        self.lose(f"IMAP: connection lost ({type(exc).__name__ if exc else 'closed by the server'})")
        self.closed.set()
