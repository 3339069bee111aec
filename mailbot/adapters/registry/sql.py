"""`ports.Registry` over SQL databases: finds, plans, changes and looks again as the data map says."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.cascades import eaten, foreign_keys
from mailbot.adapters.registry.database import Database
from mailbot.adapters.registry.doctor import ailments, remarks
from mailbot.adapters.registry.keys import MOST, resolved, traced, unresolved
from mailbot.adapters.registry.people import Known, known
from mailbot.adapters.registry.scope import Condition, Scope
from mailbot.adapters.registry.steps import SETTING, Work
from mailbot.core.datamap import DataMap, Found, Holdings, Table, Trace, holdings
from mailbot.core.model import Address, Change, Step, StepKind, Subject
from mailbot.errors import OutsideError, Rejected

ADVERTISING = frozenset({StepKind.SUPPRESS, StepKind.RESUME_ADVERTISING})


class SqlRegistry:
    """The company's databases.

    *urls* gives the URL of a store by its name and wins over the map's own; the environment is the caller's to
    read. *today* is the company's local date: it decides which obligations are live. Raises ConfigError for a
    store without a URL that works.

    SUPPRESS and RESUME_ADVERTISING act on everybody under the address, because advertising goes to the address.
    Every other step is refused (Rejected) where the address leads to several persons (issue 5, item 3), and
    DESTROY also while an obligation is live: the journeys ask a person long before, this is the last wall.

    A step that lifts changes exactly the columns that hold the very moment of the step it lifts. So the `at` given
    for it to `plan`, `carry_out` and `remaining` is **the `at` with which SUPPRESS or STOP_PROCESSING was carried
    out**, not the time of lifting. What any other moment has set stays. Rows that SUPPRESS may set are
    RESUME_ADVERTISING's alone: a block that lapses leaves advertising stopped. Called without `at`, `plan` counts
    all that any step may have set, and `remaining` names persons that are still blocked by anybody (where the map
    marks no person, any row still marked): too much rather than too little, "lifted" is never said wrongly.
    """

    def __init__(self, *, datamap: DataMap, urls: Mapping[str, str], today: Callable[[], date]) -> None:
        self._datamap = datamap
        self._today = today
        self._databases = tuple(Database(store, urls.get(store.name, store.url)) for store in datamap.stores)

    async def find(self, address: Address) -> Sequence[Subject]:
        """Everybody on file under exactly this address, with the obligations that are live today.

        A row in each of two tables of persons counts as two persons: nothing says that they are one. An obligation
        found by the address alone is shown with each person.
        """
        looks = [await self._look(database, address) for database in self._databases]
        shared = tuple(owed for look in looks for owed in look.shared)
        people = [person for look in looks for person in look.people]
        return tuple(replace(person, obligations=(*person.obligations, *shared)) for person in people)

    async def traces(self, step: Step, *, known: Collection[Trace] = ()) -> Sequence[Trace]:
        """Keys of the rows that DESTROY finds others by, beside those *known* from earlier tries; else nothing.

        Raises Rejected where there are too many of them.
        """
        if step.kind is not StepKind.DESTROY:
            return ()
        traces: list[Trace] = []
        for database in self._databases:
            async with database.reading() as connection:
                scope = await self._scope(connection, database, step.address)
                traces += traced(_few(await resolved(connection, scope, traces=known)), known)
        return tuple(traces)

    async def plan(
        self, step: Step, *, at: datetime | None = None, traces: Collection[Trace] = ()
    ) -> Sequence[Change]:
        """Rows as they would change. While an obligation is live, DESTROY plans storage for its norm instead."""
        norms = await self._norms(step)
        changes: list[Change] = []
        for database in self._databases:
            async with database.reading() as connection:
                scope = await self._scope(connection, database, step.address)
                work = self._work(await resolved(connection, scope, traces=traces), step, at=at)
                for table in work.tables:
                    rows = await _count(connection, work, table, work.due(table))
                    changes += _told(work, table, rows, kept_for=norms)
                changes += await _kept(connection, work)
        return tuple(changes)

    async def carry_out(
        self, step: Step, *, at: datetime, traces: Collection[Trace] | None = None
    ) -> Sequence[Change]:
        """Change them, in one transaction for each store; may be taken twice without harm.

        Given *traces*, DESTROY deletes rows that lead to others only where they left one: what hangs on any other
        could not be looked for again.

        Returns what this call changed and, for DESTROY, the rows that stay, with their norm. A store that fails
        leaves those before it done: call again. Raises Rejected where the step must not be taken.
        """
        if step.kind not in ADVERTISING:
            _refuse(step, [await self._look(database, step.address) for database in self._databases])
        if step.kind is StepKind.DISCLOSE:
            return await self.plan(step)
        if step.kind is StepKind.DESTROY:
            await self._refuse_cascades()
        changes: list[Change] = []
        for database in self._databases:
            async with database.writing() as connection:
                scope = await self._scope(connection, database, step.address)
                if step.kind not in ADVERTISING:  # again, now that nobody else can write
                    _refuse(step, [await known(connection, scope, today=self._today(), lock=True)])
                if step.kind is StepKind.DESTROY:
                    traced_only = traces is not None
                    scope = _few(await resolved(connection, scope, traces=traces or (), only=traced_only))
                else:
                    scope = await resolved(connection, scope)
                work = self._work(scope, step, at=at)
                for table in work.tables:
                    done = await connection.execute(work.statement(table))
                    await _refuse_garbled(connection, work, table, done.rowcount)
                    changes += _told(work, table, done.rowcount)
                changes += await _kept(connection, work)
        return tuple(changes)

    async def remaining(
        self, step: Step, *, at: datetime | None = None, traces: Collection[Trace] = ()
    ) -> Sequence[Change]:
        """Look again: rows that should have changed and have not. Rows that stay for a norm are not among them.

        Only by its *traces* does DESTROY see what has lost the row it was found through.
        """
        if step.kind is StepKind.DISCLOSE:
            return ()
        changes: list[Change] = []
        for database in self._databases:
            async with database.reading() as connection:
                scope = await self._scope(connection, database, step.address)
                work = self._work(await resolved(connection, scope, traces=traces), step, at=at)
                for table in work.looked_at_again:
                    changes += _told(work, table, await _count(connection, work, table, work.left(table)))
        return tuple(changes)

    async def holdings(self, address: Address) -> Holdings:
        """Categories held about the one person under *address* and on what terms, without values.

        Raises Rejected where the address leads to several persons.
        """
        _refuse_crowd([await self._look(database, address) for database in self._databases])
        found: list[Found] = []
        for database in self._databases:
            async with database.reading() as connection:
                scope = await resolved(connection, await self._scope(connection, database, address))
                found += [await _held(connection, scope, table) for table in database.store.tables]
        return holdings(self._datamap, found)

    async def check(self) -> tuple[str, ...]:
        """What of the map does not fit the live databases, a line with its remedy each; empty: all fits."""
        lines: list[str] = []
        for database in self._databases:
            try:
                async with database.reading() as connection:
                    lines += await ailments(connection, database.store)
            except OutsideError as exc:
                lines.append(f"{exc}: start the database, or correct its URL, user or rights")
        return tuple(lines)

    async def remarks(self) -> tuple[str, ...]:
        """What works and a person should know of the live databases; stores that cannot be reached say nothing."""
        lines: list[str] = []
        for database in self._databases:
            with suppress(OutsideError):
                async with database.reading() as connection:
                    lines += await remarks(connection, database.store)
        return tuple(lines)

    async def close(self) -> None:
        """Close every connection."""
        for database in self._databases:
            await database.close()

    # ------------------------------------------------------------ how

    async def _scope(self, connection: AsyncConnection, database: Database, address: Address) -> Scope:
        return Scope(store=database.store, live=await database.tables(connection), address=address)

    def _work(self, scope: Scope, step: Step, *, at: datetime | None) -> Work:
        return Work(scope=scope, kind=step.kind, today=self._today(), at=at)

    async def _look(self, database: Database, address: Address) -> Known:
        async with database.reading() as connection:
            scope = await self._scope(connection, database, address)
            return await known(connection, scope, today=self._today())

    async def _refuse_cascades(self) -> None:
        """Raise Rejected where any database would destroy by itself what nobody has counted."""
        for database in self._databases:
            async with database.reading() as connection:
                for line in eaten(database.store, await foreign_keys(connection)):
                    raise Rejected(f"store {database.store.name}: {line.partition(': ')[0]}; run `mailbot doctor`")

    async def _norms(self, step: Step) -> str:
        """Norms of live obligations that stop *step*; empty: none does."""
        if step.kind is not StepKind.DESTROY:
            return ""
        looks = [await self._look(database, step.address) for database in self._databases]
        return "; ".join(dict.fromkeys(owed.norm for look in looks for owed in look.obligations))


def _refuse(step: Step, looks: Sequence[Known]) -> None:
    """Raise Rejected where *step* must not be taken by a machine."""
    _refuse_crowd(looks)
    if step.kind is StepKind.DESTROY and any(look.obligations for look in looks):
        raise Rejected("an obligation is live: nothing is destroyed; a person decides")


def _refuse_crowd(looks: Sequence[Known]) -> None:
    """Raise Rejected where an address leads to several persons."""
    if sum(len(look.people) for look in looks) > 1:
        raise Rejected("the address leads to several persons; a person decides")


def _few(scope: Scope) -> Scope:
    """*scope* with every key that leads on; raises Rejected where they are too many to keep."""
    table = unresolved(scope)
    if table:
        raise Rejected(
            f"store {scope.store.name}: more than {MOST} rows of {table} under one address; a person decides"
        )
    return scope


async def _refuse_garbled(connection: AsyncConnection, work: Work, table: Table, rows: int) -> None:
    """Raise Rejected where a moment just written does not stand as it was written: it could never be lifted."""
    if work.kind not in SETTING or not rows:
        return
    stand = await _count(connection, work, table, work.written(table))
    if stand < rows or await _count(connection, work, table, work.garbled(table)):
        columns = ", ".join(f"{table.name}.{name}" for name in work.columns(table))
        raise Rejected(f"{columns} does not keep the moment written into it; run `mailbot doctor`")


def _told(work: Work, table: Table, rows: int, *, kept_for: str = "") -> tuple[Change, ...]:
    return (work.told(table, rows, kept_for=kept_for),) if rows else ()


async def _kept(connection: AsyncConnection, work: Work) -> list[Change]:
    """Rows that stay although the person's data are destroyed."""
    changes: list[Change] = []
    for table, norm in work.kept:
        rows = await _count(connection, work, table, work.scope.of(table))
        changes += _told(work, table, rows, kept_for=norm)
    return changes


async def _count(connection: AsyncConnection, work: Work, table: Table, condition: Condition) -> int:
    live = work.scope.live[table.name]
    return await connection.scalar(sa.select(sa.func.count()).select_from(live).where(condition)) or 0


async def _held(connection: AsyncConnection, scope: Scope, table: Table) -> Found:
    """How many rows have a value in each column of *table*, and where they came from."""
    live, mine = scope.live[table.name], scope.of(table)
    counts = [sa.func.count(live.columns[name]) for name in table.data_columns]
    filled = (await connection.execute(sa.select(*counts).select_from(live).where(mine))).one()
    sources: Sequence[str] = ()
    if table.source_column:
        column = live.columns[table.source_column]
        stored = await connection.scalars(sa.select(column).where(mine, column.is_not(None)).distinct())
        sources = sorted(str(value) for value in stored)
    return Found(table=table, filled=dict(zip(table.data_columns, filled, strict=True)), sources=tuple(sources))
