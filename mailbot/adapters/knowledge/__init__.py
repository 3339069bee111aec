"""Knowledge from its data files: word lists and rules (`words`), and the trained model (`model_file`)."""

import gc
import hashlib
import pathlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from mailbot.adapters.knowledge.model_file import load_model, save
from mailbot.adapters.knowledge.words import examples_in, load_words
from mailbot.core.understanding import Knowledge
from mailbot.errors import ConfigError

__all__ = ["MODEL", "examples_in", "load_knowledge", "load_words", "save"]

MODEL = "model.npz"


def load_knowledge(folder: pathlib.Path) -> Knowledge:
    """The word lists, rules and model of *folder*; ConfigError with file and line of the first bad entry."""
    with _without_collections():
        words, model = load_words(folder), load_model(folder / MODEL)
    if strange := model.net.groups.keys() - words.groups:
        raise ConfigError(
            f"{folder}: the model was trained with words of {min(strange)!r} and {len(strange) - 1} other groups "
            "that are not there: copy the whole folder config/knowledge, thesaurus and model.npz too"
        )
    version = hashlib.sha256(f"{words.version} {model.version}".encode()).hexdigest()[:12]
    return replace(words, model=model, version=version, starting={})


@contextmanager
def _without_collections() -> Iterator[None]:
    """Forty thousand entries are made and all are kept: looking for garbage among them is a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
