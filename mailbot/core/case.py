"""What the ledger keeps: letters, cases, their steps and our own letters on the way out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mailbot.core.datamap import Holdings, Trace
from mailbot.core.model import (
    Address,
    CaseState,
    Change,
    Decision,
    HoldReason,
    Language,
    Letter,
    MessageId,
    Place,
    Reading,
    Right,
    Step,
    StepKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """A letter as receive hands it to the ledger."""

    place: Place
    sha256: str  # of the raw bytes: "the same bytes again"
    twin: str  # keyed hash of From, Message-ID, Date and own words: "the same letter by another way"
    received_at: datetime
    read_at: datetime
    raw: bytes = field(repr=False)
    reading: Reading
    in_junk: bool
    unreadable: str = ""  # why a person must open it; empty: it was read
    rank: int = 0  # who is decided first while letters wait: see journeys.budget.Rank
    unmatched: bool = False  # turned up after UIDVALIDITY changed, older than the last look: never acts by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter(NewLetter):
    """A letter that waits for its decision, or has had it."""

    id: int
    case_id: int | None = None
    attempts: int = 0  # how often the program stumbled over it


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request by one address, from its first letter to its end."""

    id: int
    number: str  # printed in every letter, e.g. "2026-0417"
    state: CaseState
    address: Address = field(repr=False)  # empty where From names nobody
    received_at: datetime  # legal clock starts here (requirements B.4)
    opened_at: datetime
    due_at: datetime  # end of the last day the law gives, UTC; counted anew when the law changes (ADR 16)
    due_day: date  # the same, local to the law that counts it
    due_norm: str
    languages: tuple[Language, ...]
    standing: str  # kind of the best standing seen: "Proven", "Unproven", "Failed", "Malformed"
    decision: Decision
    holds: tuple[HoldReason, ...] = ()
    letter_id: int  # the letter an answer answers: the newest of the person's
    token_hash: str | None = None  # of the newest question, as long as any is open
    confirm_until: datetime | None = None
    confirmed: bool = False
    versions: str = ""  # law, map, templates and policy edition it began with
    version: int = 0  # counts the changes; guards against two hands at once
    letters: int = 0  # letters sent or queued so far; at most three before it closes (amendment 9)
    released: bool = False  # a person has approved what is being carried out: no colleague, no rehearsal stops it
    stumbles: int = 0  # how often the program stumbled over it
    nudged_at: datetime | None = None  # the operator was told that it waits
    warned_at: datetime | None = None  # the operator was warned that its day comes near
    reminded_at: datetime | None = None  # the person was reminded of our question
    drafted_at: datetime | None = None  # an interim letter lies ready for a person to release (amendment 11)
    objected_at: datetime | None = None  # somebody asked for a person: that term began (KZ 94-V 19-1)
    reopened: bool = False  # it had ended when that term began
    counted_by: str = ""  # what its day was counted by, see core.basis
    redacted_at: datetime | None = None  # its term was over: nothing here says any more whom it was about

    @property
    def rights(self) -> tuple[Right, ...]:
        """The rights it is about."""
        return self.decision.rights


_DOUBTS = frozenset({HoldReason.ABUSE, HoldReason.CHANGED_MIND, HoldReason.SENDER})


def in_doubt(case: Case) -> bool:
    """Whether somebody else may have asked, or does not want it any more: a person settles that."""
    return bool(_DOUBTS & set(case.holds))


