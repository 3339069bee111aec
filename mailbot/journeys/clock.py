"""clock: what time starts: telling that something waits, warning before a day is over, questions that lapse."""

from dataclasses import replace
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.model import CaseState, StepKind
from mailbot.journeys.casework import OPEN, undo
from mailbot.journeys.desk import Desk
from mailbot.journeys.letters import notify_operator
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record


async def tick(desk: Desk) -> int:
    """Everything that is due by now, each case in its own commit; how many cases were touched."""
    async with desk.ledger.read() as book:
        cases = await book.cases(states=OPEN)
    return await each(cases, lambda case: _see_to(case, desk), name="clock")


async def _see_to(case: Case, desk: Desk) -> bool:
    now = desk.chance.now()
    asked_until = case.confirm_until if case.state is CaseState.CONFIRMATION else None
    if _nobody_told(case):
        await _tell(case, desk)
    elif _day_near(case, now, desk):
        await _warn(case, desk)
    elif asked_until is not None and asked_until < now:
        await _lapse(case, desk)
    else:
        return False
    return True


def _nobody_told(case: Case) -> bool:
    return case.state is CaseState.PERSON and case.nudged_at is None


def _day_near(case: Case, now: datetime, desk: Desk) -> bool:
    """Warned the set time before the day is over, but never in the first half of a short term."""
    term = case.due_at - case.received_at
    return case.warned_at is None and case.due_at - now <= min(desk.limits.warn_before_due, term / 2)


async def _tell(case: Case, desk: Desk) -> None:
    """A mail to the operator: something waits."""
    async with desk.ledger.write() as book:
        await notify_operator(case, "waiting", book, desk)
        await book.save(replace(case, nudged_at=desk.chance.now()))


async def _warn(case: Case, desk: Desk) -> None:
    """A mail to the operator before the day is over; the legal clock does not stop for anything (B.4)."""
    async with desk.ledger.write() as book:
        await notify_operator(case, "deadline", book, desk)
        warned = await book.save(replace(case, warned_at=desk.chance.now()))
        await record("case.day_near", warned, book, desk, {"due": case.due_at.isoformat()})


async def _lapse(case: Case, desk: Desk) -> None:
    """A question whose time is up: the case closes, what was set before confirmation lapses (amendment 1).

    Suppression stays: nobody is harmed by it. A late yes still reopens the case (amendment 4).
    """
    async with desk.ledger.write() as book:
        lifted = await undo(case, [StepKind.STOP_PROCESSING], book)
        closed = await book.save(replace(case, state=CaseState.CLOSED))
        await record("case.unconfirmed", closed, book, desk, {"lifted": lifted})
