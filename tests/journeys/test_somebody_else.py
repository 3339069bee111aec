"""Forgers do not pre-empt victims, one person's case does not swallow another's request, one no lifts one case."""

from dataclasses import replace

import pytest

from mailbot.core.model import CaseState, Failed, HoldReason
from mailbot.journeys import verdict
from mailbot.journeys.receive import Watch
from tests.fakes import mail, reply
from tests.office import Office

ERASE = "Прошу удалить все мои персональные данные."
UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
BORIS = "boris@example.org"


async def test_a_genuine_request_is_heard_though_a_forged_one_came_first(office: Office):
    office.senders.others = {"anna@example.org": Failed("dmarc")}
    office.mailbox.put(mail(ERASE))
    await office.turn()
    assert (await office.only_case()).state is CaseState.PERSON
    office.senders.others = {}
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(ERASE))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.standing, len(office.letters())) == (CaseState.CONFIRMATION, "Proven", 1)


async def test_a_genuine_request_is_heard_though_a_forged_one_lies_in_junk(office: Office):
    office.watches = (Watch(folder="INBOX"), Watch(folder="Junk", junk=True))
    office.mailbox.put(mail("x"), folder="Junk")
    await office.turn()
    office.mailbox.put(mail(ERASE), folder="Junk")
    await office.turn()
    office.mailbox.put(mail(ERASE))
    await office.turn()

    assert (await office.only_case()).state is CaseState.CONFIRMATION


async def test_who_answers_a_forwarded_letter_with_a_request_asks_for_themselves(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    question = office.letters()[0]
    office.mailbox.put(mail(UNSUBSCRIBE, sender=BORIS, answers=question["Message-ID"]))
    await office.turn()

    anna, boris = await office.cases()
    assert (anna.address, anna.state) == ("anna@example.org", CaseState.CONFIRMATION)
    assert (boris.address, boris.state) == (BORIS, CaseState.DONE)


@pytest.mark.parametrize("ended", ["done", "refused"])
async def test_a_request_made_again_after_its_case_has_ended_is_a_new_case(office: Office, ended: str):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    if ended == "refused":
        async with office.desk.ledger.write() as book:
            case = await book.case(1)
            await book.save(replace(case, state=CaseState.REFUSED))
    office.clock.forward(days=90)
    office.mailbox.put(reply(office.letters()[0], UNSUBSCRIBE))
    await office.turn()

    assert len(await office.cases()) == 2


async def test_a_no_to_a_forged_request_does_not_lift_what_was_asked_for_before(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[1], "НЕТ"))
    await office.turn()

    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]
    assert (await office.cases())[1].state is CaseState.CLOSED


async def test_a_no_to_a_forged_request_does_not_lift_what_was_asked_for_since(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    await verdict.close((await office.only_case()).number, by="lawyer", desk=office.desk)
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    await verdict.take_back((await office.cases())[0].number, by="lawyer", desk=office.desk)
    await office.turn()

    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]


async def test_the_same_yes_by_two_ways_is_one_yes(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    raw = reply(office.letters()[0], "Подтверждаю")
    office.mailbox.put(raw)
    office.mailbox.put(b"Delivered-To: info@example.kz\r\n" + raw)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert len(office.letters()) == 2


@pytest.mark.parametrize("word", ["ЧЕЛОВЕК", "Если не ответите, подам в суд, адвокат уже готовит иск."])
async def test_a_yes_does_not_take_the_case_away_from_the_person_it_waits_for(office: Office, word: str):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    question = office.letters()[0]
    office.mailbox.put(reply(question, word))
    await office.turn()
    office.mailbox.put(reply(question, "Подтверждаю"))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.confirmed) == (CaseState.PERSON, True)
    assert len(await office.rows("subjects")) == 1


async def test_a_yes_from_junk_or_read_late_is_a_persons(office: Office):
    office.watches = (Watch(folder="INBOX"), Watch(folder="Junk", junk=True))
    office.mailbox.put(mail("x"), folder="Junk")
    await office.turn()
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"), folder="Junk")
    await office.turn()

    case = await office.only_case()
    assert (case.state, HoldReason.JUNK in case.holds) == (CaseState.PERSON, True)
    assert len(await office.rows("subjects")) == 1


async def test_no_case_costs_a_person_more_than_three_letters(office: Office):
    for _ in range(3):
        office.mailbox.put(mail(ERASE))
        await office.turn()
    office.mailbox.put(reply(office.letters()[-1], "Подтверждаю"))
    await office.turn()

    assert len(office.letters()) <= 3
    assert (await office.only_case()).state is CaseState.DONE
