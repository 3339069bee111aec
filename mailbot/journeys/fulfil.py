"""fulfil: planned case ─▶ each step in its store, idempotent ─▶ look again ─▶ COMMIT outcome + reply + audit.

Every step is recorded with what it will change before each try, may be taken twice without harm, and is done only
when a second look finds nothing left. Before each try the case is looked at again: what a person, the owner of the
address or the end of autonomy has stopped meanwhile is not carried out, though it was planned.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import assert_never

from mailbot import log
from mailbot.core.case import LIFTS, Case, Phase, PlannedStep, merged, runs
from mailbot.core.decide import BY_HAND
from mailbot.core.model import CaseState, Change, Decision, HoldReason, Right, Step, StepKind
from mailbot.core.reply import letters_for
from mailbot.errors import Conflict, Rejected, Unavailable
from mailbot.journeys import access, breaker, flags, letters, own_mail, question, tasks, terms
from mailbot.journeys.casework import OPEN, backoff, live, to_person
from mailbot.journeys.desk import Desk
from mailbot.journeys.orders import narrower, standing_order, unheld
from mailbot.journeys.pause import paused
from mailbot.journeys.returned import STOPPED, forget, told_of
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record
from mailbot.ports import Book

logger = log.get(__name__)

STUMBLES = 3  # faults of the program over one case before a person gets it
SETS = {lifts: sets for sets, lifts in LIFTS.items()}


async def fulfil_planned(desk: Desk) -> int:
    """Carry every planned case as far as it goes; how many moved on.

    A store that cannot be reached holds up its own cases only; raises `Unavailable` at the end.
    """
    async with desk.ledger.read() as book:
        if await paused(book):
            return 0
        waiting = await book.unfinished(now=desk.chance.now())
    return await each(waiting, lambda case_id: _fulfil_or_hand_over(case_id, desk), name="case")


async def _fulfil_or_hand_over(case_id: int, desk: Desk) -> bool:
    """Fulfil one case; what the program stumbles over again and again goes to a person."""
    try:
        return await fulfil(case_id, desk)
    except (Conflict, Unavailable):
        raise
    except Exception:
        logger.exception("case.stumbled", case_id=case_id)
        async with desk.ledger.write() as book:
            case = await book.case(case_id)
            stumbled = replace(case, stumbles=case.stumbles + 1)
            if stumbled.stumbles >= STUMBLES and case.state in OPEN:
                await to_person(stumbled, (HoldReason.NOT_DONE,), book, desk)
            else:
                await book.save(stumbled)
        raise


async def fulfil(case_id: int, desk: Desk) -> bool:
    """Take the case's steps one by one, then tell the outcome; whether it moved on."""
    async with desk.ledger.read() as book:
        case, steps = await book.case(case_id), await book.steps(case_id)
    now, moved = desk.chance.now(), False
    planned_too = {(planned.step.kind, planned.at) for planned in steps}
    for planned in steps:
        due = planned.run_at is None or planned.run_at <= now
        if planned.done or not due or not runs(planned.phase, case.state):
            continue
        if (LIFTS.get(planned.step.kind), planned.at) in planned_too:  # taken back before it could be done
            async with desk.ledger.write() as book:
                await book.step_done(planned.id)
                facts = {"step": planned.id, "kind": planned.step.kind.value}
                await record("step.dropped", case, book, desk, facts)
            continue
        if not await _take(planned, case, desk):
            return moved
        moved = True
    if case.state is not CaseState.FULFILLING:
        return moved
    async with desk.ledger.write() as book:
        return await _outcome(await book.case(case_id), await book.steps(case_id), book, desk) or moved


# ---------------------------------------------------------------- one step


async def _may_run(planned: PlannedStep, case: Case, book: Book, desk: Desk) -> bool:
    """Whether the step may still be taken, by the case as it stands now; what is no longer live is a person's."""
    if not runs(planned.phase, case.state) or await paused(book):
        return False
    if await breaker.stopped(planned, case, book, desk):
        return False
    if planned.phase in (Phase.AGAIN, Phase.UNDO) or case.released or await live(case, book, desk):
        return True
    if case.state is CaseState.FULFILLING or planned.phase is Phase.LATER:
        await to_person(case, (HoldReason.REHEARSAL,), book, desk)
    return False


