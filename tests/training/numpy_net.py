"""The trained network as the program runs it."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from mailbot.core.understanding.net import Layer, Net
from tests.training.network import Network


def net_of(network: Network, groups: Mapping[str, int]) -> Net:
    """*network* in the shapes of numpy; vectors of parts of words in signed bytes, a scale a row."""
    parts = _floats(network.parts.weight)
    scale = np.maximum(np.abs(parts).max(axis=1), 1e-8) / 127
    return Net(
        parts=np.round(parts / scale[:, None]).astype(np.int8),
        parts_scale=scale.astype(np.float32),
        groups=dict(groups),
        group_vectors=_floats(network.groups.weight),
        gain=_floats(network.normal.weight),
        shift=_floats(network.normal.bias),
        into=_affine(network.into),
        layers=tuple(
            Layer(
                # (out, in, 3) → (3 * in, out): the token before, the token, the token after
                np.ascontiguousarray(_floats(layer.weight).transpose(2, 1, 0).reshape(-1, layer.weight.shape[0])),
                _floats(layer.bias),
                _floats(normal.weight),
                _floats(normal.bias),
            )
            for layer, normal in zip(network.layers, network.normals, strict=True)
        ),
        attention=_affine(network.attention),
        hidden=_affine(network.hidden),
        out=_affine(network.out),
    )


def _affine(layer) -> tuple[np.ndarray, np.ndarray]:
    return np.ascontiguousarray(_floats(layer.weight).T), _floats(layer.bias)


def _floats(weight: Tensor) -> np.ndarray:
    return weight.detach().numpy().astype(np.float32)
