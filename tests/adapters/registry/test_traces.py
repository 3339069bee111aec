"""The second look finds what has lost the row it was found through (issue 5, item 7; requirements E.3 rule 7)."""

from collections.abc import AsyncIterator, Sequence

import pytest

from mailbot.adapters import reference_schema as schema
from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.registry import keys as keys_module
from mailbot.core.datamap import ByEmail, Column, DataMap, Delete, Store, Table, Terms, Through, Trace
from mailbot.core.model import Address, Change, StepKind
from mailbot.errors import Rejected
from tests.adapters.registry.company import ANNA, BORIS, MAP, MAY, NOON, connected, execute, registry_of, step

TERMS = Terms(purposes=("orders",), ground="contract", source="order", retention="by_norm")
DESTROY = step(StepKind.DESTROY)


def table(name: str, found: ByEmail | Through, *key: str, persons: bool = False) -> Table:
    columns = tuple(Column(name=part, category="user.content", terms=TERMS) for part in key)
    return Table(
        name=name,
        key=key,
        category="user.content",
        ways=(found,),
        columns=columns,
        destroy=Delete(),
        persons=persons,
    )


LOOSE = Store(
    name="company",
    system="a shop whose tables know nothing of each other",
    tables=(
        table("buyers", ByEmail(column="mail"), "login", persons=True),
        table("orders", Through(table="buyers", columns=("login",), key=("login",)), "region", "number"),
        table("items", Through(table="orders", columns=("region", "number"), key=("region", "number")), "sku"),
        table("visits", Through(table="buyers", columns=("buyer",), key=("uid",)), "page"),
    ),
)
LOOSE_MAP = DataMap(stores=(LOOSE,), words=MAP.words)
SCHEMA = """
CREATE TABLE buyers (login VARCHAR(9), uid {uuid}, mail VARCHAR(99));
CREATE TABLE orders (region VARCHAR(9), number INTEGER, login VARCHAR(9));
CREATE TABLE items (region VARCHAR(9), number INTEGER, sku VARCHAR(9));
CREATE TABLE visits (buyer {uuid}, page VARCHAR(9));
INSERT INTO buyers VALUES ('anna', '{anna}', 'anna@example.kz'), ('boris', '{boris}', 'boris@example.org');
INSERT INTO orders VALUES ('KZ', 1, 'anna'), ('KZ', 2, 'boris');
INSERT INTO items VALUES ('KZ', 1, 'roof'), ('KZ', 2, 'roof');
INSERT INTO visits VALUES ('{anna}', '/roof'), ('{boris}', '/roof')"""
UID = {"anna": "00000000-0000-4000-8000-000000000001", "boris": "00000000-0000-4000-8000-000000000002"}
LATE_VISIT = "INSERT INTO visits VALUES ('00000000-0000-4000-8000-000000000001', '/late')"
NAMESAKE = "INSERT INTO buyers VALUES ('anna', '00000000-0000-4000-8000-000000000001', 'other@example.kz')"


@pytest.fixture
async def loose(url: str) -> AsyncIterator[SqlRegistry]:
    uuid = "UUID" if url.startswith("postgresql") else "VARCHAR(36)"
    await execute(url, *SCHEMA.format(uuid=uuid, **UID).split(";"))
    registry = registry_of(url, LOOSE_MAP)
    yield registry
    await registry.close()


def rows(changes: Sequence[Change]) -> dict[str, int]:
    return {change.table: change.rows for change in changes}


async def held(url: str, name: str) -> list[str]:
    """Every row of a table, as text."""
    async with connected(url) as connection:
        found = await connection.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608 - our own names
        return sorted(" ".join(str(value) for value in row) for row in found)


async def test_a_visit_that_is_written_while_its_visitor_is_deleted_is_found_by_the_second_look(
    loose: SqlRegistry, url: str
):
    kept = await loose.traces(DESTROY)
    await loose.carry_out(DESTROY, at=NOON, traces=kept)
    await execute(url, LATE_VISIT)

    assert rows(await loose.remaining(DESTROY, traces=kept)) == {"visits": 1}


async def test_the_next_try_destroys_it_and_nothing_of_anybody_else(loose: SqlRegistry, url: str):
    kept = await loose.traces(DESTROY)
    await loose.carry_out(DESTROY, at=NOON, traces=kept)
    await execute(url, LATE_VISIT, "INSERT INTO items VALUES ('KZ', 1, 'late')")

    again = await loose.traces(DESTROY, known=kept)
    planned = await loose.plan(DESTROY, traces=again)
    done = await loose.carry_out(DESTROY, at=NOON, traces=again)

    assert rows(planned) == rows(done) == {"visits": 1, "items": 1}
    assert await loose.remaining(DESTROY, traces=again) == ()
    assert await held(url, "visits") == [f"{UID['boris']} /roof"]
    assert await held(url, "items") == ["KZ 2 roof"]


