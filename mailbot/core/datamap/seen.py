"""A database as a look at it tells: tables, columns and what their values look like, without any value.

What `mailbot datamap discover` proposes a map from, and `mailbot datamap check` finds people beside the map by.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address

_EMAIL = re.compile(r"[^\s<>,;@]+@[^\s<>,;@.]+(?:\.[^\s<>,;@.]+)+")
_PHONE = re.compile(r"\+?[\d ()./-]{7,22}")
_NATIONAL = 10  # digits of a national number in Kazakhstan and Russia
LANGUAGES = frozenset({"kk", "ru", "en"})


class Kind(StrEnum):
    """What a column's type holds, as far as a map asks."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    DAY = "day"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """How many of the values that were looked at have which shape; none of them is kept."""

    filled: int = 0
    emails: int = 0
    mentions: int = 0  # an e-mail address stands somewhere in the text
    capitals: int = 0  # addresses that are not in lower case
    phones: int = 0
    plain_phones: int = 0  # of those, nothing but eleven digits: it may be a number of anything
    ips: int = 0
    languages: int = 0
    stored: tuple[str, ...] = ()  # how phones are written, each # a digit of the national number

    def mostly(self, count: int) -> bool:
        """Whether *count* of them is nearly all that stands there."""
        return self.filled > 0 and count >= 0.7 * self.filled


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenColumn:
    """One column."""

    name: str
    kind: Kind
    nullable: bool = True
    length: int | None = None
    shapes: Shapes = field(default_factory=Shapes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLink:
    """`columns` refer to `key` of the table at *parent*: by a foreign key, or only by their names."""

    parent: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    declared: bool = True
    looked: int = 0  # values that were looked for in the parent, where nothing is declared
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTable:
    """One table; `place` is its name, with its schema where that is not the usual one."""

    place: str
    name: str
    schema: str | None
    key: tuple[str, ...]
    columns: tuple[SeenColumn, ...]
    links: tuple[SeenLink, ...] = ()

    def column(self, name: str) -> SeenColumn | None:
        """The column called *name*."""
        return next((column for column in self.columns if column.name == name), None)


Seen = Mapping[str, SeenTable]
"""Every table by its place."""


def shapes(values: Iterable[object]) -> Shapes:
    """What *values* look like; null and nothing but spaces are not counted."""
    count: Counter[str] = Counter()
    stored: Counter[str] = Counter()
    for text in (str(value).strip() for value in values if value is not None):
        if text:
            count.update(_shapes_of(text))
            stored.update([_pattern(text)] if _is_phone(text) else [])
    patterns = tuple(pattern for pattern, _ in stored.most_common(4) if pattern)
    return Shapes(**count, stored=patterns)


def _shapes_of(text: str) -> Iterable[str]:
    yield "filled"
    if _EMAIL.fullmatch(text):
        yield "emails"
        if text != text.lower():
            yield "capitals"
    if _EMAIL.search(text):
        yield "mentions"
    if _is_phone(text):
        yield "phones"
        if text.isdigit():
            yield "plain_phones"
    if _is_ip(text):
        yield "ips"
    if text.lower() in LANGUAGES:
        yield "languages"


def _is_phone(text: str) -> bool:
    """Ten digits beside the country's, as people in KZ and RU write them."""
    if not _PHONE.fullmatch(text) or _is_ip(text):
        return False
    digits = re.sub(r"\D", "", text)
    if text.startswith("+"):
        return 10 <= len(digits) <= 15
    return len(digits) == _NATIONAL + 1 and digits[0] in "78"


def _pattern(phone: str) -> str:
    """*phone* with # for each of its last ten digits; empty where no 7 or 8 of ours stands before them."""
    left, written = _NATIONAL, []
    for letter in reversed(phone):
        hidden = letter.isdigit() and left > 0
        written.append("#" if hidden else letter)
        left -= hidden
    pattern = "".join(reversed(written))
    return pattern if re.sub(r"\D", "", pattern) in {"7", "8"} else ""


def phone_form(text: str) -> str | None:
    """How *text* writes a number, # for each national digit; empty: in no such form; None: it is no number."""
    return _pattern(text) if _is_phone(text.strip()) else None


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "." in text or ":" in text
