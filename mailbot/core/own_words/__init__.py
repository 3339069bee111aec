"""What the sender wrote now, without quotes, forwarded mail, signatures, footers and disclaimers.

Nothing is thrown away: what is not own goes to `rest`. When unsure, text stays own: losing a request is worse
than reading a signature. Kazakh, Russian and English clients; replies above, below and between the quotes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailbot.core.own_words.furniture import without_furniture
from mailbot.core.own_words.heads import FORWARDED, GREETING, POINTS
from mailbot.core.own_words.html import Rendered, rendered
from mailbot.core.own_words.ours import without_ours
from mailbot.core.own_words.quotes import (
    barred,
    ends_foreign_block,
    heading_length,
    intro_length,
    is_passed_on,
    is_quoted,
    is_wrapped_quote,
    next_line,
    starts_foreign_block,
)

__all__ = ["OwnWords", "Rendered", "rendered", "says_forwarded", "split", "without_ours"]

_FEW_WORDS = 8
MAX_TEXT = 1_000_000  # characters read; what a person writes is shorter, the rest is cut away unread


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A letter in two."""

    own: str
    rest: str
    unsure: bool = False  # the sender's words may stand in what is quoted, or were not read: a person looks


@dataclass(slots=True)
class _Parted:
    """Lines, the sender's and others'."""

    mine: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)
    unmarked: int = -1  # where in `theirs` the text of an unmarked quotation begins that somebody answers
    passed_on: bool = False  # the client says that it was forwarded


def split(text: str, *, forwarded: bool = False) -> OwnWords:
    """Tell the sender's words from the rest. Linear in the length of *text*; never raises.

    *forwarded*: the subject says so; otherwise somebody who answers has written something. If nothing stands
    above an unmarked quotation it stands below or within, so all of it stays own and a person looks.
    """
    lines = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    parted = _without_quotes(lines)
    own, furniture = without_furniture(parted.mine)
    answered = parted.unmarked >= 0 and not (forwarded or parted.passed_on)
    unsure = answered and _says_nothing(own)
    if unsure:
        quoted = parted.theirs[parted.unmarked :]
        del parted.theirs[parted.unmarked :]
        inner = _without_quotes(quoted)
        kept, more = without_furniture(inner.mine)
        own, furniture = [*own, *kept], [*furniture, *inner.theirs, *more]
    over = text[MAX_TEXT:]
    rest = [*furniture, *parted.theirs, *([over] if over else [])]
    return OwnWords("\n".join(own).strip(), "\n".join(rest).strip("\n"), unsure=unsure or bool(over.strip()))


def says_forwarded(subject: str) -> bool:
    """Whether a client's mark before the *subject* says that the message was passed on, not answered."""
    return FORWARDED.match(subject) is not None


def _says_nothing(own: Sequence[str]) -> bool:
    """Whether nothing is left but a greeting, or a word that says where the answers stand."""
    shown = [line.strip() for line in own if line.strip()]
    if len(shown) > 3 or sum(map(len, shown)) > 200:
        return False
    rest = [line for line in shown if not GREETING.match(line)]
    return not rest or (len(" ".join(rest).split()) <= _FEW_WORDS and POINTS.search(" ".join(rest)) is not None)


def _without_quotes(lines: Sequence[str]) -> _Parted:
    parted = _Parted()
    bars = barred(lines)
    at = 0
    while at < len(lines):
        marked = at in bars or _is_marked(lines, at)
        length = 1 if marked else _block_length(lines, at, parted)
        if length:
            parted.theirs.extend(lines[at : at + length])
        else:
            parted.mine.append(lines[at])
        at += length or 1
    return parted


def _is_marked(lines: Sequence[str], at: int) -> bool:
    if is_quoted(lines[at]):
        return not lines[at].startswith(">>>") or not starts_foreign_block(lines, at)
    following = lines[at + 1] if at + 1 < len(lines) else None
    return at > 0 and is_quoted(lines[at - 1]) and is_wrapped_quote(lines[at - 1], lines[at], following)


def _block_length(lines: Sequence[str], at: int, parted: _Parted) -> int:
    """How many lines from *at* on an attribution takes, with what it announces where that is unmarked; 0: none."""
    block = starts_foreign_block(lines, at)
    heading = heading_length(lines, at) if block else intro_length(lines, at)
    if not heading:
        return 0
    passed_on = block and is_passed_on(lines, at)
    parted.passed_on |= passed_on
    if _quotation_follows(lines, at + heading):
        return heading
    if not passed_on and parted.unmarked < 0:
        parted.unmarked = len(parted.theirs) + heading
    return _to_its_end(lines, at) if block else len(lines) - at


def _to_its_end(lines: Sequence[str], at: int) -> int:
    """To the client's end mark, or to the end of the text."""
    for end in range(at + 1, len(lines)):
        if ends_foreign_block(lines[end]):
            return end + 1 - at
    return len(lines) - at


def _quotation_follows(lines: Sequence[str], at: int) -> bool:
    following = next_line(lines, at)
    return following is not None and (is_quoted(following) or following.lstrip().startswith("| "))
