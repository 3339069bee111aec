"""What the corpus taught: a linear reader over words and groups, a network over their order, and how far to go.

Each says for every right, for "a person must look" and for "anything at all" how likely it is. The two are
blended and calibrated on letters of writers neither has seen (docs/understanding.md); `Judgement.agreed` says
whether each by itself names the same rights.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mailbot.core.model import Language, Right
from mailbot.core.understanding.features import Hashes, beyond_parts, once, parts_of, spoken_forms
from mailbot.core.understanding.net import Floats, Net, logits
from mailbot.core.understanding.stream import Looked, Token

RIGHTS = tuple(Right)
PERSON, ANYTHING = len(RIGHTS), len(RIGHTS) + 1
OUTPUTS = len(RIGHTS) + 2

Rows = NDArray[np.int32]
_CACHED = 20_000
"""Words whose features are remembered: a day's mail says the same ones again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """One weight for each known feature and output, in signed bytes."""

    keys: Hashes  # rising
    weights: NDArray[np.int8]  # (features, outputs)
    scale: Floats  # (outputs,)
    bias: Floats  # (outputs,)
    cache: dict[str, Rows] = field(default_factory=dict, repr=False, compare=False)
    """What `rows_of` found, by word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Both readers, their blend, and the bounds it was accepted with."""

    linear: Linear
    net: Net
    blend: Floats  # (outputs, 3): weight of the linear reader, of the network, constant
    alone: Floats  # (readers, outputs, 2): weight and constant that calibrate each reader by itself
    act_above: Mapping[Language, float]  # probability that rights are exactly these and no person need look
    look_above: float  # probability of anything at all below which a letter is ordinary mail
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Probabilities, 0 to 1."""

    rights: Mapping[Right, float]
    person: float
    anything: float
    agreed: bool  # both readers by themselves name the same rights

    @property
    def asked(self) -> tuple[Right, ...]:
        """Rights more likely asked for than not."""
        return tuple(right for right, sure in self.rights.items() if sure >= 0.5)

    @property
    def exactly(self) -> float:
        """Probability that the rights asked for are exactly `asked`, and that no person need look."""
        each = (sure if sure >= 0.5 else 1 - sure for sure in self.rights.values())
        return float(np.prod([*each, 1 - self.person]))


def judge(
    looked: Looked, tokens: Sequence[Token], rules: Sequence[str], model: Model, *, quoted: bool
) -> Judgement:
    """How likely each right, a person and anything at all are in a letter; *rules* names those that hold."""
    beyond = _rows(beyond_parts(looked, tokens, rules, quoted=quoted), model.linear)
    parts = (rows_of(word, model.linear) for word in spoken_forms(tokens))
    linear = _told_by(once(np.concatenate([*parts, beyond])), model.linear)
    net = logits(model.net, looked, tokens).max(axis=0)
    blended = model.blend[:, 0] * linear + model.blend[:, 1] * net + model.blend[:, 2]
    sure = 1 / (1 + np.exp(-blended.astype(np.float64)))
    named = [
        (told * calibrated[:, 0] + calibrated[:, 1])[: len(RIGHTS)] > 0
        for told, calibrated in zip((linear, net), model.alone, strict=True)
    ]
    return Judgement(
        rights=dict(zip(RIGHTS, sure[: len(RIGHTS)].tolist(), strict=True)),
        person=float(sure[PERSON]),
        anything=float(sure.max()),
        agreed=bool((named[0] == named[1]).all()),
    )


def linear_logits(features: Hashes, linear: Linear) -> Floats:
    """What the linear reader says of a letter with these *features*."""
    return _told_by(_rows(features, linear), linear)


def _told_by(rows: Rows, linear: Linear) -> Floats:
    weights = linear.weights.view(np.uint64)[rows, 0].view(np.int8).reshape(-1, OUTPUTS)  # eight bytes at once
    summed = np.ones(len(rows), np.float32) @ weights.astype(np.float32) / np.float32(math.sqrt(max(len(rows), 1)))
    told: Floats = (summed * linear.scale + linear.bias).astype(np.float32)
    return told


def rows_of(word: str, linear: Linear) -> Rows:
    """Numbers of those features that the reader knows among the parts of *word*; remembered."""
    known = linear.cache.get(word)
    if known is None:
        if len(linear.cache) > _CACHED:
            linear.cache.clear()
        known = linear.cache[word] = _rows(parts_of(word), linear)
    return known


def _rows(features: Hashes, linear: Linear) -> Rows:
    places = np.searchsorted(linear.keys, features)
    places[places == len(linear.keys)] = 0
    known: Rows = places[linear.keys[places] == features].astype(np.int32)
    return known
