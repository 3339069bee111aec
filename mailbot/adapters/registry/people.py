"""Who is on file under an address, and what is still owed to or by them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.keys import leading, plain, resolved
from mailbot.adapters.registry.scope import Link, Scope, as_date
from mailbot.core.datamap import Key, Table
from mailbot.core.model import Language, Obligation, Subject

LANGUAGES = frozenset(language.value for language in Language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One row of a table of persons."""

    subject: Subject
    table: str  # store and table
    name: str = field(repr=False)  # what stands in its `same_person` columns, folded; empty: nothing to compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one store knows under an address."""

    people: tuple[Person, ...]
    shared: tuple[Obligation, ...]  # found by the address, tied to nobody in this store

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """Every live obligation under the address."""
        return (*(owed for person in self.people for owed in person.subject.obligations), *self.shared)


def persons(looks: Sequence[Known]) -> tuple[Subject, ...]:
    """Everybody known under one address, each once, in the order of the map."""
    return tuple(_as_one(group) for group in grouped(looks))


def grouped(looks: Sequence[Known]) -> Iterator[Sequence[Person]]:
    """The rows of each person known under one address, in the order of the map.

    Rows of several tables, in whatever store, that agree in their `same_person` columns are one person. Two rows
    of one table never are: nothing says that a table holds somebody twice.
    """
    groups: dict[object, list[Person]] = {}
    for place, person in enumerate(person for look in looks for person in look.people):
        groups.setdefault(person.name or place, []).append(person)
    for group in groups.values():
        if len({person.table for person in group}) < len(group):
            yield from ([person] for person in group)
        else:
            yield group


def _as_one(group: Sequence[Person]) -> Subject:
    """The person whose rows these are."""
    subjects = [person.subject for person in group]
    heard = [subject.last_contact for subject in subjects if subject.last_contact]
    return replace(
        subjects[0],
        obligations=tuple(owed for subject in subjects for owed in subject.obligations),
        languages=tuple(dict.fromkeys(language for subject in subjects for language in subject.languages)),
        last_contact=max(heard, default=None),
    )


async def known(connection: AsyncConnection, scope: Scope, *, today: date, lock: bool = False) -> Known:
    """People and live obligations; with *lock* nobody else can change the people until the transaction ends."""
    people: list[Person] = []
    shared: list[Obligation] = []
    for table in scope.store.tables:
        if table.persons:
            people += await _people(connection, scope, table, today=today, lock=lock)
        if table.obligations and not any(root.persons for root in scope.store.roots(table)):
            reached = await resolved(connection, scope, tables=(table,), withhold=False)
            shared += await _owed(connection, reached, table, today=today)
    return Known(people=tuple(people), shared=tuple(shared))


async def _people(
    connection: AsyncConnection, scope: Scope, table: Table, *, today: date, lock: bool
) -> Sequence[Person]:
    live = scope.live[table.name]
    links = leading(scope.store, table)
    more = (table.language, table.last_contact, *table.same_person)
    names = dict.fromkeys(name for name in (*table.key, *(n for link in links for n in link), *more) if name)
    key = [live.columns[name] for name in table.key]
    query = sa.select(*(live.columns[name] for name in names)).where(scope.of(table)).order_by(*key)
    found = (await connection.execute(query.with_for_update() if lock else query)).all()
    return [
        await _person(connection, scope, table, dict(zip(names, row, strict=True)), today=today) for row in found
    ]


async def _person(
    connection: AsyncConnection, scope: Scope, table: Table, row: dict[str, Any], *, today: date
) -> Person:
    language = row[table.language] if table.language else None
    written = [str(row[name] or "") for name in table.same_person]
    subject = Subject(
        key=f"{scope.store.name}/{table.name}/{','.join(str(row[name]) for name in table.key)}",
        obligations=await _owed_by(connection, narrowed(scope, table, row), table, today=today),
        languages=(Language(language),) if language in LANGUAGES else (),
        last_contact=as_date(row[table.last_contact]) if table.last_contact else None,
    )
    name = " ".join(" ".join(written).casefold().split())
    return Person(subject=subject, table=f"{scope.store.name}/{table.name}", name=name)


def narrowed(scope: Scope, table: Table, row: dict[str, Any]) -> Scope:
    """The same store, seen for one person only."""
    columns = scope.live[table.name].columns
    alone = sa.and_(*(columns[name] == row[name] for name in table.key))
    keys: dict[Link, tuple[Key, ...]] = {}
    for link in leading(scope.store, table):
        parts = [row[name] for name in link]
        keys[table.name, link] = () if None in parts else (tuple(plain(part) for part in parts),)
    return replace(scope, phones=(), person={table.name: alone}, keys=keys)


async def _owed_by(
    connection: AsyncConnection, scope: Scope, person: Table, *, today: date
) -> tuple[Obligation, ...]:
    """Live obligations found through the table of this person."""
    found: list[Obligation] = []
    for table in scope.store.tables:
        if table.obligations and person in scope.store.roots(table):
            if any(link.table != person.name for link in table.links):  # else its key is known already
                scope = await resolved(connection, scope, tables=(table,), withhold=False)
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
