"""One store of the map, live: how to reach it, and its tables with the types they really have."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, Connection, MetaData, Table, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from mailbot.adapters.registry.errors import store_errors
from mailbot.core.datamap import Store
from mailbot.errors import ConfigError, Rejected

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 30

# aiosqlite's own pragmas; secure_delete overwrites what is deleted (requirements A20)
WRITER_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "secure_delete=ON",
)
READER_PRAGMAS = ("query_only=ON", "busy_timeout=5000")


class Database:
    """A store with two ways in: one that writes, one that cannot.

    A SQLite file that does not exist is not created: a typing slip in a path must not look like a company without
    customers. Raises ConfigError for a URL that cannot work.
    """

    def __init__(self, store: Store, url: str | None) -> None:
        if not url:
            variable = f"environment variable or credential {store.url_env}"
            source = variable if store.url_env else "its url or url_env in the data map"
            raise ConfigError(f"store {store.name}: no database URL; set {source}")
        self.store = store
        self._tables: Mapping[str, Table] | None = None
        try:
            self._writer, self._reader = _engines(make_url(url))
        except (ArgumentError, InvalidRequestError, ModuleNotFoundError):
            raise ConfigError(
                f"store {store.name}: the URL needs an installed async driver, "
                "e.g. postgresql+asyncpg://… or sqlite+aiosqlite:///…"
            ) from None  # the cause may quote the URL, and with it a password

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One consistent look. Raises Unavailable and Rejected."""
        with store_errors(self.store.name):
            async with self._reader.begin() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed when the block ends well. Raises Unavailable and Rejected."""
        with store_errors(self.store.name):
            async with self._writer.begin() as connection:
                yield connection

    async def tables(self, connection: AsyncConnection) -> Mapping[str, Table]:
        """The map's tables as they live; raises Rejected where one of its tables or columns is missing."""
        if self._tables is None:
            live = await live_tables(connection, self.store)
            absent = missing(self.store, live)
            if absent:
                raise Rejected(f"store {self.store.name}: {absent[0]}; run `mailbot doctor`")
            self._tables = live
        return self._tables

    async def close(self) -> None:
        """Close every connection."""
        await self._writer.dispose()
        await self._reader.dispose()


async def live_tables(connection: AsyncConnection, store: Store) -> Mapping[str, Table]:
    """Those tables and columns of the map that exist, with the types the database says they have."""
    metadata = MetaData()
    live: dict[str, Table] = {}
    for schema in dict.fromkeys(table.schema for table in store.tables):
        ours = [table for table in store.tables if table.schema == schema]
        names = sorted({table.real_name for table in ours})
        reflected = await connection.run_sync(_columns, names, schema)
        for table in ours:
            if columns := reflected.get(table.real_name):
                aliased = metadata if table.real_name == table.name else MetaData()
                live[table.name] = Table(table.real_name, aliased, *columns(), schema=schema)
    return live


def _columns(
    sync: Connection, names: Sequence[str], schema: str | None
) -> Mapping[str, Callable[[], Sequence[Column[Any]]]]:
    """Columns of those tables that exist, anew at each call: a column belongs to one table."""
    found = inspect(sync).get_multi_columns(filter_names=names, schema=schema)

    def fresh(columns: Sequence[Any]) -> Callable[[], Sequence[Column[Any]]]:
        return lambda: [Column(column["name"], column["type"]) for column in columns]

    return {name: fresh(columns) for (_, name), columns in found.items()}


def missing(store: Store, live: Mapping[str, Table]) -> tuple[str, ...]:
    """What the map names and the database does not have."""
    absent = []
    for table in store.tables:
        if table.name not in live:
            absent.append(f"table {table.name} is missing")
            continue
        columns = live[table.name].columns
        absent += [f"column {table.name}.{name} is missing" for name in table.named_columns if name not in columns]
    return tuple(absent)


# ---------------------------------------------------------------- engines


def _engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """The engine that writes and the one that cannot."""
    match url.get_backend_name():
        case "sqlite":
            return (
                _sqlite(url, begin="BEGIN IMMEDIATE", pragmas=WRITER_PRAGMAS),
                _sqlite(url, begin="BEGIN", pragmas=READER_PRAGMAS),
            )
        case "postgresql":
            wait = {"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS}
            writer = _engine(url, connect_args=wait if url.get_driver_name() == "asyncpg" else {})
            looking = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            return writer, writer.execution_options(**looking)
        case _:
            writer = _engine(url)
            return writer, writer


def _engine(url: URL, **options: Any) -> AsyncEngine:
    return create_async_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_timeout=CONNECT_SECONDS, **options
    )


def _sqlite(url: URL, *, begin: str, pragmas: tuple[str, ...]) -> AsyncEngine:
    """An engine whose transactions begin as *begin* says; without it updates are lost (LIBRARIES 3.9)."""
    if not url.database or ":memory:" in url.database:
        raise ConfigError("a data map needs a SQLite file: a database in memory is seen by one connection only")
    if not url.database.startswith("file:"):
        url = url.set(database=f"file:{quote(url.database)}").update_query_dict({"mode": "rw", "uri": "true"})
    engine = create_async_engine(url, hide_parameters=True, pool_timeout=CONNECT_SECONDS)

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not start transactions on its own
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
