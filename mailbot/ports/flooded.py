"""What the ledger counts and orders when very much comes at once, and what is taken back afterwards (C27)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailbot.core.case import Case


class Flooded(Protocol):
    """Counts of the unproven, and whose turn it is."""

    async def unproven_stops(self, *, since: datetime, enough: int) -> bool:
        """Whether *enough* cases that stop advertising were opened since then by nobody who was proven."""
        ...

    async def unproven_since(self, moment: datetime) -> Sequence[Case]:
        """Cases opened since *moment* whose letter nobody proved, approved or confirmed, oldest first."""
        ...

    async def undecided_now(self, *, now: datetime) -> int:
        """How many letters wait for their decision and are due."""
        ...

    async def rerank(self, letter_id: int, rank: int) -> None:
        """Decide a letter that still waits before or behind others."""
        ...