async def test_a_whole_order_that_comes_late_goes_with_its_items(loose: SqlRegistry, url: str):
    kept = await loose.traces(DESTROY)
    await loose.carry_out(DESTROY, at=NOON, traces=kept)
    await execute(url, "INSERT INTO orders VALUES ('KZ', 3, 'anna')", "INSERT INTO items VALUES ('KZ', 3, 'late')")

    assert rows(await loose.remaining(DESTROY, traces=kept)) == {"orders": 1, "items": 1}
    again = await loose.traces(DESTROY, known=kept)
    await loose.carry_out(DESTROY, at=NOON, traces=again)

    assert await loose.remaining(DESTROY, traces=again) == ()
    assert (await held(url, "orders"), await held(url, "items")) == (["KZ 2 boris"], ["KZ 2 roof"])


async def test_what_leads_to_others_and_came_after_its_keys_were_kept_stays_for_the_next_try(
    loose: SqlRegistry, url: str
):
    kept = await loose.traces(DESTROY)
    await execute(url, "INSERT INTO orders VALUES ('KZ', 3, 'anna')", "INSERT INTO items VALUES ('KZ', 3, 'late')")

    done = await loose.carry_out(DESTROY, at=NOON, traces=kept)

    assert rows(done) == {"items": 1, "orders": 1, "visits": 1, "buyers": 1}
    assert rows(await loose.remaining(DESTROY, traces=kept)) == {"orders": 1, "items": 1}


async def test_nothing_is_destroyed_by_a_key_that_is_somebody_elses_today(loose: SqlRegistry, url: str):
    kept = await loose.traces(DESTROY)
    await loose.carry_out(DESTROY, at=NOON, traces=kept)
    await execute(url, NAMESAKE, LATE_VISIT)

    again = await loose.traces(DESTROY, known=kept)

    assert await loose.carry_out(DESTROY, at=NOON, traces=again) == ()
    assert f"{UID['anna']} /late" in await held(url, "visits")


async def test_a_person_who_stands_under_another_address_by_now_is_not_told_to_be_gone(
    loose: SqlRegistry, url: str
):
    kept = await loose.traces(DESTROY)
    await execute(url, "UPDATE buyers SET mail = 'new@example.kz' WHERE login = 'anna'")

    assert await loose.carry_out(DESTROY, at=NOON, traces=kept) == ()
    assert rows(await loose.remaining(DESTROY, traces=kept)) == {"buyers": 1}


async def test_traces_name_keys_of_this_person_alone_and_do_not_print_them(loose: SqlRegistry):
    kept = await loose.traces(DESTROY)

    def of(name: str, columns: tuple[str, ...], *keys: tuple[str | int, ...]) -> Trace:
        return Trace(store="company", table=name, columns=columns, keys=keys)

    assert set(kept) == {
        of("buyers", ("login",), ("anna",)),
        of("buyers", ("uid",), (UID["anna"],)),
        of("orders", ("region", "number"), ("KZ", 1)),
    }
    assert "anna" not in repr(kept)


@pytest.mark.parametrize("kind", [kind for kind in StepKind if kind is not StepKind.DESTROY])
async def test_a_step_that_destroys_nothing_leaves_no_traces(loose: SqlRegistry, kind: StepKind):
    assert await loose.traces(step(kind)) == ()


async def test_more_keys_than_can_be_kept_are_destroyed_by_a_person(
    loose: SqlRegistry, url: str, monkeypatch: pytest.MonkeyPatch
):
    await execute(url, "INSERT INTO orders VALUES ('KZ', 3, 'anna'), ('KZ', 4, 'anna')")
    monkeypatch.setattr(keys_module, "MOST", 2)

    assert rows(await loose.plan(DESTROY))["orders"] == 3  # they can be counted
    with pytest.raises(Rejected, match="rows of orders under one address; a person decides"):
        await loose.traces(DESTROY)
    with pytest.raises(Rejected, match="rows of orders under one address; a person decides"):
        await loose.carry_out(DESTROY, at=NOON)
    assert f"anna {UID['anna']} {ANNA}" in await held(url, "buyers")


async def test_the_reference_schema_never_gives_the_number_of_who_was_erased_to_who_comes_next(
    registry: SqlRegistry, url: str
):
    boris = step(StepKind.DESTROY, BORIS)
    await registry.carry_out(boris, at=NOON)
    newcomer = {"source": "web_form", "since": MAY, "email": "vera@example.org"}
    async with connected(url) as connection:
        if url.startswith("postgresql"):  # the company of these tests counts by hand
            await connection.exec_driver_sql("SELECT setval('subjects_id_seq', 2)")
        await connection.execute(schema.SUBJECTS.insert(), newcomer)

    assert [subject.key for subject in await registry.find(Address("vera@example.org"))] == ["company/subjects/3"]
