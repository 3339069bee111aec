"""Who has agreed since: rows by which somebody came back freely (issue 5, item 4).

A moment without a zone is UTC, as those that we write ourselves; of days only a later one is later.
Text is compared as ISO 8601, to the second.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mailbot.adapters.registry.kinds import kind_of
from mailbot.adapters.registry.scope import Condition, stands
from mailbot.core.datamap import Table
from mailbot.core.datamap.seen import Kind


def agreed_later(table: Table, live: sa.Table, since: datetime) -> Condition:
    """Rows of *table* that say themselves that their person has agreed later than *since*; never null."""
    said = table.consent
    if said is None:
        return sa.false()
    given, columns = live.columns[said.given], live.columns
    still = columns[said.withdrawn].is_(None) if said.withdrawn else sa.true()
    fits = (stands(columns[name], value) for name, value in said.where.items())
    return sa.and_(given.is_not(None), _later(given, since), still, *fits)


def _later(column: sa.Column[Any], since: datetime) -> Condition:
    utc = since.astimezone(UTC)
    match kind_of(column.type):
        case Kind.TEXT:
            shown = sa.func.replace(column, "T", " ")
            return shown > utc.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
        case Kind.DAY:
            return column > sa.literal(utc.date(), column.type)
        case _:
            aware = isinstance(column.type, sa.DateTime) and column.type.timezone
            return column > sa.literal(utc if aware else utc.replace(tzinfo=None), column.type)
