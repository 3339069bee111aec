"""How the letters of the corpus are divided for reporting: script, length, rights, origin. numpy only."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mailbot.core.own_words import split
from tests.training.figures import RIGHTS, Flags

LANGUAGES = {"kk": "Kazakh", "ru": "Russian", "en": "English", "mixed": "two languages in one letter"}
_KAZAKH = frozenset("әғқңөұүһі")
_LENGTHS = ((5, "up to 5 words"), (10, "6 to 10"), (20, "11 to 20"), (40, "21 to 40"), (100, "41 to 100"))
_SEVERAL = ("no right", "one right", "two rights", "three or more")
_BOTH = 0.25  # share of the rarer alphabet from which a letter is written in both
_OWN = 0.02  # share of letters only Kazakh has, in Cyrillic text, from which it is typed with them
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Cells:
    """One way of dividing the letters: the name of each cell, and which letters are in it."""

    title: str
    cells: Mapping[str, Flags]


def given_by_id(files: Iterable[Path]) -> dict[str, Mapping[str, Any]]:
    """The messages of the corpus as they were written, by their ids."""
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return {given["id"]: given for given in map(json.loads, lines)}


def divided(letters: Sequence[Mapping[str, Any]], writers: Sequence[str], wanted: Flags) -> list[Cells]:
    """Every way in which figures are told; *letters* in the order of *writers* and *wanted*."""
    texts = [f"{letter['subject']}\n{split(letter['body']).own}" for letter in letters]
    languages = [letter["lang"] for letter in letters]
    scripts = [script_of(language, text) for language, text in zip(languages, texts, strict=True)]
    hard = ["hard" if letter.get("hard") else "not hard" for letter in letters]
    own = ["corpus as it came (dev-*)" if name.startswith("dev-") else "added by us (more-*)" for name in writers]
    return [
        Cells("Language", _by([LANGUAGES[language] for language in languages], [*LANGUAGES.values()])),
        Cells("Script", _by(scripts)),
        Cells("Right asked for", {right.value: wanted[:, number] for number, right in enumerate(RIGHTS)}),
        Cells("Right asked for, and language", _right_and_language(languages, wanted)),
        Cells("Rights in one letter", _by([_SEVERAL[min(number, 3)] for number in wanted.sum(axis=1)], _SEVERAL)),
        Cells("Length of the own words", _by([length_of(text) for text in texts], [*_all_lengths()])),
        Cells("Difficulty, as the writer of the letter saw it", _by(hard)),
        Cells("Kind of letter", _by([letter["kind"] for letter in letters])),
        Cells("Origin", _by(own)),
        Cells("Origin of Kazakh letters", _within(own, languages, "kk")),
        Cells("Origin of Russian letters", _within(own, languages, "ru")),
        Cells("Origin of English letters", _within(own, languages, "en")),
        Cells("Writer", _by(list(writers))),
    ]


def script_of(language: str, text: str) -> str:
    """In which alphabet a letter in *language* is written."""
    lower = text.lower()
    latin = sum("a" <= letter <= "ɏ" for letter in lower)
    cyrillic = sum("Ѐ" <= letter <= "ӿ" for letter in lower)
    if language in {"en", "mixed"}:
        return "English" if language == "en" else "two languages in one letter"
    if language == "ru":
        return "Russian, transliterated" if latin > cyrillic else "Russian, Cyrillic"
    if min(latin, cyrillic) >= _BOTH * (latin + cyrillic) > 0:
        return "Kazakh, both alphabets"
    if latin > cyrillic:
        return "Kazakh, Latin"
    own = sum(letter in _KAZAKH for letter in lower)
    return "Kazakh, own letters" if own >= _OWN * cyrillic > 0 else "Kazakh, Russian keyboard"


def length_of(text: str) -> str:
    """The class of length to which *text* belongs."""
    words = len(_WORD.findall(text))
    return next((name for most, name in _LENGTHS if words <= most), "more than 100")


def _all_lengths() -> list[str]:
    return [*(name for _, name in _LENGTHS), "more than 100"]


def _right_and_language(languages: Sequence[str], wanted: Flags) -> dict[str, Flags]:
    every = np.array(languages)
    return {
        f"{right.value}, {LANGUAGES[language]}": wanted[:, number] & (every == language)
        for number, right in enumerate(RIGHTS)
        for language in ("kk", "ru", "en")
    }


def _by(names: Sequence[str], order: Sequence[str] = ()) -> dict[str, Flags]:
    every = np.array(names)
    return {name: every == name for name in order or sorted(set(names)) if (every == name).any()}


def _within(names: Sequence[str], languages: Sequence[str], language: str) -> dict[str, Flags]:
    here = np.array(languages) == language
    return {name: mark & here for name, mark in _by(names).items() if (mark & here).any()}
