"""fulfil: planned case ─▶ each step in its store, idempotent ─▶ look again ─▶ COMMIT outcome + reply + audit.

Every step is recorded with what it will change before it is taken, may be taken twice without harm, and is
done only when a second look finds nothing left.
"""

from collections.abc import Sequence
from dataclasses import replace

from mailbot import log
from mailbot.core.case import Case, PlannedStep
from mailbot.core.model import CaseState, Change, HoldReason, StepKind
from mailbot.core.reply import letters_for
from mailbot.errors import Rejected
from mailbot.journeys import letters
from mailbot.journeys.casework import to_person
from mailbot.journeys.desk import Desk, suppression
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record
from mailbot.ports import Book

logger = log.get(__name__)


async def fulfil_planned(desk: Desk) -> int:
    """Carry every planned case as far as it goes; how many moved on.

    A store that cannot be reached holds up its own cases only; raises `Unavailable` at the end.
    """
    async with desk.ledger.read() as book:
        waiting = await book.unfinished()
    return await each(waiting, lambda case_id: fulfil(case_id, desk), name="case")


async def fulfil(case_id: int, desk: Desk) -> bool:
    """Take the case's steps one by one, then tell the outcome; whether anything was committed."""
    async with desk.ledger.read() as book:
        case, steps = await book.case(case_id), await book.steps(case_id)
    todo = [planned for planned in steps if not planned.done]
    for planned in todo:
        try:
            left = await _take(planned, case, desk)
        except Rejected as exc:
            await _give_up(case_id, HoldReason.NOT_DONE, desk, why=str(exc))
            return True
        if left:
            await _give_up(case_id, HoldReason.NOT_DONE, desk, why="looked again: rows remain")
            return True
    if case.state is not CaseState.FULFILLING:
        return bool(todo)
    async with desk.ledger.write() as book:
        await _outcome(await book.case(case_id), await book.steps(case_id), book, desk)
    return True


async def _take(planned: PlannedStep, case: Case, desk: Desk) -> Sequence[Change]:
    """Take one step: say what it will change, change it, look again. What is left; empty: done."""
    step = planned.step
    if planned.intended is None:
        await _intend(planned, case, desk)
    await desk.registry.carry_out(step, at=planned.at)
    left = await desk.registry.remaining(step, at=planned.at)
    async with desk.ledger.write() as book:
        facts = {"step": planned.id, "kind": step.kind.value, "right": step.right.value}
        if left:
            await record("step.not_done", case, book, desk, {**facts, "left": counts(left)})
            return left
        await _standing_order(planned, case, book, desk)
        await book.step_done(planned.id)
        await record("step.done", case, book, desk, facts)
    return ()


async def _intend(planned: PlannedStep, case: Case, desk: Desk) -> None:
    changes = await desk.registry.plan(planned.step, at=planned.at)
    tells = planned.step.kind is StepKind.DISCLOSE
    holdings = await desk.registry.holdings(planned.step.address) if tells else None
    async with desk.ledger.write() as book:
        await book.intend(planned.id, changes, holdings)
        facts = {"step": planned.id, "kind": planned.step.kind.value, "rows": counts(changes)}
        await record("step.intended", case, book, desk, facts)


async def _standing_order(planned: PlannedStep, case: Case, book: Book, desk: Desk) -> None:
    """The suppression list lives in the ledger: it outlives the erasure of everything else."""
    digest = suppression(planned.step.address, keys=desk.keys)
    if planned.step.kind is StepKind.SUPPRESS:
        await book.suppress(digest, case.number, at=planned.at)
    elif planned.step.kind is StepKind.RESUME_ADVERTISING:
        await book.release(digest)


def counts(changes: Sequence[Change]) -> dict[str, int]:
    """Rows by place and operation, as the audit trail keeps them: no values."""
    return {f"{change.store}.{change.table}:{change.operation}": change.rows for change in changes}


async def _give_up(case_id: int, reason: HoldReason, desk: Desk, *, why: str) -> None:
    """Something is still there, or the store refused: not done, a person, an alarm."""
    async with desk.ledger.write() as book:
        case = await book.case(case_id)
        if case.state is CaseState.PERSON and reason in case.holds:
            return
        logger.error("case.not_done", case=case.number, why=why)
        await to_person(case, (reason,), book, desk)


async def _outcome(case: Case, steps: Sequence[PlannedStep], book: Book, desk: Desk) -> None:
    """All steps are done: ask for the confirmation that is still missing, or tell what was done."""
    if case.state is not CaseState.FULFILLING or not all(planned.done for planned in steps):
        return  # a person or another process was quicker
    parent = await letters.parent_of(case, book, desk)
    if case.decision.confirmed and not case.confirmed:
        if case.decision.may_answer:
            await letters.ask(case, parent, book, desk)
        else:
            await to_person(case, (HoldReason.SENDER,), book, desk)
        return
    done = await book.save(replace(case, state=CaseState.DONE))
    await record("case.done", done, book, desk, {"rights": [right.value for right in done.rights]})
    if done.decision.may_answer:
        await letters.send(done, letters_for(done.rights), parent, book, desk)
