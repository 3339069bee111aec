"""`make drill-spoof`: forged and tricky requests, through the real journeys; nobody may gain or lose by them.

    python -m tests.drills.spoof [--seed 1] [--only WORDS] [--jobs 2] [--keep FOLDER] [--list] [--verbose]

Real ledger, company's database, DKIM, words, templates and law; mail in memory, our own zone, no network. Every
attack is played in two worlds, the victim on file and not; then the victim and somebody beside them ask for
themselves. The last line is JSON: {"ok": true, ...}. A red attack is played again with its name for WORDS, and
--keep writes its mail into FOLDER.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.drills.spoof.attack import Attack
from tests.drills.spoof.attacks import ATTACKS
from tests.drills.spoof.inline import without_threads
from tests.drills.spoof.run import Result, drill, quiet, summary

AT_ONCE = 8  # attacks a process plays before it says what came of them


def main() -> int:
    """Play, report, and say by the exit code whether nothing was wrong."""
    wanted = _arguments()
    chosen = [one for one in ATTACKS if any(words in one.name for words in wanted.only.split(","))]
    if wanted.list:
        for attack in chosen:
            print(f"{attack.name:60} {attack.rule:24} {', '.join(sorted(attack.ends))}")
        return 0
    results = []
    for result in _results(chosen, wanted.seed, wanted.keep, jobs=wanted.jobs):
        _say(result, verbose=wanted.verbose)
        results.append(result)
    told = summary(sorted(results, key=lambda result: result.name), seed=wanted.seed)
    print(json.dumps(told, ensure_ascii=False))
    return 0 if told["ok"] else 1


def _results(chosen: Sequence[Attack], seed: int, keep: Path | None, *, jobs: int) -> Iterator[Result]:
    """What came of each, as soon as it is known."""
    names = [attack.name for attack in chosen if not attack.crowd]
    parts = [[attack.name] for attack in chosen if attack.crowd]  # the longest first, each by itself
    parts += [names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE)]
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        for done in as_completed([pool.submit(play, part, seed, keep) for part in parts]):
            yield from done.result()


def play(names: Sequence[str], seed: int, keep: Path | None) -> list[Result]:
    """The attacks with these *names*, one after the other, in this process."""
    quiet()
    without_threads()
    chosen = [attack for attack in ATTACKS if attack.name in names]
    return asyncio.run(drill(chosen, seed=seed, keep=keep))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.spoof")
    parser.add_argument("--seed", type=int, default=1, help="another seed: other people and addresses")
    parser.add_argument("--only", default="", help="attacks whose name holds this, or one of these: a,b")
    parser.add_argument("--jobs", type=int, default=2, help="processes beside each other")
    parser.add_argument("--keep", type=Path, help="write the mail of every attack into this folder")
    parser.add_argument("--verbose", action="store_true", help="name every attack as it ends")
    parser.add_argument("--list", action="store_true", help="name the attacks, their rules, how they may end")
    return parser.parse_args()


def _say(result: Result, *, verbose: bool) -> None:
    for fault in result.faults:
        print(f"{fault.harm.value:10} {result.name}  ({result.rule})  {fault.what}", flush=True)
    if verbose:
        print(f"{'red' if result.faults else 'ok':10} {result.name}: {', '.join(sorted(result.ends))}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
