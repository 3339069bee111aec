"""A header block in its octets, read as tolerantly as people's programs write it."""

import re
from dataclasses import dataclass

from mailbot.core.message.fields import Fields

MAX_HEADER = 64 * 1024  # octets of one header block (requirements D53)

_LINE = re.compile(rb"[^\r\n]*+(\r\n|\r|\n|\Z)")
_BLANK_LINE = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r|\n)")
_FIELD = re.compile(rb"([!-9;-~]*+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_OF_MIME = re.compile(rb"[\r\n](?:mime-version|content-(?:type|transfer-encoding))[ \t]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Octets from *start* to *end* of *raw*."""

    raw: bytes
    start: int
    end: int

    @property
    def octets(self) -> bytes:
        """A copy of them."""
        return self.raw[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Header:
    """A header block."""

    fields: Fields
    end: int  # where the body starts
    broken: bool  # it ends, or starts, in a line that is no field: other readers may read on

    @classmethod
    def read(cls, place: Place) -> "Header":
        """From the start of *place*. A line that is no field ends it, unless fields of MIME still follow."""
        items: list[list[bytes]] = []
        broken = False
        goes_on = -1
        at = place.start
        while at < place.end and at - place.start <= MAX_HEADER + 4:
            line, after = _line(place, at)
            if line and _is_rubbish(line, items, first=at == place.start):
                broken = True
                goes_on = _last_of_mime(place, at) if goes_on < 0 and items else goes_on
                if line[:1] not in b" \t" and (at >= goes_on or _is_body(line, items)):
                    break
            at = after
            if not line:
                break
            _take(line, items)
        return cls(_fields(items), at, broken)


def _is_rubbish(line: bytes, items: list[list[bytes]], *, first: bool) -> bool:
    """Neither a field, nor more of the one before it, nor the line that mailbox files start with."""
    if line[:1] in b" \t":
        return not items
    return _FIELD.match(line) is None and not (first and line.startswith(b"From "))


def _is_body(line: bytes, items: list[list[bytes]]) -> bool:
    """Whether a line that is no field starts the parts, or stands below a line of nothing but spaces."""
    return line.startswith(b"--") or (len(items[-1]) > 2 and not items[-1][-1].strip())


def _take(line: bytes, items: list[list[bytes]]) -> None:
    named = None if line[:1] in b" \t" else _FIELD.match(line)
    if named:
        items.append([named[1], named[2]])
    elif items:
        items[-1].append(line)


def _line(place: Place, at: int) -> tuple[bytes, int]:
    """A line without its end, cut where no header may be that long; where the next one starts."""
    found = _LINE.match(place.raw, at, place.end)
    end, after = (found.start(1), found.end()) if found else (place.end, place.end)
    return place.raw[at : min(end, at + MAX_HEADER + 1)], after


def _last_of_mime(place: Place, at: int) -> int:
    """Where the last field of MIME before the next blank line starts; 0 if there is none."""
    until = min(place.end, at + MAX_HEADER)
    blank = _BLANK_LINE.search(place.raw, at, until)
    found = [one.start() for one in _OF_MIME.finditer(place.raw, at, blank.start() if blank else until)]
    return found[-1] if found else 0


def _fields(items: list[list[bytes]]) -> Fields:
    readable = ((name, b"".join(lines).decode("ascii", "surrogateescape")) for name, *lines in items if name)
    return Fields(tuple((name.decode("ascii").lower(), value.strip()) for name, value in readable))
