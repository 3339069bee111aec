"""Forgeries made in memory out of real mail, to see whether the border's results can be written by somebody else.

A forger writes everything below the border's own fields. So the forged field is put there: as the first thing the
forger could have written, below the first Received field of his own, and once with the border silent.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailbot.core.automatic import Own
from mailbot.core.message import read
from mailbot.core.message.border import UNNAMED, bears, name_in
from mailbot.core.model import Message
from mailbot.core.standing import vouched_for

AUTHOR = b"planted@example.com"
_PASSES = (
    b"dkim=pass header.d=example.com header.i=@example.com; spf=pass smtp.mailfrom=planted@example.com; "
    b"dmarc=pass header.from=example.com"
)
_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{1,98}")
_FIELD_END = re.compile(rb"\r?\n(?![ \t])")
_HEADER_END = re.compile(rb"\r?\n\r?\n")


class Spot(StrEnum):
    """Where the forged field stands."""

    FIRST = "first"  # the first field a forger can write
    BELOW = "below"  # under a Received field of the forger's
    ALONE = "alone"  # first, and the border has written nothing


@dataclass(frozen=True, slots=True)
class Planted:
    """One forgery."""

    spot: Spot
    raw: bytes


def header_fields(raw: bytes) -> list[bytes]:
    """The fields of the header as they stand, continuation lines with them."""
    return _FIELD_END.split(_HEADER_END.split(raw, maxsplit=1)[0])


@dataclass(frozen=True, slots=True)
class Topmost:
    """The topmost results of a message: under which name, below how many Received fields."""

    name: str
    received: int


def topmost(raw: bytes) -> Topmost | None:
    """Whoever wrote the topmost results; None where nobody did, or without a readable name."""
    received = 0
    for field in header_fields(raw):
        received += _name(field) == b"received"
        if _name(field) == b"authentication-results":
            name = name_in(_text(field))
            return Topmost(name, received) if _HOST.fullmatch(name) else None
    return None


def marked(raw: bytes, trust: Own) -> bool:
    """Whether the border has written its results where they are looked for."""
    return _results_at(header_fields(raw), trust) is not None


def forgeries(raw: bytes, trust: Own) -> Iterator[Planted]:
    """*raw* in another's name, with results that nobody of ours has written."""
    fields = [one for one in header_fields(raw) if _name(one) != b"from"] + [b"From: " + AUTHOR]
    top = _results_at(fields, trust)
    forged = b"Authentication-Results: " + _name_for(fields, top, trust) + _PASSES
    spot = _first_of_the_sender(fields, top)
    theirs = next((at + 1 for at in range(spot, len(fields)) if _name(fields[at]) == b"received"), len(fields))
    yield Planted(Spot.FIRST, _letter([*fields[:spot], forged, *fields[spot:]]))
    yield Planted(Spot.BELOW, _letter([*fields[:theirs], forged, *fields[theirs:]]))
    silent = [one for one in fields[:spot] if not _is_result(one)]
    yield Planted(Spot.ALONE, _letter([*silent, forged, *fields[spot:]]))


def believed(forgery: Planted, trust: Own) -> bool:
    """Whether the forged results prove the forged author."""
    message = read(forgery.raw, own=trust)
    return isinstance(message, Message) and vouched_for(message, ()) is not None


# ---------------------------------------------------------------- parts


def _letter(fields: Sequence[bytes]) -> bytes:
    return b"\r\n".join(fields) + b"\r\n\r\nHello.\r\n"


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().lower()


def _is_result(field: bytes) -> bool:
    return _name(field) in {b"authentication-results", b"received-spf"}


def _text(field: bytes) -> str:
    return field.partition(b":")[2].decode("utf-8", "surrogateescape")


def _results_at(fields: Sequence[bytes], trust: Own) -> int | None:
    """Index of the topmost results of a trusted name, if they stand where they are looked for."""
    received = 0
    for at, field in enumerate(fields):
        received += _name(field) == b"received"
        if received > trust.border_hops:
            return None
        if _name(field) == b"authentication-results" and bears(_text(field), trust.trusted_borders):
            return at
    return None


def _first_of_the_sender(fields: Sequence[bytes], top: int | None) -> int:
    """Index below the border's fields: its results and what it wrote with them, and at least one Received."""
    at = 0 if top is None else top + 1
    while at < len(fields) and top is not None and _is_result(fields[at]):
        at += 1
    if any(_name(one) == b"received" for one in fields[:at]):
        return at
    return next((index + 1 for index in range(at, len(fields)) if _name(fields[index]) == b"received"), at)


def _name_for(fields: Sequence[bytes], top: int | None, trust: Own) -> bytes:
    """The name a forger would use: the border's own, as mail that came before told it."""
    if UNNAMED in trust.trusted_borders:
        return b""
    if top is not None:
        return re.split(rb"[;\s]", _text(fields[top]).strip().encode("utf-8", "surrogateescape"))[0] + b"; "
    known = next((name.replace("*", "mx1") for name in trust.trusted_borders if name != UNNAMED), "mx.example.org")
    return known.encode() + b"; "
