"""`make model`: train both readers on tests/corpus, measure them on unseen writers, and write the model.

Three stages, each of which can be run alone:

    parts    a quarter of the writers held back in turn: what readers that never saw a letter's writer say of it
             → build/heldout.npz, of which tests/training/report.py makes the figures of docs/understanding.md
    whole    both readers trained on every letter → build/whole.npz
    bounds   blend and bounds from the first, weights from the second → config/knowledge/model.npz (what the
             program loads) and model.json beside it (the figures it was accepted on)
"""

import argparse
import hashlib
import json
import platform
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import sklearn
import torch

from mailbot.adapters.knowledge import MODEL, load_words, save
from mailbot.adapters.knowledge.model_file import load_model
from mailbot.core.model import Language
from mailbot.core.understanding.model import Linear, Model
from tests.training import linear, network
from tests.training.bounds import Bounds, agreed, alone, blended, chosen, counted, probabilities
from tests.training.material import CORPUS, Example, examples_of, group_numbers, targets_of
from tests.training.numpy_net import net_of

ROOT = Path(__file__).parents[2]
KNOWLEDGE = ROOT / "config" / "knowledge"
WHOLE, HELD = ROOT / "build" / "whole.npz", ROOT / "build" / "heldout.npz"
STAGES = ("parts", "whole", "bounds")
PARTS = 4
WORKERS = 2
NATURAL = ("dev-en", "dev-kk", "dev-kk-4", "dev-ru", "dev-ru-4")
"""Files whose mixture is that of a mailbox; the others are of hard cases, or of one kind only."""
PLAIN = tuple(f"more-{language}-{wave}" for language in ("kk", "ru", "en") for wave in "ghp")
"""Files of letters as people plainly write, with more doubtful ones among them than a mailbox has."""
SHARE, MISSED = 1.0, 0.005
"""What the bounds are set for on both: the wrong acts that issue 3 allows, and a share of requests left alone."""


@dataclass(frozen=True)
class Bench:
    """The material of one training, shared with the processes that work side by side on it."""

    examples: Sequence[Example]
    targets: np.ndarray
    groups: Mapping[str, int]
    part: np.ndarray
    rounds: int
    seed: int

    def readers(self, rows: Sequence[int], name: str) -> tuple[Linear, network.Network]:
        """Both readers, trained on the letters of *rows*."""
        torch.set_num_threads(1)
        line = linear.fitted([self.examples[at].features for at in rows], self.targets[rows])
        return line, network.trained(
            [self.examples[at].stream for at in rows],
            self.targets[rows],
            groups=len(self.groups),
            epochs=self.rounds,
            seed=self.seed,
            show=lambda text: say(f"{name}: {text.strip()}"),
        )


@dataclass(frozen=True)
class Held:
    """What was said of letters by readers that had not seen their writers: logits (letters × outputs)."""

    linear: np.ndarray
    net: np.ndarray
    targets: np.ndarray
    part: np.ndarray
    writer: np.ndarray
    language: np.ndarray

    def where(self, rows: np.ndarray) -> "Held":
        return Held(**{name: array[rows] for name, array in vars(self).items()})

    def fit(self) -> "Fit":
        """Blend and calibrations fitted to these letters, bounds set on those files whose mixture is natural."""
        blend = blended(self.linear, self.net, self.targets)
        by_itself = alone(self.linear, self.net, self.targets)
        natural = self.where(np.isin(self.writer, (*NATURAL, *PLAIN)))
        told, agree = natural.told(Fit(blend, by_itself, Bounds({}, 0)))
        bounds = chosen(told, agree, natural.targets, natural.language, share=SHARE, missed=MISSED)
        return Fit(blend, by_itself, bounds)

    def told(self, fit: "Fit") -> tuple[np.ndarray, np.ndarray]:
        """Probabilities of every output, and where both readers agree."""
        return probabilities(self.linear, self.net, fit.blend), agreed(self.linear, self.net, fit.alone)


@dataclass(frozen=True)
class Fit:
    """What is fitted on letters held back."""

    blend: np.ndarray
    alone: np.ndarray
    bounds: Bounds


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("stages", nargs="*", default=STAGES, help="parts, whole, bounds; all where none is named")
    options.add_argument("--rounds", type=int, default=7, help="times the network sees the corpus")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    if unknown := {*given.stages} - {*STAGES}:
        options.error(f"no such stage: {', '.join(sorted(unknown))}")
    (ROOT / "build").mkdir(exist_ok=True)
    began = time.perf_counter()
    if {"parts", "whole"} & {*given.stages}:
        trained(given.stages, rounds=given.rounds, seed=given.seed)
    if "bounds" in given.stages:
        bound(rounds=given.rounds, seed=given.seed)
    say(f"{time.perf_counter() - began:.0f} s")


