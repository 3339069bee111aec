"""The return watch: who was stopped or erased and comes back by an import (issue 5, item 4)."""

import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailbot.adapters import reference_schema as company
from mailbot.adapters.registry import SqlRegistry
from mailbot.app import build, reloaded, seeded_chance
from mailbot.config import load
from mailbot.core.case import Phase
from mailbot.core.datamap import Act, ByEmail, ByPhone, Flag, Mark, Reach, Remove, Store, Table
from mailbot.core.model import CaseState, Channel, HoldReason
from mailbot.core.switches import Switch
from mailbot.errors import NotNow, Unavailable
from mailbot.journeys import verdict, watching
from mailbot.journeys.desk import Desk
from mailbot.journeys.pause import switch_off, switch_on
from mailbot.journeys.returned import ERASED, FREELY, STOPPED, WAITING
from mailbot.journeys.watching import Seen, tell, walk_now, watch
from mailbot.ports.walked import Batch, Walk
from tests.fakes import mail, reply, token_in
from tests.office import SECRETS, Office, ready_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
ERASE = "Прошу удалить все мои персональные данные."
ANNA = "anna@example.org"
OPERATOR = "lawyer@example.kz"
OLD = datetime(2025, 3, 1, 12, 0)  # noqa: DTZ001 - as the company's rows keep it, UTC
NEW = datetime(2026, 11, 24, 9, 0)  # noqa: DTZ001 - after every request here


async def unsubscribed(office: Office) -> None:
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    assert [bool(row["stopped_at"]) for row in await office.rows("subscriptions")] == [True]
    office.clock.forward(days=2)


async def erased(office: Office) -> None:
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], f"Подтверждаю {token_in(office.letters()[0])}"))
    await office.turn()
    assert await office.rows("subjects") == []
    office.clock.forward(days=2)


async def imports(office: Office, key: int = 50, *, email: str = ANNA, **subject: Any) -> None:
    """Somebody's old list is loaded again."""
    values = {"source": "crm-2026-11.csv", "since": NEW, "full_name": "Anna Example", **subject}
    await office.add("subjects", id=key, email=email, **values)
    await office.add("subscriptions", id=key, subject_id=key, channel="email", topic="news", subscribed_at=OLD)


async def agrees(office: Office, key: int, *, at: datetime, purpose: str = "promotion") -> None:
    row = {"purpose": purpose, "policy_edition": "01.01.2022", "given_at": at, "how": "web form"}
    await office.add("consents", id=key, subject_id=key, **row)


async def stopped(office: Office) -> dict[int, bool]:
    return {row["id"]: row["stopped_at"] is not None for row in await office.rows("subscriptions")}


async def facts(office: Office, name: str) -> list[dict[str, Any]]:
    async with office.desk.ledger.read() as book:
        return [dict(event.facts) for event in await book.noted([name])]


def counts(seen: Seen) -> dict[str, int]:
    return {name: seen.count(name) for name in (STOPPED, ERASED, WAITING, FREELY) if seen.count(name)}


# ---------------------------------------------------------------- who was stopped


async def test_who_comes_back_by_an_import_without_consent_is_stopped_again_and_the_origin_is_told(office: Office):
    await unsubscribed(office)
    await imports(office)

    seen = await walk_now(office.desk)
    await office.turn()

    assert counts(seen) == {STOPPED: 1}
    assert await stopped(office) == {1: True, 50: True}
    (told,) = await facts(office, STOPPED)
    assert (told["store"], told["table"], told["rows"]) == (
        "company",
        "subjects",
        {"company.subscriptions:blocking": 1},
    )
    assert ("web form", "crm-2026-11.csv").count(told["origin"]) == 1
    assert ANNA not in str(told)
    assert counts(await walk_now(office.desk)) == {}


async def test_a_consent_older_than_the_wish_changes_nothing(office: Office):
    await unsubscribed(office)
    await imports(office)
    await agrees(office, 50, at=OLD)

    await walk_now(office.desk)
    await office.turn()

    assert await stopped(office) == {1: True, 50: True}


