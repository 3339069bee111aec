"""Does the map fit the live databases? A line with its remedy for each thing that does not (issue 5, item 2).

Each look has a connection and seconds of its own: one that fails or takes too long hides no other.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.cascades import foreign_keys
from mailbot.adapters.registry.check.finding import Finding, Look, Patient, State, fault, remark
from mailbot.adapters.registry.check.fit import absent, types
from mailbot.adapters.registry.check.keys import keys
from mailbot.adapters.registry.check.lookups import lookups
from mailbot.adapters.registry.check.powers import READER, WRITER, grants, powers
from mailbot.adapters.registry.check.spelling import spelling
from mailbot.adapters.registry.check.surroundings import beside, reactions, storage
from mailbot.adapters.registry.database import CONNECT_SECONDS, Database, live_tables
from mailbot.core.datamap import DataMap
from mailbot.errors import OutsideError

__all__ = ["Checkup", "Finding", "Pace", "State"]

LOOKS: Mapping[str, Look] = {
    "tables and columns": absent,
    "types": types,
    "foreign keys": keys,
    "indexes": lookups,
    "rights": powers,
    "engines and policies": storage,
    "triggers": reactions,
    "spelling of addresses": spelling,
    "people beside the map": beside,
}
"""In the order in which they are told."""
FAREWELL = 0.05  # seconds in which the thread of a SQLite connection that failed says so to a loop that still runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long and how far to look."""

    seconds: float = 60.0  # of each look
    sample: int = 1000  # rows of each table


def _silent(_where: str) -> None:
    """Nobody waits."""


def _told_in(tell: Callable[[str], None], what: str, where: str) -> None:
    tell(f"{what}, {where}")


class Checkup:
    """Looks at every store of the map and changes nothing. Raises ConfigError for a store without a usable URL."""

    def __init__(self, *, datamap: DataMap, urls: Mapping[str, str]) -> None:
        self._databases = tuple(Database(store, urls.get(store.name, store.url)) for store in datamap.stores)

    async def findings(
        self, pace: Pace, *, tell: Callable[[str], None] = _silent, looks: Mapping[str, Look] = LOOKS
    ) -> AsyncIterator[Finding]:
        """Everything there is to say, as it is found."""
        for database in self._databases:
            name = database.store.name
            try:
                patient = await _admitted(database, pace)
            except (OutsideError, TimeoutError) as exc:
                said = (
                    str(exc).removeprefix(f"store {name}: ") or f"no answer within {_to_connect(pace):g} seconds"
                )
                yield replace(fault(said, "start the database, or correct its URL, user or rights"), store=name)
                continue
            for what, look in looks.items():
                tell(f"{name}: {what}")
                told = replace(patient, tell=partial(_told_in, tell, f"{name}: {what}"))
                for finding in await _looked(database, told, what, look, pace):
                    yield replace(finding, store=name)

    async def grants(
        self, *, reader: str = READER, writer: str = WRITER
    ) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """For each store and role what the DBA should allow it, as statements. Raises Unavailable and Rejected."""
        asked = {}
        for database in self._databases:
            async with database.reading() as connection:
                patient = await _examined(database, connection, Pace())
                asked[database.store.name] = grants(patient, reader=reader, writer=writer)
        return asked

    async def close(self) -> None:
        """Close every connection."""
        for database in self._databases:
            await database.close()
        await asyncio.sleep(FAREWELL)


async def _admitted(database: Database, pace: Pace) -> Patient:
    """What every look needs, read once; its connection is closed."""
    async with asyncio.timeout(_to_connect(pace)), database.reading() as connection:
        return await _examined(database, connection, pace)


def _to_connect(pace: Pace) -> float:
    return max(pace.seconds, CONNECT_SECONDS)


async def _examined(database: Database, connection: AsyncConnection, pace: Pace) -> Patient:
    return Patient(
        store=database.store,
        connection=connection,
        live=await live_tables(connection, database.store),
        links=await foreign_keys(connection),
        sample=pace.sample,
        tell=_silent,
    )


async def _looked(database: Database, patient: Patient, what: str, look: Look, pace: Pace) -> Sequence[Finding]:
    """What one look finds, or that it could not be finished."""
    clock = asyncio.get_running_loop().time
    over = clock() + pace.seconds
    try:
        async with asyncio.timeout(pace.seconds + 1), database.reading() as connection, _bounded(connection, pace):
            return tuple(await look(replace(patient, connection=connection)))
    except (OutsideError, TimeoutError) as exc:
        if isinstance(exc, TimeoutError) or clock() >= over:
            said = f"{what}: not finished within {pace.seconds:g} seconds"
            return (remark(said, "look longer: `mailbot datamap check --seconds 600`"),)
        said = f"{what}: could not be looked at, {str(exc).removeprefix(f'store {database.store.name}: ')}"
        return (fault(said, "look into the database's own log, and at the user's rights"),)


@asynccontextmanager
async def _bounded(connection: AsyncConnection, pace: Pace) -> AsyncIterator[None]:
    """Let the database itself stop when time is over: a server goes on reading for a client that has gone."""
    match connection.dialect.name:
        case "postgresql":
            await connection.exec_driver_sql(f"SET LOCAL statement_timeout = {round(pace.seconds * 1000)}")
            yield
        case "mysql" | "mariadb":
            mariadb = getattr(connection.dialect, "is_mariadb", False)
            limit = f"max_statement_time = {pace.seconds}"  # of the session, which is this checkup's own
            await connection.exec_driver_sql(
                f"SET SESSION {limit if mariadb else f'max_execution_time = {round(pace.seconds * 1000)}'}"
            )
            yield
        case _:
            async with _interrupted(connection, pace.seconds):
                yield


@asynccontextmanager
async def _interrupted(connection: AsyncConnection, seconds: float) -> AsyncIterator[None]:
    """SQLite works in a thread that nobody can cancel, but it can be interrupted."""
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        yield
        return

    async def interrupt() -> None:
        await asyncio.sleep(seconds)
        await driver.interrupt()

    waiting = asyncio.create_task(interrupt())
    try:
        yield
    finally:
        waiting.cancel()
