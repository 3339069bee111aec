"""What time starts: people told, days warned of, questions that lapse."""

from dataclasses import replace

from tests.fakes import mail
from tests.office import Office

LAWYER = "lawyer@example.kz"


async def test_the_first_case_is_told_at_once_and_a_flood_in_one_mail(office: Office):
    office.mailbox.put(
        mail("Прошу исправить мой телефон в ваших данных на +7 700 000 00 09.", sender="p0@example.org")
    )
    await office.turn()
    assert len(office.letters(LAWYER)) == 1

    for number in range(1, 8):
        body = "Прошу исправить мой телефон в ваших данных на +7 700 000 00 09."
        office.mailbox.put(mail(body, sender=f"p{number}@example.org"))
    await office.turn()
    assert len(office.letters(LAWYER)) == 1

    office.clock.forward(minutes=6)
    await office.turn()
    first, flood = office.letters(LAWYER)
    assert "2026-0001" in first.get_content()
    assert all(f"2026-000{number}" in flood.get_content() for number in range(2, 9))


async def test_the_operator_is_warned_once_before_the_day_is_over_and_not_when_it_has_just_begun(office: Office):
    office.mailbox.put(mail("Прошу сообщить, какие мои персональные данные вы храните и откуда они получены."))
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


async def test_a_case_keeps_the_day_and_the_versions_it_began_with(office: Office):
    office.mailbox.put(mail("Прошу сообщить, какие мои персональные данные вы храните и откуда они получены."))
    await office.turn()
    begun = await office.only_case()
    later = replace(office, desk=replace(office.desk, versions="law.kz changed"))
    await later.turn()

    now = await office.only_case()
    assert (now.due_at, now.due_norm, now.versions) == (begun.due_at, begun.due_norm, begun.versions)
    assert "law.kz" in begun.versions
