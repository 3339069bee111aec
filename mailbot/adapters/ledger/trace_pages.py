"""The pages of the book about what a step looks by when it looks again, and what it puts back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import cases, steps
from mailbot.core.case import PlannedStep
from mailbot.core.datamap import Trace
from mailbot.core.model import Address, Step


class TracePages:
    """Traces of steps that are not done, and of those that may be lifted."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def trace(self, step_id: int, traces: Sequence[Trace]) -> None:
        """Keep what the second look will look by; in place of what was kept. None: nothing is kept any more."""
        kept = rows.to_json(tuple(traces)) if traces else None
        await self._db.execute(update(steps).where(steps.c.id == step_id).values(traces=kept))

    async def flags(self, address: Address, step: Step, *, at: datetime | None = None) -> Sequence[Trace]:
        """What steps of the kind of *step* kept, in any case of *address*; at any moment if none is given."""
        found = await self._like(address, step)
        return [trace for planned in found if at in (None, planned.at) for trace in planned.traces]

    async def forget_flags(self, address: Address, step: Step, *, at: datetime | None = None) -> None:
        """Forget what those kept; at whatever moment, if none is given."""
        for planned in await self._like(address, step):
            if at in (None, planned.at):
                await self.trace(planned.id, ())

    async def _like(self, address: Address, step: Step) -> Sequence[PlannedStep]:
        """Steps of that kind and address, in any case of *address*, that keep traces."""
        query = select(steps).join(cases, cases.c.id == steps.c.case_id)
        kept = await self._db.execute(query.where(cases.c.address == address, steps.c.traces.is_not(None)))
        found = [rows.step(row) for row in kept]
        return [one for one in found if (one.step.kind, one.step.address) == (step.kind, step.address)]
