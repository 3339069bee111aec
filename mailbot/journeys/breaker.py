"""breaker: too much in an hour ─▶ switched off, a person is called (issue 5, item 9).

A wrong rule, a stolen mailbox or a flood of forged letters must not empty a database while everybody sleeps.
What a person has released is not held: the breaker stops the program, not the company.
"""

from datetime import timedelta

from mailbot import log
from mailbot.core.case import Case, Phase, PlannedStep
from mailbot.core.model import HoldReason, StepKind
from mailbot.core.switches import Rate, Switch, SwitchedOff
from mailbot.journeys.casework import to_person
from mailbot.journeys.desk import Desk
from mailbot.ports import Book

logger = log.get(__name__)

HOUR = timedelta(hours=1)
LOOK_AGAIN = timedelta(minutes=10)  # a step that is held may go on once a person has switched on again
BREAKER = "breaker"  # who has switched it off


def guarding(planned: PlannedStep, case: Case) -> Switch | None:
    """Which switch a step hangs on while no person has released its case; None: on none of its own.

    What lifts hangs on none: it gives back. Nor does what is destroyed on its day, or stopped again after it came
    back: that was decided long ago.
    """
    if case.released or planned.phase in (Phase.UNDO, Phase.LATER, Phase.AGAIN):
        return None
    match planned.step.kind:
        case StepKind.DESTROY:
            return Switch.DESTRUCTION
        case StepKind.SUPPRESS if case.standing != "Proven" and not case.confirmed:
            return Switch.SUPPRESSION
        case _:
            return None


async def stopped(planned: PlannedStep, case: Case, book: Book, desk: Desk) -> bool:
    """Whether the breaker holds this step, or trips over it; then a person has the case."""
    switch = guarding(planned, case)
    if switch is None:
        return False
    off = {one.switch for one in await book.switched_off()}
    if switch not in off and not await _trips(switch, planned.step.kind, book, desk):
        return False
    await book.step_failed(planned.id, until=desk.chance.now() + LOOK_AGAIN)
    if HoldReason.BREAKER not in case.holds:
        await to_person(case, (HoldReason.BREAKER,), book, desk)
    return True


async def _trips(switch: Switch, kind: StepKind, book: Book, desk: Desk) -> bool:
    """Whether this step would be one too many within the hour; the switch is off then."""
    now, rate = desk.chance.now(), _rate(switch, desk)
    unproven = switch is Switch.SUPPRESSION
    done = await book.taken_by_itself(kind, since=now - HOUR, unproven=unproven)
    if done < rate.least or done < rate.most(await desk.registry.people()):
        return False
    why = f"{done} within an hour, more than the limits in [rules] allow"
    if await book.switch_off(SwitchedOff(switch=switch, since=now, by=BREAKER, why=why)):
        await book.record("breaker.tripped", at=now, facts={"switch": switch.value, "done": done})
        logger.error("breaker.tripped", switch=switch.value, done=done)
    return True


def _rate(switch: Switch, desk: Desk) -> Rate:
    limits = desk.limits
    return limits.destructions if switch is Switch.DESTRUCTION else limits.unproven_suppressions
