"""The mail that was there before us: looked over without a trace, or handed to a person."""

from datetime import timedelta

import pytest

from mailbot.core.model import CaseState, HoldReason
from mailbot.journeys.old_mail import hand_over, survey
from tests.fakes import mail
from tests.office import Office, open_office

UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
ERASE = "Прошу удалить все мои персональные данные."


@pytest.fixture
async def old(tmp_path):
    """A mailbox with a year of mail in it, looked at for the first time."""
    office = await open_office(tmp_path)
    await office.add_person()
    for days in (200, 40, 30, 20, 10):
        at = office.clock.now - timedelta(days=days)
        office.mailbox.put(mail("Сколько стоит лист ондулина и есть ли доставка в Тараз?"), at=at)
        office.mailbox.put(mail(UNSUBSCRIBE, sender=f"u{days}@example.org"), at=at)
    office.mailbox.put(mail(ERASE), at=office.clock.now - timedelta(days=15))
    await office.turn()
    yield office
    await office.data.dispose()
    await office.app.close()


async def surveyed(office: Office, days: int = 90):
    since = office.clock.now - timedelta(days=days)
    return await survey(office.watches, office.mailbox, office.desk, since=since, progress=lambda *_: None)


async def test_a_trial_names_the_requests_and_changes_nothing(old: Office):
    found = await surveyed(old)

    assert (found.messages, len(found.found), len(found.unanswered)) == (9, 5, 5)
    assert {one.outcome for one in found.found} == {
        "suppress; answer: unsubscribed",
        "suppress; ask for confirmation",
    }
    assert await old.cases() == []
    assert all(m.flags == frozenset() for m in old.mailbox.folders["INBOX"].mails.values())


async def test_a_trial_knows_what_a_colleague_has_answered(old: Office):
    place = next(m.place for m in old.mailbox.folders["INBOX"].mails.values() if b"u40@" in m.raw)
    old.mailbox.flag(place, "\\Answered")
    asked = next(raw for raw in old.mailbox.raws("INBOX") if b"u30@" in raw)
    message_id = next(line for line in asked.decode().splitlines() if line.startswith("Message-ID")).split(": ")[1]
    answer = mail("Готово, отписали.", sender="info@example.kz", answers=message_id)
    old.mailbox.put(answer, folder="Sent", at=old.clock.now - timedelta(days=29))

    found = await surveyed(old)

    assert (len(found.found), len(found.unanswered)) == (5, 3)


async def test_a_backlog_suppresses_old_unsubscribes_without_a_letter_and_hands_the_rest_to_a_person(old: Office):
    await old.add_person(2, email="u30@example.org")
    found = await surveyed(old)

    counts = await hand_over(found.unanswered, old.watches, by="lawyer", desk=old.desk)
    await old.turn()

    assert counts == (5, 4)
    assert [letter for letter in old.mailer.letters if letter[0] != "lawyer@example.kz"] == []
    erasure, *unsubscribes = sorted(await old.cases(), key=lambda case: case.state is CaseState.DONE)
    assert (erasure.state, erasure.holds[0]) == (CaseState.PERSON, HoldReason.BY_HAND)
    assert {case.state for case in unsubscribes} == {CaseState.DONE}
    stopped = {row["subject_id"] for row in await old.rows("subscriptions") if row["stopped_at"]}
    assert 2 in stopped


async def test_a_backlog_handed_over_twice_is_handed_over_once(old: Office):
    found = await surveyed(old)
    await hand_over(found.unanswered, old.watches, by="lawyer", desk=old.desk)

    assert await hand_over(found.unanswered, old.watches, by="lawyer", desk=old.desk) == (0, 0)
