"""Destruction that leaves the row: what becomes of each column of it (issue 5, item 1), and whether it is so."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.scope import Condition, at_most
from mailbot.core.datamap import Column, Erasure, Table
from mailbot.errors import Rejected
from mailbot.ports import Key

MASK = "***"
HASHED = "keyed:"
DIGEST_BYTES = 16
MOST = 1000  # values of one column under one address: each stands in the statement


def hashed(value: str, key: Key) -> str:
    """What is written in place of *value*, with the key's number; the same for every spelling in capitals."""
    digest = bytes.fromhex(key.digest(value.strip().casefold()))[:DIGEST_BYTES]
    return f"{HASHED}{key.id}:{urlsafe_b64encode(digest).decode().rstrip('=')}"


def unblanked(table: Table, live: sa.Table) -> Condition:
    """Rows of *table* in which something is left that its columns' `erase` does not leave; never null."""
    return sa.or_(sa.false(), *(_stands(column, live.columns[column.name]) for column in table.columns))


def _stands(column: Column, live: sa.Column[Any]) -> Condition:
    filled = live.is_not(None)
    match column.erase:
        case Erasure.NULL:
            return filled
        case Erasure.MASK:
            return sa.and_(filled, live != MASK, live != "")
        case Erasure.HASH:
            return sa.and_(filled, sa.func.substr(live, 1, len(HASHED)) != HASHED, live != "")
        case _:
            return sa.false()


async def blanked(
    connection: AsyncConnection, table: Table, live: sa.Table, rows: Condition, *, key: Key | None
) -> Mapping[str, sa.ColumnElement[Any]]:
    """What to write into each column of *rows*; raises Rejected where a column cannot hold it."""
    values: dict[str, sa.ColumnElement[Any]] = {}
    for column in table.columns:
        target = live.columns[column.name]
        match column.erase:
            case Erasure.NULL:
                values[column.name] = sa.null()
            case Erasure.MASK:
                _refuse_no_text(table, target)
                values[column.name] = sa.case((_stands(column, target), sa.literal(MASK)), else_=target)
            case Erasure.HASH:
                _refuse_no_text(table, target)
                values[column.name] = await _hashed(connection, column, target, rows, key=key)
            case Erasure.KEEP | None:
                pass
    return values


async def _hashed(
    connection: AsyncConnection, column: Column, live: sa.Column[Any], rows: Condition, *, key: Key | None
) -> sa.ColumnElement[Any]:
    query = at_most(sa.select(live).where(rows, _stands(column, live)), MOST)
    values = [str(value) for value in await connection.scalars(query)]
    if len(values) > MOST:
        raise Rejected(f"column {live}: more than {MOST} values under one address; a person decides")
    found = dict.fromkeys(values)
    if not found:
        return live
    if key is None:
        raise Rejected(f"column {live}: no key to hash with; a person decides")
    return sa.case(*((live == value, sa.literal(hashed(value, key))) for value in found), else_=live)


def _refuse_no_text(table: Table, column: sa.Column[Any]) -> None:
    if not isinstance(column.type, sa.String):
        raise Rejected(f"column {table.name}.{column.name} is no text: say erase = null or keep for it")


def columns_blanked(table: Table) -> Iterator[str]:
    """Columns of *table* of which destruction leaves nothing that tells of a person."""
    return (column.name for column in table.columns if column.erase not in (None, Erasure.KEEP))
