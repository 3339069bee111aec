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
# MySQL and MariaDB: disk full, too many connections, out of memory, shutdown, network, lock wait, deadlock,
# disabled by an option (read-only while another takes over), interrupted, out of time
LATER_NUMBERS = frozenset(
    {1021, 1040, 1041, 1047, 1053, 1080, *range(1152, 1162), 1203, 1205, 1213, 1226, 1290, 1317, 1836, 1927}
    | {1969, 3024, 4031, *range(2002, 2007), 2013, 2055}
)


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
    sqlstate, sqlite = getattr(exc.orig, "sqlstate", None), getattr(exc.orig, "sqlite_errorcode", None)
    number = next(iter(getattr(exc.orig, "args", ())), None)  # PyMySQL and its kin give nothing else
    if isinstance(sqlstate, str):
        later = sqlstate[:2] in LATER_CLASSES
    elif isinstance(sqlite, int):
        later = sqlite & 0xFF in LATER_CODES
    elif isinstance(number, int):
        later = number in LATER_NUMBERS
    else:  # no code: only these two classes speak of the connection
        number, later = None, isinstance(exc, OperationalError | InterfaceError)
    name = getattr(exc.orig, "sqlite_errorname", None) or sqlstate or sqlite or number or "no code"
    kind = Unavailable if later or exc.connection_invalidated else Rejected
    return kind(f"store {store}: {type(exc).__name__} ({name})")
