"""clock: what time starts: telling that something waits, warning before a day is over, questions that lapse."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.core.case import Case
from mailbot.core.model import CaseState, StepKind
from mailbot.core.reply import Notice
from mailbot.journeys.casework import OPEN, undo
from mailbot.journeys.desk import Desk
from mailbot.journeys.letters import notify_operator
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record

NOTICE_EVERY = timedelta(minutes=5)  # the first is told at once; what follows within this time comes in one mail


async def tick(desk: Desk) -> int:
    """Everything that is due by now; how many cases were touched."""
    async with desk.ledger.read() as book:
        cases = await book.cases(states=OPEN)
        since = desk.chance.now() - NOTICE_EVERY
        quiet = await book.sent_since(since, recipient=desk.letterhead.operator) == 0
    now = desk.chance.now()
    untold = [case for case in cases if case.state is CaseState.PERSON and case.nudged_at is None]
    near = [case for case in cases if _day_near(case, now, desk)]
    lapsed = [case for case in cases if _lapsed(case, now)]
    notices: list[tuple[Notice, Sequence[Case]]] = [("waiting", untold), ("deadline", near)]
    told = await each(
        [notice for notice in notices if quiet and notice[1]], lambda notice: _tell(*notice, desk), name="notice"
    )
    return told + await each(lapsed, lambda case: _lapse(case, desk), name="clock")


def _day_near(case: Case, now: datetime, desk: Desk) -> bool:
    """Warned the set time before the day is over, but never in the first half of a short term."""
    term = case.due_at - case.received_at
    return case.warned_at is None and case.due_at - now <= min(desk.limits.warn_before_due, term / 2)


def _lapsed(case: Case, now: datetime) -> bool:
    until = case.confirm_until if case.state is CaseState.CONFIRMATION else None
    return until is not None and until < now


async def _tell(kind: Notice, cases: Sequence[Case], desk: Desk) -> bool:
    """One mail to the operator for all *cases*; the legal clock does not stop for anything (requirements B.4)."""
    now = desk.chance.now()
    async with desk.ledger.write() as book:
        await notify_operator(cases, kind, book, desk)
        for case in cases:
            if kind == "waiting":
                await book.save(replace(case, nudged_at=now))
            else:
                warned = await book.save(replace(await book.case(case.id), warned_at=now))
                await record("case.day_near", warned, book, desk, {"due": case.due_at.isoformat()})
    return True


async def _lapse(case: Case, desk: Desk) -> bool:
    """A question whose time is up: the case closes, what was set before confirmation lapses (amendment 1).

    Suppression stays: nobody is harmed by it. A late yes still reopens the case (amendment 4).
    """
    async with desk.ledger.write() as book:
        lifted = await undo(case, [StepKind.STOP_PROCESSING], book)
        closed = await book.save(replace(case, state=CaseState.CLOSED))
        await record("case.unconfirmed", closed, book, desk, {"lifted": lifted})
    return True
