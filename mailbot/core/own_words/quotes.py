"""Where somebody else's words begin: attribution lines, separators and header blocks of mail clients.

Each rule looks at a few lines and at no more than 300 characters of each, so that the time is linear in the
number of lines whatever they hold.
"""

import re
from collections.abc import Sequence
from typing import Final

from mailbot.core.own_words.heads import (
    ANNOUNCED,
    BARE,
    BEGINS_WITH_DATE,
    DATE,
    DAY_ONLY,
    END,
    FIELD,
    FROM,
    GROUPWISE,
    MYSELF,
    NAMED,
    PASSED_ON,
    QUOTING,
    RULE,
    RULED,
    RULED_VERB,
    TIME,
    TITLES,
    UNPOINTED,
    VERB,
    VERB_AT_END,
    WHEN,
)

_LOOK_AT: Final = 300  # characters of a line; what clients write is shorter
_MARK = re.compile(r"[ \t\u00a0]*(?:>|＞|[A-ZА-ЯӘҒҚҢӨҰҮҺІЁ]{1,3}>(?=[\s>]|$))")
"""Also with the initials of who is quoted, as The Bat! does: "ИП> "."""
_BAR = re.compile(r"[ \t\u00a0]*\|(?:\s|$)")
_INTRO_WORDS = 20
_LONGEST_BARE = 12  # words
_RULES: Final = "-_*=—–"


def is_quoted(line: str) -> bool:
    """Whether the client marked the line as quoted."""
    return ">" in line[:20] and _MARK.match(line) is not None


def barred(lines: Sequence[str]) -> set[int]:
    """Lines that a client marked as quoted with "|": below the line that says so, and no table."""
    found = {n for n, line in enumerate(lines) if "|" in line and _is_barred(line)}
    announced = (n > 0 and n - 1 not in found and intro_length(lines, n - 1) > 0 for n in sorted(found)[:50])
    return found if any(announced) else set()


def _is_barred(line: str) -> bool:
    return _BAR.match(line) is not None and not line.strip()[1:].endswith("|")


def intro_length(lines: Sequence[str], at: int) -> int:
    """How many lines an attribution ("On …, X wrote:") takes at *at*; 0 where there is none.

    It may be wrapped over three lines. Words of one's own that happen to end in a colon stay: an attribution
    names a date, an address or the verb, and a quotation or nothing follows it.
    """
    first = lines[at].strip()
    if not first or is_quoted(first):
        return 0
    if "@" in first and _is_bare_intro(first, next_line(lines, at + 1)):
        return 1
    for length in (1, 2, 3):
        last = lines[at + length - 1].rstrip() if at + length <= len(lines) else ""
        if not last or (length > 1 and is_quoted(last)):
            return 0
        if last[-1] in ":：":
            joined = " ".join(line.strip() for line in lines[at : at + length])
            return length if _is_intro(joined, next_line(lines, at + length), wrapped=length > 1) else 0
    return 0


def next_line(lines: Sequence[str], at: int) -> str | None:
    """The next line with something on it; None at the end. Looks past ten empty ones at most."""
    return next((line for line in lines[at : at + 10] if line.strip()), None)


def _is_intro(line: str, following: str | None, *, wrapped: bool) -> bool:
    if len(line) > _LOOK_AT or (wrapped and not (BEGINS_WITH_DATE.match(line) or QUOTING.match(line))):
        return False
    dated, timed, addressed = bool(DATE.search(line)), bool(TIME.search(line)), bool(NAMED.search(line))
    quotes = following is None or is_quoted(following) or bool(_BAR.match(following))
    begins, says = bool(BEGINS_WITH_DATE.match(line)), bool(VERB_AT_END.search(line))
    if dated and ((timed and addressed) or (begins and says and (timed or addressed))):
        return quotes or (not MYSELF.search(line) and len(line.split()) <= _INTRO_WORDS)
    if not quotes:
        return False
    few = following is not None and len(line.split()) <= 6
    if says or QUOTING.match(line):
        return (says and dated) or addressed or few
    if few and dated and VERB.search(line):
        return not MYSELF.search(line)
    return (begins and (timed or addressed)) or (dated and (timed or addressed) and bool(VERB.search(line)))


def _is_bare_intro(line: str, following: str | None) -> bool:
    """Rambler: "05.01.2026, 10:00, X <x@example.org>", and no colon; others so, if what follows is marked."""
    if line[-1] in ":：" or not _has_all(line, TIME, DATE, NAMED):
        return False
    if len(line) > _LOOK_AT or len(line.split()) > _LONGEST_BARE or MYSELF.search(line):
        return False
    begins = line.endswith(">") and re.match(r"\d{1,2}\.\d{1,2}\.20\d\d,", line) is not None
    return begins or (following is not None and is_quoted(following))


