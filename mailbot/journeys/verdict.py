"""A person's verdict enters at the same door as a decision: the case moves on, its steps are fulfilled as ever.

Every verdict carries the person's login (requirements A108). Refusals exist only here, with norm and reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.core import decide as core
from mailbot.core.case import LIFTS, Case, Phase, PlannedStep, in_doubt, stands
from mailbot.core.datamap import Holdings
from mailbot.core.deadline import grounds
from mailbot.core.model import CaseState, Change, Language, Letter, Right, Step, StepKind
from mailbot.core.reply import letters_for
from mailbot.errors import NotNow
from mailbot.journeys import access, letters, tasks
from mailbot.journeys.casework import OPEN, forget_traces, undo
from mailbot.journeys.desk import Desk
from mailbot.journeys.trail import record
from mailbot.ports import Book, Rendered

UNMADE = "MB…"  # stands for the token in a preview: it is made when the letter is
NEVER_ANSWERED = ("Failed", "Malformed")  # standings to which no letter goes (amendment 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would happen on approval: the rows as they would change, and the letter as it would go."""

    phase: Phase
    steps: tuple[tuple[Step, tuple[Change, ...]], ...]
    letter: Rendered | None


async def approve(number: str, *, by: str, desk: Desk) -> Case:
    """Carry out what the case proposes; raises `NotNow` where there is nothing to carry out."""
    async with desk.ledger.write() as book:
        case = await _open_case(number, book)
        phase = phase_of(case)
        steps = steps_of(case, phase)
        answerable = bool(case.address) and case.standing not in NEVER_ANSWERED
        if not case.rights or not (steps or case.decision.confirmed):
            raise NotNow(
                "nothing can be carried out by the program: say what is asked with `mailbot cases change`, "
                "or do it by hand and `mailbot cases reply --close`"
            )
        await _plan_missing(case, phase, steps, book, desk)
        approved = await book.save(
            replace(
                case,
                state=CaseState.FULFILLING,
                holds=(),
                confirmed=case.confirmed or phase is Phase.CONFIRMED,
                released=True,
                stumbles=0,
                decision=replace(case.decision, holds=(), may_answer=answerable),
            )
        )
        await record("case.approved", approved, book, desk, {"phase": phase.value}, by=by)
        return approved


def phase_of(case: Case) -> Phase:
    """What approval would carry out: the confirmed part once its question has been put."""
    return Phase.CONFIRMED if case.confirmed or case.token_hash is not None else Phase.NOW


def steps_of(case: Case, phase: Phase) -> tuple[Step, ...]:
    """The steps of that part.

    A destruction that a person approves spares what an order or a hold still needs, until its day: it is destroyed
    then (A68, KZ 94-V 8(2)). Without that, a live order would make approving a dead end.
    """
    steps = case.decision.confirmed if phase is Phase.CONFIRMED else case.decision.now
    return tuple(replace(step, spare_owed=True) if step.kind is StepKind.DESTROY else step for step in steps)


async def _plan_missing(case: Case, phase: Phase, steps: Sequence[Step], book: Book, desk: Desk) -> None:
    """What the case still has to do is due now; what it did before is done and looked at anew."""
    now = desk.chance.now()
    undone = [p for p in await book.steps(case.id) if not p.done and p.phase is phase]
    proposed = {(step.kind, step.address): step for step in steps}
    for planned in undone:
        key = (planned.step.kind, planned.step.address)
        await book.amend_step(planned.id, proposed.get(key, planned.step))
    waiting = {p.step.kind for p in undone}
    anew = tuple(step for step in steps if step.kind not in waiting)
    await book.plan(case.id, phase, anew, at=now)
    await book.retry_steps(case.id, at=now)


def _unknown(number: str) -> NotNow:
    return NotNow(f"there is no case {number}; `mailbot cases list` shows them")


async def _open_case(number: str, book: Book) -> Case:
    try:
        case = await book.case(number)
    except KeyError:
        raise _unknown(number) from None
    if case.state not in OPEN:
        raise NotNow(f"case {number} is {case.state.value} already")
    return case


