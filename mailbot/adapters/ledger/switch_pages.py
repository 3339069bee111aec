"""The pages of the book about what is switched off."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger.tables import audit, cases, switches
from mailbot.core.model import StepKind
from mailbot.core.switches import Switch, SwitchedOff


class SwitchPages:
    """Switches, and how often steps were taken without a person."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def switched_off(self) -> Sequence[SwitchedOff]:
        """Everything that is off, the longest first."""
        result = await self._db.execute(select(switches).order_by(switches.c.since, switches.c.name))
        return [SwitchedOff(switch=Switch(row.name), since=row.since, by=row.by, why=row.why) for row in result]

    async def switch_off(self, off: SwitchedOff) -> bool:
        """Switch something off; whether it was on: what is off keeps its moment and its reason."""
        if any(one.switch is off.switch for one in await self.switched_off()):
            return False
        row = {"name": off.switch.value, "since": off.since, "by": off.by, "why": off.why}
        await self._db.execute(insert(switches).values(**row))
        return True

    async def switch_on(self, switch: Switch) -> bool:
        """Switch it on again; whether it was off."""
        gone = await self._db.execute(delete(switches).where(switches.c.name == switch.value))
        return bool(gone.rowcount)

    async def taken_by_itself(self, kind: StepKind, *, since: datetime, unproven: bool = False) -> int:
        """How many steps of *kind* were done since a moment in cases that no person had released.

        The trail is asked, because it knows when a step was done and not only when it was planned. A destruction
        that found nothing counts for nothing: strangers would trip the breaker by confirming what nobody holds.
        """
        query = (
            select(func.count())
            .select_from(audit.join(cases, cases.c.number == audit.c.case_number))
            .where(
                audit.c.at >= since,
                audit.c.name == "step.done",
                audit.c.facts.like(f'%"kind":"{kind.value}"%'),
                cases.c.released.is_(False),
            )
        )
        if kind is StepKind.DESTROY:
            query = query.where(audit.c.facts.like('%:destruction":%'))  # see fulfil.counts
        if unproven:
            query = query.where(cases.c.standing != "Proven", cases.c.confirmed.is_(False))
        return int((await self._db.execute(query)).scalar_one())
