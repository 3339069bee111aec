"""An event of a case: chained to the audit trail and said in the log, with a pseudonym for the person."""

from collections.abc import Mapping

from mailbot import log
from mailbot.core.audit import Plain, pseudonym
from mailbot.core.case import Case
from mailbot.core.model import Address
from mailbot.journeys.desk import Desk
from mailbot.ports import Book

logger = log.get(__name__)


def pseudonym_of(address: Address | None, desk: Desk) -> str:
    """The stand-in for *address* by the current key; empty where there is no address."""
    return pseudonyms_of(address, desk)[0] if address else ""


def pseudonyms_of(address: Address, desk: Desk) -> list[str]:
    """The stand-ins that *address* has had, by every key, the current one's first."""
    return [pseudonym(address, key=key.secret, key_id=key.id) for key in desk.keys.subject]


async def record(
    name: str, case: Case, book: Book, desk: Desk, facts: Mapping[str, Plain], *, by: str = ""
) -> None:
    """Chain an event of *case* to the trail; *by* names a person, default the program."""
    subject = pseudonym_of(case.address, desk)
    await book.record(name, at=desk.chance.now(), case=case.number, subject=subject, by=by, facts=facts)
    logger.info(name, case=case.number, subject=subject, **facts)
