"""What the database itself would destroy unseen stops a destruction before anything is done (issue 5, item 2)."""

import pytest

from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.registry.cascades import _reflected, foreign_keys
from mailbot.core.model import StepKind
from mailbot.errors import Rejected
from tests.adapters.registry.company import ANNA, NOON, connected, contents, execute, fill, registry_of, step
from tests.adapters.registry.test_urls import filled, two_stores

INVOICES = "CREATE TABLE invoices (number INTEGER PRIMARY KEY, subject_id INTEGER REFERENCES subjects (id){})"
EATS = " ON DELETE CASCADE"
LINES = "CREATE TABLE invoice_lines (number INTEGER REFERENCES invoices (number) ON DELETE CASCADE)"
DESTROY = step(StepKind.DESTROY)


async def test_a_destruction_that_would_eat_invoices_is_refused_before_anything_is_destroyed(
    registry: SqlRegistry, url: str
):
    await execute(url, INVOICES.format(EATS), "INSERT INTO invoices VALUES (1, 1)")
    before = await contents(url)

    with pytest.raises(
        Rejected, match="table invoices loses rows by ON DELETE CASCADE when subjects is destroyed; run"
    ):
        await registry.carry_out(DESTROY, at=NOON)

    assert await contents(url) == before


@pytest.mark.parametrize("kind", [StepKind.SUPPRESS, StepKind.STOP_PROCESSING, StepKind.DISCLOSE])
async def test_what_destroys_nothing_is_done_all_the_same(registry: SqlRegistry, url: str, kind: StepKind):
    await execute(url, INVOICES.format(EATS))

    assert await registry.carry_out(step(kind), at=NOON)


async def test_a_cascade_in_the_second_store_stops_the_first(tmp_path):
    company, shop = await filled(tmp_path, "one.db"), await filled(tmp_path, "two.db")
    await execute(shop, INVOICES.format(EATS), "UPDATE subjects SET email = NULL")  # Anna is in the first alone
    registry = registry_of(company, two_stores(), shop=shop)
    before = await contents(company)

    with pytest.raises(Rejected, match="store shop: table invoices"):
        await registry.carry_out(DESTROY, at=NOON)
    await registry.close()

    assert await contents(company) == before


async def test_doctor_follows_cascades_through_tables_that_are_not_on_the_map(registry: SqlRegistry, url: str):
    await execute(url, INVOICES.format(EATS), LINES)

    lost, remedy = "loses rows by ON DELETE CASCADE when", "put it on the map, or change its foreign key"
    assert await registry.check() == (
        f"store company: table invoice_lines {lost} invoices loses them: {remedy}",
        f"store company: table invoices {lost} subjects is destroyed: {remedy}",
    )


async def test_a_table_of_the_map_that_is_eaten_by_another_key_than_it_is_found_by_is_named(
    registry: SqlRegistry, url: str
):
    """Whoever was brought in by Anna would go with her."""
    await execute(url, "ALTER TABLE subjects ADD brought_by INTEGER REFERENCES subjects (id) ON DELETE CASCADE")
    await execute(url, "UPDATE subjects SET brought_by = 1 WHERE id = 2")
    before = await contents(url)

    (line,) = await registry.check()
    with pytest.raises(Rejected, match="table subjects loses rows"):
        await registry.carry_out(DESTROY, at=NOON)

    assert line == (
        "store company: table subjects loses rows by ON DELETE CASCADE when subjects is destroyed, whoever they "
        "belong to: change its foreign key brought_by, or let the map find it by that"
    )
    assert await contents(url) == before


