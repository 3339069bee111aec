"""What a law keeps is told with its last day and destroyed after it; what an order needs is spared (A68)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.registry.kept import last_day
from mailbot.core.datamap import ByEmail, Keep, Mark, ObligationColumns, Through, Until
from mailbot.core.model import StepKind
from mailbot.errors import Rejected
from tests.adapters.registry.club import club, held, opened, rows, table
from tests.adapters.registry.company import BORIS, NOON, execute, step

DESTROY = step(StepKind.DESTROY)
LAW = "НК РК, ст. 48"
PEOPLE = table("members", "number", ByEmail(column="mail"), columns="mail", persons=True)
INVOICES = table(
    "invoices",
    "number",
    ByEmail(column="mail"),
    columns="mail",
    destroy=Keep(LAW, Until(column="closed_on", years=5)),
)


@pytest.fixture
async def kept(url: str) -> AsyncIterator[SqlRegistry]:
    registry = await opened(url, club(PEOPLE, INVOICES))
    yield registry
    await registry.close()


async def test_rows_that_stay_are_told_with_their_last_day(kept: SqlRegistry):
    done = await kept.carry_out(DESTROY, at=NOON)

    told = [(one.operation, one.rows, one.until) for one in done if one.kept_for == LAW]
    assert told == [("storage", 1, date(2026, 11, 23)), ("storage", 1, None)]
    assert await kept.remaining(DESTROY) == ()


async def test_after_its_last_day_a_row_is_destroyed_and_on_it_not(kept: SqlRegistry, url: str):
    planned = await kept.plan(DESTROY)
    done = await kept.carry_out(DESTROY, at=NOON)

    assert planned == done
    assert rows(done, "destruction") == {"members": 1, "invoices": 2}
    assert await held(url, "number FROM invoices ORDER BY number") == [(3,), (4,), (5,)]


async def test_a_destruction_on_a_later_day_takes_what_has_lapsed_by_then(url: str):
    await (await opened(url, club(PEOPLE, INVOICES))).close()
    registry = SqlRegistry(datamap=club(PEOPLE, INVOICES), urls={"company": url}, today=lambda: date(2026, 11, 24))

    await registry.carry_out(DESTROY, at=NOON)

    assert await held(url, "number FROM invoices ORDER BY number") == [(4,), (5,)]
    await registry.close()


@pytest.mark.parametrize(
    ("closed", "until", "expected"),
    [
        (date(2021, 11, 23), Until(column="x", years=5), date(2026, 11, 23)),
        (date(2024, 2, 29), Until(column="x", years=1), date(2025, 3, 1)),
        (date(2024, 2, 29), Until(column="x", years=4), date(2028, 2, 29)),
        (date(2026, 11, 20), Until(column="x", days=3), date(2026, 11, 23)),
        (date(2020, 12, 31), Until(column="x", years=1, days=1), date(2022, 1, 1)),
    ],
)
def test_years_and_days_are_counted_from_the_day_in_the_column(closed: date, until: Until, expected: date):
    assert last_day(closed, until) == expected


# ---------------------------------------------------------------- what live obligations need


ORDERS = table(
    "orders",
    "number",
    Through(table="members", columns=("member",), key=("number",)),
    columns="norm",
    obligations=ObligationColumns(kind="norm", norm="norm", until="until", fulfilled="closed_on"),
)
LINES = table(
    "lines", "number", Through(table="orders", columns=("order_number",), key=("number",)), columns="engraving"
)
REVIEWS = table("reviews", "number", ByEmail(column="mail"), columns="mail")
SHOP = club(replace(PEOPLE, stop=Mark(columns=("blocked_at",))), ORDERS, LINES, REVIEWS)
APPROVED = replace(DESTROY, spare_owed=True)


@pytest.fixture
async def shop(url: str) -> AsyncIterator[SqlRegistry]:
    registry = await opened(url, SHOP)
    yield registry
    await registry.close()


async def test_without_a_persons_approval_an_order_keeps_everything(shop: SqlRegistry):
    with pytest.raises(Rejected, match="obligation"):
        await shop.carry_out(DESTROY, at=NOON)


async def test_with_it_the_order_keeps_what_it_needs_and_the_rest_goes(shop: SqlRegistry, url: str):
    await shop.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)
    planned = await shop.plan(APPROVED)
    kept = await shop.traces(APPROVED)
    done = await shop.carry_out(APPROVED, at=NOON, traces=kept)

    assert planned == done
    assert rows(done, "destruction") == {"lines": 1, "orders": 1, "reviews": 2}
    storage = [(one.table, one.rows, one.kept_for, one.until) for one in done if one.operation == "storage"]
    norm, until = "договор № 7", date(2026, 12, 31)
    assert storage == [("lines", 1, norm, until), ("orders", 1, norm, until), ("members", 1, norm, until)]
    assert await held(url, "number FROM orders ORDER BY number") == [(1,), (3,)]
    assert await held(url, "number FROM lines ORDER BY number") == [(1,), (3,)]
    assert len(await held(url, "number FROM members WHERE blocked_at IS NOT NULL")) == 1  # stays blocked
    assert await shop.remaining(APPROVED, traces=kept) == ()


async def test_once_the_order_is_fulfilled_the_rest_follows(shop: SqlRegistry, url: str):
    await shop.carry_out(APPROVED, at=NOON)
    await execute(url, "UPDATE orders SET closed_on = '2026-11-23' WHERE number = 1")

    assert rows(await shop.carry_out(APPROVED, at=NOON)) == {"lines": 1, "orders": 1, "members": 1}
    assert await shop.find(DESTROY.address) == ()


async def test_of_an_order_that_never_ends_no_day_is_told(shop: SqlRegistry):
    done = await shop.carry_out(replace(APPROVED, address=BORIS), at=NOON)

    assert {one.until for one in done if one.kept_for} == {None}


async def test_where_nobody_says_whose_an_order_is_the_person_stays(url: str):
    claims = replace(ORDERS, name="claims", relation="orders", ways=(ByEmail(column="norm"),))
    registry = await opened(url, club(PEOPLE, claims, REVIEWS))
    await execute(url, "UPDATE orders SET norm = 'anna@example.kz' WHERE number = 1")

    await registry.carry_out(APPROVED, at=NOON)

    assert await held(url, "number FROM members WHERE number = 1") == [(1,)]
    assert await held(url, "number FROM reviews WHERE number < 3") == []
    await registry.close()


async def test_without_any_order_an_approval_destroys_everything(shop: SqlRegistry, url: str):
    await execute(url, "UPDATE orders SET closed_on = '2026-11-23'")

    await shop.carry_out(APPROVED, at=NOON)

    assert await held(url, "number FROM members ORDER BY number") == [(2,), (3,)]
