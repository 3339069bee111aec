"""Letters folded so that one word typed in many ways meets one entry of the word lists.

Kazakh is typed with its own letters, on a Russian keyboard, and in several Latin alphabets; Russian also
in transliteration. All of them are folded to one skeleton of plain Latin letters: ``қойыңыз``, ``койыныз``,
``qoıyńyz`` and ``koyiniz`` become ``koiniz``. English keeps its spelling.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

READ_AT_MOST = 20_000
"""Characters of own words that are read; a request longer than ten pages goes to a person."""

_LONGEST_SENTENCE = 60
"""Words after which a sentence without a full stop is parted, so that looking for neighbours stays quick."""

_TOKEN = re.compile(
    r"[^\W_]+(?:['’ʼ`´]+[^\W\d_]+)*['’ʼ`´]?|[.!?;:…]+|\n(?=\s*(?:\n|[-–—•*\d]|[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]))"
)
_BENT = "’ʼ`´"
"""What is typed for an apostrophe."""
_DIGRAPHS = (
    *(("shch", "x"), ("sch", "x"), ("sh", "x"), ("zh", "j"), ("gh", "g"), ("kh", "h"), ("ch", "c")),
    # the Kazakh alphabet of 2017; the rest of the apostrophes go
    *(("s'", "x"), ("c'", "c"), ("g'", "g"), ("n'", "n"), ("a'", "a"), ("o'", "o"), ("u'", "u"), ("y'", "u")),
    *(("i'", "i"), ("'", "")),
)
_SKELETON = str.maketrans(
    {
        **dict(zip("абвгдеёжзийклмнопрстуфхчшщыэ", "abvgdeejziiklmnoprstufhcxxie", strict=True)),
        **dict(zip("әғқңөұүһі", "agknouuhi", strict=True)),
        "ц": "ts",
        "ю": "iu",
        "я": "ia",
        "ъ": "",
        "ь": "",
        **dict.fromkeys("äáàă", "a"),
        **dict.fromkeys("öóò", "o"),
        **dict.fromkeys("üúūûýw", "u"),
        **dict.fromkeys("yïíîı", "i"),
        **dict.fromkeys("ñńň", "n"),
        **dict.fromkeys("ğǵǧ", "g"),
        **dict.fromkeys("şśš", "x"),
        **dict.fromkeys("çč", "c"),
        "q": "k",
    }
)
_CYRILLIC = re.compile("[Ѐ-ӿ]")
_DOUBLED = re.compile(r"([a-z])(?=\1)")


class Word(NamedTuple):
    """One word of the text: where it stands and the forms under which it is looked up."""

    start: int
    end: int
    sentence: int
    form: str  # skeleton; "" for a word of an English text
    english: str  # "" for a word in Cyrillic letters
    cyrillic: bool


def skeleton(text: str) -> str:
    """*text* in plain Latin letters, the same for every way of typing it; white space stays."""
    text = _straight(text.lower())
    if not text.isascii() or "'" in text or "h" in text:
        for pair, letter in _DIGRAPHS:
            text = text.replace(pair, letter)
    return _DOUBLED.sub("", text.translate(_SKELETON)).replace("ng", "n")


def plain(text: str) -> str:
    """*text* in lower case without apostrophes, as English words are looked up."""
    return _straight(text.lower()).replace("'", "")


def _straight(text: str) -> str:
    """*text* with one sign for every apostrophe: `translate` looks at each letter, and is far slower."""
    for mark in _BENT:
        text = text.replace(mark, "'")
    return text


def words_of(text: str) -> tuple[Word, ...]:
    """The words of the first `READ_AT_MOST` characters, each with the number of its sentence."""
    found: list[tuple[int, int, int, str]] = []
    sentence = begun = 0
    for match in _TOKEN.finditer(text, 0, READ_AT_MOST):
        piece = match.group()
        if piece[0].isalnum():
            if len(found) - begun >= _LONGEST_SENTENCE:
                sentence, begun = sentence + 1, len(found)
            found.append((match.start(), match.end(), sentence, piece))
        elif piece != ":":  # a colon does not end what is said: "рассылка: отпишите"
            sentence, begun = sentence + 1, len(found)
    return tuple(_worded(found)) if found else ()


def _worded(found: Sequence[tuple[int, int, int, str]]) -> list[Word]:
    lines = "\n".join([token for *_, token in found])
    forms, english = skeleton(lines).split("\n"), plain(lines).split("\n")
    return [
        Word(start, end, sentence, form, "" if cyrillic else latin, cyrillic)
        for (start, end, sentence, token), form, latin in zip(found, forms, english, strict=True)
        for cyrillic in (_CYRILLIC.search(token) is not None,)
    ]
