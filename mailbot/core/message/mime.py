"""The parts of a message, by the standard library's tolerant parser inside limits (requirements D53)."""

from collections.abc import Iterator
from email import errors
from email.message import Message as LibraryMessage
from email.parser import BytesParser
from email.policy import Policy, compat32
from typing import cast

from mailbot.core.message.fields import Fields, base64, parameters
from mailbot.core.model import Unreadable

MAX_DEPTH = 20  # parts within parts
MAX_PARTS = 200
MAX_HEADER = 64 * 1024  # octets of one header block
MAX_HEADERS = 256 * 1024  # octets of all header blocks together
MAX_MESSAGE = 25 * 1024 * 1024  # octets
MAX_LINES = 1_000_000  # base64 of 25 MiB has a third of that; more lines only cost memory

_HEADER_BROKEN = (errors.MissingHeaderBodySeparatorDefect, errors.FirstHeaderLineIsContinuationDefect)
_PARTS_BROKEN = (
    errors.NoBoundaryInMultipartDefect,
    errors.StartBoundaryNotFoundDefect,
    errors.MultipartInvariantViolationDefect,
)
# What the parser has been seen to raise or could: digits by the thousand in a parameter's number, odd charsets.
_PARSER_GAVE_UP = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


class _OverLimit(Exception):
    """Stops the parser; the argument says which limit."""


class _Budget:
    """What one message may still spend while it is parsed."""

    def __init__(self) -> None:
        self.parts = -1  # the parser makes one for trial
        self.octets = 0

    def take_part(self) -> None:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise _OverLimit(f"over {MAX_PARTS} parts")

    def take_field(self, octets: int, block: int) -> None:
        self.octets += octets
        if block > MAX_HEADER or self.octets > MAX_HEADERS:
            raise _OverLimit(f"header over {MAX_HEADER // 1024} KiB")


class Tree(LibraryMessage):
    """A part with the parts in it; stops the parser when the budget is spent."""

    def __init__(self, budget: _Budget, policy: Policy = compat32) -> None:
        super().__init__(policy)
        budget.take_part()
        self._budget = budget
        self._block = 0

    def set_raw(self, name: str, value: str) -> None:
        """Take a field as the parser found it."""
        octets = len(name) + len(value)
        self._block += octets
        self._budget.take_field(octets, self._block)
        super().set_raw(name, value)

    @property
    def content(self) -> "str | list[Tree]":
        """The body as it stands, or the parts. The library's own way to it decodes charsets, and raises."""
        payload = vars(self)["_payload"]
        if isinstance(payload, list):
            return [part for part in payload if isinstance(part, Tree)]
        return str(payload or "")


def parse(raw: bytes) -> Tree | Unreadable:
    """The tree of parts, or which limit was passed; never raises."""
    if len(raw) > MAX_MESSAGE:
        return Unreadable(why=f"over {MAX_MESSAGE // 1024 // 1024} MiB")
    if raw.count(b"\n") + raw.count(b"\r") > 2 * MAX_LINES:
        return Unreadable(why=f"over {MAX_LINES} lines")
    budget = _Budget()

    def part(policy: Policy = compat32) -> Tree:
        return Tree(budget, policy)

    try:
        tree = cast("Tree", BytesParser(part, policy=compat32).parsebytes(raw))
    except _OverLimit as limit:
        return Unreadable(why=str(limit))
    except _PARSER_GAVE_UP:
        return Unreadable(why="MIME cannot be parsed")
    if any(depth > MAX_DEPTH for depth, _ in walk(tree)):
        return Unreadable(why=f"parts nested over {MAX_DEPTH} deep")
    return tree


def walk(tree: Tree, depth: int = 0) -> Iterator[tuple[int, Tree]]:
    """Every part with its depth, outermost first."""
    waiting = [(depth, tree)]
    while waiting:
        at, part = waiting.pop()
        yield at, part
        waiting.extend((at + 1, child) for child in reversed(children(part)))


def children(part: Tree) -> list[Tree]:
    """Parts directly inside *part*."""
    return part.content if isinstance(part.content, list) else []


def fields(part: Tree) -> Fields:
    """The header fields of *part* as they stand."""
    return Fields.of(part.raw_items())


def type_parameters(part: Tree) -> dict[str, str]:
    """Parameters of its Content-Type."""
    return parameters(fields(part).first("content-type"))


def octets(part: Tree) -> bytes:
    """Body of a leaf without its transfer encoding."""
    if isinstance(part.content, list):
        return b""
    payload = part.content.encode("utf-8", "surrogateescape")
    if fields(part).first("content-transfer-encoding").strip().lower() == "base64":
        return base64(payload)  # forgives more than the library does
    try:
        data = part.get_payload(decode=True)
    except ValueError:  # uuencoded rubbish
        return payload
    return data if isinstance(data, bytes) else payload


def broken_header(tree: Tree) -> bool:
    """Whether the top header block ends, or starts, in a line that is no field: other readers may read on."""
    return any(isinstance(defect, _HEADER_BROKEN) for defect in tree.defects)


def broken_parts(tree: Tree) -> bool:
    """Whether a multipart cannot be told into its parts; one without any content is only empty."""
    return any(
        isinstance(defect, _PARTS_BROKEN) and isinstance(part.content, str) and part.content.strip()
        for _, part in walk(tree)
        for defect in part.defects
    )
