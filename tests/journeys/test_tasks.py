"""Places that are no database: a task for a named person, and nothing is done before they have ticked it."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.core.model import CaseState, HoldReason
from mailbot.core.tasks import Task, TaskState
from mailbot.errors import NotNow
from mailbot.journeys import tasks, verdict
from mailbot.journeys.undo import undo_since
from mailbot.ports import Refused, Sent
from tests.by_hand import OPERATOR, PERSON, open_with_hands
from tests.fakes import mail, reply
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ERASE = "Прошу удалить все мои персональные данные."
UNSUBSCRIBE = "Отпишите меня от рассылки."
ACCESS = "Прошу сообщить, какие мои персональные данные вы храните и откуда они получены."


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Live in every right, with Anna on file, and a paper archive on the map; nobody else has data."""
    opened = await open_with_hands(tmp_path, parties=False)
    await opened.add_person()
    await opened.begin()
    await opened.live()
    yield opened
    await opened.data.dispose()
    await opened.app.close()


async def erasure_confirmed(office: Office) -> None:
    office.mailbox.put(mail(ERASE))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()


async def all_tasks(office: Office) -> Sequence[Task]:
    async with office.desk.ledger.read() as book:
        return await book.tasks()


async def only_task(office: Office) -> Task:
    (task,) = await all_tasks(office)
    return task


async def tick(office: Office, state: TaskState = TaskState.DONE) -> None:
    task = await only_task(office)
    await tasks.answer(task.id, state, evidence="act 7", by="bolat", desk=office.desk)
    await office.turn()


async def test_a_case_is_not_done_and_nobody_is_told_so_before_the_place_has_been_seen_to(office: Office):
    await erasure_confirmed(office)

    assert (await office.only_case()).state is CaseState.FULFILLING
    assert await office.rows("subjects") == []
    _, under_way = office.letters()
    assert "просьба исполняется" in under_way["Subject"]
    assert "уничтожены" not in under_way.get_content()

    await tick(office)

    assert (await office.only_case()).state is CaseState.DONE
    assert "данные уничтожены" in office.letters()[2]["Subject"]
    assert "заказы" in office.letters()[2].get_content()  # what stood in the archive


async def test_the_named_person_is_told_the_case_and_the_command_and_nothing_about_the_person(office: Office):
    await erasure_confirmed(office)

    (notice,) = office.letters(PERSON)
    assert "mailbot tasks show 1" in notice.get_content()
    assert "третья полка" in notice.get_content()
    assert "anna" not in notice.as_string().lower()


async def test_nothing_found_there_is_an_answer_and_is_not_told_as_destroyed(office: Office):
    await erasure_confirmed(office)
    await tick(office, TaskState.NOTHING)

    assert (await office.only_case()).state is CaseState.DONE
    assert "заказы" not in office.letters()[2].get_content()


async def test_what_cannot_be_done_there_goes_to_a_person_and_approving_is_no_way_round_it(office: Office):
    await erasure_confirmed(office)
    await tick(office, TaskState.CANNOT)

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.NOT_DONE,))
    await verdict.approve(case.number, by="lawyer", desk=office.desk)
    await office.turn()
    assert (await office.only_case()).state is CaseState.PERSON

    await tick(office)  # it could be done after all
    await verdict.approve(case.number, by="lawyer", desk=office.desk)
    await office.turn()

    assert (await office.only_case()).state is CaseState.DONE


async def test_an_unsubscription_waits_for_the_place_as_well(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    assert (await office.only_case()).state is CaseState.FULFILLING
    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]
    await tick(office)
    assert (await office.only_case()).state is CaseState.DONE


async def test_what_is_held_there_is_named_in_the_access_letter(office: Office):
    office.mailbox.put(mail(ACCESS))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "ПОДТВЕРЖДАЮ"))
    await office.turn()
    await tick(office)

    assert "заказы" in office.letters()[-1].get_content()
    assert (await office.only_case()).state is CaseState.DONE


