"""What people and parties were asked to do, and what became of it."""

from collections.abc import Collection, Sequence
from typing import Protocol

from mailbot.core.model import MessageId
from mailbot.core.tasks import NewTask, Task, TaskState


class Tasked(Protocol):
    """Tasks of cases."""

    async def open_task(self, new: NewTask) -> Task:
        """Keep a task; its number."""
        ...

    async def task(self, task_id: int) -> Task:
        """One task; raises KeyError where there is none."""
        ...

    async def tasks(self, *, case_id: int | None = None, states: Collection[TaskState] = ()) -> Sequence[Task]:
        """Tasks of one case or of all, in *states* (all, if empty), the most urgent first."""
        ...

    async def tasks_untold(self) -> Sequence[Task]:
        """Tasks of parties that a person has ticked, and whose result the case's person does not know, by case."""
        ...

    async def task_asked_by(self, ids: Collection[MessageId]) -> Task | None:
        """The task that one of these Message-IDs of ours, its first letter or a reminder, was about."""
        ...

    async def save_task(self, task: Task, *, was: TaskState) -> None:
        """Write a changed task back; raises `Conflict` where it was not in *was* any more."""
        ...
