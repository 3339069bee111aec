"""What flags overwrote is kept with their step and put back; rows that go wait for a word (amendment 1)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.adapters.ledger.tables import steps
from mailbot.adapters.registry import SqlRegistry
from mailbot.core.datamap import Act, DataMap, Flag, Remove
from mailbot.core.model import CaseState, HoldReason
from mailbot.journeys import verdict
from mailbot.journeys.orders import stands
from mailbot.journeys.undo import Undone, undo_since
from tests.fakes import START, mail, reply, token_in
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
WITHDRAW = "Отзываю своё согласие на обработку персональных данных."
ERASE = "Прошу удалить все мои персональные данные."
ANNA = "anna@example.org"
OFF = Flag(values={"topic": "off"})
FROZEN = Flag(values={"language": "xx"})


def saying(datamap: DataMap, acts: dict[str, dict[str, Act]]) -> DataMap:
    """The reference map, in which tables do as *acts* say."""
    (store,) = datamap.stores
    tables = tuple(replace(one, **acts.get(one.name, {})) for one in store.tables)  # type: ignore[arg-type]
    return replace(datamap, stores=(replace(store, tables=tables),))


@pytest.fixture
async def flagged(office: Office) -> AsyncIterator[Office]:
    async with mapped(office, subscriptions={"suppress": OFF, "stop": OFF}, subjects={"stop": FROZEN}):
        yield office


@asynccontextmanager
async def mapped(office: Office, **acts: dict[str, Act]) -> AsyncIterator[None]:
    datamap = saying(office.desk.datamap, acts)
    url = str(office.data.url)
    registry = SqlRegistry(datamap=datamap, urls={"company": url}, today=office.clock.now.date)
    office.desk = replace(office.desk, datamap=datamap, registry=registry)
    yield
    await registry.close()


async def topics(office: Office) -> list[Any]:
    return [row["topic"] for row in await office.rows("subscriptions")]


async def kept(office: Office) -> int:
    """Steps in the ledger that keep traces."""
    engine = create_async_engine(str(office.data.url).replace("company.sqlite", "ledger.sqlite"))
    async with engine.connect() as connection:
        found = (await connection.execute(select(steps.c.id).where(steps.c.traces.is_not(None)))).all()
    await engine.dispose()
    return len(found)


async def test_a_forged_unsubscribe_is_taken_back_as_it_stood(flagged: Office):
    flagged.mailbox.put(mail(UNSUBSCRIBE))
    await flagged.turn()
    assert (await topics(flagged), await kept(flagged)) == (["off"], 1)

    await undo_since(START - timedelta(minutes=1), by="lawyer", desk=flagged.desk)
    await flagged.turn(1)

    assert (await topics(flagged), await kept(flagged)) == (["news"], 0)


async def test_an_address_that_was_forged_twice_has_everything_back(flagged: Office):
    flagged.mailbox.put(mail(UNSUBSCRIBE))
    await flagged.turn()
    flagged.clock.forward(minutes=1)
    flagged.mailbox.put(mail(WITHDRAW))
    await flagged.turn()

    told = await undo_since(START - timedelta(minutes=1), by="lawyer", desk=flagged.desk)
    await flagged.turn(1)

    assert told == Undone(cases=2, addresses=1, closed=0)
    assert await topics(flagged) == ["news"]


async def test_a_block_that_nobody_confirmed_lapses_and_advertising_stays_stopped(flagged: Office):
    flagged.senders.proven.add(ANNA)
    flagged.mailbox.put(mail(WITHDRAW))
    await flagged.turn()
    (blocked,) = await flagged.rows("subjects")

    flagged.clock.forward(days=60)
    await flagged.turn()

    assert blocked["language"] == "xx"
    assert [row["language"] for row in await flagged.rows("subjects")] == [None]
    assert await topics(flagged) == ["off"]


async def test_nothing_is_kept_of_who_has_been_erased(flagged: Office):
    flagged.mailbox.put(mail(ERASE))
    await flagged.turn()
    assert await kept(flagged) == 1

    flagged.mailbox.put(reply(flagged.letters()[-1], f"Подтверждаю {token_in(flagged.letters()[-1])}"))
    await flagged.turn()

    assert await flagged.rows("subjects") == []
    assert await kept(flagged) == 0


# ---------------------------------------------------------------- rows that go


@pytest.fixture
async def removing(office: Office) -> AsyncIterator[Office]:
    async with mapped(office, subscriptions={"suppress": Remove(), "stop": OFF}):
        yield office


async def suppressed(office: Office) -> bool:
    async with office.desk.ledger.read() as book:
        return await stands((await office.only_case()).address, book, office.desk)


async def test_an_unproven_unsubscribe_removes_no_row_but_stands_on_the_list_and_goes_to_a_person(
    removing: Office,
):
    removing.mailbox.put(mail(UNSUBSCRIBE))
    await removing.turn()

    case = await removing.only_case()
    assert (case.state, HoldReason.NOT_DONE in case.holds) == (CaseState.PERSON, True)
    assert await topics(removing) == ["news"]
    assert await suppressed(removing)


async def test_once_a_person_has_approved_it_the_row_goes(removing: Office):
    removing.mailbox.put(mail(UNSUBSCRIBE))
    await removing.turn()

    await verdict.approve((await removing.only_case()).number, by="lawyer", desk=removing.desk)
    await removing.turn()

    assert await topics(removing) == []
    assert (await removing.only_case()).state is CaseState.DONE


async def test_a_proven_unsubscribe_removes_the_row_at_once(removing: Office):
    removing.senders.proven.add(ANNA)
    removing.mailbox.put(mail(UNSUBSCRIBE))
    await removing.turn()

    assert await topics(removing) == []
    assert (await removing.only_case()).state is CaseState.DONE
