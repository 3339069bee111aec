"""Where two rooms meet that nobody owns: denial beside the list, days to come, packages, parties (issue 5)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mailbot.app import make_archive, make_press
from mailbot.core.case import Phase
from mailbot.core.decide import Autonomy
from mailbot.core.model import Address, CaseState, HoldReason, Language, Right
from mailbot.core.newsletter import Newsletter
from mailbot.core.switches import Switch
from mailbot.core.tasks import TaskState
from mailbot.errors import NotNow
from mailbot.journeys import disclosures, verdict
from mailbot.journeys import package as packages
from mailbot.journeys.autonomy import set_mode
from mailbot.journeys.casework import to_person
from mailbot.journeys.orders import orders_about
from mailbot.journeys.package import Hand
from mailbot.journeys.pause import switch_off, switch_on
from tests.by_hand import PARTY, open_with_hands
from tests.fakes import mail, reply
from tests.journeys.test_limits import WITH_WAYS, map_with, stopped, with_subscriptions
from tests.office import KEEPS_ALL, Office, ready_office

ANNA, EVE = Address("anna@example.org"), Address("eve@example.com")
ERASE = "Прошу удалить все мои персональные данные."
UNSUBSCRIBE = "Отпишите меня от рассылки."
BOTH = "Отпишите меня от рассылки и удалите все мои персональные данные."
WITHDRAW = "Отзываю своё согласие на обработку персональных данных."
NUMBER = "+77000000009"
MAILBOX = """
[mailbox]
system = "Почтовый ящик"
norm = "152-ФЗ, ст. 21"
keep_days = 1095
folders = ["INBOX", "Sent"]
erase = true
"""
QUOTED = "> От: Пример <news@example.kz>\r\n> Кому: anna@example.org\r\n> Тема: Скидки\r\n>\r\n> Весна!"


async def on_the_list(office: Office, whom: str = ANNA) -> list[tuple[str, str]]:
    """Way and case of each order."""
    async with office.desk.ledger.read() as book:
        found = await orders_about(whom, book, office.desk)
    return [(one.channel.value if one.channel else "", one.case_number) for one in found]


async def sent(office: Office, words: str, *, sender: str = ANNA, hours: int = 1) -> None:
    office.mailbox.put(mail(words, sender=sender))
    await office.turn()
    office.clock.forward(hours=hours)


async def says_no(office: Office, *, sender: str) -> None:
    office.mailbox.put(reply(office.letters(sender)[-1], "НЕТ, это не я", sender=sender))
    await office.turn()


async def confirmed(office: Office, words: str) -> None:
    office.mailbox.put(mail(words))
    await office.turn()
    office.mailbox.put(reply(office.letters()[-1], "Подтверждаю"))
    await office.turn()


async def sql(office: Office, statement: str) -> None:
    async with office.data.begin() as connection:
        await connection.execute(text(statement))


# ---------------------------------------------------------------- the list, when somebody says no


@pytest.fixture
async def sender(tmp_path: Path) -> AsyncIterator[Office]:
    """An office with a newsletter of its own."""
    office = await ready_office(tmp_path)
    ours = Newsletter(senders=frozenset({Address("news@example.kz")}))
    yield replace(office, desk=replace(office.desk, newsletter=ours))
    await office.close()


async def test_who_names_another_address_and_denies_it_lifts_nothing_that_its_owner_has_asked_for(sender: Office):
    """Never act for a stranger: Eve quotes our newsletter to Anna, and takes her own letter back."""
    await sent(sender, UNSUBSCRIBE)
    await sent(sender, f"{BOTH}\r\n\r\n{QUOTED}", sender=EVE)
    await says_no(sender, sender=EVE)

    assert ("", "2026-0001") in await on_the_list(sender)
    assert [row["stopped_at"] is not None for row in await sender.rows("subscriptions")] == [True]


async def test_nor_does_it_where_the_stranger_was_first(sender: Office):
    await sent(sender, f"{BOTH}\r\n\r\n{QUOTED}", sender=EVE)
    await sent(sender, UNSUBSCRIBE)
    await says_no(sender, sender=EVE)

    assert await on_the_list(sender) == [("", "2026-0002")]
    assert [row["stopped_at"] is not None for row in await sender.rows("subscriptions")] == [True]


async def test_who_names_anothers_number_and_denies_it_leaves_it_on_the_list(office: Office):
    words = "Не звоните мне больше на 8 (700) 000-00-09!"
    await sent(office, words)
    await sent(office, f"{words} И удалите все мои персональные данные.", sender=EVE)
    await says_no(office, sender=EVE)

    assert ("calls", "2026-0001") in await on_the_list(office, NUMBER)


async def test_an_order_outlives_the_case_that_gave_it_whatever_is_denied_later(office: Office):
    """The list outlives erasure and retention (issue 5, item 4): a forgery years later does not shorten it."""
    await sent(office, UNSUBSCRIBE)
    async with office.desk.ledger.write() as book:
        await book.redact(1, at=office.clock.now)
    await sent(office, ERASE)
    await says_no(office, sender=ANNA)

    assert await on_the_list(office) == [("", "2026-0001")]


async def test_a_proven_stranger_removes_no_row_of_the_address_that_our_newsletter_names(tmp_path: Path):
    """Amendment 1: who is proven is proven for their own address only."""
    removes = map_with("suppress = { delete = true }")
    (tmp_path / "datamap.toml").write_text(removes, encoding="utf-8")
    office = await ready_office(tmp_path)
    ours = Newsletter(senders=frozenset({Address("news@example.kz")}))
    office = replace(office, desk=replace(office.desk, newsletter=ours))
    office.senders.proven = {EVE}
    await sent(office, f"{UNSUBSCRIBE}\r\n\r\n{QUOTED}", sender=EVE)

    assert len(await office.rows("subscriptions")) == 1
    assert await on_the_list(office) == [("", "2026-0001")]
    await office.close()


# ---------------------------------------------------------------- the same again, and more


@pytest.fixture
async def ways(tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose data tell ways and topics apart."""
    (tmp_path / "datamap.toml").write_text(map_with(WITH_WAYS), encoding="utf-8")
    opened = await with_subscriptions(await ready_office(tmp_path))
    yield opened
    await opened.close()


