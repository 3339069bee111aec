"""The pages of the book about the walks of the return watch, and what of the trail it has told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import audit, steps, walks
from mailbot.core.audit import Event
from mailbot.core.case import Phase
from mailbot.core.datamap import Key
from mailbot.core.model import Address, Step
from mailbot.ports.walked import Walk


class _Place(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What `walks.place` holds, as JSON."""

    after: Key | None = None
    rows_since: date | None = None
    whole_at: datetime | None = None


class WalkPages:
    """Walks by name."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def walks(self) -> Mapping[str, Walk]:
        """The last walk of each name."""
        found = {}
        for row in await self._db.execute(select(walks)):
            place = msgspec.json.decode(row.place, type=_Place)
            found[row.name] = Walk(
                name=row.name,
                began_at=row.began_at,
                ended_at=row.ended_at,
                after=place.after,
                rows_since=place.rows_since,
                whole_at=place.whole_at,
            )
        return found

    async def save_walk(self, walk: Walk) -> None:
        """Keep how far it has come."""
        place = _Place(after=walk.after, rows_since=walk.rows_since, whole_at=walk.whole_at)
        values = {
            "place": msgspec.json.encode(place).decode(),
            "began_at": walk.began_at,
            "ended_at": walk.ended_at,
        }
        here = walks.c.name == walk.name
        if not (await self._db.execute(update(walks).where(here).values(**values))).rowcount:
            await self._db.execute(insert(walks).values(name=walk.name, **values))

    async def stopping_again(self, *, now: datetime) -> int:
        """How many steps that stop again what came back are due and not taken yet."""
        waiting = select(func.count()).select_from(steps)
        query = waiting.where(steps.c.phase == Phase.AGAIN, steps.c.done.is_(False), steps.c.run_at <= now)
        return int((await self._db.execute(query)).scalar_one())

    async def forget_whom(self, case_id: int) -> None:
        """Keep of what was stopped again for this case only that it was, and not to whom."""
        again = (steps.c.case_id == case_id) & (steps.c.phase == Phase.AGAIN) & steps.c.done.is_(True)
        for row in (await self._db.execute(select(steps.c.id, steps.c.step).where(again))).all():
            bare = replace(rows.from_json(row.step, Step), address=Address(""), phones=(), topics=())
            values = {"step": rows.to_json(bare), "traces": None}
            await self._db.execute(update(steps).where(steps.c.id == row.id).values(**values))

    async def noted(
        self, names: Collection[str], *, since: datetime | None = None, case: str = "", limit: int = 1000
    ) -> Sequence[Event]:
        """Events of the trail with these *names*, later than *since*, of *case* where one is given, in order."""
        query = select(audit).where(audit.c.name.in_(names)).order_by(audit.c.seq).limit(limit)
        if since is not None:
            query = query.where(audit.c.at > since)
        if case:
            query = query.where(audit.c.case_number == case)
        return [rows.link(row).event for row in await self._db.execute(query)]
