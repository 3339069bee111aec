"""The company's tables, row by row in the order of their key: who is stopped or erased, and stands there again.

Nothing is kept but the key of the last row: a walk through a million rows takes no more memory than one through
five thousand, and goes on after a restart where it was. Which of those seen are suppressed is the ledger's to say.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.consent import agreed_later
from mailbot.adapters.registry.copies import text_of
from mailbot.adapters.registry.database import Database
from mailbot.adapters.registry.exactly import is_one_of
from mailbot.adapters.registry.keys import MOST, plain, resolved
from mailbot.adapters.registry.phones import read
from mailbot.adapters.registry.scope import Condition, Scope, among, as_date, day, spellings, typed
from mailbot.adapters.registry.steps import Work
from mailbot.adapters.registry.working import scope_of
from mailbot.core.datamap import ByEmail, ByPhone, Key, Store, Table, Through, Way
from mailbot.core.message.addresses import address as read_address
from mailbot.core.model import Address, Step
from mailbot.ports.walked import Batch, Sighting, Walk

AT_ONCE = 400  # addresses looked up together: what one of them has is then sought by halves


class Walking:
    """`mailbot.ports.walked.Walkable` over the stores of a registry."""

    _databases: tuple[Database, ...]

    async def walks_fresh(self, store: str, table: str) -> bool:
        """Whether the map says for this table, and all that is found through it, when a row came."""
        database = self._database(store)
        return _dated(database.store, database.store.table(table))

    async def batch(self, walk: Walk, *, limit: int) -> Batch:
        """The next rows of *walk* in the order of their key, no more than *limit* and those without a key."""
        database = self._database(walk.store)
        table = database.store.table(walk.table)
        async with database.reading() as connection:
            scope = await scope_of(connection, database, Address(""))
            rows = await _next(connection, scope, table, walk, limit=limit)
            lost = await _without_key(connection, scope, table) if walk.after is None else []
        after = _key(table, rows[-1]) if len(rows) >= limit else None
        seen = [one for row in (*lost, *rows) for one in _sighted(table, row)]
        return Batch(rows=len(rows) + len(lost), sightings=tuple(seen), after=after)

    async def reaches(self, step: Step, whom: Collection[str]) -> Sequence[str]:
        """Which of these addresses and numbers have rows that *step*, taken for them, would still change."""
        every = list(dict.fromkeys(whom))
        found: list[str] = []
        for start in range(0, len(every), AT_ONCE):
            for database in self._databases:
                async with database.reading() as connection:
                    live = await database.tables(connection)
                    found += await _due(connection, database.store, live, step, every[start : start + AT_ONCE])
        return list(dict.fromkeys(found))

    async def agreed(self, step: Step, *, since: datetime) -> bool:
        """Whether records of consent say that the person of *step* agreed later than *since*, and still does.

        Rows that are stopped or left alone each by its own consent are not asked.
        """
        for database in self._databases:
            tables = [one for one in database.store.tables if one.consent and one.suppress is None]
            if not tables:
                continue
            async with database.reading() as connection:
                scope = await scope_of(connection, database, step.address, step.phones)
                scope = await resolved(connection, scope, tables=tables)
                for table in tables:
                    agreed = agreed_later(table, scope.live[table.name], since)
                    if await _any(connection, scope.live[table.name], sa.and_(scope.of(table), agreed)):
                        return True
        return False

    def _database(self, store: str) -> Database:
        return next(one for one in self._databases if one.store.name == store)


# ---------------------------------------------------------------- one batch


async def _next(
    connection: AsyncConnection, scope: Scope, table: Table, walk: Walk, *, limit: int
) -> Sequence[Mapping[str, Any]]:
    """Rows after the walk's place; those that share the last one's key come with it, so that none is left out."""
    key = [scope.live[table.name].columns[name] for name in table.key]
    whole = (column.is_not(None) for column in key)
    query = _query(scope, table, walk).where(*whole).order_by(*key)
    if walk.after is not None:
        query = query.where(_beyond(key, walk.after))
    rows = await _rows(connection, query.limit(limit), table)
    if len(rows) < limit:
        return rows
    last = _key(table, rows[-1])
    before = [row for row in rows if _key(table, row) != last]
    return [*before, *await _rows(connection, _query(scope, table, walk).where(among(key, [last])), table)]


async def _without_key(connection: AsyncConnection, scope: Scope, table: Table) -> Sequence[Mapping[str, Any]]:
    """Rows that no order of keys reaches, because a part of it is null; no primary key allows that."""
    columns = [scope.live[table.name].columns[name] for name in table.key]
    lost = sa.or_(*(column.is_(None) for column in columns))
    return await _rows(connection, _query(scope, table, None).where(lost).limit(MOST), table)


def _query(scope: Scope, table: Table, walk: Walk | None) -> sa.Select[Any]:
    live = scope.live[table.name]
    query = sa.select(*(live.columns[name] for name in _names(table))).where(scope.meant(table))
    if walk and walk.rows_since:
        query = query.where(_fresh(scope, table, walk.rows_since))
    return query


def _names(table: Table) -> tuple[str, ...]:
    """Columns that are read: key, address, number, where the row came from and when."""
    found = (way.column for way in table.direct)
    names = (*table.key, *found, table.source_column, table.added)
    return tuple(dict.fromkeys(name for name in names if name))


async def _rows(connection: AsyncConnection, query: sa.Select[Any], table: Table) -> list[Mapping[str, Any]]:
    names = _names(table)
    return [dict(zip(names, row, strict=True)) for row in await connection.execute(query)]


def _key(table: Table, row: Mapping[str, Any]) -> Key:
    return tuple(plain(row[name]) for name in table.key)


def _beyond(columns: Sequence[sa.Column[Any]], after: Key) -> Condition:
    """Rows whose key comes after *after*."""
    parts = [sa.literal(typed(part, column), column.type) for part, column in zip(after, columns, strict=True)]
    return columns[0] > parts[0] if len(columns) == 1 else sa.tuple_(*columns) > sa.tuple_(*parts)


def _dated(store: Store, table: Table) -> bool:
    return table.added is not None and all(_dated(store, child) for child in _found_through(store, table))


def _found_through(store: Store, table: Table) -> Iterator[Table]:
    """Tables of which rows of *table* lead to rows in which advertising is stopped, or to more such tables."""
    for child in store.tables:
        if any(link.table == table.name for link in child.links):
            further = list(_found_through(store, child))
            if child.suppress is not None or further:
                yield child


def _fresh(scope: Scope, table: Table, since: date) -> Condition:
    """Rows of *table* that came on *since* or later, or to which rows belong that did."""
    columns = scope.live[table.name].columns
    came: list[Condition] = []
    if table.added:
        added = columns[table.added]
        came.append(added >= day(since, added))
    for child in _found_through(scope.store, table):
        for link in (one for one in child.links if one.table == table.name):
            theirs = scope.live[child.name].columns
            belongs = sa.select(*(theirs[name] for name in link.columns)).where(_fresh(scope, child, since))
            own = [columns[name] for name in link.key]
            came.append((own[0] if len(own) == 1 else sa.tuple_(*own)).in_(belongs))
    return sa.or_(*came)


# ---------------------------------------------------------------- who is seen


def _sighted(table: Table, row: Mapping[str, Any]) -> Iterator[Sighting]:
    source = text_of(row[table.source_column]) if table.source_column else ""
    added = _day(row[table.added]) if table.added else None
    for way in table.direct:
        for whom in _whom(way, row[way.column]):
            yield Sighting(whom=whom, source=source, added=added)


def _whom(way: Way, stored: object) -> Iterator[str]:
    """The address or number in a column; what the registry would not find by it either is nobody's."""
    if not isinstance(stored, str) or not stored:
        return
    match way:
        case ByPhone(stored=forms):
            yield from read([stored], forms)
        case Through():
            return
        case ByEmail() if stored.isascii():
            yield stored.lower()
        case ByEmail():
            try:
                yield read_address(stored)
            except ValueError:
                return


