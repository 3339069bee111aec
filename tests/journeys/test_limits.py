"""The whole circle where not all advertising is to stop: by way, topic and number (issue 5, item 4)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.app import build, seeded_chance
from mailbot.config import load
from mailbot.core.decide import Limit
from mailbot.core.model import Address, CaseState, Channel, HoldReason, Right
from mailbot.journeys import verdict
from mailbot.journeys.orders import digest_of, orders_about
from mailbot.ports.orders import Suppression
from tests.fakes import mail, reply
from tests.office import SECRETS, Office, ready_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ANNA, NUMBER = Address("anna@example.org"), "+77000000001"
MAP = (Path(__file__).parents[2] / "config/datamap.toml").read_text(encoding="utf-8")
ERASE = "Прошу удалить все мои персональные данные."
SMS_ONLY = "Не присылайте мне больше СМС. На почту пишите дальше."
WITH_WAYS = 'suppress = { set_now = "stopped_at", channel = "channel", topic = "topic" }'


def map_with(suppress: str) -> str:
    """The reference map, whose subscriptions are stopped so."""
    lines = [suppress if line.startswith("suppress = ") else line for line in MAP.splitlines()]
    return "\n".join(lines)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose data tell ways and topics apart; Anna gets news by e-mail and by SMS, and promotions."""
    (tmp_path / "datamap.toml").write_text(map_with(WITH_WAYS), encoding="utf-8")
    opened = await with_subscriptions(await ready_office(tmp_path))
    yield opened
    await opened.close()


async def with_subscriptions(office: Office) -> Office:
    since = (await office.rows("subscriptions"))[0]["subscribed_at"]
    for key, (way, topic) in enumerate((("sms", "news"), ("email", "promotions")), start=11):
        await office.add("subscriptions", id=key, subject_id=1, channel=way, topic=topic, subscribed_at=since)
    return office


async def stopped(office: Office) -> set[tuple[str, str]]:
    rows = await office.rows("subscriptions")
    return {(row["channel"], row["topic"]) for row in rows if row["stopped_at"] is not None}


async def on_the_list(office: Office, whom: str = ANNA) -> list[tuple[str, str, str]]:
    """Way, topic and reason of each order."""
    async with office.desk.ledger.read() as book:
        found: Sequence[Suppression] = await orders_about(whom, book, office.desk)
    return [(one.channel.value if one.channel else "", one.topic, one.reason.value) for one in found]


async def test_who_wants_no_sms_gets_no_sms_and_the_answer_says_so(office: Office):
    office.mailbox.put(mail(SMS_ONLY))
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert await stopped(office) == {("sms", "news")}
    assert await on_the_list(office) == [("sms", "", "unsubscribe")]
    (letter,) = office.letters()
    assert "реклама (СМС)" in letter.get_content()
    assert "часть рекламы" in letter["Subject"]


async def test_who_wants_no_promotions_goes_on_getting_news(office: Office):
    office.mailbox.put(mail("Отпишите меня от рассылки акций, а новости пусть приходят."))
    await office.turn()

    assert await stopped(office) == {("email", "promotions")}
    assert await on_the_list(office) == [("", "promotions", "unsubscribe")]
    assert "«акции»" in office.letters()[0].get_content()


async def test_a_number_is_on_the_list_for_the_way_that_was_named(office: Office):
    office.mailbox.put(mail("Не звоните мне больше на 8 (700) 000-00-01!"))
    await office.turn()

    assert await stopped(office) == set()
    assert await on_the_list(office, NUMBER) == [("calls", "", "unsubscribe")]
    assert await on_the_list(office) == [("calls", "", "unsubscribe")]
    text = office.letters()[0].get_content()
    assert "+7 *** ** 01" in text
    assert NUMBER not in text


async def test_who_wants_nothing_more_gets_nothing_more(office: Office):
    office.mailbox.put(mail("Отпишите меня от рассылки."))
    await office.turn()

    assert await stopped(office) == {("email", "news"), ("sms", "news"), ("email", "promotions")}
    assert await on_the_list(office) == [("", "", "unsubscribe")]


