"""Letters that hide their words from a program: never acted on, a person sees them.

Invisible characters between letters, letters of one alphabet that pass for those of another, letters from blocks
made for formulas and badges, marks heaped upon letters, and pictures in the place of words.
"""

import re
import unicodedata

_LETTER = "A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u052f\u1e00-\u1fff"
_INVISIBLE = re.compile(
    f"[{_LETTER}][\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    f"\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+[{_LETTER}]"
)
_TURNED = re.compile("[\u202b\u202e\u2067]")
"""What follows is shown from right to left. A copied telephone number may bring the signs for left to right."""
_FROM_THE_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")  # Hebrew, Arabic …: theirs by right

_LATIN, _CYRILLIC = "A-Za-z\u00c0-\u024f", "\u0400-\u052f"
_STRANGE = "\u0370-\u03ff\u0531-\u0587\u13a0-\u13ff\u2c80-\u2cff"  # Greek, Armenian, Cherokee, Coptic
_SEAM = re.compile(
    f"(?<=[{_LATIN}])(?=[{_CYRILLIC}{_STRANGE}])|(?<=[{_CYRILLIC}])(?=[{_LATIN}{_STRANGE}])"
    f"|(?<=[{_STRANGE}])(?=[{_LATIN}{_CYRILLIC}])"
)
_WORD = re.compile(f"[{_LATIN}{_CYRILLIC}{_STRANGE}]+")
_LATIN_LETTER = re.compile(f"(?![iIhH])[{_LATIN}]")
"""Not those with which Kazakh is typed."""
_CYRILLIC_LETTER, _STRANGE_LETTER = re.compile(f"[{_CYRILLIC}]"), re.compile(f"[{_STRANGE}]")
_LIKE_CYRILLIC = frozenset("aceopxyABCEHKMOPTXY")
_LIKE_LATIN = frozenset("асеорхуѕјԁԛԝАВСЕНКМОРТХУЅЈІ")
_TOO_MANY_WORDS, _TOO_MANY_LETTERS = 2, 3
"""Words with such letters, or such letters, that are no slip of a hand that forgot to switch its keyboard."""

_TOO_STRANGE = 2
"""How much a letter of a third alphabet counts: no keyboard is left on it."""

_BADGES = re.compile(
    "[\U0001d400-\U0001d7ff\u249c-\u24e9\U0001f110-\U0001f189\u1d00-\u1dbf\u0250-\u0258\u025a-\u0274\u0276-\u02af]"
)
_WIDE = re.compile("[\uff21-\uff3a\uff41-\uff5a]")
_BESIDE_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # where wide letters are at home
_A_FEW = 3

_MARK = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
_MARKS_TO_LETTERS = 4
_PICTURE = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001fbff]")
_MANY_PICTURES = 8
_ANY_LETTER = re.compile(r"[^\W_]")


def disguised(text: str) -> bool:
    """Whether *text* tries to hide words from whoever reads by program."""
    if text.isascii():
        return "\0" in text
    return (
        "\0" in text
        or (_TURNED.search(text) is not None and _FROM_THE_RIGHT.search(text) is None)
        or _INVISIBLE.search(text) is not None
        or _passes_for_another(text)
        or _in_badges(text)
        or _heaped(text)
        or _in_pictures(text)
    )


def _passes_for_another(text: str) -> bool:
    """Whether words are written in letters of two alphabets that look alike."""
    if _SEAM.search(text) is None:
        return False
    words = letters = 0
    for word in _WORD.findall(text):
        if passing := _passing_in(word):
            words, letters = words + 1, letters + passing
        if words >= _TOO_MANY_WORDS or letters >= _TOO_MANY_LETTERS:
            return True
    return False


def _passing_in(word: str) -> int:
    """How many letters of *word* pass for those of its other alphabet.

    "smsті" and "MAXтан" have none: their ends are grammar.
    """
    seams = [seam.start() for seam in _SEAM.finditer(word)]
    if not seams or (len(seams) == 1 and 1 < seams[0] < len(word) - 1):
        return 0
    latin, cyrillic = _LATIN_LETTER.findall(word), _CYRILLIC_LETTER.findall(word)
    strange = _STRANGE_LETTER.findall(word)
    return max(
        len(strange) * _TOO_STRANGE,
        len(latin) if all(map(_LIKE_CYRILLIC.__contains__, latin)) else 0,
        len(cyrillic) if all(map(_LIKE_LATIN.__contains__, cyrillic)) else 0,
    )


def _in_badges(text: str) -> bool:
    """Whether letters are those of formulas, of badges, of phonetics, or wide ones where nobody writes so."""
    badges = _more_than(_BADGES, text, _A_FEW)
    return badges or (_more_than(_WIDE, text, _A_FEW) and _BESIDE_WIDE.search(text) is None)


def _heaped(text: str) -> bool:
    """Whether letters bear marks that belong to no alphabet: struck through, heaped up."""
    if not _more_than(_MARK, text, _A_FEW):
        return False
    composed = unicodedata.normalize("NFC", text)
    marks = len(_MARK.findall(composed))
    return marks >= _A_FEW and marks * _MARKS_TO_LETTERS > len(_ANY_LETTER.findall(composed))


def _in_pictures(text: str) -> bool:
    """Whether there are many pictures, and more of them than letters."""
    pictures = len(_PICTURE.findall(text))
    return pictures >= _MANY_PICTURES and pictures > len(_ANY_LETTER.findall(text))


def _more_than(pattern: re.Pattern[str], text: str, number: int) -> bool:
    """Whether *pattern* is met *number* times at least."""
    return sum(1 for _, _ in zip(pattern.finditer(text), range(number), strict=False)) == number
