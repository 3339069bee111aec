"""The corpus as the program reads it: every message through the wire, the reader and the word lists."""

import json
import runpy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mailbot.core.automatic import Own
from mailbot.core.message import read
from mailbot.core.model import Address, Message, Right
from mailbot.core.understanding.features import Hashes, features_of
from mailbot.core.understanding.knowledge import Knowledge
from mailbot.core.understanding.rules import held_rules
from mailbot.core.understanding.stream import Looked, looked_up, own_text, tokens_of

CORPUS = Path(__file__).parents[1] / "corpus"
wire = runpy.run_path(str(CORPUS / "to_eml.py"))["wire"]  # as the corpus brought it
OWN = Own(addresses=frozenset({Address("info@onduline.ru")}), loop_id="training")
RIGHTS = [right.value for right in Right]
TARGETS = [*RIGHTS, "person", "anything"]


@dataclass(frozen=True)
class Example:
    """One labelled message, looked up."""

    file: str
    id: str
    language: str
    hard: bool
    labels: frozenset[str]
    review: bool
    message: Message
    looked: Looked
    features: Hashes
    stream: list[tuple[str, tuple[int, ...]]]

    @property
    def targets(self) -> list[bool]:
        return [*(right in self.labels for right in RIGHTS), self.review, bool(self.labels) or self.review]


def group_numbers(knowledge: Knowledge) -> dict[str, int]:
    """Every group of the word lists, numbered in the order of their names."""
    return {group: number for number, group in enumerate(sorted(knowledge.groups))}


def examples_of(files: Iterable[Path], knowledge: Knowledge) -> Iterator[Example]:
    """The messages of *files* that the reader does not already know to be a machine's."""
    numbers = group_numbers(knowledge)
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            given = json.loads(line)
            message = read(wire(given), own=OWN)
            if isinstance(message, Message) and message.machine is None:
                yield _example(file.stem, given, message, knowledge, numbers)


def _example(
    file: str, given: Mapping[str, Any], message: Message, knowledge: Knowledge, numbers: Mapping[str, int]
) -> Example:
    text, subject_ends = own_text(message)
    looked = looked_up(text, knowledge, subject_ends=subject_ends)
    tokens = tokens_of(looked)
    rules = sorted({one.rule.name for one in held_rules(looked.found, looked.words, knowledge)})
    met: dict[int, set[int]] = {}
    for one in looked.found:
        for word in one.places:
            met.setdefault(word, set()).add(numbers[one.group])
    return Example(
        file=file,
        id=given["id"],
        language=given["lang"],
        hard=bool(given.get("hard")),
        labels=frozenset(given["labels"]),
        review=given["review"],
        message=message,
        looked=looked,
        features=features_of(looked, tokens, rules, quoted=bool(message.cut_away.strip())),
        stream=[(token.form, tuple(sorted(met.get(token.word, ())))) for token in tokens] or [("_", ())],
    )


def targets_of(examples: Sequence[Example]) -> np.ndarray:
    return np.array([example.targets for example in examples], dtype=np.float32)
