"""What somebody has stopped is not carried out, though planned; what was given up rests until a person acts."""

from collections.abc import Awaitable, Callable

import pytest

from mailbot.core.decide import Autonomy
from mailbot.core.model import CaseState, HoldReason, Language, Right
from mailbot.errors import Rejected, Unavailable
from mailbot.journeys import verdict
from mailbot.journeys.autonomy import set_mode
from mailbot.journeys.fulfil import fulfil_planned
from tests.fakes import mail, reply
from tests.journeys.test_outages import broken, turn
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ERASE = "Прошу удалить все мои персональные данные."
UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
DOWN = Unavailable("company database cannot be reached")


async def confirmed_while_the_database_is_away(office: Office) -> None:
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await turn(broken(office, "carry_out", DOWN))
    assert (await office.only_case()).state is CaseState.FULFILLING


async def owner_says_no(office: Office) -> None:
    office.mailbox.put(reply(office.letters()[0], "НЕТ"))


async def owner_wants_a_person(office: Office) -> None:
    office.mailbox.put(reply(office.letters()[0], "ЧЕЛОВЕК"))


async def lawyer_closes(office: Office) -> None:
    await verdict.close((await office.only_case()).number, by="lawyer", desk=office.desk)


async def lawyer_refuses(office: Office) -> None:
    number = (await office.only_case()).number
    await verdict.refuse(number, by="lawyer", norm="kz.obligation", reason="Заказ в пути.", desk=office.desk)


async def operator_goes_back_to_rehearsal(office: Office) -> None:
    await set_mode(Right.ERASURE, list(Language), Autonomy.REHEARSE, by="lawyer", desk=office.desk)


@pytest.mark.parametrize(
    "stop",
    [owner_says_no, owner_wants_a_person, lawyer_closes, lawyer_refuses, operator_goes_back_to_rehearsal],
)
async def test_a_planned_destruction_that_was_stopped_is_not_carried_out_when_the_database_is_back(
    office: Office, stop: Callable[[Office], Awaitable[None]]
):
    await confirmed_while_the_database_is_away(office)

    await stop(office)
    for loop in ("receive", "decide"):
        await office.loop(loop)
    await office.turn()

    assert len(await office.rows("subjects")) == 1
    assert (await office.only_case()).state is not CaseState.DONE


async def test_a_step_that_was_refused_is_not_tried_again_and_again(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    sick = broken(office, "carry_out", Rejected("permission denied"))
    for _ in range(20):
        await turn(sick)

    assert (await office.events()).count("step.not_done") == 1
    assert await fulfil_planned(sick.desk) == 0


async def test_what_a_person_has_refused_stays_refused_whatever_the_database_says(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    sick = broken(office, "carry_out", Rejected("permission denied"))
    await turn(sick)
    number = (await office.only_case()).number
    await verdict.refuse(number, by="lawyer", norm="kz.obligation", reason="r", desk=office.desk)
    office.clock.forward(days=1)
    await turn(sick)

    assert (await office.only_case()).state is CaseState.REFUSED


async def test_a_person_who_approves_what_failed_has_it_tried_anew_and_looked_at_again(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await turn(broken(office, "carry_out", Rejected("permission denied")))
    await verdict.approve((await office.only_case()).number, by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]


async def test_done_a_second_time_is_done_anew_for_whoever_was_imported_again(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    question = office.letters()[0]
    office.mailbox.put(reply(question, "Подтверждаю"))
    await office.turn()
    assert await office.rows("subjects") == []

    await office.add_person(5)
    office.mailbox.put(reply(question, "ЧЕЛОВЕК"))
    await office.turn()
    await verdict.approve((await office.only_case()).number, by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert await office.rows("subjects") == []


async def test_what_the_letter_says_is_what_was_destroyed_though_it_came_after_the_plan(office: Office):
    office.mailbox.put(mail(ERASE, sender="boris@example.org"))
    await office.turn()
    office.mailbox.put(reply(office.letters("boris@example.org")[0], "Подтверждаю", sender="boris@example.org"))
    await turn(broken(office, "carry_out", DOWN))
    await office.add_person(7, email="boris@example.org")
    await office.turn()

    answer = office.letters("boris@example.org")[-1].get_content()
    assert "контактные данные" in answer
    assert "уничтожать было нечего" not in answer


async def test_an_approval_of_what_a_person_must_do_carries_out_the_rest_and_claims_nothing_more(office: Office):
    office.mailbox.put(
        mail("Отпишите меня от рассылки и исправьте мой телефон в ваших данных на +7 700 000 00 09.")
    )
    await office.turn()
    case = await office.only_case()
    assert set(case.rights) == {Right.UNSUBSCRIBE, Right.RECTIFICATION}
    await verdict.approve(case.number, by="lawyer", desk=office.desk)
    await office.turn()

    waiting = await office.only_case()
    assert (waiting.state, waiting.holds, waiting.rights) == (
        CaseState.PERSON,
        (HoldReason.RIGHT,),
        (Right.RECTIFICATION,),
    )
    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]


async def test_a_case_the_program_stumbles_over_again_and_again_goes_to_a_person(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    clumsy = broken(office, "plan", ZeroDivisionError())
    for _ in range(4):
        await turn(clumsy)

    assert (await office.only_case()).holds == (HoldReason.NOT_DONE,)
