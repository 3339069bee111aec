"""Addresses that are stored so that nobody finds their owner: he would be told that nothing is held."""

import re
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.core.datamap import Store

LOOKED_AT = 10_000  # addresses of each column: doctor does not read a whole company
_PLAIN = re.compile(r"[^\s<>,;@]+@[^\s<>,;@]+")


async def unfound(connection: AsyncConnection, store: Store, live: Mapping[str, sa.Table]) -> tuple[str, ...]:
    """A line for each column with addresses by which nobody is found; how many, never which."""
    lines = []
    for table in store.tables:
        way = table.email
        column = live[table.name].columns.get(way.column) if way and table.name in live else None
        if way is None or column is None:
            continue
        stored = column if way.folded else sa.func.lower(column)
        rows = await connection.execute(sa.select(column, stored).where(column.like("%@%")).limit(LOOKED_AT))
        found = [is_found(str(written), str(compared)) for written, compared in rows]
        if not all(found):
            lines.append(
                f"{found.count(False)} of {len(found)} addresses in {table.name}.{column.name} are written so "
                "that nobody finds their owner (spaces, names, several in one, capitals a database cannot fold): "
                "write one plain address in each row"
            )
    return tuple(lines)


def is_found(written: str, compared: str) -> bool:
    """Whether what is *written* is found by its own address, *compared* as the database does it; or is none."""
    return "@" not in written or bool(_PLAIN.fullmatch(written) and compared == written.lower())
