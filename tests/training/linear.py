"""The linear reader, fitted with scikit-learn, and kept in bytes."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from mailbot.core.understanding.features import Hashes
from mailbot.core.understanding.model import Linear, linear_logits

STRENGTH = 30.0  # inverse of the regularisation
MET_IN = 2  # letters in which a feature must stand to be learnt
KEPT = 300_000  # features with the largest weights


def fitted(features: Sequence[Hashes], targets: np.ndarray) -> Linear:
    """Weights of every feature that stands in at least `MET_IN` letters."""
    met, count = np.unique(np.concatenate(features), return_counts=True)
    keys = met[count >= MET_IN]
    matrix = _matrix(features, keys)
    fits = [
        LogisticRegression(C=STRENGTH, solver="liblinear", tol=1e-3, random_state=0).fit(matrix, column > 0.5)
        for column in targets.T
    ]
    return _in_bytes(
        keys, np.stack([fit.coef_[0] for fit in fits], axis=1), np.array([fit.intercept_[0] for fit in fits])
    )


def _matrix(features: Sequence[Hashes], keys: Hashes) -> csr_matrix:
    columns, starts, values = [], [0], []
    for one in features:
        places = np.searchsorted(keys, one)
        places[places == len(keys)] = 0
        known = places[keys[places] == one]
        columns.append(known)
        values.append(np.full(len(known), 1 / np.sqrt(max(len(known), 1)), np.float32))
        starts.append(starts[-1] + len(known))
    return csr_matrix((np.concatenate(values), np.concatenate(columns), starts), shape=(len(features), len(keys)))


def _in_bytes(keys: Hashes, weights: np.ndarray, bias: np.ndarray) -> Linear:
    """The weights rounded to signed bytes; features that come to nothing, and the least of too many, go."""
    scale = np.percentile(np.abs(weights), 99.9, axis=0) / 127
    rounded = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    size = np.abs(rounded.astype(np.int16)).max(axis=1)
    least = np.sort(size)[-KEPT] if len(size) > KEPT else 1
    kept = size >= max(least, 1)
    return Linear(
        keys=keys[kept], weights=rounded[kept], scale=scale.astype(np.float32), bias=bias.astype(np.float32)
    )


def told_by(linear: Linear, features: Sequence[Hashes]) -> np.ndarray:
    """Logits of every letter, as the program says them."""
    return np.stack([linear_logits(one, linear) for one in features])
