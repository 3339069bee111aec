"""The day of an open case follows the law as it is known now; what it was, and why it moved, is kept (ADR 16)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mailbot.core.audit import Plain
from mailbot.core.deadline import Duty, Law, Statute
from mailbot.core.model import CaseState, HoldReason, Right
from mailbot.journeys import verdict
from mailbot.journeys.casework import to_person
from tests.fakes import mail, reply
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

LAWYER = "lawyer@example.kz"
UNSUBSCRIBE = "Отпишите меня от рассылки."
ACCESS = "Прошу сообщить, какие мои персональные данные вы храните и откуда они получены."
CORRECT = "Прошу исправить мой телефон в ваших данных на +7 700 000 00 09."
HUMAN = "ЧЕЛОВЕК"


async def ask(office: Office, words: str = ACCESS) -> None:
    office.mailbox.put(mail(words))
    await office.turn()


def under(office: Office, law: Law) -> Office:
    return replace(office, desk=replace(office.desk, law=law))


def in_kazakhstan(office: Office, change: Callable[[Statute], Statute]) -> Office:
    law = office.desk.law
    return under(office, replace(law, kz=change(law.kz)))


def term(right: Right, days: int) -> Callable[[Statute], Statute]:
    """The rules of Kazakhstan with another term for *right*."""

    def change(statute: Statute) -> Statute:
        rule = replace(statute.rules[right], amount=days, norm=f"new {days}")
        return replace(statute, rules={**statute.rules, right: rule}, version=f"sha256:{days:064}")

    return change


def day_off(day: date) -> Callable[[Statute], Statute]:
    def change(statute: Statute) -> Statute:
        days = replace(
            statute.days, add_off=frozenset({day}), version=f"holidays 0.109 sha256:{day.toordinal():064}"
        )
        return replace(statute, days=days)

    return change


def working(day: date) -> Callable[[Statute], Statute]:
    def change(statute: Statute) -> Statute:
        days = replace(statute.days, add_work=frozenset({day}), version="holidays 0.109 sha256:" + "9" * 64)
        return replace(statute, days=days)

    return change


async def recounts(office: Office) -> list[Mapping[str, Plain]]:
    async with office.desk.ledger.read() as book:
        number = (await office.only_case()).number
        return [event.facts for event in await book.history(number, "case.recounted")]


async def due(office: Office) -> date:
    return (await office.only_case()).due_day


async def test_a_shorter_term_moves_the_day_of_an_open_case_and_keeps_old_day_and_cause(office: Office):
    await ask(office)
    begun = await office.only_case()

    changed = in_kazakhstan(office, term(Right.ACCESS, 2))
    await changed.turn()

    now = await office.only_case()
    assert (begun.due_day, now.due_day, now.due_norm) == (date(2026, 11, 26), date(2026, 11, 25), "new 2")
    assert now.versions == begun.versions  # what it began with is evidence
    (event,) = await recounts(office)
    assert event == {
        "cause": ["rules.kz"],
        "was": begun.due_at.isoformat(),
        "was_norm": begun.due_norm,
        "law_says": now.due_at.isoformat(),
        "norm": "new 2",
        "now": now.due_at.isoformat(),
        "moved": True,
        "counted_by_then": begun.counted_by,
        "counted_by": now.counted_by,
    }


async def test_a_case_is_counted_once_for_each_change(office: Office):
    await ask(office)
    changed = in_kazakhstan(office, term(Right.ACCESS, 2))
    await changed.turn()
    version = (await office.only_case()).version
    await changed.turn()

    assert (len(await recounts(office)), (await office.only_case()).version) == (1, version)


async def test_a_longer_term_does_not_move_the_day_later_the_request_came_under_the_shorter_one(office: Office):
    await ask(office)
    changed = in_kazakhstan(office, term(Right.ACCESS, 5))
    await changed.turn()

    (event,) = await recounts(office)
    assert await due(office) == date(2026, 11, 26)
    assert (event["moved"], str(event["law_says"])[:10]) == (False, "2026-11-28")  # a Saturday that may be worked


async def test_a_new_day_off_moves_a_day_later_where_nobody_was_told_it(office: Office):
    await ask(office)
    await in_kazakhstan(office, day_off(date(2026, 11, 25))).turn()

    (event,) = await recounts(office)
    assert (await due(office), event["cause"], event["moved"]) == (date(2026, 11, 27), ["calendar.kz"], True)


async def test_a_day_told_to_the_person_never_moves_later(office: Office):
    """The receipt has named Tuesday: our own alarm stays there, whatever the calendar says now."""
    await ask(office, CORRECT)
    (receipt,) = office.letters()
    assert "24.11.2026" in receipt.get_content()

    await in_kazakhstan(office, day_off(date(2026, 11, 24))).turn()

    (event,) = await recounts(office)
    assert (await due(office), event["moved"]) == (date(2026, 11, 24), False)
    assert str(event["law_says"])[:10] == "2026-11-25"


async def test_a_day_told_to_the_person_still_moves_earlier(office: Office):
    office.clock.now = datetime(2026, 11, 27, 5, tzinfo=UTC)  # Friday, and Saturday is known to be free
    free = in_kazakhstan(office, day_off(date(2026, 11, 28)))
    await ask(free, CORRECT)
    assert await due(office) == date(2026, 11, 30)

    await in_kazakhstan(office, working(date(2026, 11, 28))).turn()

    assert await due(office) == date(2026, 11, 28)


async def test_of_a_day_that_moves_earlier_the_operator_is_warned_anew(office: Office):
    await ask(office)
    case = await office.only_case()
    office.clock.now = case.due_at - office.desk.limits.warn_before_due
    await office.turn()
    assert len(office.letters(LAWYER)) == 1

    office.clock.forward(hours=1)
    await in_kazakhstan(office, term(Right.ACCESS, 2)).turn()

    first, again = office.letters(LAWYER)
    assert "26.11.2026" in first.get_content()
    assert "25.11.2026" in again.get_content()


async def test_an_ended_case_is_left_alone(office: Office):
    await ask(office, UNSUBSCRIBE)
    assert (await office.only_case()).state is CaseState.DONE

    await in_kazakhstan(office, term(Right.UNSUBSCRIBE, 1)).turn()

    assert await recounts(office) == []


async def test_a_change_that_moves_nothing_makes_no_entry(office: Office):
    await ask(office)
    await in_kazakhstan(office, term(Right.BLOCKING, 2)).turn()

    assert await recounts(office) == []
    assert "rules.kz 000000000000" in (await office.only_case()).counted_by


async def test_when_a_person_corrects_what_is_asked_the_day_follows(office: Office):
    await ask(office, CORRECT)
    await verdict.change("2026-0001", by="lawyer", rights=[Right.UNSUBSCRIBE], desk=office.desk)
    await office.turn()

    (event,) = await recounts(office)
    assert (event["cause"], event["now"]) == (["rights"], "2026-11-24T05:00:00+00:00")


# ---------------------------------------------------------------- objections (94-V 19-1)


async def test_who_asks_for_a_person_after_an_automatic_answer_has_three_working_days(office: Office):
    await ask(office, UNSUBSCRIBE)
    (done,) = office.letters()
    office.clock.now = datetime(2026, 12, 7, 5, tzinfo=UTC)  # two weeks later, a Monday
    office.mailbox.put(reply(done, HUMAN))
    await office.turn()

    case = await office.only_case()
    (event,) = await recounts(office)
    assert (case.state, case.holds[0]) == (CaseState.PERSON, HoldReason.WANTS_PERSON)
    assert (case.due_day, case.due_norm) == (date(2026, 12, 10), "94-V 19-1(3)")
    assert (event["cause"], event["moved"]) == (["objection"], True)

    office.clock.now = case.due_at - office.desk.limits.warn_before_due
    await office.turn()
    assert "case.day_near" in await office.events()


async def test_who_asks_for_a_person_before_anything_was_answered_is_not_made_to_wait_longer(office: Office):
    await ask(office)
    (question,) = office.letters()
    office.clock.forward(hours=30)  # Tuesday: three working days from now would be Friday
    office.mailbox.put(reply(question, HUMAN))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.due_day) == (CaseState.PERSON, date(2026, 11, 26))
    assert case.objected_at == datetime(2026, 11, 24, 11, tzinfo=UTC)


async def test_where_the_right_itself_has_a_long_term_the_objection_comes_first(office: Office):
    slow = in_kazakhstan(office, term(Right.ACCESS, 15))
    law = slow.desk.law
    ru = replace(law.ru, duties={**law.ru.duties, Duty.OBJECTION: law.kz.duties[Duty.OBJECTION]})
    slow = under(slow, replace(law, ru=ru))
    await ask(slow)
    assert await due(office) > date(2026, 12, 1)

    slow.mailbox.put(reply(slow.letters()[0], HUMAN))
    await slow.turn()

    assert await due(office) == date(2026, 11, 26)


async def test_a_second_cry_for_a_person_does_not_begin_the_term_anew(office: Office):
    await ask(office, UNSUBSCRIBE)
    (done,) = office.letters()
    office.mailbox.put(reply(done, HUMAN))
    await office.turn()
    first = await office.only_case()

    office.clock.forward(days=1)
    office.mailbox.put(reply(done, "АДАМ"))
    await office.turn()

    again = await office.only_case()
    assert (again.objected_at, again.due_at) == (first.objected_at, first.due_at)


async def test_what_befell_our_own_letter_is_no_objection(office: Office):
    await ask(office, UNSUBSCRIBE)
    async with office.desk.ledger.write() as book:
        await to_person(await office.only_case(), (HoldReason.BOUNCED,), book, office.desk)
    await office.turn()

    case = await office.only_case()
    assert (case.objected_at, case.due_at) == (None, datetime(2026, 11, 24, 5, tzinfo=UTC))
    assert await recounts(office) == []


async def test_who_writes_again_after_a_question_lapsed_unanswered_has_still_the_day_of_the_request(
    office: Office,
):
    """Nothing was answered: the day the law gave for the request is over, and the operator is told at once."""
    await ask(office)
    (question,) = office.letters()
    office.clock.forward(days=15)
    await office.turn()
    office.mailbox.put(reply(question, HUMAN))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.reopened) == (CaseState.PERSON, True)
    assert case.due_day == date(2026, 11, 26)
    assert "case.day_near" in await office.events()
