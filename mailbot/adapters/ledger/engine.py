"""Engines for the ledger: PostgreSQL as it comes, SQLite as it must be (LIBRARIES 3.9)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailbot.errors import ConfigError, Conflict, Rejected, Unavailable

_WRITER = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
_READER = ("busy_timeout=5000", "query_only=ON")


def engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """An engine that writes and one that can only read.

    Raises ConfigError where the URL cannot be read, or names a driver that is not async.
    """
    try:
        parsed = make_url(url)
        writer = create_async_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    except (ArgumentError, ImportError, SQLAlchemyError):
        raise ConfigError(
            "ledger.url is no usable database URL; "
            "try sqlite+aiosqlite:////var/lib/mailbot/ledger.sqlite or postgresql+asyncpg://user@host/mailbot"
        ) from None
    if parsed.get_backend_name() != "sqlite":
        return writer, writer.execution_options(postgresql_readonly=True)
    reader = create_async_engine(parsed, hide_parameters=True)
    _sqlite(writer, _WRITER, begin="BEGIN IMMEDIATE")
    _sqlite(reader, _READER, begin="BEGIN")
    return writer, reader


def _sqlite(engine: AsyncEngine, pragmas: tuple[str, ...], *, begin: str) -> None:
    """Take pysqlite's own transactions away: with them concurrent updates are lost without an error."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours; no statement, no parameter, no value in the text."""
    try:
        yield
    except IntegrityError:
        raise Conflict("the ledger already has this row") from None
    except DBAPIError as exc:
        kind = type(exc.orig).__name__
        if (
            kind in {"OperationalError", "InterfaceError", "ConnectionDoesNotExistError"}
            or exc.connection_invalidated
        ):
            raise Unavailable(f"the ledger cannot be used now ({kind}): locked, full or unreachable") from None
        raise Rejected(f"the ledger refused ({kind})") from None
    except StatementError as exc:  # a value that no database takes: trying again will not help
        raise Rejected(f"the ledger cannot hold this ({type(exc).__name__})") from None
    except (SQLAlchemyError, OSError, TimeoutError) as exc:
        raise Unavailable(f"the ledger cannot be reached ({type(exc).__name__})") from None
