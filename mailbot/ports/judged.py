"""What the ledger tells of readings and of what became of them: for a person who looks back."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from mailbot.core.audit import Event
from mailbot.core.model import Reading


class Judged(Protocol):
    """Pages of the book that are only read."""

    async def events(self, names: Collection[str], *, after: int = 0, limit: int = 1000) -> Sequence[Event]:
        """Events of the trail with one of these names after *after*, in order."""
        ...

    async def readings(self, letter_ids: Collection[int]) -> Mapping[int, Reading]:
        """What was read in these letters; those that are not there are absent. No letter is loaded for it."""
        ...
