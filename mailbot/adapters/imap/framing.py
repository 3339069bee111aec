"""Octets in, whole server responses out: lines with the literals that stand in them (RFC 3501 section 4.3)."""

import re
from collections.abc import Iterator

LONGEST_LINE = 8 * 2**20  # octets; one SEARCH response over a million UIDs

_LITERAL = re.compile(rb"~?\{(\d{1,10})\}\Z")
_STATUS = re.compile(rb"\* (?:OK|NO|BAD|BYE|PREAUTH)\b", re.IGNORECASE)

Frame = tuple[bytes, ...]
"""One response: text, literal, text, literal, ... text. A line without literals has one part."""


class BrokenFrame(Exception):
    """The server sends what no IMAP server may send; the text quotes nothing of it."""


class Framer:
    """Cuts a stream into frames, however TCP has cut it, in linear time and without recursion.

    Of each literal only the first *keep* octets are kept, so that a size the server has not told, or told
    wrongly, costs no memory.
    """

    def __init__(self, *, keep: int) -> None:
        self._keep = keep
        self._buffer = bytearray()
        self._parts: list[bytes] = []
        self._literal = bytearray()
        self._missing: int | None = None  # octets of the open literal still to come; None: no literal is open

    @property
    def pending(self) -> bool:
        """Whether octets behind the frame just handed out have come already."""
        return bool(self._buffer or self._parts)

    def feed(self, octets: bytes) -> Iterator[Frame]:
        """Frames completed by *octets*; raises `BrokenFrame`."""
        self._buffer += octets
        while self._literal_is_complete() and (line := self._next_line()) is not None:
            self._parts.append(line)
            self._missing = self._literal_announced(line)
            if self._missing is None:
                frame, self._parts = tuple(self._parts), []
                yield frame

    def _literal_is_complete(self) -> bool:
        if self._missing is None:
            return True
        octets = self._buffer[: self._missing]
        del self._buffer[: self._missing]
        self._missing -= len(octets)
        self._literal += octets[: max(0, self._keep - len(self._literal))]
        if self._missing:
            return False
        self._parts.append(bytes(self._literal))
        self._literal, self._missing = bytearray(), None
        return True

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            if len(self._buffer) > LONGEST_LINE:
                raise BrokenFrame("endless line")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _literal_announced(self, line: bytes) -> int | None:
        """Size of the literal that *line* announces; only data responses have any, human text may look like it."""
        if not self._parts[0].startswith(b"* ") or _STATUS.match(self._parts[0]):
            return None
        announced = _LITERAL.search(line)
        return int(announced[1]) if announced else None
