"""One connection, logged in: commands, folders, IDLE."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from aioimaplib import aioimaplib

from mailbot.adapters.imap.framing import Frame
from mailbot.adapters.imap.protocol import HardenedProtocol, nobody
from mailbot.adapters.imap.words import code_of, folder_argument
from mailbot.errors import Rejected, Unavailable
from mailbot.ports import FolderState

LONGEST_COMMAND = 600.0  # seconds, however busily the server says that it is still at it
SLOWEST_LINE = 50_000  # octets per second we allow for when sending

_LATER = frozenset({"UNAVAILABLE", "INUSE", "LIMIT"})  # RFC 5530 section 3
_NUMBER = {name: re.compile(rf"OK \[{name} (\d+)".encode(), re.IGNORECASE) for name in ("UIDVALIDITY", "UIDNEXT")}
_EXISTS = re.compile(rb"(\d+) EXISTS\b", re.IGNORECASE)
_PERMANENT = re.compile(rb"OK \[PERMANENTFLAGS \(([^)]*)\)", re.IGNORECASE)


class Refused(Rejected):
    """A tagged NO or BAD. The text names the verb and the response code, never the server's words."""

    def __init__(self, verb: str, result: str, code: str) -> None:
        super().__init__(f"IMAP {verb}: {result} [{code}]" if code else f"IMAP {verb}: {result}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to a command it has carried out."""

    frames: tuple[Frame, ...]  # untagged responses without their "* "
    text: bytes  # behind the tagged OK

    @property
    def lines(self) -> tuple[bytes, ...]:
        """First lines of all responses, the tagged one last."""
        return (*(frame[0] for frame in self.frames), self.text)


class Connection:
    """One command at a time. Any timeout or cancellation ends the connection: open a new one.

    *timeout* is the silence, in seconds, after which an answer is no longer expected: a server that is busy
    and says so (Dovecot: "* OK Searched 35%") is waited for.
    """

    def __init__(self, protocol: HardenedProtocol, *, timeout: float, reads_only: bool = False) -> None:
        self.capabilities: frozenset[str] = frozenset()
        self.utf8 = False  # UTF8=ACCEPT is on: names go as UTF-8
        self.idles = True  # IDLE has not been refused
        self.folder: FolderState | None = None  # as it stood when it was selected
        self._protocol = protocol
        self._timeout = timeout
        self._opens = "EXAMINE" if reads_only else "SELECT"

    @property
    def lost(self) -> bool:
        """Whether it is of no use any more."""
        return bool(self._protocol.lost)

    @property
    def selected(self) -> FolderState:
        """The selected folder, as it stood when it was selected."""
        if self.folder is None:
            raise RuntimeError("no folder is selected")
        return self.folder

    def offers(self, *names: str) -> bool:
        """Whether the server has announced all *names* (upper case)."""
        return self.capabilities.issuperset(names)

    def take_news(self) -> bool:
        """Whether new mail was announced since this was last asked."""
        news, self._protocol.news = self._protocol.news, False
        return news

    # ------------------------------------------------------------ commands

    async def run(self, verb: str, *args: str, uid: bool = False, literal: bytes | None = None) -> Answer:
        """Carry *verb* out; raises `Refused` on NO and BAD, `Unavailable` on loss, silence and NO for now."""
        with self._or_lose(verb):
            command = self._protocol.begin(verb, *args, uid=uid, literal=literal)
            async with asyncio.timeout(self._timeout + len(literal or b"") / SLOWEST_LINE) as timer:
                self._protocol.heard = self._patience(timer)
                await command.wait()
        return _judged(verb, command)

    async def refresh_capabilities(self) -> None:
        """Ask what the server offers: what it tells in passing may be incomplete (LIBRARIES 1.1, fault 9)."""
        answer = await self.run("CAPABILITY")
        offered = (line.upper().split() for line in answer.lines[:-1])
        words = {
            word.decode("ascii", "replace") for line in offered if line[:1] == [b"CAPABILITY"] for word in line
        }
        self.capabilities = frozenset(words - {"CAPABILITY"})

    @contextmanager
    def _or_lose(self, verb: str) -> Iterator[None]:
        try:
            yield
        except TimeoutError as exc:
            self._protocol.lose(f"IMAP {verb}: no answer in time")
            raise Unavailable(self._protocol.lost) from exc
        except BaseException:
            self._protocol.lose(f"IMAP {verb}: interrupted")
            raise
        finally:
            self._protocol.heard = nobody

    def _patience(self, timer: asyncio.Timeout) -> Callable[[], None]:
        loop = asyncio.get_running_loop()
        end = loop.time() + LONGEST_COMMAND

        def wait_on() -> None:
            due = timer.when()
            if due is not None and not timer.expired():
                timer.reschedule(max(due, min(end, loop.time() + self._timeout)))

        return wait_on

    # ------------------------------------------------------------ folders

    async def select(self, folder: str) -> FolderState:
        """Select *folder*; raises `Refused` where it is missing, and then none is selected."""
        self.folder = None  # the server deselects even when SELECT fails
        answer = await self.run(self._opens, folder_argument(folder, utf8=self.utf8))
        self._protocol.news = False  # EXISTS of SELECT itself is no news
        validity = _number(_NUMBER["UIDVALIDITY"], answer)
        if not validity:
            raise Rejected("IMAP SELECT: the server has no UIDVALIDITY, so its UIDs name nothing")
        self.folder = FolderState(
            name=folder,
            uidvalidity=validity,
            uidnext=_number(_NUMBER["UIDNEXT"], answer) or await self._next_uid(),
            exists=_number(_EXISTS, answer),
            keywords=_takes_keywords(answer),
        )
        return self.folder

    async def refresh(self) -> None:
        """Let the server tell what has come and gone: between commands its view of a folder may stand still.

        Dovecot and pymap show moved messages, and hide new ones, until something else than FETCH or SEARCH is
        asked (RFC 3501 section 5.5 forbids EXPUNGE there).
        """
        await self.run("NOOP")

    async def search(self, *criteria: str) -> list[int]:
        """UIDs in the selected folder that fit, ascending; criteria in ASCII."""
        answer = await self.run("SEARCH", *criteria, uid=True)
        found = (
            line[6:].partition(b"(")[0].split() for line in answer.lines[:-1] if line[:6].upper() == b"SEARCH"
        )
        return sorted({int(uid) for line in found for uid in line if uid.isdigit()})

    async def _next_uid(self) -> int:
        return max(await self.search("UID", "*"), default=0) + 1

    # ------------------------------------------------------------ IDLE

    async def idle(self, seconds: float) -> bool:
        """Whether new mail was announced, within *seconds*, in the selected folder (RFC 2177).

        Always ends with DONE or with the connection. A server that ends IDLE by itself is not asked again.
        """
        protocol = self._protocol
        if protocol.news:
            return self.take_news()
        with self._or_lose("IDLE"):
            command = protocol.begin("IDLE")
            async with asyncio.timeout(self._timeout):
                await protocol.until(lambda: protocol.invited or protocol.pending_sync_command is None)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await protocol.until(lambda: protocol.news or protocol.pending_sync_command is None)
            async with asyncio.timeout(self._timeout):
                self.idles = protocol.pending_sync_command is not None
                if self.idles:
                    protocol.send("DONE")
                await command.wait()
        _judged("IDLE", command)
        return self.take_news()

    # ------------------------------------------------------------ the end

    def abort(self) -> None:
        """Close without a word."""
        self._protocol.lose("IMAP: closed")

    async def close(self, *, within: float) -> None:
        """Log out and close, at the latest *within* seconds; never raises."""
        with suppress(TimeoutError, Rejected, Unavailable):
            async with asyncio.timeout(within):
                await self.run("LOGOUT")
        self.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._protocol.closed.wait()


def _judged(verb: str, command: aioimaplib.Command) -> Answer:
    result, (*frames, (text,)) = command.response
    if result == "OK":
        return Answer(frames=tuple(frames), text=text)
    refused = Refused(verb, result, code_of(text))
    if refused.code in _LATER:
        raise Unavailable(str(refused))
    raise refused


def _number(pattern: re.Pattern[bytes], answer: Answer) -> int:
    """The number *pattern* finds; the last one counts, 0 where there is none."""
    found = [int(match[1]) for line in answer.lines if (match := pattern.match(line))]
    return found[-1] if found else 0


def _takes_keywords(answer: Answer) -> bool:
    r"""Whether new keywords may be stored: `\*` among PERMANENTFLAGS, or none told (RFC 3501 section 7.1)."""
    flags = [found[1].split() for line in answer.lines if (found := _PERMANENT.match(line))]
    return code_of(answer.text) != "READ-ONLY" and (not flags or rb"\*" in flags[-1])
