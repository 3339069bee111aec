"""A walk sees every row once, whatever its key, and no more of them than it is asked for (issue 5, item 4)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from mailbot.adapters.registry import SqlRegistry
from mailbot.core.datamap import (
    ByEmail,
    ByPhone,
    Column,
    ConsentColumns,
    DataMap,
    Delete,
    Mark,
    Store,
    Table,
    Terms,
)
from mailbot.core.model import Address, StepKind
from mailbot.ports.walked import Walk
from tests.adapters.registry.company import ANNA, BORIS, MAP, NOON, execute, fill, registry_of, step

TERMS = Terms(purposes=("orders",), ground="contract", source="order", retention="by_norm")


def table(name: str, *key: str, **more: Any) -> Table:
    data = (Column(name="mail", category="user.contact.email", terms=TERMS),)
    facts: dict[str, Any] = {"ways": (ByEmail(column="mail"),), **more}
    return Table(name=name, key=key, category="user.contact", columns=data, destroy=Delete(), **facts)


PLACES = table("places", "region", "number", source_column="source", added="came", persons=True)
LISTED = table(
    "listed", "mail", "topic", ways=(ByEmail(column="mail"), ByPhone(column="phone", stored=("8##########",)))
)
IDS = table("ids", "id", where={"kept": True})
DAYS = table("days", "day", "number")
SHOP = Store(name="company", system="shop", tables=(PLACES, LISTED, IDS, DAYS))
SHOP_MAP = DataMap(stores=(SHOP,), words=MAP.words)

SCHEMA = """
CREATE TABLE places (
    region VARCHAR(9), number INTEGER, mail VARCHAR(99), source VARCHAR(99), came DATE,
    PRIMARY KEY (region, number));
