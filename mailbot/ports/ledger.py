"""mailbot's own memory. One `Book` is one transaction: all of it is kept, or nothing."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from mailbot.core.audit import Link, Plain
from mailbot.core.case import Case, NewLetter, Outgoing, OutState, Phase, PlannedStep, StoredLetter
from mailbot.core.datamap import Holdings
from mailbot.core.decide import Autonomy
from mailbot.core.model import (
    Address,
    CaseState,
    Change,
    Decision,
    Language,
    Letter,
    MessageId,
    Place,
    Right,
    Route,
    Step,
    StepKind,
)
from mailbot.ports.pages import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a folder has been read."""

    folder: str
    uidvalidity: int
    begin_uid: int  # everything up to it was there before we came: never acted on
    seen_up_to: int  # everything up to it has been looked at
    last_look: datetime
    swept_at: datetime  # when rows of messages that are gone were last forgotten
    distrust_before: datetime | None = None  # after a new UIDVALIDITY: older mail never acts by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A case about to be opened; the ledger gives it its number."""

    letter: StoredLetter
    address: Address = field(repr=False)
    languages: tuple[Language, ...]
    standing: str
    decision: Decision
    state: CaseState
    opened_at: datetime
    due_at: datetime
    due_day: date
    due_norm: str
    versions: str
    counted_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter of ours about to be queued."""

    case_id: int
    recipient: Address = field(repr=False)
    message_id: MessageId
    raw: bytes = field(repr=False)
    letters: tuple[Letter, ...]
    automatic: bool
    run_at: datetime


@dataclass(frozen=True, slots=True)
class AuditHead:
    """Where the chain ends, noted apart from the events."""

    seq: int
    hash: str
    mac: str = ""  # keyed, of both: who cuts the chain back cannot make it; empty: never sealed
    key_id: int = 0  # of the key that made it


class Book(Pages, Protocol):
    """Everything that can be read from and written into the ledger within one transaction."""

    # -- the mailbox as we know it
    async def progress(self, folder: str) -> Progress | None:
        """How far *folder* has been read; None: never looked at."""
        ...

    async def begin(
        self, folder: str, uidvalidity: int, uid: int, *, at: datetime, distrust_before: datetime | None = None
    ) -> None:
        """Take *folder* as it stands for its beginning: nothing up to *uid* is ever acted on."""
        ...

    async def advance(self, folder: str, uidvalidity: int, uid: int, *, at: datetime) -> None:
        """Everything up to *uid* has been looked at."""
        ...

    async def forget_gone(self, folder: str, uidvalidity: int, present: Collection[int], *, at: datetime) -> int:
        """Forget what was looked at in *folder* and is no longer there; how many. Letters are not forgotten."""
        ...

    async def known(self, digests: Collection[str]) -> Mapping[str, bool]:
        """Which of these SHA-256 have been looked at before, wherever they lay; True: kept as a letter."""
        ...

    async def looked_at(self, place: Place, digest: str, route: Route, knowledge: str, *, at: datetime) -> None:
        """Note that a message was looked at and is none of our business; no content."""
        ...

    async def relocate(self, digest: str, place: Place) -> None:
        """The message with these bytes lies at *place* now."""
        ...

    # -- letters
    async def keep(self, letter: NewLetter) -> int:
        """Store a letter that waits for its decision; its id."""
        ...

    async def undecided(self, *, now: datetime, limit: int) -> Sequence[StoredLetter]:
        """Letters whose decision is due, by rank, then the oldest arrival first (C27)."""
        ...

    async def undecided_later(self, *, now: datetime) -> int:
        """How many letters were put off and are not due yet."""
        ...

    async def letter(self, letter_id: int) -> StoredLetter:
        """One letter; raises KeyError where there is none."""
        ...

    async def twin(self, letter: StoredLetter) -> StoredLetter | None:
        """An earlier letter of a case that is the same letter by another way."""
        ...

    async def decided(self, letter_id: int, case_id: int) -> None:
        """The letter belongs to this case; raises `Conflict` where it has been decided already."""
        ...

    async def dismiss(self, letter_id: int) -> None:
        """The letter belongs to no case, and nothing is done about it; raises `Conflict` like `decided`."""
        ...

    async def put_off(self, letter_id: int, *, until: datetime, stumbled: bool) -> None:
        """Decide it later: somebody we must ask does not answer, or the program *stumbled* over it."""
        ...

    # -- cases
    async def open_case(self, new: NewCase) -> Case:
        """Open a case, number it, and mark its letter decided; raises `Conflict` like `decided`."""
        ...

    async def case(self, number_or_id: str | int) -> Case:
        """One case; raises KeyError where there is none."""
        ...

    async def cases(
        self, *, states: Collection[CaseState] = (), due_before: datetime | None = None
    ) -> Sequence[Case]:
        """Cases in *states* (all, if empty), the most urgent first."""
        ...

    async def case_of(self, address: Address, *, states: Collection[CaseState]) -> Case | None:
        """The newest case of this address in one of *states*."""
        ...

    async def save(self, case: Case) -> Case:
        """Write a changed case back; raises `Conflict` where somebody was quicker."""
        ...

    async def letters_of(self, case_id: int) -> Sequence[StoredLetter]:
        """The person's letters, oldest first."""
        ...

    # -- steps
    async def plan(self, case_id: int, phase: Phase, steps: Sequence[Step], *, at: datetime) -> None:
        """Record steps before they are taken."""
        ...

    async def steps(self, case_id: int) -> Sequence[PlannedStep]:
        """Every step of the case, in the order in which they are taken."""
        ...

    async def unfinished(self, *, now: datetime) -> Sequence[int]:
        """Ids of cases that have steps to take by *now* (see `core.case.runs`) or an outcome to tell."""
        ...

    async def holding(self, address: Address, kind: StepKind, *, besides: int, like: Step | None = None) -> bool:
        """Whether another case of *address* has taken a step of *kind* that nothing has lifted.

        *like*: of those only that stop all of what this step stops.
        """
        ...

    async def intend(self, step_id: int, changes: Sequence[Change], holdings: Holdings | None) -> None:
        """Record what a step is about to change before each try, and what it did change after."""
        ...

    async def step_done(self, step_id: int) -> None:
        """The step has been taken and looked at again."""
        ...

    async def step_failed(self, step_id: int, *, until: datetime) -> None:
        """The step was refused or left something behind: tried again at *until*."""
        ...

    async def retry_steps(self, case_id: int, *, at: datetime) -> None:
        """Whatever is left to do for the case is due at *at*."""
        ...

    # -- our letters
    async def queue(self, draft: Draft) -> int:
        """Put a letter into the outbox; its id."""
        ...

    async def outbox(self, *, now: datetime, states: Collection[OutState]) -> Sequence[Outgoing]:
        """Letters of ours that are due in one of *states*, oldest first."""
        ...

    async def tried_in_vain(self) -> int:
        """How many letters of ours the relay has been offered and has not said yes or no to."""
        ...

    async def letters_out(self, case_id: int) -> Sequence[tuple[Outgoing, OutState]]:
        """Every letter of the case, oldest first."""
        ...

    async def out(
        self, out_id: int, *, was: OutState, now_is: OutState, at: datetime, run_at: datetime | None = None
    ) -> None:
        """Move a letter on; raises `Conflict` where it was not in *was*."""
        ...

    async def told(self, recipient: Address, *, since: datetime) -> Sequence[tuple[Outgoing, Case]]:
        """Letters handed to the relay for *recipient* since a moment, with their cases, oldest first."""
        ...

    async def sent_since(self, moment: datetime, *, recipient: Address | None = None) -> int:
        """How many automatic letters were queued since *moment*, to *recipient* or to anybody."""
        ...

    # -- standing orders: see also `mailbot.ports.orders`
    async def autonomy(self) -> Mapping[tuple[Right, Language], Autonomy]:
        """What `mailbot go-live` has set."""
        ...

    async def set_autonomy(
        self, right: Right, language: Language, mode: Autonomy, *, at: datetime, by: str
    ) -> None:
        """Set the mode of one right and language."""
        ...

    # -- audit
    async def record(
        self,
        name: str,
        *,
        at: datetime,
        case: str = "",
        subject: str = "",
        by: str = "",
        facts: Mapping[str, Plain] | None = None,
    ) -> None:
        """Chain an event to the trail with this transaction; *by* defaults to the program itself."""
        ...

    async def links(self, *, after: int = 0, limit: int = 1000) -> Sequence[Link]:
        """Links of the chain after *after*, in order."""
        ...

    async def head(self) -> AuditHead:
        """The last link, as noted apart."""
        ...


class Ledger(Protocol):
    """Where the book is kept. Raises `Unavailable` while it cannot be reached or is locked or full."""

    def write(self) -> AbstractAsyncContextManager[Book]:
        """A transaction that is kept when the block ends, and rolled back when it raises."""
        ...

    def read(self) -> AbstractAsyncContextManager[Book]:
        """A transaction that can only read."""
        ...
