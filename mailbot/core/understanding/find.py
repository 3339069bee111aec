"""Where the groups of words stand in a text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.core.model import Language
from mailbot.core.understanding.knowledge import Entry, Knowledge, Piece
from mailbot.core.understanding.letters import Word

_SHORTEST_STEM = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A group, met at these words."""

    group: str
    language: Language
    places: tuple[int, ...]  # numbers of the words, rising
    sentence: int


def groups_in(words: Sequence[Word], knowledge: Knowledge) -> list[Found]:
    """Every group met in *words*, in the order of the text, exceptions taken out."""
    met: list[Found] = []
    barred: set[tuple[str, int]] = set()
    for place, word in enumerate(words):
        for entry in _starting_with(word, knowledge):
            places = _match(entry, words, place)
            if places is None:
                continue
            if entry.excluded:
                barred.update((entry.group, at) for at in places)
            else:
                met.append(Found(entry.group, entry.language, places, word.sentence))
    return (
        [found for found in met if not any((found.group, at) in barred for at in found.places)] if barred else met
    )


def _starting_with(word: Word, knowledge: Knowledge) -> Iterator[Entry]:
    for form, english in ((word.form, False), (word.english, True)):
        if not form:
            continue
        for entry in knowledge.whole.get(form, ()):
            if (entry.language is Language.EN) is english:
                yield entry
        for length in range(_SHORTEST_STEM, len(form) + 1):
            for entry in knowledge.begins.get(form[:length], ()):
                if (entry.language is Language.EN) is english:
                    yield entry


def _match(entry: Entry, words: Sequence[Word], place: int) -> tuple[int, ...] | None:
    """Numbers of the words that *entry* covers when it begins at *place*, within one sentence."""
    places = [place]
    english = entry.language is Language.EN
    for piece in entry.pieces[1:]:
        at = _next(piece, words, places[-1] + 1, english=english)
        if at is None:
            return None
        places.append(at)
    return tuple(places)


def _next(piece: Piece, words: Sequence[Word], start: int, *, english: bool) -> int | None:
    for at in range(start, min(start + piece.gap + 1, len(words))):
        if words[at].sentence != words[start - 1].sentence:
            return None
        form = words[at].english if english else words[at].form
        if form == piece.form or (not piece.whole and form.startswith(piece.form)):
            return at
    return None
