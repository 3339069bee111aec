"""Bytes to text, whatever the label says (requirements D52, LIBRARIES 3.4). Nothing here raises."""

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.message import letters

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
    | {"koi8-r", "koi8-u", "kz1048", "ptcp154", "mac-cyrillic", "utf-8", "utf-16", "utf-16-le", "utf-16-be"}
)
_GUESSES = ("cp1251", "koi8-r", "cp866", "kz1048", "iso8859-5", "mac-cyrillic", "ptcp154", "cp1252")
_SURROGATE = re.compile("[\ud800-\udfff]")  # what utf-7 and utf-16 codecs let through: no text, and no UTF-8
_ENOUGH = 4.3  # bits a letter at which the label is right
_TRUST_IN_LABEL = 0.1  # bits a letter in a long text …
_TRUST_IN_SHORT = 4.0  # … and for the whole of a short one, which proves little against its label
_TELLING_LINE = 16  # letters a line must have to be given a charset of its own
_TELLING = 6  # letters that must be there before a bad guess is called one
_ONE = rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_UTF8_RUN = re.compile(rb"%(one)b{3,}+(?:[\x00-\x7f]{0,40}+%(one)b+)*+" % {b"one": _ONE})
_LINES_AT_MOST = 64 * 1024  # octets in which each line may have a charset of its own
_LINE = re.compile(rb"[^\n]*+\n?")
_MISREAD = re.compile(  # UTF-8 as windows-1251 or Latin-1; Cyrillic as Latin-1; windows-1251 as cp866
    r"[РС][°±Ііґµ¶·ё№є»јЅѕї\u0402-\u040f\u0452-\u045f\u2018-\u2122\x80-\xbf]"
    r"|[ÐÑ][\x80-\xbf\u2018-\u2122]|[À-ÿ]{4}|[\u2500-\u259f√][а-яёєїЄЇ\u2500-\u259f]"
)
_STRANGE = re.compile(  # a sign of it that ordinary text seldom has, and is quickly looked for
    "[\x80-\x9f\xa1-\xaa\xac-\xba\xbc-\xff\u0402-\u0405\u0407-\u040f\u0452-\u0455\u0457-\u045f"
    "\u201a\u2020-\u2022\u2030\u2039\u203a\u20ac\u2122\u2500-\u259f√]"
)
_TURNED = re.compile(r"[а-яё][А-ЯЁ]{2}")  # KOI8-R as windows-1251 and the other way
_MISREAD_IN = 8_192  # characters that are looked at for it
_BETTER_BY = 1.5  # bits a letter that putting right must gain
_BYTE_ORDER = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and whether it is likely not what was written."""

    text: str
    doubtful: bool = False


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
    return decoded(data, label).text


def decoded(data: bytes, label: str = "") -> Decoded:
    """As `decode`, saying whether the text is doubtful."""
    found = _decoded(data, codec_name(label))
    return Decoded(_SURROGATE.sub("\ufffd", found.text), found.doubtful)


def storable(text: str) -> str:
    """*text* with U+FFFD for what no database and no JSON takes: NUL (PostgreSQL) and lone surrogates."""
    return _SURROGATE.sub("\ufffd", text).replace("\x00", "\ufffd")


def _decoded(data: bytes, name: str) -> Decoded:
    wide = _wide(data, name)
    if wide:
        return Decoded(data.decode(wide, "replace").removeprefix("\ufeff"))
    first = (name, "utf-8") if name.startswith(_SHIFTING) else ("utf-8",)
    for candidate in first if name in _OFTEN_WRONG else (*first, name):
        text = _strictly(data, candidate)
        if text is not None:
            return Decoded(_put_right(text.removeprefix("\ufeff")))
    runs = [(run.start(), run.end()) for run in _UTF8_RUN.finditer(data) if _is_utf8(run[0])]
    return _mixed(data, name, runs) if runs else _legacy(data, name)


def _put_right(text: str) -> str:
    """*text* without what somebody before us read in a wrong charset and wrote down so."""
    strange = _STRANGE.search(text, 0, _MISREAD_IN) and _MISREAD.search(text, 0, _MISREAD_IN)
    if not strange and not _TURNED.search(text, 0, _MISREAD_IN):
        return text
    lines = map(_line_put_right, text[:_MISREAD_IN].splitlines(keepends=True))
    return "".join(lines) + text[_MISREAD_IN:]


def _line_put_right(line: str) -> str:
    best, before = line, letters.cost(line[:500]).mean
    if before < _ENOUGH:
        return line
    for octets in filter(None, (_octets(line, codec) for codec in ("cp1251", "latin-1", "koi8-r", "cp866"))):
        meant = _strictly(octets, "utf-8") or octets.decode(_likeliest(octets, "")[0], "replace")
        cost = letters.cost(meant[:500]).mean
        if cost < min(before - _BETTER_BY, letters.DOUBTFUL):
            best, before = meant, cost + _BETTER_BY
    return best


def _octets(text: str, codec: str) -> bytes:
    """What was misread as *codec*; b"" if that cannot be. Octets the codec has not were often let through."""
    known = _octets_of(codec)
    try:
        return bytes([ord(char) if char < "\x80" else known[char] for char in text])
    except KeyError:
        return b""


@lru_cache(maxsize=8)
def _octets_of(codec: str) -> dict[str, int]:
    return {bytes([octet]).decode(codec, "ignore") or chr(octet): octet for octet in range(128, 256)}


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except ValueError:  # UnicodeError, and what codecs raise on odd lengths
        return None


def _wide(data: bytes, name: str) -> str:
    """The codec if there are two or four octets a letter: by its mark, or by the octet that all of them share."""
    if len(data) < 4 or not (b"\x00" in data or b"\x04" in data):
        return ""
    marked = next((codec for mark, codec in _BYTE_ORDER if data.startswith(mark)), "")
    if marked:
        return marked
    half = data[:4096]
    high, low = (half[at::2].count(0) + half[at::2].count(4) for at in (0, 1))
    enough = 0.7 * (len(half) // 2)
    if low >= enough and 4 * high < low:
        return "utf-16-le"
    if high >= enough and 4 * low < high:
        return "utf-16-be"
    return name if name.startswith(("utf-16-", "utf-32-")) and _strictly(data, name) is not None else ""


def _is_utf8(run: bytes) -> bool:
    """Words, and not capitals of another charset whose octets happen to pair."""
    return letters.cost(run[:200].decode("utf-8", "ignore")).mean < letters.DOUBTFUL


def _mixed(data: bytes, name: str, runs: list[tuple[int, int]]) -> Decoded:
    """UTF-8 with something else in it: a damaged octet, or text that somebody added in a charset of his own."""
    edges = [0, *(edge for run in runs for edge in run), len(data)]
    others = [data[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    stray = sum(octet > 0x7F for other in others for octet in other)
    if stray <= 2 * len(others):
        text = data.decode("utf-8", "replace")
        return Decoded(text.removeprefix("\ufeff"), 10 * stray > sum(end - start for start, end in runs))
    guess, doubtful = _likeliest(b" ".join(others), name)
    pieces = [other.decode(guess, "replace") for other in others]
    for at, (start, end) in enumerate(runs):
        pieces[at] += data[start:end].decode("utf-8", "replace")
    return Decoded("".join(pieces).removeprefix("\ufeff"), doubtful)


def _legacy(data: bytes, name: str) -> Decoded:
    """Text of one octet a letter; a line that makes no words in the charset of the others may have its own."""
    guess, doubtful = _likeliest(data, name)
    if (
        len(data) > _LINES_AT_MOST
        or letters.cost(letters.sample(data, 4000).decode(guess, "replace")).mean < _ENOUGH
    ):
        return Decoded(data.decode(guess, "replace"), doubtful)
    return Decoded("".join(_line(line[0], guess) for line in _LINE.finditer(data)), doubtful)


def _line(data: bytes, guess: str) -> str:
    telling = sum(octet > 0x7F for octet in letters.sample(data))
    return data.decode(_likeliest(data, guess)[0] if telling >= _TELLING_LINE else guess, "replace")


def _likeliest(data: bytes, labelled: str) -> tuple[str, bool]:
    """The charset in which *data* makes words, and whether they are none even so."""
    words = letters.sample(data)
    telling = sum(octet > 0x7F for octet in words) or 1
    if labelled:
        said = letters.cost(words.decode(labelled, "replace"))
        if said.mean < _ENOUGH and said.worst < letters.FOREIGN:
            return labelled, False
    candidates = dict.fromkeys((*([labelled] if labelled else []), *_GUESSES))
    costs = {name: letters.cost(words.decode(name, "replace")).mean for name in candidates}
    bonus = {labelled: _TRUST_IN_LABEL + _TRUST_IN_SHORT / telling}
    best = min(candidates, key=lambda name: costs[name] - bonus.get(name, 0.0))
    return best, telling >= _TELLING and costs[best] > letters.DOUBTFUL
