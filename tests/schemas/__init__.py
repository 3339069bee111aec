"""Invented companies on which every right is tried: their tables, their map, their people, and what must be left.

A company keeps its tables as real ones do (issue 5, "How it is judged"). What a right must leave behind is said by
what differs from before: rows that are gone and values that are changed. Everything else, neighbours above all,
must be what it was, byte for byte.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mailbot.core.model import Address, Channel, StepKind

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
MAY = datetime(2025, 5, 4, 9, 0, tzinfo=UTC)

Row = Mapping[str, Any]
Key = tuple[Any, ...]
Contents = Mapping[str, Sequence[Row]]
Gone = Mapping[str, Sequence[Key]]  # table → keys of the rows that are gone
Changed = Mapping[str, Mapping[Key, Row]]  # table → key → what stands there instead

# How each database spells what the tables below need. Names in mixed case must be quoted.
SPELLED: Mapping[str, Mapping[str, str]] = {
    "sqlite": {
        "q": '"',
        "moment": "TIMESTAMP",
        "big": "INTEGER",
        "auto": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "fold": "lower(",
        "end": ")",
    },
    "postgresql": {
        "q": '"',
        "moment": "TIMESTAMP WITH TIME ZONE",
        "big": "BIGINT",
        "auto": "BIGSERIAL PRIMARY KEY",
        "fold": "lower(",
        "end": ")",
    },
    "mariadb": {
        "q": "`",
        "moment": "DATETIME(6)",
        "big": "BIGINT",
        "auto": "BIGINT AUTO_INCREMENT PRIMARY KEY",
        "fold": "",  # no index on an expression (MDEV-22597)
        "end": "",
    },
}


def rows(columns: str, *values: Sequence[Any]) -> tuple[Row, ...]:
    """Rows of one table, each with a value for every one of *columns*."""
    names = columns.split()
    return tuple(dict(zip(names, row, strict=True)) for row in values)


# ---------------------------------------------------------------- values that only a look can tell


class Now:
    """The moment of the step, however a database holds it."""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            other = datetime.fromisoformat(other)
        if not isinstance(other, datetime):
            return NotImplemented
        return (other if other.tzinfo else other.replace(tzinfo=UTC)) == NOON

    def __hash__(self) -> int:
        return 0  # it equals many spellings

    def __repr__(self) -> str:
        return "NOW"


@dataclass(frozen=True, eq=False)
class Unrecognisable:
    """Something else in the place of a text, which tells nothing of it: a mask or a keyed hash."""

    text: str = ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return NotImplemented
        words = [word for word in self.text.lower().replace("@", " ").split() if len(word) > 2]
        return bool(other) and not any(word in other.lower() for word in words)

    def __hash__(self) -> int:
        return 0  # it equals many texts


NOW = Now()
HIDDEN = Unrecognisable()


# ---------------------------------------------------------------- what must be left


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Steps for one address, and what they leave. Tables by their real names, rows by their key.

    *lacks* says what the program cannot do yet, *lacks_on* where one database alone is the reason: the suite
    expects it to fail and says so when it does not any more.
    """

    name: str
    who: str
    steps: tuple[StepKind, ...]
    people: int = 1  # on file under the address
    channels: tuple[Channel, ...] = ()
    topics: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    gone: Gone = field(default_factory=dict)
    changed: Changed = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)  # rows told to stay by law
    shown: Mapping[str, int] | None = None  # rows that an access tells of
    held: frozenset[str] | None = None  # categories of data that it tells of
    refused: str = ""  # what Rejected says, where no machine may take the last step
    lacks: str = ""
    lacks_on: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> Address:
        """As a request gives it."""
        return Address(self.who)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """One company: its stores, each a database of its own."""

    name: str
    ddl: Callable[[str], Mapping[str, str]]  # dialect → statements of each store, a semicolon between them
    map: Callable[[str], str]  # dialect → its data map, without the words
    rows: Mapping[str, Sequence[Row]]  # in the order in which they can be written
    keys: Mapping[str, tuple[str, ...]]  # what tells the rows of a table apart
    cases: tuple[Case, ...]
    lacks: str = ""  # why its map cannot be used yet

    def stores(self, dialect: str) -> tuple[str, ...]:
        """Names of its databases."""
        return tuple(self.ddl(dialect))

    def left(self, before: Contents, case: Case) -> Contents:
        """What must be there after *case*."""
        return {name: tuple(self._left(name, before[name], case)) for name in before}

    def told(self, before: Contents, case: Case) -> Mapping[str, int]:
        """How many rows of each table a plan and an evidence must count."""
        if case.shown is not None:
            return case.shown
        touched = {name: {*case.gone.get(name, ()), *case.changed.get(name, {})} for name in before}
        counted = {name: sum(self.key(name, row) in touched[name] for row in before[name]) for name in before}
        return {name: rows_ for name, rows_ in counted.items() if rows_}

    def _left(self, name: str, rows_: Sequence[Row], case: Case) -> list[Row]:
        gone, changed = set(case.gone.get(name, ())), case.changed.get(name, {})
        keys = [self.key(name, row) for row in rows_]
        missing = (gone | set(changed)) - set(keys)
        if missing:
            raise ValueError(f"{self.name}, {case.name}: no row {sorted(missing)} in {name}")
        kept = [(key, row) for key, row in zip(keys, rows_, strict=True) if key not in gone]
        return [{**row, **_hiding(row, changed.get(key, {}))} for key, row in kept]

    def key(self, name: str, row: Row) -> Key:
        """What tells *row* from the others of its table."""
        return tuple(row[column] for column in self.keys[name])


