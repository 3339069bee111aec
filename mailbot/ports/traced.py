"""By what rows were found, and what stood in them: kept while there is need."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailbot.core.datamap import Trace
from mailbot.core.model import Address, Step


class Traced(Protocol):
    """Traces of steps that are not done, and of those that may be lifted."""

    async def trace(self, step_id: int, traces: Sequence[Trace]) -> None:
        """Keep what the second look will look by; in place of what was kept. None: nothing is kept any more."""
        ...

    async def flags(self, address: Address, step: Step, *, at: datetime | None = None) -> Sequence[Trace]:
        """What steps of the kind of *step* kept, in any case of *address*; at any moment if none is given."""
        ...

    async def forget_flags(self, address: Address, step: Step, *, at: datetime | None = None) -> None:
        """Forget what those kept; at whatever moment, if none is given."""
        ...