def trained(stages: Sequence[str], *, rounds: int, seed: int) -> None:
    """Train what *stages* ask for, side by side."""
    words, files = load_words(KNOWLEDGE), corpus_files()
    examples = list(examples_of(files, words))
    say(f"{len(examples)} letters of {len(files)} writers read")
    bench = Bench(examples, targets_of(examples), group_numbers(words), parts_of(examples), rounds, seed)
    globals()["_AT_WORK"] = bench  # forked processes find it here, without copying it
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("fork")) as pool:
        whole = pool.submit(_whole) if "whole" in stages else None
        parts = [pool.submit(_part, part) for part in range(PARTS)] if "parts" in stages else []
        if whole:
            save(whole.result(), WHOLE)
        if parts:
            keep(bench, [one.result() for one in parts])


def _part(part: int) -> tuple[list[int], np.ndarray, np.ndarray]:
    bench: Bench = globals()["_AT_WORK"]
    unseen = np.flatnonzero(bench.part == part).tolist()
    line, net = bench.readers(np.flatnonzero(bench.part != part).tolist(), f"without part {part + 1}")
    return (
        unseen,
        linear.told_by(line, [bench.examples[at].features for at in unseen]),
        network.told_by(net, [bench.examples[at].stream for at in unseen]),
    )


def _whole() -> Model:
    bench: Bench = globals()["_AT_WORK"]
    line, net = bench.readers(range(len(bench.examples)), "on every letter")
    outputs = bench.targets.shape[1]
    return Model(
        linear=line,
        net=net_of(net, bench.groups),
        blend=np.zeros((outputs, 3), np.float32),  # these four the last stage sets
        alone=np.zeros((2, outputs, 2), np.float32),
        act_above=dict.fromkeys(Language, 1.0),
        look_above=0.0,
        version=version(),
    )


def keep(bench: Bench, parts: Sequence[tuple[list[int], np.ndarray, np.ndarray]]) -> None:
    """Write what was held back, with whose letter and of which kind each is."""
    told = np.zeros((2, *bench.targets.shape))
    for rows, by_linear, by_net in parts:
        told[0, rows], told[1, rows] = by_linear, by_net
    names = {"id": "id", "writer": "file", "language": "language", "hard": "hard"}
    facts_of = {name: np.array([getattr(one, field) for one in bench.examples]) for name, field in names.items()}
    arrays = {"linear": told[0], "net": told[1], "targets": bench.targets, "part": bench.part, **facts_of}
    np.savez(HELD, **arrays)


def bound(*, rounds: int, seed: int) -> None:
    """Blend and bounds from what was held back, weights from the whole, into the model that the program loads."""
    held = held_back()
    fit = held.fit()
    model = replace(load_model(WHOLE), blend=fit.blend, alone=fit.alone, **asdict(fit.bounds))
    save(model, KNOWLEDGE / MODEL)
    facts = {
        "what": "figures on letters of writers held back, made by `make model`",
        "corpus": model.version,
        "letters": len(held.targets),
        "rounds": rounds,
        "seed": seed,
        "bounds": asdict(fit.bounds),
        "held_back": across(held),
        "held_back_natural": across(held, NATURAL),
        "made_with": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "scikit-learn": sklearn.__version__,
        },
    }
    (KNOWLEDGE / MODEL).with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n")
    say(json.dumps({"ok": True, **facts}))


def held_back() -> Held:
    with np.load(HELD) as old:
        return Held(**{name: old[name] for name in ("linear", "net", "targets", "part", "writer", "language")})


def parts_of(examples: Sequence[Example]) -> np.ndarray:
    """Which part each letter belongs to: the writers of a language are dealt out in the order of their names."""
    dealt: dict[str, int] = {}
    for language in ("kk", "ru", "en"):
        same = sorted({one.file for one in examples if f"-{language}" in one.file})
        dealt |= {file: number % PARTS for number, file in enumerate(same)}
    return np.array([dealt[one.file] for one in examples])


def across(held: Held, writers: Sequence[str] = ()) -> dict[str, float]:
    """Figures where blend and bounds of a part come from the others: what is reported tuned nothing."""
    total: Counter[str] = Counter()
    for part in np.unique(held.part):
        others, here = held.where(held.part != part), held.part == part
        fit = others.fit()
        rows = held.where(here & np.isin(held.writer, writers) if writers else here)
        total += counted(*rows.told(fit), rows.targets, fit.bounds.of(rows.language), fit.bounds.look_above)
    shares = {"exact": "plain", "missed": "ask", "noise": "ordinary"}
    return {
        **total,
        **{f"{name}_of_{whole}": round(total[name] / total[whole], 4) for name, whole in shares.items()},
    }


def corpus_files() -> list[Path]:
    return sorted(CORPUS.glob("*.jsonl"))


def version() -> str:
    """Of the corpus: changes with every byte of it."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in corpus_files())).hexdigest()[:12]


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