@pytest.mark.parametrize("proven", [False, True])
async def test_who_asks_for_more_while_their_case_is_open_is_not_taken_for_a_repeat(ways: Office, *, proven: bool):
    """Never lose a request: the same right, but by all ways now, and a number."""
    ways.senders.proven = {ANNA} if proven else set()
    await sent(ways, "Не присылайте мне больше СМС и удалите все мои персональные данные.")
    await sent(ways, "Не звоните мне больше на 8 (700) 000-00-09!")

    assert [way for way, _ in await on_the_list(ways, NUMBER)] == ["calls"]


async def test_a_corrected_language_does_not_widen_what_was_asked(ways: Office):
    await set_mode(Right.UNSUBSCRIBE, list(Language), Autonomy.REHEARSE, by="operator", desk=ways.desk)
    await sent(ways, "Не присылайте мне больше СМС.")
    case = await ways.only_case()
    await verdict.change(case.number, by="lawyer", languages=[Language.EN], desk=ways.desk)
    await verdict.approve(case.number, by="lawyer", desk=ways.desk)
    await ways.turn()

    assert await stopped(ways) == {("sms", "news")}


# ---------------------------------------------------------------- what is kept until its day


async def test_a_case_that_a_person_ends_keeps_what_its_later_step_looks_by(office: Office):
    """Never say done before looking: a step of its own day finds rows by keys that were kept for it."""
    until = date(2026, 12, 10)
    await office.add_order(until=until)
    await confirmed(office, ERASE)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    async with office.desk.ledger.write() as book:
        before = [p.traces for p in await book.steps(1) if p.phase is Phase.LATER]
        await to_person(await book.case(1), (HoldReason.READING,), book, office.desk)
    await verdict.close("2026-0001", by="lawyer", desk=office.desk)

    async with office.desk.ledger.read() as book:
        after = [p.traces for p in await book.steps(1) if p.phase is Phase.LATER]
    assert before[0]
    assert after == before


