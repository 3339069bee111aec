"""A spam complaint of a configured reporter unsubscribes who complained, unanswered (D14, amendment 8)."""

from dataclasses import replace

from mailbot import log
from mailbot.core import decide as core
from mailbot.core.audit import Plain
from mailbot.core.case import Phase
from mailbot.core.model import Address, Decision, HoldReason, Machine, Message, Proven, Right, Step, StepKind
from mailbot.journeys.casework import open_case
from mailbot.journeys.desk import Desk
from mailbot.journeys.gather import Gathered
from mailbot.journeys.orders import stands
from mailbot.journeys.trail import pseudonym_of
from mailbot.ports import Book

logger = log.get(__name__)


def is_complaint(gathered: Gathered) -> bool:
    """Whether the letter is a complaint, to be settled here."""
    message = gathered.message
    return isinstance(message, Message) and message.machine is Machine.COMPLAINT


async def settle(gathered: Gathered, desk: Desk) -> None:
    """Open a case for who complained, unless nobody proves that the reporter writes, or nothing is left to do.

    Anybody can write a complaint in a reporter's name: it moves nothing, and leaves a line in the trail.
    """
    message = gathered.message
    who = message.complaint_of if isinstance(message, Message) else None
    async with desk.ledger.write() as book:
        if who is None or not isinstance(message, Message) or not isinstance(gathered.standing, Proven):
            await _dismiss(gathered, who, "complaint.unproven", book, desk)
        elif await stands(who, book, desk):
            await _dismiss(gathered, who, "complaint.repeated", book, desk)
        else:
            await _open(gathered, replace(message, authors=(who,)), who, book, desk)


async def _open(gathered: Gathered, about: Message, who: Address, book: Book, desk: Desk) -> None:
    decision = _decision(gathered, who, desk)
    case = await open_case(gathered.letter, about, gathered.standing, decision, book, desk)
    if not decision.holds:
        await book.plan(case.id, Phase.NOW, decision.now, at=desk.chance.now())


def _decision(gathered: Gathered, who: Address, desk: Desk) -> Decision:
    rights, now = (Right.UNSUBSCRIBE,), desk.chance.now()
    doubts = core.doubts_about_arrival(gathered.standing, gathered.around, now=now, policy=gathered.policy)
    rehearsal = () if gathered.policy.live(rights, ()) else (HoldReason.REHEARSAL,)
    step = Step(kind=StepKind.SUPPRESS, address=who, right=Right.UNSUBSCRIBE)
    return Decision(rights=rights, now=(step,), holds=(*doubts, *rehearsal), may_answer=False)


async def _dismiss(gathered: Gathered, who: Address | None, name: str, book: Book, desk: Desk) -> None:
    """Leave it at that; the letter stays in the ledger without a case."""
    await book.dismiss(gathered.letter.id)
    subject = pseudonym_of(who, desk)
    facts: dict[str, Plain] = {"letter": gathered.letter.id, "standing": core.standing_name(gathered.standing)}
    await book.record(name, at=desk.chance.now(), subject=subject, facts=facts)
    logger.info(name, letter=gathered.letter.id)
