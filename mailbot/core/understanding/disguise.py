"""Letters that hide their words from a program: a person may read another thing in them than we do."""

import re

_INVISIBLE = "\u0000\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_BETWEEN_LETTERS = re.compile(rf"[^\W\d_][{_INVISIBLE}]+[^\W\d_]")
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that embed, override or isolate a direction; plain U+200E and U+200F are common in mail from phones."""
_PAINTED = re.compile("[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9]")
"""Mathematical, full-width and encircled letters."""
_FEW = 3
_CYRILLIC = "[а-яёәғқңөұүһі]"
_MIXED = re.compile(
    rf"{_CYRILLIC}[aceopxytkmbrnu]+{_CYRILLIC}|[a-z]{_CYRILLIC}+[a-z]|[α-ω][a-zа-я]|[a-zа-я][α-ω]", re.IGNORECASE
)
"""A letter of one alphabet between two of another. Latin i and h in Kazakh words are habit, no disguise."""


def disguised(text: str) -> bool:
    """Whether words of *text* are parted by invisible marks, turned round, painted, or mixed of alphabets.

    Such a letter is never acted upon: a person looks. Linear in the length of *text*.
    """
    if text.isascii():
        return "\0" in text
    return bool(
        _BETWEEN_LETTERS.search(text)
        or _TURNED.search(text)
        or _MIXED.search(text)
        or sum(1 for _ in zip(_PAINTED.finditer(text), range(_FEW), strict=False)) >= _FEW
    )
