"""Databases that are not ours: composite keys, three levels, no primary key, two stores, other types."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mailbot.adapters.registry import SqlRegistry
from mailbot.core.datamap import (
    ByEmail,
    Column,
    DataMap,
    Delete,
    Keep,
    Mark,
    ObligationColumns,
    Store,
    Table,
    Terms,
    Through,
)
from mailbot.core.model import Obligation, StepKind, Subject
from tests.adapters.registry.company import ANNA, LATER, MAP, NOON, connected, execute, registry_of, step

TERMS = Terms(purposes=("orders",), ground="contract", source="order", retention="by_norm")


def table(name: str, found: ByEmail | Through, *columns: str) -> Table:
    data = tuple(Column(name=column, category="user.content", terms=TERMS) for column in columns)
    return Table(name=name, key=columns, category="user.content", ways=(found,), columns=data, destroy=Delete())


BY_MAIL = ByEmail(column="mail")
CUSTOMERS = replace(
    table("customers", BY_MAIL, "login"),
    persons=True,
    stop=Mark(columns=("frozen", "frozen_text"), where={"active": True}),
)
SHOP = Store(
    name="company",
    system="shop",
    tables=(
        CUSTOMERS,
        table("orders", Through(table="customers", columns=("login",), key=("login",)), "region", "number"),
        table("items", Through(table="orders", columns=("region", "number"), key=("region", "number")), "sku"),
        table("phones", Through(table="customers", columns=("login",), key=("login",)), "phone"),
        replace(table("invoices", BY_MAIL, "number"), destroy=Keep("НК РК, ст. 48")),
        replace(
            table("claims", BY_MAIL, "about"),
            obligations=ObligationColumns(kind="about", norm="norm", until="until", fulfilled="closed"),
        ),
    ),
)
NEWS = Store(
    name="news",
    system="newsletter",
    tables=(
        replace(table("readers", ByEmail(column="mail", folded=True), "mail"), suppress=Mark(columns=("off_at",))),
    ),
)
SHOP_MAP = DataMap(stores=(SHOP, NEWS), words=MAP.words)

SCHEMA = """
CREATE TABLE customers (
    login VARCHAR(9) PRIMARY KEY, mail VARCHAR(99), active BOOLEAN, frozen TIMESTAMP, frozen_text VARCHAR(40));
CREATE TABLE orders (
    region VARCHAR(9), number INTEGER, login VARCHAR(9) REFERENCES customers, PRIMARY KEY (region, number));
CREATE TABLE items (
    region VARCHAR(9), number INTEGER, sku VARCHAR(9), FOREIGN KEY (region, number) REFERENCES orders);
CREATE TABLE phones (login VARCHAR(9), phone VARCHAR(20));
CREATE TABLE invoices (number INTEGER, mail VARCHAR(99));
CREATE TABLE claims (
    about VARCHAR(9), norm VARCHAR(99), until VARCHAR(10), closed TIMESTAMP, mail VARCHAR(99));
INSERT INTO customers (login, mail, active)
    VALUES ('anna', 'ANNA@example.kz', true), ('boris', 'boris@example.org', true);
