"""The sender's own words that speak for a right, and the rule or the model's weight behind them."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from mailbot.core.model import Evidence, Right
from mailbot.core.understanding.model import RIGHTS, Linear, rows_of
from mailbot.core.understanding.net import Floats
from mailbot.core.understanding.rules import Held
from mailbot.core.understanding.stream import Looked, Token

_LONGEST = 200
_MOST = 12
_WORDS_WEIGHED = 2_000


def evidence_for(
    rights: Sequence[Right], looked: Looked, tokens: Sequence[Token], held: Sequence[Held], linear: Linear
) -> Mapping[Right, tuple[Evidence, ...]]:
    """For each of *rights* the words that rules point at, and the sentence that weighs most."""
    if not rights:
        return {}
    heaviest = _heaviest(rights, looked, [token for token in tokens if token.word >= 0][:_WORDS_WEIGHED], linear)
    return {right: (*_by_rules(right, looked, held), *heaviest[right]) for right in rights}


def _by_rules(right: Right, looked: Looked, held: Sequence[Held]) -> tuple[Evidence, ...]:
    """Of rules those in a language of the text, where there are such.

    Kazakh borrows Russian words, so that its rules hold in Russian letters as well.
    """
    told = [one for one in held if one.rule.right is right]
    of_the_text = [one for one in told if one.language in looked.languages]
    said = (
        Evidence(text=_text(looked, min(one.places), max(one.places)), by=f"{one.language}.{one.rule.name}")
        for one in of_the_text or told
    )
    return tuple(dict.fromkeys(said))[: _MOST - 1]


def _heaviest(
    rights: Sequence[Right], looked: Looked, spoken: Sequence[Token], linear: Linear
) -> dict[Right, tuple[Evidence, ...]]:
    if not spoken:
        return dict.fromkeys(rights, ())
    sentences = [
        [*tokens] for _, tokens in itertools.groupby(spoken, lambda token: looked.words[token.word].sentence)
    ]
    summed = np.stack([_weight(sentence, linear) for sentence in sentences])
    found: dict[Right, tuple[Evidence, ...]] = {}
    for right in rights:
        column = RIGHTS.index(right)
        best = int(summed[:, column].argmax())
        text = _text(looked, sentences[best][0].word, sentences[best][-1].word)
        found[right] = (Evidence(text=text, by=f"model.{right.value} {summed[best, column]:+.1f}"),)
    return found


def _weight(sentence: Sequence[Token], linear: Linear) -> Floats:
    """(outputs,): the sum of the weights of what the linear reader knows in its words."""
    rows = np.concatenate([rows_of(token.form, linear) for token in sentence])
    weight: Floats = linear.weights[rows].sum(axis=0, dtype=np.int32) * linear.scale
    return weight


def _text(looked: Looked, first: int, last: int) -> str:
    return looked.text[looked.words[first].start : looked.words[last].end][:_LONGEST]
