"""clock: what time starts: days counted anew, people told and reminded, letters drafted, questions that lapse."""

from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.core.case import Case, OutState
from mailbot.core.model import CaseState, Letter, StepKind
from mailbot.core.reply import Notice
from mailbot.errors import Unavailable
from mailbot.journeys import parties, retention, task_clock
from mailbot.journeys.budget import of_flood
from mailbot.journeys.casework import OPEN, forget_traces, undo
from mailbot.journeys.desk import Desk
from mailbot.journeys.letters import notify_operator
from mailbot.journeys.recompute import recount
from mailbot.journeys.reminders import draft, interim_is_due, remind, to_remind
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record
from mailbot.ports import Book

FLOOD_EVERY = timedelta(hours=1)  # one mail sums a flood up
NOTICE_EVERY = timedelta(minutes=5)  # the first is told at once; what follows within this time comes in one mail
AT_ONCE = 200  # cases whose day is warned of, or letter drafted, in one transaction; the others five minutes later


async def tick(desk: Desk) -> int:
    """Everything that is due by now; how many cases were touched. One part that fails holds up no other."""
    troubles: list[Unavailable] = []
    cases, quiet = await _open_cases(desk)
    touched = await _part(recount(cases, desk), troubles)
    if touched:
        cases, quiet = await _open_cases(desk)
    now = desk.chance.now()
    lapsed = [case for case in cases if _lapsed(case, now)]
    asked = await to_remind(cases, now, desk)
    if quiet:
        notices = [notice for notice in _notices(cases, now, desk) if notice[1]]
        touched += await _part(each(notices, lambda notice: _tell(*notice, desk), name="notice"), troubles)
    touched += await _part(each(lapsed, lambda case: _lapse(case, desk), name="clock"), troubles)
    touched += await _part(each(asked, lambda case: remind(case, desk), name="reminder"), troubles)
    touched += await _part(task_clock.turn(desk), troubles)
    answered = await parties.results_due(desk)
    touched += await _part(each(answered, lambda one: parties.tell_result(one, desk), name="parties"), troubles)
    touched += await _part(retention.daily(desk), troubles)
    if troubles:
        raise troubles[0]
    return touched


async def _open_cases(desk: Desk) -> tuple[Sequence[Case], bool]:
    """All open cases, the most urgent first, and whether the operator has had no mail for a while."""
    since = desk.chance.now() - NOTICE_EVERY
    async with desk.ledger.read() as book:
        cases = await book.cases(states=OPEN)
        return cases, await book.sent_since(since, recipient=desk.letterhead.operator) == 0


async def _part(work: Awaitable[int], troubles: list[Unavailable]) -> int:
    try:
        return await work
    except Unavailable as exc:
        troubles.append(exc)
        return 0


# ---------------------------------------------------------------- the operator


def _notices(cases: Sequence[Case], now: datetime, desk: Desk) -> Iterator[tuple[Notice, Sequence[Case]]]:
    """The mails that should go now, each with its cases, the most urgent first."""
    ready = [case for case in cases if interim_is_due(case, now, desk)]
    named = {case.id for case in ready}
    untold = [case for case in cases if case.state is CaseState.PERSON and case.nudged_at is None]
    yield "waiting", [case for case in untold if not of_flood(case)]
    told = [case.nudged_at for case in cases if of_flood(case) and case.nudged_at is not None]
    if not told or now - max(told) >= FLOOD_EVERY:
        yield "flood", [case for case in untold if of_flood(case)]
    yield "interim", ready
    near = [case for case in cases if _day_near(case, now, desk) and case.id not in named]
    yield "deadline", sorted(near, key=of_flood)  # a flood hides nobody: the mail names the first


def _day_near(case: Case, now: datetime, desk: Desk) -> bool:
    """Warned the set time before the day is over, but never in the first half of a short term."""
    term = case.due_at - case.received_at
    return case.warned_at is None and case.due_at - now <= min(desk.limits.warn_before_due, term / 2)


async def _tell(kind: Notice, cases: Sequence[Case], desk: Desk) -> bool:
    """One mail to the operator for all *cases*; the legal clock does not stop for anything (requirements B.4)."""
    async with desk.ledger.write() as book:
        await notify_operator(cases, kind, book, desk)
        match kind:
            case "waiting" | "flood":
                await book.nudged([case.id for case in cases], at=desk.chance.now())
            case "deadline":
                for case in cases[:AT_ONCE]:
                    await _warned(await book.case(case.id), book, desk)
            case "interim":
                for case in cases[:AT_ONCE]:
                    await _drafted(await book.case(case.id), book, desk)
            case _:
                raise ValueError(f"the clock tells no {kind}")
    return True


async def _warned(case: Case, book: Book, desk: Desk) -> None:
    warned = await book.save(replace(case, warned_at=desk.chance.now()))
    await record("case.day_near", warned, book, desk, {"due": case.due_at.isoformat()})


async def _drafted(case: Case, book: Book, desk: Desk) -> None:
    """A letter that lies ready on the last day is the warning as well: the mail names the day."""
    drafted = await draft(case, book, desk)
    if case.due_at - desk.chance.now() <= desk.limits.warn_before_due:
        await _warned(drafted, book, desk)


# ---------------------------------------------------------------- questions that lapse

_NOT_GONE = frozenset({OutState.QUEUED, OutState.SENDING})
_LATE = timedelta(days=1)  # before the question's time was up


async def _asked_late(case: Case, book: Book, desk: Desk) -> bool:
    """Whether the question has not left, or only just: who was not asked was not silent. Everything was paused."""
    asked = [(out, state) for out, state in await book.letters_out(case.id) if Letter.CONFIRM in out.letters]
    if any(state in _NOT_GONE for _, state in asked):
        return True
    until, now = case.confirm_until, desk.chance.now()
    left = [out.sent_at for out, _ in asked if out.sent_at is not None]
    late = [at for at in left if until is not None and at > until - _LATE]
    return any(now < at + desk.policy.confirm_within for at in late)


def _lapsed(case: Case, now: datetime) -> bool:
    until = case.confirm_until if case.state is CaseState.CONFIRMATION else None
    return until is not None and until < now


async def _lapse(case: Case, desk: Desk) -> bool:
    """A question whose time is up: the case closes, what was set before confirmation lapses (amendment 1).

    Suppression stays: nobody is harmed by it. A late yes still reopens the case (amendment 4).
    """
    async with desk.ledger.write() as book:
        if await _asked_late(case, book, desk):
            return False
        lifted = await undo(case, [StepKind.STOP_PROCESSING], book)
        await forget_traces(case, book)
        closed = await book.save(replace(case, state=CaseState.CLOSED))
        await record("case.unconfirmed", closed, book, desk, {"lifted": lifted})
    return True
