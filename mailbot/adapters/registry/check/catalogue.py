"""What a database says of itself: indexes, triggers, columns; in the words of each kind of database."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

SQLITE_INDEXES = """
SELECT owner.name, entry.name, entry."unique", part.name,
       (SELECT made.sql FROM sqlite_master AS made WHERE made.type = 'index' AND made.name = entry.name)
  FROM sqlite_master AS owner, pragma_index_list(owner.name) AS entry, pragma_index_xinfo(entry.name) AS part
 WHERE owner.type = 'table' AND part.key = 1 AND entry.partial = 0
 ORDER BY owner.name, entry.name, part.seqno"""
SQLITE_KEYS = """
SELECT owner.name, '', 1, part.name, NULL
  FROM sqlite_master AS owner, pragma_table_info(owner.name) AS part
 WHERE owner.type = 'table' AND part.pk > 0
 ORDER BY owner.name, part.pk"""
POSTGRESQL_INDEXES = """
SELECT CASE WHEN space.nspname = current_schema() THEN '' ELSE space.nspname || '.' END || owner.relname,
       entry.indexrelid, entry.indisunique::int, pg_get_indexdef(entry.indexrelid, part.place, true), NULL
  FROM pg_index AS entry
  JOIN pg_class AS owner ON owner.oid = entry.indrelid
  JOIN pg_namespace AS space ON space.oid = owner.relnamespace
  JOIN pg_class AS itself ON itself.oid = entry.indexrelid
  JOIN pg_am AS method ON method.oid = itself.relam AND method.amname IN ('btree', 'hash')
 CROSS JOIN LATERAL generate_series(1, entry.indnkeyatts) AS part (place)
 WHERE entry.indisvalid AND entry.indpred IS NULL AND space.nspname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY owner.oid, entry.indexrelid, part.place"""
MYSQL_INDEXES = """
SELECT concat(if(table_schema = database(), '', concat(table_schema, '.')), table_name), index_name,
       1 - non_unique, {column}, NULL
  FROM information_schema.statistics
 WHERE table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')
 ORDER BY table_schema, table_name, index_name, seq_in_index"""
MYSQL_FUNCTIONAL = (8, 0, 13)  # MariaDB has no index on an expression (MDEV-22597)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index over every row; a column as it is, or `lower(column)`."""

    place: str
    columns: tuple[str, ...]
    unique: bool


async def indexes(connection: AsyncConnection) -> tuple[Index, ...]:
    """Every index by which a row can be looked up, primary keys among them."""
    rows: Sequence[Any]
    match connection.dialect.name:
        case "sqlite":
            rows = [*await _rows(connection, SQLITE_INDEXES), *await _rows(connection, SQLITE_KEYS)]
        case "postgresql":
            rows = await _rows(connection, POSTGRESQL_INDEXES)
        case _:
            column = "coalesce(column_name, expression)" if functional(connection.dialect) else "column_name"
            rows = await _rows(connection, MYSQL_INDEXES.format(column=column))
    return tuple(_grouped(rows))


def functional(dialect: sa.Dialect) -> bool:
    """Whether a MySQL or MariaDB server can index lower(column)."""
    version = getattr(dialect, "server_version_info", None) or ()
    return not getattr(dialect, "is_mariadb", False) and tuple(version) >= MYSQL_FUNCTIONAL


MYSQL_COLLATIONS = """
SELECT concat(if(table_schema = database(), '', concat(table_schema, '.')), table_name),
       column_name, collation_name
  FROM information_schema.columns
 WHERE collation_name IS NOT NULL
   AND table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')
"""


async def collations(connection: AsyncConnection) -> Mapping[tuple[str, str], str]:
    """By what rules each text column of a MySQL or MariaDB compares; of any other database nothing."""
    if connection.dialect.name not in {"mysql", "mariadb"}:
        return {}
    rows = await _rows(connection, MYSQL_COLLATIONS)
    return {(str(place), str(column)): str(collation) for place, column, collation in rows}


async def _rows(connection: AsyncConnection, query: str) -> Sequence[Any]:
    return (await connection.exec_driver_sql(query)).all()


def _grouped(rows: Iterable[Sequence[Any]]) -> Iterator[Index]:
    """Rows of one part each, in order: table, index, unique, column or expression, SQLite's statement."""
    found: dict[tuple[str, object], Index] = {}
    for place, name, unique, part, made in rows:
        known = found.get((place, name))
        before = known.columns if known else ()
        written = part if part is not None else _expression(str(made), len(before))
        found[place, name] = Index(place=place, columns=(*before, _plain(written)), unique=bool(unique))
    yield from found.values()


def _expression(statement: str, place: int) -> str:
    """What stands at *place* between the outer brackets of CREATE INDEX … ON table (…)."""
    inside = statement.partition("(")[2].rpartition(")")[0]
    depth, parts = 0, [""]
    for letter in inside:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts[place] if place < len(parts) else ""


_LOWER = re.compile(r"\(*lower\(\(?[\"`\[]?(\w+)[\"`\]]?\)?(?:::[\w ]+)?\)\)*", re.IGNORECASE)


def _plain(part: str) -> str:
    """A column without its quotes, `lower(column)` in one spelling, any other expression as it stands."""
    text = re.sub(r"\s+(?:ASC|DESC|COLLATE .*|\w+_pattern_ops)$", "", part.strip(), flags=re.IGNORECASE)
    lowered = _LOWER.fullmatch(text.replace(" ", ""))
    return f"lower({lowered[1]})" if lowered else text.strip('"`[]')


# ---------------------------------------------------------------- triggers and rules

TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2",
    "postgresql": """
SELECT CASE WHEN space.nspname = current_schema() THEN '' ELSE space.nspname || '.' END || owner.relname,
       found.name
  FROM (SELECT tgrelid AS owner, 'trigger ' || tgname AS name FROM pg_trigger
         WHERE NOT tgisinternal AND tgenabled <> 'D'
        UNION ALL
        SELECT ev_class, 'rule ' || rulename FROM pg_rewrite WHERE ev_type <> '1' AND ev_enabled <> 'D') AS found
  JOIN pg_class AS owner ON owner.oid = found.owner AND owner.relkind IN ('r', 'p')
  JOIN pg_namespace AS space ON space.oid = owner.relnamespace ORDER BY 1, 2""",
    "mysql": """
SELECT concat(if(event_object_schema = database(), '', concat(event_object_schema, '.')), event_object_table),
       trigger_name
  FROM information_schema.triggers ORDER BY 1, 2""",
}


async def triggers(connection: AsyncConnection, dialect: str) -> Sequence[tuple[str, str]]:
    """Table and name of everything that acts by itself when a row is changed."""
    found = [(str(place), str(name)) for place, name in await _rows(connection, TRIGGERS[dialect])]
    return [(place, name if " " in name else f"trigger {name}") for place, name in found]
