"""Keys first: the rows that lead to others are looked up before anything is done, so that they can be kept.

A row that is found through another cannot be found any more once that one is gone, and "destroyed" must not be
said while it is there (requirements E.3 rule 7: every store is asked again for the subject's keys). So a chain is
walked once, from the address down, and what follows is found by the keys themselves: by index, with or without
statistics. What leads to rows of somebody else too (the number of a couple) leads nowhere.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.blank import unblanked
from mailbot.adapters.registry.scope import Condition, Link, Scope, among, at_most
from mailbot.core.datamap import Blank, Key, Store, Table, Trace, TraceOf

MOST = 5000  # keys in one statement: drivers count its parameters in 15 bits


def leading(store: Store, table: Table) -> tuple[tuple[str, ...], ...]:
    """Columns of *table* by which other tables are found, and its own key.

    Nothing leads on from a table that only has rows of its own: unless each is a person, or stays under its key
    when what it was found by has been blanked.
    """
    links = [link.key for child in store.tables for link in child.links if link.table == table.name]
    if links or table.persons or isinstance(table.destroy, Blank):
        return tuple(dict.fromkeys((*links, table.key)))
    return ()


def needed(store: Store, tables: Iterable[Table]) -> Iterator[Link]:
    """The links through which *tables* are found, all the way up."""
    for table in tables:
        for one in (table, *store.above(table)):
            yield from ((link.table, link.key) for link in one.links)


async def resolved(
    connection: AsyncConnection,
    scope: Scope,
    *,
    tables: Collection[Table] | None = None,
    traces: Collection[Trace] = (),
    only: bool = False,
    withhold: bool = True,
) -> Scope:
    """*scope* with the keys that lead on from it, from the address down; given *tables*, those that lead there.

    Keys of *traces* are added: their rows may be gone and what hung on them may not. A key that is somebody else's
    today, or the same person's under another address, is `strayed`: nothing is done by it. With *only*, what has
    left no trace is not meant. Keys that lead to rows of somebody else as well are `shared` and, unless *withhold*
    is off, lead nowhere. Where there are more than MOST the chain is followed by a subquery.
    """
    kept = _kept_before(scope.store, traces)
    wanted = None if tables is None else set(needed(scope.store, tables))
    for table in reversed(scope.store.children_first):
        links = [(table.name, columns) for columns in leading(scope.store, table)]
        links = [link for link in links if wanted is None or link in wanted]
        for link, found in (await _found(connection, scope, links, scope.of(table))).items():
            shared = await _shared(connection, scope, link, found) if withhold else set()
            gone = tuple(key for key in kept.get(link, ()) if key not in found)
            live = await _somebodys(connection, scope, link, gone)
            own = [key for key in found if key not in shared and (not only or key in kept.get(link, ()))]
            scope = replace(
                scope,
                keys={**scope.keys, link: (*own, *(key for key in gone if key not in live))},
                strayed={**scope.strayed, link: tuple(live)},
                shared={**scope.shared, link: tuple(shared)},
            )
    return scope


def traced(scope: Scope, earlier: Iterable[Trace]) -> tuple[Trace, ...]:
    """What *scope* was resolved to, beside what was kept *earlier*."""
    name, kept = scope.store.name, _kept_before(scope.store, earlier)
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


def columns_of(scope: Scope, link: Link) -> list[sa.Column[Any]]:
    """The live columns of *link*."""
    table, names = link
    return [scope.live[table].columns[name] for name in names]


def plain(part: object) -> int | str:
    """A part of a key as JSON holds it: numbers and text as they are, a date or UUID as text."""
    built = part if isinstance(part, int | str) else msgspec.to_builtins(part)
    return built if isinstance(built, int | str) else str(built)


def _kept_before(store: Store, traces: Iterable[Trace]) -> dict[Link, tuple[Key, ...]]:
    ours = (one for one in traces if one.store == store.name and one.of is TraceOf.DESTRUCTION)
    return {(one.table, one.columns): one.keys for one in ours}


async def _found(
    connection: AsyncConnection, scope: Scope, links: Sequence[Link], rows: Condition
) -> dict[Link, dict[Key, None]]:
    """Distinct keys of *rows* for each of *links*, all of one table, as they are kept; nothing: too many."""
    names = tuple(dict.fromkeys(name for _, columns in links for name in columns))
    if not names:
        return {}
    table = scope.live[links[0][0]]
    query = at_most(sa.select(*(table.columns[name] for name in names)).where(rows), MOST)
    found = [dict(zip(names, row, strict=True)) for row in await connection.execute(query)]
    if len(found) > MOST:
        return {}
    keys: dict[Link, dict[Key, None]] = {}
    for link in links:
        whole = ([row[name] for name in link[1]] for row in found)
        keys[link] = dict.fromkeys(tuple(plain(part) for part in key) for key in whole if None not in key)
    return keys


async def _shared(connection: AsyncConnection, scope: Scope, link: Link, found: Collection[Key]) -> set[Key]:
    """Which of the keys *found* rows outside of *scope* have too; that a table's key is one, only the map says."""
    if not found:
        return set()
    mine = scope.of(scope.store.table(link[0]))
    others = sa.and_(among(columns_of(scope, link), tuple(found)), sa.not_(sa.func.coalesce(mine, sa.false())))
    return set((await _found(connection, scope, [link], others)).get(link, found))


async def _somebodys(
    connection: AsyncConnection, scope: Scope, link: Link, gone: Sequence[Key]
) -> Collection[Key]:
    """Which keys of rows that are not found any more are somebody's today; a row we have blanked is nobody's."""
    if not gone:
        return ()
    table = scope.store.table(link[0])
    stand = among(columns_of(scope, link), gone)
    if isinstance(table.destroy, Blank):
        stand = sa.and_(stand, unblanked(table, scope.live[table.name]))
    return (await _found(connection, scope, [link], stand)).get(link, gone)
