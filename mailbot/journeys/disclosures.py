"""disclosures: data given to an authority, entered by hand, told to the person who asks for access (A74)."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from mailbot.core.audit import Plain
from mailbot.core.model import Address
from mailbot.journeys.desk import Desk
from mailbot.journeys.trail import pseudonym_of
from mailbot.ports import Book
from mailbot.ports.disclosed import Disclosure


async def add(address: Address, *, to: str, ground: str, day: date, by: str, desk: Desk) -> Disclosure:
    """Enter a disclosure of the data of whoever has *address*; the address itself is not kept."""
    now = desk.chance.now()
    key = desk.keys.suppression.current
    entered = Disclosure(
        digest=key.digest(f"disclosed {address}"),
        key_id=key.id,
        recipient=to,
        ground=ground,
        day=day,
        entered_at=now,
        entered_by=by,
    )
    async with desk.ledger.write() as book:
        number = await book.disclose(entered)
        subject = pseudonym_of(address, desk)
        said = sha256(f"{to}\n{ground}".encode()).hexdigest()  # people write what they like
        facts: dict[str, Plain] = {"disclosure": number, "said_sha256": said, "day": day.isoformat()}
        await book.record("disclosure.entered", at=now, subject=subject, by=by, facts=facts)
    return entered


async def of(address: Address, book: Book, desk: Desk) -> Sequence[Disclosure]:
    """To whom the data of *address* were disclosed; for its access letter."""
    return await book.disclosures(desk.keys.suppression.digests(f"disclosed {address}"))
