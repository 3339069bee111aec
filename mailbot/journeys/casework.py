"""Moves that several journeys make with a case: open it, hand it to a person, lift what was set."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from mailbot.core import decide as core
from mailbot.core.basis import basis
from mailbot.core.case import LIFTS, Case, Phase, PlannedStep, StoredLetter
from mailbot.core.deadline import first_day
from mailbot.core.model import (
    Address,
    CaseState,
    Decision,
    HoldReason,
    Language,
    Message,
    Standing,
    StepKind,
    Unreadable,
)
from mailbot.journeys.desk import Desk
from mailbot.journeys.trail import record
from mailbot.ports import Book, NewCase

OPEN = (CaseState.CONFIRMATION, CaseState.PERSON, CaseState.FULFILLING)


async def live(case: Case, book: Book, desk: Desk) -> bool:
    """Whether the case's rights may act without a person, by what `mailbot go-live` says now."""
    policy = replace(desk.policy, autonomy=await book.autonomy())
    return policy.live(case.rights, case.languages)


def backoff(attempts: int) -> timedelta:
    """How long to wait before the next try: 5 s doubling to 10 min."""
    return timedelta(seconds=min(600, 5 * 2 ** min(attempts, 10)))


async def open_case(
    letter: StoredLetter,
    message: Message | Unreadable,
    standing: Standing,
    decision: Decision,
    book: Book,
    desk: Desk,
) -> Case:
    """Open a case for *letter*, with its clock and everything it began with."""
    now = desk.chance.now()
    author = message.author if isinstance(message, Message) else None
    due = first_day(
        decision.rights,
        min(letter.received_at, now),  # a server's clock that runs ahead gives nobody more time
        jurisdiction=desk.letterhead.jurisdiction,
        law=desk.law,
    )
    case = await book.open_case(
        NewCase(
            letter=letter,
            address=author or Address(""),
            languages=letter.reading.languages or tuple(Language),
            standing=core.standing_name(standing),
            decision=decision,
            state=CaseState.PERSON if decision.holds else CaseState.FULFILLING,
            opened_at=now,
            due_at=due.at,
            due_day=due.day,
            due_norm=due.norm,
            counted_by=basis(desk.law, desk.letterhead.jurisdiction, decision.rights),
            versions=desk.versions,
        )
    )
    await record(
        "case.opened",
        case,
        book,
        desk,
        {
            "letter": letter.id,
            "rights": [right.value for right in case.rights],
            "standing": case.standing,
            "holds": [reason.value for reason in case.holds],
            "due": due.at.isoformat(),
            "norm": due.norm,
            "jurisdiction": due.jurisdiction.value,
            "rule": due.rule_version,
            "calendar": due.calendar_version,
            "versions": desk.versions,
        },
    )
    return case


async def to_person(case: Case, holds: Sequence[HoldReason], book: Book, desk: Desk) -> Case:
    """Hand a case to a person, and say why."""
    reasons = tuple(dict.fromkeys((*holds, *case.holds)))
    held = replace(case, state=CaseState.PERSON, holds=reasons, released=False, nudged_at=None)
    if _objects(case, holds):
        last = (await book.letters_of(case.id))[-1]
        began = min(last.received_at, desk.chance.now())
        held = replace(held, objected_at=began, reopened=case.state not in OPEN, warned_at=None)
    saved = await book.save(held)
    await record("case.held", saved, book, desk, {"holds": [reason.value for reason in reasons]})
    return saved


_BEFELL_US = frozenset(
    {
        HoldReason.BOUNCED,
        HoldReason.TAKEN_BY_COLLEAGUE,
        HoldReason.NOT_DONE,
        HoldReason.BUDGET,
        HoldReason.RETURNED,
    }
)


def _objects(case: Case, holds: Sequence[HoldReason]) -> bool:
    """Whether somebody objects to what a program has answered: that has a term of its own (KZ 94-V 19-1).

    Who asks for a person does, and who takes up an ended case again; the first letter that does begins the term.
    """
    if case.state in OPEN:
        return HoldReason.WANTS_PERSON in holds and case.objected_at is None
    return not set(holds) <= _BEFELL_US


async def forget_traces(case: Case, book: Book) -> None:
    """Keys by which rows would be looked for again go with the case that ends: some are logins (A52).

    A step that is taken after all, where somebody takes the case up again, finds them anew. What stood under a
    flag is found nowhere else: it stays until it is put back, or the data are destroyed. So is what has been kept
    until its day: the rows it was found through may be gone.
    """
    for planned in await book.steps(case.id):
        if planned.traces and planned.step.kind not in LIFTS and planned.phase is not Phase.LATER:
            await book.trace(planned.id, ())


async def undo(case: Case, kinds: Collection[StepKind], book: Book) -> bool:
    """Plan to lift what steps of these *kinds* have set, each at its own moment; whether there was any."""
    steps = await book.steps(case.id)
    lifted_before = {(planned.step.kind, planned.at) for planned in steps}
    taken = [
        planned
        for planned in steps
        if planned.step.kind in kinds and (LIFTS[planned.step.kind], planned.at) not in lifted_before
    ]
    known = {(LIFTS[p.step.kind], p.at) for p in taken} | lifted_before
    held = [p for p in await _held_before(case, book) if (p.step.kind, p.at) not in known] if taken else []
    lifts = [(planned.at, replace(planned.step, kind=LIFTS[planned.step.kind])) for planned in taken]
    for at, step in (*lifts, *((p.at, p.step) for p in held if p.step.kind in {LIFTS[kind] for kind in kinds})):
        await book.plan(case.id, Phase.UNDO, (step,), at=at)
    return bool(taken)


async def _held_before(case: Case, book: Book) -> Sequence[PlannedStep]:
    """What other cases of the address have lifted: while *case* asked for the same, it may have stayed."""
    others = await book.cases_of(case.address, states=tuple(CaseState)) if case.address else ()
    return [p for one in others if one.id != case.id for p in await book.steps(one.id) if p.phase is Phase.UNDO]
