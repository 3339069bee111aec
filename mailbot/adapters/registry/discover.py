"""A look at a database that nobody has mapped, and the map that is proposed for it (issue 5, item 2)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.database import Database
from mailbot.adapters.registry.reflection import sampled, silent, whole
from mailbot.core.datamap import Store
from mailbot.core.datamap.draft import draft
from mailbot.core.datamap.propose import propose
from mailbot.core.datamap.relate import candidates
from mailbot.core.datamap.seen import Seen, SeenLink, SeenTable

SECONDS = 600.0  # for all of it
FAREWELL = 0.05  # in which the thread of a SQLite connection that failed says so to a loop that still runs
STATEMENT_SECONDS = 20


async def discover_map(
    url: str, *, name: str, schema: str | None = None, sample: int = 200, tell: Callable[[str], None] = silent
) -> str:
    """The text of a proposed map; no value of the database stands in it.

    Raises ConfigError for a URL that cannot work, Unavailable and Rejected where the database does not answer.
    """
    database = Database(Store(name=name, system="", tables=()), url)
    try:
        async with asyncio.timeout(SECONDS), database.reading() as connection:
            await _patience(connection)
            seen, unread = await sampled(
                connection, await whole(connection, schema=schema), rows=sample, tell=tell
            )
            tell("references")
            links = {place: await _references(connection, seen, table, sample) for place, table in seen.items()}
    finally:
        await database.close()
        await asyncio.sleep(FAREWELL)
    about = f"{len(seen)} tables, {sample} rows of each looked at at most; {len(unread)} could not be read."
    return draft(propose(seen, links), name=name, about=about)


async def _patience(connection: AsyncConnection) -> None:
    """No statement of a look holds a live database up for long."""
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(f"SET LOCAL statement_timeout = {STATEMENT_SECONDS * 1000}")


async def _references(
    connection: AsyncConnection, seen: Seen, table: SeenTable, sample: int
) -> Sequence[SeenLink]:
    """Declared foreign keys, then what columns seem to refer to by name, the best borne out by values first."""
    declared = [link for link in table.links if link.parent in seen]
    named: Mapping[tuple[str, ...], list[SeenLink]] = {}
    for link in candidates(seen, table):
        looked = await _borne_out(connection, seen, table, link, sample) if sample else link
        if looked.found or not looked.looked:
            named = {**named, link.columns: [*named.get(link.columns, ()), looked]}
    best = [sorted(links, key=lambda link: -_share(link)) for links in named.values()]
    return [*declared, *(link for links in best for link in links)]


def _share(link: SeenLink) -> float:
    return link.found / link.looked if link.looked else 0.0


async def _borne_out(
    connection: AsyncConnection, seen: Seen, table: SeenTable, link: SeenLink, sample: int
) -> SeenLink:
    """*link* with how many of a sample of its values stand in the other table; null, 0 and '' refer to nothing."""
    parent, (name,), (key,) = seen[link.parent], link.columns, link.key
    here = sa.table(table.name, sa.column(name), schema=table.schema)
    there = sa.table(parent.name, sa.column(key), schema=parent.schema)
    column = here.c[name]
    text = sa.cast(column, sa.String(64))
    drawn = (
        sa.select(column.label("v")).where(column.is_not(None), text.not_in(["0", ""])).limit(sample).subquery()
    )
    stands = sa.exists().where(there.c[key] == drawn.c.v)
    query = sa.select(sa.func.count(), sa.func.sum(sa.case((stands, 1), else_=0))).select_from(drawn)
    with suppress(DBAPIError):
        async with connection.begin_nested():
            looked, found = (await connection.execute(query)).one()
            return SeenLink(
                parent=link.parent,
                columns=link.columns,
                key=link.key,
                declared=False,
                looked=int(looked),
                found=int(found or 0),
            )
    return link