async def test_what_is_not_plain_stops_nothing_until_a_person_has_read_it(office: Office):
    office.mailbox.put(mail("Отпишите меня от рассылки, но смс можно."))
    await office.turn()

    case = await office.only_case()
    assert HoldReason.CHANNEL in case.holds
    assert await stopped(office) == set()
    assert await on_the_list(office) == []
    assert "прекращена" not in office.letters()[0].get_content()


async def test_a_person_says_which_way_is_meant(office: Office):
    office.mailbox.put(mail("Отпишите меня от рассылки, но смс можно."))
    await office.turn()
    case = await office.only_case()
    await verdict.change(case.number, by="lawyer", limit=Limit(channels=(Channel.EMAIL,)), desk=office.desk)
    await verdict.approve(case.number, by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert await stopped(office) == {("email", "news"), ("email", "promotions")}


async def test_what_the_data_cannot_tell_apart_only_the_list_has_until_a_person_decides(tmp_path: Path):
    (tmp_path / "datamap.toml").write_text(map_with('suppress = { set_now = "stopped_at" }'), encoding="utf-8")
    office = await with_subscriptions(await ready_office(tmp_path))
    office.mailbox.put(mail(SMS_ONLY))
    await office.turn()

    assert (await office.only_case()).holds == (HoldReason.CHANNEL,)
    assert await stopped(office) == set()
    assert await on_the_list(office) == [("sms", "", "unsubscribe")]
    await office.close()


async def test_the_list_outlives_erasure_and_says_why(office: Office):
    office.mailbox.put(mail("Прошу удалить все мои персональные данные."))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "ПОДТВЕРЖДАЮ"))
    await office.turn()

    assert await office.rows("subjects") == []
    assert await on_the_list(office) == [("", "", "erasure")]


async def test_a_no_by_the_owner_lifts_what_was_limited_and_leaves_what_another_case_has_set(office: Office):
    office.mailbox.put(mail(SMS_ONLY))
    await office.turn()
    office.clock.forward(hours=1)
    office.mailbox.put(mail("Прошу удалить все мои персональные данные."))
    await office.turn()
    office.mailbox.put(reply(office.letters()[-1], "НЕТ, это не я"))
    await office.turn()

    assert await on_the_list(office) == [("sms", "", "unsubscribe")]
    assert {way for way, _ in await stopped(office)} == {"sms"}


async def test_who_asks_again_later_is_on_the_list_since_then(office: Office):
    office.mailbox.put(mail("Отпишите меня от рассылки."))
    await office.turn()
    first = await since(office)
    office.clock.forward(days=40)
    office.mailbox.put(mail("Отпишите меня от рассылки!", date="Mon, 04 Jan 2027 10:00:00 +0500"))
    await office.turn()

    assert await since(office) > first
    assert await on_the_list(office) == [("", "", "unsubscribe")]


async def since(office: Office) -> datetime:
    async with office.desk.ledger.read() as book:
        (order,) = await book.suppressed([digest_of(ANNA, keys=office.desk.keys)])
    return order.since


async def test_no_address_and_no_number_stand_in_trail_or_list(office: Office):
    office.mailbox.put(mail("Не звоните мне больше на 8 (700) 000-00-01!"))
    await office.turn()

    async with office.desk.ledger.read() as book:
        told = repr(await book.links(limit=1000)) + repr(await book.suppressions())
    assert ANNA not in told
    assert "7000000001" not in told
    assert Right.UNSUBSCRIBE.value in told


# ---------------------------------------------------------------- our own newsletter below

QUOTED = "> От: Пример <news@example.kz>\r\n> Кому: boris@example.org\r\n> Тема: Скидки\r\n>\r\n> Весна!"


