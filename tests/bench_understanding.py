"""`make bench-understanding`: what reading and understanding cost, as one line of JSON.

    python -m tests.bench_understanding [--letters 200]

CPU time of one thread, octets → `Reading`. *mail_5kb* are letters of the corpus in the wire forms of real clients,
padded with quoted mail and a signature to about 5 KB; *own_5kb* are as long, but all of it own words; *corpus* are
the letters as they stand there. Each is read once, after 1,500 other letters have filled the caches; *cold* reads
with empty caches. Loading and memory are those of fresh processes: everything that understanding adds to a program
that can read mail, numpy included. "ok" says whether the bounds of issue 3 hold: 3 ms (median of mail_5kb), 0.5 s,
60 MB.
"""

import argparse
import gc
import importlib
import itertools
import json
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from mailbot.core.message import Own, read
from mailbot.core.model import Address, Message
from tests.corpus.to_eml import wire

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "corpus"
KNOWLEDGE = ROOT / "config" / "knowledge"
OWN = Own(addresses=frozenset({Address("info@onduline.ru")}), loop_id="bench")
MOST_MS, MOST_S, MOST_MB = 3.0, 0.5, 60.0
_STARTS = 5
_OTHERS = 500  # letters of each language that fill the caches
_SIZE = 5_000  # octets
_SIGNATURE = "\n\n--\nАйгүл Серікова\nIvan Petrov LLP\n+7 700 000 00 00\nsomeone@example.org\nwww.example.org"

Letter = Mapping[str, Any]
Figures = dict[str, float]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--letters", type=int, default=200, help="of each language")
    options.add_argument("--child", choices=_CHILDREN, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        print(json.dumps(_CHILDREN[given.child](given.letters)))
        return
    starts = [_fresh("load", given.letters) for _ in range(_STARTS)]
    figures = {name: round(median(one[name] for one in starts), 3) for name in starts[0]}
    figures |= _fresh("memory", given.letters) | _fresh("cpu", given.letters)
    memory = max(figures["memory_loaded_mb"], figures["memory_after_reading_mb"])
    ok = figures["mail_5kb_ms"] <= MOST_MS and figures["load_s"] < MOST_S and memory <= MOST_MB
    print(json.dumps({"ok": ok, **figures}))


def _fresh(child: str, letters: int) -> Figures:
    """What a process of its own says."""
    command = [sys.executable, "-m", "tests.bench_understanding", "--child", child]
    done = subprocess.run(
        [*command, "--letters", str(letters)], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True
    )
    told: Figures = json.loads(done.stdout)
    return told


# ---------------------------------------------------------------- in processes of their own


class Understanding:
    """`understand` and its knowledge, imported and loaded when this is made, and not with this module."""

    def __init__(self) -> None:
        self._understand = importlib.import_module("mailbot.core.understanding").understand
        self._knowledge = importlib.import_module("mailbot.adapters.knowledge").load_knowledge(KNOWLEDGE)

    def read(self, raw: bytes) -> None:
        message = read(raw, own=OWN)
        if isinstance(message, Message):
            self._understand(message, self._knowledge)

    def timed(self, raw: bytes) -> float:
        """Milliseconds of CPU."""
        start = time.process_time()
        self.read(raw)
        return 1000 * (time.process_time() - start)

    def forget(self) -> None:
        """Empty every cache."""
        self._knowledge.starting.clear()
        self._knowledge.voices.clear()
        self._knowledge.model.net.cache.clear()
        self._knowledge.model.linear.cache.clear()
        for one in vars(sys.modules["mailbot.core.understanding.features"]).values():
            if hasattr(one, "cache_clear"):
                one.cache_clear()

    def timed_cold(self, raw: bytes) -> float:
        self.forget()
        return self.timed(raw)


def _load(_: int) -> Figures:
    before, wall, cpu = _resident(), time.perf_counter(), time.process_time()
    kept = Understanding()
    figures = {"load_s": time.perf_counter() - wall, "load_cpu_s": time.process_time() - cpu}
    figures["memory_loaded_mb"] = _resident() - before
    del kept
    return figures


def _memory(_: int) -> Figures:
    raws = [wire(letter) for letter in _letters(_OTHERS, first=0)]
    for raw in raws:
        read(raw, own=OWN)
    before = _resident()
    understanding = Understanding()
    for raw in raws:
        understanding.read(raw)
    return {"memory_after_reading_mb": round(_resident() - before, 1)}


def _cpu(letters: int) -> Figures:
    others, measured = _letters(_OTHERS, first=0), _letters(letters, first=_OTHERS)
    understanding = Understanding()
    mails = [_padded(one, others, quoted=True) for one in measured]
    texts = [_padded(one, others, quoted=False) for one in measured[::4]]
    for letter in others:
        understanding.read(wire(letter))
    times = {
        "mail_5kb": [*map(understanding.timed, mails)],
        "own_5kb": [*map(understanding.timed, texts)],
        "corpus": [understanding.timed(wire(one)) for one in measured],
        "mail_5kb_cold": [*map(understanding.timed_cold, mails)],
    }
    figures: Figures = {"mail_5kb_octets": median(map(len, mails))}
    for name, each in times.items():
        figures[f"{name}_ms"] = round(median(each), 2)
        figures[f"{name}_ms_p95"] = round(quantiles(each, n=20)[-1], 2)
    return figures


def _resident() -> float:
    """Memory of this process, in MB."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


# ---------------------------------------------------------------- letters


def _letters(number: int, *, first: int) -> list[Letter]:
    """*number* letters of each language from *first* on, spread over its writers."""
    return [
        json.loads(line)
        for language in ("kk", "ru", "en")
        for line in itertools.islice(_spread(language), first, first + number)
    ]


def _spread(language: str) -> Iterator[str]:
    """Lines of every writer in turn."""
    files = [path.read_text(encoding="utf-8").splitlines() for path in sorted(CORPUS.glob(f"*-{language}*.jsonl"))]
    for lines in itertools.zip_longest(*files):
        yield from filter(None, lines)


def _padded(letter: Letter, others: Sequence[Letter], *, quoted: bool) -> bytes:
    """*letter* as it comes over the wire, with others below it, as quotes or as own words, to about 5 KB."""
    start = zlib.crc32(letter["id"].encode())
    body = letter["body"] + (_SIGNATURE + "\n\nOn 2 Nov 2026, Onduline wrote:" if quoted else "")
    same = [one for one in others if one["lang"] == letter["lang"]] or others
    for step in range(len(same)):
        raw = wire({**letter, "body": body})
        if len(raw) >= _SIZE:
            break
        more = same[(start + step) % len(same)]["body"].split("\n")
        body += "\n" + "\n".join(f"> {line}" if quoted else line for line in more)
    return wire({**letter, "body": body})


_CHILDREN: dict[str, Callable[[int], Figures]] = {"load": _load, "memory": _memory, "cpu": _cpu}

if __name__ == "__main__":
    main()
