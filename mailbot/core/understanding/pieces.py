"""A letter in pieces, each of one thought: what stops stands in one, and in the next what goes on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mailbot.core.phone import free, normal
from mailbot.core.understanding.phrases import Said
from mailbot.core.understanding.stream import Looked
from mailbot.core.understanding.values import Value

_PARTS = re.compile(r"[,;—–()\n]|\s-\s")
_JOINTS = frozenset(
    {"a", "no", "i", "ili", "al", "birak", "jane", "jene"}
)  # skeletons: а, но, и, или, ал, бірақ, және
_ENGLISH_JOINTS = frozenset({"and", "but", "or"})
_COURTESIES = re.compile(
    r"[\s,]*(?:пожалуйста|пожалуйсто|плиз|прошу(?: вас)?|очень прошу|please|pls|kindly|өтінемін|өтініш)[\s,]*",
    re.IGNORECASE,
)
_STOPS = frozenset({"not_send", "not_call", "stop", "unsubscribe"})
_CALLER_BEFORE = re.compile(r"\b(?:с|со|от|from|by)\s+(?:[^\W\d_]+\s+){0,2}$", re.IGNORECASE)
_CALLER_AFTER = re.compile(r"\s*(?:деген\s+)?[^\W\d_]*(?:нен|ден|дан|тен|тан|нан)\b", re.IGNORECASE)
_AROUND = 40
_LIKE_A_NUMBER = 6


class Way(Enum):
    """Where a piece points."""

    STOP = "stop"
    KEEP = "keep"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words *first* to *last* of the letter, and what is said in them."""

    sentence: int
    said: frozenset[str]  # roles of details.toml
    groups: frozenset[str]
    phones: tuple[str, ...]  # E.164
    unread: bool  # something like a number that is none
    pointing: Way = Way.NEITHER
    own: bool = False  # whether it says so itself, and does not go on with what stands beside it

    def named(self, table: str) -> frozenset[str]:
        """The keys of *table* whose words stand here."""
        return frozenset(role.removeprefix(table + ".") for role in self.said if role.startswith(table + "."))

    def says(self, role: str) -> bool:
        """Whether words of this role stand here."""
        return role in self.said

    @property
    def limits(self) -> bool:
        """Whether a way, a topic or a number is named."""
        return bool(self.phones or self.unread or self.named("channel") or self.named("topic"))


def pieces_of(looked: Looked, said: Sequence[Said], numbers: Sequence[Value]) -> list[Piece]:
    """The letter's pieces, each with where it points, by itself or by what stands beside it in its sentence."""
    bounds = _bounds(looked)
    roles: list[set[str]] = [set() for _ in bounds]
    groups: list[set[str]] = [set() for _ in bounds]
    values: list[list[Value]] = [[] for _ in bounds]
    of = [number for number, (first, last) in enumerate(bounds) for _ in range(first, last + 1)]
    for one in said:
        roles[of[one.first]].add(one.role)
    for found in looked.found:
        groups[of[found.places[0]]].add(found.group)
    for value in numbers:
        if value.first < len(of):
            values[of[value.first]].append(value)
    return _pointed(
        [
            _piece(looked, first, frozenset(roles[number]), frozenset(groups[number]), values[number])
            for number, (first, _) in enumerate(bounds)
        ]
    )


def _bounds(looked: Looked) -> list[tuple[int, int]]:
    words, found, first = looked.words, [], 0
    for place in range(1, len(words) + 1):
        if place == len(words) or _parted(looked, place):
            found.append((first, place - 1))
            first = place
    return found if words else []


def _parted(looked: Looked, place: int) -> bool:
    """Whether a new piece begins at *place*."""
    before, word = looked.words[place - 1], looked.words[place]
    if before.sentence != word.sentence or word.form in _JOINTS or word.english in _ENGLISH_JOINTS:
        return True
    between = looked.plain[before.end : word.start]
    if not _PARTS.search(between):
        return False
    near = looked.plain[max(before.start - 1, 0) : word.start], looked.plain[before.end : word.end + 2]
    return not any(_COURTESIES.fullmatch(text) for text in near)


def _piece(
    looked: Looked, first: int, said: frozenset[str], groups: frozenset[str], values: Sequence[Value]
) -> Piece:
    theirs = [value for value in values if not _calls_us(looked, value)]
    read = [number for value in theirs if (number := normal(value.text)) and not free(number)]
    unread = any(normal(value.text) is None and value.digits >= _LIKE_A_NUMBER for value in theirs)
    return Piece(looked.words[first].sentence, said, groups, tuple(dict.fromkeys(read)), unread)


def _calls_us(looked: Looked, value: Value) -> bool:
    """Whether *value* is the number from which the company calls."""
    start = looked.words[value.first].start
    end = start + len(value.text)
    before, after = looked.text[max(start - _AROUND, 0) : start], looked.text[end : end + _AROUND]
    return bool(_CALLER_BEFORE.search(before.rstrip("+( ") + " ") or _CALLER_AFTER.match(after))


def _pointed(pieces: Sequence[Piece]) -> list[Piece]:
    """Each piece with its pointing; one that says nothing itself goes the way of the one before it, else after."""
    own = [_own(piece) for piece in pieces]
    told = []
    for place, piece in enumerate(pieces):
        pointing = own[place]
        if pointing is Way.NEITHER and (piece.limits or piece.says("limit.all")):
            pointing = _beside(pieces, own, place)
        told.append(
            Piece(
                piece.sentence,
                piece.said,
                piece.groups,
                piece.phones,
                piece.unread,
                pointing,
                own[place] is pointing,
            )
        )
    return told


def _own(piece: Piece) -> Way:
    if piece.says("limit.rather"):
        return Way.KEEP
    if piece.says("stopping.stop") or piece.says("limit.stop") or piece.groups & _STOPS:
        return Way.STOP
    return Way.KEEP if piece.says("limit.keep") and not piece.says("limit.told") else Way.NEITHER


def _beside(pieces: Sequence[Piece], own: Sequence[Way], place: int) -> Way:
    for step in (-1, 1):
        at = place + step
        while 0 <= at < len(pieces) and pieces[at].sentence == pieces[place].sentence:
            if own[at] is not Way.NEITHER:
                return own[at]
            at += step
    return Way.NEITHER
