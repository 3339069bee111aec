"""Errors of databases and drivers, sorted by what the caller can do.

None keeps its cause: a driver's message quotes the row it stumbled over ("Key (email)=(…) already exists"), and a
traceback prints causes. The class and code that remain are enough to look it up in the database's own log.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mailbot.errors import OutsideError, Rejected, Unavailable

# SQLSTATE classes: connection, rollback (deadlock), resources, lock not available, operator intervention, system
LATER_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
# SQLite primary codes: BUSY, LOCKED, NOMEM, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL
LATER_CODES = frozenset({5, 6, 7, 9, 10, 13, 14, 15})


@contextmanager
def store_errors(store: str) -> Iterator[None]:
    """Turn what a database or its driver raises into Unavailable or Rejected, without a value of any row."""
    try:
        yield
    except (OSError, PoolTimeout) as exc:
        raise Unavailable(f"store {store}: cannot be reached ({type(exc).__name__})") from None
    except DBAPIError as exc:
        raise _sorted(store, exc) from None
    except (SQLAlchemyError, ValueError) as exc:  # a value that is not what its column's type says
        raise Rejected(
            f"store {store}: cannot be read as its columns are declared ({type(exc).__name__})"
        ) from None


def _sorted(store: str, exc: DBAPIError) -> OutsideError:
    code = getattr(exc.orig, "sqlstate", None) or getattr(exc.orig, "sqlite_errorcode", None)
    match code:
        case str():
            later = code[:2] in LATER_CLASSES
        case int():
            later = code & 0xFF in LATER_CODES
        case _:  # no code: only these two classes speak of the connection
            later = isinstance(exc, OperationalError | InterfaceError)
    name = getattr(exc.orig, "sqlite_errorname", None) or code or "no code"
    kind = Unavailable if later or exc.connection_invalidated else Rejected
    return kind(f"store {store}: {type(exc).__name__} ({name})")
