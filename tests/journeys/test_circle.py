"""The whole circle for each right: read, act, look again, answer, keep evidence."""

from mailbot.core.model import CaseState, HoldReason
from mailbot.journeys import verdict
from tests.fakes import mail, reply, token_in
from tests.office import Office

UNSUBSCRIBE = "Отпишите меня от рассылки."
ERASE = "Прошу удалить все мои персональные данные."
ACCESS = "Прошу сообщить, какие мои персональные данные вы храните и откуда они получены."
WITHDRAW = "Отзываю своё согласие на обработку персональных данных."


async def test_an_unsubscribe_stops_advertising_and_says_so(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    case = await office.only_case()
    assert case.state is CaseState.DONE
    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]
    (letter,) = office.letters()
    assert letter["Subject"].startswith(f"№ {case.number}: ")
    assert letter["Auto-Submitted"] == "auto-replied"
    assert office.mailbox.raws("Sent") == office.mailer.to("anna@example.org")


async def test_an_unsubscribe_by_somebody_not_on_file_is_suppressed_and_answered_the_same_way(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE, sender="boris@example.org"))
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert len(office.letters("boris@example.org")) == 1


async def test_an_erasure_asks_first_and_destroys_only_after_the_token_came_back(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()

    case = await office.only_case()
    (question,) = office.letters()
    assert case.state is CaseState.CONFIRMATION
    assert len(await office.rows("subjects")) == 1
    assert token_in(question) not in question["Subject"]

    office.mailbox.put(reply(question, "Да, подтверждаю."))
    await office.turn()

    case = await office.only_case()
    assert case.state is CaseState.DONE
    assert await office.rows("subjects") == []
    assert await office.rows("consents") == []
    assert len(office.letters()) == 2
    events = await office.events()
    assert events.index("case.confirmed") < events.index("case.done")


async def test_access_tells_categories_and_no_values(office: Office):
    office.mailbox.put(mail(ACCESS))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "ПОДТВЕРЖДАЮ"))
    await office.turn()

    answer = office.letters()[1].get_content()
    assert (await office.only_case()).state is CaseState.DONE
    assert "Anna" not in answer
    assert "Example street 2" not in answer
    assert len(await office.rows("subjects")) == 1


async def test_a_withdrawal_by_a_proven_sender_stops_processing_before_the_question_is_answered(office: Office):
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(WITHDRAW))
    await office.turn()

    assert (await office.only_case()).state is CaseState.CONFIRMATION
    assert [row["blocked_at"] is not None for row in await office.rows("subjects")] == [True]
    assert [row["withdrawn_at"] is not None for row in await office.rows("consents")] == [True]


async def test_a_withdrawal_by_an_unproven_sender_stops_marketing_only(office: Office):
    office.mailbox.put(mail(WITHDRAW))
    await office.turn()

    assert [row["blocked_at"] for row in await office.rows("subjects")] == [None]
    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]


async def test_the_owner_of_a_forged_address_says_no_and_everything_is_as_it_was(office: Office):
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(WITHDRAW))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "НЕТ"))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.CLOSED, (HoldReason.ABUSE,))
    assert [row["blocked_at"] for row in await office.rows("subjects")] == [None]
    assert [row["stopped_at"] for row in await office.rows("subscriptions")] == [None]
    assert [row["withdrawn_at"] for row in await office.rows("consents")] == [None]


async def test_an_open_order_stops_the_destruction_and_a_person_refuses_with_the_norm(office: Office):
    await office.add_order()
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.OBLIGATION,))
    await verdict.refuse(
        case.number, by="lawyer", norm="kz.obligation", reason="Заказ ещё в пути.", desk=office.desk
    )
    await office.turn()

    assert (await office.only_case()).state is CaseState.REFUSED
    assert "94-V 8(2)" in office.letters()[-1].get_content()
    assert office.letters()[-1]["Auto-Submitted"] is None
    assert len(await office.rows("subjects")) == 1


async def test_two_people_under_one_address_are_never_destroyed_by_a_program(office: Office):
    await office.add_person(2)
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()

    assert (await office.only_case()).holds == (HoldReason.SEVERAL_SUBJECTS,)
    assert len(await office.rows("subjects")) == 2


async def test_the_request_repeated_brings_the_question_again_and_no_second_case(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(mail(ERASE))
    await office.turn()

    assert (await office.only_case()).letters == 2
    first, second = office.letters()
    assert token_in(first) != token_in(second)


async def test_a_question_nobody_answers_lapses_and_a_late_yes_is_still_heard(office: Office):
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(WITHDRAW))
    await office.turn()
    question = office.letters()[0]
    office.clock.forward(days=15)
    await office.turn()

    assert (await office.only_case()).state is CaseState.CLOSED
    assert [row["blocked_at"] for row in await office.rows("subjects")] == [None]
    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]

    office.mailbox.put(reply(question, "Подтверждаю"))
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE
    assert await office.rows("subjects") == []


async def test_a_confirmation_without_the_token_from_an_unproven_sender_waits_for_a_person(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(mail("Подтверждаю"))
    await office.turn()

    asked, said = await office.cases()  # anybody could have written it: it moves the open question nowhere
    assert (asked.state, said.state) == (CaseState.CONFIRMATION, CaseState.PERSON)
    assert HoldReason.NO_TOKEN in said.holds
    assert "case.beside" in await office.events()
    assert len(await office.rows("subjects")) == 1

    await verdict.approve(asked.number, by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.cases())[0].state is CaseState.DONE
    assert await office.rows("subjects") == []


async def test_who_asks_for_a_person_gets_one(office: Office):
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "ЧЕЛОВЕК"))
    await office.turn()

    assert (await office.only_case()).holds == (HoldReason.WANTS_PERSON,)
