"""The stop switch and the breaker: nothing is carried out or lost, a person is called (issue 5, item 9)."""

from dataclasses import replace
from typing import Any

import pytest

from mailbot.core.model import CaseState, HoldReason
from mailbot.core.switches import Rate, Switch
from mailbot.journeys import verdict
from mailbot.journeys.breaker import BREAKER
from mailbot.journeys.pause import said, switch_off, switch_on
from tests.fakes import mail, reply
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ERASE = "Прошу удалить все мои персональные данные."
UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
OPERATOR = "lawyer@example.kz"


def limited(office: Office, **limits: Any) -> None:
    office.desk = replace(office.desk, limits=replace(office.desk.limits, **limits))


async def pause(office: Office) -> None:
    assert await switch_off(Switch.EVERYTHING, by="lawyer", why="the database is being moved", desk=office.desk)


async def resume(office: Office) -> None:
    assert await switch_on([Switch.EVERYTHING], by="lawyer", desk=office.desk) == [Switch.EVERYTHING]


async def asks_and_confirms(office: Office, number: int) -> None:
    """Somebody on file asks for an erasure and confirms it."""
    address = f"person{number}@example.org"
    await office.add_person(10 + number, email=address)
    office.mailbox.put(mail(ERASE, sender=address))
    await office.turn()
    office.mailbox.put(reply(office.letters(address)[0], "Подтверждаю", sender=address))
    await office.turn()


# ---------------------------------------------------------------- pause


async def test_while_paused_a_case_opens_and_nothing_is_carried_out_and_no_letter_leaves(office: Office):
    await pause(office)
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    case = await office.only_case()
    assert case.state is CaseState.FULFILLING
    assert [row["stopped_at"] for row in await office.rows("subscriptions")] == [None]
    assert office.mailer.letters == []
    assert "everything switched off by lawyer" in await said(office.desk)


async def test_what_was_planned_before_the_pause_and_confirmed_within_it_waits_for_its_end(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    await pause(office)
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()
    assert len(await office.rows("subjects")) == 1
    assert len(office.letters()) == 1

    await resume(office)
    await office.turn()

    assert await office.rows("subjects") == []
    assert (await office.only_case()).state is CaseState.DONE
    assert len(office.letters()) == 2


async def test_while_paused_the_operator_is_told_of_what_waits_and_a_persons_own_words_leave(office: Office):
    await pause(office)
    office.mailbox.put(mail("Я подам на вас в суд, если не удалите мои данные."))
    await office.turn()
    case = await office.only_case()
    assert len(office.letters(OPERATOR)) == 1
    assert office.letters() == []

    await verdict.reply(case.number, by="lawyer", text="Мы разберёмся сегодня.", close=False, desk=office.desk)
    await office.turn()

    assert len(office.letters()) == 1


async def test_days_run_and_warn_during_a_pause(office: Office):
    await pause(office)
    office.mailbox.put(mail(ERASE))
    await office.turn()
    due = (await office.only_case()).due_at
    office.clock.forward(seconds=(due - office.clock.now).total_seconds() - 3600)
    await office.turn()

    assert "case.day_near" in await office.events()
    assert (await office.only_case()).due_at == due


async def test_a_pause_is_kept_in_the_ledger_and_its_first_reason_stays(office: Office):
    await pause(office)

    assert not await switch_off(Switch.EVERYTHING, by="guard", why="again", desk=office.desk)
    assert (await office.events()).count("switch.off") == 1
    await resume(office)
    assert await switch_on(list(Switch), by="lawyer", desk=office.desk) == []
    assert await said(office.desk) == ""


# ---------------------------------------------------------------- the breaker


async def test_the_breaker_stops_destruction_above_the_rate_and_calls_a_person(office: Office):
    limited(office, destructions=Rate(an_hour=2, share=1.0, least=1))
    for number in (1, 2, 3):
        await asks_and_confirms(office, number)

    cases = await office.cases()
    assert [case.state for case in cases] == [CaseState.DONE, CaseState.DONE, CaseState.PERSON]
    assert cases[2].holds[0] is HoldReason.BREAKER
    assert [row["email"] for row in await office.rows("subjects")] == ["anna@example.org", "person3@example.org"]
    assert (await office.events()).count("breaker.tripped") == 1
    assert BREAKER in await said(office.desk)
    office.clock.forward(minutes=10)
    await office.turn()
    assert any("остановила себя" in letter.get_content() for letter in office.letters(OPERATOR))


async def test_the_breaker_measures_a_share_of_everybody_on_file(office: Office):
    limited(office, destructions=Rate(an_hour=100, share=0.4, least=1))
    for key in (21, 22, 23):
        await office.add_person(key, email=f"neighbour{key}@example.org")

    for number in (1, 2, 3):
        await asks_and_confirms(office, number)  # among five: 40 % of them are two

    cases = await office.cases()
    assert [case.state for case in cases] == [CaseState.DONE, CaseState.DONE, CaseState.PERSON]
    assert cases[2].holds[0] is HoldReason.BREAKER


async def test_strangers_of_whom_nothing_is_held_do_not_trip_the_breaker(office: Office):
    limited(office, destructions=Rate(an_hour=1, share=1.0, least=1))
    for address in ("eve@example.net", "mallory@example.net"):
        office.mailbox.put(mail(ERASE, sender=address))
        await office.turn()
        office.mailbox.put(reply(office.letters(address)[0], "Подтверждаю", sender=address))
        await office.turn()

    await asks_and_confirms(office, 1)

    assert [case.state for case in await office.cases()] == [CaseState.DONE] * 3
    assert "breaker.tripped" not in await office.events()


async def test_what_a_person_has_approved_is_destroyed_though_the_breaker_has_stopped_the_program(office: Office):
    limited(office, destructions=Rate(an_hour=1, share=1.0, least=1))
    for number in (1, 2):
        await asks_and_confirms(office, number)
    held = (await office.cases())[1]

    await verdict.approve(held.number, by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.cases())[1].state is CaseState.DONE
    assert [row["email"] for row in await office.rows("subjects")] == ["anna@example.org"]


async def test_after_resume_and_an_hour_destruction_runs_again(office: Office):
    limited(office, destructions=Rate(an_hour=1, share=1.0, least=1))
    for number in (1, 2):
        await asks_and_confirms(office, number)
    office.clock.forward(hours=2)
    assert await switch_on([Switch.DESTRUCTION], by="lawyer", desk=office.desk) == [Switch.DESTRUCTION]

    await asks_and_confirms(office, 3)

    assert [row["email"] for row in await office.rows("subjects")] == ["anna@example.org", "person2@example.org"]


async def test_the_breaker_stops_unproven_suppression_but_not_that_of_who_is_proven(office: Office):
    limited(office, unproven_suppressions=Rate(an_hour=2, share=1.0, least=2))
    for number in range(4):
        office.mailbox.put(mail(UNSUBSCRIBE, sender=f"someone{number}@shop.example.org"))
    await office.turn()
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    cases = await office.cases()
    assert [HoldReason.BREAKER in case.holds for case in cases] == [False, False, True, True, False]
    assert cases[-1].state is CaseState.DONE
