"""What one store holds about one person: how much of each column, and the values themselves."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.phones import written
from mailbot.adapters.registry.scope import Condition, Scope, among
from mailbot.core.datamap import ByEmail, ByPhone, Copy, Found, Record, Table, Through, Way


async def held(connection: AsyncConnection, scope: Scope, table: Table) -> Found:
    """How many rows have a value in each column of *table*, and where they came from."""
    live, mine = scope.live[table.name], scope.of(table)
    counts = [sa.func.count(live.columns[name]) for name in table.data_columns]
    filled = (await connection.execute(sa.select(*counts).select_from(live).where(mine))).one()
    sources: Sequence[str] = ()
    if table.source_column:
        column = live.columns[table.source_column]
        stored = await connection.scalars(sa.select(column).where(mine, column.is_not(None)).distinct())
        sources = sorted(str(value) for value in stored)
    return Found(table=table, filled=dict(zip(table.data_columns, filled, strict=True)), sources=tuple(sources))


async def copied(connection: AsyncConnection, scope: Scope, *, doubtful: Sequence[str] = ()) -> Copy:
    """Every value of every row of *scope*; rows found by *doubtful* numbers or shared keys are only counted."""
    records: list[Record] = []
    withheld = 0
    for table in scope.store.tables:
        live, mine = scope.live[table.name], scope.of(table)
        key = [live.columns[name] for name in table.key]
        query = sa.select(*(live.columns[name] for name in table.data_columns)).where(mine).order_by(*key)
        for row in await connection.execute(query):
            values = zip(table.data_columns, row, strict=True)
            columns = {name: text for name, value in values if (text := text_of(value))}
            records.append(
                Record(store=scope.store.name, table=table.name, category=table.category, columns=columns)
            )
        if (hidden := doubted(scope, table, doubtful)) is not None:
            withheld += await connection.scalar(sa.select(sa.func.count()).select_from(live).where(hidden)) or 0
    return Copy(records=tuple(records), withheld=withheld)


def doubted(scope: Scope, table: Table, numbers: Sequence[str]) -> Condition | None:
    """Rows of *table* of which nobody can say whose they are; None: there can be none."""
    if table.persons:
        return None  # whoever else has the number is known by name
    others = [found for way in table.ways if (found := _doubted(scope, table, way, numbers)) is not None]
    mine = sa.func.coalesce(scope.of(table), sa.false())
    return sa.and_(scope.meant(table), sa.or_(*others), sa.not_(mine)) if others else None


def _doubted(scope: Scope, table: Table, way: Way, numbers: Sequence[str]) -> Condition | None:
    """Rows of *table* that one way leads to, and of which nobody can say whose they are."""
    columns = scope.live[table.name].columns
    match way:
        case Through(table=name, columns=own, key=key) if shared := scope.shared.get((name, key)):
            return among([columns[part] for part in own], shared)
        case ByPhone(column=column, stored=forms) if found := written(numbers, forms):
            return among([columns[column]], [(form,) for form in found])
        case Through() | ByPhone() | ByEmail():
            return None


def text_of(value: object) -> str:
    """A value as a person reads it; empty: there is none."""
    match value:
        case None:
            return ""
        case bytes():
            return b64encode(value).decode()
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)
