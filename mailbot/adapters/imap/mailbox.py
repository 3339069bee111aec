"""The port `Mailbox` over IMAP."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from aioimaplib.aioimaplib import quoted

from mailbot.adapters.imap.connection import Answer, Connection, Refused
from mailbot.adapters.imap.fetch import CUT_BYTES, LONG_AGO, Fetched, bodies, fetch, first_of
from mailbot.adapters.imap.folders import Listed, listing
from mailbot.adapters.imap.login import Server, Tls, connect
from mailbot.adapters.imap.places import create, new_place
from mailbot.adapters.imap.somebody import expunge, naming
from mailbot.adapters.imap.words import date_time, day, folder_argument
from mailbot.core.model import Address, MessageId, Place, RawMail
from mailbot.errors import Rejected
from mailbot.ports import FolderState

MAX_BYTES = 25 * 2**20  # octets (requirements D53)
IDLE_AT_MOST = 540.0  # seconds; routers forget a silent connection (requirements D54)
NOOP_EVERY = 60.0  # seconds, where the server has no IDLE
CLOSE_WITHIN = 3.0  # seconds

_KEYWORD = re.compile(r"[A-Za-z0-9$_.-]+")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_MISSING = frozenset({"TRYCREATE", "NONEXISTENT"})


class ImapMailbox:
    r"""One mailbox over one connection, which is opened at the first call and again after a loss.

    Several tasks may call it: commands take turns. `wait` keeps its turn for up to nine minutes, so each
    loop has a mailbox of its own. *timeout* is in seconds of silence; *max_bytes* is the size in octets above
    which only the first 64 KiB of a message are read. *ca_file* replaces the system's certificate authorities.
    With *reads_only* the server itself refuses every change (EXAMINE).
    """

    def __init__(  # noqa: PLR0913 - a server has that many settings; all are named by the caller
        self,
        *,
        host: str,
        port: int,
        tls: Tls,
        user: str,
        password: str,
        ca_file: str | None = None,
        timeout: float = 30.0,
        max_bytes: int = MAX_BYTES,
        reads_only: bool = False,
    ) -> None:
        self._server = Server(
            host=host,
            port=port,
            tls=tls,
            user=user,
            password=password,
            ca_file=ca_file,
            timeout=timeout,
            max_bytes=max_bytes,
            reads_only=reads_only,
        )
        self._lock = asyncio.Lock()
        self._connection: Connection | None = None
        self._seen_up_to: dict[tuple[str, int], int] = {}  # (folder, UIDVALIDITY) → UIDNEXT at the last look

    def __repr__(self) -> str:
        return f"ImapMailbox({self._server!r})"

    # ------------------------------------------------------------ reading

    async def open(self, folder: str) -> FolderState:
        """Select *folder* anew and say how it stands."""
        async with self._turn() as connection:
            return await connection.select(folder)

    async def uids(self, folder: str, *, above: int = 0, since: datetime | None = None) -> Sequence[int]:
        """UIDs greater than *above*, ascending; *since* counts by its day in its own zone."""
        days = () if since is None else ("SINCE", day(since))
        async with self._turn(folder) as connection:
            await connection.refresh()
            connection.take_news()
            found = await connection.search("UID", f"{above + 1}:*", *days)
            found = [uid for uid in found if uid > above]  # n:* names the last message even below n
            state = connection.selected
            looked = max(state.uidnext, above + 1, *(uid + 1 for uid in found[-1:]))
            self._seen_up_to[folder, state.uidvalidity] = looked
            return found

    async def fetch(self, folder: str, uids: Sequence[int], *, most: int | None = None) -> Sequence[RawMail]:
        r"""The messages that are still there, in UID order; never sets \Seen.

        Over *max_bytes* they come with `cut` set and their first 64 KiB; with `cut` and no octets, when the
        server does not hand out a message that is there. An unreadable INTERNALDATE counts as 1970.
        """
        async with self._turn(folder) as connection:
            told = await fetch(connection, uids, "(UID RFC822.SIZE INTERNALDATE FLAGS)")
            known = {uid: message.size or 0 for uid, message in told.items()}
            sizes = first_of(known, limit=self._server.max_bytes, most=most)
            octets = await bodies(connection, sizes, limit=self._server.max_bytes)
            validity = connection.selected.uidvalidity
            places = {uid: Place(folder=folder, uidvalidity=validity, uid=uid) for uid in octets}
            limit = self._server.max_bytes
            return [_mail(places[uid], told[uid], octets[uid], limit=limit) for uid in sorted(octets)]

    async def flags(self, place: Place) -> frozenset[str] | None:
        """Flags of the message now; None when it is no longer there."""
        async with self._turn(place.folder) as connection:
            return await _flags(connection, place)

    # ------------------------------------------------------------ changing

    async def add_keyword(self, place: Place, keyword: str) -> None:
        """Set *keyword*, an ASCII word, on the message; a message that is gone is no error."""
        if not _KEYWORD.fullmatch(keyword):
            raise ValueError("a keyword is letters, digits, $, _, . and -")
        async with self._turn(place.folder) as connection:
            if _is_current(connection, place):
                await _unless_gone(connection, place, "STORE", str(place.uid), "+FLAGS.SILENT", f"({keyword})")

    async def move(self, place: Place, folder: str) -> Place | None:
        """Move the message; its new place where the server says so. A message that is gone is no error.

        Without MOVE it is copied and expunged by its UID; without UIDPLUS too this raises `Rejected`, since a
        plain EXPUNGE would destroy what others have marked (requirements D63, D64).
        """
        if folder == place.folder:
            return place
        async with self._turn(place.folder) as connection:
            if not _is_current(connection, place):
                return None
            uid, target = str(place.uid), folder_argument(folder, utf8=connection.utf8)
            if connection.offers("MOVE"):
                return new_place(await _unless_gone(connection, place, "MOVE", uid, target), place, folder)
            if not connection.offers("UIDPLUS"):
                raise Rejected("IMAP MOVE: the server offers neither MOVE nor UIDPLUS")
            copied = await _unless_gone(connection, place, "COPY", uid, target)
            if copied is not None:
                await connection.run("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)", uid=True)
                await connection.run("EXPUNGE", uid, uid=True)
            return new_place(copied, place, folder)

    async def append(self, folder: str, raw: bytes, *, at: datetime) -> None:
        r"""Put a copy of our own letter into *folder*, marked \Seen; creates the folder if it is missing.

        Line ends become CRLF. After `Unavailable` the copy may be there: ask `holds`.
        """
        if b"\0" in raw:
            raise Rejected("IMAP APPEND: the letter holds a NUL")
        letter = _LINE_END.sub(b"\r\n", raw)
        async with self._turn() as connection:
            target = folder_argument(folder, utf8=connection.utf8)
            words = (target, r"(\Seen)", date_time(at), f"{{{len(letter)}}}")
            try:
                await connection.run("APPEND", *words, literal=letter)
            except Refused as exc:
                if exc.code not in _MISSING:
                    raise
                await create(connection, target)
                await connection.run("APPEND", *words, literal=letter)

    async def holds(self, folder: str, message_id: MessageId) -> bool:
        """Whether *folder* has a message with this Message-ID; a folder that is missing has none."""
        if not (message_id.isascii() and message_id.isprintable()):
            raise Rejected("IMAP SEARCH: the Message-ID is not ASCII")
        try:
            async with self._turn(folder) as connection:
                await connection.refresh()
                return bool(await connection.search("HEADER", "MESSAGE-ID", quoted(f"<{message_id}>")))
        except Refused as exc:
            if exc.code in _MISSING:
                return False
            raise

    # ------------------------------------------------------------ somebody's letters

    async def search(self, folder: str, address: Address) -> Sequence[Place] | None:
        """Messages with exactly *address* in From, To or Cc, in UID order; None: there is no such folder."""
        try:
            async with self._turn(folder) as connection:
                uids, numbers = await naming(connection, address), connection.selected.uidvalidity
        except Refused:
            if folder in await self.folders():
                raise
            return None
        return [Place(folder=folder, uidvalidity=numbers, uid=uid) for uid in uids]

    async def expunge(self, places: Sequence[Place]) -> None:
        """Destroy these messages by their UIDs; one that is gone is no error. Without UIDPLUS: `Rejected`."""
        for folder in dict.fromkeys(place.folder for place in places):
            async with self._turn(folder) as connection:
                here = (place for place in places if place.folder == folder)
                await expunge(connection, [place.uid for place in here if _is_current(connection, place)])

    # ------------------------------------------------------------ waiting

    async def wait(self, folder: str, seconds: float) -> None:
        """Return when the server hints at new mail in *folder*, at the latest after *seconds*.

        Mail that came since the last `uids` counts. It is a hint: look with `uids` all the same (D54).
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not await self._news(folder, max(0.0, end - loop.time())):
            if loop.time() >= end:
                return

    async def _news(self, folder: str, seconds: float) -> bool:
        """Whether mail has come, by one IDLE or, where there is none, one NOOP; at most *seconds*."""
        async with self._turn(folder) as connection:
            if self._came_unseen(connection.selected):
                return True
            if connection.idles and connection.offers("IDLE"):
                with suppress(Refused):
                    return await connection.idle(min(seconds, IDLE_AT_MOST))
                connection.idles = False
        await asyncio.sleep(min(seconds, NOOP_EVERY))
        async with self._turn(folder) as connection:
            await connection.refresh()
            return connection.take_news()

    def _came_unseen(self, state: FolderState) -> bool:
        """Whether the folder, when it was selected, had mail that `uids` had not looked at; said once."""
        key = state.name, state.uidvalidity
        looked = self._seen_up_to.get(key, state.uidnext)
        self._seen_up_to[key] = max(looked, state.uidnext)
        return state.uidnext > looked

    # ------------------------------------------------------------ for doctor and init

    async def capabilities(self) -> frozenset[str]:
        """What the server offers once logged in, upper case."""
        async with self._turn() as connection:
            return connection.capabilities

    async def folders(self) -> Sequence[str]:
        """Names of the folders that can hold mail, in the server's order."""
        return [folder.name for folder in await self._listing() if folder.selectable]

    async def special(self) -> Mapping[str, str]:
        r"""Folders by use: `\Sent`, `\Junk`, `\Drafts`, `\Trash`, as far as the server tells (RFC 6154, XLIST)."""
        named = {use: folder.name for folder in reversed(await self._listing()) for use in folder.uses}
        return dict(sorted(named.items()))

    async def _listing(self) -> Sequence[Listed]:
        async with self._turn() as connection:
            return await listing(connection)

    # ------------------------------------------------------------ the connection

    async def close(self) -> None:
        """Log out and close, at once where a command is running; never raises."""
        connection, self._connection = self._connection, None
        if connection is not None and self._lock.locked():
            connection.abort()
        elif connection is not None:
            await connection.close(within=min(CLOSE_WITHIN, self._server.timeout))

    @asynccontextmanager
    async def _turn(self, folder: str | None = None) -> AsyncIterator[Connection]:
        """A connection that lives, ours alone, with *folder* selected."""
        async with self._lock:
            if self._connection is None or self._connection.lost:
                self._connection = await connect(self._server)
            connection = self._connection
            if folder is not None and (connection.folder is None or connection.folder.name != folder):
                await connection.select(folder)
            yield connection


def _is_current(connection: Connection, place: Place) -> bool:
    """Whether UIDs of *place* still name what they named (requirements D57)."""
    return connection.selected.uidvalidity == place.uidvalidity


def _mail(place: Place, told: Fetched, octets: bytes, *, limit: int) -> RawMail:
    size = len(octets) if told.size is None else told.size
    cut = (not octets and size > 0) or max(size, len(octets)) > limit
    raw, flags = octets[:CUT_BYTES] if cut else octets, told.flags or frozenset()
    return RawMail(place=place, received_at=told.received_at or LONG_AGO, raw=raw, flags=flags, size=size, cut=cut)


async def _flags(connection: Connection, place: Place) -> frozenset[str] | None:
    if not _is_current(connection, place):
        return None
    await connection.refresh()
    message = (await fetch(connection, [place.uid], "(UID FLAGS)")).get(place.uid)
    return None if message is None else message.flags or frozenset()


async def _unless_gone(connection: Connection, place: Place, verb: str, *args: str) -> Answer | None:
    """The answer to a UID command on the message; None where the server refuses because it is gone."""
    try:
        return await connection.run(verb, *args, uid=True)
    except Refused:
        if await _flags(connection, place) is None:
            return None
        raise
