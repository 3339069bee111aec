"""parties: what comes back to our letters about tasks, and what the person is told of it in the end (A93).

What comes back belongs to its task and moves no case: it is not the person who writes. No program reads the
answer: it lies there until a person ticks the task. When all parties of a case are ticked, the person is told;
that is after the case is done, and so none of the three letters before it closes (amendment 9).
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal

from mailbot.core import reply
from mailbot.core.audit import Plain
from mailbot.core.case import Case, Outgoing, StoredLetter
from mailbot.core.decide.repeats import DAY, IN_A_THREAD_A_DAY
from mailbot.core.model import CaseState, Letter, Machine, Message, Unreadable
from mailbot.core.tasks import UNANSWERED, Task, TaskKind, TaskState, names_parties
from mailbot.journeys import letters, task_clock, task_mail
from mailbot.journeys.casework import live
from mailbot.journeys.desk import Desk
from mailbot.journeys.trail import record
from mailbot.ports import Book

# ---------------------------------------------------------------- what comes back


async def asked_about(message: Message | Unreadable, book: Book) -> Task | None:
    """The task that a message answers, or whose letter it brings back; None: it belongs to none."""
    if isinstance(message, Unreadable):
        return None
    ids = (*message.answers_to, *message.reports_on)
    return await book.task_asked_by(ids) if ids else None


async def take_up(letter: StoredLetter, desk: Desk) -> bool:
    """Give a letter that answers one about a task to that task; whether it was one. No case moves."""
    message = letters.opened(letter, desk)
    if isinstance(message, Unreadable):
        return False
    async with desk.ledger.read() as book:
        found = await asked_about(message, book)
    if found is None or _asks_for_itself(letter, message, found, desk):
        return False
    async with desk.ledger.write() as book:
        task = await book.task(found.id)
        await book.dismiss(letter.id)
        await _note(task, letter, message, book, desk)
    return True


def _asks_for_itself(letter: StoredLetter, message: Message, task: Task, desk: Desk) -> bool:
    """Whether somebody else asks for something below a letter of ours that was passed on to them: a request."""
    if message.machine is not None or message.author is None or not letter.reading.rights:
        return False
    party, store = task_mail.party_of(task, desk), task_mail.store_of(task, desk)
    theirs = party.email if party else store.mail if store else ""
    return bool(theirs) and message.author.rpartition("@")[2] != theirs.lower().rpartition("@")[2]


async def _note(task: Task, letter: StoredLetter, message: Message, book: Book, desk: Desk) -> None:
    """Say where it was noted, and call a person where it says something."""
    case = await book.case(task.case_id)
    facts: dict[str, Plain] = {"task": task.id, "letter": letter.id, "machine": _machine(message)}
    await record("task.answered", case, book, desk, facts)
    if message.machine is Machine.BOUNCE:
        await task_clock.mark(task, TaskState.BOUNCED, book)
    elif message.machine is None:
        await task_clock.mark(task, TaskState.REPLIED, book)


def _machine(message: Message) -> str | None:
    return message.machine and message.machine.value


async def never_taken(letter: Outgoing, book: Book) -> None:
    """The relay will never take a letter to a party: a person tells them in another way."""
    task = await book.task_asked_by([letter.message_id])
    if task is not None:
        await task_clock.mark(task, TaskState.BOUNCED, book)


# ---------------------------------------------------------------- the result, to the person


async def results_due(desk: Desk) -> Sequence[int]:
    """Cases whose parties have all been ticked, and whose person has not been told."""
    async with desk.ledger.read() as book:
        untold = await book.tasks_untold()
        open_ = {task.case_id for task in await book.tasks(states=UNANSWERED) if task.kind is TaskKind.PARTY}
        ids = [case_id for case_id, _ in groupby(untold, key=lambda task: task.case_id) if case_id not in open_]
        return [case_id for case_id in ids if await _may_tell(await book.case(case_id), book, desk)]


async def _may_tell(case: Case, book: Book, desk: Desk) -> bool:
    """Whether the person may be told: their own letter comes first, and only live rights write by themselves.

    Not as a fourth letter within a day: it would be held back as one too many (D16).
    """
    ended = case.state is CaseState.DONE and case.decision.may_answer and names_parties(case)
    if not ended or not (case.released or await live(case, book, desk)):
        return False
    had = await book.told(case.address, since=desk.chance.now() - DAY)
    return len([out for out, of in had if of.id == case.id and out.automatic]) < IN_A_THREAD_A_DAY


async def tell_result(case_id: int, desk: Desk) -> bool:
    """Tell the person what those who had the data from us have answered (A93)."""
    async with desk.ledger.write() as book:
        case = await book.case(case_id)
        told = [task for task in await book.tasks_untold() if task.case_id == case_id]
        if not told or not await _may_tell(case, book, desk):
            return False
        for task in told:
            await book.save_task(replace(task, told_at=desk.chance.now()), was=task.state)
        facts = letters.facts_of(case, await book.steps(case.id), desk)
        parent = await letters.parent_of(case, book, desk)
        said = replace(facts, results=tuple(reply.Result(name=task.name, answer=_answer(task)) for task in told))
        await letters.send(case, (Letter.PARTY_RESULT,), parent, book, desk, said=said)
        await record("parties.told", case, book, desk, {"tasks": [task.id for task in told]})
    return True


def _answer(task: Task) -> Literal["done", "nothing", "cannot"]:
    match task.state:
        case TaskState.DONE:
            return "done"
        case TaskState.NOTHING:
            return "nothing"
        case _:
            return "cannot"