def _has_all(line: str, *rules: re.Pattern[str]) -> bool:
    return all(rule.search(line[:_LOOK_AT]) for rule in rules)


def starts_foreign_block(lines: Sequence[str], at: int) -> bool:
    """Whether a forwarded or unmarked quoted message begins at *at*, to go on to the end of the text."""
    line = lines[at].strip()[:_LOOK_AT]
    if not line:
        return False
    if line.startswith(">>>") and GROUPWISE.match(line):
        return True
    if line[0] in _RULES and (RULED.match(line) or ANNOUNCED.match(line)):
        return not END.match(line)
    if RULE.match(line):
        return _heads_a_quotation(lines, at)
    if line.startswith("--") and RULED_VERB.match(line):
        return bool(VERB.search(line)) and bool(DATE.search(line) or NAMED.search(line))
    return _is_titled(lines, at, line)


def _is_titled(lines: Sequence[str], at: int, line: str) -> bool:
    """Whether words or fields begin a foreign block, without any rule."""
    if line[:4].lower() in TITLES:
        if ANNOUNCED.match(line):
            return True
        if BARE.match(line):
            following = next_line(lines, at + 1)
            return following is not None and bool(FROM.match(following[:_LOOK_AT]))
    if (":" not in line[:40] and "：" not in line[:40]) or not FIELD.match(line):
        return False
    return _is_header_block(lines[at : at + 6]) or (line.endswith(";") and _leads_to_intro(lines, at))


def _heads_a_quotation(lines: Sequence[str], at: int) -> bool:
    """Whether a bare rule stands above the fields of a message, or above the few of Yandex and its line."""
    first = next((n for n in range(at + 1, min(at + 10, len(lines))) if lines[n].strip()), None)
    if first is None or not FIELD.match(lines[first][:_LOOK_AT]):
        return False
    if FROM.match(lines[first][:_LOOK_AT]):
        return len(_fields(lines[first : first + 6])) >= 2
    return _leads_to_intro(lines, first)


def _leads_to_intro(lines: Sequence[str], at: int) -> bool:
    """Whether the fields at *at* are followed by an attribution at once."""
    end = at
    while end < min(at + 6, len(lines)) and FIELD.match(lines[end][:_LOOK_AT]):
        end += 1
    return end < len(lines) and intro_length(lines, end) > 0


def _is_header_block(lines: Sequence[str]) -> bool:
    """From and two fields more, one of them when it was sent: a petition has a day, but no hour and no address."""
    fields = _fields(lines)
    if len(fields) < 3 or not FROM.match(lines[0][:_LOOK_AT]):
        return False
    when = next((line for line in fields if WHEN.match(line)), None)
    if when is None or not DAY_ONLY.match(when):
        return when is not None
    return TIME.search(when) is not None or any("@" in line for line in fields)


def _fields(lines: Sequence[str]) -> list[str]:
    return [line[:_LOOK_AT] for line in lines if FIELD.match(line[:_LOOK_AT])]


def heading_length(lines: Sequence[str], at: int) -> int:
    """How many lines the separator and the fields below it take."""
    end = at + 1
    if RULED.match(lines[at].strip()[:_LOOK_AT]):
        while end < min(at + 6, len(lines)) and UNPOINTED.match(lines[end][:_LOOK_AT]):
            end += 1
    while end < min(at + 12, len(lines)) and (not lines[end].strip() or FIELD.match(lines[end][:_LOOK_AT])):
        end += 1
    return end - at + (intro_length(lines, end) if end < len(lines) else 0)


def is_passed_on(lines: Sequence[str], at: int) -> bool:
    """Whether the block that begins at *at* says that it was forwarded, not answered."""
    line = lines[at].strip()[:_LOOK_AT]
    return bool(ANNOUNCED.match(line)) or (bool(RULED.match(line)) and bool(PASSED_ON.search(line)))


def ends_foreign_block(line: str) -> bool:
    """Whether the client said that the forwarded message ends here."""
    return bool(END.match(line.strip()[:_LOOK_AT]))


def is_wrapped_quote(before: str, line: str, following: str | None) -> bool:
    """Whether an unmarked *line* is the tail of a quoted one that a client broke at about 70 characters."""
    long_and_open = len(before) >= 65 and before.rstrip()[-1:] not in ".!?:;"
    return long_and_open and line[:1].islower() and (following is None or is_quoted(following))