@pytest.fixture
async def sender(tmp_path: Path) -> AsyncIterator[Office]:
    """An office that sends a newsletter of its own; Boris is on file."""
    office = await ready_office(tmp_path)
    await office.close()
    config = tmp_path / "mailbot.toml"
    ours = '[newsletter]\nsenders = ["news@example.kz"]\nlinks = ["https://example.kz/off/{token}"]\n'
    kept = config.read_text(encoding="utf-8") + ours
    with_token = MAP.replace("\nsource_column =", '\nnewsletter_token = "full_name"\nsource_column =', 1)
    (tmp_path / "datamap.toml").write_text(with_token, encoding="utf-8")
    config.write_text(kept, encoding="utf-8")
    app = build(load(config, SECRETS), chance=seeded_chance(8, now=office.clock))
    desk = replace(app.desk, senders=office.senders, limits=office.desk.limits, mailbox=office.mailbox)
    opened = replace(office, app=app, desk=desk)
    opened.data = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/company.sqlite")
    yield opened
    await opened.close()


@pytest.mark.parametrize("on_file", [True, False])
async def test_our_newsletter_below_names_the_address_and_nothing_tells_whether_it_is_on_file(
    sender: Office, *, on_file: bool
):
    if on_file:
        await sender.add_person(2, email="boris@example.org")
    sender.mailbox.put(mail(f"Отпишите меня от рассылки.\r\n\r\n{QUOTED}"))
    await sender.turn()

    assert await on_the_list(sender, "boris@example.org") == [("", "", "unsubscribe")]
    assert await on_the_list(sender) == [("", "", "unsubscribe")]
    assert sender.letters("boris@example.org") == []
    (letter,) = sender.letters()
    assert "То же сделано для адреса b***@e***.org" in " ".join(letter.get_content().split())
    assert {row["email"] for row in await sender.rows("subjects")} >= {"anna@example.org"}


async def test_who_asks_for_erasure_above_our_newsletter_erases_nothing_at_the_other_address(sender: Office):
    await sender.add_person(2, email="boris@example.org")
    sender.mailbox.put(mail(f"{ERASE}\r\n\r\n{QUOTED}"))
    await sender.turn()
    sender.mailbox.put(reply(sender.letters()[0], "ПОДТВЕРЖДАЮ"))
    await sender.turn()

    assert [row["email"] for row in await sender.rows("subjects")] == ["boris@example.org"]
    assert await on_the_list(sender, "boris@example.org") == []


async def test_the_token_of_our_newsletter_names_who_it_went_to(sender: Office):
    await sender.add_person(2, email="boris@example.org")
    async with sender.data.begin() as connection:  # the reference schema has no column for it: a name will do
        await connection.execute(text("UPDATE subjects SET full_name = 'Zx81-kk_0Zx81-kk_0' WHERE id = 2"))
    link = "https://example.kz/off/Zx81-kk_0Zx81-kk_"
    sender.mailbox.put(mail(f"Отпишите меня от рассылки.\r\n\r\n> Весна!\r\n> Отписаться: {link}0"))
    sender.mailbox.put(mail(f"Отпишите от рассылки.\r\n\r\n> Отписаться: {link}1", sender="vera@example.org"))
    await sender.turn()

    assert await on_the_list(sender, "boris@example.org") == [("", "", "unsubscribe")]
    assert "b***@e***.org" in sender.letters()[0].get_content()
    assert [case.state for case in await sender.cases()] == [CaseState.DONE] * 2


# ---------------------------------------------------------------- the map as it is shipped


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ("Отпишите меня от рассылки, пожалуйста.", {("email", "news"), ("email", "prices")}),
        (SMS_ONLY, {("sms", "news")}),
        ("Отпишите меня от рассылки акций, а новости пусть приходят.", {("email", "prices")}),
    ],
    ids=["nothing named", "no sms", "no promotions"],
)
async def test_the_reference_map_stops_what_is_named_and_e_mail_where_nothing_is(
    tmp_path: Path, words: str, gone: set[tuple[str, str]]
):
    office = await ready_office(tmp_path)
    since = (await office.rows("subscriptions"))[0]["subscribed_at"]
    for key, (way, topic) in enumerate((("sms", "news"), ("email", "prices")), start=11):
        await office.add("subscriptions", id=key, subject_id=1, channel=way, topic=topic, subscribed_at=since)

    office.mailbox.put(mail(words))
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert await stopped(office) == gone
    await office.close()
