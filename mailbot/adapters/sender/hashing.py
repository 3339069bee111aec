"""Signatures verified by dkimpy, which hashes and compares.

It is kept away from DNS, from the clock, and from input on which its regular expressions take quadratic time.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from mailbot.adapters.sender.claims import Claim, tags_of
from mailbot.core.standing import Signature, key_objection
from mailbot.errors import Unavailable

MAX_KEY = 1200  # octets of a key record: RSA-4096 takes 750; bounds what one verification may cost

Key = bytes | Unavailable | None
"""A key record, or that DNS did not answer, or that there is none."""

_SILENT = logging.Logger("dkim", logging.CRITICAL + 1)  # noqa: LOG001 - no handler of the root may hear of mail
_GARBAGE = (
    dkim.DKIMException,
    InvalidTagValueList,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    TypeError,
    ValueError,
)
"""What dkimpy raises on hostile keys and signatures, beside its own exceptions."""


def verified(raw: bytes, claims: Sequence[Claim], keys: Mapping[str, Key], *, domain: str) -> list[Signature]:
    """The claims with their verdicts, up to the first that holds for *domain*, the author's own."""
    letter: _Letter | None = None
    signatures = []
    for claim in claims:
        why = claim.objection or _key_doubt(claim, keys[claim.key_place])
        if not why:
            letter = letter or _Letter(raw)
            why = letter.disproof(claim, keys[claim.key_place])
        signatures.append(Signature(domain=claim.domain, valid=not why, why=why))
        if not why and claim.domain == domain:
            break
    return signatures


def _key_doubt(claim: Claim, key: Key) -> str:
    """Why the key cannot prove the claim, before any arithmetic; empty: it may."""
    if isinstance(key, Unavailable):
        return "DNS does not answer for the key"
    if not key:
        return "there is no key"
    tags = tags_of(key) if len(key) <= MAX_KEY else {}
    return key_objection(tags, claim.tags) if tags.get("p") else "the key is withdrawn or cannot be read"


class _Timeless(dkim.DKIM):  # type: ignore[misc]  # dkimpy has no types
    """dkimpy, but for the clock: whether a signature was of its time is asked of the moment it came."""

    def verify_headerprep(self, idx: int = 0) -> Any:
        """The parts of one signature: dkimpy's own, with t= and x= looked at by `out_of_time` instead."""
        fields = [(name, value) for name, value in self.headers if name.lower() == b"dkim-signature"]
        tags = parse_tag_value(fields[idx][1])
        dkim.validate_signature_fields({name: value for name, value in tags.items() if name not in {b"t", b"x"}})
        self.signature_fields, self.domain, self.selector = tags, tags[b"d"], tags[b"s"]
        names = [name.lower() for name in re.split(rb"\s*:\s*", tags[b"h"])]
        self.include_headers = tuple(names)
        return tags, names, fields


class _Letter:
    """A letter with a well-formed header, in dkimpy's hands."""

    def __init__(self, raw: bytes) -> None:
        self._verifier = _Timeless(raw, logger=_SILENT)
        self._bodies = {False: self._verifier.body, True: _relaxed(self._verifier.body)}

    def disproof(self, claim: Claim, key: Key) -> str:
        """Why the signature does not hold; empty: it does."""
        self._verifier.body = self._bodies[claim.relaxed_body]
        try:
            holds = self._verifier.verify(idx=claim.index, dnsfunc=lambda _name, timeout: key)  # noqa: ARG005 - dkimpy's signature
        except _GARBAGE:
            holds = False
        return "" if holds else "the signature does not hold"


def _relaxed(body: bytes) -> bytes:
    """*body* as relaxed canonicalization leaves it, but for the empty lines at its end (RFC 6376 s. 3.4.4).

    dkimpy does the same again without harm. Its own expression for spaces at line ends takes quadratic time: one
    megabyte of spaces would stop the daemon for hours.
    """
    return re.sub(rb"[ \t]+", b" ", body).replace(b" \r\n", b"\r\n")
