"""Until when data are to stand still, or advertising: the sender's own words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbot.core.understanding.letters import Word
from mailbot.core.understanding.phrases import Said

_LONGEST_AFTER, _LONGEST_BEFORE = 12, 4
"""Words of what is said after "пока", and before "-ғанша"."""
_LONGEST = 100
_CLAUSE = re.compile(r"[,;:()\n—–!?]| - ")
DAY_MONTH = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d\d))?(?!\d)")
_REST_OF_A_DATE = re.compile(r"[\d./]*\d")
"""What follows the first letters of a date that is read as one word."""
_AND_NOW = frozenset({"a", "i", "no", "al", "jane", "sondiktan"})
_DAY_OF_MONTH = frozenset({"go", "cisla", "cislo"})  # до 30-го, до 20 числа
_TIMES = ("month.", "weekday.", "until.event", "unit.")
_TO = "dein"  # дейін
_EVENT_TO = ("uga", "uge", "ganga", "genge", "kanga", "kenge", "sonina", "aiagina")
"""Ends of words before дейін that name an event: шешілуге, біткенге, соңына."""
_KAZAKH = ("ganxa", "genxe", "kanxa", "kenxe", "meinxe", "mainxa", "beinxe", "bainxa", "peinxe", "painxa")
_HOW_MUCH = frozenset({"kanxa", "boinxa"})


Roles = Mapping[int, Mapping[str, int]]
"""Roles that begin at each word, with their last words."""


@dataclass(frozen=True, slots=True)
class Span:
    """The words that say until when."""

    first: int
    last: int

    def told(self, text: str, words: Sequence[Word]) -> str:
        """As it is written, on one line."""
        end = words[self.last].end
        rest = _REST_OF_A_DATE.match(text, end)
        return " ".join(text[words[self.first].start : rest.end() if rest else end].split())[:_LONGEST]


def until_in(
    text: str, words: Sequence[Word], said: Sequence[Said], *, bans: frozenset[int], objects: frozenset[int]
) -> list[Span]:
    """Every place where it is said until when.

    At *bans* begins what is asked for or forbidden, at *objects* what it is done to: "пока не звоните" names no
    end, and "до выяснения заблокируйте" ends before its last word.
    """
    roles: dict[int, dict[str, int]] = {}
    for one in said:
        roles.setdefault(one.first, {})[one.role] = one.last
    found = [
        *_opened(text, words, roles, bans, objects),
        *_closed(text, words, roles, bans | objects),
        *_lasting(text, words, roles),
    ]
    return sorted(found, key=lambda span: span.first)


def _clause_end(text: str, words: Sequence[Word], place: int, most: int) -> int:
    """The last word of the clause that *place* is in, at most so many words on."""
    last = place
    while last + 1 < min(place + most, len(words)) and not _parted(text, words, last):
        last += 1
    return last


def _clause_start(text: str, words: Sequence[Word], place: int, most: int) -> int:
    first = place
    while first > max(place - most, 0) and not _parted(text, words, first - 1):
        first -= 1
    return first


def _parted(text: str, words: Sequence[Word], place: int) -> bool:
    """Whether a clause ends with the word at *place*; a full stop within a date ends none."""
    if place < 0 or place + 1 >= len(words):
        return True
    between = text[words[place].end : words[place + 1].start]
    if between == "." and text[words[place + 1].start].isdigit():
        return False
    return bool(_CLAUSE.search(between)) or words[place].sentence != words[place + 1].sentence


# ---------------------------------------------------------------- where


def _opened(
    text: str, words: Sequence[Word], roles: Roles, bans: frozenset[int], objects: frozenset[int]
) -> Iterator[Span]:
    """What begins with its sign: пока, до, на время, until."""
    for place, word in enumerate(words):
        here = roles.get(place, {})
        clause = here.get("until.while", place if word.form == "poka" else None)
        noun = here.get("until.period", place if word.form == "do" else None)
        sign = clause if noun is None else noun
        if sign is None or (word.form == "poka" and not _is_conjunction(text, words, place, bans, here)):
            continue
        if word.form == "do" and not _names_a_time(text, words, place + 1, roles):
            continue
        last = _clause_end(text, words, place, _LONGEST_AFTER)
        cut = bans if noun is None else bans | objects
        last = min([last, *(at - 1 for at in range(sign + 1, last + 1) if at in cut)])
        if last > sign:
            yield Span(place, last)


def _is_conjunction(
    text: str, words: Sequence[Word], place: int, bans: frozenset[int], here: Mapping[str, int]
) -> bool:
    """Whether "пока" opens a clause: "пока не проверите", but not "пока не звоните" or "не звоните пока"."""
    if "until.bye" in here or place + 1 in bans:
        return False
    before = words[place - 1].form if place and not _parted(text, words, place - 1) else ""
    return before not in _AND_NOW and (not before or words[place + 1].form == "ne")


def _names_a_time(text: str, words: Sequence[Word], place: int, roles: Roles) -> bool:
    here = roles.get(place, {})
    if any(role.startswith(_TIMES) for role in here):
        return True
    if not text[words[place].start].isdigit():
        return False
    following = roles.get(place + 1, {})
    if any(role.startswith("month.") for role in following) or DAY_MONTH.match(text, words[place].start):
        return True
    return place + 1 < len(words) and words[place + 1].form in _DAY_OF_MONTH


def _closed(text: str, words: Sequence[Word], roles: Roles, others: frozenset[int]) -> Iterator[Span]:
    """What ends with its sign: тексергенше, 1 наурызға дейін."""
    for place, word in enumerate(words):
        first = _clause_start(text, words, place, _LONGEST_BEFORE)
        first = max([first, *(at + 1 for at in range(first, place) if at in others or words[at].form in _AND_NOW)])
        if word.form == _TO:
            near = range(max(first, place - 2), place)
            named = any(role.startswith(_TIMES) for at in near for role in roles.get(at, {}))
            if named or (first < place and words[place - 1].form.endswith(_EVENT_TO)):
                yield Span(first, place)
        elif word.form.endswith(_KAZAKH) and word.form not in _HOW_MUCH:
            yield Span(first, place)


def _lasting(text: str, words: Sequence[Word], roles: Roles) -> Iterator[Span]:
    """How long: на две недели, for a month, бір айға."""
    for place, word in enumerate(words):
        unit = next((role for role in roles.get(place, {}) if role.startswith("unit.")), None)
        if unit is None:
            continue
        first = _clause_start(text, words, place, _LONGEST_BEFORE - 1)
        opened = next((at for at in range(place - 1, first - 1, -1) if _opens_length(words[at])), None)
        if opened is not None and all(_is_amount(text, words, at, roles) for at in range(opened + 1, place)):
            yield Span(opened, place)
        elif word.form.endswith(("ga", "ge")) and place > first and _is_amount(text, words, place - 1, roles):
            yield Span(place - 1, place)


def _opens_length(word: Word) -> bool:
    return word.form == "na" or word.english == "for"


def _is_amount(text: str, words: Sequence[Word], place: int, roles: Roles) -> bool:
    if text[words[place].start].isdigit() or words[place].english in ("the", "next", "a"):
        return True
    return any(role.startswith("amount.") for role in roles.get(place, {}))
