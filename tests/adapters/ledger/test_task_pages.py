"""Tasks, steps that wait for their day and disclosures, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.migrate import upgrade
from mailbot.core.case import NewLetter, OutState, Phase
from mailbot.core.model import (
    Address,
    CaseState,
    Decision,
    Language,
    Letter,
    MessageId,
    Place,
    Reading,
    Right,
    Step,
    StepKind,
)
from mailbot.core.tasks import UNANSWERED, NewTask, Task, TaskKind, TaskState
from mailbot.errors import Conflict
from mailbot.ports import Book, Draft, NewCase
from mailbot.ports.disclosed import Disclosure

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
ANNA = Address("anna@example.org")
FIRST = MessageId("c0ffee@example.kz")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def book(request, tmp_path) -> AsyncIterator[Book]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"
    url = sqlite if request.param == "sqlite" else str(request.getfixturevalue("postgres").database())
    await upgrade(url)
    ledger = SqlLedger(url, actor="test")
    async with ledger.write() as opened:
        await a_case(opened)
        yield opened
    await ledger.close()


async def a_case(book: Book) -> None:
    """Case 1, which waits for nothing but its outcome."""
    letter = NewLetter(
        place=Place(folder="INBOX", uidvalidity=1, uid=1),
        sha256="1" * 64,
        twin="1" * 64,
        received_at=NOW,
        read_at=NOW,
        raw=b"",
        reading=Reading(),
        in_junk=False,
    )
    await book.open_case(
        NewCase(
            letter=await book.letter(await book.keep(letter)),
            address=ANNA,
            languages=(Language.RU,),
            standing="Proven",
            decision=Decision(rights=(Right.ERASURE,)),
            state=CaseState.FULFILLING,
            opened_at=NOW,
            due_at=NOW,
            due_day=date(2026, 11, 24),
            due_norm="",
            versions="",
        )
    )


def new(kind: TaskKind = TaskKind.STORE, *, message_id: MessageId = FIRST, days: int = 3) -> NewTask:
    return NewTask(
        case_id=1,
        kind=kind,
        name="archive",
        right=Right.ERASURE,
        person="Болат",
        opened_at=NOW,
        due_at=NOW + timedelta(days=days),
        message_id=message_id,
    )


async def test_a_task_is_kept_as_it_is(book: Book):
    task = await book.open_task(new())

    assert task == Task(id=task.id, **{name: getattr(new(), name) for name in NewTask.__slots__})
    assert await book.task(task.id) == task
    with pytest.raises(KeyError):
        await book.task(99)


async def test_the_most_urgent_is_listed_first_and_by_state(book: Book):
    later = await book.open_task(new(days=5))
    sooner = await book.open_task(new(message_id=MessageId("2@example.kz")))
    await book.save_task(replace(later, state=TaskState.DONE), was=TaskState.OPEN)

    assert [task.id for task in await book.tasks(case_id=1)] == [sooner.id, later.id]
    assert [task.id for task in await book.tasks(states=UNANSWERED)] == [sooner.id]
    assert await book.tasks(case_id=2) == []


async def test_of_two_hands_on_one_task_the_second_is_told(book: Book):
    task = await book.open_task(new())
    await book.save_task(replace(task, state=TaskState.DONE), was=TaskState.OPEN)

    with pytest.raises(Conflict):
        await book.save_task(replace(task, state=TaskState.CANNOT), was=TaskState.OPEN)


async def test_a_task_is_known_by_its_first_letter_and_by_its_reminders(book: Book):
    task = await book.open_task(new())

    for known in (FIRST, MessageId("c0ffee.again7@example.kz")):
        found = await book.task_asked_by([MessageId("0@example.org"), known])
        assert found is not None
        assert found.id == task.id
    assert await book.task_asked_by([MessageId("0@example.org")]) is None


async def test_only_what_a_party_has_been_ticked_for_and_nobody_was_told_of_is_untold(book: Book):
    store, party = await book.open_task(new()), await book.open_task(new(TaskKind.PARTY))
    assert await book.tasks_untold() == []
    for task in (store, party):
        await book.save_task(replace(task, state=TaskState.NOTHING), was=TaskState.OPEN)
    assert [task.id for task in await book.tasks_untold()] == [party.id]

    await book.save_task(replace(party, state=TaskState.NOTHING, told_at=NOW), was=TaskState.NOTHING)

    assert await book.tasks_untold() == []


async def test_a_case_waits_with_its_outcome_while_a_place_is_unanswered(book: Book):
    assert await book.unfinished(now=NOW) == [1]
    task = await book.open_task(new())
    assert await book.unfinished(now=NOW) == []

    await book.save_task(replace(task, state=TaskState.DONE), was=TaskState.OPEN)

    assert await book.unfinished(now=NOW) == [1]


async def test_a_step_waits_for_its_day_and_no_approval_brings_it_forward(book: Book):
    case = await book.case(1)
    await book.save(replace(case, state=CaseState.DONE))
    step = Step(kind=StepKind.DESTROY, address=ANNA, right=Right.ERASURE)
    day = NOW + timedelta(days=30)
    step_id = await book.plan_for(1, Phase.LATER, step, at=NOW, run_at=day)
    await book.retry_steps(1, at=NOW)
    assert await book.unfinished(now=day - timedelta(seconds=1)) == []
    assert await book.unfinished(now=day) == [1]

    await book.amend_step(step_id, replace(step, spare_owed=True))
    assert [planned.step.spare_owed for planned in await book.steps(1)] == [True]
    assert await book.drop_steps(1, Phase.LATER) == 1
    assert await book.steps(1) == []


async def test_what_answers_a_letter_to_a_party_belongs_to_no_case(book: Book):
    draft = Draft(
        case_id=1,
        recipient=Address("privacy@hosting.example.kz"),
        message_id=FIRST,
        raw=b"",
        letters=(Letter.PARTY,),
        automatic=True,
        run_at=NOW,
    )
    await book.queue(draft)

    assert await book.thread([FIRST], []) is None
    assert [state for _, state in await book.letters_out(1)] == [OutState.QUEUED]


async def test_disclosures_are_found_by_any_of_a_persons_hashes(book: Book):
    entered = Disclosure(
        digest="a" * 64,
        key_id=1,
        recipient="Налоговый орган",
        ground="НК РК 26",
        day=date(2026, 11, 20),
        entered_at=NOW,
        entered_by="lawyer",
    )
    number = await book.disclose(entered)

    assert await book.disclosures(["b" * 64, "a" * 64]) == [replace(entered, id=number)]
    assert await book.disclosures(["b" * 64]) == []
    assert len(await book.disclosures()) == 1
