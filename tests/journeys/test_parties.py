"""Those who had the data from us are told, asked again, and what they answer reaches the person (A93)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailbot.core.model import CaseState, MessageId, Right
from mailbot.core.tasks import Task, TaskKind, TaskState
from mailbot.journeys import tasks
from mailbot.ports import Refused
from tests.by_hand import DELIVERY, HOSTING, OPERATOR, PARTY, open_with_hands
from tests.fakes import mail, reply
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ERASE = "Прошу удалить все мои персональные данные."
UNSUBSCRIBE = "Отпишите меня от рассылки."


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Live in every right, with Anna on file; the shipped map, no place that is no database."""
    opened = await open_with_hands(tmp_path, manual="")
    await opened.add_person()
    await opened.begin()
    await opened.live()
    yield opened
    await opened.data.dispose()
    await opened.app.close()


async def erased(office: Office) -> None:
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()


async def task_of(office: Office, name: str) -> Task:
    async with office.desk.ledger.read() as book:
        (task,) = [task for task in await book.tasks() if task.name == name]
        return task


async def answered(office: Office, name: str, state: TaskState = TaskState.DONE) -> None:
    task = await task_of(office, name)
    await tasks.answer(task.id, state, evidence="letter of 24.11", by="lawyer", desk=office.desk)
    await office.turn()


async def test_who_had_the_data_is_told_whose_they_were_and_what_to_do_by_when(office: Office):
    await erased(office)

    (letter,) = office.letters(PARTY)
    text = letter.get_content()
    assert "anna@example.org" in text
    assert "уничтожить его данные" in text
    assert "anna" not in letter["Subject"]
    assert (letter["Auto-Submitted"], letter["X-Mailbot-Case"]) == ("auto-generated", "2026-0001")
    assert "Anna Example" not in text
    assert "ЧЕЛОВЕК" not in text  # the footer of letters to people


async def test_the_person_is_told_at_once_who_was_asked_and_once_what_they_answered(office: Office):
    await erased(office)
    assert (await office.only_case()).state is CaseState.DONE
    outcome = office.letters()[1].get_content()
    assert HOSTING in outcome
    assert DELIVERY in outcome

    await answered(office, HOSTING)
    assert len(office.letters()) == 2
    await answered(office, DELIVERY, TaskState.NOTHING)

    result = office.letters()[2].get_content()
    assert f"— {HOSTING}: исполнено." in result
    assert f"— {DELIVERY}: таких данных нет." in result
    await office.turn()
    assert len(office.letters()) == 3


async def test_who_has_no_e_mail_address_is_told_by_the_operator(office: Office):
    await erased(office)

    (notice,) = [one for one in office.letters(OPERATOR) if "не по электронной почте" in one["Subject"]]
    assert DELIVERY in notice.get_content()
    assert "anna" not in notice.as_string().lower()


async def test_many_tasks_make_one_mail_to_the_operator_and_hold_up_no_mail_about_cases(office: Office):
    for key in range(2, 30):
        await office.add_person(key, email=f"u{key}@example.org")
        office.mailbox.put(mail(UNSUBSCRIBE, sender=f"u{key}@example.org"))
    for name in ("receive", "decide", "decide", "fulfil"):
        await office.loop(name)
    await office.turn()
    told = [one for one in office.letters(OPERATOR) if "не по электронной почте" in one["Subject"]]
    assert [one["Subject"].split(":")[1].strip() for one in told] == ["поручения (28)"]
    assert "И ещё поручений: 8" in told[0].get_content()

    office.mailbox.put(mail("Прошу исправить мой номер телефона: +7 700 000 00 02."))
    await office.turn()

    assert [one for one in office.letters(OPERATOR) if "нужно решение человека" in one["Subject"]]


async def test_the_answer_of_a_party_goes_to_its_task_and_opens_no_case_whatever_it_says(office: Office):
    await erased(office)
    office.mailbox.put(reply(office.letters(PARTY)[0], "Отпишите нас, удалите все данные!", sender=PARTY))
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert (await task_of(office, HOSTING)).state is TaskState.REPLIED
    office.clock.forward(minutes=6)  # the operator has just had a mail about another task
    await office.turn()
    (told,) = [one for one in office.letters(OPERATOR) if "пришёл ответ" in one["Subject"]]
    assert "Отпишите" not in told.get_content()
    assert len(office.letters(PARTY)) == 1


