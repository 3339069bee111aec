"""What stays when a person's data are destroyed, for what norm, and until which day (requirements A68)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.scope import Condition, as_date, day
from mailbot.core.datamap import Keep, Table, Until

LEAP = 2  # days by which counting years back and forth may differ


def last_day(closed: date, until: Until) -> date:
    """The last day on which a row is kept that was *closed* then; from 29 February to 1 March."""
    year = closed.year + until.years
    try:
        end = closed.replace(year=year)
    except ValueError:
        end = date(year, 3, 1)
    return end + timedelta(days=until.days)


def lapsed(table: Table, live: sa.Table, *, today: date) -> Condition:
    """Rows of a table that is kept whose last day is over; a row without a day is kept; never null."""
    if not isinstance(table.destroy, Keep) or table.destroy.until is None:
        return sa.false()
    column = live.columns[table.destroy.until.column]
    return sa.and_(column.is_not(None), column < day(_first_kept(table.destroy.until, today), column))


async def told_until(
    connection: AsyncConnection, table: Table, live: sa.Table, rows: Condition
) -> Sequence[tuple[date | None, int]]:
    """How many of *rows* stay until which day."""
    until = table.destroy.until if isinstance(table.destroy, Keep) else None
    if until is None:
        count = await connection.scalar(sa.select(sa.func.count()).select_from(live).where(rows)) or 0
        return [(None, count)] if count else []
    column: sa.Column[Any] = live.columns[until.column]
    found = await connection.execute(sa.select(column, sa.func.count()).where(rows).group_by(column))
    counts: dict[date | None, int] = {}
    for closed, count in found:
        on = as_date(closed)
        end = last_day(on, until) if on else None
        counts[end] = counts.get(end, 0) + count
    return sorted(counts.items(), key=lambda one: one[0] or date.max)


def _first_kept(until: Until, today: date) -> date:
    """The first day such that what was closed then is kept *today*."""
    back = today - timedelta(days=until.days + LEAP)
    year = max(back.year - until.years, 1)
    first = date(year, back.month, min(back.day, 28))
    while last_day(first, until) < today:
        first += timedelta(days=1)
    return first
