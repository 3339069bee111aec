"""The world outside the ledger: mailbox, relay, DNS, the company's data, templates."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mailbot.core.datamap import Copy, Everything, Holdings, Trace
from mailbot.core.model import (
    Address,
    Change,
    Language,
    Letter,
    Message,
    MessageId,
    Place,
    RawMail,
    Standing,
    Step,
    Subject,
)
from mailbot.core.reply import Notice, Waiting
from mailbot.ports.walked import Walkable

# ---------------------------------------------------------------- mailbox


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """A folder as it stands when it is opened."""

    name: str
    uidvalidity: int
    uidnext: int
    exists: int
    keywords: bool = True  # custom keywords may be stored


class Mailbox(Protocol):
    r"""Where requests arrive, over one connection that is opened when needed and again after a loss.

    Reading never sets \Seen (requirements D59). Every verb raises `Unavailable` when the server cannot be
    reached, does not answer in time or drops the connection, and `Rejected` when it refuses (wrong password,
    no such folder); the message names neither password nor mail. After either the next call starts afresh.
    """

    async def open(self, folder: str) -> FolderState:
        """Select *folder* and say how it stands."""
        ...

    async def uids(self, folder: str, *, above: int = 0, since: datetime | None = None) -> Sequence[int]:
        """UIDs greater than *above*, ascending; *since* keeps those whose INTERNALDATE day is not before it."""
        ...

    async def fetch(self, folder: str, uids: Sequence[int], *, most: int | None = None) -> Sequence[RawMail]:
        """The messages that are still there, in UID order; the caller asks for at most 50 at once.

        Of those only the first that hold no more than *most* octets together, one at least.

        Messages over the size limit come with `cut` set and their first 64 KiB; those the server will not hand out
        come with `cut` set and no bytes.
        """
        ...

    async def flags(self, place: Place) -> frozenset[str] | None:
        """Flags of the message now; None when it is no longer there (moved or deleted by somebody)."""
        ...

    async def add_keyword(self, place: Place, keyword: str) -> None:
        """Set *keyword* on the message; a message that is gone is no error."""
        ...

    async def move(self, place: Place, folder: str) -> Place | None:
        """Move the message; its new place where the server says so. A message that is gone is no error."""
        ...

    async def append(self, folder: str, raw: bytes, *, at: datetime) -> None:
        r"""Put a copy of our own letter into *folder*, marked \Seen; creates the folder if it is missing."""
        ...

    async def holds(self, folder: str, message_id: MessageId) -> bool:
        """Whether *folder* has a message with this Message-ID."""
        ...

    async def search(self, folder: str, address: Address) -> Sequence[Place] | None:
        """Messages with exactly *address* in From, To or Cc (requirements C8), in UID order.

        None: there is no such folder.
        """
        ...

    async def expunge(self, places: Sequence[Place]) -> None:
        """Destroy these messages, and no others that somebody has marked (requirements D64).

        Raises `Rejected` where the server knows only how to destroy all that are marked. A message that is gone
        is no error, and one whose folder has new UIDs names nothing any more.
        """
        ...

    async def wait(self, folder: str, seconds: float) -> None:
        """Return when the server hints at news in *folder* (IDLE), at the latest after *seconds*."""
        ...

    async def close(self) -> None:
        """Log out and close; never raises."""
        ...


# ---------------------------------------------------------------- mailer


@dataclass(frozen=True, slots=True)
class Sent:
    """The relay has taken the letter."""

    text: str  # relay's last line, for evidence


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: nothing was taken, try again later."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: this letter or this recipient."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The relay may have taken it: wait out the timeout, look into Sent, same Message-ID (DESIGN, crash table)."""

    why: str


Delivery = Sent | Deferred | Refused | Unknown


class Mailer(Protocol):
    """The way out. Never raises for what a relay can do; everything is a `Delivery`."""

    async def send(self, mail_from: str, recipient: Address, raw: bytes) -> Delivery:
        """Hand one letter with one recipient to the relay. `why` and `text` carry no address."""
        ...

    async def close(self) -> None:
        """Say QUIT and close; never raises."""
        ...


# ---------------------------------------------------------------- sender, registry, renderer


class SenderCheck(Protocol):
    """Who is really writing."""

    async def standing(self, raw: bytes, message: Message, *, received_at: datetime) -> Standing:
        """Judge the author of *message*; raises `Unavailable` while DNS cannot be asked: later, no verdict.

        *received_at* is the server's INTERNALDATE: how old a signature was is asked of that moment (C4, C7).
        """
        ...


class Registry(Walkable, Protocol):
    """The company's data, reached through the data map. Raises `Unavailable` while a store cannot be reached."""

    async def find(self, address: Address) -> Sequence[Subject]:
        """Everybody on file under exactly this address (requirements C8)."""
        ...

    async def people(self) -> int:
        """How many persons are on file, in all stores together; counted, so not for every step."""
        ...

    async def recipient(self, token: str) -> Address | None:
        """To whom the company's own newsletter with this token in its link went; None: nobody, or nobody alone."""
        ...

    async def traces(self, step: Step, *, known: Collection[Trace] = ()) -> Sequence[Trace]:
        """What to keep before *step* changes anything.

        By it the second look finds what has lost its parent, and a step that lifts puts back what stood there.
        """
        ...

    async def plan(
        self, step: Step, *, at: datetime | None = None, traces: Collection[Trace] = ()
    ) -> Sequence[Change]:
        """Rows as they would change, without changing any; *at* as for `carry_out`."""
        ...

    async def carry_out(
        self, step: Step, *, at: datetime, traces: Collection[Trace] | None = None
    ) -> Sequence[Change]:
        """Change them; may be taken twice without harm. Returns what this call changed.

        *at* is the moment written into the rows; a step that lifts is given the moment of the one it lifts. Given
        *traces*, rows that lead to others are destroyed, and flags written, only where they left one.
        """
        ...

    async def remaining(
        self, step: Step, *, at: datetime | None = None, traces: Collection[Trace] = ()
    ) -> Sequence[Change]:
        """Look again: rows that should have changed and have not. Empty: done."""
        ...

    async def holdings(self, address: Address) -> Holdings:
        """What is held about the one person under *address*, as categories; no values (access, level 1)."""
        ...

    async def values(self, address: Address) -> Copy:
        """All that is held about the one person under *address*, value by value (access, level 2)."""
        ...

    async def everything(self, address: Address) -> Everything:
        """All that is held under *address*, several persons apart, for a person with authority alone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter's text, ready to be put into headers and sent."""

    subject: str
    body: str
    languages: tuple[Language, ...]


class Renderer(Protocol):
    """Letters from templates."""

    def render(
        self, letters: Sequence[Letter], languages: Sequence[Language], facts: Mapping[str, Any]
    ) -> Rendered:
        """One letter that tells all of *letters*, in *languages*.

        A missing fact raises: nothing half-written leaves the house (STYLE, trap 4).
        """
        ...

    def notice(self, kind: Notice, language: Language, *cases: Waiting, more: int = 0) -> Rendered:
        """A mail to the operator about *cases*, and *more* that it only counts: no personal data."""
        ...


# ---------------------------------------------------------------- clock and chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """The one door for time and random numbers; tests and the demo pass their own."""

    now: Callable[[], datetime]  # aware, UTC
    token: Callable[[], str]  # at least 128 random bits, URL-safe (requirements C15)
