"""The audit trail's arithmetic: canonical events, the chain, pseudonyms.

An event carries no personal data: subjects are keyed pseudonyms, objects are table names and counts.
Destroying the pseudonym key cuts the link to persons while the chain still verifies (requirements E.2).
"""

import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from mailbot.core.model import Address

GENESIS = "0" * 64
Plain = str | int | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step that was taken, as it enters the chain."""

    seq: int  # 1, 2, 3 … without gaps
    at: datetime  # aware; written as UTC
    name: str  # dotted, e.g. "case.opened"
    actor: str  # "mailbot/0.1.0" or a person's login
    case: str = ""  # case number, empty where there is none
    subject: str = ""  # pseudonym, empty where there is none
    facts: Mapping[str, Plain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An event in its place in the chain."""

    event: Event
    before: str  # hash of the event before it; GENESIS for the first
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place at which the chain does not hold."""

    seq: int
    why: str


_LOOKS_PERSONAL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]|\+\d{9,}")


def canonical(event: Event) -> bytes:
    """The event as RFC 8785 canonical JSON: sorted keys, no white space, UTF-8.

    Numbers are integers or short decimals, for which Python's and ECMAScript's spelling agree.

    Raises ValueError where a value looks like an e-mail address or a phone number (requirements A5).
    """
    body = {
        "seq": event.seq,
        "at": event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "name": event.name,
        "actor": event.actor,
        "case": event.case,
        "subject": event.subject,
        "facts": dict(event.facts),
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    if _LOOKS_PERSONAL.search(text):
        raise ValueError(f"event {event.name} would carry an address or phone number")
    return text.encode()


def linked(event: Event, *, before: str) -> Link:
    """*event* joined to the chain whose last hash is *before*: SHA-256(0x00 || before || canonical)."""
    digest = sha256(b"\x00" + bytes.fromhex(before) + canonical(event)).hexdigest()
    return Link(event=event, before=before, hash=digest)


def first_break(links: Iterable[Link], *, head: tuple[int, str]) -> Broken | None:
    """Where the chain first breaks, or None; *head* is the (seq, hash) noted apart from the events."""
    before, seq = GENESIS, 0
    for link in links:
        seq += 1
        if link.event.seq != seq:
            return Broken(seq, f"event {seq} is missing, {link.event.seq} follows {seq - 1}")
        if link.before != before:
            return Broken(seq, "does not follow the event before it")
        try:
            expected = linked(link.event, before=before).hash
        except ValueError as exc:
            return Broken(seq, str(exc))
        if link.hash != expected:
            return Broken(seq, "was changed after it was written")
        before = link.hash
    if (seq, before) != head:
        return Broken(seq + 1, f"events after {seq} are missing: the head says {head[0]}")
    return None


def pseudonym(address: Address, *, key: bytes, key_id: int = 1) -> str:
    """Stable stand-in for *address* in logs and audit events: 16 hex digits, 64 bits.

    Keyed (HMAC-SHA-256), so that a list of addresses is no help in guessing it. The number of a key that is not
    the first stands before it: "2-0123456789abcdef".
    """
    digits = hmac.new(key, address.encode(), sha256).hexdigest()[:16]
    return digits if key_id == 1 else f"{key_id}-{digits}"
