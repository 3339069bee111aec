"""Phrases of one meaning each, and where they stand: what the details of a request are found by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.core.understanding.letters import Word, plain, skeleton

SHORTEST_STEM = 2


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words one after another that say *role*."""

    role: str  # table and key of config/knowledge/details.toml: "item.surname"
    forms: tuple[str, ...]
    open_ended: tuple[bool, ...]  # whether the word may go on
    english: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Every phrase by its first word, or by the beginning of it."""

    whole: Mapping[str, Sequence[Phrase]] = field(default_factory=dict)
    begins: Mapping[str, Sequence[Phrase]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase, met at these words."""

    role: str
    first: int
    last: int


def phrase_of(role: str, text: str) -> Phrase:
    """The phrase written as *text*: Cyrillic words are met in every alphabet, Latin ones are English."""
    parts = text.split()
    english = text.isascii()
    stems = [part.removesuffix("*") for part in parts]
    forms = tuple(plain(stem) if english else skeleton(stem) for stem in stems)
    if not forms or not all(form.isalnum() for form in forms):
        raise ValueError(f"{role}: not a phrase: {text!r}")
    return Phrase(role, forms, tuple(part.endswith("*") for part in parts), english)


def index_of(phrases: Sequence[Phrase]) -> Phrases:
    """*phrases*, to be looked up."""
    whole: dict[str, list[Phrase]] = {}
    begins: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        (begins if phrase.open_ended[0] else whole).setdefault(phrase.forms[0], []).append(phrase)
    return Phrases(whole=whole, begins=begins)


def said_in(words: Sequence[Word], phrases: Phrases) -> list[Said]:
    """Every phrase met in *words*, in the order of the text; of one role the longest that begins at a word."""
    met: list[Said] = []
    for place, word in enumerate(words):
        longest: dict[str, int] = {}
        for english, form in ((False, word.form), (True, word.english)):
            for phrase in _starting(form, phrases):
                if phrase.english is english and _stands_at(phrase, words, place):
                    longest[phrase.role] = max(longest.get(phrase.role, 0), len(phrase.forms))
        met += [Said(role, place, place + length - 1) for role, length in longest.items()]
    return met


def _starting(form: str, phrases: Phrases) -> list[Phrase]:
    found = [*phrases.whole.get(form, ())]
    for length in range(SHORTEST_STEM, len(form) + 1):
        found += phrases.begins.get(form[:length], ())
    return found


def _stands_at(phrase: Phrase, words: Sequence[Word], place: int) -> bool:
    if place + len(phrase.forms) > len(words):
        return False
    for offset, (form, goes_on) in enumerate(zip(phrase.forms, phrase.open_ended, strict=True)):
        met = words[place + offset].english if phrase.english else words[place + offset].form
        if met != form and not (goes_on and met.startswith(form)):
            return False
    return words[place].sentence == words[place + len(phrase.forms) - 1].sentence
