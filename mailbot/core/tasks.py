"""Tasks: what a named person does by hand in a place that is no database, and what a party is told (A93).

A case is not done before every task of a store has been answered by a person; the parties answer in their own
time, and the person is told when all of them have (issue 5, items 1 and 8).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from mailbot.core.case import Case, Phase, PlannedStep
from mailbot.core.datamap import DataMap, Manual, Party
from mailbot.core.lookalike import candidates
from mailbot.core.model import MessageId, Right, StepKind


class TaskKind(StrEnum):
    """Who has to do something."""

    STORE = "store"  # a named person, in a place that is no database
    PARTY = "party"  # somebody to whom the company gave data, or who works on them for it


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    REPLIED = "replied"  # an answer has come: a person reads it and ticks, no program does
    BOUNCED = "bounced"  # our letter came back: a person tells them in another way
    DONE = "done"
    NOTHING = "nothing"  # looked for, and nothing was there
    CANNOT = "cannot"  # it could not be done: a person decides what that means for the case
    DROPPED = "dropped"  # not wanted any more: it was somebody else who had asked


UNANSWERED = frozenset({TaskState.OPEN, TaskState.REPLIED, TaskState.BOUNCED})
ANSWERED = frozenset({TaskState.DONE, TaskState.NOTHING})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task about to be opened; the ledger gives it its number."""

    case_id: int
    kind: TaskKind
    name: str  # of the store or party on the map
    right: Right
    person: str  # who does it, or who is told
    opened_at: datetime
    due_at: datetime
    state: TaskState = TaskState.OPEN
    warned_at: datetime | None = None  # the last reminder or warning
    done_at: datetime | None = None
    done_by: str = ""
    evidence: str = field(default="", repr=False)
    message_id: MessageId | None = None  # of our first letter about it
    told_at: datetime | None = None  # the person who wrote to us knows the result (A93)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(NewTask):
    """A task."""

    id: int

    @property
    def holds_up(self) -> bool:
        """Whether its case must not be called done yet (issue 5, item 1)."""
        return self.kind is TaskKind.STORE and self.state not in (*ANSWERED, TaskState.DROPPED)


# ---------------------------------------------------------------- what is opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What one store or party has to do about one right."""

    right: Right
    place: Manual | Party

    @property
    def kind(self) -> TaskKind:
        """Who has to do it."""
        return TaskKind.STORE if isinstance(self.place, Manual) else TaskKind.PARTY

    @property
    def key(self) -> tuple[TaskKind, str, Right]:
        """By what a task is known to be this duty's."""
        return self.kind, self.place.name, self.right


def duties(case: Case, steps: Sequence[PlannedStep], datamap: DataMap) -> tuple[Duty, ...]:
    """What others have to do once *steps* of *case* are done."""
    return of_rights(rights_to_pass_on(steps, case.rights), datamap, parties=concerns_parties(case, steps))


def of_rights(rights: Sequence[Right], datamap: DataMap, *, parties: bool = True) -> tuple[Duty, ...]:
    """What others have to do about *rights*; of several that end something, the one that ends most."""
    places: tuple[Manual | Party, ...] = (*datamap.manual, *(_parties(datamap) if parties else ()))
    found = []
    for place in places:
        theirs = place.rights if isinstance(place, Manual) else place.told
        asked = [right for right in rights if right in theirs]
        ends = [right for right in asked if right in _ENDS]
        found += [Duty(right=right, place=place) for right in asked if right not in ends[:-1]]
    return tuple(found)


_ENDS = (Right.UNSUBSCRIBE, Right.WITHDRAW_CONSENT, Right.ERASURE)


def _parties(datamap: DataMap) -> tuple[Party, ...]:
    """Everybody who is told; a processor that is a recipient too, once."""
    return tuple({party.name: party for party in reversed(datamap.parties)}[name] for name in _names(datamap))


def _names(datamap: DataMap) -> tuple[str, ...]:
    return tuple(dict.fromkeys(party.name for party in datamap.parties))


