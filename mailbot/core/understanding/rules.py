"""Which rules hold in a text, and how far it speaks of its sender's own data at all."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.core.model import Language
from mailbot.core.understanding.find import Found
from mailbot.core.understanding.knowledge import FEW_WORDS, MANY_WORDS, Knowledge, Rule
from mailbot.core.understanding.letters import Word

_COUNTED_AT_MOST = 3
_FEW, _MANY = 15, 60


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that holds, at these words."""

    rule: Rule
    language: Language  # of the action
    places: tuple[int, ...]


def held_rules(found: Sequence[Found], words: Sequence[Word], knowledge: Knowledge) -> list[Held]:
    """Every rule that holds, with each place where it does, in the order of the rules."""
    present = frozenset(one.group for one in found)
    by_sentence: dict[int, list[Found]] = {}
    for one in found:
        by_sentence.setdefault(one.sentence, []).append(one)
    return [
        held
        for rule in knowledge.rules
        if _may_hold(rule, present, len(words))
        for near in by_sentence.values()
        for held in _held_in(rule, near)
    ]


def speaks_of_request(
    found: Sequence[Found], held: Sequence[Held], words: Sequence[Word], knowledge: Knowledge
) -> float:
    """Sum of the hints: of groups by how often they are met, of rules once, of the message's length.

    A short message that names nothing of what requests are about or want says nothing: "ok", "спасибо вам".
    """
    lengths = length_of(words)
    count = Counter(one.group for one in found)
    if FEW_WORDS in lengths and not knowledge.topics & count.keys():
        return 0.0
    told = sum(
        knowledge.hints.get(group, 0.0) * math.sqrt(min(often, _COUNTED_AT_MOST)) for group, often in count.items()
    )
    told += sum({one.rule.name: one.rule.hint for one in held}.values())
    return told + sum(knowledge.hints.get(length, 0.0) for length in lengths)


def length_of(words: Sequence[Word]) -> frozenset[str]:
    """Which of `LENGTHS` the message has, to be looked up like a group."""
    if len(words) < _FEW:
        return frozenset({FEW_WORDS})
    return frozenset({MANY_WORDS}) if len(words) > _MANY else frozenset()


def _may_hold(rule: Rule, present: frozenset[str], words: int) -> bool:
    if rule.at_most_words and words > rule.at_most_words:
        return False
    if rule.unless_anywhere & present:
        return False
    return all(part & present for part in (*rule.say, *rule.also))


def _held_in(rule: Rule, near: Sequence[Found]) -> Iterator[Held]:
    """Where *rule* holds among what is met in one sentence."""
    if any(one.group in rule.unless for one in near):
        return
    for action in near:
        if action.group in rule.say[0] and (places := _together(rule, action, near)):
            yield Held(rule, action.language, places)


def _together(rule: Rule, action: Found, near: Sequence[Found]) -> tuple[int, ...]:
    """Places of *action* and of the nearest meeting of every other part; empty where one is missing."""
    places = list(action.places)
    for part in rule.say[1:]:
        others = [one for one in near if one.group in part and _distance(one, action) <= rule.within]
        if not others:
            return ()
        places.extend(min(others, key=lambda one: _distance(one, action)).places)
    return tuple(places)


def _distance(one: Found, other: Found) -> int:
    """Words from one to the other; 0 where they share a word."""
    return min(abs(here - there) for here in one.places for there in other.places)
