"""The pages of the book for a flood: how much the unproven ask for, what is decided first, what is taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import cases, letters
from mailbot.core.case import Case
from mailbot.core.model import StepKind

_STOPS = f'%"{StepKind.SUPPRESS.value}"%'  # within the JSON of a decision


class FloodPages:
    """Counts of the unproven, and whose turn it is."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def unproven_stops(self, *, since: datetime, enough: int) -> bool:
        """Whether *enough* cases that stop advertising were opened since then by nobody who was proven."""
        found = (
            select(cases.c.id)
            .where(cases.c.opened_at >= since, cases.c.standing != "Proven", cases.c.decision.like(_STOPS))
            .limit(enough)
        )
        count = select(func.count()).select_from(found.subquery())
        return int((await self._db.execute(count)).scalar_one()) >= enough

    async def unproven_since(self, moment: datetime) -> Sequence[Case]:
        """Cases opened since *moment* whose letter nobody proved, approved or confirmed, oldest first."""
        result = await self._db.execute(
            select(cases)
            .where(
                cases.c.opened_at >= moment,
                cases.c.standing != "Proven",
                cases.c.released.is_(False),
                cases.c.confirmed.is_(False),
                cases.c.decision.like(_STOPS),
            )
            .order_by(cases.c.id)
        )
        return [rows.case(row) for row in result]

    async def undecided_now(self, *, now: datetime) -> int:
        """How many letters wait for their decision and are due."""
        query = select(func.count()).select_from(letters).where(letters.c.run_at <= now)
        return int((await self._db.execute(query)).scalar_one())

    async def rerank(self, letter_id: int, rank: int) -> None:
        """Decide a letter that still waits before or behind others."""
        await self._db.execute(
            update(letters).where(letters.c.id == letter_id, letters.c.run_at.is_not(None)).values(rank=rank)
        )
