"""What the database would do by itself when rows of the map are destroyed: it eats invoices (issue 5, item 2)."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.core.datamap import Delete, Remove, Store, Table

REMEDY = "put it on the map, or change its foreign key"

# SQLAlchemy does not read ON DELETE from SQLite's column constraints; null in "to" means the other's primary key
SQLITE_LINKS = """
SELECT child.name, parent.name, link.id, link."from",
       coalesce(link."to",
                (SELECT own.name FROM pragma_table_info(parent.name) AS own WHERE own.pk = link.seq + 1)),
       link.on_delete
  FROM sqlite_master AS child, pragma_foreign_key_list(child.name) AS link
  JOIN sqlite_master AS parent ON lower(parent.name) = lower(link."table")
 WHERE child.type = 'table' AND parent.type = 'table'
 ORDER BY child.name, link.id, link.seq"""

# every schema; what a partition inherits from its table is no link of its own
POSTGRESQL_LINKS = """
SELECT CASE WHEN own.nspname = current_schema() THEN '' ELSE own.nspname || '.' END || child.relname,
       CASE WHEN others.nspname = current_schema() THEN '' ELSE others.nspname || '.' END || parent.relname,
       link.oid, ours.attname, theirs.attname,
       CASE link.confdeltype
            WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' ELSE '' END
  FROM pg_constraint AS link
  JOIN pg_class AS child ON child.oid = link.conrelid JOIN pg_namespace AS own ON own.oid = child.relnamespace
  JOIN pg_class AS parent ON parent.oid = link.confrelid
  JOIN pg_namespace AS others ON others.oid = parent.relnamespace
 CROSS JOIN LATERAL unnest(link.conkey, link.confkey) WITH ORDINALITY AS part (ours, theirs, place)
  JOIN pg_attribute AS ours ON ours.attrelid = link.conrelid AND ours.attnum = part.ours
  JOIN pg_attribute AS theirs ON theirs.attrelid = link.confrelid AND theirs.attnum = part.theirs
 WHERE link.contype = 'f' AND link.conparentid = 0
 ORDER BY 1, link.conname, part.place"""

# of every database that the user may see; MySQL hides what he has no right on
MYSQL_LINKS = """
SELECT concat(if(part.table_schema = database(), '', concat(part.table_schema, '.')), part.table_name),
       concat(if(part.referenced_table_schema = database(), '', concat(part.referenced_table_schema, '.')),
              part.referenced_table_name),
       part.constraint_name, part.column_name, part.referenced_column_name, link.delete_rule
  FROM information_schema.key_column_usage AS part
  JOIN information_schema.referential_constraints AS link
    ON link.constraint_schema = part.constraint_schema AND link.constraint_name = part.constraint_name
   AND link.table_name = part.table_name
 WHERE part.referenced_table_name IS NOT NULL
 ORDER BY part.table_schema, part.table_name, part.constraint_name, part.ordinal_position"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """`columns` of *table* refer to `key` of *parent*; *on_delete* is what becomes of its rows."""

    table: str  # with its schema where that is not the usual one
    parent: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    on_delete: str


async def foreign_keys(connection: AsyncConnection) -> tuple[ForeignKey, ...]:
    """Every foreign key of the database, in the order of its tables."""
    match connection.dialect.name:
        case "sqlite":
            return _grouped((await connection.exec_driver_sql(SQLITE_LINKS)).all())
        case "postgresql":
            return _grouped((await connection.exec_driver_sql(POSTGRESQL_LINKS)).all())
        case "mysql" | "mariadb":
            return _grouped((await connection.exec_driver_sql(MYSQL_LINKS)).all())
        case _:
            return await connection.run_sync(_reflected)


def _grouped(rows: Sequence[Any]) -> tuple[ForeignKey, ...]:
    """Rows of one column each, in order: table, parent, number of the key, column, column there, on delete."""
    keys: dict[tuple[str, int], ForeignKey] = {}
    for table, parent, number, column, other, on_delete in rows:
        known = keys.get((table, number))
        keys[table, number] = ForeignKey(
            table=table,
            parent=parent,
            columns=(*known.columns, column) if known else (column,),
            key=(*known.key, other) if known else (other,),
            on_delete=on_delete.upper(),
        )
    return tuple(keys.values())


def _reflected(connection: sa.Connection) -> tuple[ForeignKey, ...]:
    look = sa.inspect(connection)
    usual = look.default_schema_name

    def named(schema: str | None, table: str) -> str:
        return table if schema in (None, usual) else f"{schema}.{table}"

    return tuple(
        ForeignKey(
            table=named(schema, table),
            parent=named(link["referred_schema"], link["referred_table"]),
            columns=tuple(link["constrained_columns"]),
            key=tuple(link["referred_columns"]),
            on_delete=str(link.get("options", {}).get("ondelete", "")).upper(),
        )
        for name in look.get_schema_names()
        for (schema, table), links in look.get_multi_foreign_keys(schema=name).items()
        for link in links
    )


# ---------------------------------------------------------------- what they do


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a foreign key does, or stops, when rows of the map are destroyed."""

    table: str
    said: str
    remedy: str

    @property
    def line(self) -> str:
        """The whole of it."""
        return f"{self.said}: {self.remedy}"


