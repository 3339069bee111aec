"""Shows the story to people: readable on a terminal, and in a pipe without colours."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from enum import StrEnum
from typing import TextIO, assert_never

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from mailbot.core.case import Case
from mailbot.core.model import CaseState
from mailbot.demo.report import Played, Report
from mailbot.demo.stage import Stage
from mailbot.demo.story import How, Outcome
from mailbot.demo.witness import Line, Seen
from mailbot.journeys.desk import TOKEN

WIDTH = 100
FIRST_LINES = 2  # of a letter, after its greeting
FIRST_WORDS = 170  # characters of a message

LEFT = "left exactly as it is: unseen, unmoved, unanswered"

_WITH = {"set": "with", "cleared": "with", "changed": "with another"}


class Screen:
    """Where it is shown."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._console = Console(file=stream or sys.stdout, width=WIDTH, highlight=False)

    def say(self, *lines: str) -> None:
        """Plain lines, as long as they are: they are there to be copied."""
        for line in lines:
            self._console.print(Text(line), soft_wrap=True)

    def opening(self, stage: Stage) -> None:
        """What stands ready."""
        self._console.print(
            Text.assemble(
                ("mailbot demo", "bold"),
                f"  IMAP {stage.mail.imap_port} and SMTP {stage.mail.smtp_port} on 127.0.0.1, two SQLite files, ",
                f"`mailbot run` as process {stage.daemon.pid}, every right live. ",
                "Nothing here leaves this machine; everybody is invented.",
            )
        )

    def scene(self, one: Played) -> None:
        """One message: what arrives, what is decided and why, what changes, what is answered."""
        self._console.print()
        self._console.print(
            Rule(Text(f"{one.number:>2}  {one.scene.title}", style="bold"), align="left", style="dim")
        )
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=9, style="dim", no_wrap=True)
        grid.add_column()
        for label, shown in _rows(one):
            grid.add_row(label, shown)
        self._console.print(grid)

    def closing(self, report: Report) -> None:
        """A line for each message, and what holds for the whole."""
        self._console.print()
        self._console.print(Rule(Text("what came of it", style="bold"), align="left", style="dim"))
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
        for heading in ("", "who", "", "asked", "decided", "rows", "letters", ""):
            table.add_column(heading, overflow="fold")
        for one in report.played:
            table.add_row(*_summary(one))
        self._console.print(table)
        self._console.print()
        for check in report.checks:
            self._console.print(_mark(good=check.holds), check.said)
        came = sum(not one.faults for one in report.played)
        said = f"{came} of {len(report.played)} as expected, in {report.seconds:.1f} s"
        self._console.print(_mark(good=not report.faults), Text(said, style="bold"))
        for fault in report.faults:
            self._console.print(Text(f"  not as expected: {fault}", style="red"))


# ---------------------------------------------------------------- a scene


def _rows(one: Played) -> Iterator[tuple[str, RenderableType]]:
    seen = one.seen
    if one.mail is None:
        yield "a person", Text(_command(one))
    else:
        yield "arrives", Text(_arrival(one))
        yield "read", Text(_reading(one))
    if seen.standing:
        yield "sender", Text(seen.standing)
    yield "decided", Text(_decision(one))
    yield "data", _data(seen.lines)
    yield "answered", _answers(seen)
    took = f"as expected, {one.seconds:.2f} s" if not one.faults else "NOT AS EXPECTED: " + "; ".join(one.faults)
    yield "", Text(f"{_mark(good=not one.faults)} {took}", style="green" if not one.faults else "bold red")


def _command(one: Played) -> str:
    number = one.seen.case.number if one.seen.case else "?"
    told = f' --norm "{one.scene.norm}" --reason "{one.scene.text}"' if one.scene.how is How.REFUSE else ""
    return f"mailbot cases {one.scene.how.value} {number}{told}"


def _arrival(one: Played) -> str:
    message = one.seen.message
    if message is None:
        return "nobody can read it"
    subject = " ".join(message.subject.split())
    words = " ".join(message.own_words.split())
    first = words if len(words) <= FIRST_WORDS else f"{words[:FIRST_WORDS]}…"
    below = " [our letter quoted below]" if TOKEN.search(message.cut_away) else ""
    said = f"\n“{first}”{below}" if first else ""
    return f"from {', '.join(message.authors) or 'nobody'}: {subject}{said}"


