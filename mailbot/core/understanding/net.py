"""A small convolutional network over the stream of a letter, run with numpy: what its training is told by torch.

A word is the mean of the vectors of its parts (so that a word never seen is near its relatives) plus the vectors
of the groups of meaning met there. Two convolutions of three words let "do not … stop" differ from "stop";
attention, maximum and mean sum the letter up.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mailbot.core.understanding.features import parts_of
from mailbot.core.understanding.stream import Looked, Token

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]

WINDOW = 256
"""Tokens read together; a longer letter is read in windows."""
OVERLAP = 32
MOST_WINDOWS = 8
REACH = (MOST_WINDOWS - 1) * (WINDOW - OVERLAP) + WINDOW
"""Tokens that the network reads at all."""
_EPSILON = 1e-5
_WORD_SCALE = 4.0
_CACHED = 20_000


@dataclass(frozen=True)  # without slots: `wide` is kept
class Layer:
    """One convolution of three tokens with its normalisation."""

    weight: Floats  # (3 * width, width)
    bias: Floats
    gain: Floats
    shift: Floats

    @functools.cached_property
    def wide(self) -> Floats:
        """The weights of the token before, the token and the token after side by side: one product for all."""
        return np.ascontiguousarray(np.concatenate(np.split(self.weight, 3), axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """Weights; `parts` are kept as signed bytes with a scale a row."""

    parts: NDArray[np.int8]  # (buckets, dim)
    parts_scale: Floats  # (buckets,)
    groups: Mapping[str, int]
    group_vectors: Floats  # (groups, dim)
    gain: Floats
    shift: Floats
    into: tuple[Floats, Floats]
    layers: tuple[Layer, ...]
    attention: tuple[Floats, Floats]
    hidden: tuple[Floats, Floats]
    out: tuple[Floats, Floats]
    cache: dict[str, Halves] = field(default_factory=dict, repr=False, compare=False)


def logits(net: Net, looked: Looked, tokens: Sequence[Token]) -> Floats:
    """One row of outputs for each window of the letter."""
    vectors = _vectors(net, looked, tokens)
    return np.stack([_window(net, vectors[start : start + WINDOW]) for start in starts_of(len(tokens))])


def starts_of(length: int) -> list[int]:
    """Where the windows of a letter of *length* tokens begin."""
    starts = list(range(0, max(length - OVERLAP, 1), WINDOW - OVERLAP))
    return starts[:MOST_WINDOWS]


def _vectors(net: Net, looked: Looked, tokens: Sequence[Token]) -> Floats:
    forms = [token.form for token in tokens]
    if len(net.cache) > _CACHED:
        net.cache.clear()
    _meet(net, [form for form in dict.fromkeys(forms) if form not in net.cache])
    said = [net.cache[form] for form in forms] or [np.zeros(len(net.gain), np.float16)]
    vectors = np.concatenate(said).astype(np.float32).reshape(-1, len(net.gain))
    at = {token.word: place for place, token in enumerate(tokens) if token.word >= 0}
    many = len(net.groups)
    met = {
        at[word] * many + number
        for one in looked.found
        if (number := net.groups.get(one.group)) is not None
        for word in one.places
    }
    if met:
        places, groups = np.divmod(sorted(met), many)
        first = np.flatnonzero(np.concatenate([[True], places[1:] != places[:-1]]))
        vectors[places[first]] += np.add.reduceat(net.group_vectors[groups], first)
    return _normal(vectors, net.gain, net.shift)


def _meet(net: Net, forms: Sequence[str]) -> None:
    """Remember the vectors of words not met before, all at once."""
    if not forms:
        return
    parts = [parts_of(form) for form in forms]
    lengths = np.array([len(part) for part in parts])
    rows = np.concatenate(parts) % len(net.parts)
    weighed = net.parts[rows] * net.parts_scale[rows, None]
    summed = np.add.reduceat(weighed, np.cumsum(lengths) - lengths)
    means = summed * (_WORD_SCALE / lengths[:, None]).astype(np.float32)
    net.cache.update(zip(forms, means.astype(np.float16), strict=True))


def _window(net: Net, vectors: Floats) -> Floats:
    x = _rectified(vectors @ net.into[0] + net.into[1])
    width = x.shape[1]
    for layer in net.layers:
        told = x @ layer.wide
        here = told[:, width : 2 * width] + layer.bias
        here[1:] += told[:-1, :width]
        here[:-1] += told[1:, 2 * width :]
        x = _normal(x + _rectified(here), layer.gain, layer.shift)
    looks = x @ net.attention[0] + net.attention[1]
    shares = np.exp(looks - looks.max(axis=0))
    shares /= shares.sum(axis=0)
    summed = np.concatenate([(shares.T @ x).ravel(), x.max(axis=0), x.mean(axis=0)])
    hidden = _rectified(summed @ net.hidden[0] + net.hidden[1])
    out: Floats = hidden @ net.out[0] + net.out[1]
    return out


def _rectified(x: Floats) -> Floats:
    return np.maximum(x, 0, dtype=np.float32)


def _normal(x: Floats, gain: Floats, shift: Floats) -> Floats:
    """In place of `mean` and `std`, which take twice as long for so few rows."""
    width = np.float32(x.shape[-1])
    centred: Floats = x - (np.add.reduce(x, axis=-1, keepdims=True) / width).astype(np.float32)
    spread = np.sqrt(np.einsum("ij,ij->i", centred, centred)[:, None] / width + np.float32(_EPSILON))
    centred /= spread
    centred *= gain
    centred += shift
    return centred
