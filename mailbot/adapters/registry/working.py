"""From a step to the rows it is about: the scope of an address, its keys, its numbers, what is spared."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.database import Database
from mailbot.adapters.registry.keys import resolved
from mailbot.adapters.registry.numbers import doubtful, has_numbers, numbers
from mailbot.adapters.registry.people import known
from mailbot.adapters.registry.reach import ADVERTISING
from mailbot.adapters.registry.scope import Scope
from mailbot.adapters.registry.spared import spared
from mailbot.adapters.registry.steps import Work
from mailbot.core.model import Address, Step, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The telephone numbers in the records of an address, in E.164."""

    on_file: tuple[str, ...] = field(default=(), repr=False)
    doubtful: tuple[str, ...] = field(default=(), repr=False)  # of those, the ones in other people's records too

    @property
    def own(self) -> tuple[str, ...]:
        """Numbers of nobody else."""
        return tuple(one for one in self.on_file if one not in self.doubtful)


async def scope_of(
    connection: AsyncConnection, database: Database, address: Address, phones: tuple[str, ...] = ()
) -> Scope:
    """The rows of *database* under *address* and *phones*."""
    return Scope(store=database.store, live=await database.tables(connection), address=address, phones=phones)


async def readied(connection: AsyncConnection, work: Work, *, only: bool = False) -> Work:
    """*work* with the keys that lead to its rows, and what must be spared; *only* as for `resolved`."""
    scope, traces = work.scope, work.traces or ()
    if work.step.kind is not StepKind.DESTROY:
        return replace(work, scope=await resolved(connection, scope, tables=work.tables))
    work = replace(work, scope=await resolved(connection, scope, traces=traces, only=only))
    if not work.step.spare_owed:
        return work
    owed = (await known(connection, replace(scope, phones=()), today=work.today)).obligations
    return replace(work, spared=await spared(connection, work.scope, today=work.today, owed=owed))


async def phones_of(databases: Sequence[Database], step: Step) -> tuple[str, ...]:
    """Numbers by which rows are found: those of an unsubscribe, else the person's own."""
    if step.kind not in ADVERTISING:
        return (await numbers_of(databases, step.address)).own
    if not step.own_phones or not step.phones:
        return step.phones
    on_file = (await numbers_of(databases, step.address)).on_file
    return tuple(phone for phone in step.phones if phone in on_file)


async def numbers_of(databases: Sequence[Database], address: Address) -> Numbers:
    """The numbers in the records under *address*, in whatever store."""
    if not any(has_numbers(database.store) for database in databases):
        return Numbers()
    on_file: list[str] = []
    shared: list[str] = []
    for database in databases:
        async with database.reading() as connection:
            on_file += await numbers(connection, await scope_of(connection, database, address))
    for database in databases:
        async with database.reading() as connection:
            shared += await doubtful(connection, await scope_of(connection, database, address), on_file)
    return Numbers(on_file=tuple(dict.fromkeys(on_file)), doubtful=tuple(dict.fromkeys(shared)))