async def test_who_has_agreed_since_came_back_freely_is_left_alone_and_noted_once(office: Office):
    await unsubscribed(office)
    await imports(office, source="web form")
    await agrees(office, 50, at=NEW)

    first, second = await walk_now(office.desk), await walk_now(office.desk)
    await office.turn()

    assert (counts(first), counts(second)) == ({FREELY: 1}, {})
    assert await stopped(office) == {1: True, 50: False}
    assert len(await facts(office, FREELY)) == 1
    assert first.came_back == 0


@pytest.mark.parametrize("how", ["withdrawn", "for something else"])
async def test_a_newer_consent_that_was_withdrawn_or_was_for_something_else_lets_nobody_back(
    office: Office, how: str
):
    await unsubscribed(office)
    await imports(office)
    await agrees(office, 50, at=NEW, purpose="orders" if how == "for something else" else "promotion")
    if how == "withdrawn":
        async with office.data.begin() as connection:
            await connection.execute(update(company.CONSENTS).values(withdrawn_at=NEW))

    await walk_now(office.desk)
    await office.turn()

    assert await stopped(office) == {1: True, 50: True}


async def test_to_be_stopped_again_keeps_the_moment_of_the_wish(office: Office):
    """Else who agreed between the wish and the import would be stopped by the next one."""
    await unsubscribed(office)
    async with office.desk.ledger.read() as book:
        (before,) = await book.suppressions()
    await imports(office)
    await walk_now(office.desk)
    await office.turn()

    async with office.desk.ledger.read() as book:
        (after,) = await book.suppressions()
    assert after == before
    (case,) = await office.cases()
    assert case.state is CaseState.DONE