INSERT INTO orders VALUES ('KZ', 1, 'anna'), ('KZ', 2, 'boris'), ('RU', 1, 'boris');
INSERT INTO items VALUES ('KZ', 1, 'roof'), ('KZ', 1, 'nails'), ('KZ', 2, 'roof'), ('RU', 1, 'roof');
INSERT INTO phones VALUES ('anna', '+7 700 000 00 01'), ('boris', '+7 700 000 00 02');
INSERT INTO invoices VALUES (1, 'anna@example.kz')"""
NEWS_SCHEMA = (
    "CREATE TABLE readers (mail VARCHAR(99), off_at TEXT)",
    "INSERT INTO readers VALUES ('anna@example.kz', NULL), ('boris@example.org', NULL)",
)


@pytest.fixture
async def shop(url: str, tmp_path: Path) -> AsyncIterator[SqlRegistry]:
    (tmp_path / "news.db").touch()
    news = f"sqlite+aiosqlite:///{tmp_path}/news.db"
    await execute(url, *SCHEMA.split(";"))
    await execute(news, *NEWS_SCHEMA)
    registry = registry_of(url, SHOP_MAP, news=news)
    yield registry
    await registry.close()


async def test_the_map_fits_both_stores(shop: SqlRegistry):
    assert await shop.check() == ()


async def test_destruction_goes_through_composite_keys_three_levels_and_both_stores(shop: SqlRegistry, url: str):
    done = await shop.carry_out(step(StepKind.DESTROY), at=NOON)

    assert [(change.store, change.table, change.operation, change.rows) for change in done] == [
        ("company", "items", "destruction", 2),
        ("company", "orders", "destruction", 1),
        ("company", "phones", "destruction", 1),
        ("company", "customers", "destruction", 1),
        ("company", "invoices", "storage", 1),
        ("news", "readers", "destruction", 1),
    ]
    async with connected(url) as connection:
        left = await connection.exec_driver_sql("SELECT region, number, sku FROM items ORDER BY region")
        assert {tuple(row) for row in left} == {("KZ", 2, "roof"), ("RU", 1, "roof")}


async def test_rows_that_a_law_keeps_are_named_with_it_and_are_not_left_over(shop: SqlRegistry):
    await shop.carry_out(step(StepKind.DESTROY), at=NOON)

    (kept,) = await shop.carry_out(step(StepKind.DESTROY), at=LATER)

    assert (kept.table, kept.operation, kept.rows, kept.kept_for) == ("invoices", "storage", 1, "НК РК, ст. 48")
    assert await shop.remaining(step(StepKind.DESTROY)) == ()


async def test_a_stop_is_lifted_from_columns_without_zone_and_from_text(shop: SqlRegistry, url: str):
    await shop.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)
    stopped = await _frozen(url)

    await shop.carry_out(step(StepKind.RESUME_PROCESSING), at=NOON)

    assert stopped == ("2026-11-23 12:00:00.123456", "2026-11-23T12:00:00.123456+00:00")
    assert await _frozen(url) == (None, None)


async def test_an_unsubscribe_reaches_the_other_store_and_can_be_lifted_there(shop: SqlRegistry):
    (done,) = await shop.carry_out(step(StepKind.SUPPRESS), at=NOON)

    (lifted,) = await shop.carry_out(step(StepKind.RESUME_ADVERTISING), at=NOON)

    assert (done.store, done.operation, done.rows) == ("news", "blocking", 1)
    assert (lifted.store, lifted.operation, lifted.rows) == ("news", "unblocking", 1)


async def test_an_obligation_found_by_the_address_is_shown_with_its_person(shop: SqlRegistry, url: str):
    await execute(url, "INSERT INTO claims VALUES ('claim', 'суд', '2026-12-31', NULL, 'anna@example.kz')")

    found = await shop.find(ANNA)

    claim = Obligation(kind="claim", norm="суд", until=date(2026, 12, 31))
    assert found == (Subject(key="company/customers/anna", obligations=(claim,)),)


async def test_an_obligation_holds_even_where_no_person_is_on_file(shop: SqlRegistry, url: str):
    await execute(
        url,
        "DELETE FROM items WHERE region = 'KZ'",
        "DELETE FROM orders WHERE login = 'anna'",
        "DELETE FROM customers WHERE login = 'anna'",
        "INSERT INTO claims VALUES ('claim', 'суд', NULL, NULL, 'anna@example.kz')",
    )

    planned = await shop.plan(step(StepKind.DESTROY))

    assert ("readers", "суд") in [(change.table, change.kept_for) for change in planned]


async def _frozen(url: str) -> tuple[str | None, ...]:
    """Both moments as text; PostgreSQL's driver gives the first as a datetime."""
    async with connected(url) as connection:
        query = "SELECT CAST(frozen AS VARCHAR(40)), frozen_text FROM customers WHERE login = 'anna'"
        stored: tuple[str | None, ...] = tuple((await connection.exec_driver_sql(query)).one())
        return stored


async def test_a_table_of_another_schema_is_found_there_and_nowhere_else(url: str):
    elsewhere = "shop" if url.startswith("postgresql") else "main"  # SQLite knows its own name alone
    setup = (
        ("CREATE SCHEMA shop", "CREATE TABLE members (login VARCHAR(9), mail VARCHAR(99))")
        if elsewhere == "shop"
        else ()
    )
    await execute(
        url,
        *setup,
        f"CREATE TABLE {elsewhere}.members (login VARCHAR(9), mail VARCHAR(99))",
        f"INSERT INTO {elsewhere}.members VALUES ('anna', 'anna@example.kz')",  # noqa: S608 - our own name
    )
    members = replace(table("members", BY_MAIL, "login"), persons=True, schema=elsewhere)
    store = Store(name="company", system="shop", tables=(members,), owes_nothing=True)
    registry = registry_of(url, DataMap(stores=(store,), words=MAP.words))

    assert [subject.key for subject in await registry.find(ANNA)] == ["company/members/anna"]
    (done,) = await registry.carry_out(step(StepKind.DESTROY), at=NOON)
    assert (done.table, done.rows) == ("members", 1)
    await registry.close()