async def test_a_plain_answer_that_reads_as_no_request_is_kept_too(office: Office):
    await erased(office)
    office.mailbox.put(reply(office.letters(PARTY)[0], "Сделано.", sender=PARTY))
    await office.turn()

    assert (await task_of(office, HOSTING)).state is TaskState.REPLIED


async def test_a_letter_the_relay_refuses_is_the_operators_and_the_persons_case_stays_done(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    for name in ("receive", "decide", "fulfil"):
        await office.loop(name)
    office.mailer.answer = lambda: Refused("550 no such user")
    await office.loop("deliver")

    assert (await task_of(office, HOSTING)).state is TaskState.BOUNCED


async def test_a_letter_that_comes_back_later_is_the_operators(office: Office):
    await erased(office)
    office.mailbox.put(
        (
            "Return-Path: <>\r\nFrom: MAILER-DAEMON@hosting.example.kz\r\nTo: info@example.kz\r\n"
            "Subject: Undelivered Mail\r\nMessage-ID: <9@hosting.example.kz>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.kz\r\n\r\n"
            f"Final-Recipient: rfc822; {PARTY}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
            "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-ID: {office.letters(PARTY)[0]['Message-ID']}\r\n\r\n--b--\r\n"
        ).encode()
    )
    await office.turn()

    assert (await task_of(office, HOSTING)).state is TaskState.BOUNCED
    assert (await office.only_case()).state is CaseState.DONE
    office.clock.forward(minutes=6)
    await office.turn()
    assert len([one for one in office.letters(OPERATOR) if "пришёл ответ" in one["Subject"]]) == 1


async def test_who_does_not_answer_is_asked_again_and_the_reminder_belongs_to_the_same_task(office: Office):
    await erased(office)
    office.clock.now = (await task_of(office, HOSTING)).due_at
    office.clock.forward(hours=1)
    await office.turn()

    _, reminder = office.letters(PARTY)
    assert "напоминаем" in reminder["Subject"]
    office.mailbox.put(reply(reminder, "Сделано.", sender=PARTY))
    await office.turn()
    assert (await task_of(office, HOSTING)).state is TaskState.REPLIED


async def test_a_stranger_in_the_name_of_somebody_not_on_file_tells_the_parties_nothing(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE, sender="boris@example.org"))
    await office.turn()

    assert office.letters(PARTY) == []
    assert "Пример" not in office.letters("boris@example.org")[0].get_content()


async def test_an_unproven_unsubscription_names_no_party_so_that_nobody_learns_who_is_on_file(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    office.mailbox.put(mail(UNSUBSCRIBE, sender="boris@example.org"))
    await office.turn()
    async with office.desk.ledger.read() as book:
        ids = [task.id for task in await book.tasks()]
    for task_id in ids:
        await tasks.answer(task_id, TaskState.DONE, evidence="x", by="lawyer", desk=office.desk)
    await office.turn()

    (known,), (unknown,) = office.letters(), office.letters("boris@example.org")
    assert len(ids) == 2
    assert HOSTING not in known.get_content()
    assert len(known.get_content().split()) == len(unknown.get_content().split())


async def test_an_unsubscription_is_passed_on_as_one(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    (letter,) = office.letters(PARTY)
    assert "прекратить рекламу на этот адрес" in letter.get_content()
    assert (await task_of(office, HOSTING)).right is Right.UNSUBSCRIBE


async def test_a_correction_by_hand_is_passed_on_by_a_person(office: Office):
    office.mailbox.put(mail("Прошу исправить мой номер телефона: +7 700 000 00 02."))
    await office.turn()
    case = await office.only_case()
    opened = await tasks.open_by_hand(case.number, Right.RECTIFICATION, by="lawyer", desk=office.desk)
    await office.turn()

    assert {task.name for task in opened} == {HOSTING, DELIVERY}
    assert {task.kind for task in opened} == {TaskKind.PARTY}
    assert "исправить его данные" in office.letters(PARTY)[0].get_content()


async def test_letters_to_parties_do_not_use_up_what_people_may_be_sent(office: Office):
    await erased(office)

    assert (await office.only_case()).letters == 2
    async with office.desk.ledger.read() as book:
        thread = await book.thread([MessageId(str(office.letters(PARTY)[0]["Message-ID"]).strip("<>"))], [])
    assert thread is None
