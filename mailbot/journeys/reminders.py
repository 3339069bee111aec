"""reminders: a question nobody answers ─▶ one reminder; then an interim letter, ready for a person to release.

Source: requirements C.3, "If the token does not come"; amendments 9 and 11.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.core.case import Case
from mailbot.core.deadline import earliest_ready, first_day, ready_by
from mailbot.core.model import CaseState, Letter, Proven, Unproven
from mailbot.journeys import budget, letters, question
from mailbot.journeys.casework import live
from mailbot.journeys.desk import Desk
from mailbot.journeys.trail import record
from mailbot.ports import Book, Rendered

REMIND_AFTER = timedelta(hours=24)
BEFORE_IT_LAPSES = timedelta(days=1)
UNMADE = "MB…"  # stands for the token in a preview: it is made when the letter is


def open_question(case: Case, now: datetime) -> bool:
    """Whether the case waits for its token, and has not waited for too long."""
    asked = case.state is CaseState.CONFIRMATION and case.token_hash is not None and not case.confirmed
    return asked and bool(case.address) and case.confirm_until is not None and now <= case.confirm_until


# ---------------------------------------------------------------- to the person


async def to_remind(cases: Sequence[Case], now: datetime, desk: Desk) -> Sequence[Case]:
    """Whom to remind: our question left the house a day ago. Who has not got it is not reminded of it."""
    waiting = [case for case in cases if _waits(case, now, desk)]
    if not waiting:
        return waiting
    async with desk.ledger.read() as book:
        asked = await book.out_by(Letter.CONFIRM, [case.id for case in waiting], by=now - REMIND_AFTER)
    return [case for case in waiting if case.id in asked]


def _waits(case: Case, now: datetime, desk: Desk) -> bool:
    """Whether it is time to look closer: asked a day ago, not reminded yet, a letter is left for the outcome."""
    if case.reminded_at is not None or not open_question(case, now) or not question.has_room(case, desk):
        return False
    return case.decision.may_answer and _asked_at(case, desk) <= now - REMIND_AFTER


async def remind(case: Case, desk: Desk) -> bool:
    """Remind the person once that our question is open; whether that was done."""
    async with desk.ledger.write() as book:
        if not await _may_write(case, book, desk):
            return False
        parent = await letters.parent_of(case, book, desk)
        noted = replace(case, reminded_at=desk.chance.now())
        reminded = await letters.ask(noted, parent, book, desk, letter=Letter.REMINDER)
        await record("case.person_reminded", reminded, book, desk, {})
    return True


async def _may_write(case: Case, book: Book, desk: Desk) -> bool:
    """Whether a program may write once more: the right is live or released, and no limit is reached (C15, D6).

    A forger's questions must not be reminded of from the share that is kept for open cases (amendment 13).
    """
    if not (case.released or await live(case, book, desk)) or not await question.may_ask(case, book, desk):
        return False
    parent = await letters.parent_of(case, book, desk)
    standing = Proven("") if case.standing == "Proven" else Unproven("reminded")
    return await budget.within_budget(parent, standing, None, book, desk)


# ---------------------------------------------------------------- for a person to release


def interim_is_due(case: Case, now: datetime, desk: Desk) -> bool:
    """Whether an interim letter should lie ready by now: before the law's day, and before the question lapses."""
    if case.drafted_at is not None or not open_question(case, now) or case.confirm_until is None:
        return False
    if case.letters >= desk.policy.letters_per_case:
        return False  # none could be released; the operator is warned of the day as ever
    if now < min(earliest_ready(_asked_at(case, desk), case.due_at), case.confirm_until - BEFORE_IT_LAPSES):
        return False  # most cases: nothing need be counted for them
    counted = first_day(
        case.rights,
        min(case.received_at, case.opened_at),
        objected_at=case.objected_at,
        jurisdiction=desk.letterhead.jurisdiction,
        law=desk.law,
    )
    due = replace(counted, at=case.due_at, day=case.due_day)  # the earlier day that was told stands
    ready = ready_by(due, _asked_at(case, desk), case.received_at, law=desk.law)
    return now >= min(ready, case.confirm_until - BEFORE_IT_LAPSES)


async def draft(case: Case, book: Book, desk: Desk) -> Case:
    """Note that the interim letter lies ready; it is made when a person releases it, from what holds then."""
    drafted = await book.save(replace(case, drafted_at=desk.chance.now()))
    await record("case.interim_drafted", drafted, book, desk, {"due": case.due_at.isoformat()})
    return drafted


async def interim(case: Case, book: Book, desk: Desk) -> Rendered | None:
    """The interim letter as it would go; None where none lies ready."""
    out = await book.letters_out(case.id)
    released = any(Letter.INTERIM in one.letters for one, _ in out)
    if case.drafted_at is None or released or not open_question(case, desk.chance.now()):
        return None
    facts = letters.facts_of(case, await book.steps(case.id), desk, token=UNMADE)
    return desk.renderer.render((Letter.INTERIM,), case.languages, facts.mapping())


def _asked_at(case: Case, desk: Desk) -> datetime:
    """When the question was put, as far as its end tells; a reminder of it does not begin anew."""
    if case.reminded_at is not None:
        return case.reminded_at - REMIND_AFTER
    return (case.confirm_until or case.opened_at) - desk.policy.confirm_within
