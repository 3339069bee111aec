import asyncio
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters import reference_schema as schema
from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.registry.database import Database
from mailbot.adapters.registry.scope import Scope
from mailbot.adapters.registry.steps import Work
from mailbot.core.model import StepKind
from mailbot.errors import ConfigError, Rejected, Unavailable
from tests.adapters.registry.company import (
    ANNA,
    MAP,
    NOON,
    RIGHTS,
    TODAY,
    connected,
    contents,
    execute,
    fill,
    owe,
    registry_of,
    step,
)
from tests.servers.ports import free_port

INVOICES = "CREATE TABLE invoices (mail VARCHAR(99), subject_id INTEGER REFERENCES subjects (id){})"


# ---------------------------------------------------------------- nothing by halves, nothing behind one's back


async def test_a_deletion_that_fails_half_way_leaves_everything_as_it_was(registry: SqlRegistry, url: str):
    await execute(url, INVOICES.format(""), "INSERT INTO invoices VALUES ('anna@example.kz', 1)")
    before = await contents(url)

    with pytest.raises(Rejected, match="store company"):
        await registry.carry_out(step(StepKind.DESTROY), at=NOON)

    assert await contents(url) == before


async def test_an_error_of_the_database_tells_nothing_about_the_person(registry: SqlRegistry, url: str):
    await execute(url, INVOICES.format(""), "INSERT INTO invoices VALUES ('anna@example.kz', 1)")

    with pytest.raises(Rejected) as caught:
        await registry.carry_out(step(StepKind.DESTROY), at=NOON)

    told = "".join(traceback.format_exception(caught.value))
    assert ANNA not in told
    assert "Key (" not in told  # PostgreSQL's DETAIL quotes the row


async def test_an_order_that_is_placed_meanwhile_stops_the_destruction(registry: SqlRegistry, url: str):
    async with connected(url) as connection:
        order = {"subject_id": 1, "kind": "order", "norm": "договор № 8"}
        await connection.execute(schema.OBLIGATIONS.insert(), order)  # not committed yet
        destruction = asyncio.create_task(registry.carry_out(step(StepKind.DESTROY), at=NOON))
        await asyncio.sleep(0.3)
    before = await contents(url)

    with pytest.raises(Rejected, match="obligation"):
        await destruction

    assert await contents(url) == before


async def test_two_workers_at_once_stop_each_subscription_once(registry: SqlRegistry, url: str):
    other = registry_of(url)

    done = await asyncio.gather(
        registry.carry_out(step(StepKind.SUPPRESS), at=NOON), other.carry_out(step(StepKind.SUPPRESS), at=NOON)
    )
    await other.close()

    assert [change.rows for changes in done for change in changes] == [2]


async def test_a_look_cannot_write(registry: SqlRegistry):
    with pytest.raises(Rejected):
        async with registry._databases[0].reading() as connection:
            await connection.exec_driver_sql("DELETE FROM consents")


@pytest.mark.parametrize("kind", RIGHTS)
async def test_every_step_finds_its_person_by_index(url: str, kind: StepKind):
    await fill(url)
    database = Database(MAP.stores[0], url)
    async with database.reading() as connection:
        scope = Scope(store=database.store, live=await database.tables(connection), address=ANNA)
        work = Work(scope=scope, step=step(kind), today=TODAY)
        plans = [await _plan(connection, work, table.name) for table in work.tables]
    await database.close()

    assert plans
    assert all("ix_subjects_email" in plan for plan in plans)


async def _plan(connection: AsyncConnection, work: Work, name: str) -> str:
    """What the database says how it would read the rows due."""
    explain = "EXPLAIN QUERY PLAN "
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql("SET enable_seqscan = off")  # a table of two rows is read whole otherwise
        explain = "EXPLAIN "
    due = work.due(work.scope.store.table(name))
    query = sa.select(work.scope.live[name]).where(due)
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[parameter] for parameter in compiled.positiontup or ())
    return "\n".join(str(row) for row in await connection.exec_driver_sql(explain + compiled.string, values))


# ---------------------------------------------------------------- stores that are not there


async def test_a_database_that_is_down_is_tried_again_later():
    registry = registry_of(f"postgresql+asyncpg://mailbot:hush@127.0.0.1:{free_port()}/company")

    with pytest.raises(Unavailable) as caught:
        await registry.find(ANNA)
    lines = await registry.check()

    assert "hush" not in "".join(traceback.format_exception(caught.value))
    assert [line.partition(":")[0] for line in lines] == ["store company"]


