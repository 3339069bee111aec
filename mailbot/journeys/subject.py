"""subject: a person with authority looks at what is held about one subject; the look itself is an audit event."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from mailbot.core import decide as core
from mailbot.core.audit import Plain
from mailbot.core.case import Case
from mailbot.core.datamap import Everything, Line, Manual, Party
from mailbot.core.model import Address, CaseState, Change, Decision, Right, Step, StepKind
from mailbot.errors import NotNow
from mailbot.journeys import disclosures
from mailbot.journeys.desk import Desk
from mailbot.journeys.orders import orders_about
from mailbot.journeys.trail import pseudonym_of
from mailbot.ports.disclosed import Disclosure
from mailbot.ports.orders import Suppression

ANYBODY = frozenset({StepKind.SUPPRESS})
"""What is done for everybody under an address; every other step a person decides where there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One step as it would be taken; nothing has been."""

    step: Step
    changes: tuple[Change, ...]
    confirmed: bool  # only after the person has confirmed, or a person has approved it
    refused: str = ""  # why it would not be taken


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What would happen on a right, in every place."""

    right: Right
    steps: tuple[Planned, ...]
    by_hand: tuple[Manual, ...]
    told: tuple[Party, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What mailbot itself keeps of the address: the ledger is a store like others (issue 5, item 1)."""

    cases: tuple[Case, ...] = ()
    orders: tuple[Suppression, ...] = ()
    disclosed: tuple[Disclosure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a person with authority is shown."""

    held: Everything
    ours: Ours = Ours()
    plan: DryRun | None = None


async def look(
    address: Address, *, by: str, authority: Collection[str], plan: Right | None = None, desk: Desk
) -> Looked:
    """All that is held under *address*, and with *plan* what that right would do: nothing is changed.

    Raises `NotNow` where *by* has no authority. Nothing is shown before the look stands in the trail.
    """
    await permit(address, by=by, authority=authority, desk=desk)
    held = await desk.registry.everything(address)
    run = await dry_run(address, plan, held, desk) if plan else None
    facts: dict[str, Plain] = {
        "persons": len(held.persons),
        "rows": rows(held.lines),
        "plan": plan.value if plan else "",
    }
    ours = await _ours(address, desk)
    await _note("subject.looked", address, facts, by=by, desk=desk)
    return Looked(held=held, ours=ours, plan=run)


async def _ours(address: Address, desk: Desk) -> Ours:
    async with desk.ledger.read() as book:
        return Ours(
            cases=tuple(await book.cases_of(address, states=tuple(CaseState))),
            orders=tuple(await orders_about(address, book, desk)),
            disclosed=tuple(await disclosures.of(address, book, desk)),
        )


async def permit(address: Address, *, by: str, authority: Collection[str], desk: Desk, case: str = "") -> None:
    """Raise `NotNow`, and keep in the trail that it was tried, where *by* may not look at people's data."""
    if by in authority:
        return
    await _note("subject.look_refused", address, {}, by=by, desk=desk, case=case)
    may = ", ".join(authority)
    raise NotNow(
        f"{by} may not look at people's data; "
        + (f"these may: {may}" if may else "nobody may: name logins in mailbot.toml, [people] authority")
    )


def rows(lines: Collection[Line]) -> dict[str, int]:
    """How many rows of each table, as the trail keeps them."""
    names = [f"{line.store}.{line.table}" for line in lines]
    return {name: names.count(name) for name in dict.fromkeys(names)}


async def dry_run(address: Address, right: Right, held: Everything, desk: Desk) -> DryRun:
    """Every step of *right* about *address*, and who would do the rest."""
    nothing = Decision(rights=())
    decision = core.planned((right,), address, proven=False, like=nothing)
    planned = [
        await _planned(step, held, desk, confirmed=step in decision.confirmed)
        for step in (*decision.now, *decision.confirmed)
        if step.address == address
    ]
    return DryRun(
        right=right,
        steps=tuple(planned),
        by_hand=tuple(place for place in desk.datamap.manual if right in place.rights),
        told=tuple(party for party in desk.datamap.parties if right in party.told),
    )


async def _planned(step: Step, held: Everything, desk: Desk, *, confirmed: bool) -> Planned:
    owed, refused = any(person.obligations for person in held.persons) or held.obligations, ""
    if len(held.persons) > 1 and step.kind not in ANYBODY:
        refused = "several persons under one address: a person decides"
    elif step.kind is StepKind.DESTROY and owed:
        refused = "an obligation is live: a person decides; approved, it spares what that needs, as told here"
        step = replace(step, spare_owed=True)
    return Planned(step=step, changes=tuple(await desk.registry.plan(step)), confirmed=confirmed, refused=refused)


async def _note(
    name: str, address: Address, facts: Mapping[str, Plain], *, by: str, desk: Desk, case: str = ""
) -> None:
    subject = pseudonym_of(address, desk)
    async with desk.ledger.write() as book:
        await book.record(name, at=desk.chance.now(), case=case, subject=subject, by=by, facts=facts)
