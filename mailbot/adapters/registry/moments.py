"""Moments as columns hold them: a stop is lifted again exactly where its very moment still stands."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailbot.errors import Rejected

DIGITS = 6  # of a second: what a moment of ours has, and what tells it from every other
LENGTH = len("2026-11-23T12:00:00.123456+00:00")
TO_SECONDS = len("2026-11-23T12:00:00")


def moment_fault(column: sa.ColumnElement[Any]) -> str:
    """Why a moment written into *column* could not be told from others later, with the remedy; empty: it could."""
    match column.type:
        case sa.DateTime():
            digits = _digits(column.type)
            if digits < DIGITS:
                remedy = "change its type to one that keeps microseconds"
                return f"keeps {digits} of {DIGITS} digits of a second: {remedy}"
        case sa.String(length=length):
            if length is not None and length < LENGTH:
                return f"is too short for a moment: let it hold {LENGTH} characters"
        case _:
            return "is no timestamp, but a step writes one: change its type"
    return ""


def _digits(kind: sa.DateTime) -> int:
    """Digits of a second that *kind* keeps: MySQL's types keep none that are not asked for, all others six."""
    if hasattr(kind, "fsp"):
        return kind.fsp or 0
    precision: int | None = getattr(kind, "precision", None)
    return DIGITS if precision is None else precision


def moment(at: datetime, column: sa.ColumnElement[datetime]) -> sa.ColumnElement[datetime]:
    """*at* as *column* stores it: UTC, without zone where the column knows none, ISO 8601 where it is text."""
    if moment_fault(column):
        raise Rejected(f"column {column} cannot hold a moment; run `mailbot doctor`")
    return _literal(at, column)


def garbled(at: datetime, column: sa.ColumnElement[datetime]) -> sa.ColumnElement[bool]:
    """Rows in which *column* holds what is left of *at* after somebody has rounded it or cut it short."""
    if isinstance(column.type, sa.String):
        text = at.astimezone(UTC).isoformat()
        return column.in_([sa.literal(text[:end], column.type) for end in range(TO_SECONDS, len(text))])
    return column.in_([_literal(other, column) for other in rounded(at)])


def rounded(at: datetime) -> tuple[datetime, ...]:
    """What *at* may have become, up and down, in a column that keeps fewer digits; never *at* itself."""
    return tuple(dict.fromkeys(other for other in _rounded(at) if other != at))


def _rounded(at: datetime) -> Iterator[datetime]:
    for digits in range(DIGITS):
        unit = 10 ** (DIGITS - digits)
        down = at - timedelta(microseconds=at.microsecond % unit)
        yield down
        if down != at:
            yield down + timedelta(microseconds=unit)


def _literal(at: datetime, column: sa.ColumnElement[datetime]) -> sa.ColumnElement[datetime]:
    utc = at.astimezone(UTC)
    if isinstance(column.type, sa.String):
        return sa.literal(utc.isoformat(), column.type)
    aware = isinstance(column.type, sa.DateTime) and column.type.timezone
    return sa.literal(utc if aware else utc.replace(tzinfo=None), column.type)
