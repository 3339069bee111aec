"""What the linear reader counts: numbers of 32 bits, each a word, a part of one, a pair of words or of groups."""

import functools
import math
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mailbot.core.understanding.stream import Looked, Token

Hashes = NDArray[np.uint32]

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


@functools.lru_cache(maxsize=12_000)
def parts_of(form: str) -> Hashes:
    """Hashes of the parts of one word, the whole word first; the word lists of a day's mail fit the cache."""
    if not form.isalpha():
        return np.array([zlib.crc32(form.encode())], dtype=np.uint32)
    marked = f"<{form}>"
    parts = [marked] + [
        marked[start : start + length]
        for length in range(_SHORTEST, _LONGEST + 1)
        for start in range(len(marked) - length + 1)
    ]
    return np.array([zlib.crc32(part.encode()) for part in parts], dtype=np.uint32)


@functools.lru_cache(maxsize=20_000)
def _hash(form: str) -> int:
    return zlib.crc32(form.encode())


def features_of(looked: Looked, tokens: Sequence[Token], rules: Sequence[str], *, quoted: bool) -> Hashes:
    """Every feature of a letter once, rising. *rules* are the names of those that hold."""
    found = [
        *_words(looked, tokens),
        *_groups(looked),
        _hashes(rules) ^ _RULE,
        _shape(looked, quoted=quoted) ^ _SHAPE,
    ]
    return _once(np.concatenate(found))


def _once(features: Hashes) -> Hashes:
    """*features* rising, each once: as np.unique, which takes three times as long for so few."""
    features.sort()
    first = np.ones(len(features), dtype=bool)
    np.not_equal(features[1:], features[:-1], out=first[1:])
    return features[first]


def _hashes(names: Sequence[str]) -> Hashes:
    return np.array([_hash(name) for name in names], dtype=np.uint32)


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
        *(parts_of(form) for form in {token.form for token in spoken}),
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
    every = _hashes([one.group for one in found])
    starts = np.array([one.places[0] for one in found])
    sentences = np.array([one.sentence for one in found])
    unique, count = np.unique(every, return_counts=True)
    asked = np.array([not one.group.startswith(_CLASSES) for one in found])
    return [
        unique ^ _GROUP,
        unique[count >= _OFTEN] ^ _OFTEN_GROUP,
        *_in_order(every, starts, sentences),
        _together(every[asked][:_MOST_PAIRED], sentences[asked][:_MOST_PAIRED]),
    ]


def _in_order(every: Hashes, starts: NDArray[np.int64], sentences: NDArray[np.int64]) -> list[Hashes]:
    """One group and another that begins up to `_NEAR` words later in the same sentence."""
    after = np.arange(1, len(every) + 1)
    ahead = np.minimum(starts.searchsorted(starts + _NEAR, side="right"), after + _AHEAD) - after
    first = np.repeat(after - 1, ahead)
    second = np.arange(len(first)) + np.repeat(after - (np.cumsum(ahead) - ahead), ahead)
    here = sentences[first] == sentences[second]
    first, second = first[here], second[here]
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
