"""The trained model from and to its file: numpy arrays in a zip archive, nothing that could run."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mailbot.core.model import Language
from mailbot.core.understanding.model import OUTPUTS, Linear, Model
from mailbot.core.understanding.net import Floats, Layer, Net
from mailbot.errors import ConfigError

_FORMAT = 2
_PAIRS = ("into", "attention", "hidden", "out")


def load_model(path: Path) -> Model:
    """The model of *path*; ConfigError where it is missing, damaged, or of another version of the program."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return _model({name: arrays[name] for name in arrays.files})
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as exc:
        raise ConfigError(f"{path}: cannot be read as a model: {exc}; `make model` makes it anew") from exc


def save(model: Model, path: Path) -> None:
    """Write *model*, the same bytes for the same model."""
    net, facts = model.net, {
        "format": _FORMAT,
        "version": model.version,
        "act_above": dict(model.act_above),
        "look_above": model.look_above,
        "layers": len(model.net.layers),
        "groups": sorted(model.net.groups, key=lambda name: model.net.groups[name]),
    }  # fmt: skip
    arrays = {
        "facts": np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8),
        "blend": model.blend,
        "alone": model.alone,
        "linear_keys": model.linear.keys,
        "linear_weights": model.linear.weights,
        "linear_scale": model.linear.scale,
        "linear_bias": model.linear.bias,
        "parts": net.parts,
        "parts_scale": net.parts_scale,
        "group_vectors": net.group_vectors,
        "gain": net.gain,
        "shift": net.shift,
    }
    for name in _PAIRS:
        arrays[f"{name}_weight"], arrays[f"{name}_bias"] = getattr(net, name)
    for number, layer in enumerate(net.layers):
        arrays |= {f"layer{number}_{name}": getattr(layer, name) for name in ("weight", "bias", "gain", "shift")}
    np.savez(path, **arrays)  # type: ignore[arg-type]  # the stub takes the names for its own keyword


def _model(arrays: Mapping[str, Any]) -> Model:
    facts = json.loads(arrays["facts"].tobytes())
    if facts["format"] != _FORMAT or arrays["alone"].shape != (2, OUTPUTS, 2):
        raise ValueError("it is of another version of mailbot")
    layers = tuple(
        Layer(*(arrays[f"layer{number}_{name}"] for name in ("weight", "bias", "gain", "shift")))
        for number in range(facts["layers"])
    )

    def pair(name: str) -> tuple[Floats, Floats]:
        return arrays[f"{name}_weight"], arrays[f"{name}_bias"]

    net = Net(
        parts=arrays["parts"],
        parts_scale=arrays["parts_scale"],
        groups={name: number for number, name in enumerate(facts["groups"])},
        group_vectors=arrays["group_vectors"],
        gain=arrays["gain"],
        shift=arrays["shift"],
        layers=layers,
        into=pair("into"),
        attention=pair("attention"),
        hidden=pair("hidden"),
        out=pair("out"),
    )
    linear = Linear(**{name: arrays[f"linear_{name}"] for name in ("keys", "weights", "scale", "bias")})
    return Model(
        linear=linear,
        net=net,
        blend=arrays["blend"],
        alone=arrays["alone"],
        act_above={language: float(facts["act_above"][language]) for language in Language},
        look_above=facts["look_above"],
        version=facts["version"],
    )
