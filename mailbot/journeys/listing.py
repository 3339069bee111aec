"""The suppression list, asked about by people and mailing tools: each look is an event, without addresses."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mailbot.core import phone
from mailbot.core.audit import Plain
from mailbot.core.lookalike import candidates
from mailbot.core.message.addresses import mailboxes
from mailbot.core.model import Channel
from mailbot.journeys.desk import Desk
from mailbot.journeys.orders import digests_of
from mailbot.ports import Book
from mailbot.ports.orders import Suppression

_AT_ONCE = 200  # contacts in one look at the ledger


@dataclass(frozen=True, slots=True)
class Contact:
    """An address with its other spellings, or a number in E.164."""

    spellings: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a company's own list."""

    line: int
    text: str = field(repr=False)  # as it stands there
    contact: Contact | None  # None: neither an address nor a number
    barred: bool = False


def contact_of(text: str) -> Contact | None:
    """What *text* names: "Anna <anna@example.org>", "8 (700) 000-00-01"; None: neither."""
    if "@" not in text:
        number = phone.normal(text)
        return Contact((number,)) if number else None
    found = mailboxes(text).addresses
    return Contact((found[0], *candidates(found[0]))) if len(found) == 1 else None


async def look_up(contacts: Sequence[Contact], *, by: str, desk: Desk) -> Sequence[Sequence[Suppression]]:
    """What was ordered about each of *contacts*; the look is an event."""
    async with desk.ledger.write() as book:
        found = await _orders(contacts, book, desk)
        await _note("suppressed.checked", {"asked": len(contacts), "found": sum(map(bool, found))}, by, book, desk)
    return found


async def export_all(*, by: str, desk: Desk) -> Sequence[Suppression]:
    """The whole list; the look is an event."""
    orders: list[Suppression] = []
    async with desk.ledger.write() as book:
        while page := await book.suppressions(after=orders[-1].digest if orders else ""):
            orders += page
        await _note("suppressed.exported", {"orders": len(orders)}, by, book, desk)
    return orders


async def match_rows(
    rows: Sequence[Row], *, channel: Channel | None, topic: str, by: str, desk: Desk
) -> Sequence[Row]:
    """*rows*, each with whether it must not be written to; the look is an event."""
    told: list[Row] = []
    async with desk.ledger.read() as book:
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            found = await _orders([row.contact or Contact(()) for row in some], book, desk)
            told += [
                replace(row, barred=any(order.bars(channel, topic) for order in orders))
                for row, orders in zip(some, found, strict=True)
            ]
    async with desk.ledger.write() as book:
        facts: dict[str, Plain] = {"rows": len(told), "found": sum(row.barred for row in told)}
        await _note("suppressed.matched", facts, by, book, desk)
    return told


async def _orders(contacts: Sequence[Contact], book: Book, desk: Desk) -> list[list[Suppression]]:
    digests = [
        {digest for spelling in contact.spellings for digest in digests_of(spelling, keys=desk.keys)}
        for contact in contacts
    ]
    found = await book.suppressed(frozenset().union(*digests))
    by_digest: dict[str, list[Suppression]] = {}
    for order in found:
        by_digest.setdefault(order.digest, []).append(order)
    return [[order for digest in sorted(some) for order in by_digest.get(digest, ())] for some in digests]


async def _note(name: str, facts: dict[str, Plain], by: str, book: Book, desk: Desk) -> None:
    await book.record(name, at=desk.chance.now(), by=by, facts=facts)
