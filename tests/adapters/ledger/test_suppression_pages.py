"""The suppression list, on SQLite and on PostgreSQL (issue 5, item 4)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.migrate import upgrade
from mailbot.core.model import Channel, Right
from mailbot.ports.orders import Suppression
from tests.fakes import START

ORDER = Suppression(digest="a" * 64, key_id=1, kind="email", case_number="2026-0001", since=START)
SMS = replace(ORDER, channel=Channel.SMS, topic="news")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def ledger(request, tmp_path) -> AsyncIterator[SqlLedger]:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres").database())
    await upgrade(url)
    opened = SqlLedger(url, actor="test")
    yield opened
    await opened.close()


async def test_an_order_twice_is_once_and_the_newest_counts(ledger: SqlLedger):
    newer = replace(
        ORDER, since=START + timedelta(days=1), case_number="2026-0002", reason=Right.ERASURE, key_id=2
    )
    async with ledger.write() as book:
        for order in (ORDER, newer, ORDER):
            await book.suppress(order)

        assert await book.suppressed([ORDER.digest]) == [newer]


async def test_orders_of_one_address_stand_beside_each_other_and_are_lifted_one_by_one(ledger: SqlLedger):
    async with ledger.write() as book:
        await book.suppress(ORDER)
        await book.suppress(SMS)
        assert await book.suppressed([ORDER.digest, "b" * 64]) == [ORDER, SMS]

        await book.release([ORDER.digest], case_number=ORDER.case_number)
        assert await book.suppressed([ORDER.digest]) == [SMS]
        await book.release([ORDER.digest], case_number=ORDER.case_number, channel=Channel.SMS, topic="news")
        assert await book.suppressed([ORDER.digest]) == []


async def test_the_list_is_read_in_parts_and_no_order_is_left_out(ledger: SqlLedger):
    orders = [replace(ORDER, digest=f"{number:064d}") for number in range(7)]
    async with ledger.write() as book:
        for order in (*orders, replace(orders[2], channel=Channel.SMS)):
            await book.suppress(order)
        read: list[Suppression] = []
        while page := await book.suppressions(after=read[-1].digest if read else "", limit=3):
            read += page

        assert len(read) == 8
        assert {order.digest for order in read} == {order.digest for order in orders}


async def test_many_addresses_are_looked_up_at_once(ledger: SqlLedger):
    async with ledger.write() as book:
        await book.suppress(ORDER)

        assert await book.suppressed([f"{number:064d}" for number in range(2000)] + [ORDER.digest]) == [ORDER]


async def test_how_much_each_key_has_made(ledger: SqlLedger):
    async with ledger.write() as book:
        await book.suppress(ORDER)
        await book.suppress(replace(ORDER, digest="b" * 64, key_id=2))
        await book.suppress(replace(SMS, digest="b" * 64, key_id=2))

        assert await book.suppressed_by() == {1: 1, 2: 2}


@pytest.mark.parametrize(
    ("order", "channel", "topic", "barred"),
    [
        (ORDER, Channel.SMS, "news", True),
        (SMS, Channel.SMS, "news", True),
        (SMS, Channel.EMAIL, "news", False),
        (SMS, Channel.SMS, "promo", False),
        (SMS, None, "", True),
    ],
)
def test_an_order_bars_what_it_is_limited_to_and_what_is_not_said(order, channel, topic, barred):
    assert order.bars(channel, topic) is barred
