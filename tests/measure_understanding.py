"""Figures of the readable understanding on the corpus, as one line of JSON.

    .venv/bin/python tests/measure_understanding.py [CORPUS.jsonl …] [--wrong FILE]

Not collected by pytest. Counts as score.py of the corpus does: `critical` and `overreach` are messages acted on
wrongly, `missed` requests that were left alone, `exact` those acted on with exactly the rights asked for.
The figures are of the very corpus the word lists were written on: unseen mail will do worse.
"""

import argparse
import json
import pathlib
import re
import statistics
import sys
import time
from collections import Counter

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.model import Address, Message, Reading, Right, Route
from mailbot.core.understanding import understand

CORPUS = pathlib.Path(__file__).parents[2] / "shared" / "corpus"  # beside the checkout, where it is at hand
KNOWLEDGE = pathlib.Path(__file__).parent.parent / "config" / "knowledge"
WRONG = {"critical", "overreach", "missed", "inexact", "noise"}
DESTRUCTIVE = {Right.ERASURE, Right.WITHDRAW_CONSENT, Right.RECTIFICATION}
_QUOTE = re.compile(
    r"^(>|-{2,}\s?(исходн|original|forwarded|перес|начало|quoted|begin)|_{6,}|(on|le) .{5,80} wrote:|"
    r".{5,90}(пишет|написал\w*|жазды|jazdi|jazdy|zhazdy|wrote|писал\w*)\s?:|"
    r"(sent|отправлено) (from|с|из) |(от|from|кімнен): |[^\n]{0,60}арқылы жіберілді|--\s*$)",
    re.IGNORECASE,
)


def cut(body: str) -> tuple[str, str]:
    """Own words and the rest: everything from the first line that looks like a quote or a signature mark."""
    lines = re.sub(r"<br>|</p>|</div>", "\n", re.sub(r"&nbsp;", " ", body)).split("\n")
    for number, line in enumerate(lines):
        if number and _QUOTE.match(line.strip()):
            return re.sub(r"<[^>]+>", " ", "\n".join(lines[:number])), "\n".join(lines[number:])
    return re.sub(r"<[^>]+>", " ", "\n".join(lines)), ""


def message_of(given: dict[str, str]) -> Message:
    own, rest = cut(given["body"])
    return Message(
        authors=(Address("somebody@example.kz"),), subject=given["subject"], own_words=own, cut_away=rest
    )


def verdicts(truth: dict[str, object], reading: Reading) -> set[str]:
    """Names of the counts to which this message adds."""
    want, got = set(truth["labels"]), set(reading.rights)  # type: ignore[call-overload]  # JSON: a list of str
    route, review = reading.route, bool(truth["review"])
    asked, plain, ordinary = bool(want) or review, bool(want) and not review, not want and not review
    acted = route is Route.ACT
    said = {
        "critical": acted and bool((got - want) & DESTRUCTIVE),
        "overreach": acted and not plain,
        "missed": asked and route is Route.IGNORE,
        "ask": asked,
        "plain": plain,
        "exact": plain and acted and got == want,
        "inexact": plain and acted and got != want,
        "ordinary": ordinary,
        "noise": ordinary and route is Route.REVIEW,
    }
    return {name for name, holds in said.items() if holds}


def line_of(truth: dict[str, object], message: Message, reading: Reading, names: set[str]) -> str:
    """One line for a message that was not handled right."""
    kinds = ",".join(sorted(names & WRONG)) or "to-person"
    told = [f"{ask.right}:{ask.sure}:{[said.by for said in ask.evidence]}" for ask in reading.asks]
    text = f"{message.subject} | {message.own_words}".replace("\n", " / ")[:300]
    return "\t".join(
        map(str, (kinds, truth["id"], truth["labels"], truth["review"], told, [*reading.concerns], text))
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("corpus", nargs="*", type=pathlib.Path)
    options.add_argument("--wrong", type=pathlib.Path)
    given = options.parse_args()
    knowledge = load_knowledge(KNOWLEDGE)
    count: Counter[str] = Counter()
    took: list[float] = []
    wrong: list[str] = []
    for path in given.corpus or sorted(CORPUS.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            truth = json.loads(line)
            message = message_of(truth)
            start = time.perf_counter()
            reading = understand(message, knowledge)
            took.append(time.perf_counter() - start)
            names = verdicts(truth, reading)
            count.update(names | {"n"} | {f"{truth['lang']}.{name}" for name in names})
            if names & WRONG or ("plain" in names and "exact" not in names):
                wrong.append(line_of(truth, message, reading, names))
    if given.wrong:
        given.wrong.write_text("\n".join(wrong))
    share = {
        "missed_of_asks": count["missed"] / count["ask"],
        "exact_of_plain": count["exact"] / count["plain"],
        "noise_of_ordinary": count["noise"] / count["ordinary"],
        "p50_ms": 1000 * statistics.median(took),
        "max_ms": 1000 * max(took),
    }
    figures = {name: round(value, 3) for name, value in share.items()}
    sys.stdout.write(json.dumps({**count, **figures}, ensure_ascii=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
