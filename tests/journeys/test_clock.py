"""What time starts: people told, days warned of, questions that lapse."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.core.model import CaseState
from mailbot.errors import Unavailable
from tests.fakes import mail, reply
from tests.office import Office

LAWYER = "lawyer@example.kz"
ACCESS = "Прошу сообщить, какие мои персональные данные вы храните и откуда они получены."
CORRECT = "Прошу исправить мой телефон в ваших данных на +7 700 000 00 09."


async def test_the_first_case_is_told_at_once_and_a_flood_in_one_mail(office: Office):
    office.mailbox.put(mail(CORRECT, sender="p0@example.org"))
    await office.turn()
    assert len(office.letters(LAWYER)) == 1

    for number in range(1, 8):
        office.mailbox.put(mail(CORRECT, sender=f"p{number}@example.org"))
    await office.turn()
    assert len(office.letters(LAWYER)) == 1

    office.clock.forward(minutes=6)
    await office.turn()
    first, flood = office.letters(LAWYER)
    assert "2026-0001" in first.get_content()
    assert all(f"2026-000{number}" in flood.get_content() for number in range(2, 9))


async def test_a_mail_to_the_operator_names_twenty_cases_and_counts_the_rest(office: Office):
    for number in range(1, 24):
        office.mailbox.put(mail(CORRECT, sender=f"p{number}@example.org"))
    for loop in ("receive", "receive", "receive", "decide", "decide", "clock", "deliver"):
        await office.loop(loop)

    (told,) = office.letters(LAWYER)
    text = told.get_content()
    assert text.count("mailbot cases show") == 20
    assert "И ещё дел: 3. Все: mailbot cases list" in text
    assert "(23)" in told["Subject"]
    assert all(case.nudged_at == office.clock.now for case in await office.cases())

    office.clock.forward(minutes=6)
    await office.turn()
    assert len(office.letters(LAWYER)) == 1


async def test_the_operator_is_warned_once_before_the_day_is_over_and_not_when_it_has_just_begun(office: Office):
    office.mailbox.put(mail(ACCESS))
    await office.turn()
    assert office.letters(LAWYER) == []

    (case,) = await office.cases()
    office.clock.now = case.due_at - office.desk.limits.warn_before_due
    await office.turn()
    office.clock.forward(hours=1)
    await office.turn()

    (warning,) = office.letters(LAWYER)
    assert case.number in warning.get_content()
    assert (await office.events()).count("case.day_near") == 1


async def test_a_question_whose_time_is_up_closes_its_case_and_a_late_yes_reopens_it(office: Office):
    """Amendments 1 and 4."""
    office.mailbox.put(mail(ACCESS))
    await office.turn()
    (question,) = office.letters()

    office.clock.forward(days=14, minutes=1)
    await office.turn()
    assert (await office.only_case()).state is CaseState.CLOSED
    assert len(office.letters()) == 1

    office.mailbox.put(reply(question, "ПОДТВЕРЖДАЮ"))
    await office.turn()
    assert (await office.only_case()).state is CaseState.DONE


async def test_what_cannot_be_told_now_holds_up_nothing_else(office: Office):
    office.mailbox.put(mail(ACCESS))
    await office.turn()
    limits = replace(office.desk.limits, warn_before_due=timedelta(days=30))
    head = replace(office.desk.letterhead, operator_language="none")
    broken = replace(office, desk=replace(office.desk, limits=limits, letterhead=head))

    office.clock.forward(days=15)
    with pytest.raises(Unavailable, match="fault in the program"):
        await broken.loop("clock")

    assert (await office.only_case()).state is CaseState.CLOSED