async def test_a_second_destruction_of_a_case_leaves_the_days_of_the_first(office: Office):
    """Back by an import and destroyed again: what the first one kept has its own day and its own keys."""
    await office.add_order(until=date(2026, 12, 10))
    await confirmed(office, ERASE)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    office.clock.forward(hours=1)
    await sql(office, "UPDATE subjects SET email = 'gone@example.org'")
    await office.add("subjects", id=7, full_name="Anna", email=ANNA, source="import", since=date(2026, 11, 24))
    async with office.desk.ledger.write() as book:
        await to_person(await book.case(1), (HoldReason.RETURNED,), book, office.desk)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()

    async with office.desk.ledger.read() as book:
        later = [p for p in await book.steps(1) if p.phase is Phase.LATER and not p.done]
    assert len(later) == 1
    assert later[0].traces


async def test_after_not_me_a_closed_case_destroys_nothing_more_on_its_day(office: Office):
    """Never act for a stranger: the owner has said it was not them, and a person has closed the case."""
    await office.add_order(until=date(2026, 12, 10))
    await confirmed(office, ERASE)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    office.mailbox.put(reply(office.letters()[-1], "Это не я писал!"))
    await office.turn()
    case = await office.only_case()
    assert HoldReason.ABUSE in case.holds
    await verdict.close(case.number, by="lawyer", desk=office.desk)

    async with office.desk.ledger.read() as book:
        assert [p for p in await book.steps(1) if p.phase is Phase.LATER and not p.done] == []


# ---------------------------------------------------------------- parties


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Office]:
    """Live in every right, with Anna on file, and parties who are told."""
    opened = await open_with_hands(tmp_path, manual="")
    await opened.add_person()
    await opened.begin()
    await opened.live()
    yield opened
    await opened.close()


async def test_nobody_is_asked_to_destroy_what_a_person_has_not_decided_to_destroy(told: Office):
    """An order needs the data, and a person may refuse: others stop advertising, and destroy nothing yet."""
    await told.add_order()
    await confirmed(told, WITHDRAW)
    (letter,) = told.letters(PARTY)
    assert "уничтожить" not in letter.get_content()

    await verdict.approve("2026-0001", by="lawyer", desk=told.desk)
    await told.turn()
    assert "уничтожить" in told.letters(PARTY)[-1].get_content()


async def test_nobody_is_reminded_to_follow_what_a_person_has_refused_after_all(told: Office):
    await told.add_order()
    await confirmed(told, WITHDRAW)
    await verdict.approve("2026-0001", by="lawyer", desk=told.desk)
    await told.turn()
    async with told.desk.ledger.write() as book:
        await to_person(await book.case(1), (HoldReason.READING,), book, told.desk)
    await verdict.refuse("2026-0001", by="lawyer", norm="kz.obligation", reason="Заказ в пути.", desk=told.desk)
    await told.turn()

    async with told.desk.ledger.read() as book:
        assert {(task.right, task.state) for task in await book.tasks()} == {
            (Right.UNSUBSCRIBE, TaskState.OPEN),
            (Right.WITHDRAW_CONSENT, TaskState.DROPPED),
        }


async def test_a_letter_to_a_party_that_waits_while_all_is_paused_does_not_leave_after_a_no(told: Office):
    office = told
    office.mailbox.put(mail(BOTH))
    for name in ("receive", "decide", "fulfil"):
        await office.loop(name)
    await switch_off(Switch.EVERYTHING, by="lawyer", why="x", desk=office.desk)
    await verdict.take_back("2026-0001", by="lawyer", desk=office.desk)
    await switch_on([Switch.EVERYTHING], by="lawyer", desk=office.desk)
    await office.turn()

    assert office.letters(PARTY) == []


async def test_a_request_that_hangs_on_our_letter_to_a_party_is_a_request(told: Office):
    """Never lose a request: the party has passed our letter on, and who got it asks for something."""
    await confirmed(told, ERASE)
    asked = told.letters(PARTY)[0]
    told.mailbox.put(mail(ERASE, sender="boris@example.com", answers=asked["Message-ID"]))
    await told.turn()

    assert [case.address for case in await told.cases()] == [ANNA, "boris@example.com"]


# ---------------------------------------------------------------- packages

ASKS = "Какие мои персональные данные у вас есть? Прошу сообщить."


