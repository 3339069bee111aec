"""Where somebody else's words begin: attribution lines, separators and header blocks of mail clients.

Each rule looks at a few lines and at no more than 300 characters of each, so that the time is linear in the
number of lines whatever they hold.
"""

import re
from collections.abc import Sequence
from typing import Final

_LOOK_AT: Final = 300  # characters of a line; what clients write is shorter

_MONTHS = (
    r"(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
    r"|қаң|ақп|нау|сәу|мам|мау|шіл|там|қыр|қаз|қар|жел"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
)
_DAY = (
    rf"\d{{1,4}}[./-]\d{{1,2}}(?:[./-]\d{{1,4}})?"
    rf"|\d{{1,2}}(?:-?\w{{1,2}})?\s{{1,3}}{_MONTHS}|{_MONTHS}\.?\s{{1,3}}\d{{1,2}}"
)
_WEEKDAY = (
    r"(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье"
    r"|дс|сс|сб|бс|жм|жб|жк|дүйсенбі|сейсенбі|сәрсенбі|бейсенбі|жұма|сенбі|жексенбі)"
)
_DATE = re.compile(rf"\b(?:{_DAY}|(?:19|20)\d\d)\b", re.IGNORECASE)
_BEGINS_WITH_DATE = re.compile(rf"(?:on\b|{_WEEKDAY}\b[,.]?\s|(?:20\d\d\s*ж\.\s*)?(?:{_DAY})\b)", re.IGNORECASE)
_TIME = re.compile(r"\b\d{1,2}[:.]\d\d\b")
_WROTE = r"(?:wrote|writes|пишет|пишете|писал|написал|жазды|жазған|jazdi|jazdy)"
_VERB = re.compile(rf"\b{_WROTE}", re.IGNORECASE)
_VERB_AT_END = re.compile(rf"\b{_WROTE}(?:а|и|\(а\))?\s*:$", re.IGNORECASE)

_FORWARDED = (
    r"(?:original message|forwarded|begin forwarded message|исходное сообщение|исходного сообщения"
    r"|пересылаемое сообщение|пересылаемого сообщения|пересланное сообщение|переадресованное сообщение"
    r"|переадресованного сообщения|перенаправленное сообщение|бастапқы ха[бт]|қайта (?:жіберілген|бағытталған)"
    r"|түпнұсқа хат)"
)
_RULED = re.compile(rf"[-_*=]{{2,}}.{{0,30}}{_FORWARDED}.{{0,40}}[-_*=]{{2,}}:?$", re.IGNORECASE)
_ANNOUNCED = re.compile(
    r"(?:(?:begin forwarded message|начало переадресованного сообщения)\s*:"
    r"|-{2,}\s?below this line is a copy of the message[\s.-]{0,9})$",
    re.IGNORECASE,
)
_END = re.compile(r"[-_*=]{2,}\s{0,5}(?:end of|конец|соңы)\b.{0,60}[-_*=]{2,}$", re.IGNORECASE)
_RULE = re.compile(r"[_—–-]{5,}$")

_FROM = re.compile(r"[*\s]*(?:from|от кого|от|кімнен|жіберуші)\s?:", re.IGNORECASE)
_WHEN = re.compile(r"[*\s]*(?:sent|date|отправлено|дата|жіберілді|жіберілген(?: күні)?|күні)\s?:", re.IGNORECASE)
_FIELD = re.compile(
    r"[*\s]*(?:from|sent|to|cc|subject|date|reply-to|importance|от кого|от|отправлено|дата|кому|копия|тема"
    r"|важность|кімнен|жіберуші|жіберілді|жіберілген(?: күні)?|кімге|көшірмесі|тақырып|тақырыбы?|күні)\s?:",
    re.IGNORECASE,
)


def is_quoted(line: str) -> bool:
    """Whether the client marked the line as quoted."""
    return line.lstrip(" \t\u00a0").startswith(">")


def intro_length(lines: Sequence[str], at: int) -> int:
    """How many lines an attribution ("On …, X wrote:") takes at *at*; 0 where there is none.

    It may be wrapped over three lines. Words of one's own that happen to end in a colon stay: an attribution
    names a date, an address or the verb, and a quotation or nothing follows it.
    """
    if not lines[at].strip() or is_quoted(lines[at]):
        return 0
    for length in (1, 2, 3):
        candidate = lines[at : at + length]
        if len(candidate) < length or not candidate[-1].strip() or is_quoted(candidate[-1]):
            return 0
        joined = " ".join(line.strip() for line in candidate)
        if len(joined) > _LOOK_AT:
            return 0
        if joined.endswith(":"):
            return length if _is_intro(joined, next_line(lines, at + length), wrapped=length > 1) else 0
    return 0


def next_line(lines: Sequence[str], at: int) -> str | None:
    """The next line with something on it; None at the end. Looks past ten empty ones at most."""
    return next((line for line in lines[at : at + 10] if line.strip()), None)


def _is_intro(line: str, following: str | None, *, wrapped: bool) -> bool:
    dated, timed, addressed = bool(_DATE.search(line)), bool(_TIME.search(line)), "@" in line
    if wrapped and not _BEGINS_WITH_DATE.match(line):
        return False
    if dated and timed and addressed:
        return True
    if following is not None and not is_quoted(following):
        return False
    if _VERB_AT_END.search(line):
        return dated or addressed or (following is not None and len(line.split()) <= 6)
    starts = bool(_BEGINS_WITH_DATE.match(line)) and (timed or addressed)
    return starts or (dated and timed and bool(_VERB.search(line)))


def starts_foreign_block(lines: Sequence[str], at: int) -> bool:
    """Whether a forwarded or unmarked quoted message begins at *at*, to go on to the end of the text."""
    line = lines[at].strip()[:_LOOK_AT]
    if not line:
        return False
    if _RULED.match(line) or _ANNOUNCED.match(line):
        return not _END.match(line)
    if _RULE.match(line):
        following = next_line(lines, at + 1)
        return following is not None and bool(_FROM.match(following[:_LOOK_AT]))
    return bool(_FROM.match(line)) and _is_header_block(lines[at : at + 6])


def _is_header_block(lines: Sequence[str]) -> bool:
    """At least three fields, one of them the date: a letter's own "Кому:, От:" heading has no Sent line."""
    shown = [line[:_LOOK_AT] for line in lines]
    return sum(bool(_FIELD.match(line)) for line in shown) >= 3 and any(_WHEN.match(line) for line in shown)


def heading_length(lines: Sequence[str], at: int) -> int:
    """How many lines the separator and the fields below it take."""
    end = at + 1
    while end < min(at + 12, len(lines)) and (not lines[end].strip() or _FIELD.match(lines[end][:_LOOK_AT])):
        end += 1
    return end - at


def ends_foreign_block(line: str) -> bool:
    """Whether the client said that the forwarded message ends here."""
    return bool(_END.match(line.strip()[:_LOOK_AT]))


def is_wrapped_quote(before: str, line: str, following: str | None) -> bool:
    """Whether an unmarked *line* is the tail of a quoted one that a client broke at about 70 characters."""
    long_and_open = len(before) >= 65 and before.rstrip()[-1:] not in ".!?:;"
    return long_and_open and line[:1].islower() and (following is None or is_quoted(following))