async def refuse(number: str, *, by: str, norm: str, reason: str, desk: Desk) -> Case:
    """Refuse on the law's grounds: written, reasoned, with norm and where to appeal (requirements B.4).

    *norm* is the key of a ground in config/law, or several with commas between them, which together speak against
    all that is asked. An unsubscription beside it is carried out, not refused.
    """
    async with desk.ledger.write() as book:
        case = await _open_case(number, book)
        steps = await book.steps(case.id)
        rights = _refusable(case, steps)
        norm = _ground(norm, rights, desk)
        await undo(case, [StepKind.STOP_PROCESSING], book)
        await forget_traces(case, book)
        await tasks.drop_of(case, rights, book, desk)
        refused = replace(case, state=CaseState.REFUSED, holds=(), token_hash=None)
        said = replace(letters.facts_of(refused, steps, desk), rights=rights, person_text=reason, norm=norm)
        parent = await letters.parent_of(case, book, desk)
        sent = await letters.send(refused, (Letter.REFUSED,), parent, book, desk, said=said, person=by)
        await record("case.refused", sent, book, desk, {"norm": norm}, by=by)
        return sent


def _refusable(case: Case, steps: Sequence[PlannedStep]) -> tuple[Right, ...]:
    """What of *case* can be refused at all; raises `NotNow` where advertising has still to be stopped."""
    rights = tuple(right for right in case.rights if right is not Right.UNSUBSCRIBE)
    if Right.UNSUBSCRIBE in case.rights and (not rights or not stands(steps, StepKind.SUPPRESS)):
        raise NotNow(f"no law has a ground to refuse an unsubscription: mailbot cases approve {case.number}")
    if not rights:
        raise NotNow(f"it is not clear what would be refused: mailbot cases change {case.number} --right …")
    return rights


def _ground(keys: str, rights: Sequence[Right], desk: Desk) -> str:
    """The norms of the grounds called *keys*; raises `NotNow` where they do not speak against all of *rights*."""
    known = grounds(desk.law, desk.letterhead.jurisdiction)
    fit = {name: ground for name, ground in known.items() if set(rights) & set(ground.rights)}
    chosen = [fit.get(key.strip()) for key in keys.split(",")]
    against = {right for ground in chosen if ground for right in ground.rights}
    if None not in chosen and set(rights) <= against:
        return "; ".join(dict.fromkeys(ground.norm for ground in chosen if ground))
    listed = "; ".join(f"{name} ({ground.norm}: {ground.says})" for name, ground in fit.items())
    asked = ", ".join(right.value for right in rights)
    raise NotNow(f"{keys!r} is no ground of the law to refuse {asked}; grounds: {listed or 'none'}")


async def change(
    number: str,
    *,
    by: str,
    rights: Sequence[Right] = (),
    languages: Sequence[Language] = (),
    limit: core.Limit | None = None,
    desk: Desk,
) -> Case:
    """Correct what was read: the plan is made anew and goes on waiting. *limit*: of an unsubscription."""
    async with desk.ledger.write() as book:
        case = await _open_case(number, book)
        if any(p.done for p in await book.steps(case.id)) or case.token_hash is not None:
            raise NotNow(f"case {number} is under way: close it, or answer it with `mailbot cases reply`")
        decision = case.decision
        if rights or (limit and limit != core.Limit()):  # else the language alone: no wider, no other address less
            proven, asked = case.standing == "Proven", rights or case.rights
            decision = core.planned(asked, case.address, proven=proven, like=case.decision, limit=limit)
        changed = await book.save(
            replace(case, decision=decision, languages=tuple(languages) or case.languages, state=CaseState.PERSON)
        )
        facts = {
            "rights": [right.value for right in changed.rights],
            "languages": [x.value for x in changed.languages],
        }
        await record("case.changed", changed, book, desk, facts, by=by)
        return changed


async def reply(number: str, *, by: str, text: str, close: bool, desk: Desk) -> Case:
    """Write to the person in a person's own words; *close* ends the case with it."""
    async with desk.ledger.write() as book:
        case = await _open_case(number, book)
        if not case.address:
            raise NotNow(f"case {number} has no address to write to: its From names nobody")
        answered = replace(case, state=CaseState.DONE, holds=()) if close else case
        if close:
            await forget_traces(case, book)
        if close and in_doubt(case):
            await tasks.drop(case, book, desk)
        said = replace(letters.facts_of(case, await book.steps(case.id), desk), person_text=text)
        parent = await letters.parent_of(case, book, desk)
        sent = await letters.send(answered, (Letter.WRITTEN,), parent, book, desk, said=said, person=by)
        await record("case.answered", sent, book, desk, {"closed": close}, by=by)
        return sent


