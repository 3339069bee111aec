"""The pages of the book about readings and what became of them."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import audit, letters
from mailbot.core.audit import Event
from mailbot.core.model import Reading

_CHUNK = 500  # values in one statement


class JudgedPages:
    """Events by name, readings without their letters."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def events(self, names: Collection[str], *, after: int = 0, limit: int = 1000) -> Sequence[Event]:
        """Events of the trail with one of these names after *after*, in order."""
        wanted = select(audit).where(audit.c.seq > after, audit.c.name.in_(names))
        return [rows.link(row).event for row in await self._db.execute(wanted.order_by(audit.c.seq).limit(limit))]

    async def readings(self, letter_ids: Collection[int]) -> Mapping[int, Reading]:
        """What was read in these letters; those that are not there are absent."""
        ids, found = sorted(letter_ids), {}
        for start in range(0, len(ids), _CHUNK):
            chunk = letters.c.id.in_(ids[start : start + _CHUNK])
            for row in await self._db.execute(select(letters.c.id, letters.c.reading).where(chunk)):
                found[row.id] = rows.from_json(row.reading, Reading)
        return found
