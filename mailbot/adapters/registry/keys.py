"""Keys first: the rows that lead to others are looked up before anything is done, so that they can be kept.

A row that is found through another cannot be found any more once that one is gone, and "destroyed" must not be
said while it is there (requirements E.3 rule 7: every store is asked again for the subject's keys). So a chain is
walked once, from the address down, and what follows is found by the keys themselves.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.scope import Condition, Link, Scope, among
from mailbot.core.datamap import Key, Store, Table, Trace

MOST = 5000  # keys in one statement: drivers count its parameters in 15 bits


def leading(store: Store, table: Table) -> tuple[tuple[str, ...], ...]:
    """Columns of *table* by which other tables are found, and its own key where each row is a person."""
    links = [link.key for child in store.tables for link in child.links if link.table == table.name]
    return tuple(dict.fromkeys((*links, table.key) if table.persons else links))


async def resolved(
    connection: AsyncConnection, scope: Scope, *, traces: Collection[Trace] = (), only: bool = False
) -> Scope:
    """*scope* with the keys that lead on from it, from the address down.

    Keys of *traces* are added: their rows may be gone and what hung on them may not. A key that is somebody else's
    today, or the same person's under another address, is `strayed`: nothing is done by it. With *only*, what has
    left no trace is not meant. Where there are more than MOST the chain is followed by a subquery.
    """
    kept = {(one.table, one.columns): one.keys for one in traces if one.store == scope.store.name}
    for table in reversed(scope.store.children_first):
        for columns in leading(scope.store, table):
            link = (table.name, columns)
            found = await _found(connection, scope, link, scope.of(table))
            if len(found) > MOST:
                continue
            gone = tuple(key for key in kept.get(link, ()) if key not in found)
            live = await _found(connection, scope, link, among(_columns(scope, link), gone)) if gone else {}
            own = [key for key in found if not only or key in kept.get(link, ())]
            scope = replace(
                scope,
                keys={**scope.keys, link: (*own, *(key for key in gone if key not in live))},
                strayed={**scope.strayed, link: tuple(live)},
            )
    return scope


def traced(scope: Scope, earlier: Iterable[Trace]) -> tuple[Trace, ...]:
    """What *scope* was resolved to, beside what was kept *earlier*."""
    name = scope.store.name
    kept = {(one.table, one.columns): one.keys for one in earlier if one.store == name}
    return tuple(
        Trace(
            store=name,
            table=link[0],
            columns=link[1],
            keys=tuple(dict.fromkeys((*kept.get(link, ()), *keys))),
        )
        for link, keys in scope.keys.items()
    )


def unresolved(scope: Scope) -> str:
    """A table that has too many keys to keep; empty: none has."""
    tables = ((table, columns) for table in scope.store.tables for columns in leading(scope.store, table))
    return next((table.name for table, columns in tables if (table.name, columns) not in scope.keys), "")


def _columns(scope: Scope, link: Link) -> list[sa.Column[Any]]:
    table, names = link
    return [scope.live[table].columns[name] for name in names]


async def _found(connection: AsyncConnection, scope: Scope, link: Link, rows: Condition) -> dict[Key, None]:
    """Distinct keys of *rows*, in the form in which they are kept; one more than MOST at most."""
    columns = _columns(scope, link)
    query = sa.select(*columns).where(rows, *(column.is_not(None) for column in columns))
    found = await connection.execute(query.distinct().limit(MOST + 1))
    return dict.fromkeys(tuple(_kept(part) for part in row) for row in found)


def _kept(part: object) -> int | str:
    """A part of a key as JSON holds it: numbers and text as they are, a date or UUID as text."""
    plain = part if isinstance(part, int | str) else msgspec.to_builtins(part)
    return plain if isinstance(plain, int | str) else str(plain)
