"""The parts of a message, told apart in its octets and inside limits (requirements D53).

Our own reader: the standard library's copies a message up to ten times, and forgets text before, after and
instead of the parts. A part is a place in the octets; nothing is copied or decoded before somebody reads it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailbot.core.message import transfer
from mailbot.core.message.fields import Fields, parameters
from mailbot.core.message.header import MAX_HEADER, Header, Place
from mailbot.core.model import Unreadable

MAX_DEPTH = 20  # parts within parts
MAX_PARTS = 200
MAX_HEADERS = 256 * 1024  # octets of all header blocks together
MAX_MESSAGE = 25 * 1024 * 1024  # octets
MAX_LINES = 1_000_000  # base64 of 25 MiB has a third of that; more lines only cost memory

_BEFORE_HEADER = re.compile(rb"(?:\xef\xbb\xbf|[ \t]*(?:\r\n|\r|\n)|>From [^\r\n]*(?:\r\n|\r|\n)){1,20}")
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*+(?:\r\n|\r|\n|\Z)")
_LIKE_DELIMITER = re.compile(
    rb"(?:^|[\r\n])--([^\r\n]{1,100}?)[ \t]*+(?:\r\n|\r|\n)content-[\w-]+:", re.IGNORECASE
)
_TYPE = re.compile(r"\s*([\w!#$&^+.-]+)\s*/\s*([\w!#$&^+.-]+)", re.ASCII)
_LOOK_AT = 64 * 1024  # octets in which a boundary nobody declared must show
_BLOCKS = 200  # recipients of a delivery status that are looked at


class _OverLimit(Exception):
    """Stops the parser; the argument says which limit."""


@dataclass(slots=True, eq=False, kw_only=True)
class Tree:
    """A part and the parts in it."""

    raw: bytes = field(repr=False)  # octets it stands in: of the message, or of a part that had to be decoded
    start: int  # of its body
    end: int
    fields: Fields
    kind: str  # content type, lower-case
    parts: list["Tree"] = field(default_factory=list)
    margins: list[bytes] = field(
        default_factory=list, repr=False
    )  # what stands before, after and between the parts
    broken_header: bool = False  # it ends, or starts, in a line that is no field: other readers may read on
    broken_parts: bool = False  # calls itself multipart and cannot be told into parts as it says

    def get_content_type(self) -> str:
        """Content type, lower-case."""
        return self.kind


def parse(raw: bytes) -> Tree | Unreadable:
    """The tree of parts, or which limit was passed; never raises."""
    if len(raw) > MAX_MESSAGE:
        return Unreadable(why=f"over {MAX_MESSAGE // 1024 // 1024} MiB")
    if raw.count(b"\n") + raw.count(b"\r") > 2 * MAX_LINES:
        return Unreadable(why=f"over {MAX_LINES} lines")
    rubbish = _BEFORE_HEADER.match(raw)
    try:
        return _Parser().part(Place(raw, rubbish.end() if rubbish else 0, len(raw)), depth=0)
    except _OverLimit as limit:
        return Unreadable(why=str(limit))


def walk(tree: Tree, depth: int = 0) -> Iterator[tuple[int, Tree]]:
    """Every part with its depth, outermost first."""
    waiting = [(depth, tree)]
    while waiting:
        at, part = waiting.pop()
        yield at, part
        waiting.extend((at + 1, child) for child in reversed(part.parts))


def children(part: Tree) -> list[Tree]:
    """Parts directly inside *part*."""
    return part.parts


def fields(part: Tree) -> Fields:
    """The header fields of *part* as they stand."""
    return part.fields


def type_parameters(part: Tree) -> dict[str, str]:
    """Parameters of its Content-Type."""
    return parameters(part.fields.first("content-type"))


def octets(part: Tree, at_most: int = MAX_MESSAGE) -> bytes:
    """The first octets of a leaf, without its transfer encoding."""
    if part.parts:
        return b""
    encoded = part.raw[part.start : min(part.end, part.start + at_most)]
    return transfer.decoded(encoded, part.fields.first("content-transfer-encoding"))


def broken_header(tree: Tree) -> bool:
    """Whether the top header block ends, or starts, in a line that is no field."""
    return tree.broken_header


def broken_parts(tree: Tree) -> bool:
    """Whether a multipart cannot be told into its parts; one without any content is only empty."""
    return any(part.broken_parts for _, part in walk(tree))


# ---------------------------------------------------------------- the parser


@dataclass(slots=True)
class _Parser:
    """What one message may still spend, and the steps into it."""

    parts: int = 0
    in_headers: int = 0  # octets

    def part(self, place: Place, *, depth: int, default: str = "text/plain") -> Tree:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise _OverLimit(f"over {MAX_PARTS} parts")
        if depth > MAX_DEPTH:
            raise _OverLimit(f"parts nested over {MAX_DEPTH} deep")
        header = self._header(place)
        kind = _kind(header.fields, default)
        part = Tree(raw=place.raw, start=header.end, end=place.end, fields=header.fields, kind=kind)
        part.broken_header = header.broken
        if kind.startswith("multipart/") or (not depth and _lost_its_header(part)):
            self._multipart(part, depth)
        elif kind in {"message/delivery-status", "message/global-delivery-status"}:
            self._blocks(part)
        elif kind.startswith("message/"):
            part.parts.append(self.part(_inside(part), depth=depth + 1))
        return part

    def _header(self, place: Place) -> "Header":
        header = Header.read(place)
        length = header.end - place.start
        self.in_headers += length
        if length > MAX_HEADER + 4 or self.in_headers > MAX_HEADERS:
            raise _OverLimit(f"header over {MAX_HEADER // 1024} KiB")
        return header

    def _multipart(self, part: Tree, depth: int) -> None:
        boundary = type_parameters(part).get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
        place = Place(part.raw, part.start, part.end)
        cuts = _cuts(place, boundary)
        if not cuts and part.fields.first("content-transfer-encoding"):
            place = _inside(part)  # encoded as a whole, which RFC 2045 s. 6.4 forbids
            cuts = _cuts(place, boundary)
        if not cuts:
            part.broken_parts = bool(place.octets[: 2 * _LOOK_AT].strip())
            guess = _LIKE_DELIMITER.search(place.octets[:_LOOK_AT])
            cuts = _cuts(place, guess[1]) if guess else []
        default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
        for is_part, piece in _pieces(place, cuts):
            if is_part:
                part.parts.append(self.part(piece, depth=depth + 1, default=default))
            else:
                part.margins.append(piece.octets[:_LOOK_AT])

    def _blocks(self, part: Tree) -> None:
        """A delivery status: blocks of fields, one of the message and one of each recipient (RFC 3464 s. 2.1)."""
        place = _inside(part)
        while place.start < place.end and len(part.parts) < _BLOCKS:
            header = Header.read(place)
            block = Tree(raw=b"", start=0, end=0, fields=header.fields, kind="text/plain")
            if header.fields.items:
                part.parts.append(block)
            end = max(header.end, place.start + 1)
            place = Place(place.raw, end, place.end if end - part.start <= MAX_HEADERS else end)


def _inside(part: Tree) -> Place:
    """The body of a part that holds others, without its transfer encoding."""
    encoding = part.fields.first("content-transfer-encoding").strip().lower()
    if encoding in {"", "7bit", "8bit", "binary"}:
        return Place(part.raw, part.start, part.end)
    data = transfer.decoded(part.raw[part.start : part.end], encoding)
    return Place(data, 0, len(data))


def _kind(header: Fields, default: str) -> str:
    value = header.first("content-type")
    named = _TYPE.match(value)
    if named:
        return f"{named[1]}/{named[2]}".lower()
    word = value.partition(";")[0].strip().lower()
    return {"": default, "multipart": "multipart/mixed", "html": "text/html"}.get(word, "text/plain")


def _lost_its_header(part: Tree) -> bool:
    """Whether the fields that say it has parts were lost on the way, and the body starts with a delimiter."""
    if part.fields.first("content-type"):
        return False
    start = part.raw[part.start : part.start + _LOOK_AT].lstrip()
    return start.startswith(b"--") and _LIKE_DELIMITER.match(start) is not None


def _cuts(place: Place, boundary: bytes) -> list[tuple[int, int, bool]]:
    """Lines that are delimiters: (start, end, whether it closes)."""
    found: list[tuple[int, int, bool]] = []
    token = b"--" + boundary
    at = place.raw.find(token, place.start, place.end) if boundary else -1
    while at >= 0:
        rest = _AFTER_BOUNDARY.match(place.raw, at + len(token), place.end)
        if rest and (at == place.start or place.raw[at - 1] in b"\r\n"):
            found.append((at, rest.end(), bool(rest[1])))
        at = place.raw.find(token, at + len(token), place.end)
    return found


def _pieces(place: Place, cuts: list[tuple[int, int, bool]]) -> Iterator[tuple[bool, Place]]:
    """What stands between the delimiters, and whether it is a part. A part may follow even the closing one."""
    if not cuts:
        return
    yield False, Place(place.raw, place.start, cuts[0][0])
    ends = [start for start, _, _ in cuts[1:]]
    for (_, start, closes), end in zip(cuts, [*ends, place.end], strict=True):
        if start < end:
            yield (
                not closes,
                Place(place.raw, start, _before_line_end(place.raw, start, end, last=end == place.end)),
            )


def _before_line_end(raw: bytes, start: int, end: int, *, last: bool) -> int:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 s. 5.1.1)."""
    if last:
        return end
    for ending in (b"\r\n", b"\n", b"\r"):
        if raw.endswith(ending, start, end):
            return end - len(ending)
    return end
