"""Bytes to text, whatever the label says (requirements D52, LIBRARIES 3.4). Nothing here raises."""

import codecs
import math
import re
from functools import lru_cache

_NAME = re.compile(r"[a-z0-9][a-z0-9._:-]{0,39}")

_ALIASES = {
    "ansi-1251": "cp1251",
    "cp-1251": "cp1251",
    "cp65001": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8-ru": "koi8-u",
    "ks_c_5601-1987": "cp949",
    "ptcp-154": "ptcp154",
    "unicode-1-1-utf-7": "utf-7",
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "win-1251": "cp1251",
    "win1251": "cp1251",
    "windows1251": "cp1251",
    "x-cp1251": "cp1251",
    "x-cp866": "cp866",
    "x-mac-cyrillic": "mac-cyrillic",
}

# Real mail charsets only: punycode and the escape codecs decode in quadratic time or mean something else.
_FAMILIES = (
    *("utf-", "cp", "iso8859", "iso2022", "koi8", "kz1048", "ptcp154", "mac-"),
    *("gb", "big5", "euc_", "shift_jis", "hz", "johab", "tis-620", "ascii"),
)
_SHIFTING = ("utf-7", "utf-16", "utf-32", "iso2022", "hz")  # look like ASCII or like valid UTF-8
_OFTEN_WRONG = frozenset(
    {"", "ascii", "iso8859-1", "iso8859-5", "iso8859-15", "cp1251", "cp1252", "cp866"}
    | {"koi8-r", "koi8-u", "kz1048", "ptcp154", "mac-cyrillic", "utf-8"}
)
_GUESSES = ("cp1251", "koi8-r", "cp866", "kz1048", "cp1252")
_SURROGATE = re.compile("[\ud800-\udfff]")  # what utf-7 and utf-16 codecs let through: no text, and no UTF-8
_SAMPLE = 4096  # octets that are enough to tell charsets apart
_TRUST_IN_LABEL = 0.3  # log2 points a letter in a long text …
_TRUST_IN_SHORT = 4.0  # … and for the whole of a short one, which proves little against its label

# Per mille of Russian text; Kazakh letters by their share of Kazakh text, Ukrainian ones barely.
_PER_MILLE = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ",
        (
            *(110, 85, 80, 74, 67, 63, 55, 47, 45, 44, 35, 32, 30, 28, 26, 20, 19, 17),
            *(17, 17, 16, 14, 12, 10, 9, 7, 6, 5, 4, 3, 3, 2, 1),
        ),
        strict=True,
    )
) | dict(zip("іқғңүұәөһєїґ", (15, 22, 15, 15, 9, 8, 9, 6, 1, 1, 1, 1), strict=True))
_WEIGHT = {letter: math.log2(share) for letter, share in _PER_MILLE.items()}
_TYPOGRAPHY = frozenset("«»“”„‘’—–…№©®•°§·\u00a0\ufeff")


@lru_cache(maxsize=256)
def codec_name(label: str) -> str:
    """Python's name of a charset label as found in mail; "" for one that is unknown or no charset."""
    name = label.strip().strip("\"'").lower()
    if not _NAME.fullmatch(name):
        return ""
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
    except LookupError:
        return ""
    return found if found.startswith(_FAMILIES) else ""


def decode(data: bytes, label: str = "") -> str:
    """Text of *data*: UTF-8 if it is that, else the labelled charset, else the likeliest Cyrillic one.

    What cannot be decoded becomes U+FFFD; the raw bytes stay in the mailbox. A NUL is left in: see `storable`.
    """
    return _SURROGATE.sub("\ufffd", _decoded(data, codec_name(label)))


def storable(text: str) -> str:
    """*text* with U+FFFD for what no database and no JSON takes: NUL (PostgreSQL) and lone surrogates."""
    return _SURROGATE.sub("\ufffd", text).replace("\x00", "\ufffd")


def _decoded(data: bytes, name: str) -> str:
    first = (name, "utf-8") if name.startswith(_SHIFTING) else ("utf-8",)
    for candidate in first if name in _OFTEN_WRONG else (*first, name):
        text = _strictly(data, candidate)
        if text is not None:
            return text.removeprefix("\ufeff")
    return data.decode(_likeliest(data[:_SAMPLE], name), "replace")


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except ValueError:  # UnicodeError, and what codecs raise on odd lengths
        return None


def _likeliest(sample: bytes, labelled: str) -> str:
    candidates = dict.fromkeys((*([labelled] if labelled else []), *_GUESSES))
    telling = sum(octet > 0x7F for octet in sample) or 1
    bonus = {labelled: _TRUST_IN_LABEL + _TRUST_IN_SHORT / telling}
    return max(candidates, key=lambda name: _plausibility(sample.decode(name, "replace")) + bonus.get(name, 0.0))


def _plausibility(text: str) -> float:
    """How much the non-ASCII characters look like words: mean log2 points, higher is better."""
    points = 0.0
    counted = 0
    for before, here, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if here > "\x7f":
            points += _points(before, here, after)
            counted += 1
    return points / counted if counted else 0.0


def _points(before: str, here: str, after: str) -> float:
    weight = _WEIGHT.get(here.lower())
    beside_latin = _is_ascii_letter(before) or _is_ascii_letter(after)
    if weight is None:
        if here in _TYPOGRAPHY:
            return 1.0
        if "\u0400" <= here <= "\u04ff":
            return -12.0  # a Macedonian or Serbian letter: nobody here writes them, misread Kazakh is full of them
        return 2.0 if beside_latin and here.isalpha() else -6.0  # é in a French word, or a box of cp866
    if beside_latin:
        return -4.0
    if here.isupper():
        return weight - (5.0 if before.islower() else 0.2)
    return weight


def _is_ascii_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
