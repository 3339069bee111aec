"""terms: what the law or an order keeps for now ─▶ destroyed on the day after its last one, and the person told.

The letter has named ground and day (requirements A68, A73). On that day the destruction is carried out like any
other, looked at again, and told; what is still kept then waits for its next day (issue 5, item 5).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from mailbot.core.case import Case, Phase, PlannedStep
from mailbot.core.datamap import Keep
from mailbot.core.datamap.own import MAILBOX
from mailbot.core.model import Change, Letter, Step
from mailbot.journeys import letters
from mailbot.journeys.desk import Desk
from mailbot.journeys.trail import record
from mailbot.ports import Book

DAY = timedelta(days=1)
LOOK_AGAIN = timedelta(days=30)  # at what is owed without a day: an order is late, and some day fulfilled


async def plan(planned: PlannedStep, changes: Sequence[Change], case: Case, book: Book, desk: Desk) -> None:
    """Plan the destruction of what a destruction has left until its day; in place of what was planned before."""
    await book.drop_steps(case.id, Phase.LATER, at=planned.at)  # another round's has its own rows, and its own day
    later = replace(planned.step, spare_owed=True)
    days = sorted(set(_days(changes, planned, desk)))
    for day in days:
        run_at = datetime.combine(day, time.min, tzinfo=desk.zone).astimezone(UTC)
        step_id = await book.plan_for(case.id, Phase.LATER, later, at=planned.at, run_at=run_at)
        await book.trace(step_id, planned.traces)  # by what it was found: the address may be gone by then
    if days:
        await record("later.planned", case, book, desk, {"days": [day.isoformat() for day in days]})


def _days(changes: Sequence[Change], planned: PlannedStep, desk: Desk) -> Iterator[date]:
    """On which days something more may be destroyed; what a norm keeps for as long as it applies has none."""
    today = desk.chance.now().astimezone(desk.zone).date()
    for change in changes:
        if not change.kept_for or not change.rows or change.store == MAILBOX:
            continue  # letters kept as proof have a retention of their own
        if change.until is not None:
            yield max(change.until, today) + DAY
        elif planned.step.spare_owed and not _kept_for_good(change, desk):
            yield today + LOOK_AGAIN


def spares(step: Step, changes: Sequence[Change], desk: Desk) -> bool:
    """Whether *step* leaves rows for an order or a hold: then letters stay too, some are about it."""
    return step.spare_owed and any(one.kept_for and one.rows and not _kept_for_good(one, desk) for one in changes)


def _kept_for_good(change: Change, desk: Desk) -> bool:
    """Whether the map itself says that these rows stay."""
    for store in desk.datamap.stores:
        if store.name == change.store:
            return any(isinstance(t.destroy, Keep) for t in store.tables if t.name == change.table)
    return True


async def over(planned: PlannedStep, changes: Sequence[Change], case: Case, book: Book, desk: Desk) -> None:
    """A day has come and its destruction is done: tell the person what is gone, and plan what is left."""
    gone = [change for change in changes if change.rows and not change.kept_for]
    await plan(planned, changes, case, book, desk)
    if not gone or not case.address or not case.decision.may_answer:
        return
    told = letters.facts_of(case, [replace(planned, phase=Phase.CONFIRMED, intended=tuple(changes))], desk)
    facts = replace(told, parties=())
    parent = await letters.parent_of(case, book, desk)
    await letters.send(case, (Letter.TERM_OVER,), parent, book, desk, said=facts)
    await record("later.told", case, book, desk, {"step": planned.id})
