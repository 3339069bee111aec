"""A message's header and its DKIM-Signature fields as they stand: nothing is verified here.

Headers that dkimpy and Python's mail parser would divide differently are refused: there a replayer could add words
to a signed message.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from mailbot.core.model import Message
from mailbot.core.standing import aligned, objection, out_of_time, unreadable

MOST_SIGNATURES = 5  # that are looked at, unreadable ones among them: a letter costs at most five DNS questions
MAX_HEADER = 64 * 1024  # octets, requirements D53
MAX_SIGNATURE = 8 * 1024  # octets of one DKIM-Signature field; real ones have less than 2,000

_WELL_FORMED = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)*")
_FIELD_NAME = re.compile(rb"(?:^|[\r\n])([!-9;-~]+)[ \t]*:")  # a bare CR may end a line for some parser
_KEY_PLACE = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{1,62}[a-z0-9]")
_LONG_SPACE = re.compile(rb"\s{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A DKIM-Signature field as it stands, not verified."""

    index: int  # among the message's DKIM-Signature fields, from the top
    tags: Mapping[str, str]
    objection: str = ""  # why it proves nothing, whatever the key says
    counts: bool = True  # towards the limit

    @property
    def domain(self) -> str:
        """d=, in lower case."""
        return self.tags.get("d", "").lower()

    @property
    def key_place(self) -> str:
        """Where its key stands in DNS."""
        return f"{self.tags.get('s', '')}._domainkey.{self.domain}".lower()

    @property
    def relaxed_body(self) -> bool:
        """Whether the body is hashed in relaxed form."""
        return self.tags.get("c", "").partition("/")[2] == "relaxed"


def header_of(raw: bytes) -> bytes:
    """The header block with its last line end, divided where dkimpy divides; at most one octet over the limit."""
    end = re.search(rb"(?:\A|\n)\r?\n", raw[: MAX_HEADER + 3])
    if end is not None:
        return raw[: end.start() + 1] if end.start() else b""
    return raw[: MAX_HEADER + 1] if len(raw) > MAX_HEADER else raw.rstrip(b"\r\n") + b"\r\n"


def doubt(header: bytes) -> str:
    """Why nobody should read this header as if parsers agreed on it; empty: they do."""
    if len(header) > MAX_HEADER:
        return "the header is too long"
    return "" if _WELL_FORMED.fullmatch(header) else "the header has a line that is no field"


def field_names(header: bytes) -> list[str]:
    """Lower-case names of all fields, as the most generous parser would find them."""
    return [name.decode("ascii").lower() for name in _FIELD_NAME.findall(header)]


def fields_of(header: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values of a well-formed header, as dkimpy finds them."""
    found, _ = dkim.rfc822_parse(header)
    return [(bytes(name), bytes(value)) for name, value in found]


def claims(header: bytes, message: Message, received_at: datetime) -> list[Claim]:
    """All signatures of a well-formed header; the aligned ones without objection are worth asking DNS about."""
    names = field_names(header)
    values = [value for name, value in fields_of(header) if name.lower() == b"dkim-signature"]
    found = []
    looked_at = 0
    for index, value in enumerate(values):
        claim = _claim(index, value, names, message, received_at)
        looked_at += claim.counts
        found.append(claim if looked_at <= MOST_SIGNATURES else replace(claim, objection="too many signatures"))
    return found


def _claim(index: int, value: bytes, names: Sequence[str], message: Message, received_at: datetime) -> Claim:
    """One signature field, and what speaks against it."""
    tags = {} if len(value) > MAX_SIGNATURE or _LONG_SPACE.search(value) else tags_of(value)
    claim = Claim(index=index, tags=tags)
    if unreadable(tags) or not _KEY_PLACE.fullmatch(claim.key_place):
        return replace(claim, objection="the signature cannot be read")
    if not aligned(message, claim.domain):
        return replace(claim, objection="signed by another domain", counts=False)
    against = objection(tags, names) or out_of_time(tags, message.date_field, received_at)
    return replace(claim, objection=against, counts=not against)


def tags_of(value: bytes) -> dict[str, str]:
    """Tags of a signature or key record; none where they cannot be read."""
    try:
        return {name.decode("ascii"): text.decode("ascii") for name, text in parse_tag_value(value).items()}
    except (InvalidTagValueList, ValueError, LookupError):
        return {}
