"""No statement of any step reads a table from end to end, even before the database has counted its rows."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from mailbot.adapters.registry import SqlRegistry
from mailbot.core.model import Address, StepKind
from tests.adapters.registry.company import NOON, RIGHTS, add_person, connected, execute, fill, registry_of, step

pytestmark = pytest.mark.slow  # together they take longer than make check may

WHO = Address("p777@example.kz")
CROWD = {
    "subjects (id, full_name, email, source, since)": "i, 'N' || i, 'p' || i || '@example.kz', 'web_form', now()",
    "subscriptions (subject_id, channel, topic, subscribed_at)": "i, 'email', 'news', now()",
    "consents (subject_id, purpose, policy_edition, given_at, how)": "i, 'P8', '1', now(), 'form'",
    "site_visits (subject_id, page, ip, visited_at)": "i, '/roof', '192.0.2.1', now()",
    "obligations (subject_id, kind, norm, fulfilled_at)": "i, 'order', 'договор', now()",
}


@pytest.fixture
async def crowd(url: str) -> AsyncIterator[SqlRegistry]:
    """Twenty thousand people, freshly brought in; SQLite plans alike for one."""
    await fill(url)
    if url.startswith("postgresql"):
        for into, values in CROWD.items():
            await execute(
                url,
                f"ALTER TABLE {into.partition(' ')[0]} SET (autovacuum_enabled = false)",
                f"INSERT INTO {into} SELECT {values} FROM generate_series(100, 20099) AS i",  # noqa: S608 - our own
            )
    else:
        await add_person(url, 777, email=WHO)
    registry = registry_of(url)
    yield registry
    await registry.close()


def listening(registry: SqlRegistry) -> list[tuple[str, Any]]:
    """Every statement from now on, with its values."""
    said: list[tuple[str, Any]] = []
    database = registry._databases[0]
    for engine in {id(one): one for one in (database._writer.sync_engine, database._reader.sync_engine)}.values():

        @sa.event.listens_for(engine, "before_cursor_execute")
        def told(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's signature
            if (statement, values) not in said:
                said.append((statement, values))

    return said


async def read_whole(url: str, said: list[tuple[str, Any]]) -> list[str]:
    """Those of *said* that read a table of the company from end to end."""
    explain, scan = ("EXPLAIN ", "Seq Scan") if url.startswith("postgresql") else ("EXPLAIN QUERY PLAN ", "SCAN ")
    whole = []
    async with connected(url) as connection:
        for statement, values in said:
            if "subject_id" not in statement and "subjects" not in statement:
                continue  # of the catalogue
            plan = [str(row) for row in await connection.exec_driver_sql(explain + statement, tuple(values))]
            whole += [f"{line} <- {statement}" for line in plan if scan in line]
    return whole


@pytest.mark.parametrize("kind", RIGHTS)
async def test_no_step_reads_a_table_from_end_to_end(crowd: SqlRegistry, url: str, kind: StepKind):
    wanted = step(kind, WHO)
    said = listening(crowd)

    traces = await crowd.traces(wanted)
    await crowd.plan(wanted, at=NOON)
    await crowd.carry_out(wanted, at=NOON, traces=traces)
    await crowd.remaining(wanted, at=NOON, traces=traces)

    assert len(said) > 4
    assert await read_whole(url, said) == []


async def test_neither_does_a_look_at_who_somebody_is_and_what_is_held(crowd: SqlRegistry, url: str):
    said = listening(crowd)

    await crowd.find(WHO)
    await crowd.holdings(WHO)

    assert len(said) > 4
    assert await read_whole(url, said) == []