def _day(stored: object) -> date | None:
    try:
        return as_date(stored)
    except ValueError:
        return None


# ---------------------------------------------------------------- what still stands there


@dataclass(frozen=True, kw_only=True)
class _Many(Scope):
    """The rows of several addresses at once."""

    addresses: tuple[str, ...] = field(default=(), repr=False)

    def _by(self, table: Table, way: Way) -> Condition | None:
        if not isinstance(way, ByEmail):
            return super()._by(table, way)
        column = self.live[table.name].columns[way.column]
        stored = column if way.folded else sa.func.lower(column)
        shown = [form for one in self.addresses for form in spellings(Address(one))]
        return is_one_of(stored, shown) if shown else None


async def _due(
    connection: AsyncConnection, store: Store, live: Mapping[str, sa.Table], step: Step, whom: Sequence[str]
) -> list[str]:
    """Those of *whom* that have rows due; halves are asked until each is alone."""
    phones = tuple(one for one in whom if one.startswith("+"))
    addresses = tuple(one for one in whom if not one.startswith("+"))
    scope = _Many(store=store, live=live, address=Address(""), phones=phones, addresses=addresses)
    work = Work(scope=scope, step=replace(step, phones=phones), today=date.min, traces=None)
    for table in work.tables:
        if work.removable(table) and await _any(connection, live[table.name], work.due(table)):
            break
    else:
        return []
    if len(whom) == 1:
        return list(whom)
    middle = len(whom) // 2
    first = await _due(connection, store, live, step, whom[:middle])
    return first + await _due(connection, store, live, step, whom[middle:])


async def _any(connection: AsyncConnection, live: sa.Table, rows: Condition) -> bool:
    found = await connection.execute(sa.select(sa.literal(1)).select_from(live).where(rows).limit(1))
    return found.first() is not None
