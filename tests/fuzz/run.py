"""`make fuzz TIME=seconds`: a coverage-guided fuzz of reading. Its last line is JSON; "ok" says: nothing found.

    python -m tests.fuzz.run [--seconds 60]

Starts from tests/mail and keeps what it learns in build/fuzz. An input that raises, that is read into something no
database takes, or that is slow is a finding and is kept in build/fuzz/findings; each is tried again without the
fuzzer, which slows reading down. After a finding it goes on.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = ROOT / "build" / "fuzz"
SEEDS = ROOT / "tests" / "mail"
WORDS = ROOT / "tests" / "fuzz" / "mail.dict"
LONGEST = 65_536  # octets
FINDINGS_AT_MOST = 20
HANGS = 20  # seconds after which the fuzzer gives an input up


def main() -> None:
    """Fuzz for the time given, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=int, default=60)
    seconds: int = options.parse_args().seconds
    learnt, suspects, kept = HERE / "corpus", HERE / "suspects", HERE / "findings"
    for folder in (learnt, suspects, kept):
        folder.mkdir(parents=True, exist_ok=True)
    for old in suspects.iterdir():
        old.unlink()
    start = time.monotonic()
    runs = features = 0
    findings: list[str] = []
    while (left := seconds - (time.monotonic() - start)) >= 1 and len(findings) < FINDINGS_AT_MOST:
        said = _fuzzed(int(left), learnt, suspects)
        runs += _number(r"stat::number_of_executed_units:\s*(\d+)", said)
        features = max(features, *map(int, re.findall(r" ft: (\d+)", said)), 0)
        found = list(_confirmed(suspects.iterdir(), kept))
        findings += found
        if not runs:
            findings.append("the fuzzer did not start: " + said.strip()[-300:])
            break
    print(
        json.dumps(
            {
                "ok": not findings,
                "seconds": round(time.monotonic() - start),
                "runs": runs,
                "features": features,
                "learnt": sum(1 for _ in learnt.iterdir()),
                "findings": findings,
            },
            ensure_ascii=False,
        )
    )
    sys.exit(bool(findings))


def _fuzzed(seconds: int, learnt: Path, suspects: Path) -> str:
    """What the fuzzer said until it found something, or until the time was over."""
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={HANGS}", "-print_final_stats=1"]
    options += [f"-artifact_prefix={suspects}/", f"-dict={WORDS}", "-rss_limit_mb=2048", str(learnt), str(SEEDS)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.reading", "--fuzz", *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    return done.stderr


def _number(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    return int(found[1]) if found else 0


def _confirmed(suspects: Iterable[Path], kept: Path) -> Iterable[str]:
    """What is wrong with those that are wrong without the fuzzer too; the others were slow because of it."""
    for suspect in list(suspects):
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tests.fuzz.reading", str(suspect)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=HANGS,
                check=False,
            )
            wrong = "" if done.returncode == 0 else (done.stdout or done.stderr).strip()[-300:]
        except subprocess.TimeoutExpired:
            wrong = f"over {HANGS} s"
        if wrong:
            suspect.replace(kept / suspect.name)
            yield f"{suspect.name}: {wrong}"
        else:
            suspect.unlink()


if __name__ == "__main__":
    main()
