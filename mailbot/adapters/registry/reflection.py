"""A live database as it is: tables, columns, keys, and what a bounded sample of the values looks like."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.cascades import ForeignKey, foreign_keys
from mailbot.adapters.registry.kinds import kind_of
from mailbot.core.datamap.seen import Kind, Seen, SeenColumn, SeenLink, SeenTable, Shapes, shapes

LONGEST = 200  # characters of a value that are looked at
PARTITIONS = """
SELECT space.nspname, part.relname
  FROM pg_class AS part JOIN pg_namespace AS space ON space.oid = part.relnamespace
 WHERE part.relispartition"""


def silent(_where: str) -> None:
    """Nobody waits."""


async def whole(connection: AsyncConnection, *, schema: str | None = None, every: bool = False) -> Seen:
    """Every table of the usual schema, or of *schema*, or with *every* of all that are no system's; no value."""
    links = await foreign_keys(connection)
    tables = await connection.run_sync(_tables, schema, every)
    if connection.dialect.name == "postgresql":
        rows: Sequence[Any] = (await connection.exec_driver_sql(PARTITIONS)).all()
        parts = {(str(space), str(name)) for space, name in rows}
        usual = connection.dialect.default_schema_name
        tables = [one for one in tables if (one.schema or usual, one.name) not in parts]
    return {one.place: _linked(one, links) for one in tables}


def _tables(sync: sa.Connection, schema: str | None, every: bool) -> list[SeenTable]:  # noqa: FBT001 - run_sync's
    look = sa.inspect(sync)
    usual = look.default_schema_name
    schemas: list[str | None] = [schema or None]
    if every and sync.dialect.name == "postgresql":
        schemas += [name for name in look.get_schema_names() if name not in {usual, "information_schema"}]
    return [table for name in schemas for table in _of_schema(look, None if name == usual else name)]


def _of_schema(look: sa.Inspector, schema: str | None) -> Iterator[SeenTable]:
    keys: Mapping[Any, Mapping[str, Any]] = look.get_multi_pk_constraint(schema=schema)
    for place, columns in sorted(look.get_multi_columns(schema=schema).items(), key=lambda one: str(one[0][1])):
        name = str(place[1])
        if not name.startswith("sqlite_"):
            yield SeenTable(
                place=f"{schema}.{name}" if schema else name,
                name=name,
                schema=schema,
                key=tuple(keys[place]["constrained_columns"] if place in keys else ()),
                columns=tuple(_column(column) for column in columns),
            )


def _column(column: Mapping[str, Any]) -> SeenColumn:
    kind = column["type"]
    untyped = isinstance(kind, sa.types.NullType)  # SQLite: anything may stand there
    return SeenColumn(
        name=str(column["name"]),
        kind=Kind.TEXT if untyped else kind_of(kind),
        nullable=bool(column["nullable"]),
        length=getattr(kind, "length", None),
    )


def _linked(table: SeenTable, links: Sequence[ForeignKey]) -> SeenTable:
    own = [link for link in links if link.table == table.place]
    seen = tuple(SeenLink(parent=link.parent, columns=link.columns, key=link.key) for link in own)
    return replaced(table, links=seen)


def replaced(table: SeenTable, **changes: Any) -> SeenTable:
    """*table* with these changes."""
    fields = {name: getattr(table, name) for name in table.__dataclass_fields__}
    return SeenTable(**{**fields, **changes})


async def sampled(
    connection: AsyncConnection, seen: Seen, *, rows: int, tell: Callable[[str], None] = silent
) -> tuple[Seen, tuple[str, ...]]:
    """*seen* with the shapes of values of *rows* rows of each table; and the tables that could not be read."""
    looked: dict[str, SeenTable] = {}
    unread: list[str] = []
    for number, (place, table) in enumerate(seen.items(), start=1):
        tell(f"table {number} of {len(seen)}")
        try:
            async with connection.begin_nested():
                looked[place] = replaced(table, columns=await _shaped(connection, table, rows))
        except DBAPIError as exc:
            if exc.connection_invalidated or not denied(exc):
                raise
            looked[place] = table
            unread.append(place)
    return looked, tuple(unread)


async def _shaped(connection: AsyncConnection, table: SeenTable, rows: int) -> tuple[SeenColumn, ...]:
    texts = [column for column in table.columns if column.kind is Kind.TEXT]
    if not texts or not rows:
        return table.columns
    source = sa.table(table.name, *(sa.column(column.name) for column in texts), schema=table.schema)
    cut = [sa.func.substr(sa.cast(source.c[column.name], sa.Text), 1, LONGEST) for column in texts]
    if connection.dialect.name in {"mysql", "mariadb"}:  # no CAST AS TEXT there, and none needed
        cut = [sa.func.substr(source.c[column.name], 1, LONGEST) for column in texts]
    found = (await connection.execute(sa.select(*cut).limit(rows))).all()
    by_name = {column.name: shapes(row[place] for row in found) for place, column in enumerate(texts)}
    return tuple(_with(column, by_name.get(column.name)) for column in table.columns)


def _with(column: SeenColumn, looked: Shapes | None) -> SeenColumn:
    if looked is None:
        return column
    return SeenColumn(
        name=column.name, kind=column.kind, nullable=column.nullable, length=column.length, shapes=looked
    )


DENIED_STATE = "42501"
DENIED_NUMBERS = frozenset({1044, 1142, 1143, 1370})


def denied(exc: DBAPIError) -> bool:
    """Whether the database says that its user may not do this."""
    number = next(iter(getattr(exc.orig, "args", ())), None)
    return getattr(exc.orig, "sqlstate", None) == DENIED_STATE or number in DENIED_NUMBERS
