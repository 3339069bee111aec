"""tasks: a right is carried out in the databases ─▶ what others have to do about it, asked, reminded of, ticked.

A named person is told by a mail without personal data, which says by what command they see whom it is about. A
case is not done before each of these tasks is answered, and no letter says so (issue 5, item 1).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from mailbot.core import reply
from mailbot.core.audit import Plain
from mailbot.core.case import Case, OutState, Phase
from mailbot.core.datamap import Manual
from mailbot.core.deadline import LAST_SECOND, statutes
from mailbot.core.model import CaseState, HoldReason, Letter, MessageId, Right
from mailbot.core.tasks import (
    UNANSWERED,
    Duty,
    NewTask,
    Task,
    TaskKind,
    TaskState,
    duties,
    first_of,
    of_rights,
)
from mailbot.errors import NotNow
from mailbot.journeys import letters, question, task_mail
from mailbot.journeys.casework import OPEN, live, to_person
from mailbot.journeys.desk import Desk
from mailbot.journeys.trail import record
from mailbot.ports import Book

OURS = (Phase.NOW, Phase.CONFIRMED)  # steps whose outcome the person is told

# ---------------------------------------------------------------- opened


async def pass_on(case: Case, book: Book, desk: Desk) -> None:
    """Open what others have to do now that one more step is done; in the transaction that says it is.

    What was opened is not opened again, however often a case is carried out.
    """
    steps = await book.steps(case.id)
    await _open_missing(case, duties(case, steps, desk.datamap), book, desk)
    asks = bool(case.decision.confirmed) and not case.confirmed
    if case.state is not CaseState.FULFILLING or asks or not all(p.done for p in steps if p.phase in OURS):
        return
    if any(task.holds_up for task in await book.tasks(case_id=case.id)):
        await say_under_way(case, "by_hand", book, desk)


async def _open_missing(case: Case, due: Sequence[Duty], book: Book, desk: Desk) -> Sequence[Task]:
    known = {(task.kind, task.name, task.right) for task in await book.tasks(case_id=case.id)}
    return [await _open(case, duty, book, desk) for duty in due if duty.key not in known]


async def _open(case: Case, duty: Duty, book: Book, desk: Desk) -> Task:
    now, place = desk.chance.now(), duty.place
    task = await book.open_task(
        NewTask(
            case_id=case.id,
            kind=duty.kind,
            name=place.name,
            right=duty.right,
            person=place.person if isinstance(place, Manual) else place.name,
            opened_at=now,
            due_at=_due_at(duty, case, now, desk),
            message_id=_message_id(case, duty, desk),
        )
    )
    facts = {"task": task.id, "kind": task.kind.value, "place": task.name, "right": task.right.value}
    await record("task.opened", case, book, desk, {**facts, "due": task.due_at.isoformat()})
    if task.kind is TaskKind.PARTY:
        await task_mail.tell_party(task, case, book, desk, message_id=task.message_id)
    else:
        await task_mail.ask("task", task, case, book, desk, message_id=task.message_id)
    return task


def _message_id(case: Case, duty: Duty, desk: Desk) -> MessageId:
    """Unique and as hard to guess as any of ours, though it is not drawn: 128 bits of a keyed hash (D19).

    What is drawn for a task would move what is drawn for the person's own letter, and tell who is on file (C19).
    """
    digest = desk.keys.token.digest(f"task of {case.number}: {duty.kind} {duty.place.name} {duty.right}")
    return MessageId(f"{digest[:32]}@{desk.letterhead.mailbox.rpartition('@')[2]}")


def _due_at(duty: Duty, case: Case, now: datetime, desk: Desk) -> datetime:
    """End of the last working day that the map gives; of a store never later than the law's day of its case."""
    ours = statutes(desk.law, desk.letterhead.jurisdiction)
    ends = []
    for _, statute in ours:
        last = statute.days.after(now.astimezone(statute.zone).date(), duty.place.within_days)
        ends.append(datetime.combine(last, LAST_SECOND, tzinfo=statute.zone).astimezone(UTC))
    if duty.kind is TaskKind.STORE and case.due_at > now:
        ends.append(case.due_at)
    return min(ends)


async def open_by_hand(number: str, right: Right, *, by: str, desk: Desk) -> Sequence[Task]:
    """What others have to do about a right that a person has carried out, e.g. a correction (A93)."""
    async with desk.ledger.write() as book:
        try:
            case = await book.case(number)
        except KeyError:
            raise NotNow(f"there is no case {number}; `mailbot cases list` shows them") from None
        opened = await _open_missing(case, of_rights([right], desk.datamap), book, desk)
        if not opened:
            raise NotNow(f"nobody on the map has to do anything about {right.value}, or all were told before")
        facts = {"right": right.value, "tasks": [task.id for task in opened]}
        await record("task.opened_by_hand", case, book, desk, facts, by=by)
        return opened


# ---------------------------------------------------------------- the person who wrote to us