async def test_what_was_stopped_again_is_lifted_with_all_the_rest(office: Office):
    await unsubscribed(office)
    await imports(office)
    await walk_now(office.desk)
    await office.turn()

    await verdict.take_back("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()

    assert await stopped(office) == {1: False, 50: False}
    assert counts(await walk_now(office.desk)) == {}


async def test_nobody_else_is_touched(office: Office):
    await unsubscribed(office)
    await imports(office, email="berik@example.org")

    assert counts(await walk_now(office.desk)) == {}
    assert await stopped(office) == {1: True, 50: False}


async def test_two_walks_before_it_is_done_plan_it_once(office: Office):
    await unsubscribed(office)
    await imports(office)

    first, second = await walk_now(office.desk), await walk_now(office.desk)

    assert (counts(first), counts(second)) == ({STOPPED: 1}, {WAITING: 1})
    async with office.desk.ledger.read() as book:
        assert [p.phase for p in await book.steps(1)].count(Phase.AGAIN) == 1


async def test_what_looks_like_an_address_or_a_number_in_a_source_is_not_told(office: Office):
    await unsubscribed(office)
    async with office.data.begin() as connection:
        await connection.execute(
            update(company.SUBJECTS).values(source="list of anna@example.org, +7 700 000 00 01")
        )
        await connection.execute(update(company.SUBSCRIPTIONS).values(stopped_at=None))

    await walk_now(office.desk)
    await office.turn()

    assert [told["origin"] for told in await facts(office, STOPPED)] == ["list of … …"]


# ---------------------------------------------------------------- who was erased


async def test_who_was_erased_and_imported_is_stopped_at_once_and_a_person_may_destroy_again(office: Office):
    await erased(office)
    await imports(office, 60)

    seen = await walk_now(office.desk)
    await office.turn()

    assert counts(seen) == {ERASED: 1}
    assert await stopped(office) == {60: True}
    case = await office.only_case()
    assert (case.state, case.holds[0]) == (CaseState.PERSON, HoldReason.RETURNED)
    (told,) = await facts(office, ERASED)
    assert (told["origin"], told["added"], told["rows"]) == ("crm-2026-11.csv", "2026-11-24", 2)
    assert counts(await walk_now(office.desk)) == {WAITING: 1}

    await verdict.approve(case.number, by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.rows("subjects"), await office.rows("subscriptions")) == ([], [])
    assert (await office.only_case()).state is CaseState.DONE
    assert counts(await walk_now(office.desk)) == {}


async def test_who_was_erased_and_comes_back_again_and_again_is_handed_over_each_time(office: Office):
    await erased(office)
    for key in (60, 61):
        await imports(office, key)
        assert counts(await walk_now(office.desk)) == {ERASED: 1}
        await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
        await office.turn()

    assert await office.rows("subjects") == []


async def test_who_was_erased_and_has_agreed_since_is_left_alone(office: Office):
    await erased(office)
    await imports(office, 60, source="web form")
    await agrees(office, 60, at=NEW)

    assert counts(await walk_now(office.desk)) == {FREELY: 1}
    assert (await office.only_case()).state is CaseState.DONE
    assert await stopped(office) == {60: False}


async def test_a_person_who_closes_the_case_is_not_asked_about_the_same_rows_again(office: Office):
    await erased(office)
    await imports(office, 60)
    await walk_now(office.desk)
    await office.turn()
    await verdict.close("2026-0001", by="lawyer", desk=office.desk)

    assert counts(await walk_now(office.desk)) == {}

    await imports(office, 61)
    assert counts(await walk_now(office.desk)) == {ERASED: 1}


async def test_what_the_law_kept_at_the_erasure_has_not_come_back(office: Office):
    """A68: rows that stay for an open order go on their day; till then nobody is called about them every hour."""
    await office.add_order()
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    assert len(await office.rows("subjects")) == 1

    assert counts(await walk_now(office.desk)) == {}

    async with office.data.begin() as connection:  # fulfilled: due, and its own step destroys it some day
        await connection.execute(update(company.OBLIGATIONS).values(fulfilled_at=NEW))
    assert counts(await walk_now(office.desk)) == {}

    await imports(office, 61)
    assert counts(await walk_now(office.desk)) == {ERASED: 1}


# ---------------------------------------------------------------- numbers, channels, consents of single rows


def mapped(office: Office, **tables: dict[str, Any]) -> Office:
    """The office with another map; its registry is closed with the office's own."""
    (store,) = office.desk.datamap.stores
    changed: tuple[Table, ...] = tuple(replace(one, **tables.get(one.name, {})) for one in store.tables)
    datamap = replace(office.desk.datamap, stores=(replace(store, tables=changed),))
    registry = SqlRegistry(datamap=datamap, urls={"company": str(office.data.url)}, today=office.clock.now.date)
    office.desk = replace(office.desk, datamap=datamap, registry=registry)
    return office


@pytest.fixture
async def by_phone(office: Office) -> AsyncIterator[Office]:
    """The company finds people by their number, too, and tells text messages from e-mail."""
    ways = (ByEmail(column="email"), ByPhone(column="phone", stored=("+7 ### ### ## ##", "8##########")))
    suppress = {"suppress": replace(office.desk.datamap.stores[0].table("subscriptions").suppress, where={})}  # type: ignore[type-var]
    reach = {"reach": Reach(channel="channel", channels={"sms": Channel.SMS, "email": Channel.EMAIL})}
    opened = mapped(office, subjects={"ways": ways}, subscriptions={**suppress, **reach})
    yield opened
    await opened.desk.registry.close()  # type: ignore[attr-defined]


async def test_a_number_that_comes_back_under_another_address_is_stopped_by_its_own_way_only(by_phone: Office):
    office = by_phone
    office.senders.proven.add(ANNA)
    office.mailbox.put(mail("Не присылайте мне СМС на номер +7 700 000 00 01, на почту пишите дальше."))
    await office.turn()
    office.clock.forward(days=2)
    await office.add("subjects", id=50, phone="87000000001", source="crm.csv", since=NEW)
    for key, channel in ((50, "sms"), (51, "email")):
        await office.add("subscriptions", id=key, subject_id=50, channel=channel, topic="news", subscribed_at=OLD)

    seen = await walk_now(office.desk)
    await office.turn()

    assert counts(seen) == {STOPPED: 1}
    assert await stopped(office) == {1: False, 50: True, 51: False}


async def test_rows_with_a_consent_of_their_own_are_left_alone_each_by_its_own(office: Office):
    (consent,) = [t.consent for t in office.desk.datamap.stores[0].tables if t.consent]
    own = replace(consent, given="subscribed_at", withdrawn=None, where={})
    office = mapped(office, subscriptions={"consent": own}, consents={"consent": None})
    await unsubscribed(office)
    await imports(office)
    await office.add("subscriptions", id=51, subject_id=50, channel="email", topic="sale", subscribed_at=NEW)

    seen = await walk_now(office.desk)
    await office.turn()

    assert counts(seen) == {STOPPED: 1}
    assert await stopped(office) == {1: True, 50: True, 51: False}
    assert counts(await walk_now(office.desk)) == {FREELY: 1}
    await office.desk.registry.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("act", [Flag(values={"topic": "off"}), Remove()], ids=["a flag", "rows that go"])
async def test_whatever_stops_advertising_stops_it_again(office: Office, act: Act):
    office = mapped(office, subscriptions={"suppress": act})
    office.senders.proven.add(ANNA)
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    await imports(office)

    seen = await walk_now(office.desk)
    await office.turn()
    left = [row["topic"] for row in await office.rows("subscriptions")]

    assert counts(seen) == {STOPPED: 1}
    assert left == (["off", "off"] if isinstance(act, Flag) else [])
    assert counts(await walk_now(office.desk)) == {}
    await office.desk.registry.close()  # type: ignore[attr-defined]


@pytest.fixture
async def with_tool(office: Office, tmp_path: Path) -> AsyncIterator[tuple[Office, AsyncEngine]]:
    """A mailing tool with a database of its own; consent stands in the company's alone."""
    (store,) = office.desk.datamap.stores
    persons = store.table("subjects")
    readers = replace(
        persons,
        name="readers",
        key=("mail",),
        ways=(ByEmail(column="mail"),),
        columns=(replace(persons.columns[0], name="mail"),),
        language=None,
        stop=None,
        source_column=None,
        added=None,
        suppress=Mark(columns=("off_at",)),
        persons=False,
    )
    tool = Store(name="tool", system="tool", tables=(readers,), owes_nothing=True)
    url = f"sqlite+aiosqlite:///{tmp_path}/tool.sqlite"
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE readers (mail VARCHAR(99) PRIMARY KEY, off_at TIMESTAMP)")
    datamap = replace(office.desk.datamap, stores=(store, tool))
    urls = {"company": str(office.data.url), "tool": url}
    registry = SqlRegistry(datamap=datamap, urls=urls, today=office.clock.now.date)
    office.desk = replace(office.desk, datamap=datamap, registry=registry)
    yield office, engine
    await registry.close()
    await engine.dispose()


async def test_each_store_is_walked_and_a_consent_in_another_one_counts(with_tool: tuple[Office, AsyncEngine]):
    office, tool = with_tool
    await unsubscribed_by(office, "vera@example.org")
    await unsubscribed(office)
    await imports(office, 60, email="vera@example.org")
    await agrees(office, 60, at=NEW)
    async with tool.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO readers (mail) VALUES ('Anna@example.org'), ('vera@example.org')"
        )

    seen = await walk_now(office.desk)
    await office.turn()
    async with tool.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT mail, off_at IS NOT NULL FROM readers")).all()

    assert watching.names(office.desk) == ["company/subjects", "tool/readers"]
    assert counts(seen) == {STOPPED: 1, FREELY: 1}
    assert [tuple(row) for row in rows] == [("Anna@example.org", 1), ("vera@example.org", 0)]


