"""FETCH responses as values, and how much to ask for at once (requirements D53, D59; LIBRARIES 1.2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mailbot.adapters.imap.connection import Answer, Connection, Refused
from mailbot.adapters.imap.words import Value, internal_date, uid_set, values

MOST_AT_ONCE = 50  # messages a command
BATCH_BYTES = 8_000_000  # octets a command, unless one message alone is larger
CUT_BYTES = 65_536  # what comes of a message over the limit

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a time of arrival the server does not tell: such mail is too old to act on, a person looks."""

_WANTED = frozenset({"UID", "RFC822.SIZE", "INTERNALDATE", "FLAGS", "BODY[]", "BODY[HEADER]"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What FETCH has told about one message so far; None is not told."""

    size: int | None = None
    received_at: datetime | None = None
    flags: frozenset[str] | None = None
    body: bytes | None = None  # or the header, where that was asked for


async def fetch(connection: Connection, uids: Iterable[int], items: str) -> dict[int, Fetched]:
    """*items* of those of *uids* that are in the selected folder; UIDs that are gone are absent."""
    asked = sorted(set(uids))
    if not asked:
        return {}
    told = fetched(await connection.run("FETCH", uid_set(asked), items, uid=True))
    return {uid: told[uid] for uid in asked if uid in told}


async def bodies(connection: Connection, sizes: Mapping[int, int], *, limit: int) -> dict[int, bytes]:
    """Octets of the messages, of those over *limit* octets the first 64 KiB; messages that are gone are absent.

    A message that is there and that the server does not hand over, even when asked for it alone, comes as no
    octets at all, so that one broken message hides no other (Exchange, Dovecot: NO to the whole batch).
    """
    found: dict[int, bytes] = {}
    for batch in batches(sizes, limit=limit):
        found |= await _batch(connection, batch, cut=sizes[batch[0]] > limit)
    if missing := sizes.keys() - found:
        await connection.refresh()
        for uid in await fetch(connection, missing, "(UID FLAGS)"):
            found[uid] = (await _batch(connection, [uid], cut=sizes[uid] > limit)).get(uid, b"")
    return found


def first_of(sizes: Mapping[int, int], *, limit: int, most: int | None) -> dict[int, int]:
    """The first messages that hold no more than *most* octets together, one at least; over *limit* a part comes.

    None: all of them.
    """
    found: dict[int, int] = {}
    octets = 0
    for uid, size in sorted(sizes.items()):
        octets += size if size <= limit else CUT_BYTES
        if found and most is not None and octets > most:
            break
        found[uid] = size
    return found


def batches(sizes: Mapping[int, int], *, limit: int) -> Iterator[Sequence[int]]:
    """UIDs to ask for in one command each: at most 50 messages and 8 MB; what is over *limit* goes alone."""
    batch: list[int] = []
    octets = 0
    for uid, size in sorted(sizes.items()):
        if batch and (len(batch) == MOST_AT_ONCE or octets + size > BATCH_BYTES or size > limit):
            yield batch
            batch, octets = [], 0
        batch.append(uid)
        octets += size
        if size > limit:
            yield batch
            batch, octets = [], 0
    if batch:
        yield batch


async def _batch(connection: Connection, uids: Sequence[int], *, cut: bool) -> dict[int, bytes]:
    items = f"(UID BODY.PEEK[]<0.{CUT_BYTES}>)" if cut else "(UID BODY.PEEK[])"
    try:
        told = await fetch(connection, uids, items)
    except Refused:
        return {}
    return {uid: message.body for uid, message in told.items() if message.body is not None}


# ---------------------------------------------------------------- reading responses


def fetched(answer: Answer) -> dict[int, Fetched]:
    """Everything FETCH responses in *answer* tell, by UID, asked for or not; the last word counts."""
    told: dict[int, Fetched] = {}
    for frame in answer.frames:
        match values(frame):
            case [str(), str(name), list(words)] if name.upper() == "FETCH":
                items = _items(words)
                uid = _number(items.get("UID"))
                if uid is not None:
                    told[uid] = _told(told.get(uid, Fetched()), items)
            case _:
                continue
    return told


def _items(words: Iterable[Value]) -> dict[str, Value]:
    """The items we ask for; others, and brackets too many (Domino), are passed over."""
    rest = iter(words)
    names = (word.upper().partition("<")[0] if isinstance(word, str) else "" for word in rest)
    return {name: next(rest, None) for name in names if name in _WANTED}


def _told(known: Fetched, items: Mapping[str, Value]) -> Fetched:
    size = _number(items.get("RFC822.SIZE"))
    flags, body = items.get("FLAGS"), items.get("BODY[]", items.get("BODY[HEADER]"))
    return replace(
        known,
        size=known.size if size is None else size,
        received_at=internal_date(items.get("INTERNALDATE")) or known.received_at,
        flags=_flags(flags) if isinstance(flags, list) else known.flags,
        body=body if isinstance(body, bytes) else known.body,
    )


def _number(value: Value) -> int | None:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def _flags(words: Iterable[Value]) -> frozenset[str]:
    r"""Flags as they stand; the case of the system's own, which has no meaning, as in `\Seen`."""
    flags = (word for word in words if isinstance(word, str))
    return frozenset("\\" + flag[1:].capitalize() if flag[0] == "\\" else flag for flag in flags)
