"""What is known about words: groups of words, and rules of what is said about what.

A *group* is a name for words that say the same ("erase": удалите, жойыңыз, delete), merged over the languages,
for people mix them in one sentence. A *rule* says which groups must stand near each other, and what that means.
Loaded from config/knowledge by `mailbot.adapters.knowledge`; here they are frozen values.

An entry of a group is written as

    удалите            this word
    удал*              a word that begins so
    личн* кабинет*     these words one after another
    не … удал*         with at most three other words between
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.core.model import Concern, Language, ReplyWord, Right
from mailbot.core.understanding.letters import plain, skeleton

GAP = 3
"""Words that may stand where an entry has ``…``."""


FEW_WORDS, MANY_WORDS = "few_words", "many_words"
LENGTHS = frozenset({FEW_WORDS, MANY_WORDS})
"""Hints that no word gives: fewer than 15 words, more than 60."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of an entry."""

    form: str
    whole: bool  # False: the word may go on
    gap: int  # words that may stand before it


@dataclass(frozen=True, slots=True)
class Entry:
    """One way of saying what a group stands for."""

    group: str
    language: Language
    pieces: tuple[Piece, ...]
    excluded: bool = False  # an exception: these words do not count for the group


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When `say` stands together in one sentence, this is meant."""

    name: str
    right: Right | None = None
    concern: Concern | None = None
    sure: float = 0.0  # for a right: 0 to 1
    hint: float = 0.0  # how far the rule speaks of a request, see `Knowledge.hints`
    say: tuple[frozenset[str], ...] = ()  # the first is the action; the others stand within `within` words of it
    within: int = 8
    unless: frozenset[str] = frozenset()  # groups that must not stand in the same sentence
    unless_anywhere: frozenset[str] = frozenset()  # nor in the message
    also: tuple[frozenset[str], ...] = ()  # groups that must stand somewhere in the message
    with_ask: bool = False  # a concern only where something is asked at all
    at_most_words: int = 0  # only in messages this short; 0: any


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How a language is told from the others."""

    words: frozenset[str]  # frequent words, folded
    endings: tuple[str, ...] = ()  # folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Word lists and rules, loaded once and passed in."""

    version: str  # changes with every byte of the data
    rules: tuple[Rule, ...]
    whole: Mapping[str, Sequence[Entry]] = field(repr=False)  # entries by their first word
    begins: Mapping[str, Sequence[Entry]] = field(repr=False)  # entries by the beginning of their first word
    tongues: Mapping[Language, Tongue] = field(repr=False)
    replies: Mapping[str, ReplyWord] = field(repr=False)  # by folded word; amendment 4
    denials: tuple[tuple[str, ...], ...] = field(repr=False, default=())  # "не подтверждаю", folded
    courtesies: frozenset[str] = field(repr=False, default=frozenset())  # may stand beside a confirmation
    doubts: Mapping[str, float] = field(repr=False, default_factory=dict)  # how much a group takes from every ask
    hints: Mapping[str, float] = field(repr=False, default_factory=dict)  # how far a group speaks of a request
    topics: frozenset[str] = field(repr=False, default=frozenset())  # groups beside which a short length is a hint
    enough_to_look: float = 0.0  # sum of hints below which a message is ordinary mail
    enough_to_act: float = 0.0  # sum of hints from which a sure ask may be acted upon


def entry_of(text: str, *, group: str, language: Language, excluded: bool = False) -> Entry:
    """The entry written as *text*; ValueError where it has no word, or a star elsewhere than at a word's end."""
    pieces: list[Piece] = []
    gap = 0
    for part in text.split():
        if part == "…":
            gap = GAP
            continue
        stem = part.removesuffix("*")
        form = plain(stem) if language is Language.EN else skeleton(stem)
        if not form or not form.isalnum():
            raise ValueError(f"not a word: {part!r}")
        pieces.append(Piece(form, whole=not part.endswith("*"), gap=gap))
        gap = 0
    if not pieces or gap:
        raise ValueError(f"not an entry: {text!r}")
    return Entry(group, language, tuple(pieces), excluded)


def index_of(entries: Sequence[Entry], *, whole: bool) -> dict[str, list[Entry]]:
    """Entries by their first word, or by the beginning of it."""
    index: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.pieces[0].whole is whole:
            index.setdefault(entry.pieces[0].form, []).append(entry)
    return index
