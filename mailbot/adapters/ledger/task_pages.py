"""The pages of the book about tasks, about steps that wait for their day, and about disclosures to authorities."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import disclosures, steps, tasks
from mailbot.core.case import Phase
from mailbot.core.model import MessageId, Right, Step
from mailbot.core.tasks import ANSWERED, NewTask, Task, TaskKind, TaskState, first_of
from mailbot.errors import Conflict
from mailbot.ports.disclosed import Disclosure


class TaskPages:
    """Tasks of people and parties."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def open_task(self, new: NewTask) -> Task:
        """Keep a task; its number."""
        kept = await self._db.execute(insert(tasks).values(**asdict(new)).returning(tasks.c.id))
        return await self.task(int(kept.scalar_one()))

    async def task(self, task_id: int) -> Task:
        """One task; raises KeyError where there is none."""
        row = (await self._db.execute(select(tasks).where(tasks.c.id == task_id))).one_or_none()
        if row is None:
            raise KeyError(f"no task {task_id}")
        return _task(row)

    async def tasks(self, *, case_id: int | None = None, states: Collection[TaskState] = ()) -> Sequence[Task]:
        """Tasks of one case or of all, in *states* (all, if empty), the most urgent first."""
        query = select(tasks).order_by(tasks.c.due_at, tasks.c.id)
        if case_id is not None:
            query = query.where(tasks.c.case_id == case_id)
        if states:
            query = query.where(tasks.c.state.in_(states))
        return [_task(row) for row in await self._db.execute(query)]

    async def tasks_untold(self) -> Sequence[Task]:
        """Tasks of parties that a person has ticked, and whose result the case's person does not know, by case."""
        ticked = tasks.c.state.in_([*ANSWERED, TaskState.CANNOT])
        query = select(tasks).where(ticked, tasks.c.kind == TaskKind.PARTY, tasks.c.told_at.is_(None))
        return [_task(row) for row in await self._db.execute(query.order_by(tasks.c.case_id, tasks.c.id))]

    async def task_asked_by(self, ids: Collection[MessageId]) -> Task | None:
        """The task that one of these Message-IDs of ours, its first letter or a reminder, was about."""
        found = (
            select(tasks).where(tasks.c.message_id.in_(first_of(tuple(ids)))).order_by(tasks.c.id.desc()).limit(1)
        )
        row = (await self._db.execute(found)).one_or_none()
        return None if row is None else _task(row)

    async def save_task(self, task: Task, *, was: TaskState) -> None:
        """Write a changed task back; raises `Conflict` where it was not in *was* any more."""
        here = (tasks.c.id == task.id) & (tasks.c.state == was)
        done = await self._db.execute(update(tasks).where(here).values(**asdict(task)))
        if done.rowcount != 1:
            raise Conflict(f"task {task.id} has been answered by somebody else")


def _task(row: Row[Any]) -> Task:
    values = {one.name: getattr(row, one.name) for one in fields(Task)}
    values |= {"kind": TaskKind(row.kind), "right": Right(row.right), "state": TaskState(row.state)}
    return Task(**values)


class TermPages:
    """Steps that wait for their day."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def plan_for(self, case_id: int, phase: Phase, step: Step, *, at: datetime, run_at: datetime) -> int:
        """Record a step that is not taken before *run_at*; its id."""
        values = {"case_id": case_id, "phase": phase, "step": rows.to_json(step), "at": at, "run_at": run_at}
        kept = await self._db.execute(insert(steps).values(**values, attempts=0, done=False).returning(steps.c.id))
        return int(kept.scalar_one())

    async def amend_step(self, step_id: int, step: Step) -> None:
        """Take *step* instead, where it is not done yet."""
        here = (steps.c.id == step_id) & steps.c.done.is_(False)
        await self._db.execute(update(steps).where(here).values(step=rows.to_json(step)))

    async def drop_steps(self, case_id: int, phase: Phase, *, at: datetime | None = None) -> int:
        """Forget steps of *phase* that were not taken, of the round begun *at* or of all; how many."""
        here = (steps.c.case_id == case_id) & (steps.c.phase == phase) & steps.c.done.is_(False)
        if at is not None:
            here &= steps.c.at == at
        return (await self._db.execute(delete(steps).where(here))).rowcount


class DisclosurePages:
    """Disclosures to authorities (requirements A74)."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def disclose(self, disclosure: Disclosure) -> int:
        """Keep one; its number."""
        values = {name: value for name, value in asdict(disclosure).items() if name != "id"}
        kept = await self._db.execute(insert(disclosures).values(**values).returning(disclosures.c.id))
        return int(kept.scalar_one())

    async def disclosures(self, digests: Collection[str] | None = None) -> Sequence[Disclosure]:
        """Those of the person with one of these keyed hashes, or all; the oldest first."""
        query = select(disclosures).order_by(disclosures.c.day, disclosures.c.id)
        if digests is not None:
            query = query.where(disclosures.c.digest.in_(digests))
        names = [one.name for one in fields(Disclosure)]
        return [Disclosure(**{n: getattr(row, n) for n in names}) for row in await self._db.execute(query)]
