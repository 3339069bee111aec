"""A case as the operator sees it: this screen, unlike the log, shows what people wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from mailbot.cli.common import spelled, visible
from mailbot.cli.day import Day, day_of, print_day, print_interim
from mailbot.cli.explained import not_shown
from mailbot.core.case import Case, Outgoing, OutState, Phase, PlannedStep, StoredLetter
from mailbot.core.model import Change, Details, Message, Right, Step
from mailbot.core.phone import masked
from mailbot.core.tasks import Task
from mailbot.errors import NotNow
from mailbot.journeys.desk import Desk
from mailbot.journeys.letters import opened
from mailbot.journeys.verdict import Proposal, proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything that is known about a case."""

    case: Case
    letters: tuple[tuple[StoredLetter, Message | None], ...]
    steps: tuple[PlannedStep, ...]
    out: tuple[tuple[Outgoing, OutState], ...]
    proposal: Proposal | None
    day: Day
    tasks: tuple[Task, ...] = ()
    zone: tzinfo = UTC

    def plain(self) -> dict[str, Any]:
        """For programs."""
        return {
            **plain(self.case),
            **self.day.plain(),
            "letters_in": [
                {
                    "received_at": letter.received_at.isoformat(),
                    "subject": message.subject if message else None,
                    "own_words": message.own_words if message else None,
                    "hidden_text": message is not None and message.hidden_text,
                    "unread_text": message is not None and message.unread_text,
                    "asks": [
                        {"right": ask.right.value, "sure": ask.sure, "by": [e.by for e in ask.evidence]}
                        for ask in letter.reading.asks
                    ],
                    "concerns": [concern.value for concern in letter.reading.concerns],
                    "details": details(letter.reading.details),
                }
                for letter, message in self.letters
            ],
            "steps": [
                {
                    "kind": p.step.kind.value,
                    "phase": p.phase.value,
                    "done": p.done,
                    "on": _day(p, self.zone),
                    "rows": rows(p.intended or ()),
                }
                for p in self.steps
            ],
            "letters_out": [
                {"letters": [x.value for x in out.letters] or ["operator"], "state": state.value}
                for out, state in self.out
            ],
            "tasks": [
                {"task": one.id, "name": one.name, "right": one.right.value, "state": one.state.value}
                for one in self.tasks
            ],
            "proposal": self._proposal(),
        }

    def _proposal(self) -> dict[str, Any] | None:
        if self.proposal is None:
            return None
        letter = self.proposal.letter
        return {
            "phase": self.proposal.phase.value,
            "steps": [{"kind": step.kind.value, "rows": rows(changes)} for step, changes in self.proposal.steps],
            "letter": None if letter is None else {"subject": letter.subject, "body": letter.body},
        }


async def seen(number: str, desk: Desk) -> Shown:
    """Gather a case; raises `NotNow` where there is none."""
    async with desk.ledger.read() as book:
        try:
            case = await book.case(number)
        except KeyError:
            raise NotNow(f"there is no case {number}; `mailbot cases list` shows them") from None
        letters = await book.letters_of(case.id)
        steps = await book.steps(case.id)
        out = await book.letters_out(case.id)
        day = await day_of(case, book, desk)
        tasks = await book.tasks(case_id=case.id)
    return Shown(
        case=case,
        letters=tuple((letter, _message(letter, desk)) for letter in letters),
        steps=tuple(steps),
        out=tuple(out),
        proposal=await proposal(case, desk),
        day=day,
        tasks=tuple(tasks),
        zone=desk.zone,
    )


def _day(planned: PlannedStep, zone: tzinfo) -> str | None:
    """The local day for which a step is planned that waits for one."""
    day = planned.run_at if planned.phase is Phase.LATER else None
    return f"{day.astimezone(zone):%Y-%m-%d}" if day else None


def _message(letter: StoredLetter, desk: Desk) -> Message | None:
    message = opened(letter, desk)
    return message if isinstance(message, Message) else None


def plain(case: Case) -> dict[str, Any]:
    """A case as one JSON object."""
    return {
        "case": case.number,
        "state": case.state.value,
        "rights": [right.value for right in case.rights],
        "languages": [language.value for language in case.languages],
        "standing": case.standing,
        "holds": [reason.value for reason in case.holds],
        "received_at": case.received_at.isoformat(),
        "due_at": case.due_at.isoformat(),
        "norm": case.due_norm,
        "confirmed": case.confirmed,
        "letters": case.letters,
        "versions": case.versions,
        "redacted_at": case.redacted_at and case.redacted_at.isoformat(),
    }


def details(told: Details) -> dict[str, Any]:
    """What a letter plainly says beyond its rights."""
    return {
        "channels": [channel.value for channel in told.channels],
        "kept_channels": [channel.value for channel in told.kept_channels],
        "topics": [topic.value for topic in told.topics],
        "kept_topics": [topic.value for topic in told.kept_topics],
        "phones": list(told.phones),
        "unclear": told.unclear,
        "until": told.until,
        "until_day": told.until_day and told.until_day.isoformat(),
        "corrections": [{"item": one.item.value, "old": one.old, "new": one.new} for one in told.corrections],
    }


