"""The pages of the book about what a step looks by when it looks again."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import steps
from mailbot.core.datamap import Trace


class TracePages:
    """Traces of steps that are not done."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def trace(self, step_id: int, traces: Sequence[Trace]) -> None:
        """Keep what the second look will look by; in place of what was kept. None: nothing is kept any more."""
        kept = rows.to_json(tuple(traces)) if traces else None
        await self._db.execute(update(steps).where(steps.c.id == step_id).values(traces=kept))
