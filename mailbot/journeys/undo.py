"""undo: everything that the unproven have set since a moment, taken back in one step (C26, C27, issue 4, item 9).

For after a flood of forged requests. What somebody proven asked for, what its owner confirmed and what a person
approved is never lifted; nor does it lift what one of those asks for too. Twice is once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailbot.core.audit import Plain
from mailbot.core.case import LIFTS, Case, Phase, PlannedStep
from mailbot.core.model import Address, CaseState, StepKind
from mailbot.errors import NotNow
from mailbot.journeys import tasks
from mailbot.journeys.budget import of_flood
from mailbot.journeys.desk import Desk
from mailbot.journeys.trail import record
from mailbot.ports import Book

AT_ONCE = 100  # cases in one transaction: the daemon writes to the same ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What was taken back, or would be."""

    cases: int  # cases whose stop of advertising is lifted
    addresses: int
    closed: int  # of those cases, the ones that only the flood had held


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lift:
    """One case, and the moments at which it or an older one of its address stopped advertising."""

    case: Case
    steps: tuple[PlannedStep, ...]
    closes: bool


async def undo_since(moment: datetime, *, by: str, desk: Desk, dry_run: bool = False) -> Undone:
    """Lift every stop of advertising that nobody proven asked for since *moment*; may be cut and run again.

    The steps are planned here, and taken by the daemon as all others. Raises `NotNow` for a moment to come.
    """
    if moment > desk.chance.now():
        raise NotNow("that moment is still to come: nothing has been set since")
    async with desk.ledger.read() as book:
        lifts = [lift for case in await book.unproven_since(moment) for lift in await _lift(case, book)]
    lifts = _with_older(lifts)
    if dry_run:
        return _counts(lifts)
    taken: list[_Lift] = []
    for start in range(0, len(lifts), AT_ONCE):
        async with desk.ledger.write() as book:
            batch = lifts[start : start + AT_ONCE]
            taken += [lift for lift in batch if await _take_back(lift, by=by, book=book, desk=desk)]
            facts: dict[str, Plain] = {"since": moment.isoformat(), "cases": len(taken), "of": len(lifts)}
            await book.record("suppressions.undone", at=desk.chance.now(), by=by, facts=facts)
    return _counts(taken)


def _counts(lifts: Sequence[_Lift]) -> Undone:
    return Undone(
        cases=len(lifts),
        addresses=len({lift.case.address for lift in lifts}),
        closed=sum(lift.closes for lift in lifts),
    )


async def _lift(case: Case, book: Book) -> Iterable[_Lift]:
    """What is to be lifted of *case*; nothing where it has set nothing, or all of it has been lifted."""
    steps = await book.steps(case.id)
    lifted = {planned.at for planned in steps if planned.step.kind is LIFTS[StepKind.SUPPRESS]}
    stops = tuple(p for p in steps if p.step.kind is StepKind.SUPPRESS and p.at not in lifted)
    if not stops:
        return ()
    return (_Lift(case=case, steps=stops, closes=case.state is CaseState.PERSON and of_flood(case)),)


def _with_older(lifts: Sequence[_Lift]) -> list[_Lift]:
    """Each case lifts what older ones of its address have set as well.

    While a younger case holds an address, an older one's stop stays (`fulfil`); and where an older one has stopped
    everything, a younger one finds nothing to stop. So the youngest lifts for all.
    """
    before: dict[Address, tuple[PlannedStep, ...]] = {}
    whole = []
    for lift in lifts:
        steps = (*before.get(lift.case.address, ()), *lift.steps)
        before[lift.case.address] = steps
        whole.append(replace(lift, steps=steps))
    return whole


async def _take_back(lift: _Lift, *, by: str, book: Book, desk: Desk) -> bool:
    """Plan the lifting, close what waits for nothing else; False where somebody has moved the case meanwhile."""
    case = await book.case(lift.case.id)
    if case.standing == "Proven" or case.confirmed or case.released or case.state is not lift.case.state:
        return False
    for planned in lift.steps:
        step = replace(planned.step, kind=LIFTS[StepKind.SUPPRESS])
        await book.plan(case.id, Phase.UNDO, (step,), at=planned.at)
    await tasks.drop(case, book, desk)
    ends = lift.closes or case.state is CaseState.FULFILLING  # a task waited: nobody is told that it is done
    saved = await book.save(replace(case, state=CaseState.CLOSED) if ends else case)
    await record("case.taken_back", saved, book, desk, {"closed": lift.closes}, by=by)
    return True
