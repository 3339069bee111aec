"""What of a reply is the text of our own letter, come back without any mark that it is quoted.

Phones quote without ">" and without a line above; the parent letter is known by its thread, so its words are
nobody's. Compared are words, not lines: clients break lines anew, lose marks, change spaces and quotation marks,
and cut the beginning or the end off.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(
    r"(?m:^[ \t>|]*\w{1,3}>)|https?://\S+"  # initials that mark a quoted line; links, which clients change
    r"|(?P<word>[\w\u0300-\u036f]+)"
)
_NOTHING_LEFT: Final = re.compile(r"\W*+(?:\w{1,3}>)?[\W_]*+\Z")
_RUN: Final = 6
"""Words in a row that nobody writes by chance as we did: "прошу прекратить обработку моих данных" has five."""
_RUN_ON: Final = 3  # words in a row that go on just where the run before ended
_STRAY: Final = 4  # words that may stand between such runs: a link, a word that the client changed
_PLACES: Final = 8  # where the same three words stand in our letter; the rest is not looked at
_READ: Final = 200_000  # characters of either text; nobody writes more by hand


@dataclass(frozen=True, slots=True)
class _Run:
    """Words `at` … `end` of theirs that are words `place` … of ours."""

    at: int
    place: int
    length: int

    @property
    def end(self) -> int:
        return self.at + self.length


def without_ours(own_words: str, ours: str) -> str:
    """*own_words* without what is word for word from *ours*, the letter of ours that is answered.

    What the sender says with single words of ours stays: ПОДТВЕРЖДАЮ is such a word. So does a short phrase of
    ours unless it goes on where a longer one ended. Linear in the length of both; never raises.
    """
    theirs, words = _words(own_words)
    runs = _runs(words, _words(ours)[1])
    if not runs:
        return own_words
    spans = [(theirs[run.at].start(), theirs[run.end - 1].end()) for run in runs]
    whole = {line for line in map(_folded_line, ours[:_READ].split("\n")) if " " in line}
    return "\n".join(_lines_without(own_words, spans, whole)).strip()


def _words(text: str) -> tuple[list[re.Match[str]], list[str]]:
    """(where the words of *text* stand, how they are compared)."""
    found = [match for match in _WORD.finditer(text[:_READ]) if match["word"]]
    return found, [_folded(match[0]) for match in found]


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("ё", "е")


def _folded_line(line: str) -> str:
    return " ".join(_words(line)[1])


def _runs(words: Sequence[str], mine: Sequence[str]) -> list[_Run]:
    """The runs of *words* that are ours, in their order."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place in range(len(mine) - _RUN_ON + 1):
        known = places.setdefault(tuple(mine[place : place + _RUN_ON]), [])
        if len(known) < _PLACES:
            known.append(place)
    runs: list[_Run] = []
    at = 0
    while at <= len(words) - _RUN_ON:
        run = _longest(words, mine, at, places.get(tuple(words[at : at + _RUN_ON]), ()))
        if run is not None and (run.length >= _RUN or (runs and _goes_on(runs[-1], run))):
            runs.append(run)
            at = run.end
        else:
            at += 1
    return runs


def _longest(words: Sequence[str], mine: Sequence[str], at: int, places: Sequence[int]) -> _Run | None:
    found = (_Run(at, place, _same(words, mine, at, place)) for place in places)
    return max(found, key=lambda run: run.length, default=None)


def _same(words: Sequence[str], mine: Sequence[str], at: int, place: int) -> int:
    """How many words are the same from *at* and from *place* on."""
    length = 0
    while at + length < len(words) and place + length < len(mine) and words[at + length] == mine[place + length]:
        length += 1
    return length


def _goes_on(before: _Run, run: _Run) -> bool:
    return run.at - before.end <= _STRAY and 0 <= run.place - (before.place + before.length) <= _STRAY


def _lines_without(text: str, spans: Sequence[tuple[int, int]], whole: set[str]) -> Iterator[str]:
    """Lines of *text* without *spans* and without those of *whole*; what nothing is taken from stays as it is."""
    start = at = 0
    for line in text.split("\n"):
        end = start + len(line)
        left, here = "", start
        while at < len(spans) and spans[at][0] < end:
            left += text[here : max(here, spans[at][0])]
            here = max(here, min(spans[at][1], end))
            if spans[at][1] > end:
                break
            at += 1
        left += text[here:end]
        if len(left) == len(line):
            if _folded_line(line) not in whole:
                yield line
        elif not _NOTHING_LEFT.match(left):
            yield _tidied(left)
        start = end + 1


def _tidied(line: str) -> str:
    """A line that was partly ours, without the marks that were left over at its ends."""
    return line.lstrip("\t >|.,;:!?)»”").rstrip("\t >|(«“»”")
