"""The musts of issue 3 on letters that nothing was trained or tuned on, through the wire, as score.py counts."""

import json
import runpy
from collections import Counter
from pathlib import Path

import pytest

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.automatic import Own
from mailbot.core.message import read
from mailbot.core.model import Address, Message
from mailbot.core.understanding import understand

ROOT = Path(__file__).parents[1]
UNSEEN = {file.stem: file for file in sorted((ROOT / "tests/unseen").glob("*.jsonl"))}
OWN = Own(addresses=frozenset({Address("info@onduline.ru")}), loop_id="unseen")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def counts() -> dict[str, Counter[str]]:
    knowledge = load_knowledge(ROOT / "config/knowledge")
    wire = runpy.run_path(str(ROOT / "tests/corpus/to_eml.py"))["wire"]
    score = runpy.run_path(str(ROOT / "tests/corpus/score.py"))["score"]
    counted = {}
    for language, file in UNSEEN.items():
        letters = [json.loads(line) for line in file.read_text().splitlines()]
        told = {}
        for letter in letters:
            message = read(wire(letter), own=OWN)
            assert isinstance(message, Message)
            reading = understand(message, knowledge)
            told[letter["id"]] = {
                "requests": [right.value for right in reading.rights],
                "route": reading.route.value,
            }
        counted[language] = score(told, letters)[0]
    return counted


def test_wrong_acts_stay_within_what_is_allowed(counts):
    every: Counter[str] = sum(counts.values(), start=Counter())
    allowed = every["n"] / 820

    assert every["critical"] <= 4 * allowed
    assert every["overreach"] <= 8 * allowed
    assert every["inexact"] <= 10 * allowed


def test_few_requests_are_left_alone_and_little_ordinary_mail_is_shown(counts):
    every: Counter[str] = sum(counts.values(), start=Counter())

    assert every["missed"] <= 0.015 * every["ask"]
    assert every["noise"] <= 0.10 * every["ordinary"]


def test_most_clear_requests_need_no_person_in_every_language_alike(counts):
    shares = {language: count["exact"] / count["plain"] for language, count in counts.items()}
    every: Counter[str] = sum(counts.values(), start=Counter())

    assert every["exact"] >= 0.65 * every["plain"]
    assert max(shares.values()) - min(shares.values()) <= 0.12, shares
