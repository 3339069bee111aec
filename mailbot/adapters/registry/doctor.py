"""Does the map fit the live database? A line with its remedy for each thing that does not."""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.cascades import cut_off, eaten, foreign_keys
from mailbot.adapters.registry.database import live_tables, missing
from mailbot.adapters.registry.moments import moment_fault
from mailbot.adapters.registry.spelling import unfound
from mailbot.core.datamap import Store


async def ailments(connection: AsyncConnection, store: Store) -> tuple[str, ...]:
    """What does not fit, in the order of the map."""
    live = await live_tables(connection, store)
    lines = [f"{absent}: create it, or correct config/datamap.toml" for absent in missing(store, live)]
    lines += _wrong_types(store, live)
    lines += eaten(store, await foreign_keys(connection))
    return tuple(f"store {store.name}: {line}" for line in lines)


async def remarks(connection: AsyncConnection, store: Store) -> tuple[str, ...]:
    """What works and a person should know: rows cut off, people nobody would find."""
    lines = cut_off(store, await foreign_keys(connection))
    lines += await unfound(connection, store, await live_tables(connection, store))
    return tuple(f"store {store.name}: {line}" for line in lines)


def _wrong_types(store: Store, live: Mapping[str, sa.Table]) -> Iterator[str]:
    for table in store.tables:
        if table.name not in live:
            continue
        columns = live[table.name].columns
        for name in table.moments:
            if name in columns and (fault := moment_fault(columns[name])):
                yield f"column {table.name}.{name} {fault}"
