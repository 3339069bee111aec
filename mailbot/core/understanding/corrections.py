"""What is to be corrected into what: "фамилия не Иванов, а Петров", "ескі нөмірім …, жаңасы …".

Marks beside a value say whether it is right or wrong; a right value and a wrong one near it are a correction.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.core.model import Correction, Item
from mailbot.core.understanding.letters import Word
from mailbot.core.understanding.phrases import Said
from mailbot.core.understanding.values import Kind, Value, alike

_MOST, _MOST_MARKED = 10, 60
"""Corrections that are told, and marks of one sort that are weighed."""
_SKIPPED = 4
"""Words that may stand between a mark and its value."""
_NEAR = 14
"""Words within which a wrong value and a right one are of one correction."""
_SENTENCE = 60
"""Words of a sentence that are looked at."""
_ITEM_BEFORE, _ITEM_AFTER = 8, 6
"""Words within which it is said what is corrected."""
_I_AM = re.compile(r"(?<=\w{3})[мбпmbp](?:ын|ін|ин|yn|in|ın)$")
"""How "I am …" ends in Kazakh: Нұрланмын, Асхатпын."""
_SHORTEST_NAME = 6
_PHONE = 10
"""Digits of a number that can be nothing else."""
_BY_KIND = {Kind.EMAIL: Item.EMAIL, Kind.PHONE: Item.PHONE}
_YEAR = 4
_PARTS = re.compile(r"[,;!?\n]")


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is wrong and what is right instead."""

    old: Value | None
    new: Value


def corrections_in(
    text: str, words: Sequence[Word], said: Sequence[Said], values: Sequence[Value]
) -> tuple[Correction, ...]:
    """Every correction that is plainly said, in the order of the text."""
    scan = _Scan(text, words, said, values)
    pairs = list(scan.pairs())
    taken = {value.first for pair in pairs for value in (pair.old, pair.new) if value}
    pairs += scan.marked(taken)
    pairs.sort(key=lambda pair: pair.new.first)
    told = (correction for pair in pairs if (correction := scan.correction(pair)) is not None)
    return tuple(dict.fromkeys(told))[:_MOST]