def _hiding(row: Row, changes: Row) -> Row:
    """*changes*, in which what must be unrecognisable knows what it must not tell."""
    return {
        name: replace(value, text=str(row[name])) if isinstance(value, Unrecognisable) else value
        for name, value in changes.items()
    }


def spelled(**stores: str) -> Callable[[str], Mapping[str, str]]:
    """Statements with {moment}, {auto} and so on, as each database spells them."""
    return lambda dialect: {name: text.format(**SPELLED[dialect]) for name, text in stores.items()}


# ---------------------------------------------------------------- live databases


WORDS = "[words." + Path("config/datamap.toml").read_text(encoding="utf-8").partition("\n[words.")[2]


def write_map(schema: Schema, dialect: str, folder: Path) -> Path:
    """The company's data map as a file, with the words of the reference map."""
    path = folder / f"{schema.name}.toml"
    path.write_text(f"{schema.map(dialect)}\n{WORDS}", encoding="utf-8")
    return path


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    """One transaction on a connection of its own."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def furnish(schema: Schema, dialect: str, urls: Mapping[str, str]) -> None:
    """Tables and people, in the empty databases of *urls*."""
    for store, statements in schema.ddl(dialect).items():
        async with connected(urls[store]) as connection:
            for statement in filter(None, (part.strip() for part in statements.split(";"))):
                await connection.exec_driver_sql(statement)
            await _fill(schema, connection)


async def _fill(schema: Schema, connection: AsyncConnection) -> None:
    live = await connection.run_sync(lambda sync: sa.inspect(sync).get_multi_columns())
    columns = {name: [sa.column(one["name"], one["type"]) for one in found] for (_, name), found in live.items()}
    for name, people in schema.rows.items():
        if name in columns and people:
            values = [dict(row) for row in people]
            await connection.execute(sa.table(name, *columns[name]).insert(), values)


async def contents(schema: Schema, urls: Mapping[str, str]) -> Contents:
    """Every row of every table of every store, as the driver gives it."""
    held: dict[str, Sequence[Row]] = {}
    for url in urls.values():
        async with connected(url) as connection:
            names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
            for name in sorted(set(names) - {"sqlite_sequence"}):
                found = await connection.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608 - our own names
                every = [dict(row._mapping) for row in found]
                held[name] = tuple(sorted(every, key=lambda row, name=name: repr(schema.key(name, row))))  # type: ignore[misc]
    return held