class Phase(StrEnum):
    """Which part of a decision a step belongs to."""

    NOW = "now"
    CONFIRMED = "confirmed"
    MEANWHILE = "meanwhile"
    STOP = "stop"  # confirmed, and taken at once though what it announces waits for a person (A69)
    LATER = "later"  # on a day of its own: what is kept until then
    AGAIN = "again"  # what was stopped long ago and has come back by an import
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step on its way: recorded before it is taken, looked at after."""

    id: int
    case_id: int
    phase: Phase
    step: Step
    at: datetime  # moment written into the company's rows: the same at every try
    run_at: datetime | None = None  # next try; None: at once
    attempts: int = 0  # tries that left something behind or were refused
    intended: tuple[Change, ...] | None = None  # what all tries together found and changed: "done" tells this
    holdings: Holdings | None = None  # what a disclosure tells, kept because a later step may destroy it
    done: bool = False  # only after looking again
    traces: tuple[Trace, ...] = ()  # what the second look looks by, until it is done


_RUNS_IN = {
    Phase.NOW: frozenset({CaseState.FULFILLING, CaseState.CONFIRMATION}),
    Phase.CONFIRMED: frozenset({CaseState.FULFILLING}),
    Phase.MEANWHILE: frozenset({CaseState.FULFILLING, CaseState.CONFIRMATION, CaseState.PERSON}),
    Phase.STOP: frozenset({CaseState.FULFILLING, CaseState.PERSON}),
    Phase.LATER: frozenset({CaseState.DONE, CaseState.CLOSED, CaseState.REFUSED}),
    Phase.AGAIN: frozenset(CaseState),
    Phase.UNDO: frozenset(CaseState),
}


def runs(phase: Phase, state: CaseState) -> bool:
    """Whether steps of *phase* may be taken while their case is in *state*.

    What a person, the owner of the address or the clock has stopped is not carried out, though it was planned.
    """
    return state in _RUNS_IN[phase]


LIFTS = {
    StepKind.SUPPRESS: StepKind.RESUME_ADVERTISING,
    StepKind.STOP_PROCESSING: StepKind.RESUME_PROCESSING,
}
"""What lifts what a step has set."""


def stands(steps: Sequence[PlannedStep], kind: StepKind, *, like: Step | None = None) -> bool:
    """Whether one case's steps have set what *kind* sets, all that *like* names, and have not lifted it."""
    lifted = {planned.at for planned in steps if planned.step.kind is LIFTS[kind]}
    kept = [p.step for p in steps if p.done and p.step.kind is kind and p.at not in lifted]
    return any(like is None or _covers(step, like) for step in kept)


def _covers(one: Step, other: Step) -> bool:
    """Whether *one* stops all that *other* stops of what comes to an address."""
    ways = not one.channels or (other.channels and set(other.channels) <= set(one.channels))
    topics = not one.topics or (other.topics and set(other.topics) <= set(one.topics))
    return bool(ways and topics)


def merged(before: Sequence[Change] | None, now: Sequence[Change]) -> tuple[Change, ...]:
    """What several looks at one step say together: what stays as last seen, all else at its most.

    A try that changed rows and died before it could say so is not forgotten when the next one finds none.
    """
    changed: dict[tuple[str, str, str], Change] = {}
    for change in (*(before or ()), *now):
        key = (change.store, change.table, change.operation)
        if not change.kept_for and (key not in changed or change.rows > changed[key].rows):
            changed[key] = change
    return (*changed.values(), *(change for change in now if change.kept_for))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One of our letters. Its Message-ID never changes, however often it is tried."""

    id: int
    case_id: int
    recipient: Address = field(repr=False)
    message_id: MessageId
    raw: bytes = field(repr=False)
    letters: tuple[Letter, ...]  # empty: a notice to the operator
    automatic: bool
    attempts: int = 0
    first_tried_at: datetime | None = None
    sent_at: datetime | None = None


class OutState(StrEnum):
    """Where a letter of ours stands; see DESIGN, crash table."""

    QUEUED = "queued"
    SENDING = "sending"  # handed to SMTP; after a crash not retried before the SMTP timeout has passed
    SENT = "sent"  # taken by the relay, copy for Sent still owed
    FILED = "filed"  # copy appended to Sent
    REFUSED = "refused"  # the relay will never take it
    HELD = "held"  # a colleague has answered or moved the person's letter
