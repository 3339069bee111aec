"""recompute: law, calendar or request has changed ─▶ the day of every open case anew ─▶ COMMIT day + audit.

The versions a case began with stay in it for evidence; its day follows the law as it is known now, and what it was
before, and why it changed, stays in the trail (docs/adr/0016).
"""

from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.audit import Plain
from mailbot.core.basis import basis, causes, may_lengthen
from mailbot.core.case import Case
from mailbot.core.deadline import Due, first_day
from mailbot.core.model import Letter
from mailbot.journeys.casework import OPEN
from mailbot.journeys.desk import Desk
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record
from mailbot.ports import Book

_ANSWERS = frozenset(Letter) - {Letter.RECEIPT, Letter.CONFIRM, Letter.REMINDER, Letter.INTERIM}
AT_ONCE = 50  # cases in one transaction
_TELLS_THE_DAY = frozenset({Letter.RECEIPT})


def basis_now(case: Case, desk: Desk) -> str:
    """What the day of *case* would be counted by now."""
    return basis(desk.law, desk.letterhead.jurisdiction, case.rights, case.objected_at)


async def recount(cases: Sequence[Case], desk: Desk) -> int:
    """Count the day anew of each of these open cases whose basis has changed; how many were."""
    stale = [case.id for case in cases if case.counted_by != basis_now(case, desk)]
    some = [stale[start : start + AT_ONCE] for start in range(0, len(stale), AT_ONCE)]
    return await each(some, lambda ids: _recount_all(ids, desk), name="recount")


async def _recount_all(case_ids: Sequence[int], desk: Desk) -> int:
    async with desk.ledger.write() as book:
        for case_id in case_ids:
            case = await book.case(case_id)
            if case.state in OPEN:
                await _recount(case, book, desk)
    return len(case_ids)


async def _recount(case: Case, book: Book, desk: Desk) -> None:
    told = {letter for out, _ in await book.letters_out(case.id) for letter in out.letters}
    answered = case.reopened and bool(told & _ANSWERS)
    law_says = first_day(
        case.rights,
        min(case.received_at, case.opened_at),
        objected_at=case.objected_at,
        answered=answered,
        jurisdiction=desk.letterhead.jurisdiction,
        law=desk.law,
    )
    changed = causes(case.counted_by, basis_now(case, desk))
    another = answered and "objection" in changed  # what the day was for is done: this one is new
    free = may_lengthen(changed) and not told & _TELLS_THE_DAY
    moves = law_says.at <= case.due_at or another or free
    await _save(case, law_says, changed, book, desk, moves=moves)


async def _save(case: Case, law_says: Due, changed: Sequence[str], book: Book, desk: Desk, *, moves: bool) -> None:
    """Move the day, or keep the earlier one; of a day that moves the operator is warned anew."""
    counted = replace(case, counted_by=basis_now(case, desk))
    if (law_says.at, law_says.norm) == (case.due_at, case.due_norm):
        await book.save(counted)
        return
    if moves:
        counted = replace(
            counted, due_at=law_says.at, due_day=law_says.day, due_norm=law_says.norm, warned_at=None
        )
    saved = await book.save(counted)
    facts: dict[str, Plain] = {
        "cause": list(changed),
        "was": case.due_at.isoformat(),
        "was_norm": case.due_norm,
        "law_says": law_says.at.isoformat(),
        "norm": law_says.norm,
        "now": saved.due_at.isoformat(),
        "moved": moves,
        "counted_by_then": case.counted_by,
        "counted_by": saved.counted_by,
    }
    await record("case.recounted", saved, book, desk, facts)
