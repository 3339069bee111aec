"""What a driver says, sorted by what the caller can do: later, or a person (issue 5)."""

import sqlite3
import traceback

import pytest
from sqlalchemy import exc

from mailbot.adapters.registry.errors import store_errors
from mailbot.errors import OutsideError, Rejected, Unavailable


class Operational(Exception):
    """As PyMySQL and aiomysql raise it: a number and words, no SQLSTATE."""


def raised(orig: Exception, kind: type[exc.DBAPIError] = exc.OperationalError) -> OutsideError:
    """What becomes of an error of a driver."""
    with pytest.raises(OutsideError) as caught, store_errors("shop"):
        raise kind("DELETE FROM people WHERE mail = ?", ("anna@example.kz",), orig)
    return caught.value


@pytest.mark.parametrize(
    ("number", "what"),
    [
        (1040, "too many connections"),
        (1053, "server shutdown"),
        (1205, "lock wait timeout"),
        (1213, "deadlock"),
        (1290, "read-only while another takes over"),
        (2003, "cannot connect"),
        (2006, "server has gone away"),
        (2013, "lost connection"),
        (4031, "disconnected for idling"),
    ],
)
def test_mysql_says_later(number: int, what: str):
    error = raised(Operational(number, f"{what} anna@example.kz"))

    assert type(error) is Unavailable
    assert str(error) == f"store shop: OperationalError ({number})"


@pytest.mark.parametrize(
    ("number", "what"),
    [
        (1044, "access denied to the database"),
        (1045, "access denied, wrong password"),
        (1142, "DELETE command denied"),
        (1054, "unknown column"),
        (1146, "no such table"),
        (1205_00, "a number nobody knows"),
        (1451, "a foreign key stops it"),
    ],
)
def test_mysql_says_never_and_a_person_must_look(number: int, what: str):
    """ "Command denied" comes as an OperationalError there, and was tried again for ever."""
    error = raised(Operational(number, f"{what} anna@example.kz"))

    assert type(error) is Rejected
    assert "anna" not in "".join(traceback.format_exception(error))


def test_no_code_at_all_speaks_of_the_connection_where_the_class_does():
    assert type(raised(Operational("lost anna@example.kz"))) is Unavailable
    assert type(raised(Operational("lost"), exc.ProgrammingError)) is Rejected


def test_numbers_of_sqlite_are_not_taken_for_those_of_mysql():
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT  # 517
    unique = sqlite3.IntegrityError("UNIQUE constraint failed")
    unique.sqlite_errorcode = sqlite3.SQLITE_CONSTRAINT_UNIQUE  # 2067

    assert type(raised(busy)) is Unavailable
    assert type(raised(unique, exc.IntegrityError)) is Rejected