async def test_a_wrong_path_is_no_company_without_customers(tmp_path: Path):
    registry = registry_of(f"sqlite+aiosqlite:///{tmp_path}/misspelt.db")

    with pytest.raises(Unavailable):
        await registry.find(ANNA)
    await asyncio.sleep(0.1)  # aiosqlite's thread says goodbye to the loop after a failed opening

    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
async def test_a_locked_database_is_tried_again_later(tmp_path: Path):
    (tmp_path / "company.db").touch()
    url = f"sqlite+aiosqlite:///{tmp_path}/company.db"
    await fill(url)
    registry = registry_of(url)

    async with connected(url) as connection:
        await connection.exec_driver_sql("DELETE FROM consents WHERE id = -1")  # holds the lock
        with pytest.raises(Unavailable, match="SQLITE_BUSY"):
            await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)
    await registry.close()


@pytest.mark.servers
async def test_a_missing_privilege_is_said_and_not_retried(request: pytest.FixtureRequest):
    url = request.getfixturevalue("postgres").database()
    await fill(url)
    await execute(
        url,
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    )
    registry = registry_of(url.replace("mailbot@", "reader@", 1))

    with pytest.raises(Rejected, match="42501"):
        await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)
    await registry.close()
    await execute(url, "DROP OWNED BY reader", "DROP ROLE reader")


async def test_a_garbled_value_is_rejected_without_quoting_it(tmp_path: Path):
    (tmp_path / "company.db").touch()
    url = f"sqlite+aiosqlite:///{tmp_path}/company.db"
    await fill(url)
    await owe(url, 1)
    await execute(url, "UPDATE obligations SET until = 'call Anna'")
    registry = registry_of(url)

    with pytest.raises(Rejected) as caught:
        await registry.find(ANNA)
    await registry.close()

    assert "Anna" not in "".join(traceback.format_exception(caught.value))


# ---------------------------------------------------------------- urls


def test_a_store_without_url_names_what_to_set():
    store = replace(MAP.stores[0], url_env="MAILBOT_SHOP_URL")

    with pytest.raises(ConfigError, match=r"store company: no database URL; set .* MAILBOT_SHOP_URL"):
        SqlRegistry(datamap=replace(MAP, stores=(store,)), urls={}, today=lambda: TODAY)


@pytest.mark.parametrize("url", ["postgresql://mailbot:hush@localhost/company", "hush", "oracle+nobody://hush"])
def test_a_url_that_cannot_work_is_a_fault_that_keeps_its_password(url: str):
    with pytest.raises(ConfigError, match="async driver") as caught:
        registry_of(url)

    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_a_database_in_memory_is_refused():
    with pytest.raises(ConfigError, match="SQLite file"):
        registry_of("sqlite+aiosqlite://")


# ---------------------------------------------------------------- doctor


async def test_the_reference_map_fits_the_reference_schema(registry: SqlRegistry):
    assert await registry.check() == ()


async def test_doctor_names_what_the_database_lacks(registry: SqlRegistry, url: str):
    await execute(url, "DROP TABLE site_visits", "ALTER TABLE consents RENAME COLUMN how TO way")

    assert await registry.check() == (
        "store company: column consents.how is missing: create it, or correct config/datamap.toml",
        "store company: table site_visits is missing: create it, or correct config/datamap.toml",
    )


async def test_a_map_that_does_not_fit_acts_nowhere(registry: SqlRegistry, url: str):
    await execute(url, "DROP TABLE site_visits")

    with pytest.raises(Rejected, match="table site_visits is missing; run `mailbot doctor`"):
        await registry.carry_out(step(StepKind.SUPPRESS), at=NOON)


async def test_doctor_names_tables_that_a_deletion_would_eat(registry: SqlRegistry, url: str):
    await execute(url, INVOICES.format(" ON DELETE CASCADE"))

    (line,) = await registry.check()

    assert line.startswith(
        "store company: table invoices loses rows by ON DELETE CASCADE when subjects is destroyed"
    )


async def test_doctor_names_a_column_that_cannot_hold_a_moment(registry: SqlRegistry, url: str):
    await execute(
        url, "ALTER TABLE consents DROP COLUMN withdrawn_at", "ALTER TABLE consents ADD withdrawn_at INTEGER"
    )

    (line,) = await registry.check()

    assert line.startswith("store company: column consents.withdrawn_at is no timestamp")
