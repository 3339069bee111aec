"""Does the map fit the live database? A line with its remedy for each thing that does not."""

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.database import live_tables, missing
from mailbot.adapters.registry.scope import keeps_moments
from mailbot.core.datamap import Delete, Store

# SQLAlchemy does not read ON DELETE from SQLite's column constraints
SQLITE_LINKS = """
SELECT child.name, link."table", link.on_delete
  FROM sqlite_master AS child, pragma_foreign_key_list(child.name) AS link
 WHERE child.type = 'table'"""


async def ailments(connection: AsyncConnection, store: Store) -> tuple[str, ...]:
    """What does not fit, in the order of the map."""
    live = await live_tables(connection, store)
    lines = [f"{absent}: create it, or correct config/datamap.toml" for absent in missing(store, live)]
    lines += _wrong_types(store, live)
    lines += _eaten(store, await _links(connection))
    return tuple(f"store {store.name}: {line}" for line in lines)


async def _links(connection: AsyncConnection) -> Iterable[tuple[str, str, str]]:
    """Every foreign key: table, table it refers to, what a deletion there does."""
    if connection.dialect.name == "sqlite":
        return [tuple(row) for row in await connection.exec_driver_sql(SQLITE_LINKS)]
    reflected = await connection.run_sync(lambda sync: sa.inspect(sync).get_multi_foreign_keys())
    return [
        (name, key["referred_table"], str(key.get("options", {}).get("ondelete", "")))
        for (_, name), keys in reflected.items()
        for key in keys
    ]


def _wrong_types(store: Store, live: Mapping[str, sa.Table]) -> Iterator[str]:
    for table in store.tables:
        if table.name not in live:
            continue
        columns = live[table.name].columns
        for name in table.moments:
            if name in columns and not keeps_moments(columns[name]):
                yield f"column {table.name}.{name} is no timestamp, but a step writes one: change its type"


def _eaten(store: Store, links: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Tables whose rows would vanish unseen with a deletion: they eat invoices (issue 5, item 2)."""
    deleted = {table.name for table in store.tables if isinstance(table.destroy, Delete)}
    for name, parent, on_delete in sorted(links):
        if on_delete.upper() == "CASCADE" and parent in deleted and name not in deleted:
            yield (
                f"table {name} loses rows by ON DELETE CASCADE when {parent} is destroyed: "
                "put it on the map, or change its foreign key"
            )
