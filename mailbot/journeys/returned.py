"""returned: somebody on the suppression list stands in a row of the company's again.

With an older consent than their wish, or with none, an import has brought them back: their advertising is stopped
again by a step of their own case, and what was destroyed goes to a person, who may destroy it again. Who agreed
since then came back freely, and is left alone (issue 5, item 4). How they are found: `mailbot.journeys.watching`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailbot import log
from mailbot.core.audit import Plain
from mailbot.core.case import LIFTS, Case, Phase, PlannedStep
from mailbot.core.model import Address, CaseState, Change, HoldReason, Origin, Right, Step, StepKind
from mailbot.journeys.casework import to_person
from mailbot.journeys.desk import Desk
from mailbot.journeys.pause import paused
from mailbot.journeys.trail import pseudonyms_of, record
from mailbot.ports import Book
from mailbot.ports.orders import Suppression

logger = log.get(__name__)

STOPPED, ERASED, FREELY = "returned.stopped", "returned.erased", "returned.freely"
WAITING = "returned.waiting"  # seen before: the program or a person is at it
DESTROYING = frozenset({Right.ERASURE, Right.WITHDRAW_CONSENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Somebody on the suppression list, in a row of the company's, with what one case has ordered about them."""

    whom: str = field(repr=False)
    origin: Origin
    number: str  # of the case
    orders: tuple[Suppression, ...]

    @property
    def since(self) -> datetime:
        """The moment of the wish."""
        return max(order.since for order in self.orders)


def told_of(origin: Origin | None) -> dict[str, Plain]:
    """Where somebody came back from, as the trail tells it."""
    if origin is None:
        return {}
    day = origin.added.isoformat() if origin.added else ""
    return {"store": origin.store, "table": origin.table, "origin": origin.source, "added": day}


def ordered(hit: Hit, orders: Sequence[Suppression]) -> Step:
    """The step that *orders* alone speak of."""
    number = hit.whom if hit.whom.startswith("+") else ""
    return Step(
        kind=StepKind.SUPPRESS,
        address=Address("" if number else hit.whom),
        phones=(number,) if number else (),
        right=orders[0].reason,
        channels=tuple(dict.fromkeys(order.channel for order in orders if order.channel)),
        topics=tuple(dict.fromkeys(order.topic for order in orders if order.topic)),
    )


async def forget(case: Case, book: Book) -> None:
    """What the ledger has forgotten of a case is not kept anew because an import has brought it back."""
    if case.redacted_at is not None:
        await book.forget_whom(case.id)


async def settle(hit: Hit, desk: Desk) -> str:
    """What was found about one of them, the event that says so; empty: nothing is there that must not be."""
    async with desk.ledger.read() as book:
        try:
            case = await book.case(hit.number)
        except KeyError:
            logger.warning("returned.no_case", case=hit.number)
            return ""
        steps = await book.steps(case.id)
    if _in_hand(hit, steps):
        return ""
    every = _again(hit, case, steps)
    again = [step for step in every if await desk.registry.plan(step)]
    destroyed = await _back(hit, steps, desk)
    if not again and not destroyed:
        return await _note_freely(hit, case, desk) if await _left_alone(every, desk) else ""
    if await desk.registry.agreed(every[0], since=hit.since) or (not again and await _left_alone(every, desk)):
        return await _note_freely(hit, case, desk)
    return await _stop(hit, case, again, destroyed, desk)


def _in_hand(hit: Hit, steps: Sequence[PlannedStep]) -> bool:
    """Whether the case has not done yet what it does about them, or is about to lift it."""
    waiting = [p for p in steps if not p.done and p.step.kind in (StepKind.SUPPRESS, LIFTS[StepKind.SUPPRESS])]
    return any(hit.whom in (p.step.address, *p.step.phones) for p in waiting if p.phase is not Phase.AGAIN)


def _again(hit: Hit, case: Case, steps: Sequence[PlannedStep]) -> list[Step]:
    """The steps by which the case has stopped them, to be taken again; or what was ordered, if none is known."""
    newest: dict[tuple[object, ...], Step] = {}
    for planned in steps:
        step, ours = planned.step, planned.phase not in (Phase.AGAIN, Phase.UNDO)
        if ours and planned.done and step.kind is StepKind.SUPPRESS and hit.whom in (step.address, *step.phones):
            newest[_meant(step)] = step
    confirmed = case.standing == "Proven" or case.confirmed or case.released
    return [
        replace(step, unless_agreed=hit.since, origin=hit.origin, confirmed=confirmed, own_phones=not confirmed)
        for step in list(newest.values()) or [ordered(hit, hit.orders)]
    ]


