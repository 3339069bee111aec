"""The telephone numbers that stand in a person's own record, and whether somebody else has them too."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.phones import read, written
from mailbot.adapters.registry.scope import Scope, among
from mailbot.core.datamap import ByPhone, Store, Table


def has_numbers(store: Store) -> bool:
    """Whether any person of *store* is found by a number: else there is nothing to look up."""
    return any(_phones(table) for table in store.tables if table.persons)


async def numbers(connection: AsyncConnection, scope: Scope) -> tuple[str, ...]:
    """The numbers in the records of the persons of *scope*."""
    found: list[str] = []
    for table in scope.store.tables:
        ways = _phones(table) if table.persons else ()
        columns = [scope.live[table.name].columns[way.column] for way in ways]
        if not columns:
            continue
        for row in await connection.execute(sa.select(*columns).where(scope.of(table))):
            for way, stored in zip(ways, row, strict=True):
                found += read([str(stored)] if stored is not None else [], way.stored)
    return tuple(dict.fromkeys(found))


async def doubtful(connection: AsyncConnection, scope: Scope, on_file: Sequence[str]) -> tuple[str, ...]:
    """Which of the numbers *on_file* stand in records of persons outside of *scope* as well."""
    found: list[str] = []
    for table in scope.store.tables:
        for way in _phones(table) if table.persons else ():
            column = scope.live[table.name].columns[way.column]
            forms = [(form,) for form in written(on_file, way.stored)]
            others = sa.not_(sa.func.coalesce(scope.of(table), sa.false()))
            query = sa.select(column).where(among([column], forms), others)
            found += read([str(stored) for stored in await connection.scalars(query)], way.stored)
    return tuple(dict.fromkeys(found))


def _phones(table: Table) -> tuple[ByPhone, ...]:
    return tuple(way for way in table.ways if isinstance(way, ByPhone))
