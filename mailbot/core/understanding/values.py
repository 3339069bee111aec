"""The values in a letter that may be a person's: names, numbers, addresses, what stands in quotation marks."""

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailbot.core.understanding.letters import READ_AT_MOST, Word

_MOST_WORDS = 8
_INITIAL = 2
"""Letters of an initial: "Ф. Берг" goes on after its full stop."""
_PATTERN = re.compile(
    r"(?P<email>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
    r"|(?P<date>(?<![\d.,/])(?:0?[1-9]|[12]\d|3[01])(?:\.(?:0?[1-9]|1[0-2])|/(?:0?[1-9]|1[0-2])(?=/\d))"
    r"(?:[./](?:19|20)?\d\d)?(?![\d/]|[.,]\d))"
    r"|(?P<phone>(?<![\w№#])\+?\d(?:[ ().*-]{0,2}[\d*]){6,14}(?!\d))"
    r"|[«“„](?P<quoted>[^«»“”„\n]{1,80})[»”“]"
    r"|(?<!\w)(?:\"(?P<double>[^\"\n]{1,80})\"|'(?P<single>[^'\n]{1,60})')(?!\w)"
)
_SPACE = re.compile(r"[ \u00a0]|-")
_WITHIN_ADDRESS = re.compile(r",? ?|/")
_SHORT_STOP = re.compile(r"\. ?")


class Kind(StrEnum):
    """What a value looks like."""

    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    QUOTED = "quoted"
    NUMBER = "number"
    NAME = "name"  # words with capitals, and what belongs to them


@dataclass(frozen=True, slots=True)
class Value:
    """A value and the words it covers."""

    kind: Kind
    text: str
    first: int
    last: int

    @property
    def digits(self) -> int:
        """How many it has."""
        return sum(map(str.isdigit, self.text))

    @property
    def is_named(self) -> bool:
        """Whether it may be the name of a person or a place."""
        return not self.digits and self.kind in (Kind.NAME, Kind.QUOTED) and self.text[:1].isupper()


def alike(old: Value, new: Value) -> bool:
    """Whether one may be corrected into the other."""
    if old.kind is not new.kind and {Kind.EMAIL, Kind.PHONE} & {old.kind, new.kind}:
        return False
    if (len(old.text) == 1) is not (len(new.text) == 1) and not old.digits:
        return False  # a letter that is wrong, and the word it is wrong in
    return bool(old.digits) is bool(new.digits) or Kind.QUOTED in (old.kind, new.kind)


def values_in(text: str, words: Sequence[Word], *, common: Collection[int], parts: Collection[int]) -> list[Value]:
    """Every value, in the order of the text.

    Words at the places *common* are in no name; those at *parts* ("ул", "кв") belong to an address.
    """
    typed = _typed(text, words)
    covered = {place for value in typed for place in range(value.first, value.last + 1)}
    named = [] if _shouted(text) else _names(text, words, covered.union(common) - set(parts), parts)
    return sorted(
        [*typed, *(value for value in named if covered.isdisjoint(range(value.first, value.last + 1)))],
        key=lambda one: one.first,
    )


def numbers_in(text: str, words: Sequence[Word]) -> list[Value]:
    """Whatever looks like a telephone number, in the order of the text."""
    return [value for value in _typed(text, words) if value.kind is Kind.PHONE]


def _typed(text: str, words: Sequence[Word]) -> list[Value]:
    """What its form tells: addresses, numbers, dates, quotations."""
    starts = [word.start for word in words]
    found = []
    for match in _PATTERN.finditer(text, 0, READ_AT_MOST):
        group = match.lastgroup or ""
        first, last = bisect_left(starts, match.start()), bisect_left(starts, match.end()) - 1
        if first <= last:
            kind = Kind.QUOTED if group in ("double", "single") else Kind(group)
            found.append(Value(kind, match[group].strip(" .,:;"), first, last))
    return found


def _shouted(text: str) -> bool:
    """Whether capitals tell nothing."""
    letters = [letter for letter in text[:READ_AT_MOST] if letter.isalpha()]
    return sum(map(str.isupper, letters)) * 2 > len(letters)


def _names(text: str, words: Sequence[Word], barred: Collection[int], parts: Collection[int]) -> list[Value]:
    found: list[Value] = []
    place = 0
    while place < len(words):
        last = _end_of_name(text, words, place, barred, parts)
        if last >= place:
            said = text[words[place].start : words[last].end]
            kind = Kind.NUMBER if last == place and said[0].isdigit() else Kind.NAME
            found.append(Value(kind, said, place, last))
        place = max(place, last) + 1
    return found


def _end_of_name(
    text: str, words: Sequence[Word], place: int, barred: Collection[int], parts: Collection[int]
) -> int:
    """The last word of the name, number or address that begins at *place*; -1 where none does."""
    last, address = -1, False
    for at in range(place, min(place + _MOST_WORDS, len(words))):
        part, letter = at in parts and _is_part(text, words[at]), text[words[at].start]
        initial = letter.isupper() and text[words[at].start + 1 : words[at].start + 2] == "."
        spelled = text[words[at].start : words[at].end]
        loud = len(spelled) > _INITIAL + 1 and spelled.isupper() and spelled.isalpha()
        if loud or (at in barred and not initial) or not (part or letter.isupper() or letter.isdigit()):
            break
        if at > place and not _goes_on(text, words[at - 1], words[at], address=address, part=at - 1 in parts):
            break
        address = address or part or letter.isdigit()
        if not part or at > place:
            last = at
    while last >= place and last in parts:
        last -= 1
    return last


def _is_part(text: str, word: Word) -> bool:
    """Whether a word stands for a part of an address: "д" does with its full stop only."""
    return word.end - word.start > 1 or text[word.end : word.end + 1] in (".", "-")


def _goes_on(text: str, before: Word, word: Word, *, address: bool, part: bool) -> bool:
    """Whether the name or address goes on from one word to the next."""
    between = text[before.end : word.start]
    short = part or before.end - before.start <= _INITIAL
    if short and _SHORT_STOP.fullmatch(between) and not text[before.start].isdigit():
        return (
            not text[max(before.start - 2, 0) : before.start].rstrip()[-1:].isdigit()
        )  # "33 үй." ends an address
    if address or text[word.start].isdigit():
        return bool(_SPACE.fullmatch(between) or _WITHIN_ADDRESS.fullmatch(between))
    return bool(_SPACE.fullmatch(between))
