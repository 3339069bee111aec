"""What time says about tasks: who does them is reminded, the operator is told in one mail what wants a person.

A mail bomb must not become one for the operator: however many tasks there are, a mail names the first and counts
the rest, and what follows within five minutes waits for the next.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.core import reply
from mailbot.core.case import Case, in_doubt
from mailbot.core.tasks import UNANSWERED, Task, TaskKind, TaskState, Warned, again, warning
from mailbot.journeys import task_mail
from mailbot.journeys.casework import live
from mailbot.journeys.desk import Desk
from mailbot.journeys.trail import record
from mailbot.ports import Book

EVERY = timedelta(minutes=5)
AT_ONCE = 50  # tasks in one transaction; the others in the next round


async def turn(desk: Desk) -> int:
    """Everything that is due by now; of how many tasks something was said."""
    now = desk.chance.now()
    async with desk.ledger.read() as book:
        tasks = await book.tasks(states=UNANSWERED)
    found = [(task, warning(task, now, before=desk.limits.warn_before_due)) for task in tasks]
    said = 0
    for warned in Warned:
        some = [task for task, what in found if what is warned][:AT_ONCE]
        said += await _warn(some, warned, desk) if some else 0
    if said or any(task.warned_at and now - task.warned_at < EVERY for task in tasks):
        return said
    return await _tell(tasks, now, desk)


# ---------------------------------------------------------------- who does it


async def _warn(tasks: Sequence[Task], warned: Warned, desk: Desk) -> int:
    """Remind whoever has to do these; what is late the operator is told as well."""
    async with desk.ledger.write() as book:
        about = [(task, await book.case(task.case_id)) for task in tasks]
        for task, case in about:
            await _remind(task, case, warned, book, desk)
        if warned is Warned.LATE:
            await task_mail.tell_operator("task_late", about, book, desk)
    return len(tasks)


async def _remind(task: Task, case: Case, warned: Warned, book: Book, desk: Desk) -> None:
    times = len(await book.history(case.number, "task.reminded")) + 1
    message_id = again(task.message_id, times) if task.message_id else None
    await book.save_task(replace(task, warned_at=desk.chance.now()), was=task.state)
    if in_doubt(case):
        return  # nobody is urged on before a person has settled who it was; the operator hears that it is late
    if task.kind is TaskKind.STORE:
        kind: reply.Notice = "task" if warned is Warned.NEAR else "task_late"
        await task_mail.ask(kind, task, case, book, desk, message_id=message_id)
    elif task.state is TaskState.OPEN and (case.released or await live(case, book, desk)):
        await task_mail.tell_party(task, case, book, desk, message_id=message_id, reminds=True)
    await record("task.reminded", case, book, desk, {"task": task.id, "why": warned.value})


# ---------------------------------------------------------------- the operator


async def _tell(tasks: Sequence[Task], now: datetime, desk: Desk) -> int:
    """What wants a person and was not told yet: who must be told by post, what was answered, what came back."""
    untold = [task for task in tasks if task.warned_at is None]
    back = [task for task in untold if task.state is not TaskState.OPEN]
    post = [task for task in untold if task.state is TaskState.OPEN and task_mail.by_post(task, desk)]
    if not (back or post):
        return 0
    async with desk.ledger.write() as book:
        kinds: tuple[tuple[reply.Notice, Sequence[Task]], ...] = (("task_back", back), ("task_post", post))
        for kind, some in kinds:
            if some:
                await task_mail.tell_operator(kind, [(t, await book.case(t.case_id)) for t in some], book, desk)
            for task in some:
                await book.save_task(replace(task, warned_at=now), was=task.state)
    return len(back) + len(post)


async def mark(task: Task, state: TaskState, book: Book) -> None:
    """Mark an unanswered task: an answer to it, or our own letter, has come back."""
    if task.state in UNANSWERED and task.state is not state:
        await book.save_task(replace(task, state=state, warned_at=None), was=task.state)  # the operator is told
