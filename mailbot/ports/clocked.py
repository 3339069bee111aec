"""What the clock reads and writes besides the cases themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from mailbot.core.audit import Event
from mailbot.core.model import Letter


class Clocked(Protocol):
    """The history of a case, and marks on many cases at once."""

    async def history(self, case: str, name: str) -> Sequence[Event]:
        """Events of this name in the trail of the case with this number, oldest first."""
        ...

    async def out_by(self, letter: Letter, case_ids: Collection[int], *, by: datetime) -> Collection[int]:
        """Those of these cases that have had *letter*, every one of it taken by the relay before *by*."""
        ...

    async def nudged(self, case_ids: Collection[int], *, at: datetime) -> None:
        """The operator has been told that these cases wait; each counts as changed."""
        ...
