"""Which rows of a store are meant, as SQL conditions.

An address matches exactly, in lower case and in both spellings of its domain. A table found by e-mail is compared
as lower(column) = address: that reads by index only where an index on lower(column) exists (PostgreSQL and SQLite
have them, the reference schema declares one), or where the map says `email_is_lower_case = true`, which compares
the column itself. lower() knows ASCII only on SQLite, and on PostgreSQL under the locale C: a stored ИНФО@ҚАЗ.ҚАЗ
is not found there. A value with spaces around it is found nowhere. A number is looked up as it may be written, by
a plain index on its column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from mailbot.adapters.registry.exactly import is_one_of
from mailbot.adapters.registry.phones import written
from mailbot.core.datamap import ByEmail, ByPhone, Key, Store, Table, Through, Way
from mailbot.core.model import Address

Condition = sa.ColumnElement[bool]
Link = tuple[str, tuple[str, ...]]  # a table, and columns of it by which other tables are found


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The rows of one store that belong to an address, or to one person under it, and to numbers."""

    store: Store
    live: Mapping[str, sa.Table]
    address: Address
    phones: tuple[str, ...] = field(default=(), repr=False)  # E.164
    person: Mapping[str, Condition] = field(default_factory=dict)  # table of persons → the one row meant
    keys: Mapping[Link, tuple[Key, ...]] = field(default_factory=dict, repr=False)  # see keys.resolved
    strayed: Mapping[Link, tuple[Key, ...]] = field(default_factory=dict, repr=False)
    shared: Mapping[Link, tuple[Key, ...]] = field(default_factory=dict, repr=False)  # somebody else's as well

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
            case ByPhone(column=column, stored=forms):
                forms = written(self.phones, forms)
                return among([columns[column]], [(form,) for form in forms]) if forms else None
            case ByEmail() if not self.address:
                return None  # an empty column is nobody's
            case ByEmail(column=column, folded=folded):
                stored = columns[column] if folded else sa.func.lower(columns[column])
                return is_one_of(stored, spellings(self.address))
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
    whole = [key for key in keys if None not in key]
    typed_keys = [tuple(typed(part, column) for part, column in zip(key, columns, strict=True)) for key in whole]
    found = [sa.and_(*map(stands, columns, key)) for key in keys if None in key]  # IN finds no null
    if len(columns) == 1 and typed_keys:
        found.append(columns[0].in_([part for (part,) in typed_keys]))
    elif typed_keys:
        found.append(sa.tuple_(*columns).in_(typed_keys))
    return sa.or_(*found)


def at_most(query: sa.Select[Any], most: int) -> sa.Select[Any]:
    """*query* with one row more than *most*, if there are so many.

    The number stands in the statement, and the database sorts out no doubles: a plan that PostgreSQL makes for
    whatever parameters would else walk through a whole primary key.
    """
    return query.limit(sa.literal_column(str(most + 1), sa.Integer))


def stands(column: sa.Column[Any], value: object) -> Condition:
    """Rows in which *column* holds *value*, or is null where that is none; never null itself."""
    return column.is_(None) if value is None else sa.and_(column.is_not(None), column == typed(value, column))


def typed(part: object, column: sa.Column[Any]) -> object:
    """A kept part of a key as the column's driver takes it; SQLite may hold what no type of a column says."""
    if part is None:
        return None
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
