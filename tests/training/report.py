"""Tables and plot of docs/understanding.md, from what readers said of letters whose writers they had not seen.

    python -m tests.training.report [--held build/heldout.npz] [--docs docs/understanding.md] [--wrong FILE]

Nothing is tuned on what is reported: blend and bounds of each part of the writers come from the other parts. Every
letter goes through the program itself, which is told what readers said that had not seen its writer. The figures
of the costs are filled in where `make bench-understanding > build/bench.json` was made before.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.message import read
from mailbot.core.model import Concern, Message, Reading, Route
from mailbot.core.understanding import Knowledge
from mailbot.core.understanding.model import PERSON
from tests.training.bounds import sureness
from tests.training.cells import LANGUAGES, Cells, divided, given_by_id
from tests.training.figures import RIGHTS, Flags, Judged, counted, curve, errors, marks
from tests.training.material import OWN, wire
from tests.training.plot import Axes, Line, svg
from tests.training.replay import Said, replayed
from tests.training.tables import against_the_issue, filled, of_cells, of_errors, share, table
from tests.training.train import HELD, KNOWLEDGE, NATURAL, ROOT, Held, corpus_files

BEYOND = {Concern.UNKNOWN_LANGUAGE, Concern.POINTS_AT_QUOTE, Concern.ATTACHMENT_ONLY}
_STEPS = 1 / (1 + np.exp(-np.linspace(0, 7, 71)))  # bounds from 0.5 to 0.999


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--held", type=Path, default=HELD)
    options.add_argument("--docs", type=Path, default=ROOT / "docs" / "understanding.md")
    options.add_argument("--bench", type=Path, default=ROOT / "build" / "bench.json")
    options.add_argument("--wrong", type=Path, help="a line for every letter not handled right")
    options.add_argument(
        "--model-only", action="store_true", help="without what the program does beyond the model"
    )
    given = options.parse_args()
    by_id = given_by_id(corpus_files())
    held = still_in_the_corpus(dict(np.load(given.held)), by_id)
    letters = [by_id[name] for name in held["id"].tolist()]
    told = judged(held, letters)
    divisions = divided(letters, held["writer"].tolist(), told.wanted)
    bench = json.loads(given.bench.read_text()) if given.bench.exists() else {}
    given.docs.write_text(
        filled(given.docs.read_text(encoding="utf-8"), parts(told, divisions, bench)), encoding="utf-8"
    )
    given.docs.with_suffix(".svg").write_text(plotted(told, divisions), encoding="utf-8")
    if given.wrong:
        given.wrong.write_text("\n".join(lines_of_wrong(told, letters)) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps({"ok": True, **counted(told)}) + "\n")


def still_in_the_corpus(held: Mapping[str, np.ndarray], by_id: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """What was said of letters that nobody has taken out of the corpus since."""
    here = np.array([name in by_id for name in held["id"].tolist()])
    if not here.all():
        sys.stderr.write(
            f"{(~here).sum()} letters are no longer in the corpus; `make model` makes all figures anew\n"
        )
    return {name: array[here] for name, array in held.items()}


def judged(held: Mapping[str, np.ndarray], letters: Sequence[Mapping[str, Any]]) -> Judged:
    """What the program makes of every letter; readers, blend and bounds are learnt without the letter's part."""
    known = load_knowledge(KNOWLEDGE)
    every = Held(**{one.name: held[one.name] for one in fields(Held)})
    exactly, anything = np.zeros((2, len(letters)))
    may, ignored, beyond, acts = np.zeros((4, len(letters)), dtype=bool)
    asked = np.zeros((len(letters), len(RIGHTS)), dtype=bool)
    for part in np.unique(every.part):
        rows = np.flatnonzero(every.part == part)
        fit = every.where(every.part != part).fit()
        _, exactly[rows], anything[rows] = sureness(*every.where(rows).told(fit))
        for row in rows.tolist():
            said = Said(every.linear[row], every.net[row], fit.blend, fit.alone, **asdict(fit.bounds))
            reading, may[row] = read_with(said, letters[row], known)
            asked[row] = [right in reading.rights for right in RIGHTS]
            acts[row], ignored[row] = reading.route is Route.ACT, reading.route is Route.IGNORE
            beyond[row] = not BEYOND.isdisjoint(reading.concerns)
        ruled = acts & (every.part == part) & (exactly < fit.bounds.of(every.language))
        exactly[ruled] = 1.0  # a rule for letters of few words, not the model
    wanted, person = every.targets[:, : len(RIGHTS)] > 0.5, every.targets[:, PERSON] > 0.5
    return Judged(
        wanted=wanted,
        person=person,
        asked=asked,
        exactly=exactly,
        anything=anything,
        beyond=beyond,
        may=may,
        acts=acts,
        ignored=ignored,
    )


