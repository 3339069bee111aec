"""Walks through the company's tables, in search of who was stopped or erased and is back (issue 5, item 4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from mailbot.core.audit import Event
from mailbot.core.datamap import Key
from mailbot.core.model import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One walk through one table, from its first row to its last."""

    name: str  # "store/table"
    began_at: datetime
    after: Key | None = field(default=None, repr=False)  # the last row it saw; None: it has seen none
    rows_since: date | None = None  # it looks at rows that came on this day or later; None: at all of them
    whole_at: datetime | None = None  # when the last walk began that looked at all rows
    ended_at: datetime | None = None

    @property
    def store(self) -> str:
        """The store's name."""
        return self.name.partition("/")[0]

    @property
    def table(self) -> str:
        """The table's name on the map."""
        return self.name.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An address or a number (E.164) that stands in a row, and where that row came from."""

    whom: str = field(repr=False)
    source: str = ""
    added: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows of a walk."""

    rows: int
    sightings: tuple[Sighting, ...] = field(repr=False)
    after: Key | None = field(default=None, repr=False)  # where to go on; None: that was the end


class Walkable(Protocol):
    """The company's tables, row by row. Raises `Unavailable` while a store cannot be reached."""

    async def walks_fresh(self, store: str, table: str) -> bool:
        """Whether the map says for this table, and all that is found through it, when a row came."""
        ...

    async def batch(self, walk: Walk, *, limit: int) -> Batch:
        """The next rows of *walk* in the order of their key, no more than *limit* and those without a key."""
        ...

    async def reaches(self, step: Step, whom: Collection[str]) -> Sequence[str]:
        """Which of these addresses and numbers have rows that *step*, taken for them, would still change."""
        ...

    async def agreed(self, step: Step, *, since: datetime) -> bool:
        """Whether records of consent say that the person of *step* agreed later than *since*, and still does."""
        ...


class Walked(Protocol):
    """How far the walks have come, and what they have told."""

    async def walks(self) -> Mapping[str, Walk]:
        """The last walk of each name."""
        ...

    async def save_walk(self, walk: Walk) -> None:
        """Keep how far it has come."""
        ...

    async def stopping_again(self, *, now: datetime) -> int:
        """How many steps that stop again what came back are due and not taken yet."""
        ...

    async def forget_whom(self, case_id: int) -> None:
        """Keep of what was stopped again for this case only that it was, and not to whom."""
        ...

    async def noted(
        self, names: Collection[str], *, since: datetime | None = None, case: str = "", limit: int = 1000
    ) -> Sequence[Event]:
        """Events of the trail with these *names*, later than *since*, of *case* where one is given, in order."""
        ...