def _meant(step: Step) -> tuple[object, ...]:
    return step.address, step.phones, step.channels, step.topics


async def _left_alone(steps: Sequence[Step], desk: Desk) -> bool:
    """Whether there are rows that only a newer consent of their own keeps from being stopped."""
    return any([await desk.registry.plan(replace(step, unless_agreed=None)) for step in steps])


async def _back(hit: Hit, steps: Sequence[PlannedStep], desk: Desk) -> int:
    """How many rows there are of somebody whose data were destroyed; what had to stay then is not counted."""
    done = [p for p in steps if p.done and p.step.kind is StepKind.DESTROY and p.step.address == hit.whom]
    if not done or not any(order.reason in DESTROYING for order in hit.orders):
        return 0
    changes = await desk.registry.plan(replace(done[-1].step, spare_owed=True))
    stayed = _rows(change for change in done[-1].intended or () if change.kept_for)
    now = _rows(changes)
    due = {(change.store, change.table) for change in changes if not change.kept_for}
    return sum(max(0, now[place] - stayed.get(place, 0)) for place in due)


def _rows(changes: Iterable[Change]) -> dict[tuple[str, str], int]:
    """How many rows of each table they speak of."""
    rows: dict[tuple[str, str], int] = {}
    for change in changes:
        place = (change.store, change.table)
        rows[place] = rows.get(place, 0) + change.rows
    return rows


async def _note_freely(hit: Hit, case: Case, desk: Desk) -> str:
    """Note once for each wish that who stands there came back freely."""
    async with desk.ledger.write() as book:
        noted = await book.noted([FREELY], since=hit.since, case=case.number)
        known = {event.subject for event in noted}
        if known & set(pseudonyms_of(Address(hit.whom), desk)):
            return ""
        subject = pseudonyms_of(Address(hit.whom), desk)[0]
        facts = told_of(hit.origin)
        await book.record(FREELY, at=desk.chance.now(), case=case.number, subject=subject, facts=facts)
    logger.info(FREELY, case=case.number, **facts)
    return FREELY


async def _stop(hit: Hit, case: Case, again: Sequence[Step], destroyed: int, desk: Desk) -> str:
    """Plan to stop again what is not planned yet, and hand over what was destroyed; in one transaction."""
    async with desk.ledger.write() as book:
        case = await book.case(case.id)
        steps = await book.steps(case.id)
        stands = await book.suppressed([order.digest for order in hit.orders])
        if not stands or _in_hand(hit, steps) or await paused(book):  # lifted, or switched off, meanwhile
            return ""
        under_way = {_meant(p.step) for p in steps if p.phase is Phase.AGAIN and not p.done}
        anew = [step for step in again if _meant(step) not in under_way]
        for step in anew:
            await book.plan(case.id, Phase.AGAIN, (step,), at=desk.chance.now())
        handed = await _hand_over(hit, case, destroyed, steps, book, desk) if destroyed else ""
    return handed or (STOPPED if anew else WAITING if again else "")


async def _hand_over(hit: Hit, case: Case, rows: int, steps: Sequence[PlannedStep], book: Book, desk: Desk) -> str:
    """Give the case to a person, unless they have it or have seen as much before; the event, or nothing.

    Once they have closed it the rows stay as they are: it is taken up again when there are more, or when they were
    destroyed again and came back again.
    """
    if case.state is CaseState.PERSON and HoldReason.RETURNED in case.holds:
        return WAITING
    destroyed = sum(p.done and p.step.kind is StepKind.DESTROY for p in steps)
    before = [event.facts for event in await book.noted([ERASED], case=case.number)]
    if before and before[-1]["destructions"] == destroyed and int(str(before[-1]["rows"])) >= rows:
        return ""
    now = desk.chance.now()
    held = replace(case, warned_at=case.warned_at or now)  # its day was kept when it came
    given = await to_person(held, (HoldReason.RETURNED,), book, desk)
    facts: dict[str, Plain] = {**told_of(hit.origin), "rows": rows, "destructions": destroyed}
    await record(ERASED, given, book, desk, facts)
    return ERASED
