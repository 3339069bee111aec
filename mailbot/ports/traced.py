"""By what rows were found that a step is about to destroy: kept until nothing is left of them."""

from collections.abc import Sequence
from typing import Protocol

from mailbot.core.datamap import Trace


class Traced(Protocol):
    """Traces of steps that are not done."""

    async def trace(self, step_id: int, traces: Sequence[Trace]) -> None:
        """Keep what the second look will look by; in place of what was kept. None: nothing is kept any more."""
        ...
