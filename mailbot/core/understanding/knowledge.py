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

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mailbot.core.model import Concern, Language, ReplyWord, Right
from mailbot.core.understanding.letters import plain, skeleton
from mailbot.core.understanding.others import Others, Voice
from mailbot.core.understanding.phrases import Phrases

if TYPE_CHECKING:
    from mailbot.core.understanding.find import Starts
    from mailbot.core.understanding.model import Model

GAP = 3
"""Words that may stand where an entry has ``…``."""

FOREIGN = "foreign"
"""The group of requests in languages that we do not read (config/knowledge/others.toml)."""

_NO_ENTRY = re.compile(r"^(?![^\W_]+\*?(?: (?:… )?[^\W_]+\*?)*$)", re.MULTILINE)
"""The beginning of a line that is none."""


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


class Written(NamedTuple):
    """An entry as it is kept until a word of it is met: taking forty thousand apart is too slow for a start."""

    group: str
    language: Language
    text: str  # folded
    excluded: bool

    def entry(self) -> Entry:
        """The entry, its words apart."""
        return _apart(self)


@functools.lru_cache(maxsize=50_000)
def _apart(written: Written) -> Entry:
    pieces: list[Piece] = []
    gap = 0
    for part in written.text.split(" "):
        if part == "…":
            gap = GAP
            continue
        pieces.append(Piece(part.removesuffix("*"), whole=not part.endswith("*"), gap=gap))
        gap = 0
    return Entry(written.group, written.language, tuple(pieces), written.excluded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When `say` stands together in one sentence, this is meant."""

    name: str
    right: Right | None = None
    concern: Concern | None = None
    sure: float = 0.0  # for a right: 0 to 1
    say: tuple[frozenset[str], ...] = ()  # the first is the action; the others stand within `within` words of it
    within: int = 8
    unless: frozenset[str] = frozenset()  # groups that must not stand in the same sentence
    unless_anywhere: frozenset[str] = frozenset()  # nor in the message
    also: tuple[frozenset[str], ...] = ()  # groups that must stand somewhere in the message
    with_ask: bool = False  # a concern only where something is asked at all
    vetoes: frozenset[Right] = frozenset()  # a concern wherever one is asked, however surely
    at_most_words: int = 0  # only in messages this short; 0: any

    def groups(self) -> frozenset[str]:
        """Every group that the rule asks for or must not meet."""
        return frozenset().union(self.unless, self.unless_anywhere, *self.say, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How a language is told from the others."""

    words: frozenset[str]  # frequent words, folded
    endings: tuple[str, ...] = ()  # folded


Sayings = Mapping[str, Sequence[tuple[str, ...]]]
"""Folded words one after another, by the first of them."""


@dataclass(frozen=True, slots=True)
class Forms:
    """Folded words, and beginnings of such: what `in` says of any word."""

    whole: frozenset[str] = frozenset()
    begins: tuple[str, ...] = ()

    def __contains__(self, form: str) -> bool:
        return form in self.whole or form.startswith(self.begins)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How people answer our questions in more than one word; phrases are folded words."""

    beside: Forms = Forms()  # may stand beside a confirmation: "it was me"
    acts: Forms = Forms()  # may, too: what is done, "delete", "my request"
    objects: Forms = Forms()  # may beside one of `acts`: "I confirm my consent" does not
    turns: Forms = Forms()  # turn a sentence round: with one of them nothing is confirmed
    negations: Sayings = field(default_factory=dict)  # deny in a short reply: "не удаляйте"
    calls: Sayings = field(default_factory=dict)  # ask for a person in a letter of any length
    instructions: Sayings = field(default_factory=dict)  # of our own letters: "ответьте ЧЕЛОВЕК" calls nobody
    partings: Sayings = field(default_factory=dict)  # a signature follows
    away: Sayings = field(default_factory=dict)  # an absence notice
    objection: tuple[Forms, ...] = ()  # a word of each: "I object to automated decisions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Word lists and rules, loaded once and passed in."""

    version: str  # changes with every byte of the data
    rules: tuple[Rule, ...]
    groups: frozenset[str] = field(repr=False)  # names of all groups
    in_rules: frozenset[str] = field(repr=False)  # names of those that some rule asks for
    topics: frozenset[str] = field(repr=False)  # names of those of which a request meets at least one
    whole: Mapping[str, Sequence[Written]] = field(repr=False)  # entries by their first word
    begins: Mapping[str, Sequence[Written]] = field(repr=False)  # entries by the beginning of their first word
    tongues: Mapping[Language, Tongue] = field(repr=False)
    replies: Mapping[str, ReplyWord] = field(repr=False)  # by folded word; amendment 4
    denials: Sayings = field(repr=False, default_factory=dict)  # "не подтверждаю", folded
    courtesies: frozenset[str] = field(repr=False, default=frozenset())  # may stand beside a confirmation
    answers: Answers = field(repr=False, default_factory=Answers)
    model: "Model" = field(repr=False, compare=False, default=None)  # type: ignore[assignment]  # set by load_knowledge
    starting: dict[tuple[str, str], "Starts"] = field(repr=False, compare=False, default_factory=dict)
    """Entries that a word may begin, remembered as words are met."""
    others: Others = field(repr=False, default_factory=Others)  # languages that we do not read
    phrases: Phrases = field(repr=False, default_factory=Phrases)  # by which the details of a request are found
    voices: dict[str, Voice] = field(repr=False, compare=False, default_factory=dict)
    """Languages that a word speaks for, remembered as words are met."""


def entry_of(text: str, *, group: str, language: Language, excluded: bool = False) -> Entry:
    """The entry written as *text*; ValueError where it has no word, or a star elsewhere than at a word's end."""
    return written([(group, text)], language=language, excluded=excluded)[0].entry()


def written(listed: Sequence[tuple[str, str]], *, language: Language, excluded: bool = False) -> list[Written]:
    """Entries given as (group, text), folded all at once; ValueError names the group and the first bad text."""
    if not listed:
        return []
    texts = "\n".join([" ".join(text.split()) for _, text in listed])
    folded = (plain if language is Language.EN else skeleton)(texts)
    if bad := _NO_ENTRY.search(folded):
        group, text = listed[folded.count("\n", 0, bad.start())]
        raise ValueError(f"{group}: not an entry: {text!r}")
    return [
        Written(group, language, one, excluded) for (group, _), one in zip(listed, folded.split("\n"), strict=True)
    ]


Index = dict[str, list[Written]]


def indexes_of(entries: Iterable[Written]) -> tuple[Index, Index]:
    """Entries by their first word, and those that have but the beginning of one by that."""
    whole: Index = {}
    begins: Index = {}
    for entry in entries:
        first = entry.text.partition(" ")[0]
        if first[-1] == "*":
            begins.setdefault(first[:-1], []).append(entry)
        else:
            whole.setdefault(first, []).append(entry)
    return whole, begins