async def _take(planned: PlannedStep, case: Case, desk: Desk) -> bool:
    """Take one step: say what it will change, change it, look again; whether it is done."""
    meant = await _of_no_other(planned.step, case, desk)
    if meant is None:
        return await _done(planned, case, (), desk)
    whole, planned = planned.step, await flags.equipped(planned, case, desk)
    try:
        tried = await _intend(flags.narrowed(planned, meant), case, desk)
        if tried is None:
            return False
        changed = await desk.registry.carry_out(tried.step, at=tried.at, traces=tried.traces)
        await _leave_stopped(tried.step, case, desk)
        mail = own_mail.OwnMail(tried.step, desk, spared=terms.spares(tried.step, changed, desk))
        changed = (*changed, *await mail.carry_out())
        left = await desk.registry.remaining(tried.step, at=tried.at, traces=tried.traces)
        left = (*left, *await mail.remaining())
    except Rejected as exc:
        return await _give_up(planned, case, desk, why=str(exc))
    if left:
        return await _give_up(planned, case, desk, why="looked again: rows remain", left=left)
    told = tried if meant == whole else replace(tried, step=whole, traces=())  # what stays may be lifted later
    return await _done(told, case, merged(tried.intended, changed), desk)


async def _of_no_other(step: Step, case: Case, desk: Desk) -> Step | None:
    """What of *step* it would lift that was not asked for in another case too; None: nothing, all of it stays."""
    sets = SETS.get(step.kind)
    if sets is None:
        return step
    async with desk.ledger.read() as book:
        if sets is StepKind.SUPPRESS:
            return await unheld(step, case, book, desk)
        held = await book.holding(case.address, sets, besides=case.id, like=step)
    return None if held else step


async def _leave_stopped(step: Step, case: Case, desk: Desk) -> None:
    """What another case has asked for beside what was just lifted: it is stopped at its own moment."""
    if step.kind is not StepKind.RESUME_ADVERTISING:
        return
    async with desk.ledger.read() as book:
        others = await narrower(step, case, book, desk)
    for other, at in others:
        try:
            await desk.registry.carry_out(other, at=at, traces=())  # without a trace no flag could be put back
        except Rejected as exc:  # the other case keeps its order on the list; the return watch stops it again
            logger.warning("stop.not_kept", case=case.number, why=str(exc))
            async with desk.ledger.write() as book:
                await record("stop.not_kept", case, book, desk, {"why": str(exc)})


async def _intend(planned: PlannedStep, case: Case, desk: Desk) -> PlannedStep | None:
    """Record what this try is about to change, beside what earlier tries have found; None: it may not be made.

    By what those rows are found is kept with it: who dies must not look by less later. The last look
    at the case before anything is changed: a verdict that came meanwhile is obeyed.
    """
    planning = await desk.registry.plan(planned.step, at=planned.at, traces=planned.traces)
    mail = own_mail.OwnMail(planned.step, desk, spared=terms.spares(planned.step, planning, desk))
    changes = merged(planned.intended, (*planning, *await mail.plan()))
    traces = tuple(await desk.registry.traces(planned.step, known=planned.traces))
    tells = planned.step.kind is StepKind.DISCLOSE
    holdings = await access.holdings(planned.step.address, desk) if tells else None
    async with desk.ledger.write() as book:
        if not await _may_run(planned, await book.case(case.id), book, desk):
            return None
        await book.intend(planned.id, changes, holdings)
        await book.trace(planned.id, traces)
        facts = {"step": planned.id, "kind": planned.step.kind.value, "rows": counts(changes)}
        await record("step.intended", case, book, desk, facts)
    return replace(planned, intended=changes, traces=traces)


async def _done(planned: PlannedStep, case: Case, changes: Sequence[Change], desk: Desk) -> bool:
    step = planned.step
    async with desk.ledger.write() as book:
        await standing_order(planned, case, book, desk)
        await book.intend(planned.id, changes, None)
        await book.step_done(planned.id)
        await flags.forget(planned, case, book)
        facts = {"step": planned.id, "kind": step.kind.value, "right": step.right.value, "rows": counts(changes)}
        again = planned.phase is Phase.AGAIN
        told = {**facts, **told_of(step.origin)} if again else facts
        await record(STOPPED if again else "step.done", case, book, desk, told)
        await _and_then(planned, changes, await book.case(case.id), book, desk)
    return True


