"""`mailbot tasks`: what people do by hand, and what parties were asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from mailbot.cli.common import (
    console,
    go,
    opened,
    print_json,
    spelled,
    table,
    visible,
    with_config,
    with_json,
    with_person,
)
from mailbot.core.case import Case
from mailbot.core.model import Message, Right
from mailbot.core.tasks import UNANSWERED, Task, TaskKind, TaskState
from mailbot.errors import NotNow
from mailbot.journeys import task_mail
from mailbot.journeys import tasks as journey
from mailbot.journeys.desk import Desk
from mailbot.journeys.letters import opened as read_again


@click.group()
def tasks() -> None:
    """What is done by hand, and what those who had the data were asked.

    \b
    Every day:  mailbot tasks list
                mailbot tasks show 12                              about whom, what, by when, what was answered
                mailbot tasks done 12 --evidence "act 7 of 23.11"  a case is not done before
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A task with its case and what has come back."""

    task: Task
    case: Case
    place: str  # name and address of the party, or the place and what to do there
    answers: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """For programs."""
        told = {"about": self.case.address, "place": self.place, "answers": list(self.answers)}
        ticked = {"evidence": self.task.evidence, "done_by": self.task.done_by}
        return {**plain(self.task, self.case), **told, **ticked}


def plain(task: Task, case: Case) -> dict[str, Any]:
    """A task as one JSON object, without personal data."""
    return {
        "task": task.id,
        "case": case.number,
        "kind": task.kind.value,
        "name": task.name,
        "right": task.right.value,
        "state": task.state.value,
        "person": task.person,
        "due_at": task.due_at.isoformat(),
    }


@tasks.command("list")
@click.option("--all", "everything", is_flag=True, help="Ended tasks too.")
@with_json
@with_config
def list_(*, everything: bool, as_json: bool, config: Path) -> None:
    """List tasks that wait, the most urgent first.

    \b
    Example:  mailbot tasks list
    """

    async def read() -> Sequence[tuple[Task, Case]]:
        states = () if everything else (*UNANSWERED, TaskState.CANNOT)
        async with opened(config) as app, app.ledger.read() as book:
            return [(task, await book.case(task.case_id)) for task in await book.tasks(states=states)]

    found = go(read())
    shown = table("task", "case", "due (UTC)", "what", "where, who", "state")
    for task, case in found:
        if as_json:
            print_json(plain(task, case))
        what, due = spelled([task.right.value]), f"{task.due_at:%Y-%m-%d %H:%M}"
        where = task.name if task.name == task.person else f"{task.name} ({task.person})"
        shown.add_row(str(task.id), case.number, due, what, escape(where), task.state.value)
    if not as_json:
        console().print(shown if found else "nothing waits")


@tasks.command()
@click.argument("task", type=int)
@with_json
@with_config
def show(task: int, *, as_json: bool, config: Path) -> None:
    """Show a task: about whom it is, what is to be done, what was answered. Changes nothing.

    \b
    Example:  mailbot tasks show 12
    """

    async def look() -> Seen:
        async with opened(config) as app:
            return await seen(task, app.desk)

    found = go(look())
    if as_json:
        print_json(found.plain())
    else:
        _print(found, console())


async def seen(number: int, desk: Desk) -> Seen:
    """Gather a task; raises `NotNow` where there is none."""
    async with desk.ledger.read() as book:
        try:
            task = await book.task(number)
        except KeyError:
            raise NotNow(f"there is no task {number}; `mailbot tasks list` shows them") from None
        case = await book.case(task.case_id)
        events = await book.history(case.number, "task.answered")
        ids = [int(str(event.facts["letter"])) for event in events if event.facts["task"] == task.id]
        letters = [read_again(await book.letter(one), desk) for one in ids]
    said = tuple(one.own_words if isinstance(one, Message) else "unreadable: see the mailbox" for one in letters)
    return Seen(task=task, case=case, place=_place(task, desk), answers=said)


def _place(task: Task, desk: Desk) -> str:
    store, party = task_mail.store_of(task, desk), task_mail.party_of(task, desk)
    if store is not None:
        return f"{store.name} ({store.system})" + (f": {store.how}" if store.how else "")
    return task.name if party is None else ", ".join(filter(None, (party.name, party.address, party.email)))


def _print(found: Seen, to: Console) -> None:
    task, number = found.task, found.task.id
    to.print(f"[bold]task {number}[/] of № {found.case.number}  {task.state.value}  {spelled([task.right.value])}")
    to.print(f"about: {escape(visible(found.case.address))}")
    to.print(f"{'where' if task.kind is TaskKind.STORE else 'who'}: {escape(found.place)}")
    to.print(f"by: {escape(task.person)}, due {task.due_at:%Y-%m-%d %H:%M} UTC")
    for answer in found.answers:
        to.print(f"answered: {escape(visible(answer))}")
    if task.done_at is not None:
        to.print(f"{task.done_at:%Y-%m-%d %H:%M} UTC by {escape(task.done_by)}: {escape(visible(task.evidence))}")
    if task.state in UNANSWERED:
        to.print(f'next: mailbot tasks done {number} --evidence "…" · cannot {number} --why "…"')


@tasks.command()
@click.argument("task", type=int)
@click.option("--evidence", required=True, help="What shows it, e.g. the number of an act; no personal data.")
@click.option("--nothing", is_flag=True, help="It was looked for, and nothing was there.")
@with_person
@with_config
def done(task: int, evidence: str, by: str, *, nothing: bool, config: Path) -> None:
    """Tick a task: it is done, or nothing was there.

    \b
    Examples:  mailbot tasks done 12 --evidence "act 7 of 23.11.2026"
               mailbot tasks done 12 --nothing --evidence "searched 1C by address and name"
    """
    _answer(task, TaskState.NOTHING if nothing else TaskState.DONE, evidence, by, config)


@tasks.command()
@click.argument("task", type=int)
@click.option("--why", required=True, help="Why it cannot be done; no personal data.")
@with_person
@with_config
def cannot(task: int, why: str, by: str, *, config: Path) -> None:
    """Say that a task cannot be done: its case goes to a person, and nobody is told that all is done.

    \b
    Example:  mailbot tasks cannot 12 --why "the archive is sealed by a court"
    """
    _answer(task, TaskState.CANNOT, why, by, config)


def _answer(number: int, state: TaskState, evidence: str, by: str, config: Path) -> None:
    async def act() -> tuple[Task, Case]:
        async with opened(config) as app:
            return await journey.answer(number, state, evidence=evidence.strip(), by=by, desk=app.desk)

    task, case = go(act())
    click.echo(f"task {task.id} of {case.number}: {task.state.value}; the case is {case.state.value}")


@tasks.command("open")
@click.argument("number")
@click.option(
    "--right",
    required=True,
    type=click.Choice([right.value for right in Right]),
    help="The right that you have carried out by hand.",
)
@with_person
@with_config
def open_(number: str, right: str, by: str, config: Path) -> None:
    """Tell all others on the map of what you have done by hand, e.g. a correction; a task each.

    \b
    Example:  mailbot tasks open 2026-0417 --right rectification
    """

    async def act() -> Sequence[Task]:
        async with opened(config) as app:
            return await journey.open_by_hand(number, Right(right), by=by, desk=app.desk)

    for task in go(act()):
        click.echo(f"{number}: task {task.id}, {task.name}, due {task.due_at:%Y-%m-%d}")