# ---------------------------------------------------------------- keys, restarts, pauses, hours


async def test_who_was_stopped_under_an_older_key_is_found(office: Office, tmp_path: Path):
    await unsubscribed(office)
    office.mailbox.put(mail(UNSUBSCRIBE, sender="berik@example.org"))
    await office.turn()
    secrets = {
        **SECRETS,
        "MAILBOT_SECRET_KEY": "second-" * 6,
        "MAILBOT_OLD_SECRET_KEYS": f"1:{SECRETS['MAILBOT_SECRET_KEY']}",
    }
    app = build(load(tmp_path / "mailbot.toml", secrets), chance=seeded_chance(9, now=office.clock))
    later = replace(office, app=app, desk=replace(app.desk, senders=office.senders, limits=office.desk.limits))
    later.mailbox.put(mail(UNSUBSCRIBE, sender="vera@example.org"))
    await later.turn()
    await imports(later, 50)
    await imports(later, 51, email="vera@example.org")

    seen = await walk_now(later.desk)
    await later.turn()

    assert counts(seen) == {STOPPED: 2}
    assert await stopped(later) == {1: True, 50: True, 51: True}
    async with later.desk.ledger.read() as book:
        assert {order.key_id for order in await book.suppressions()} == {1, 2}
    await app.close()


