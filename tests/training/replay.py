"""The program as it reads a letter when its two readers say what they are told to say.

So it is measured with readers that never saw the letter's writer, and nothing of how it decides is written down a
second time. numpy only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mailbot.core.model import Concern, Language, Message, Reading
from mailbot.core.understanding import Knowledge, understand
from mailbot.core.understanding.model import OUTPUTS, Linear, Model
from mailbot.core.understanding.net import Net

Floats = NDArray[np.float32]
_ONE, _ROW = np.zeros(1, np.float32), np.zeros((1, 1), np.float32)


@dataclass(frozen=True)
class Said:
    """What the two readers say of one letter, logits of every output; how they are weighed and bounded."""

    linear: Floats
    net: Floats
    blend: Floats
    alone: Floats
    act_above: Mapping[str, float]  # by language
    look_above: float


def replayed(message: Message, said: Said, knowledge: Knowledge) -> Reading:
    """*message* as the program reads it with these readers.

    What is quoted below it was not held back: of that the program's own model speaks.
    """
    reading = understand(replace(message, cut_away=""), replace(knowledge, model=_saying(said)))
    if message.cut_away and Concern.POINTS_AT_QUOTE in understand(message, knowledge).concerns:
        return replace(reading, concerns=(*reading.concerns, Concern.POINTS_AT_QUOTE))
    return reading


def _saying(said: Said) -> Model:
    """A model without weights, which says of every letter what was *said*."""
    return Model(
        linear=Linear(
            keys=np.zeros(1, np.uint32),
            weights=np.zeros((1, OUTPUTS), np.int8),
            scale=np.zeros(OUTPUTS, np.float32),
            bias=said.linear.astype(np.float32),
        ),
        net=Net(
            parts=np.zeros((1, 1), np.int8),
            parts_scale=_ONE,
            groups={},
            group_vectors=_ROW,
            gain=_ONE,
            shift=_ONE,
            into=(_ROW, _ONE),
            layers=(),
            attention=(_ROW, _ONE),
            hidden=(np.zeros((3, 1), np.float32), _ONE),
            out=(np.zeros((1, OUTPUTS), np.float32), said.net.astype(np.float32)),
        ),
        blend=said.blend,
        alone=said.alone,
        act_above={Language(language): bound for language, bound in said.act_above.items()},
        look_above=said.look_above,
        version="replayed",
    )
