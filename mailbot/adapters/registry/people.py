"""Who is on file under an address, and what is still owed to or by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.scope import Scope, as_date
from mailbot.core.datamap import Table
from mailbot.core.model import Language, Obligation, Subject

LANGUAGES = frozenset(language.value for language in Language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one store knows under an address."""

    people: tuple[Subject, ...]
    shared: tuple[Obligation, ...]  # found by the address, tied to nobody in this store

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """Every live obligation under the address."""
        return (*(owed for person in self.people for owed in person.obligations), *self.shared)


async def known(connection: AsyncConnection, scope: Scope, *, today: date, lock: bool = False) -> Known:
    """People and live obligations; with *lock* nobody else can change the people until the transaction ends."""
    people: list[Subject] = []
    shared: list[Obligation] = []
    for table in scope.store.tables:
        if table.persons:
            people += await _people(connection, scope, table, today=today, lock=lock)
        if table.obligations and not any(root.persons for root in scope.store.roots(table)):
            shared += await _owed(connection, scope, table, today=today)
    return Known(people=tuple(people), shared=tuple(shared))


async def _people(
    connection: AsyncConnection, scope: Scope, table: Table, *, today: date, lock: bool
) -> Sequence[Subject]:
    live = scope.live[table.name]
    key = [live.columns[name] for name in table.key]
    language = live.columns[table.language] if table.language else sa.null()
    heard = live.columns[table.last_contact] if table.last_contact else sa.null()
    query = sa.select(*key, language, heard).where(scope.of(table)).order_by(*key)
    rows = (await connection.execute(query.with_for_update() if lock else query)).all()
    return [
        Subject(
            key=f"{scope.store.name}/{table.name}/{','.join(str(part) for part in row[:-2])}",
            obligations=await _owed_by(connection, _narrowed(scope, table, row[:-2]), table, today=today),
            languages=(Language(row[-2]),) if row[-2] in LANGUAGES else (),
            last_contact=as_date(row[-1]),
        )
        for row in rows
    ]


def _narrowed(scope: Scope, table: Table, key: Sequence[object]) -> Scope:
    """The same store, seen for one person only."""
    columns = scope.live[table.name].columns
    row = sa.and_(*(columns[name] == value for name, value in zip(table.key, key, strict=True)))
    return Scope(store=scope.store, live=scope.live, address=scope.address, person={table.name: row})


async def _owed_by(
    connection: AsyncConnection, scope: Scope, person: Table, *, today: date
) -> tuple[Obligation, ...]:
    """Live obligations found through the table of this person."""
    found: list[Obligation] = []
    for table in scope.store.tables:
        if table.obligations and person in scope.store.roots(table):
            found += await _owed(connection, scope, table, today=today)
    return tuple(found)


async def _owed(connection: AsyncConnection, scope: Scope, table: Table, *, today: date) -> Sequence[Obligation]:
    said = table.obligations
    if said is None:
        return ()
    columns = scope.live[table.name].columns
    query = sa.select(columns[said.kind], columns[said.norm], columns[said.until])
    rows = await connection.execute(query.where(scope.of(table), scope.owed(table, today=today)))
    return [Obligation(kind=str(kind), norm=str(norm), until=as_date(until)) for kind, norm, until in rows]
