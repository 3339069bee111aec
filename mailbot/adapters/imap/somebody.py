"""Letters that name one address: found, compared one by one, and expunged by their UIDs only."""

from collections.abc import Iterator, Sequence

from aioimaplib.aioimaplib import quoted

from mailbot.adapters.imap.connection import Connection
from mailbot.adapters.imap.fetch import MOST_AT_ONCE, fetch
from mailbot.adapters.imap.words import uid_set
from mailbot.core.message.envelope import envelope
from mailbot.core.model import Address
from mailbot.errors import Rejected


async def naming(connection: Connection, address: Address) -> list[int]:
    """UIDs in the selected folder of messages with exactly *address* in From, To or Cc, ascending (C8).

    SEARCH finds pieces of words: anna@example.org stands in joanna@example.org too. So each that it finds is read.
    """
    needle = _needle(address)
    text = quoted(needle)
    criteria = ("OR", "FROM", text, "OR", "TO", text, "CC", text) if needle else ("ALL",)
    await connection.refresh()
    found: list[int] = []
    for some in _slices(await connection.search(*criteria)):
        told = await fetch(connection, some, "(UID BODY.PEEK[HEADER])")
        if any(one.body is None for one in told.values()):
            raise Rejected("IMAP FETCH: the server does not hand out the header of a message")
        found += [uid for uid, one in told.items() if address in envelope(one.body or b"").named]
    return sorted(found)


def _needle(address: Address) -> str:
    """What every header that names *address* contains, however its domain is spelled; empty: nothing in ASCII."""
    local, _, domain = address.rpartition("@")
    spelled_otherwise = any(label.startswith("xn--") for label in domain.split("."))
    match local.isascii(), spelled_otherwise:
        case True, False:
            return address
        case True, True:
            return f"{local}@"
        case False, False:
            return f"@{domain}"
        case _:
            return ""


async def expunge(connection: Connection, uids: Sequence[int]) -> None:
    """Destroy these messages of the selected folder, and no others that somebody has marked (requirements D64)."""
    if not connection.offers("UIDPLUS"):
        raise Rejected("IMAP EXPUNGE: the server offers no UIDPLUS, so others' mail would go as well")
    for some in _slices(uids):
        await connection.run("STORE", uid_set(some), "+FLAGS.SILENT", r"(\Deleted)", uid=True)
        await connection.run("EXPUNGE", uid_set(some), uid=True)


def _slices(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[start : start + MOST_AT_ONCE] for start in range(0, len(uids), MOST_AT_ONCE))
