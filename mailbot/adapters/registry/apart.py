"""Everything that is held under one address, several persons shown apart (issue 5, item 3)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.copies import doubted, text_of
from mailbot.adapters.registry.database import Database
from mailbot.adapters.registry.keys import leading, resolved
from mailbot.adapters.registry.people import Known, Person, grouped, narrowed
from mailbot.adapters.registry.scope import Condition, Scope
from mailbot.adapters.registry.working import Numbers, numbers_of, scope_of
from mailbot.core.datamap import ByEmail, ByPhone, Everything, Line, OnePerson, Table, Through, Way
from mailbot.core.model import Address


@dataclass(frozen=True, kw_only=True)
class _Look(Scope):
    """A scope that says how it finds rows; with `by_keys` the address, which several have, leads nowhere."""

    by_keys: bool = False

    def _by(self, table: Table, way: Way) -> Condition | None:
        return None if self.by_keys and isinstance(way, ByEmail) else super()._by(table, way)

    def ways(self, table: Table) -> list[tuple[str, Condition]]:
        """Each way that leads to rows of *table*, told and as a condition."""
        found = [(_told(way), self._by(table, way)) for way in table.ways]
        return [(told, condition) for told, condition in found if condition is not None]


async def everything(databases: Sequence[Database], address: Address, *, looks: Sequence[Known]) -> Everything:
    """All that is held under *address*; *looks* are what each of *databases* knows of persons."""
    numbers = await numbers_of(databases, address)
    groups = tuple(grouped(looks))
    each: list[list[Line]] = [[] for _ in groups]
    shared: list[Line] = []
    withheld = 0
    for database in databases:
        async with database.reading() as connection:
            scope = await resolved(connection, await scope_of(connection, database, address, numbers.own))
            persons = [_persons_rows(connection, scope, group) for group in groups] if len(groups) > 1 else []
            taken: list[Scope] = []
            for lines, rows in zip(each, persons, strict=False):
                async for alone in rows:
                    taken.append(alone)
                    lines.extend(await _lines(connection, alone, scope))
            rest = await _lines(connection, scope, scope, but=taken)
            (shared if len(groups) != 1 else each[0]).extend(rest)
            withheld += await _withheld(connection, scope, numbers)
    return Everything(
        persons=tuple(
            OnePerson(
                lines=tuple(lines),
                obligations=tuple(owed for person in group for owed in person.subject.obligations),
            )
            for group, lines in zip(groups, each, strict=True)
        ),
        shared=tuple(shared),
        obligations=tuple(owed for look in looks for owed in look.shared),
        withheld=withheld,
    )


def _look(scope: Scope, *, by_keys: bool = False) -> _Look:
    return _Look(**{one.name: getattr(scope, one.name) for one in fields(Scope)}, by_keys=by_keys)


async def _persons_rows(
    connection: AsyncConnection, scope: Scope, group: Sequence[Person]
) -> AsyncIterator[Scope]:
    """The store as seen for each row of one of several persons, and for nothing that another of them has."""
    wanted = {person.subject.key for person in group}
    for table in scope.store.tables:
        if not table.persons:
            continue
        live = scope.live[table.name].columns
        names = tuple(dict.fromkeys((*table.key, *(n for link in leading(scope.store, table) for n in link))))
        key = [live[name] for name in table.key]
        query = sa.select(*(live[name] for name in names)).where(scope.of(table)).distinct().order_by(*key)
        for row in (await connection.execute(query)).all():
            named: dict[str, Any] = dict(zip(names, row, strict=True))
            if f"{scope.store.name}/{table.name}/{','.join(str(named[name]) for name in table.key)}" in wanted:
                alone = replace(narrowed(scope, table, named), strayed={}, shared={})
                yield await resolved(connection, _look(alone, by_keys=True))


async def _lines(
    connection: AsyncConnection, scope: Scope, whole: Scope, *, but: Sequence[Scope] = ()
) -> list[Line]:
    """Every row of *scope* that is in none of the scopes of *but*; how it was found is told by *whole*."""
    lines: list[Line] = []
    for table in scope.store.tables:
        if table.persons and (but or (scope.person and table.name not in scope.person)):
            continue  # each of them is somebody's own
        others = [sa.func.coalesce(one.of(table), sa.false()) for one in but]
        rows = sa.and_(scope.of(table), sa.not_(sa.or_(*others))) if others else scope.of(table)
        lines += await _rows(connection, scope, table, rows, whole)
    return lines


async def _rows(
    connection: AsyncConnection, scope: Scope, table: Table, rows: Condition, whole: Scope
) -> list[Line]:
    columns = scope.live[table.name].columns
    ways = _look(whole).ways(table)
    said = [sa.case((way, 1), else_=0).label(f"way_{number}") for number, (_, way) in enumerate(ways)]
    named = [columns[name].label(f"c_{number}") for number, name in enumerate((*table.key, *table.data_columns))]
    key = [columns[name] for name in table.key]
    lines = []
    for row in await connection.execute(sa.select(*named, *said).where(rows).order_by(*key)):
        values, flags = row[: len(named)], row[len(named) :]
        texts = [text_of(value) for value in values]
        held = zip(table.data_columns, texts[len(table.key) :], strict=True)
        lines.append(
            Line(
                store=scope.store.name,
                table=table.name,
                key=dict(zip(table.key, texts, strict=False)),
                columns={name: text for name, text in held if text},
                found=tuple(told for (told, _), flag in zip(ways, flags, strict=True) if flag),
            )
        )
    return lines


async def _withheld(connection: AsyncConnection, scope: Scope, numbers: Numbers) -> int:
    """How many rows are found by numbers or keys that somebody else has too."""
    count = 0
    for table in scope.store.tables:
        if (hidden := doubted(scope, table, numbers.doubtful)) is not None:
            query = sa.select(sa.func.count()).select_from(scope.live[table.name]).where(hidden)
            count += await connection.scalar(query) or 0
    return count


def _told(way: Way) -> str:
    match way:
        case ByEmail(column=column):
            return f"e-mail in {column}"
        case ByPhone(column=column):
            return f"number in {column}"
        case Through(table=table, columns=columns, key=key):
            pairs = ", ".join(f"{own} = {other}" for own, other in zip(columns, key, strict=True))
            return f"through {table} ({pairs})"