def read_with(said: Said, letter: Mapping[str, Any], known: Knowledge) -> tuple[Reading, bool]:
    """*letter* as the program reads it, over the wire; and whether it would act, were the bound low enough."""
    message = read(wire(letter), own=OWN)
    if not isinstance(message, Message):
        return Reading(concerns=(Concern.UNSURE,)), False
    reading = replayed(message, said, known)
    if not reading.asks or reading.route is Route.ACT:
        return reading, reading.route is Route.ACT
    return reading, replayed(
        message, replace(said, act_above=dict.fromkeys(said.act_above, 0.0)), known
    ).route is Route.ACT


def parts(told: Judged, divisions: Sequence[Cells], bench: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the marked parts of the document."""
    writers, others = divisions[-1], divisions[:-1]
    natural = natural_of(writers.cells)
    languages = [divisions[0].cells[LANGUAGES[language]] for language in ("kk", "ru", "en")]
    return {
        "all": against_the_issue(
            {
                "files like a mailbox": (told.at(natural), [here[natural] for here in languages]),
                "all files": (told, languages),
            }
        ),
        "cells": "\n\n".join(of_cells(told, one) for one in others),
        "writers": of_cells(told, writers),
        "readers": of_readers(told),
        "errors": of_errors(errors(told), len(told.acts), most=10),
    } | ({"costs": of_costs(bench)} if bench else {})


def of_readers(told: Judged) -> str:
    """What the agreement of the readers is worth: how many of the letters read as a request were read right."""
    read_so, mark = told.asked.any(axis=1) & ~told.beyond, marks(told)
    right = mark["plain"] & (told.asked == told.wanted).all(axis=1)
    rows = [
        (name, f"{int(here.sum()):,}", share(int((here & right).sum()), int(here.sum())))
        for name, here in (
            ("both readers name the same rights", read_so & told.may),
            ("they differ, or one right is below 0.7", read_so & ~told.may),
        )
    ]
    return table(("letters read as a request", "letters", "read exactly right, and no person needed"), rows)


def of_costs(bench: Mapping[str, Any]) -> str:
    """The figures of the bench, one a line."""
    return table(("cost", "measured"), [(name.replace("_", " "), str(value)) for name, value in bench.items()])


def plotted(told: Judged, divisions: Sequence[Cells]) -> str:
    """Coverage against error as the bound moves, for all letters, those like a mailbox, and each language."""
    languages, writers = divisions[0].cells, divisions[-1].cells
    cells = {
        "all letters": np.ones(len(told.acts), dtype=bool),
        **{LANGUAGES[language]: languages[LANGUAGES[language]] for language in ("kk", "ru", "en")},
        "like a mailbox": natural_of(writers),
    }
    lines = [Line(name, curve(told.at(here), _STEPS), point_of(told.at(here))) for name, here in cells.items()]
    most = max(error for line in lines for error, _ in line.points)
    axes = Axes(
        x="error: wrong acts, of all acts",
        y="coverage: clear requests acted on exactly",
        x_most=min(most, 0.1),
        y_least=0.3,
        must=((0.65, "must: 65 %"), (0.90, "aim: 90 %")),
    )
    return svg("Coverage against error on letters of writers held back, as the bound moves", axes, lines)


def natural_of(writers: Mapping[str, Flags]) -> Flags:
    """Letters of the files whose mixture is that of a mailbox."""
    marked: Flags = np.any([here for name, here in writers.items() if name in NATURAL], axis=0)
    return marked


def point_of(told: Judged) -> tuple[float, float]:
    """Error and coverage with the bounds as they were chosen."""
    count = counted(told)
    return 1 - count["exact"] / max(count["acts"], 1), count["exact"] / max(count["plain"], 1)


def lines_of_wrong(told: Judged, letters: Sequence[Mapping[str, Any]]) -> list[str]:
    """For reading: what happened, why, how surely, and the beginning of the letter."""
    lines = []
    for one in errors(told):
        letter = letters[one.row]
        text = f"{letter['subject']} | {letter['body']}".replace("\n", " / ")[:300]
        sure = f"{told.exactly[one.row]:.2f}", f"{told.anything[one.row]:.2f}"
        lines.append("\t".join((one.kind, one.why, letter["id"], letter["lang"], *sure, text)))
    return sorted(lines)


if __name__ == "__main__":
    main()
