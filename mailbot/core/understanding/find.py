"""Where the groups of words stand in a text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailbot.core.model import Language
from mailbot.core.understanding.knowledge import GAP, Entry, Knowledge, Piece, Written
from mailbot.core.understanding.letters import Word

_SHORTEST_STEM = 2
_HEAD = 2
_REMEMBERED = 20_000
"""Different words whose entries are remembered: a day's mail says the same words again and again."""


class Found(NamedTuple):
    """A group, met at these words."""

    group: str
    language: Language
    places: tuple[int, ...]  # numbers of the words, rising
    sentence: int


@dataclass(frozen=True, slots=True)
class Starts:
    """The entries that one word may begin."""

    alone: tuple[tuple[str, Language], ...]  # groups of which this word alone is an entry
    barred: tuple[str, ...]  # groups of which it is an exception
    longer: tuple["Longer", ...]


@dataclass(frozen=True, slots=True)
class Longer:
    """Entries of several words that one word may begin, by their second word."""

    english: bool
    whole: Mapping[str, Sequence[Entry]]  # whose second word is this
    begins: Mapping[str, Sequence[Entry]]  # whose second word begins so
    lengths: tuple[int, ...]  # of these beginnings
    heads: frozenset[str]  # how any second word begins: `_HEAD` letters, or all where it has no more


_NOTHING = Starts((), (), ())


def groups_in(words: Sequence[Word], knowledge: Knowledge) -> list[Found]:
    """Every group met in *words*, in the order of the text, exceptions taken out."""
    met: list[Found] = []
    barred: dict[str, set[int]] = {}
    for place, word in enumerate(words):
        starts = _starting_with(word, knowledge)
        here, sentence = (place,), word.sentence
        met += [Found(group, language, here, sentence) for group, language in starts.alone]
        for group in starts.barred:
            barred.setdefault(group, set()).add(place)
        for longer in starts.longer:
            for entry, places in _longer(longer, words, place):
                if entry.excluded:
                    barred.setdefault(entry.group, set()).update(places)
                else:
                    met.append(Found(entry.group, entry.language, places, sentence))
    return [one for one in met if one.group not in barred or barred[one.group].isdisjoint(one.places)]


def _longer(longer: Longer, words: Sequence[Word], place: int) -> Iterator[tuple[Entry, tuple[int, ...]]]:
    """Those of the entries that stand at *place* within its sentence."""
    matched: set[int] = set()
    sentence = words[place].sentence
    for at in range(place + 1, min(place + GAP + 2, len(words))):
        word = words[at]
        if word.sentence != sentence:
            return
        for entry in _with_second(word.english if longer.english else word.form, longer):
            if at - place - 1 > entry.pieces[1].gap or id(entry) in matched:
                continue
            matched.add(id(entry))
            if (rest := _rest(entry, words, at, english=longer.english)) is not None:
                yield entry, (place, at, *rest)


def _with_second(form: str, longer: Longer) -> Sequence[Entry]:
    if form[:_HEAD] not in longer.heads and form[:1] not in longer.heads:
        return ()
    found = [*longer.whole.get(form, ())]
    for length in longer.lengths:
        if met := longer.begins.get(form[:length]):
            found += met
    return found


def _starting_with(word: Word, knowledge: Knowledge) -> Starts:
    known = knowledge.starting.get((word.form, word.english))
    if known is None:
        if len(knowledge.starting) > _REMEMBERED:
            knowledge.starting.clear()
        known = _looked_for(word, knowledge)
        knowledge.starting[word.form, word.english] = known
    return known


def _looked_for(word: Word, knowledge: Knowledge) -> Starts:
    listed = [*_listed(word.form, knowledge, english=False), *_listed(word.english, knowledge, english=True)]
    if not listed:
        return _NOTHING
    alone = [one for one in listed if " " not in one.text]
    longer = [one.entry() for one in listed if " " in one.text]
    tongues = (
        _by_second([one for one in longer if (one.language is Language.EN) is en], english=en)
        for en in (False, True)
    )
    return Starts(
        tuple((one.group, one.language) for one in alone if not one.excluded),
        tuple(one.group for one in alone if one.excluded),
        tuple(one for one in tongues if one.whole or one.begins),
    )


def _by_second(entries: Sequence[Entry], *, english: bool) -> Longer:
    whole: dict[str, list[Entry]] = {}
    begins: dict[str, list[Entry]] = {}
    for entry in entries:
        second = entry.pieces[1]
        (whole if second.whole else begins).setdefault(second.form, []).append(entry)
    heads = frozenset([form[:_HEAD] for form in (*whole, *begins)])
    return Longer(english, whole, begins, tuple(sorted({len(form) for form in begins})), heads)


def _listed(form: str, knowledge: Knowledge, *, english: bool) -> list[Written]:
    listed = [*knowledge.whole.get(form, ())]
    for length in range(_SHORTEST_STEM, len(form) + 1):
        listed += knowledge.begins.get(form[:length], ())
    return [one for one in listed if (one.language is Language.EN) is english]


def _rest(entry: Entry, words: Sequence[Word], second: int, *, english: bool) -> list[int] | None:
    """Numbers of the words of *entry* after its second, which stands at *second*."""
    places = [second]
    for piece in entry.pieces[2:]:
        at = _next(piece, words, places[-1] + 1, english=english)
        if at is None:
            return None
        places.append(at)
    return places[1:]


def _next(piece: Piece, words: Sequence[Word], start: int, *, english: bool) -> int | None:
    for at in range(start, min(start + piece.gap + 1, len(words))):
        if words[at].sentence != words[start - 1].sentence:
            return None
        form = words[at].english if english else words[at].form
        if form == piece.form or (not piece.whole and form.startswith(piece.form)):
            return at
    return None
