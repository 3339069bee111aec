"""What live obligations need of a person's data: it stays when a person approves that the rest is destroyed.

The obligation's own rows, what hangs on them (the lines of an order), and the rows through which they are found,
up to the person's. Where nobody says whose an obligation is, the persons of the store stay.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.keys import MOST, columns_of, plain
from mailbot.adapters.registry.scope import Condition, Scope, among, at_most
from mailbot.core.datamap import Key, Table
from mailbot.core.model import Obligation
from mailbot.errors import Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """Rows that stay, by table, and why."""

    rows: Mapping[str, Condition] = field(default_factory=dict)
    owed: tuple[Obligation, ...] = ()

    def stays(self, table: Table) -> Condition:
        """Rows of *table* that stay; never null."""
        found = self.rows.get(table.name)
        return sa.false() if found is None else sa.func.coalesce(found, sa.false())

    @property
    def norm(self) -> str:
        """Why they stay."""
        return "; ".join(dict.fromkeys(one.norm for one in self.owed))

    @property
    def until(self) -> date | None:
        """The last day of all of them; None: one is open-ended."""
        days = [one.until for one in self.owed]
        return max((one for one in days if one), default=None) if all(days) else None


async def spared(
    connection: AsyncConnection, scope: Scope, *, today: date, owed: Collection[Obligation]
) -> Spared:
    """What stays for the live obligations of *scope*, which are *owed*."""
    sparing = _Sparing(connection=connection, scope=scope)
    for table in scope.store.tables:
        if not table.obligations:
            continue
        live = sa.and_(scope.of(table), scope.owed(table, today=today))
        if await sparing.any(table, live):
            await sparing.keep(table, live)
    return Spared(rows=sparing.rows, owed=tuple(owed))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sparing:
    connection: AsyncConnection
    scope: Scope
    rows: dict[str, Condition] = field(default_factory=dict)

    async def any(self, table: Table, rows: Condition) -> bool:
        live = self.scope.live[table.name]
        return bool(await self.connection.scalar(sa.select(sa.func.count()).select_from(live).where(rows)))

    async def keep(self, table: Table, rows: Condition) -> None:
        """Keep obligations, what they are found through and what is found through them."""
        self._add(table, rows)
        await self._up(table, rows)
        await self._down(table, rows)
        if not any(root.persons for root in self.scope.store.roots(table)):
            for person in self.scope.store.tables:
                if person.persons:
                    self._add(person, self.scope.of(person))

    async def _up(self, table: Table, rows: Condition) -> None:
        for link in table.links:
            parent = self.scope.store.table(link.table)
            keys = await self._keys(table, link.columns, rows)
            found = sa.and_(self.scope.of(parent), among(columns_of(self.scope, (parent.name, link.key)), keys))
            self._add(parent, found)
            await self._up(parent, found)

    async def _down(self, table: Table, rows: Condition) -> None:
        for child in self.scope.store.tables:
            for link in child.links:
                if link.table == table.name:
                    keys = await self._keys(table, link.key, rows)
                    found = among(columns_of(self.scope, (child.name, link.columns)), keys)
                    self._add(child, found)
                    await self._down(child, found)

    def _add(self, table: Table, rows: Condition) -> None:
        before = self.rows.get(table.name)
        self.rows[table.name] = rows if before is None else sa.or_(before, rows)

    async def _keys(self, table: Table, columns: tuple[str, ...], rows: Condition) -> tuple[Key, ...]:
        found = columns_of(self.scope, (table.name, columns))
        query = at_most(sa.select(*found).where(rows, *(column.is_not(None) for column in found)), MOST)
        keys = [tuple(plain(part) for part in row) for row in await self.connection.execute(query)]
        if len(keys) > MOST:
            raise Rejected(f"store {self.scope.store.name}: more than {MOST} rows of {table.name} are owed")
        return tuple(dict.fromkeys(keys))