def _reading(one: Played) -> str:
    reading, message, outcome = one.seen.reading, one.seen.message, one.seen.outcome
    if message is not None and message.machine is not None:
        return f"a machine writes: {message.machine.value}"
    if message is not None and message.encrypted:
        return "encrypted: not for a program"
    if reading is None:
        return "not at all"
    if outcome.reply and reading.reply_word is not None:
        return f"an answer to our question: {_words(reading.reply_word)}"
    if not reading.asks:
        return "asks nothing that is mailbot's business"
    asks = [
        f"{_words(ask.right)}, {ask.sure:.0%} sure: “{ask.evidence[0].text}” ({ask.evidence[0].by})"
        for ask in reading.asks
    ]
    doubts = [f"look: {_words(concern)}" for concern in reading.concerns]
    return "; ".join((*asks, *doubts, f"in {', '.join(reading.languages)}"))


def _decision(one: Played) -> str:
    case, outcome = one.seen.case, one.seen.outcome
    if case is None:
        return "left exactly as it was: it lay there before mailbot came" if one.scene.how is How.OLD else LEFT
    said = f"№ {case.number}, {_outcome_words(case, outcome)}"
    plan = [
        f"{when} {', '.join(_words(step.kind) for step in steps)}"
        for when, steps in (("at once", case.decision.now), ("once confirmed", case.decision.confirmed))
        if steps and one.seen.outcome.asked
    ]
    return "; ".join((said, *plan))


def _outcome_words(case: Case, outcome: Outcome) -> str:
    match case.state:
        case CaseState.PERSON:
            return f"a person must decide: {', '.join(_words(reason) for reason in case.holds)}"
        case CaseState.CONFIRMATION:
            return "the owner of the address is asked first"
        case CaseState.DONE:
            return "confirmed: carried out" if outcome.reply else "carried out"
        case CaseState.CLOSED:
            return "the owner of the address says no: everything lifted"
        case CaseState.REFUSED:
            return "refused by a person"
        case CaseState.FULFILLING:
            return "still under way"
        case _:
            assert_never(case.state)


def _data(lines: Sequence[Line]) -> RenderableType:
    if not lines:
        return Text("nothing changes", style="dim")
    table = Table.grid(padding=(0, 2))
    for line in lines:
        changed = line.changed
        what = f"rows {_WITH[changed.what]} {changed.column}" if changed.column else "rows"
        table.add_row(f"company.{changed.table}", what, f"{line.before} → {line.after}", changed.what)
    return table


def _answers(seen: Seen) -> RenderableType:
    languages = ", ".join(seen.outcome.languages)
    shown: list[RenderableType] = [_letter(letter, languages) for letter in seen.letters]
    if not shown:
        shown.append(Text("no letter", style="dim"))
    if seen.outcome.operator:
        shown.append(Text("the operator is told that it waits", style="dim"))
    elif seen.outcome.case is CaseState.PERSON:
        shown.append(Text("the operator will be told that it waits, with the next mail", style="dim"))
    return Group(*shown)


def _letter(letter: EmailMessage, languages: str) -> RenderableType:
    lines = [line for line in str(letter.get_content()).splitlines() if line.strip()]
    first = TOKEN.sub("MB…", "\n".join(lines[1 : 1 + FIRST_LINES]))
    subject = Text.assemble((str(letter["Subject"]), "bold"), (f"  in {languages}", "dim"))
    return Group(subject, Padding(Text(first), (0, 0, 0, 2)))


# ---------------------------------------------------------------- the table


def _summary(one: Played) -> tuple[str | Text, ...]:
    seen, outcome = one.seen, one.seen.outcome
    language = outcome.languages or (seen.reading.languages if seen.reading else ())
    asked = ", ".join(map(_words, outcome.asked)) or _instead(one)
    decided = _words(outcome.case) if outcome.case else "left alone"
    holds = f": {', '.join(map(_words, outcome.holds))}" if outcome.holds else ""
    rows = ", ".join(f"{count} {what}" for what, count in _by_kind(outcome.changes).items()) or "—"
    letters = ", ".join(map(_words, outcome.letters)) or "—"
    mark = Text(_mark(good=not one.faults), style="red" if one.faults else "green")
    return (str(one.number), one.person.name, ", ".join(language), asked, decided + holds, rows, letters, mark)


def _instead(one: Played) -> str:
    """What a line says that asks for nothing."""
    message = one.seen.message
    if one.mail is None:
        return "a person's verdict"
    if message is not None and message.machine is not None:
        return f"({_words(message.machine)})"
    return f"(answers: {one.seen.outcome.reply})" if one.seen.outcome.reply else "—"


def _by_kind(changes: Mapping[str, int]) -> Mapping[str, int]:
    """Rows by what became of them, whatever the table."""
    count: Counter[str] = Counter()
    for name, rows in changes.items():
        count[name.rpartition(" ")[2]] += rows
    return count


def _words(name: StrEnum) -> str:
    return name.value.replace("_", " ")


def _mark(*, good: bool) -> str:
    return "✓" if good else "✗"
