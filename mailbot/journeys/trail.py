"""An event of a case: chained to the audit trail and said in the log, with a pseudonym for the person."""

from collections.abc import Mapping

from mailbot import log
from mailbot.core.audit import Plain, pseudonym
from mailbot.core.case import Case
from mailbot.journeys.desk import Desk
from mailbot.ports import Book

logger = log.get(__name__)


async def record(
    name: str, case: Case, book: Book, desk: Desk, facts: Mapping[str, Plain], *, by: str = ""
) -> None:
    """Chain an event of *case* to the trail; *by* names a person, default the program."""
    subject = pseudonym(case.address, key=desk.keys.subject) if case.address else ""
    await book.record(name, at=desk.chance.now(), case=case.number, subject=subject, by=by, facts=facts)
    logger.info(name, case=case.number, subject=subject, **facts)
