"""What a look at a live database says: one line, with the place and the remedy, and never a value."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.cascades import ForeignKey
from mailbot.core.datamap import Store, Table


class State(StrEnum):
    """How much a finding weighs."""

    FAULT = "fault"  # a right could not be carried out, or more would be done than is told
    REMARK = "remark"  # it works, and a person should look
    NOTE = "note"  # nothing to do


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line. Table and column as the map calls them, or as the database does where the map does not."""

    state: State
    said: str
    remedy: str = ""
    table: str = ""
    column: str = ""
    store: str = ""

    @property
    def line(self) -> str:
        """The whole of it in one line."""
        return f"store {self.store}: {self.said}: {self.remedy}"


def fault(said: str, remedy: str, *, table: str = "", column: str = "") -> Finding:
    """It does not fit."""
    return Finding(state=State.FAULT, said=said, remedy=remedy, table=table, column=column)


def remark(said: str, remedy: str, *, table: str = "", column: str = "") -> Finding:
    """It works, and a person should look."""
    return Finding(state=State.REMARK, said=said, remedy=remedy, table=table, column=column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One store, as a look finds it."""

    store: Store
    connection: AsyncConnection
    live: Mapping[str, sa.Table]  # the map's tables that exist, by their names on the map
    links: tuple[ForeignKey, ...]
    sample: int  # rows of each table at most
    tell: Callable[[str], None]  # where the look is, for a person who waits

    @property
    def tables(self) -> tuple[Table, ...]:
        """The map's tables that exist, each with every column that the map names or not."""
        return tuple(table for table in self.store.tables if table.name in self.live)

    @property
    def dialect(self) -> str:
        """sqlite, postgresql, mysql; MariaDB is mysql here."""
        name = self.connection.dialect.name
        return "mysql" if name == "mariadb" else name

    @property
    def is_mariadb(self) -> bool:
        """Whether it is MariaDB, which differs from MySQL in what it indexes."""
        return bool(getattr(self.connection.dialect, "is_mariadb", False))

    def written(self, table: Table) -> str:
        """*table* as a statement names it."""
        return self.connection.dialect.identifier_preparer.format_table(self.live[table.name])

    def quoted(self, name: str) -> str:
        """A column as a statement names it."""
        return self.connection.dialect.identifier_preparer.quote(name)


Look = Callable[[Patient], Awaitable[Iterable[Finding]]]
