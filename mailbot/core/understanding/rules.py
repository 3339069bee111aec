"""Which rules hold in a text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.core.model import Language
from mailbot.core.understanding.find import Found
from mailbot.core.understanding.knowledge import Knowledge, Rule
from mailbot.core.understanding.letters import Word


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that holds, at these words."""

    rule: Rule
    language: Language  # of the action
    places: tuple[int, ...]


def held_rules(found: Sequence[Found], words: Sequence[Word], knowledge: Knowledge) -> list[Held]:
    """Every rule that holds, with each place where it does, in the order of the rules."""
    found = [one for one in found if one.group in knowledge.in_rules]
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


def _may_hold(rule: Rule, present: frozenset[str], words: int) -> bool:
    if rule.at_most_words and words > rule.at_most_words:
        return False
    if rule.say[0].isdisjoint(present) or not rule.unless_anywhere.isdisjoint(present):
        return False
    return not any(part.isdisjoint(present) for part in (*rule.say, *rule.also))


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
