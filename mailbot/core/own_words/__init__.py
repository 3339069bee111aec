"""What the sender wrote now, without quotes, forwarded mail, signatures, footers and disclaimers.

Nothing is thrown away: what is not own goes to `rest`. When unsure, text stays own: losing a request is worse
than reading a signature. Kazakh, Russian and English clients; replies above, below and between the quotes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.core.own_words.furniture import without_furniture
from mailbot.core.own_words.html import Rendered, rendered
from mailbot.core.own_words.quotes import (
    ends_foreign_block,
    heading_length,
    intro_length,
    is_quoted,
    is_wrapped_quote,
    next_line,
    starts_foreign_block,
)

__all__ = ["OwnWords", "Rendered", "rendered", "split"]

MAX_TEXT = 1_000_000  # characters read; what a person writes is shorter, the rest is cut away unread


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A letter in two."""

    own: str
    rest: str


def split(text: str) -> OwnWords:
    """Tell the sender's words from the rest. Linear in the length of *text*; never raises."""
    lines = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    mine, theirs = _without_quotes(lines)
    own, furniture = without_furniture(mine)
    rest = [*furniture, *theirs, *([text[MAX_TEXT:]] if len(text) > MAX_TEXT else [])]
    return OwnWords("\n".join(own).strip(), "\n".join(rest).strip("\n"))


def _without_quotes(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    mine: list[str] = []
    theirs: list[str] = []
    at = 0
    while at < len(lines):
        length = _foreign_length(lines, at)
        if length:
            theirs.extend(lines[at : at + length])
        else:
            mine.append(lines[at])
        at += length or 1
    return mine, theirs


def _foreign_length(lines: Sequence[str], at: int) -> int:
    """How many lines from *at* on are somebody else's; 0 if this one is the sender's."""
    if is_quoted(lines[at]):
        return 1
    if starts_foreign_block(lines, at):
        heading = heading_length(lines, at)
        return heading if _quotation_follows(lines, at + heading) else _block_length(lines, at)
    length = intro_length(lines, at)
    if length:
        return length if _quotation_follows(lines, at + length) else len(lines) - at
    following = lines[at + 1] if at + 1 < len(lines) else None
    wrapped = at > 0 and is_quoted(lines[at - 1]) and is_wrapped_quote(lines[at - 1], lines[at], following)
    return 1 if wrapped else 0


def _block_length(lines: Sequence[str], at: int) -> int:
    """To the client's end mark, or to the end of the text."""
    for end in range(at + 1, len(lines)):
        if ends_foreign_block(lines[end]):
            return end + 1 - at
    return len(lines) - at


def _quotation_follows(lines: Sequence[str], at: int) -> bool:
    following = next_line(lines, at)
    return following is not None and is_quoted(following)
