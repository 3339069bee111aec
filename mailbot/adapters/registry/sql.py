"""`ports.Registry` over SQL databases: finds, plans, changes and looks again as the data map says."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from mailbot.adapters.registry.apart import everything
from mailbot.adapters.registry.cascades import eaten, foreign_keys
from mailbot.adapters.registry.check.fit import ailments, remarks
from mailbot.adapters.registry.copies import copied, held
from mailbot.adapters.registry.database import Database
from mailbot.adapters.registry.doing import carried_out, flags_kept, planned, remaining, waits_for_confirmation
from mailbot.adapters.registry.keys import MOST, resolved, traced, unresolved
from mailbot.adapters.registry.people import Known, known, persons
from mailbot.adapters.registry.reach import ADVERTISING, LIFTING
from mailbot.adapters.registry.recipients import recipient_of
from mailbot.adapters.registry.returned import Walking
from mailbot.adapters.registry.scope import Scope
from mailbot.adapters.registry.size import people_in
from mailbot.adapters.registry.steps import Work, flags_of
from mailbot.adapters.registry.working import numbers_of, phones_of, readied, scope_of
from mailbot.core.datamap import Copy, DataMap, Everything, Found, Holdings, Record, Trace, TraceOf, holdings
from mailbot.core.model import Address, Change, Step, StepKind, Subject
from mailbot.errors import OutsideError, Rejected
from mailbot.ports import Key


class SqlRegistry(Walking):
    """The company's databases.

    *urls* gives the URL of a store by its name and wins over the map's own; the environment is the caller's to
    read. *today* is the company's local date: it decides which obligations are live. Raises ConfigError for a
    store without a URL that works. *mask_key* hashes what `erase = "hash"` says; without it a person does that.

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

    def __init__(
        self,
        *,
        datamap: DataMap,
        urls: Mapping[str, str],
        today: Callable[[], date],
        mask_key: Key | None = None,
    ) -> None:
        self._datamap = datamap
        self._today = today
        self._mask_key = mask_key
        self._databases = tuple(Database(store, urls.get(store.name, store.url)) for store in datamap.stores)

    async def find(self, address: Address) -> Sequence[Subject]:
        """Everybody on file under exactly this address, with the obligations that are live today.

        Rows of several tables that agree in their `same_person` columns are one person, all others are several. An
        obligation found by the address alone is shown with each person.
        """
        looks = await self._looks(address)
        shared = tuple(owed for look in looks for owed in look.shared)
        return tuple(replace(one, obligations=(*one.obligations, *shared)) for one in persons(looks))

    async def people(self) -> int:
        """How many persons are on file, in all stores together."""
        return sum([await people_in(database) for database in self._databases])

    async def recipient(self, token: str) -> Address | None:
        """To whom the newsletter with this token in its link went."""
        return await recipient_of(self._databases, token)

    async def traces(self, step: Step, *, known: Collection[Trace] = ()) -> Sequence[Trace]:
        """What to keep before *step* changes anything, beside what is *known* from earlier tries.

        Keys of the rows by which DESTROY finds others, and what it unblocks; what stands where SUPPRESS or
        STOP_PROCESSING will write flags; for a step that lifts, what is known of the step it lifts. Raises
        Rejected where there are too many.
        """
        if step.kind in LIFTING:
            return tuple(one for one in known if one.of is flags_of(step.kind))
        if step.kind is StepKind.DISCLOSE:
            return ()
        phones = await phones_of(self._databases, step)
        traces: list[Trace] = []
        for database in self._databases:
            async with database.reading() as connection:
                scope = await scope_of(connection, database, step.address, phones)
                if step.kind is StepKind.DESTROY:
                    traces += traced(_few(await resolved(connection, scope, traces=known)), known)
                else:
                    work = await readied(connection, self._work(scope, step))
                    traces += await flags_kept(connection, work, tuple(known))
        flags = (one for one in known if one.of is TraceOf.STOP and step.kind is StepKind.DESTROY)
        return (*traces, *flags)

    async def plan(
        self, step: Step, *, at: datetime | None = None, traces: Collection[Trace] = ()
    ) -> Sequence[Change]:
        """Rows as they would change. While an obligation is live, DESTROY plans storage for its norm instead."""
        norms, phones = await self._norms(step), await phones_of(self._databases, step)
        changes: list[Change] = []
        for database in self._databases:
            async with database.reading() as connection:
                scope = await scope_of(connection, database, step.address, phones)
                work = await readied(connection, self._work(scope, step, at=at, traces=traces))
                changes += await planned(connection, work, norms=norms)
        return tuple(changes)

    async def carry_out(
        self, step: Step, *, at: datetime, traces: Collection[Trace] | None = None
    ) -> Sequence[Change]:
        """Change them, in one transaction for each store; may be taken twice without harm.

        Given *traces*, DESTROY deletes rows that lead to others only where they left one: what hangs on any other
        could not be looked for again; and flags are written only into rows that left one: no other could be put
        back.

        Returns what this call changed and, for DESTROY, the rows that stay, with their norm. A store that fails
        leaves those before it done: call again. Raises Rejected where the step must not be taken, and where all of
        it was taken but rows that only a confirmed request may remove.
        """
        if step.kind not in ADVERTISING:
            _refuse(step, await self._looks(step.address))
        if step.kind is StepKind.DISCLOSE:
            return await self.plan(step)
        if step.kind is StepKind.DESTROY:
            await self._refuse_cascades()
        phones = await phones_of(self._databases, step)
        changes: list[Change] = []
        unconfirmed: list[str] = []
        for database in self._databases:
            async with database.writing() as connection:
                scope = await scope_of(connection, database, step.address, phones)
                if step.kind not in ADVERTISING:  # again, now that nobody else can write
                    _refuse(step, [await known(connection, scope, today=self._today(), lock=True)])
                work = self._work(scope, step, at=at, traces=traces)
                work = await readied(connection, work, only=traces is not None)
                if step.kind is StepKind.DESTROY:
                    _few(work.scope)
                changes += await carried_out(connection, work, key=self._mask_key)
                unconfirmed += await waits_for_confirmation(connection, work)
        for table in unconfirmed:
            raise Rejected(
                f"unsubscribing deletes rows of {table}, which waits for a confirmation; a person decides"
            )
        return tuple(changes)

    async def remaining(
        self, step: Step, *, at: datetime | None = None, traces: Collection[Trace] = ()
    ) -> Sequence[Change]:
        """Look again: rows that should have changed and have not. Rows that stay for a norm are not among them.

        Only by its *traces* does DESTROY see what has lost the row it was found through, and what bears a flag.
        """
        if step.kind is StepKind.DISCLOSE:
            return ()
        phones = await phones_of(self._databases, step)
        changes: list[Change] = []
        for database in self._databases:
            async with database.reading() as connection:
                scope = await scope_of(connection, database, step.address, phones)
                work = await readied(connection, self._work(scope, step, at=at, traces=traces))
                changes += await remaining(connection, work)
        return tuple(changes)

    async def holdings(self, address: Address) -> Holdings:
        """Categories held about the one person under *address* and on what terms, without values.

        Raises Rejected where the address leads to several persons.
        """
        _refuse_crowd(await self._looks(address))
        phones = (await numbers_of(self._databases, address)).own
        found: list[Found] = []
        for database in self._databases:
            async with database.reading() as connection:
                scope = await resolved(connection, await scope_of(connection, database, address, phones))
                found += [await held(connection, scope, table) for table in database.store.tables]
        return holdings(self._datamap, found)

    async def values(self, address: Address) -> Copy:
        """All that is held about the one person under *address*, value by value (access, level 2).

        Raises Rejected where the address leads to several persons.
        """
        _refuse_crowd(await self._looks(address))
        numbers = await numbers_of(self._databases, address)
        records: list[Record] = []
        withheld = 0
        for database in self._databases:
            async with database.reading() as connection:
                scope = await scope_of(connection, database, address, numbers.own)
                copy = await copied(connection, await resolved(connection, scope), doubtful=numbers.doubtful)
                records += copy.records
                withheld += copy.withheld
        return Copy(records=tuple(records), withheld=withheld)

    async def everything(self, address: Address) -> Everything:
        """All that is held under *address*, value by value, several persons apart: for a person's eyes alone."""
        return await everything(self._databases, address, looks=await self._looks(address))

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

    def _work(
        self,
        scope: Scope,
        step: Step,
        *,
        at: datetime | None = None,
        traces: Collection[Trace] | None = (),
    ) -> Work:
        return Work(scope=scope, step=step, today=self._today(), at=at, traces=traces)

    async def _looks(self, address: Address) -> Sequence[Known]:
        return [await self._look(database, address) for database in self._databases]

    async def _look(self, database: Database, address: Address) -> Known:
        async with database.reading() as connection:
            scope = await scope_of(connection, database, address)
            return await known(connection, scope, today=self._today())

    async def _refuse_cascades(self) -> None:
        """Raise Rejected where any database would destroy by itself what nobody has counted."""
        for database in self._databases:
            async with database.reading() as connection:
                for line in eaten(database.store, await foreign_keys(connection)):
                    raise Rejected(f"store {database.store.name}: {line.partition(': ')[0]}; run `mailbot doctor`")

    async def _norms(self, step: Step) -> str:
        """Norms of live obligations that stop *step*; empty: none does."""
        if step.kind is not StepKind.DESTROY or step.spare_owed:
            return ""
        looks = await self._looks(step.address)
        return "; ".join(dict.fromkeys(owed.norm for look in looks for owed in look.obligations))


def _refuse(step: Step, looks: Sequence[Known]) -> None:
    """Raise Rejected where *step* must not be taken by a machine."""
    _refuse_crowd(looks)
    if step.kind is StepKind.DESTROY and not step.spare_owed and any(look.obligations for look in looks):
        raise Rejected("an obligation is live: nothing is destroyed; a person decides")


def _refuse_crowd(looks: Sequence[Known]) -> None:
    """Raise Rejected where an address leads to several persons."""
    if len(persons(looks)) > 1:
        raise Rejected("the address leads to several persons; a person decides")


def _few(scope: Scope) -> Scope:
    """*scope* with every key that leads on; raises Rejected where they are too many to keep."""
    table = unresolved(scope)
    if table:
        raise Rejected(
            f"store {scope.store.name}: more than {MOST} rows of {table} under one address; a person decides"
        )
    return scope