def rows(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """Rows of a step, as counts."""
    return [
        {
            "table": f"{change.store}.{change.table}",
            "operation": change.operation,
            "rows": change.rows,
            "columns": list(change.columns),
            "kept_for": change.kept_for,
        }
        for change in changes
    ]


def print_case(shown: Shown, to: Console) -> None:
    """A case on the terminal."""
    case = shown.case
    rights = spelled(right.value for right in case.rights) or "not understood"
    to.print(f"[bold]№ {case.number}[/]  {case.state.value}  {rights}")
    to.print(
        f"received {case.received_at:%Y-%m-%d %H:%M} UTC, due {case.due_at:%Y-%m-%d %H:%M} UTC ({case.due_norm})"
    )
    print_day(shown.day, to)
    if case.redacted_at is not None:
        to.print(f"redacted on {case.redacted_at:%Y-%m-%d}: whom it was about and what was written is forgotten")
    to.print(f"sender: {_safe(case.address) or 'nobody named'} ({case.standing})")
    if case.holds:
        to.print(f"a person, because: {spelled(reason.value for reason in case.holds)}")
    _print_letters(shown, to)
    _print_what_is_done(shown, to)
    _print_proposal(shown, to)
    if case.confirmed and Right.ACCESS in case.rights:
        to.print(f"a copy of the data, if they want one: mailbot package show {case.number}")
    print_interim(shown.day, case.number, to)


def _print_what_is_done(shown: Shown, to: Console) -> None:
    """Steps, our own letters and tasks, each with how far it is."""
    for planned in shown.steps:
        on = _day(planned, shown.zone)
        state = "done" if planned.done else f"to do on {on}" if on else "to do"
        to.print(f"step {planned.step.kind.value} ({planned.phase.value}): {state}{_told(planned.intended or ())}")
    for out, state in shown.out:
        to.print(f"letter {', '.join(x.value for x in out.letters) or 'to the operator'}: {state.value}")
    for task in shown.tasks:
        what = f"{task.name}, {spelled([task.right.value])}: {task.state.value}, due {task.due_at:%Y-%m-%d}"
        to.print(f"task {task.id}, {escape(what)}")


def _print_letters(shown: Shown, to: Console) -> None:
    for letter, message in shown.letters:
        if shown.case.redacted_at is not None and not letter.raw:
            to.print(f"letter of {letter.received_at:%Y-%m-%d %H:%M} UTC: redacted")
        else:
            _print_letter(letter, message, to)


def _print_letter(letter: StoredLetter, message: Message | None, to: Console) -> None:
    words = (
        "unreadable: open it in the mailbox" if message is None else f"{message.subject}\n\n{message.own_words}"
    )
    to.print(Panel(_safe(words), title=f"letter of {letter.received_at:%Y-%m-%d %H:%M} UTC", width=100))
    for line in not_shown(message) if message else ():
        to.print(f"  {line}")
    for ask in letter.reading.asks:
        why = "; ".join(f"“{_safe(e.text)}” ({e.by})" for e in ask.evidence)
        to.print(f"  {ask.right.value}, {ask.sure:.0%} sure: {why}")
    if letter.reading.concerns:
        to.print(f"  look: {spelled(concern.value for concern in letter.reading.concerns)}")
    for line in _details(letter.reading.details):
        to.print(f"  {_safe(line)}")


def _safe(text: str) -> str:
    """A stranger's *text* as the terminal may show it: neither markup nor what acts on the screen."""
    return escape(visible(text))


def _details(told: Details) -> Iterator[str]:
    if told.channels:
        yield f"only by: {spelled(channel.value for channel in told.channels)}"
    if told.topics:
        yield f"only about: {spelled(topic.value for topic in told.topics)}"
    if told.kept_channels or told.kept_topics:
        yield f"to go on: {spelled(one.value for one in (*told.kept_channels, *told.kept_topics))}"
    if told.phones:
        yield f"numbers: {', '.join(told.phones)}"
    if told.unclear:
        yield "of ways, topics or numbers more is said than is understood: mailbot cases change --only …"
    if told.until:
        yield f"until: “{told.until}”" + (f", that is {told.until_day}" if told.until_day else "")
    for one in told.corrections:
        yield f"correct {spelled([one.item.value])}: {f'“{one.old}” → ' if one.old else ''}“{one.new}”"


def _print_proposal(shown: Shown, to: Console) -> None:
    plan = shown.proposal
    if plan is None:
        return
    to.print("[bold]on approval[/]")
    for step, changes in plan.steps:
        to.print(f"  {step.kind.value}{_limits(step)}{_told(changes)}")
    if plan.letter is None:
        to.print("  no letter goes to this address")
    else:
        to.print(Panel(_safe(plan.letter.body), title=_safe(plan.letter.subject), width=100))
    number = shown.case.number
    to.print(
        f"next: mailbot cases approve {number} · refuse {number} --norm … --reason … · "
        f"change {number} --right … · reply {number} --text … · close {number}"
    )


def _limits(step: Step) -> str:
    """What of advertising a step stops, where it is not all."""
    what = [*(way.value for way in step.channels), *step.topics, *map(masked, step.phones)]
    return f" ({', '.join(what)})" if what else ""


def _told(changes: tuple[Change, ...]) -> str:
    told = [
        f"{change.rows} in {change.store}.{change.table} ({change.operation}"
        + (f", kept: {change.kept_for}" if change.kept_for else "")
        + ")"
        for change in changes
    ]
    return ": " + ", ".join(told) if told else ""