CREATE TABLE listed (mail VARCHAR(99), topic VARCHAR(9), phone VARCHAR(20));
CREATE TABLE ids (id {uuid} PRIMARY KEY, mail VARCHAR(99), kept BOOLEAN);
CREATE TABLE days (day DATE, number INTEGER, mail VARCHAR(99), PRIMARY KEY (day, number))
"""


@pytest.fixture
async def shop(url: str) -> Any:
    uuid = "UUID" if "postgresql" in url else "VARCHAR(36)"
    await execute(url, *SCHEMA.format(uuid=uuid).split(";"))
    regions = [
        f"('{region}', {number}, 'p{region}{number}@example.org', 'site', '2026-11-0{number}')"
        for region in ("KZ", "kz", "ҚАЗ", "RU")
        for number in (1, 2, 3)
    ]
    ids = [
        f"('0000000{n}-0000-4000-8000-000000000000', 'i{n}@example.org', {str(n != 3).lower()})" for n in range(7)
    ]
    days = [f"('2026-11-0{n % 3 + 1}', {n}, 'd{n}@example.org')" for n in range(7)]
    await execute(
        url,
        f"INSERT INTO places VALUES {', '.join(regions)}",  # noqa: S608 - invented above
        f"INSERT INTO ids VALUES {', '.join(ids)}",  # noqa: S608 - invented above
        f"INSERT INTO days VALUES {', '.join(days)}",  # noqa: S608 - invented above
        "INSERT INTO listed VALUES ('a@example.org', 'x', NULL), ('a@example.org', 'x', '87000000001'), "
        "('a@example.org', 'x', NULL), ('B@Example.org', NULL, NULL), (NULL, 'y', '87000000002'), "
        "('anna@қазына.example', 'z', 'no number'), ('c@example.org', 'x', '')",
    )
    registry = registry_of(url, SHOP_MAP)
    yield registry
    await registry.close()


async def everybody(registry: SqlRegistry, name: str, *, limit: int, since: date | None = None) -> list[str]:
    walk, seen = Walk(name=f"company/{name}", began_at=NOON, rows_since=since), []
    for _ in range(100):
        batch = await registry.batch(walk, limit=limit)
        seen += [one.whom for one in batch.sightings]
        if batch.after is None:
            return sorted(seen)
        walk = replace(walk, after=batch.after)
    raise AssertionError("the walk does not end")


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
async def test_a_walk_sees_each_row_once_in_whatever_batches(shop: SqlRegistry, limit: int):
    places = sorted(
        f"p{region}{number}@example.org".casefold() for region in ("KZ", "kz", "ҚАЗ", "RU") for number in (1, 2, 3)
    )

    assert await everybody(shop, "places", limit=limit) == places
    assert await everybody(shop, "ids", limit=limit) == [f"i{n}@example.org" for n in (0, 1, 2, 4, 5, 6)]
    assert await everybody(shop, "days", limit=limit) == [f"d{n}@example.org" for n in range(7)]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
async def test_rows_that_nothing_tells_apart_and_rows_without_a_key_are_seen_too(shop: SqlRegistry, limit: int):
    assert await everybody(shop, "listed", limit=limit) == [
        "+77000000001",
        "+77000000002",
        *["a@example.org"] * 3,
        "anna@xn--80aauy3e1z.example",
        "b@example.org",
        "c@example.org",
    ]


async def test_a_sighting_tells_where_its_row_came_from_and_prints_nobody(shop: SqlRegistry):
    batch = await shop.batch(Walk(name="company/places", began_at=NOON), limit=1)

    (one,) = batch.sightings
    assert (one.source, one.added) == ("site", date(2026, 11, 1))
    assert "example.org" not in repr(batch)


async def test_a_walk_of_new_rows_leaves_out_the_old(shop: SqlRegistry):
    seen = await everybody(shop, "places", limit=2, since=date(2026, 11, 3))

    assert len(seen) == 4
    assert all("3@" in whom for whom in seen)
    assert await shop.walks_fresh("company", "places")
    assert not await shop.walks_fresh("company", "ids")


async def test_of_many_those_are_named_who_have_rows_left(url: str):
    await fill(url)
    registry = registry_of(url)
    crowd = [f"nobody{n}@example.org" for n in range(1000)]
    suppress = step(StepKind.SUPPRESS)
    before = await registry.reaches(suppress, [*crowd, ANNA, *crowd, BORIS])
    await registry.carry_out(suppress, at=NOON)
    after = await registry.reaches(suppress, [ANNA, BORIS])
    await registry.close()

    assert ANNA in before
    assert ANNA not in after
    assert set(before) - {ANNA} == set(after)
    assert await registry.reaches(suppress, []) == []


@pytest.mark.parametrize(
    ("kind", "given", "agreed"),
    [
        ("TIMESTAMP", "2026-11-23 12:00:01", True),
        ("TIMESTAMP", "2026-11-23 12:00:00", False),
        ("DATE", "2026-11-24", True),
        ("DATE", "2026-11-23", False),
        ("VARCHAR(40)", "2026-11-23T12:00:01+00:00", True),
        ("VARCHAR(40)", "2026-11-23 11:59:59", False),
        ("VARCHAR(40)", "", False),
    ],
)
async def test_a_consent_counts_when_it_is_later_than_the_wish(url: str, kind: str, given: str, agreed: bool):  # noqa: FBT001
    await execute(
        url,
        f"CREATE TABLE people (id INTEGER PRIMARY KEY, mail VARCHAR(99), given {kind}, off_at TIMESTAMP)",
        f"INSERT INTO people VALUES (1, 'anna@example.kz', '{given}', NULL), (2, 'anna@example.kz', NULL, NULL)",  # noqa: S608 - as above
    )
    own = table("people", "id", persons=True, consent=ConsentColumns(given="given"))
    apart = registry_of(url, DataMap(stores=(Store(name="company", system="x", tables=(own,)),), words=MAP.words))
    stops = replace(own, suppress=Mark(columns=("off_at",)))
    rows = registry_of(url, DataMap(stores=(Store(name="company", system="x", tables=(stops,)),), words=MAP.words))
    since = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)

    assert await apart.agreed(step(StepKind.SUPPRESS), since=since) is agreed
    (change,) = await rows.plan(replace(step(StepKind.SUPPRESS), unless_agreed=since))
    assert change.rows == (1 if agreed else 2)
    await apart.close()
    await rows.close()


async def test_a_step_without_an_address_means_no_row_with_an_empty_one(url: str):
    await execute(
        url,
        "CREATE TABLE people (id INTEGER PRIMARY KEY, mail VARCHAR(99), off_at TIMESTAMP)",
        "INSERT INTO people VALUES (1, '', NULL), (2, '@', NULL)",
    )
    people = table("people", "id", persons=True, suppress=Mark(columns=("off_at",)))
    registry = registry_of(
        url, DataMap(stores=(Store(name="company", system="x", tables=(people,)),), words=MAP.words)
    )

    assert await registry.plan(step(StepKind.SUPPRESS, Address(""))) == ()
    await registry.close()
