"""What a step is taken with besides itself: whether rows may go for good, and what a step that lifts puts back.

What stood where a flag was written is kept with the step that wrote it (`Trace.old`), as long as it may be lifted.
"""

from dataclasses import replace

from mailbot.core.case import LIFTS, Case, PlannedStep
from mailbot.core.datamap import Remove
from mailbot.core.model import Step, StepKind
from mailbot.journeys.desk import Desk
from mailbot.ports import Book

SETS = {lifts: sets for sets, lifts in LIFTS.items()}


async def equipped(planned: PlannedStep, case: Case, desk: Desk) -> PlannedStep:
    """*planned* as it may be taken now: with what it lifts, and by whose word.

    Rows that nobody could give back go only for who is proven, has confirmed or was approved by a person
    (amendment 1), and for their own address alone: who is proven may have quoted another's newsletter. One of
    these may come after the step was planned. Anybody else stops advertising to a number in the company's rows
    only where it stands in their own record.
    """
    known = case.standing == "Proven" or case.confirmed or case.released
    confirmed = case.released or (known and planned.step.address == case.address)
    own_phones = planned.step.kind is StepKind.SUPPRESS and not (case.released or (known and not _removes(desk)))
    ready = replace(planned, step=replace(planned.step, confirmed=confirmed, own_phones=own_phones))
    destroys = planned.step.kind is StepKind.DESTROY  # it unblocks what was blocked, at whatever moment
    sets = StepKind.STOP_PROCESSING if destroys else SETS.get(planned.step.kind)
    if sets is None:
        return ready
    async with desk.ledger.read() as book:
        at = None if destroys else planned.at
        flags = await book.flags(case.address, replace(planned.step, kind=sets), at=at)
    return replace(ready, traces=tuple(dict.fromkeys((*(planned.traces if destroys else ()), *flags))))


def _removes(desk: Desk) -> bool:
    """Whether unsubscribing deletes rows somewhere: an e-mail address proves nobody's number."""
    return any(isinstance(table.suppress, Remove) for store in desk.datamap.stores for table in store.tables)


def narrowed(planned: PlannedStep, meant: Step) -> PlannedStep:
    """*planned*, for the address and the numbers of *meant* alone."""
    return replace(planned, step=replace(planned.step, address=meant.address, phones=meant.phones))


async def forget(planned: PlannedStep, case: Case, book: Book) -> None:
    """Keep no more of the traces of a step that is done than can still be needed.

    A step that lifts nothing, because another case asks for the same, has none of its own, and forgets none.
    """
    step = planned.step
    if step.kind in LIFTS:
        return
    await book.trace(planned.id, ())
    if step.kind is StepKind.DESTROY:
        for kind in LIFTS:
            await book.forget_flags(case.address, replace(step, kind=kind))
    elif planned.traces and step.kind in SETS:
        await book.forget_flags(case.address, replace(step, kind=SETS[step.kind]), at=planned.at)
