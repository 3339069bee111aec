"""The day of a case as the operator sees it: how it was counted anew, and the letter that lies ready (ADR 16)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from mailbot.cli.common import spelled, visible
from mailbot.core.audit import Event
from mailbot.core.case import Case
from mailbot.journeys.desk import Desk
from mailbot.journeys.reminders import interim
from mailbot.ports import Book, Rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What became of a case's day, and what is to be released before it."""

    recounts: tuple[Event, ...] = ()
    counted_by: str = ""
    letter: Rendered | None = None

    def plain(self) -> dict[str, Any]:
        """For programs."""
        return {
            "counted_by": self.counted_by,
            "recounts": [{"at": event.at.isoformat(), **event.facts} for event in self.recounts],
            "interim_ready": None
            if self.letter is None
            else {"subject": self.letter.subject, "body": self.letter.body},
        }


async def day_of(case: Case, book: Book, desk: Desk) -> Day:
    """Gather it."""
    return Day(
        recounts=tuple(await book.history(case.number, "case.recounted")),
        counted_by=case.counted_by,
        letter=await interim(case, book, desk),
    )


def print_day(day: Day, to: Console) -> None:
    """The days it had, oldest first."""
    for line in recounted(day.recounts):
        to.print(escape(line))


def print_interim(day: Day, number: str, to: Console) -> None:
    """The letter that lies ready, and how it is released."""
    if day.letter is None:
        return
    to.print("[bold]ready for release[/]: not confirmed yet, how to continue; refuses nothing")
    body, subject = (escape(visible(text)) for text in (day.letter.body, day.letter.subject))
    to.print(Panel(body, title=subject, width=100))
    to.print(f"next: mailbot cases remind {number} · reply {number} --text …")


def recounted(events: Sequence[Event]) -> Iterator[str]:
    """A line for each time the day was counted anew: why, what it was, what the law says now, what holds."""
    for event in events:
        facts = event.facts
        cause = facts["cause"]
        why = spelled(str(one) for one in cause) if isinstance(cause, list | tuple) else str(cause)
        holds = "moved" if facts["moved"] else f"the earlier day stays: {_moment(facts['now'])}"
        yield (
            f"counted anew on {event.at:%Y-%m-%d}, because of {why}: was {_moment(facts['was'])} "
            f"({facts['was_norm']}), the law says {_moment(facts['law_says'])} ({facts['norm']}); {holds}"
        )


def _moment(iso: object) -> str:
    return f"{datetime.fromisoformat(str(iso)):%Y-%m-%d %H:%M} UTC"
