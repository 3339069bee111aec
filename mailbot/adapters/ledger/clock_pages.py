"""The pages of the book that the clock turns."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import audit, cases, outbox
from mailbot.core.audit import Event
from mailbot.core.model import Letter

_AT_ONCE = 500  # databases limit how many values one statement may name


class ClockPages:
    """The history of a case, and marks on many cases at once."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def history(self, case: str, name: str) -> Sequence[Event]:
        """Events of this name in the trail of the case with this number, oldest first."""
        query = select(audit).where(audit.c.case_number == case, audit.c.name == name).order_by(audit.c.seq)
        return [rows.link(row).event for row in await self._db.execute(query)]

    async def out_by(self, letter: Letter, case_ids: Collection[int], *, by: datetime) -> Collection[int]:
        """Those of these cases that have had *letter*, every one of it taken by the relay before *by*."""
        found: set[int] = set()
        for some in _slices(case_ids):
            mine = outbox.c.case_id.in_(some) & outbox.c.letters.contains(rows.to_json(letter), autoescape=True)
            out = func.count(outbox.c.sent_at) == func.count()
            query = select(outbox.c.case_id).where(mine).group_by(outbox.c.case_id)
            had = query.having(out, func.max(outbox.c.sent_at) <= by)
            found |= {row.case_id for row in await self._db.execute(had)}
        return found

    async def nudged(self, case_ids: Collection[int], *, at: datetime) -> None:
        """The operator has been told that these cases wait; each counts as changed."""
        for some in _slices(case_ids):
            these = cases.c.id.in_(some)
            await self._db.execute(update(cases).where(these).values(nudged_at=at, version=cases.c.version + 1))


def _slices(case_ids: Collection[int]) -> Iterator[Sequence[int]]:
    ids = sorted(case_ids)
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