async def say_under_way(case: Case, what: reply.UnderWay, book: Book, desk: Desk) -> None:
    """Say once what is done already, and that a person does the rest (amendment 9).

    Where a letter is left for the outcome, and a program may write.
    """
    if not case.decision.may_answer or not question.has_room(case, desk):
        return
    said_so = any(Letter.UNDER_WAY in out.letters for out, _ in await book.letters_out(case.id))
    if said_so or not (case.released or await live(case, book, desk)):
        return
    facts = replace(letters.facts_of(case, await book.steps(case.id), desk), under_way=what)
    parent = await letters.parent_of(case, book, desk)
    await letters.send(case, (Letter.UNDER_WAY,), parent, book, desk, said=facts)


# ---------------------------------------------------------------- answered by a person


async def answer(task_id: int, state: TaskState, *, evidence: str, by: str, desk: Desk) -> tuple[Task, Case]:
    """A person says what became of a task; raises `NotNow` where that does not fit.

    *evidence* stays with the task; only its hash goes into the trail, since people write what they like.
    """
    async with desk.ledger.write() as book:
        task, case = await _answerable(task_id, book)
        if case.address and case.address in evidence.lower():
            raise NotNow("evidence names no person: write what was done, e.g. a document's number")
        now = desk.chance.now()
        ended = replace(task, state=state, done_at=now, done_by=by, evidence=evidence)
        await book.save_task(ended, was=task.state)
        facts: dict[str, Plain] = {"task": task.id, "place": task.name, "right": task.right.value}
        facts["evidence_sha256"] = sha256(evidence.encode()).hexdigest()
        await record(f"task.{state.value}", case, book, desk, facts, by=by)
        if state is TaskState.CANNOT and task.kind is TaskKind.STORE and case.state in OPEN:
            case = await to_person(case, (HoldReason.NOT_DONE,), book, desk)
        return ended, case


async def _answerable(task_id: int, book: Book) -> tuple[Task, Case]:
    try:
        task = await book.task(task_id)
    except KeyError:
        raise NotNow(f"there is no task {task_id}; `mailbot tasks list` shows them") from None
    if task.state not in (*UNANSWERED, TaskState.CANNOT):
        raise NotNow(f"task {task_id} is {task.state.value} already")
    return task, await book.case(task.case_id)


async def not_yet(case: Case, book: Book, desk: Desk) -> bool:
    """Whether *case* must not be called done: a place that is no database has not been seen to (issue 5, item 1).

    What could not be done there goes to a person.
    """
    holding = [task for task in await book.tasks(case_id=case.id) if task.holds_up]
    if any(task.state is TaskState.CANNOT for task in holding):
        await to_person(case, (HoldReason.NOT_DONE,), book, desk)
    return bool(holding)


async def drop(case: Case, book: Book, desk: Desk) -> None:
    """Nothing of *case* is to be done any more: it was somebody else who had asked."""
    await drop_of(case, tuple(Right), book, desk)
    if await book.drop_steps(case.id, Phase.LATER):
        await record("later.dropped", case, book, desk, {})


async def drop_of(case: Case, rights: Collection[Right], book: Book, desk: Desk) -> None:
    """Nobody is asked any more to follow *rights*, and letters that ask for it and have not left stay here."""
    dropped = [one for one in await book.tasks(case_id=case.id, states=UNANSWERED) if one.right in rights]
    for task in dropped:
        await book.save_task(replace(task, state=TaskState.DROPPED), was=task.state)
        await record("task.dropped", case, book, desk, {"task": task.id})
    asked = {task.message_id for task in dropped if task.kind is TaskKind.PARTY}
    for letter, state in await book.letters_out(case.id):
        if state is OutState.QUEUED and asked & set(first_of((letter.message_id,))):
            await book.out(letter.id, was=OutState.QUEUED, now_is=OutState.HELD, at=desk.chance.now())
            await record("answer.held", case, book, desk, {"answer": letter.id, "why": "task dropped"})


async def done_by_hand(case: Case, book: Book, desk: Desk) -> Sequence[tuple[Right, str]]:
    """For which right people have found something by hand, and the category of data it was."""
    done = [task for task in await book.tasks(case_id=case.id) if task.state is TaskState.DONE]
    found = [(task.right, task_mail.store_of(task, desk)) for task in done]
    return [(right, store.category) for right, store in found if store is not None]


def with_hands(facts: reply.Facts, by_hand: Sequence[tuple[Right, str]]) -> reply.Facts:
    """*facts* with what was found by hand: destroyed there, or held there."""
    destroyed = [category for right, category in by_hand if right in (Right.WITHDRAW_CONSENT, Right.ERASURE)]
    found = [category for right, category in by_hand if right is Right.ACCESS]
    return replace(
        facts,
        destroyed=tuple(dict.fromkeys((*(facts.destroyed or ()), *destroyed))),
        found=None if facts.found is None else tuple(dict.fromkeys((*facts.found, *found))),
    )