async def test_who_confirmed_before_a_person_approved_can_get_a_copy(office: Office):
    """In rehearsal everything is held: the code came back all the same (C20)."""
    await office.live()
    office.mailbox.put(mail(ASKS))
    await office.turn()
    await set_mode(Right.ACCESS, list(Language), Autonomy.REHEARSE, by="operator", desk=office.desk)
    office.mailbox.put(reply(office.letters()[-1], "Подтверждаю"))
    await office.turn()
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    assert (await office.only_case()).state is CaseState.DONE

    hand = Hand(by="lawyer", authority=("lawyer",), press=make_press(office.app.settings), archive=make_archive())
    assert (await packages.release("2026-0001", hand=hand, desk=office.desk)).rows


async def test_a_package_that_has_not_left_stays_when_somebody_says_it_was_not_them(office: Office):
    await confirmed(office, ASKS)
    hand = Hand(by="lawyer", authority=("lawyer",), press=make_press(office.app.settings), archive=make_archive())
    await packages.release("2026-0001", hand=hand, desk=office.desk)
    office.mailbox.put(reply(office.letters()[-1], "Это не я писал!"))
    for name in ("receive", "decide", "deliver"):
        await office.loop(name)

    assert HoldReason.ABUSE in (await office.only_case()).holds
    assert not [one for one in office.letters() if list(one.iter_attachments())]


# ---------------------------------------------------------------- the trail


async def test_what_a_person_types_about_an_authority_is_not_in_the_trail(office: Office):
    """No personal data in logs or audit: the words stay with the disclosure, the trail has their hash."""
    await disclosures.add(
        ANNA,
        to="ДГД, Иванов И.",
        ground="запрос о Петровой А.",
        day=date(2026, 11, 20),
        by="lawyer",
        desk=office.desk,
    )
    async with office.desk.ledger.read() as book:
        said = repr(await book.links(limit=1000))
    assert "Петровой" not in said


# ---------------------------------------------------------------- denied twice, paused, in doubt


@pytest.mark.parametrize("last", [1, 2])
async def test_when_both_of_two_forged_requests_are_denied_nothing_is_left_of_either(office: Office, last: int):
    """Never say done before looking: while one case held the other's stop, neither may stay behind."""
    await sent(office, ERASE)
    await sent(office, WITHDRAW)
    asked = office.letters()
    for letter in asked if last == 2 else reversed(asked):
        office.mailbox.put(reply(letter, "НЕТ, это не я"))
        await office.turn()

    assert {case.state for case in await office.cases()} == {CaseState.CLOSED}
    assert [row["stopped_at"] for row in await office.rows("subscriptions")] == [None]
    assert await on_the_list(office) == []


async def test_a_question_that_never_left_does_not_lapse(office: Office):
    """Never lose a request: all was paused for longer than a question stays open."""
    office.mailbox.put(mail(ERASE))
    for name in ("receive", "decide", "fulfil"):
        await office.loop(name)
    await switch_off(Switch.EVERYTHING, by="lawyer", why="x", desk=office.desk)
    office.clock.forward(days=20)
    await office.turn()
    await switch_on([Switch.EVERYTHING], by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.only_case()).state is not CaseState.CLOSED
    assert office.letters()


