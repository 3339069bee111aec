"""Whom not to write to, by which way and about what: keyed hashes that outlive erasure (issue 5, item 4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from mailbot.core.model import Channel, Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One line of the suppression list: nobody can tell from it who it is about."""

    digest: str  # keyed hash of an address or a number
    key_id: int  # of the key that made it
    kind: Literal["email", "phone"]
    case_number: str
    since: datetime  # of the newest order: who agreed again after it has come back freely
    channel: Channel | None = None  # by this way only; None: by whatever way
    topic: str = ""  # about this only; empty: about whatever
    reason: Right = Right.UNSUBSCRIBE  # the right that was carried out

    def bars(self, channel: Channel | None = None, topic: str = "") -> bool:
        """Whether it forbids to write by *channel* about *topic*; what is not said may be any."""
        ways = self.channel is None or channel is None or self.channel is channel
        return ways and (not self.topic or not topic or self.topic == topic)


class Orders(Protocol):
    """The suppression list."""

    async def suppress(self, order: Suppression) -> None:
        """No more advertising of that kind, until the same case lifts it. Twice is once."""
        ...

    async def release(
        self, digests: Collection[str], *, case_number: str, channel: Channel | None = None, topic: str = ""
    ) -> None:
        """Lift the orders of one case about these keyed hashes, limited to *channel* and *topic* as set."""
        ...

    async def ordered(self, digests: Collection[str]) -> Sequence[Suppression]:
        """Every order about one of these keyed hashes, of whatever case, the oldest first."""
        ...

    async def suppressed(self, digests: Collection[str]) -> Sequence[Suppression]:
        """Every order about one of these keyed hashes, the oldest first; of several cases' the newest counts."""
        ...

    async def suppressions(self, *, after: str = "", limit: int = 1000) -> Sequence[Suppression]:
        """The list, by digest, beginning after the digest *after*; all orders of one digest come together."""
        ...

    async def suppressed_by(self) -> Mapping[int, int]:
        """How many orders each key has made, by its number."""
        ...
