"""How long the ledger itself keeps what it knows of people: issue 5, item 1."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol


class Retained(Protocol):
    """Cases that ended long ago, and what is left of them when their term is over."""

    async def ended(
        self,
        *,
        before: datetime,
        limit: int,
        having: str = "",
        lacking: str = "",
        case_id: int = 0,
        but: Collection[str] = (),
    ) -> Sequence[int]:
        """Ids of cases that have ended, of which nothing was heard since *before*, the oldest first.

        Nothing is to be done for them any more: no step, no task, no letter on its way either way. Those redacted
        since they were last heard of are left out. *having*, *lacking*: only those with, or without, an event of
        that name since then; events called *but* are no sign of life. *case_id*: only this one.
        """
        ...

    async def redact(self, case_id: int, *, at: datetime) -> None:
        """Forget whom an ended case was about: letters, addresses, numbers, values; what was done stays.

        Rights, states, days, norms, counts of rows and the trail stay: they prove that it was dealt with.
        """
        ...

    async def strays(self, *, before: datetime, limit: int) -> Sequence[int]:
        """Ids of decided letters that belong to no case, were read before a moment and still have a text."""
        ...

    async def redact_strays(self, letter_ids: Collection[int]) -> None:
        """Forget what they say."""
        ...
