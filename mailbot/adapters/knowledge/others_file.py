"""The languages that we do not read, from config/knowledge/others.toml."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from mailbot.core.model import Language
from mailbot.core.understanding.knowledge import FOREIGN, Written, written
from mailbot.core.understanding.others import FIRST, LAST, Codes, Others, bare, spellings, without_accents

OURS = "ours"
"""The table of words that are ours as well."""

Tables = Mapping[str, Mapping[str, Any]]


def others_in(tables: Tables) -> Others:
    """How they are told from ours; TypeError where a list is no text."""
    words = _listed(tables, "words", lambda text: itertools.chain.from_iterable(map(spellings, text.split())))
    told = {word: codes for word, codes in words.items() if OURS not in codes}
    return Others(
        words={word: codes for word, codes in told.items() if not word.endswith("*")},
        common={word: codes - {OURS} for word, codes in words.items() if OURS in codes},
        stems=_grouped({word[:-1]: codes for word, codes in told.items() if word.endswith("*")}, slice(FIRST)),
        letters=_listed(tables, "letters", str),
        endings=_grouped(_listed(tables, "endings", str.split), slice(-LAST, None)),
        shared=_grouped(_listed(tables, "shared", str.split), slice(-LAST, None)),
        unspaced=tuple(_text(tables, "scripts", "unspaced").split()),
    )


def requests_in(tables: Tables) -> list[Written]:
    """The group "foreign": Cyrillic words by their skeletons, all others as they are; ValueError as for any group.

    Each is listed as well without its accents, as `spellings` says of a word.
    """
    texts = [
        part for code in tables for text in _text(tables, code, "requests").split(",") if (part := text.strip())
    ]
    unmarked = {without_accents(bare(text)) for text in texts}
    return [*_written([text.replace("ʻ", "") for text in texts]), *_written(sorted(unmarked.difference(texts)))]


def _written(texts: Sequence[str]) -> Iterator[Written]:
    cyrillic = [text for text in texts if any("Ѐ" <= letter <= "ӿ" for letter in text)]
    others = [text for text in texts if text not in cyrillic]
    for language, listed in ((Language.RU, cyrillic), (Language.EN, others)):
        yield from written([(FOREIGN, text) for text in listed], language=language)


def _listed(tables: Tables, key: str, parted: Callable[[str], Iterable[str]]) -> dict[str, Codes]:
    codes: dict[str, set[str]] = {}
    for code in tables:
        for form in parted(_text(tables, code, key)):
            codes.setdefault(form, set()).add(code)
    return {form: frozenset(told) for form, told in codes.items()}


def _grouped(listed: Mapping[str, Codes], letters: slice) -> dict[str, dict[str, Codes]]:
    """*listed* by some of their *letters*; ValueError where a form has fewer."""
    grouped: dict[str, dict[str, Codes]] = {}
    for form, codes in listed.items():
        if len(form) < len("abc"[letters]):
            raise ValueError(f"too short: {form!r}")
        grouped.setdefault(form[letters], {})[form] = codes
    return grouped


def _text(tables: Tables, code: str, key: str) -> str:
    text = tables.get(code, {}).get(key, "")
    if not isinstance(text, str):
        raise TypeError(f"{code}: {key} must be a text: {text!r}")
    return text