def eaten(store: Store, links: Iterable[ForeignKey]) -> tuple[str, ...]:
    """A line for each table whose rows would vanish unseen with a destruction; not empty: it must not begin."""
    return tuple(loss.line for loss in eats(store, links))


def eats(store: Store, links: Iterable[ForeignKey]) -> tuple[Loss, ...]:
    """The same, table by table."""
    mapped = places(store)
    found = (_eats(store, mapped, link) for link in _cascades(mapped, links))
    return tuple(sorted((loss for loss in found if loss), key=lambda loss: loss.line))


def cut_off(store: Store, links: Iterable[ForeignKey]) -> tuple[Loss, ...]:
    """Each table that is not on the map and whose rows would forget whose they are."""
    mapped = places(store)
    return tuple(
        Loss(
            table=link.table,
            said=f"rows of table {link.table} are cut off by ON DELETE {link.on_delete} when {link.parent} is "
            "destroyed, and nobody could tell whose they were",
            remedy="put it on the map if personal data stand in it",
        )
        for link in links
        if link.on_delete.startswith("SET ") and link.table not in mapped
        if any(deletes(table) for table in mapped.get(link.parent, ()))
    )


def places(store: Store) -> Mapping[str, Sequence[Table]]:
    """What the map says of each table of the database: there may be several tables of the map in one."""
    found: dict[str, list[Table]] = {}
    for table in store.tables:
        found.setdefault(table.place, []).append(table)
    return found


def deletes(table: Table) -> bool:
    """Whether a right deletes rows of *table*."""
    return isinstance(table.destroy, Delete) or isinstance(table.suppress, Remove)


def _cascades(mapped: Mapping[str, Sequence[Table]], links: Iterable[ForeignKey]) -> Iterator[ForeignKey]:
    """Keys along which a destruction spreads, from the tables of the map on through what is not on it."""
    deleted = {place for place, tables in mapped.items() if any(deletes(table) for table in tables)}
    cascading = [link for link in links if link.on_delete == "CASCADE"]
    waiting, seen = deque(sorted(deleted)), set(deleted)
    while waiting:
        parent = waiting.popleft()
        for link in cascading:
            if link.parent == parent:
                yield link
                if link.table not in seen:
                    seen.add(link.table)
                    waiting.append(link.table)


def _eats(store: Store, mapped: Mapping[str, Sequence[Table]], link: ForeignKey) -> Loss | None:
    """What *link* does to rows that nobody has counted; None: it follows the chain of the map."""
    tables = mapped.get(link.table, ())
    when = f"when {link.parent} {'is destroyed' if link.parent in mapped else 'loses them'}"
    lost, columns = f"table {link.table} loses rows by ON DELETE CASCADE {when}", ", ".join(link.columns)
    if not tables:
        return Loss(table=link.table, said=lost, remedy=REMEDY)
    if not all(isinstance(table.destroy, Delete) for table in tables):
        said = f"{lost}, although the map keeps them"
        return Loss(table=link.table, said=said, remedy=f"change its foreign key {columns}")
    following = [table for table in tables if follows(store, table, link)]
    if any(not table.where for table in following):
        return None
    if following:
        said = f"{lost}, also those of which the map does not speak (where)"
        remedy = f"put the whole table on the map, or change its foreign key {columns}"
        return Loss(table=link.table, said=said, remedy=remedy)
    remedy = f"change its foreign key {columns}, or let the map find it by that"
    return Loss(table=link.table, said=f"{lost}, whoever they belong to", remedy=remedy)


def follows(store: Store, table: Table, link: ForeignKey) -> bool:
    """Whether the map finds *table* by this very key, so that its rows are deleted before."""
    paired = set(zip(link.columns, link.key, strict=True))
    ways = (way for way in table.links if store.table(way.table).place == link.parent)
    return any(set(zip(way.columns, way.key, strict=True)) == paired for way in ways)
