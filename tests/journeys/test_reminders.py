"""A question that nobody answers: one reminder, then an interim letter that a person releases (C.3)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.decide import Autonomy
from mailbot.core.model import CaseState, Language, Right
from mailbot.errors import NotNow
from mailbot.journeys import verdict
from mailbot.journeys.autonomy import set_mode
from mailbot.journeys.reminders import interim
from mailbot.ports import Deferred, Rendered
from tests.fakes import mail, reply, token_in
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ALMATY = ZoneInfo("Asia/Almaty")
LAWYER = "lawyer@example.kz"
ERASE = "Прошу удалить все мои персональные данные."
ACCESS = "Прошу сообщить, какие мои персональные данные вы храните и откуда они получены."
WITHDRAW = "Отзываю своё согласие на обработку персональных данных."


async def asked(office: Office, words: str = ACCESS) -> None:
    """A question is on its way since Monday, 23 November 2026, 10:00 in Almaty."""
    office.mailbox.put(mail(words))
    await office.turn()
    assert (await office.only_case()).state is CaseState.CONFIRMATION


async def ready(office: Office) -> Rendered | None:
    async with office.desk.ledger.read() as book:
        return await interim(await office.only_case(), book, office.desk)


async def sent(office: Office) -> list[str]:
    async with office.desk.ledger.read() as book:
        return [
            one.value for out, _ in await book.letters_out((await office.only_case()).id) for one in out.letters
        ]


# ---------------------------------------------------------------- the reminder


async def test_after_a_day_without_the_token_the_person_is_reminded_once(office: Office):
    await asked(office)
    office.clock.forward(hours=23, minutes=59)
    await office.turn()
    assert len(office.letters()) == 1

    office.clock.forward(minutes=2)
    await office.turn()
    office.clock.forward(hours=30)
    await office.turn()

    question, reminder = office.letters()
    assert reminder["Subject"] == "№ 2026-0001: напоминаем о подтверждении"
    assert reminder["Auto-Submitted"] == "auto-generated"  # requirements D17
    assert reminder["In-Reply-To"] == question["In-Reply-To"]
    assert token_in(reminder) not in question.get_content()
    assert (await office.events()).count("case.person_reminded") == 1


@pytest.mark.parametrize("which", [0, 1])
async def test_either_letter_can_be_answered_and_no_case_costs_more_than_three(office: Office, which: int):
    """Amendment 9."""
    await asked(office)
    office.clock.forward(hours=25)
    await office.turn()

    office.mailbox.put(reply(office.letters()[which], "ПОДТВЕРЖДАЮ"))
    await office.turn()
    office.clock.forward(days=20)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert len(office.letters()) == 3


async def test_who_has_had_the_question_twice_is_not_reminded_the_last_letter_is_for_the_outcome(office: Office):
    await asked(office)
    office.clock.forward(hours=1)
    office.mailbox.put(mail(ACCESS))
    await office.turn()
    assert len(office.letters()) == 2

    office.clock.forward(hours=30)
    await office.turn()
    assert len(office.letters()) == 2


async def test_who_has_not_got_the_question_is_not_reminded_of_it(office: Office):
    office.mailer.answer = lambda: Deferred("451 4.3.0 later")
    office.mailbox.put(mail(ACCESS))
    await office.turn()
    office.clock.forward(hours=25)
    await office.turn()

    assert await sent(office) == ["confirm"]


async def test_who_has_answered_is_not_reminded(office: Office):
    await asked(office)
    office.mailbox.put(reply(office.letters()[0], "ПОДТВЕРЖДАЮ"))
    await office.turn()
    office.clock.forward(hours=25)
    await office.turn()

    assert await sent(office) == ["confirm", "access"]


async def test_a_question_that_has_lapsed_is_not_reminded_of(office: Office):
    await asked(office)
    office.clock.forward(days=15)
    await office.turn()

    assert await sent(office) == ["confirm"]


async def test_nobody_is_reminded_once_the_right_is_in_rehearsal_again(office: Office):
    await asked(office)
    await set_mode(Right.ACCESS, list(Language), Autonomy.REHEARSE, by="operator", desk=office.desk)
    office.clock.forward(hours=25)
    await office.turn()

    assert await sent(office) == ["confirm"]


# ---------------------------------------------------------------- the interim letter


def almaty(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ALMATY)


@pytest.mark.parametrize(
    ("words", "before", "at"),
    [
        (ERASE, "2026-11-23T23:59", "2026-11-24T00:00"),  # working day 1 is Tuesday
        (ACCESS, "2026-11-24T23:59", "2026-11-25T00:00"),  # working day 2 is Wednesday
    ],
)
async def test_an_interim_letter_lies_ready_before_the_internal_limit(
    office: Office, words: str, before: str, at: str
):
    """C.3: before the end of working day 1 (erasure, rectification), of working day 2 (access) in Kazakhstan."""
    await asked(office, words)
    office.clock.now = almaty(before)
    await office.turn()
    assert await ready(office) is None

    office.clock.now = almaty(at)
    await office.turn()

    letter = await ready(office)
    assert letter is not None
    assert letter.subject == "№ 2026-0001: ждём Вашего подтверждения"
    assert "MB…" in letter.body
    (notice,) = office.letters(LAWYER)
    assert "mailbot cases remind 2026-0001" in notice.get_content()
    assert "anna" not in notice.get_content()
    assert "interim" not in await sent(office)  # it goes when a person releases it
    assert (await office.events()).count("case.interim_drafted") == 1


async def test_an_interim_letter_lies_ready_in_good_time_where_the_term_is_long(office: Office):
    """A month, or thirty days: but the question is open for fourteen, and then it must not end in silence."""
    await asked(office, WITHDRAW)
    case = await office.only_case()
    assert case.confirm_until is not None

    office.clock.now = min(case.confirm_until, case.due_at) - timedelta(days=5)
    await office.turn()
    assert await ready(office) is None

    office.clock.now = min(case.confirm_until, case.due_at) - timedelta(days=1)
    await office.turn()
    assert await ready(office) is not None


async def test_a_person_releases_it_and_the_token_in_it_confirms(office: Office):
    await asked(office, ERASE)
    office.clock.now = almaty("2026-11-24T09:00")
    await office.turn()

    await verdict.remind("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    office.clock.forward(days=2)
    await office.turn()

    assert await sent(office) == ["confirm", "interim"]  # who got it is not reminded by the program as well
    released = office.letters()[1]
    assert released["Auto-Submitted"] == "auto-generated"
    assert await ready(office) is None

    office.mailbox.put(reply(released, "ПОДТВЕРЖДАЮ"))
    await office.turn()
    assert (await office.only_case()).state is CaseState.DONE


async def test_after_three_letters_none_can_be_released(office: Office):
    """Amendment 9: the third may be the interim letter, by a person; a fourth may not."""
    await asked(office)
    office.clock.forward(hours=25)
    await office.turn()
    await verdict.remind("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()

    assert await sent(office) == ["confirm", "reminder", "interim"]
    with pytest.raises(NotNow, match="3 letters"):
        await verdict.remind("2026-0001", by="lawyer", desk=office.desk)


async def test_who_has_confirmed_needs_no_interim_letter(office: Office):
    await asked(office)
    office.mailbox.put(reply(office.letters()[0], "ПОДТВЕРЖДАЮ"))
    await office.turn()
    office.clock.forward(days=3)
    await office.turn()

    assert "case.interim_drafted" not in await office.events()
    assert office.letters(LAWYER) == []


async def test_on_the_last_day_the_letter_that_lies_ready_is_the_warning(office: Office):
    await asked(office, ERASE)
    office.clock.now = almaty("2026-11-24T00:00")
    await office.turn()
    office.clock.forward(hours=12)
    await office.turn()

    assert len(office.letters(LAWYER)) == 1
    assert {"case.interim_drafted", "case.day_near"} <= set(await office.events())


async def test_where_all_letters_are_used_up_none_is_drafted_and_the_day_is_warned_of(office: Office):
    await asked(office)
    for text in ("Позвоните нам.", "Мы Вам звонили."):
        await verdict.reply("2026-0001", by="lawyer", text=text, close=False, desk=office.desk)
    office.clock.now = almaty("2026-11-26T09:00")
    await office.turn()

    assert await ready(office) is None
    assert "case.interim_drafted" not in await office.events()
    assert "case.day_near" in await office.events()
