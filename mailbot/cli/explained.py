"""What a message was read as, for programs and for people."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import click
from rich.console import Console
from rich.text import Text

from mailbot.cli.common import spelled, visible
from mailbot.core.decide import BY_HAND, concerns_us
from mailbot.core.model import SURE, Ask, Evidence, Message, Reading, Right, Route, Unreadable

SHOWN = 20_000  # characters of own words on the terminal; --json has all of them
COLOURS = {
    Right.ACCESS: "bold cyan",
    Right.UNSUBSCRIBE: "bold yellow",
    Right.WITHDRAW_CONSENT: "bold magenta",
    Right.ERASURE: "bold red",
    Right.RECTIFICATION: "bold blue",
    Right.BLOCKING: "bold green",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One message, what was read in it and where that leads."""

    file: str
    message: Message | Unreadable
    reading: Reading

    @property
    def route(self) -> Route:
        """Where it goes, given a proven sender and live autonomy.

        The reading says so, but for what nobody can read and for a From that no sender can prove: a person looks.
        """
        message = self.message
        if isinstance(message, Unreadable):
            return Route.REVIEW
        if not concerns_us(message, self.reading, tied=False):
            return Route.IGNORE
        return Route.REVIEW if message.encrypted or message.author is None else self.reading.route

    @property
    def why(self) -> str:
        """Why it goes there, in a few words."""
        message = self.message
        if isinstance(message, Unreadable):
            return f"a person must open it: {message.why}"
        if message.machine is not None and self.route is not Route.REVIEW:
            return f"automatic: {spelled([message.machine])}"
        match self.route:
            case Route.ACT:
                return "sure"
            case Route.REVIEW:
                return "; ".join(self._doubts(message)) or "a person must look"
            case Route.IGNORE:
                return "nothing is asked for"

    def _doubts(self, message: Message) -> Iterator[str]:
        if self.reading.concerns:
            yield spelled(self.reading.concerns)
        if vague := [ask.right for ask in self.reading.asks if ask.sure < SURE]:
            yield f"not sure of {spelled(vague)}"
        if message.encrypted:
            yield "encrypted"
        if message.author is None:
            yield "From names no single author"

    def plain(self) -> dict[str, object]:
        """For programs (issue 3, item 7)."""
        message, reading = self.message, self.reading
        readable = isinstance(message, Message)
        return {
            "file": self.file,
            "readable": readable,
            "language": reading.languages[0].value if reading.languages else "",
            "automatic": isinstance(message, Message) and message.machine is not None,
            "own_words": message.own_words if isinstance(message, Message) else "",
            "hidden_text": isinstance(message, Message) and message.hidden_text,
            "unread_text": isinstance(message, Message) and message.unread_text,
            "requests": [right.value for right in reading.rights],
            "route": self.route.value,
            "why": self.why,
            "evidence": [
                {"request": ask.right.value, "text": said.text, "by": said.by}
                for ask in reading.asks
                for said in ask.evidence
            ],
        }


# ---------------------------------------------------------------- for people


def show(one: Explained, to: Console | None) -> None:
    """A message with its evidence highlighted, or as plain lines where there is no terminal."""
    for line in _lines(one):
        if to is None:
            click.echo(line.plain)
        else:
            to.print(line, soft_wrap=True)


def _lines(one: Explained) -> Iterator[Text]:
    message, reading = one.message, one.reading
    yield Text(line_of(one.file), style="bold")
    yield Text.assemble("  route      ", (one.route.value, "bold"), f": {one.why}")
    if isinstance(message, Message):
        yield Text(f"  language   {spelled(reading.languages) or 'none that is known'}")
        yield Text(f"  automatic  {spelled([message.machine]) if message.machine else 'no'}")
    for ask in reading.asks:
        yield from _ask_lines(ask)
    if isinstance(message, Message):
        yield Text.assemble("  subject    ", highlighted(line_of(message.subject), reading))
        yield Text("  own words")
        own = visible(message.own_words[:SHOWN])
        yield from (
            Text.assemble("    ", line) for line in highlighted(own, reading).split("\n", allow_blank=True)
        )
        if (more := len(message.own_words) - SHOWN) > 0:
            yield Text(f"    … {more} characters more")
        yield from (Text(f"  {said}") for said in not_shown(message))
    yield Text()


def not_shown(message: Message) -> Iterator[str]:
    """What of the message does not stand in its own words, and would be missed (C29)."""
    if message.hidden_text:
        yield "hidden     text that nobody can see was left out"
    if message.unread_text:
        yield "unread     some of it could not be shown, or may be quoted: look at the message in the mailbox"


def _ask_lines(ask: Ask) -> Iterator[Text]:
    by_hand = ", carried out by a person" if ask.right in BY_HAND else ""
    yield Text.assemble(
        "  asks       ", (spelled([ask.right]), COLOURS[ask.right]), f", {ask.sure:.0%} sure{by_hand}"
    )
    for said in ask.evidence:
        yield Text(f"               “{line_of(said.text)}” by {line_of(said.by)}")


def line_of(text: str) -> str:
    """*text* of a stranger on one line."""
    return visible(text.replace("\n", " ").replace("\t", " "))


def highlighted(shown: str, reading: Reading) -> Text:
    """*shown* with the evidence in it, all of it, in the colours of the rights it speaks for."""
    text = Text(shown)
    for ask in reading.asks:
        for start, end in _merged(span for said in ask.evidence for span in _places(said, shown)):
            text.stylize(COLOURS[ask.right], start, end)
    return text


def _places(said: Evidence, shown: str) -> list[tuple[int, int]]:
    """Where the words of the evidence stand, however the lines are broken: as whole words, if anywhere so."""
    words = r"\s+".join(map(re.escape, visible(said.text).split()))
    if not words:
        return []
    whole = [match.span() for match in re.finditer(rf"(?<!\w){words}(?!\w)", shown)]
    return whole or [match.span() for match in re.finditer(words, shown)]


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """*spans* with those that overlap made one."""
    made: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made