async def test_a_restart_in_the_middle_goes_on_where_it_was(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(watching, "AT_ONCE", 3)
    await unsubscribed(office)
    for key in range(10, 20):
        await imports(office, key, email=f"person{key}@example.org")
    await imports(office, 50)
    read: list[Walk] = []
    real, dies_at = office.desk.registry, 3

    class Dying:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        async def batch(self, walk: Walk, *, limit: int) -> Batch:
            read.append(walk)
            if len(read) == dies_at:
                raise Unavailable("store company: gone")
            return await real.batch(walk, limit=limit)

    desk: Desk = replace(office.desk, registry=Dying())
    with pytest.raises(Unavailable):
        await watch(desk)
    async with office.desk.ledger.read() as book:
        kept = (await book.walks())["company/subjects"]
    assert (kept.after, kept.ended_at) == ((14,), None)

    assert await watch(desk) == 1
    await office.turn()

    assert [walk.after for walk in read] == [None, (11,), (14,), (14,), (17,), (50,)]
    assert (await stopped(office))[50]


async def test_while_paused_nothing_is_looked_at_and_nothing_planned_before_is_done(office: Office):
    await unsubscribed(office)
    await imports(office)
    await walk_now(office.desk)
    await switch_off(Switch.EVERYTHING, by="lawyer", why="moving", desk=office.desk)
    await office.turn()

    assert await watch(office.desk) == 0
    with pytest.raises(NotNow, match="paused"):
        await walk_now(office.desk)
    assert await stopped(office) == {1: True, 50: False}

    await switch_on([Switch.EVERYTHING], by="lawyer", desk=office.desk)
    await office.turn()
    assert await stopped(office) == {1: True, 50: True}


async def test_a_whole_base_that_came_back_is_stopped_bit_by_bit_so_that_requests_need_not_wait(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(watching, "MOST_WAITING", 2)
    for key in range(70, 75):
        office.mailbox.put(mail(UNSUBSCRIBE, sender=f"person{key}@example.org"))
    await office.turn()
    for key in range(70, 75):
        await imports(office, key, email=f"person{key}@example.org")

    planned = []
    for _ in range(5):
        planned.append(await watch(office.desk))
        planned.append(await watch(office.desk))
        await office.loop("fulfil")

    assert planned == [2, 0, 2, 0, 1, 0, 0, 0, 0, 0]
    left = await stopped(office)
    assert all(left[key] for key in range(70, 75))


async def test_what_is_being_lifted_is_not_stopped_again_in_between(office: Office):
    """The rows are free before the list is: who looks between the two must leave them alone."""
    await unsubscribed(office)
    await verdict.take_back("2026-0001", by="lawyer", desk=office.desk)
    async with office.data.begin() as connection:
        await connection.execute(update(company.SUBSCRIPTIONS).values(stopped_at=None))

    assert counts(await walk_now(office.desk)) == {}
    await office.turn()
    assert counts(await walk_now(office.desk)) == {}
    assert await stopped(office) == {1: False}


async def test_whom_the_ledger_has_forgotten_is_stopped_again_and_stays_forgotten(office: Office):
    """The suppression list outlives everything else; the address must not come back into the ledger with it."""
    await unsubscribed(office)
    await unsubscribed_by(office, "vera@example.org")
    async with office.desk.ledger.write() as book:
        await book.redact(1, at=office.clock.now)
    await imports(office)

    seen = await walk_now(office.desk)
    await office.turn()

    assert counts(seen) == {STOPPED: 1}
    assert await stopped(office) == {1: True, 50: True}
    async with office.desk.ledger.read() as book:
        steps = await book.steps(1)
    assert [(p.phase, p.done, p.step.address) for p in steps] == [(Phase.NOW, True, ""), (Phase.AGAIN, True, "")]


async def unsubscribed_by(office: Office, address: str) -> None:
    office.mailbox.put(mail(UNSUBSCRIBE, sender=address))
    await office.turn()


async def walked(office: Office) -> dict[str, Walk]:
    await watch(office.desk)
    async with office.desk.ledger.read() as book:
        return dict(await book.walks())


async def test_it_walks_hourly_new_rows_only_and_once_a_day_all_of_them(office: Office):
    await unsubscribed(office)
    first = (await walked(office))["company/subjects"]
    office.clock.forward(minutes=59)
    assert (await walked(office))["company/subjects"] == first
    office.clock.forward(minutes=1)
    second = (await walked(office))["company/subjects"]
    office.clock.forward(hours=23)
    third = (await walked(office))["company/subjects"]

    assert [walk.rows_since for walk in (first, second, third)] == [
        None,
        (first.began_at.date() - timedelta(1)),
        None,
    ]
    assert [walk.whole_at for walk in (first, second, third)] == [first.began_at, first.began_at, third.began_at]


async def test_an_hourly_walk_sees_a_new_subscription_of_somebody_long_known(office: Office):
    await unsubscribed(office)
    await watch(office.desk)
    await office.add("subscriptions", id=9, subject_id=1, channel="email", topic="sale", subscribed_at=NEW)
    async with office.data.begin() as connection:  # an old row that no new one leads to: the next whole walk's
        await connection.execute(update(company.SUBSCRIPTIONS).values(subscribed_at=OLD).where(text_id(1)))
    office.clock.forward(hours=1)

    assert await watch(office.desk) == 1
    await office.turn()

    assert await stopped(office) == {1: True, 9: True}


def text_id(key: int) -> Any:
    return company.SUBSCRIPTIONS.c.id == key


def test_nought_hours_in_the_settings_mean_never(tmp_path: Path, office: Office):
    config = tmp_path / "mailbot.toml"
    config.write_text(config.read_text(encoding="utf-8") + "[rules]\nwatch_returns_hours = 0\n", encoding="utf-8")
    settings = load(config, SECRETS)

    assert reloaded(office.app, settings)[0].desk.limits.watch_returns is None
    assert office.app.desk.limits.watch_returns == timedelta(hours=1)


async def test_nought_hours_switch_it_off(office: Office):
    await unsubscribed(office)
    await imports(office)
    office.desk = replace(office.desk, limits=replace(office.desk.limits, watch_returns=None))

    assert await walked(office) == {}


async def three_come_back(office: Office) -> None:
    for key in range(70, 73):
        office.mailbox.put(mail(UNSUBSCRIBE, sender=f"person{key}@example.org"))
    await office.turn()
    for key in range(70, 73):
        await imports(office, key, email=f"person{key}@example.org")
    await watch(office.desk)
    await office.turn()


async def test_the_operator_is_told_of_number_place_and_origin(office: Office):
    await erased(office)
    await imports(office, 60)
    await three_come_back(office)
    office.clock.forward(minutes=2)
    assert await tell(office.desk)
    await office.turn()
    (letter,) = [one for one in office.letters(OPERATOR) if "загрузкой" in one["Subject"]]
    text = letter.get_content()

    assert "company.subjects, источник: crm-2026-11.csv" in text
    assert "вернулось записей: 2" in text
    assert "mailbot cases approve 2026-0001" in text
    assert "снова остановлена, записей: 3" in text
    assert "@example.org" not in text


async def test_the_operator_is_told_at_most_once_an_hour(office: Office):
    await three_come_back(office)
    told = []
    for minutes in (0, 2, 1, 30):
        office.clock.forward(minutes=minutes)
        told.append(await tell(office.desk))
    await imports(office, 80, email="person70@example.org")
    await walk_now(office.desk)
    await office.turn()
    for minutes in (2, 40):
        office.clock.forward(minutes=minutes)
        told.append(await tell(office.desk))

    assert told == [False, True, False, False, False, True]


async def test_a_store_that_fails_is_named_and_stops_again_later(office: Office):
    await unsubscribed(office)
    await imports(office)
    async with office.data.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE subjects RENAME TO elsewhere")
    registry = SqlRegistry(
        datamap=office.desk.datamap, urls={"company": str(office.data.url)}, today=office.clock.now.date
    )
    with pytest.raises(Unavailable, match="company/subjects"):
        await watch(replace(office.desk, registry=registry))
    await registry.close()
    async with office.data.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO subjects")

    assert await watch(office.desk) == 1


# ---------------------------------------------------------------- many


async def crowd(office: Office, many: int) -> None:
    """As many people who have nothing to do with us."""
    people = [
        {
            "id": 1000 + number,
            "email": f"person{number}@example.org",
            "source": "crm.csv",
            "since": office.clock.now,
        }
        for number in range(many)
    ]
    async with office.data.begin() as connection:
        for start in range(0, many, 20_000):
            await connection.execute(insert(company.SUBJECTS), people[start : start + 20_000])


async def test_two_hundred_thousand_rows_take_no_more_memory_than_some_batches(office: Office):
    """All of them at once would take some 200 MiB."""
    await unsubscribed(office)
    await imports(office, 250_000)
    await crowd(office, 200_000)
    began = perf_counter()
    seen = await walk_now(office.desk, full=True)
    seconds = perf_counter() - began
    tracemalloc.start()
    again = await walk_now(office.desk, full=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(
        f"{seen.rows} rows in {seconds:.1f} s: {seen.rows / seconds:.0f} a second; at most {peak / 2**20:.0f} MiB"
    )

    assert (seen.rows, counts(seen), counts(again)) == (200_002, {STOPPED: 1}, {WAITING: 1})
    assert peak < 48 * 2**20


@pytest.fixture
async def on_postgresql(tmp_path: Path, postgres: Any) -> AsyncIterator[Office]:
    """An office whose company keeps its data in PostgreSQL, where moments have their zone."""
    office = await ready_office(tmp_path)
    url = postgres.database()
    office.data = create_async_engine(url)
    await company.create(office.data)
    registry = SqlRegistry(datamap=office.desk.datamap, urls={"company": url}, today=office.clock.now.date)
    office.desk = replace(office.desk, registry=registry)
    await aware(office, 1, ANNA)
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    yield office
    await registry.close()
    await office.close()


@pytest.mark.servers
async def test_the_same_in_postgresql(on_postgresql: Office):
    office = on_postgresql
    await aware(office, 50, ANNA)
    await crowd(office, 20_000)

    began = perf_counter()
    seen = await walk_now(office.desk, full=True)
    seconds = perf_counter() - began
    print(f"PostgreSQL: {seen.rows} rows in {seconds:.1f} s: {seen.rows / seconds:.0f} a second")
    await office.turn()

    assert (seen.rows, counts(seen)) == (20_002, {STOPPED: 1})
    assert await stopped(office) == {1: True, 50: True}

    assert await watch(office.desk) == 0
    office.clock.forward(hours=1)
    await aware(office, 51, ANNA)
    assert await watch(office.desk) == 1
    async with office.desk.ledger.read() as book:
        assert (await book.walks())["company/subjects"].rows_since is not None


async def aware(office: Office, key: int, email: str) -> None:
    """Somebody on file where moments have their zone."""
    now = office.clock.now
    await office.add("subjects", id=key, email=email, source="crm.csv", since=now)
    await office.add("subscriptions", id=key, subject_id=key, channel="email", topic="news", subscribed_at=now)


def test_every_table_with_addresses_is_walked(office: Office):
    assert watching.names(office.desk) == ["company/subjects"]


async def test_most_of_the_base_on_the_list_holds_nobody_up(office: Office):
    """Who is stopped and stays so is looked up with four hundred others, not alone."""
    await unsubscribed(office)
    await crowd(office, 20_000)
    async with office.desk.ledger.write() as book:
        (one,) = await book.suppressions()
        for number in range(0, 20_000, 2):
            digest = office.desk.keys.suppression.digest(f"person{number}@example.org")
            await book.suppress(replace(one, digest=digest))
    began = perf_counter()
    seen = await walk_now(office.desk, full=True)
    seconds = perf_counter() - began
    print(f"{seen.suppressed} of {seen.rows} on the list: {seconds:.1f} s")

    assert (seen.suppressed, counts(seen)) == (10_001, {})
    assert seconds < 30