async def _and_then(planned: PlannedStep, changes: Sequence[Change], case: Case, book: Book, desk: Desk) -> None:
    """What follows from a step that is done, kept with it: nobody forgets what others have to do."""
    match planned.phase:
        case Phase.LATER:
            await terms.over(planned, changes, case, book, desk)
        case Phase.NOW | Phase.CONFIRMED | Phase.STOP:
            await tasks.pass_on(case, book, desk)
            if planned.step.kind is StepKind.DESTROY:
                await terms.plan(planned, changes, case, book, desk)
        case Phase.AGAIN:
            await forget(case, book)
        case Phase.MEANWHILE | Phase.UNDO:
            pass  # told when it was first done, or lifted again
        case _:
            assert_never(planned.phase)
    if planned.phase is Phase.STOP and case.state is CaseState.PERSON:
        await tasks.say_under_way(case, "stopped", book, desk)


def counts(changes: Sequence[Change]) -> dict[str, int]:
    """Rows by place and operation, as the audit trail keeps them: no values."""
    return {f"{change.store}.{change.table}:{change.operation}": change.rows for change in changes}


async def _give_up(planned: PlannedStep, case: Case, desk: Desk, *, why: str, left: Sequence[Change] = ()) -> bool:
    """Something is still there, or the store refused: not done, a person, an alarm, and a later try."""
    logger.error("step.not_done", case=case.number, kind=planned.step.kind.value, why=why)
    async with desk.ledger.write() as book:
        now_case = await book.case(case.id)
        await book.step_failed(planned.id, until=desk.chance.now() + backoff(planned.attempts))
        if planned.step.kind is StepKind.SUPPRESS:  # whatever a store says: no letter of ours goes there
            await standing_order(planned, now_case, book, desk)
        facts = {"step": planned.id, "kind": planned.step.kind.value, "why": why, "left": counts(left)}
        await record("step.not_done", now_case, book, desk, facts)
        tells = now_case.state in OPEN or planned.phase in (Phase.LATER, Phase.AGAIN)
        if tells and HoldReason.NOT_DONE not in now_case.holds:
            await to_person(now_case, (HoldReason.NOT_DONE,), book, desk)
    return False


# ---------------------------------------------------------------- the outcome


async def _outcome(case: Case, steps: Sequence[PlannedStep], book: Book, desk: Desk) -> bool:
    """All steps are done: ask for the confirmation that is still missing, or tell what was done."""
    ours = [planned for planned in steps if planned.phase in (Phase.NOW, Phase.CONFIRMED)]
    if case.state is not CaseState.FULFILLING or not all(planned.done for planned in ours):
        return False  # a person or another process was quicker
    if not case.released and not await live(case, book, desk):
        await to_person(case, (HoldReason.REHEARSAL,), book, desk)
        return True
    parent = await letters.parent_of(case, book, desk)
    if case.decision.confirmed and not case.confirmed:
        if not case.decision.may_answer:
            await to_person(case, (HoldReason.SENDER,), book, desk)
        elif case.released or (
            case.letters < desk.policy.letters_per_case and await question.may_ask(case, book, desk)
        ):
            await letters.ask(case, parent, book, desk)
        else:
            await to_person(case, (HoldReason.BUDGET,), book, desk)
        return True
    if await tasks.not_yet(case, book, desk):
        return False
    await _tell(case, _served(ours), book, desk)
    return True


def _served(steps: Collection[PlannedStep]) -> tuple[Right, ...]:
    """The rights that steps were taken for."""
    taken = {planned.step.right for planned in steps}
    return tuple(right for right in Right if right in taken)


async def _tell(case: Case, served: Sequence[Right], book: Book, desk: Desk) -> None:
    """Say what was done. What only a person can do goes on waiting for one."""
    told = tuple(right for right in case.rights if right not in BY_HAND)
    rest = tuple(right for right in case.rights if right in BY_HAND)
    await record("case.done", case, book, desk, {"rights": [right.value for right in told]})
    parent = await letters.parent_of(case, book, desk)
    if rest:
        done = await to_person(
            replace(case, decision=Decision(rights=rest, holds=(HoldReason.RIGHT,))),
            (HoldReason.RIGHT,),
            book,
            desk,
        )
    else:
        done = await book.save(replace(case, state=CaseState.DONE))
    if case.decision.may_answer and served:
        said = letters.facts_of(done, await book.steps(case.id), desk)
        by_hand = await tasks.done_by_hand(case, book, desk)
        await letters.send(done, letters_for(told), parent, book, desk, said=tasks.with_hands(said, by_hand))