async def test_a_cascade_along_the_very_chain_of_the_map_eats_nothing(tmp_path):
    """Its rows are counted and deleted before; the database has nothing left to do."""
    (tmp_path / "company.db").touch()
    url = f"sqlite+aiosqlite:///{tmp_path}/company.db"
    await fill(url)
    await execute(
        url,
        "DROP TABLE consents",
        "CREATE TABLE consents (id INTEGER PRIMARY KEY, subject_id INTEGER REFERENCES subjects ON DELETE CASCADE, "
        "purpose TEXT, policy_edition TEXT, given_at DATETIME, how TEXT, withdrawn_at DATETIME)",
        "INSERT INTO consents (id, subject_id, purpose) VALUES (1, 1, 'P8')",
    )
    registry = registry_of(url)

    assert await registry.check() == ()
    done = await registry.carry_out(DESTROY, at=NOON)
    await registry.close()

    assert ("consents", 1) in [(change.table, change.rows) for change in done]


async def test_rows_that_are_only_cut_off_are_a_remark_and_stop_nothing(registry: SqlRegistry, url: str):
    await execute(url, INVOICES.format(" ON DELETE SET NULL"))

    assert await registry.check() == ()
    (line,) = await registry.remarks()
    assert line == (
        "store company: rows of table invoices are cut off by ON DELETE SET NULL when subjects is destroyed, and "
        "nobody could tell whose they were: put it on the map if personal data stand in it"
    )
    assert await registry.carry_out(DESTROY, at=NOON)


async def test_a_company_without_surprises_hears_no_remark(registry: SqlRegistry):
    assert await registry.remarks() == ()


@pytest.mark.servers
async def test_a_cascade_from_another_schema_is_seen(request: pytest.FixtureRequest):
    url = request.getfixturevalue("postgres").database()
    await fill(url)
    await execute(
        url,
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.subjects (n INTEGER, whose INTEGER REFERENCES public.subjects (id) ON DELETE CASCADE)",
    )
    registry = registry_of(url)

    (line,) = await registry.check()
    with pytest.raises(Rejected, match=r"table shop\.subjects"):
        await registry.carry_out(DESTROY, at=NOON)

    assert line.startswith("store company: table shop.subjects loses rows by ON DELETE CASCADE when subjects is")
    assert [subject.key for subject in await registry.find(ANNA)] == ["company/subjects/1"]
    await registry.close()


@pytest.mark.servers
async def test_partitions_of_a_table_on_the_map_are_no_tables_of_their_own(request: pytest.FixtureRequest):
    url = request.getfixturevalue("postgres").database()
    await fill(url)
    await execute(
        url,
        "DROP TABLE site_visits",
        "CREATE TABLE site_visits (id INTEGER, subject_id INTEGER REFERENCES subjects (id) ON DELETE CASCADE, "
        "page TEXT, ip TEXT, browser TEXT, language TEXT, visited_at TIMESTAMPTZ) PARTITION BY RANGE (visited_at)",
        "CREATE TABLE site_visits_2026 PARTITION OF site_visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    )
    registry = registry_of(url)

    assert await registry.check() == ()
    await registry.close()


@pytest.mark.servers
async def test_a_database_of_another_kind_tells_its_keys_alike(request: pytest.FixtureRequest):
    """What SQLAlchemy reads of every schema, where mailbot has no question of its own."""
    url = request.getfixturevalue("postgres").database()
    await fill(url)
    await execute(
        url,
        INVOICES.format(" ON DELETE SET NULL"),
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.carts (a INTEGER, b INTEGER, PRIMARY KEY (a, b))",
        "CREATE TABLE shop.parts (x INT, y INT, FOREIGN KEY (y, x) REFERENCES shop.carts ON DELETE CASCADE)",
        "CREATE TABLE shop.calls (whose INTEGER REFERENCES public.subjects (id) ON DELETE CASCADE)",
    )
    async with connected(url) as connection:
        own, read = await foreign_keys(connection), await connection.run_sync(_reflected)

    assert {(key.table, key.parent, key.columns, key.key) for key in own} == {
        (key.table, key.parent, key.columns, key.key) for key in read
    }
    assert {(key.table, key.on_delete) for key in read if key.on_delete} == {
        ("invoices", "SET NULL"),
        ("shop.parts", "CASCADE"),
        ("shop.calls", "CASCADE"),
    }