def concerns_parties(case: Case, steps: Sequence[PlannedStep]) -> bool:
    """Whether parties are told: not in the name of somebody whom nobody has proven, and who is not on file.

    They would learn of a person of whom they, and we, know nothing. Nor of old mail that a person has handed over
    at once: nothing is written about it by a program (`mailbot backlog`).
    """
    if case.released and not (case.confirmed or case.decision.may_answer):
        return False
    own = {case.address, *candidates(case.address)} if case.address else set()  # not whom a newsletter has named
    found = any(c.rows for p in steps if p.done and p.step.address in own for c in p.intended or ())
    return found or names_parties(case)


def names_parties(case: Case) -> bool:
    """Whether the person is told of the parties: not where nobody is proven.

    Who is on file gets the same letters as who is not (amendment 2, C19), and parties hear of those alone who are.
    """
    return case.confirmed or case.standing == "Proven"


def rights_to_pass_on(steps: Sequence[PlannedStep], rights: Sequence[Right]) -> tuple[Right, ...]:
    """Those of *rights* that are carried out in the databases for good, so that others must follow.

    What is set before anybody has confirmed may be lifted again (amendment 1): nobody else is told of it, but of
    an unsubscription, which nobody confirms. One step may serve several rights. While a person decides whether the
    data are destroyed, an order may need them: others stop advertising, and destroy nothing yet.
    """
    taken = {(p.phase, p.step.kind) for p in steps if p.done}
    found = tuple(right for right in rights if _CARRIED_OUT[right] & taken)
    stopped = (Phase.STOP, StepKind.STOP_PROCESSING) in taken and Right.WITHDRAW_CONSENT not in found
    return tuple(dict.fromkeys((Right.UNSUBSCRIBE, *found))) if stopped else found


_DESTROYED = (Phase.CONFIRMED, StepKind.DESTROY)
_CARRIED_OUT = {
    Right.UNSUBSCRIBE: {(Phase.NOW, StepKind.SUPPRESS)},
    Right.WITHDRAW_CONSENT: {_DESTROYED},
    Right.ERASURE: {_DESTROYED},
    Right.ACCESS: {(Phase.CONFIRMED, StepKind.DISCLOSE)},
    Right.RECTIFICATION: set[tuple[Phase, StepKind]](),  # by a person, see `mailbot tasks open`
    Right.BLOCKING: set[tuple[Phase, StepKind]](),
}


# ---------------------------------------------------------------- what is ended


class Warned(StrEnum):
    """What the clock has to say about a task."""

    NEAR = "near"  # its day comes near: who does it is reminded
    LATE = "late"  # its day is over: the operator is told as well


DAY, WEEK = timedelta(days=1), timedelta(days=7)


def warning(task: Task, now: datetime, *, before: timedelta) -> Warned | None:
    """What must be said about *task* now; what is late is said again each day, of a party each week."""
    if task.state not in UNANSWERED:
        return None
    again = DAY if task.kind is TaskKind.STORE else WEEK
    if now > task.due_at:
        untold = task.warned_at is None or task.warned_at <= task.due_at or now - task.warned_at >= again
        return Warned.LATE if untold else None
    near = task.due_at - min(before, (task.due_at - task.opened_at) / 2)
    reminds = task.kind is TaskKind.STORE and task.warned_at is None
    return Warned.NEAR if reminds and now >= near else None


# ---------------------------------------------------------------- our letters about it


_AGAIN = re.compile(r"\.again\d{1,3}(?=@)")


def again(first: MessageId, times: int) -> MessageId:
    """Message-ID of a reminder: as random as that of the first letter, and known as its by the ledger."""
    local, _, domain = first.partition("@")
    return MessageId(f"{local}.again{times}@{domain}")


def first_of(ids: Sequence[MessageId]) -> tuple[MessageId, ...]:
    """*ids*, those of reminders as the first letter's."""
    return tuple(dict.fromkeys(MessageId(_AGAIN.sub("", one)) for one in ids))