async def test_in_rehearsal_nobody_is_asked_for_anything(office: Office, tmp_path: Path):
    (tmp_path / "rehearsal").mkdir()
    rehearsal = await open_with_hands(tmp_path / "rehearsal")
    await rehearsal.add_person()
    await rehearsal.begin()
    rehearsal.mailbox.put(mail(UNSUBSCRIBE))
    await rehearsal.turn()

    assert await all_tasks(rehearsal) == []
    assert [to for to, _ in rehearsal.mailer.letters if to != OPERATOR] == []
    await rehearsal.data.dispose()
    await rehearsal.app.close()


async def test_a_task_never_ends_after_the_law_does_and_is_reminded_of_before_its_last_day(office: Office):
    await erasure_confirmed(office)
    case, task = await office.only_case(), await only_task(office)
    assert task.due_at <= case.due_at
    assert len(office.letters(PERSON)) == 1

    office.clock.now = task.opened_at + (task.due_at - task.opened_at) / 2
    await office.turn()

    assert len(office.letters(PERSON)) == 2
    await office.turn()
    assert len(office.letters(PERSON)) == 2


async def test_what_is_late_is_told_to_who_does_it_and_to_the_operator_each_day(office: Office):
    await erasure_confirmed(office)
    task = await only_task(office)
    office.clock.now = task.due_at
    office.clock.forward(hours=1)
    await office.turn()
    assert "просрочено" in office.letters(PERSON)[-1]["Subject"]
    told = [letter for letter in office.letters(OPERATOR) if "просрочено" in letter["Subject"]]
    assert len(told) == 1

    office.clock.forward(days=1)
    await office.turn()

    assert len([one for one in office.letters(OPERATOR) if "просрочено" in one["Subject"]]) == 2
    assert (await office.only_case()).state is not CaseState.DONE


async def test_a_task_that_reaches_nobody_is_told_to_the_operator(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    for name in ("receive", "decide", "fulfil"):
        await office.loop(name)
    office.mailer.answer = lambda: Refused("550 no such user")
    await office.loop("deliver")
    office.mailer.answer = lambda: Sent("250 ok")
    assert (await only_task(office)).state is TaskState.BOUNCED
    await office.turn()

    assert [one for one in office.letters(OPERATOR) if "пришёл ответ" in one["Subject"]]


async def test_after_a_flood_nothing_that_was_taken_back_is_left_to_be_done_by_hand(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    before = len(office.letters())
    await undo_since(office.clock.now - timedelta(hours=1), by="lawyer", desk=office.desk)
    await office.turn()

    assert (await only_task(office)).state is TaskState.DROPPED
    assert ((await office.only_case()).state, len(office.letters())) == (CaseState.CLOSED, before)


async def test_evidence_that_names_the_person_is_not_taken(office: Office):
    await erasure_confirmed(office)

    with pytest.raises(NotNow, match="names no person"):
        await tasks.answer(1, TaskState.DONE, evidence="удалил Anna@Example.org", by="bolat", desk=office.desk)


async def test_who_ticked_it_stands_in_the_trail_and_what_they_wrote_only_as_a_hash(office: Office):
    await erasure_confirmed(office)
    await tick(office)

    async with office.desk.ledger.read() as book:
        (event,) = await book.history("2026-0001", "task.done")
    assert event.actor == "bolat"
    assert "act 7" not in str(event.facts)
    with pytest.raises(NotNow, match="done already"):
        await tasks.answer(1, TaskState.DONE, evidence="twice", by="bolat", desk=office.desk)


async def test_the_answer_of_the_named_person_by_mail_ticks_nothing_and_opens_no_case(office: Office):
    await erasure_confirmed(office)
    office.mailbox.put(reply(office.letters(PERSON)[0], "Удалил все данные, отпишите меня.", sender=PERSON))
    await office.turn()

    assert len(await office.cases()) == 1
    assert (await only_task(office)).state is TaskState.REPLIED
    assert (await office.only_case()).state is CaseState.FULFILLING


async def test_what_is_taken_back_leaves_no_task_behind_and_is_not_told_as_done(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    before = len(office.letters())
    await verdict.take_back("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()

    assert [task.state for task in await all_tasks(office)] == [TaskState.DROPPED]
    assert (await office.only_case()).state is CaseState.CLOSED
    assert [row["stopped_at"] for row in await office.rows("subscriptions")] == [None]
    assert len(office.letters()) == before
