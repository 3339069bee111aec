"""How the two readers are blended, and from where on they are trusted, on letters of writers neither has seen."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from mailbot.core.model import Language
from mailbot.core.understanding.model import ANYTHING, PERSON, RIGHTS
from tests.training.material import RIGHTS as NAMES

DESTRUCTIVE = [NAMES.index(name) for name in ("withdraw_consent", "erasure", "rectification")]
LOWEST = 0.7  # nothing is acted upon that is less sure, however few the wrong acts of a language were
SIZE = 820  # letters for which issue 3 sets its counts


@dataclass(frozen=True)
class Bounds:
    act_above: Mapping[str, float]  # by language: each has as many wrong acts, not as many acts
    look_above: float

    def of(self, languages: np.ndarray) -> np.ndarray:
        """From where on each letter is acted upon; letters in two languages from the higher of all."""
        highest = max(self.act_above.values())
        return np.array([self.act_above.get(language, highest) for language in languages.tolist()])


def blended(linear: np.ndarray, net: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(outputs, 3): weights of the two readers and a constant, so that the blend is a calibrated log-odds."""
    fits = [
        LogisticRegression(C=1.0).fit(np.stack([linear[:, one], net[:, one]], axis=1), targets[:, one] > 0.5)
        for one in range(targets.shape[1])
    ]
    return np.array([[*fit.coef_[0], fit.intercept_[0]] for fit in fits], dtype=np.float32)


def alone(linear: np.ndarray, net: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(readers, outputs, 2): weight and constant by which each reader by itself is calibrated."""
    fits = [
        [LogisticRegression(C=1.0).fit(told[:, [one]], targets[:, one] > 0.5) for one in range(targets.shape[1])]
        for told in (linear, net)
    ]
    return np.array(
        [[[fit.coef_[0, 0], fit.intercept_[0]] for fit in reader] for reader in fits], dtype=np.float32
    )


def agreed(linear: np.ndarray, net: np.ndarray, by_itself: np.ndarray) -> np.ndarray:
    """Where both readers, each calibrated by itself, name the same rights."""
    named = [
        (told * calibrated[:, 0] + calibrated[:, 1])[:, : len(RIGHTS)] > 0
        for told, calibrated in zip((linear, net), by_itself, strict=True)
    ]
    return (named[0] == named[1]).all(axis=1)


def probabilities(linear: np.ndarray, net: np.ndarray, blend: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(blend[:, 0] * linear + blend[:, 1] * net + blend[:, 2])))


def sureness(told: np.ndarray, agree: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `Judgement`: rights asked for, how surely exactly these (0 where the readers differ), anything at all."""
    rights = told[:, : len(RIGHTS)]
    asked = rights >= 0.5
    exactly = np.where(asked, rights, 1 - rights).prod(axis=1) * (1 - told[:, PERSON])
    return asked, np.where(asked.any(axis=1) & agree, exactly, 0.0), told.max(axis=1)


def counted(
    told: np.ndarray, agree: np.ndarray, targets: np.ndarray, act_above: np.ndarray | float, look_above: float
) -> Counter[str]:
    """The counts of score.py."""
    wanted, person = targets[:, : len(RIGHTS)] > 0.5, targets[:, PERSON] > 0.5
    asked, exactly, anything = sureness(told, agree)
    acts = exactly >= act_above
    ignored = ~acts & ~asked.any(axis=1) & (anything < look_above)
    something = targets[:, ANYTHING] > 0.5
    plain = wanted.any(axis=1) & ~person
    right = (asked == wanted).all(axis=1)
    return Counter(
        n=len(told),
        critical=int((acts & (asked & ~wanted)[:, DESTRUCTIVE].any(axis=1)).sum()),
        overreach=int((acts & ~plain).sum()),
        inexact=int((acts & plain & ~right).sum()),
        exact=int((acts & plain & right).sum()),
        plain=int(plain.sum()),
        missed=int((ignored & something).sum()),
        ask=int(something.sum()),
        noise=int((~something & ~acts & ~ignored).sum()),
        ordinary=int((~something).sum()),
    )


def chosen(
    told: np.ndarray, agree: np.ndarray, targets: np.ndarray, languages: np.ndarray, *, share: float, missed: float
) -> Bounds:
    """The bounds that act most often while the wrong acts of each language stay below *share* of what issue 3
    allows, and leave alone most ordinary mail while at most *missed* of the requests are left alone with it."""
    look = 0.01
    for candidate in np.arange(0.01, 0.6, 0.01):
        count = counted(told, agree, targets, 2.0, candidate)
        if count["missed"] <= missed * count["ask"]:
            look = float(candidate)
    acts = {}
    for language in Language:
        here = languages == language.value
        acts[language.value] = _acts_above(told[here], agree[here], targets[here], look, share=share)
    return Bounds(acts, look)


def _acts_above(told: np.ndarray, agree: np.ndarray, targets: np.ndarray, look: float, *, share: float) -> float:
    for candidate in np.arange(LOWEST, 1.0, 0.01):
        count = counted(told, agree, targets, float(candidate), look)
        allowed = share * len(told) / SIZE
        if (
            count["critical"] <= 4 * allowed
            and count["overreach"] <= 8 * allowed
            and count["inexact"] <= 10 * allowed
        ):
            return round(float(candidate), 2)
    return 0.99