async def test_what_was_taken_back_before_it_could_be_done_is_not_done_later(office: Office):
    """Never act for a stranger: the company's database was away, and comes back."""
    office.mailbox.put(mail(f"{UNSUBSCRIBE} И исправьте моё имя на Анна-Мария."))
    for name in ("receive", "decide"):
        await office.loop(name)
    async with office.desk.ledger.write() as book:
        for planned in await book.steps(1):
            await book.step_failed(planned.id, until=office.clock.now + timedelta(minutes=5))
    assert (await office.only_case()).state is CaseState.PERSON
    await verdict.take_back("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    office.clock.forward(hours=1)
    await office.turn()

    assert {row["stopped_at"] for row in await office.rows("subscriptions")} == {None}
    assert await on_the_list(office) == []


async def test_no_party_is_reminded_while_somebody_says_that_it_was_not_them(told: Office):
    await confirmed(told, ERASE)
    told.mailbox.put(reply(told.letters()[-1], "Это не я писал!"))
    await told.turn()
    assert HoldReason.ABUSE in (await told.only_case()).holds
    before = len(told.letters(PARTY))
    told.clock.forward(days=30)
    await told.turn()

    assert len(told.letters(PARTY)) == before


async def test_a_proven_sender_removes_no_row_of_whoever_else_has_the_number(tmp_path: Path):
    """Amendment 1: an e-mail address proves nobody's telephone number."""
    removes = 'suppress = { delete = true, channel = "channel", topic = "topic" }'
    ways = 'found = [{ email = "email" }, { phone = "phone", stored = ["+7 ### ### ## ##"] }]'
    lines = [ways if line.startswith('email = "email" ') else line for line in map_with(removes).splitlines()]
    assert ways in lines
    (tmp_path / "datamap.toml").write_text(
        "\n".join(line for line in lines if not line.startswith("email_is_lower_case")), encoding="utf-8"
    )
    office = await ready_office(tmp_path)
    since = (await office.rows("subscriptions"))[0]["subscribed_at"]
    await office.add("subscriptions", id=11, subject_id=1, channel="calls", topic="news", subscribed_at=since)
    office.senders.proven = {EVE}
    await sent(office, "Не звоните мне больше на 8 (700) 000-00-01!", sender=EVE)

    assert {row["channel"] for row in await office.rows("subscriptions")} == {"email", "calls"}
    assert await on_the_list(office, "+77000000001") == [("calls", "2026-0001")]
    await office.close()


@pytest.mark.parametrize("head", [{"From": "Boris boris@example.com"}, {"Cc": "boris@example..com"}])
async def test_a_letter_that_may_be_a_neighbours_stays_where_nobody_can_read_the_name(
    tmp_path: Path, head: dict[str, str]
):
    """The mailbox is a store: of letters in which somebody else takes part none is destroyed."""
    (tmp_path / "datamap.toml").write_text(f"{KEEPS_ALL}{MAILBOX}", encoding="utf-8")
    office = await ready_office(tmp_path)
    office.mailbox.put(mail("Добрый день!", headers={"To": "anna@example.org, info@example.kz", **head}))
    await confirmed(office, ERASE)

    assert await office.rows("subjects") == []
    assert any("Добрый день".encode() in raw for raw in office.mailbox.raws("INBOX"))
    await office.close()


async def test_years_after_the_confirmation_nothing_is_handed_out_on_it(office: Office):
    """Never disclose to a stranger: providers give addresses out again."""
    await confirmed(office, ASKS)
    office.clock.forward(days=400)
    hand = Hand(by="lawyer", authority=("lawyer",), press=make_press(office.app.settings), archive=make_archive())
    with pytest.raises(NotNow, match="within the last year"):
        await packages.release("2026-0001", hand=hand, desk=office.desk)


async def test_who_is_told_that_a_term_is_over_is_told_though_their_request_was_put_away_long_ago(office: Office):
    """Never lose what was promised: a colleague has moved the old mail, and holds nothing up by it."""
    await office.add_order(until=date(2026, 12, 10))
    await confirmed(office, ERASE)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    await sql(office, "UPDATE obligations SET fulfilled_at = '2026-12-01 10:00:00.000000'")
    office.mailbox.folders["INBOX"].mails.clear()
    office.clock.forward(days=30)
    await office.turn()

    assert "срок хранения истёк" in office.letters()[-1]["Subject"]
    assert (await office.only_case()).state is CaseState.DONE


async def test_a_no_to_all_leaves_stopped_what_somebody_has_asked_for_beside_it(ways: Office):
    """The wider request came first, so the narrower one had nothing to stop: it is stopped when that is lifted."""
    await sent(ways, ERASE)
    await sent(ways, "Не присылайте мне больше СМС.")
    ways.mailbox.put(reply(ways.letters()[0], "НЕТ, это не я"))
    await ways.turn()

    assert await on_the_list(ways) == [("sms", "2026-0002")]
    assert await stopped(ways) == {("sms", "news")}
    await verdict.take_back("2026-0002", by="lawyer", desk=ways.desk)
    await ways.turn()
    assert await stopped(ways) == set()