async def remind(number: str, *, by: str, desk: Desk) -> Case:
    """Say that we could not verify yet and how to continue: an interim letter, no refusal (amendment 11).

    The program leaves the last of three letters to the outcome; a person may take it for this, and what is done
    later closes the case with a letter of its own (amendment 9, ADR 16).
    """
    async with desk.ledger.write() as book:
        case = await _open_case(number, book)
        if case.token_hash is None or case.confirmed or not case.address:
            raise NotNow(f"case {number} has no open question to remind of")
        if case.letters >= desk.policy.letters_per_case:
            raise NotNow(f"case {number} has had its {case.letters} letters: call, or `mailbot cases reply`")
        parent = await letters.parent_of(case, book, desk)
        now = desk.chance.now()
        noted = replace(case, reminded_at=now, drafted_at=now)
        reminded = await letters.ask(noted, parent, book, desk, letter=Letter.INTERIM)
        await record("case.reminded", reminded, book, desk, {}, by=by)
        return reminded


async def take_back(number: str, *, by: str, desk: Desk) -> Case:
    """Lift everything the case has set, advertising and processing alike; what was destroyed stays destroyed.

    For an ended case too: somebody writes that it was not them.
    """
    async with desk.ledger.write() as book:
        try:
            case = await book.case(number)
        except KeyError:
            raise _unknown(number) from None
        if case.redacted_at is not None:
            raise NotNow(f"case {number} was redacted on {case.redacted_at:%Y-%m-%d}: it names nobody now")
        if not await undo(case, LIFTS, book):
            raise NotNow(f"case {number} has set nothing that could be lifted")
        await tasks.drop(case, book, desk)
        under_way = case.state is CaseState.FULFILLING  # while a task waits: nobody is told that it is done
        lifted = await book.save(replace(case, state=CaseState.CLOSED) if under_way else case)
        await record("case.taken_back", lifted, book, desk, {}, by=by)
        return lifted


async def close(number: str, *, by: str, desk: Desk) -> Case:
    """End a case without a letter: it was no request, or everything was done and said elsewhere."""
    async with desk.ledger.write() as book:
        case = await _open_case(number, book)
        if await undo(case, [StepKind.STOP_PROCESSING], book) and not _destroyed(await book.steps(case.id)):
            await tasks.drop_of(case, [Right.WITHDRAW_CONSENT], book, desk)
        if in_doubt(case):
            await tasks.drop(case, book, desk)
        await forget_traces(case, book)
        closed = await book.save(replace(case, state=CaseState.CLOSED, holds=(), token_hash=None))
        await record("case.closed", closed, book, desk, {}, by=by)
        return closed


def _destroyed(steps: Sequence[PlannedStep]) -> bool:
    return any(planned.done and planned.step.kind is StepKind.DESTROY for planned in steps)


# ---------------------------------------------------------------- before anything happens


async def proposal(case: Case, desk: Desk) -> Proposal | None:
    """The letter as it would go and the rows as they would change; None where nothing waits for approval."""
    if case.state is not CaseState.PERSON:
        return None
    phase = phase_of(case)
    steps = steps_of(case, phase)
    planned = tuple([(step, tuple(await desk.registry.plan(step))) for step in steps])
    asks = bool(case.decision.confirmed) and phase is Phase.NOW
    if not case.address or case.standing in NEVER_ANSWERED or not case.rights or not (steps or asks):
        return Proposal(phase=phase, steps=planned, letter=None)
    facts = letters.facts_of(case, [await _as_done(case, *one, desk) for one in planned], desk, token=UNMADE)
    if facts.confirm_until is None:
        until = desk.chance.now() + desk.policy.confirm_within
        facts = replace(facts, confirm_until=until.astimezone(desk.zone).date())
    told = (Letter.CONFIRM,) if asks else letters_for(case.rights)
    return Proposal(phase=phase, steps=planned, letter=desk.renderer.render(told, case.languages, facts.mapping()))


async def _as_done(case: Case, step: Step, changes: tuple[Change, ...], desk: Desk) -> PlannedStep:
    """A step as it will stand when it is done, for the preview of the letter."""
    holdings: Holdings | None = None
    if step.kind is StepKind.DISCLOSE:
        holdings = await access.holdings(step.address, desk)
    return PlannedStep(
        id=0,
        case_id=case.id,
        phase=phase_of(case),
        step=step,
        at=desk.chance.now(),
        intended=changes,
        holdings=holdings,
        done=True,
    )
