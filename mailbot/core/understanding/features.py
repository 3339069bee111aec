"""What the linear reader counts: numbers of 32 bits, each a word, a part of one, a pair of words or of groups."""

import functools
import math
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mailbot.core.understanding.stream import Looked, Token

Hashes = NDArray[np.uint32]
Number = TypeVar("Number", np.uint32, np.int32)

_SHORTEST, _LONGEST = 2, 5
"""Letters of a part of a word, with its ends marked: "<koiniz>"."""
_PREFIX = 4
_NEAR = 5
"""Words within which one group after another is a pair of its own."""
_AHEAD = 24
"""Groups after one that are looked at for that."""
_MOST_FOUND, _MOST_PAIRED = 6_000, 400
"""Groups of a letter that are counted, and paired: bounds for letters made of nothing but our words."""
_CLASSES = ("v_", "n_", "f_", "a_")
"""Beginnings of the names of the thesaurus' classes: pairs of them count only near each other."""
_OFTEN = 3
_NONE = np.zeros(0, dtype=np.uint32)

_WORD, _SUBJECT, _PAIR, _STEMS, _SKIP, _GROUP, _OFTEN_GROUP, _IN_ORDER, _TOGETHER, _RULE, _SHAPE = (
    np.uint32(zlib.crc32(kind.encode())) for kind in ("w", "S", "b", "p", "k", "g", "g3", "gg", "gp", "r", "shape")
)
_FIRST, _SECOND = np.uint32(2654435761), np.uint32(2246822519)


@functools.lru_cache(maxsize=3_000)
def parts_of(form: str) -> Hashes:
    """Hashes of the parts of one word, the whole word first; what the readers make of them they remember."""
    if not form.isalpha():
        return np.array([zlib.crc32(form.encode())], dtype=np.uint32)
    marked = f"<{form}>"
    parts = [marked] + [
        marked[start : start + length]
        for length in range(_SHORTEST, _LONGEST + 1)
        for start in range(len(marked) - length + 1)
    ]
    return np.array([zlib.crc32(part.encode()) for part in parts], dtype=np.uint32)


def features_of(looked: Looked, tokens: Sequence[Token], rules: Sequence[str], *, quoted: bool) -> Hashes:
    """Every feature of a letter once, rising. *rules* are the names of those that hold."""
    parts = (parts_of(form) for form in spoken_forms(tokens))
    return once(np.concatenate([*parts, beyond_parts(looked, tokens, rules, quoted=quoted)]))


def spoken_forms(tokens: Sequence[Token]) -> set[str]:
    """The words of the stream, without its marks: those whose parts are features."""
    return {token.form for token in tokens if token.word >= 0}


def beyond_parts(looked: Looked, tokens: Sequence[Token], rules: Sequence[str], *, quoted: bool) -> Hashes:
    """Every feature but the parts of words, once, rising."""
    found = [
        *_words(looked, tokens),
        *_groups(looked),
        _hashes(rules) ^ _RULE,
        _shape(looked, quoted=quoted) ^ _SHAPE,
    ]
    return once(np.concatenate(found))


def once(numbers: NDArray[Number]) -> NDArray[Number]:
    """*numbers* rising, each once: as np.unique, which takes three times as long for so few."""
    numbers.sort()
    first = np.ones(len(numbers), dtype=bool)
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    return numbers[first]


def _hashes(names: Sequence[str]) -> Hashes:
    return np.array([zlib.crc32(name.encode()) for name in names], dtype=np.uint32)


def _mixed(first: Hashes, second: Hashes, kind: np.uint32) -> Hashes:
    mixed: Hashes = (first * _FIRST) ^ (second * _SECOND) ^ kind
    return mixed


def _words(looked: Looked, tokens: Sequence[Token]) -> list[Hashes]:
    if not tokens:
        return [_NONE]
    whole = _hashes([token.form for token in tokens])
    stems = _hashes([token.form[:_PREFIX] for token in tokens])
    spoken = [token for token in tokens if token.word >= 0]
    subject = [token.form for token in spoken if looked.words[token.word].end <= looked.subject_ends]
    return [
        whole ^ _WORD,
        _hashes(subject) ^ _SUBJECT,
        _mixed(whole[:-1], whole[1:], _PAIR),
        _mixed(stems[:-1], stems[1:], _STEMS),
        _mixed(stems[:-2], stems[2:], _SKIP),
    ]


def _groups(looked: Looked) -> list[Hashes]:
    found = looked.found[:_MOST_FOUND]
    if not found:
        return [_NONE]
    groups = [one.group for one in found]
    often = [group for group, count in Counter(groups).items() if count >= _OFTEN]
    every = _hashes(groups)
    sentences = np.array([one.sentence for one in found])
    starts = np.array([one.places[0] for one in found])
    asked = [at for at, group in enumerate(groups) if not group.startswith(_CLASSES)][:_MOST_PAIRED]
    return [
        every ^ _GROUP,
        _hashes(often) ^ _OFTEN_GROUP,
        *_in_order(every, starts + sentences * (_NEAR + 1)),
        _together(every[asked], sentences[asked]),
    ]


def _in_order(every: Hashes, starts: NDArray[np.int64]) -> list[Hashes]:
    """One group and another that begins up to `_NEAR` words later; *starts* keep sentences farther apart."""
    after = np.arange(1, len(every) + 1)
    ahead = np.minimum(starts.searchsorted(starts + _NEAR, side="right"), after + _AHEAD) - after
    first = np.repeat(after - 1, ahead)
    second = np.arange(len(first)) + np.repeat(after - (np.cumsum(ahead) - ahead), ahead)
    same = starts[first] == starts[second]
    return [
        _mixed(every[first], every[second], _IN_ORDER),
        _mixed(every[second[same]], every[first[same]], _IN_ORDER),
    ]


def _together(every: Hashes, sentences: NDArray[np.int64]) -> Hashes:
    """Two groups of one sentence, in whatever order."""
    place = np.arange(len(every))
    first, second = np.nonzero((sentences[:, None] == sentences) & (place[:, None] < place))
    one, other = every[first], every[second]
    return _mixed(np.minimum(one, other), np.maximum(one, other), _TOGETHER)


def _shape(looked: Looked, *, quoted: bool) -> Hashes:
    size = min(9, int(math.log2(len(looked.words) + 1) * 1.5))
    shape = [f"len:{size}", *(f"lang:{language}" for language in looked.languages)]
    if quoted:
        shape.append("quoted")
    if not looked.subject_ends:
        shape.append("no-subject")
    return _hashes(shape)