class _Scan:
    """The words of a letter with their marks and values."""

    def __init__(self, text: str, words: Sequence[Word], said: Sequence[Said], values: Sequence[Value]) -> None:
        self._text = text
        self._words = words
        self._said = said
        self._at: dict[int, set[str]] = {}
        for one in said:
            for place in range(one.first, one.last + 1):
                self._at.setdefault(place, set()).add(one.role)
        self._first = {value.first: value for value in values}
        self._last = {value.last: value for value in values}

    # -------------------------------------------------------------- looking

    def _roles(self, place: int) -> set[str]:
        return self._at.get(place, set())

    def _together(self, one: int, other: int) -> bool:
        """Whether two words are of one sentence, full stops within values apart."""
        return self._words[one].sentence == self._words[other].sentence

    def _after(self, place: int, *tables: str, comma: bool = False) -> Value | None:
        """The value after the word before *place*, beyond words of other.skip, items and roles that begin so.

        No comma stands before it, but where *comma* says so one may right before *place*.
        """
        for at in range(place, min(place + _SKIPPED + 1, len(self._words))):
            between = self._text[self._words[at - 1].end : self._words[at].start]
            if not self._together(place - 1, at) or (_PARTS.search(between) and not (comma and at == place)):
                return None
            if at in self._first:
                return self._first[at]
            if not any(role == "other.skip" or role.startswith(("item.", *tables)) for role in self._roles(at)):
                return None
        return None

    def _before(self, place: int) -> Value | None:
        """The value that ends right before *place*."""
        value = self._last.get(place - 1)
        if value is None and "other.skip" in self._roles(place - 1):
            value = self._last.get(place - 2)
        return value if value and self._together(value.last, place) else None

    def _spoken(self, role: str, first: int, last: int) -> bool:
        return any(role in self._roles(at) for at in range(max(first, 0), min(last + 1, len(self._words))))

    def _in_sentence(self, role: str, place: int) -> bool:
        near = range(max(place - _NEAR, 0), min(place + _NEAR, len(self._words)))
        return any(role in self._roles(at) and self._together(at, place) for at in near)

    # -------------------------------------------------------------- pairs said in one breath

    def pairs(self) -> Iterator[_Pair]:
        """Those whose one mark names both."""
        finders = {
            "mark.not": self._not,
            "mark.is_not": self._is_not,
            "mark.instead": self._instead,
            "mark.is_instead": self._is_instead,
            "mark.right": self._but_right,
        }
        for one in self._said:
            if one.role in finders and (pair := finders[one.role](one)) is not None:
                yield pair

    def _not(self, mark: Said) -> _Pair | None:
        """Не A, а B; B, а не A; B, not A."""
        old = self._after(mark.last + 1)
        if old is None:
            return None
        but = "mark.but" in self._roles(old.last + 1)
        new = self._after(old.last + 2, "mark.right", "mark.self") if but else None
        if new is None:
            turned = "mark.but" in self._roles(mark.first - 1)
            new = self._before(mark.first - 1 if turned else mark.first)
        return _Pair(old, new) if new else None

    def _is_not(self, mark: Said) -> _Pair | None:
        """A емес, B; B, A емес."""
        old = self._before(mark.first)
        if old is None:
            return None
        after = self._after(mark.last + 1, "mark.but", "mark.right", "mark.new", comma=True)
        new = after or self._last.get(old.first - 1)
        return _Pair(old, new) if new and self._together(new.first, mark.first) else None

    def _instead(self, mark: Said) -> _Pair | None:
        """Вместо A укажите B; вместо A у вас B; укажите B вместо A; у вас B вместо A."""
        named = self._after(mark.last + 1)
        if named is None:
            return None
        other = self._after(named.last + 1, "mark.put", "mark.right", "mark.recorded", "mark.into", comma=True)
        if other:
            wrong = self._spoken("mark.recorded", named.last + 1, other.first - 1)
        else:
            other, wrong = self._before(mark.first), self._in_sentence("mark.recorded", mark.first)
            if wrong is self._in_sentence("mark.put", mark.first):
                return None
        if other is None:
            return None
        return _Pair(other, named) if wrong else _Pair(named, other)

    def _is_instead(self, mark: Said) -> _Pair | None:
        """A орнына B."""
        named, other = self._before(mark.first), self._after(mark.last + 1, comma=True)
        if named is None or other is None:
            return None
        end = min(other.last + 1 + _SENTENCE, len(self._words))
        rest = [at for at in range(other.last + 1, end) if self._together(at, other.last)]
        wrong = any("mark.is_recorded" in self._roles(at) for at in rest)
        if wrong is any("mark.put" in self._roles(at) for at in rest):
            return None
        return _Pair(other, named) if wrong else _Pair(named, other)

    def _but_right(self, mark: Said) -> _Pair | None:
        """A, а надо B."""
        turned = "mark.but" in self._roles(mark.first - 1)
        if not turned and "mark.but" not in self._roles(mark.first):
            return None
        old, new = self._before(mark.first - turned), self._after(mark.last + 1)
        return _Pair(old, new) if old and new else None

    # -------------------------------------------------------------- values marked each by itself

    def marked(self, taken: set[int]) -> Iterator[_Pair]:
        """Right values, each with the nearest wrong one; weak marks count only beside a wrong value."""
        right: dict[int, Value] = {}
        wrong: dict[int, Value] = {}
        weak: dict[int, Value] = {}
        for one in self._said:
            for into, value in ((right, self._right(one)), (wrong, self._wrong(one)), (weak, self._weak(one))):
                if value and value.first not in taken and len(into) < _MOST_MARKED:
                    into[value.first] = value
        both = right.keys() & wrong.keys()
        for old in [value for first, value in wrong.items() if first not in both]:
            near = [value for first, value in (right | weak).items() if first not in wrong and alike(old, value)]
            near = [value for value in near if abs(value.first - old.first) <= _NEAR]
            if near:
                new = min(near, key=lambda value: abs(value.first - old.first))
                right.pop(new.first, None)
                weak.pop(new.first, None)
                yield _Pair(old, new)
        yield from (_Pair(None, value) for first, value in right.items() if first not in both)

    def _right(self, mark: Said) -> Value | None:
        match mark.role:
            case "mark.new" | "mark.right":
                return self._after(mark.last + 1)
            case "mark.is_right":
                return self._before(mark.first)
            case "mark.into" if self._spoken("mark.put", mark.first - _ITEM_BEFORE, mark.first - 1):
                return self._after(mark.last + 1)
            case _:
                return None

    def _wrong(self, mark: Said) -> Value | None:
        match mark.role:
            case "mark.old" | "mark.recorded":
                return self._after(mark.last + 1)
            case "mark.is_recorded":
                return self._before(mark.first)
            case "mark.from":
                value = self._after(mark.last + 1)
                return value if value and "mark.into" in self._roles(value.last + 1) else None
            case _:
                return None

    def _weak(self, mark: Said) -> Value | None:
        return self._after(mark.last + 1) if mark.role == "mark.self" else None

    # -------------------------------------------------------------- what is corrected

    def correction(self, pair: _Pair) -> Correction | None:
        """The correction, None where it is not plain what is corrected."""
        old, new = pair.old, pair.new
        if old is None:
            item = self._item(new.first, new.last, new, within=1)
            return Correction(item, "", self._told(new, new.first)) if item else None
        if not alike(old, new) or old.text == new.text:
            return None
        first, last = min(old.first, new.first), max(old.last, new.last)
        item = self._item(first, last, new, within=2)
        if item is None:
            if Kind.NUMBER in (old.kind, new.kind):
                return None
            mine = new.is_named and (self._mine(old) or self._mine(new))
            item = Item.NAME if mine else Item.OTHER
        return Correction(item, old.text, self._told(new, first))

    def _item(self, first: int, last: int, value: Value, *, within: int) -> Item | None:
        """What is corrected, as the nearest fitting words of the sentence say, or of the one before it."""
        if "other.parts" in self._roles(last + 1) and not value.digits:
            return Item.ADDRESS
        before = range(first - 1, max(first - 1 - _ITEM_BEFORE, -1), -1)
        after = range(first + 1, min(last + _ITEM_AFTER, len(self._words)))
        for at in (*before, *after):
            if not 0 <= self._words[first].sentence - self._words[at].sentence < within:
                continue
            for role in sorted(self._roles(at)):
                if role.startswith("item.") and _fits(
                    item := Item(role.removeprefix("item.")), value, paired=within > 1
                ):
                    return item
        told = _BY_KIND.get(value.kind)
        return told if told and _fits(told, value, paired=within > 1) else None

    def _mine(self, value: Value) -> bool:
        """Whether "I" stands right before it."""
        return self._spoken("mark.self", value.first - 2, value.first - 1)

    def _told(self, value: Value, first: int) -> str:
        """The value as it is written, without "I am" at its end where it is said of me."""
        mine = self._mine(value) or self._spoken("mark.self", first - 2, first - 1)
        if value.kind is Kind.NAME and mine and len(value.text) > _SHORTEST_NAME:
            return _I_AM.sub("", value.text)
        return value.text


def _fits(item: Item, value: Value, *, paired: bool) -> bool:
    """Whether *value* may be such an item; *paired* with a wrong value it need show less."""
    match item:
        case Item.NAME | Item.SURNAME:
            return value.is_named
        case Item.PHONE:
            return value.kind is Kind.PHONE and (paired or value.text[0] == "+" or len(value.text) >= _PHONE)
        case Item.EMAIL:
            return value.kind is Kind.EMAIL
        case Item.BIRTH_DATE:
            return value.kind is Kind.DATE or (value.digits == _YEAR and value.kind is Kind.NUMBER)
        case Item.ID:
            return value.digits > _YEAR
        case _:
            return item is Item.ADDRESS and _is_address(value, paired=paired)


def _is_address(value: Value, *, paired: bool) -> bool:
    if value.kind is Kind.NUMBER:
        return paired
    return value.kind in (Kind.NAME, Kind.QUOTED) and (paired or value.digits > 0)
