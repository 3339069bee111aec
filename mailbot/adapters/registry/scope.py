"""Which rows of a store are meant, as SQL conditions.

An address matches exactly, in lower case and in both spellings of its domain. A table found by e-mail is compared
as lower(column) = address: that reads by index only where an index on lower(column) exists (PostgreSQL and SQLite
have them, the reference schema declares one), or where the map says `email_is_lower_case = true`, which compares
the column itself. lower() knows ASCII only on SQLite, and on PostgreSQL under the locale C: a stored ИНФО@ҚАЗ.ҚАЗ
is not found there. A value with spaces around it is found nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from mailbot.core.datamap import ByEmail, ByPhone, Key, Store, Table, Through, Way
from mailbot.core.model import Address

Condition = sa.ColumnElement[bool]
Link = tuple[str, tuple[str, ...]]  # a table, and columns of it by which other tables are found


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The rows of one store that belong to an address, or to one person under it."""

    store: Store
    live: Mapping[str, sa.Table]
    address: Address
    person: Mapping[str, Condition] = field(default_factory=dict)  # table of persons → the one row meant
    keys: Mapping[Link, tuple[Key, ...]] = field(default_factory=dict, repr=False)  # see keys.resolved
    strayed: Mapping[Link, tuple[Key, ...]] = field(default_factory=dict, repr=False)

    def of(self, table: Table) -> Condition:
        """Rows of *table* that belong here."""
        if table.name in self.person:
            return self.person[table.name]
        ways = [found for way in table.ways if (found := self._by(table, way)) is not None]
        return sa.and_(self.meant(table), sa.or_(*ways)) if ways else sa.false()

    def meant(self, table: Table) -> Condition:
        """Rows of *table* that the map speaks of at all."""
        columns = self.live[table.name].columns
        return sa.and_(sa.true(), *(columns[name] == value for name, value in table.where.items()))

    def _by(self, table: Table, way: Way) -> Condition | None:
        """Rows of *table* that one way leads to; None: it leads nowhere in this scope."""
        columns = self.live[table.name].columns
        match way:
            case ByPhone():
                return None
            case ByEmail(column=column, folded=folded):
                stored = columns[column] if folded else sa.func.lower(columns[column])
                return stored.in_(spellings(self.address))
            case Through(table=name, columns=own, key=key) if (name, key) in self.keys:
                return among([columns[part] for part in own], self.keys[name, key])
            case Through(table=name, columns=own, key=key):
                parent = self.live[name].columns
                parents = sa.select(*(parent[part] for part in key)).where(self.of(self.store.table(name)))
                if len(own) == 1:
                    return columns[own[0]].in_(parents)
                return sa.tuple_(*(columns[part] for part in own)).in_(parents)

    def owed(self, table: Table, *, today: date) -> Condition:
        """Rows of *table* that are live obligations on *today*, whoever they belong to."""
        said = table.obligations
        if said is None:
            return sa.false()
        columns = self.live[table.name].columns
        unfulfilled = columns[said.fulfilled].is_(None)
        if not said.lapses:
            return unfulfilled
        kind, until = columns[said.kind], columns[said.until]
        lasting = sa.or_(
            kind.is_(None),  # NOT IN says nothing about null
            kind.not_in(sorted(said.lapses)),
            until.is_(None),
            until >= day(today, until),
        )
        return sa.and_(unfulfilled, lasting)


def among(columns: Sequence[sa.Column[Any]], keys: Sequence[Key]) -> Condition:
    """Rows in which *columns* are one of *keys*."""
    if not keys:
        return sa.false()
    typed = [tuple(_typed(part, column) for part, column in zip(key, columns, strict=True)) for key in keys]
    if len(columns) == 1:
        return columns[0].in_([part for (part,) in typed])
    return sa.tuple_(*columns).in_(typed)


def _typed(part: object, column: sa.Column[Any]) -> object:
    """A kept part of a key as the column's driver takes it; SQLite may hold what no type of a column says."""
    try:
        return msgspec.convert(part, column.type.python_type, strict=False)
    except (RuntimeError, TypeError, msgspec.ValidationError):  # RuntimeError: the type has no Python type
        return part


def spellings(address: Address) -> tuple[str, ...]:
    """*address* as a company may have stored it, in lower case: with its domain in A-labels and in U-labels.

    A domain in Cyrillic letters reaches us as A-labels (xn--…, requirements C8); a web form stores it as typed.
    """
    local, _, domain = address.rpartition("@")
    shown = ".".join(_u_label(label) for label in domain.split("."))
    return tuple(dict.fromkeys((address, f"{local}@{shown}")))


def _u_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label  # nobody can have typed it: the A-label stands for itself


def day(on: date, column: sa.ColumnElement[date]) -> sa.ColumnElement[date]:
    """*on* as *column* compares it: text sorts as ISO 8601 does, a timestamp from midnight."""
    match column.type:
        case sa.String():
            return sa.literal(on.isoformat(), column.type)
        case sa.DateTime(timezone=zone):
            return sa.literal(datetime(on.year, on.month, on.day, tzinfo=UTC if zone else None), column.type)
        case _:
            return sa.literal(on, column.type)


def as_date(stored: object) -> date | None:
    """A date as it came out of the database, from a date, timestamp or text column; raises ValueError."""
    match stored:
        case datetime():
            return stored.date()
        case date() | None:
            return stored
        case _:
            return date.fromisoformat(str(stored)[:10])
