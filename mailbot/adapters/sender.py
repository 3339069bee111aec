"""Who is really writing: DKIM by dkimpy, keys over dnspython's asynchronous resolver (LIBRARIES 3.8).

dkimpy hashes and compares. It is kept away from DNS, from input on which its regular expressions take quadratic
time, and from headers that it and Python's mail parser would divide differently: there a replayer could add words
to a signed message. What the result is worth is decided in `mailbot.core.standing`.
"""

import asyncio
import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import dkim
import dns.asyncresolver
import dns.exception
import dns.resolver
from dkim.util import InvalidTagValueList, parse_tag_value

from mailbot.core.model import Address, Message, Standing, Unproven
from mailbot.core.standing import Signature, aligned, judge, key_objection, objection, settled, vouched_for
from mailbot.errors import Unavailable

MOST_SIGNATURES = 10  # aligned ones that are looked at, so a letter costs at most ten DNS questions
MAX_HEADER = 64 * 1024  # octets, requirements D53
MAX_SIGNATURE = 8 * 1024  # octets of one DKIM-Signature field; real ones have less than 2,000
MAX_KEY = 1200  # octets of a key record: RSA-4096 takes 750; bounds what one verification may cost
IN_LOOP = 256 * 1024  # octets; longer messages are hashed in a thread (131 ms for 10 MB)

_WELL_FORMED = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)*")
_FIELD_NAME = re.compile(rb"(?:^|[\r\n])([!-9;-~]+)[ \t]*:")  # a bare CR may end a line for some parser
_KEY_PLACE = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{1,62}[a-z0-9]")
_LONG_SPACE = re.compile(rb"\s{64}")
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


_Key = bytes | Unavailable | None
"""A key record, or that DNS did not answer, or that there is none."""


class TxtResolver(Protocol):
    """Where key records come from."""

    async def txt(self, name: str) -> bytes | None:
        """The TXT record at *name*, its strings joined; None where there is none, or more than one.

        Raises `Unavailable` while DNS does not answer (timeout, SERVFAIL).
        """
        ...


class DnsTxt:
    """TXT records out of DNS."""

    def __init__(self, *, timeout: float = 5.0, nameservers: Sequence[str] = (), port: int = 53) -> None:
        """Ask *nameservers* (IP addresses), or the system's own; *timeout* in seconds bounds one question."""
        self._timeout, self._nameservers, self._port = timeout, list(nameservers), port
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def txt(self, name: str) -> bytes | None:
        """The TXT record at *name*."""
        self._resolver = self._resolver or self._configured()
        try:
            answer = await self._resolver.resolve(name + ".", "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return None
        except (dns.exception.DNSException, OSError) as exc:
            raise Unavailable(f"DNS does not answer ({type(exc).__name__})") from None
        records = [b"".join(record.strings) for record in answer]
        return records[0] if len(records) == 1 else None  # several: undefined, RFC 6376 s. 3.6.2.2

    def _configured(self) -> dns.asyncresolver.Resolver:
        """A resolver, made at the first question: the system's settings may come after us at boot."""
        try:
            resolver = dns.asyncresolver.Resolver(configure=not self._nameservers)
        except dns.resolver.NoResolverConfiguration:
            raise Unavailable("DNS: no name server is known, /etc/resolv.conf cannot be read") from None
        if self._nameservers:
            resolver.nameservers, resolver.port = list(self._nameservers), self._port
        resolver.lifetime = self._timeout
        resolver.use_edns(0, 0, 1232)  # key records rarely fit 512 octets; 1232 is never fragmented
        return resolver


class ZoneTxt:
    """TXT records out of a dictionary: for the demo, tests and machines without DNS."""

    def __init__(self, records: Mapping[str, bytes], *, down: Collection[str] = ()) -> None:
        """Serve *records* by lower-case name without the last dot; names in *down* do not answer."""
        self._records = dict(records)
        self._down = frozenset(down)

    async def txt(self, name: str) -> bytes | None:
        """The TXT record at *name*."""
        if name in self._down:
            raise Unavailable("DNS does not answer")
        return self._records.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A DKIM-Signature field as it stands, not verified."""

    index: int  # among the message's DKIM-Signature fields, from the top
    tags: Mapping[str, str]
    objection: str = ""  # why it proves nothing, whatever the key says

    @property
    def domain(self) -> str:
        return self.tags.get("d", "").lower()

    @property
    def key_place(self) -> str:
        return f"{self.tags.get('s', '')}._domainkey.{self.domain}".lower()

    @property
    def relaxed_body(self) -> bool:
        return self.tags.get("c", "").partition("/")[2] == "relaxed"


class DkimSenderCheck:
    """Implements `ports.SenderCheck`."""

    def __init__(self, *, resolver: TxtResolver, own: frozenset[Address]) -> None:
        """Judge letters to *own*, our addresses; empty switches the replay rule C7 off."""
        self._resolver = resolver
        self._own = own

    async def standing(self, raw: bytes, message: Message) -> Standing:
        """The standing of the author of *message*, which was read from *raw*."""
        header = _header(raw)
        fields = _field_names(header)
        known = settled(message, fields=fields, doubt=_doubt(header), own=self._own)
        if known is not None:
            return known
        claims = _claims(header, fields, message)
        vouched = vouched_for(message, [claim.objection for claim in claims if aligned(message, claim.domain)])
        if vouched is not None:
            return vouched
        keys = await self._keys({claim.key_place for claim in claims if not claim.objection})
        if len(raw) > IN_LOOP:
            signatures = await asyncio.to_thread(_verified, raw, claims, keys)
        else:
            signatures = _verified(raw, claims, keys)
        return _unless_unanswered(judge(message, signatures), keys.values())

    async def _keys(self, places: Iterable[str]) -> dict[str, _Key]:
        """Key records by name, all asked at once."""
        names = sorted(places)
        return dict(zip(names, await asyncio.gather(*(self._key(name) for name in names)), strict=True))

    async def _key(self, name: str) -> _Key:
        try:
            return await self._resolver.txt(name)
        except Unavailable as exc:
            return exc


def _unless_unanswered(standing: Standing, keys: Iterable[_Key]) -> Standing:
    """*standing*, unless DNS still owes us a key that might prove the sender (C6, D42)."""
    for key in keys:
        if isinstance(key, Unavailable) and isinstance(standing, Unproven):
            raise key
    return standing


# ---------------------------------------------------------------- the header


def _header(raw: bytes) -> bytes:
    """The header block with its last line end, divided where dkimpy divides; at most one octet over the limit."""
    end = re.search(rb"(?:\A|\n)\r?\n", raw[: MAX_HEADER + 3])
    if end is not None:
        return raw[: end.start() + 1] if end.start() else b""
    return raw[: MAX_HEADER + 1] if len(raw) > MAX_HEADER else raw.rstrip(b"\r\n") + b"\r\n"


def _doubt(header: bytes) -> str:
    """Why nobody should read this header as if parsers agreed on it; empty: they do."""
    if len(header) > MAX_HEADER:
        return "the header is too long"
    return "" if _WELL_FORMED.fullmatch(header) else "the header has a line that is no field"


def _field_names(header: bytes) -> list[str]:
    """Lower-case names of all fields, as the most generous parser would find them."""
    return [name.decode("ascii").lower() for name in _FIELD_NAME.findall(header)]


def _claims(header: bytes, fields: Sequence[str], message: Message) -> list[_Claim]:
    """All signatures of a well-formed header; the aligned ones without objection are worth asking DNS about."""
    fields_by_dkimpy, _ = dkim.rfc822_parse(header)
    values = [value for name, value in fields_by_dkimpy if name.lower() == b"dkim-signature"]
    claims = []
    asked = 0
    for index, value in enumerate(values):
        claim = _claim(index, value, fields, message)
        asked += not claim.objection
        claims.append(claim if asked <= MOST_SIGNATURES else replace(claim, objection="too many signatures"))
    return claims


def _claim(index: int, value: bytes, fields: Sequence[str], message: Message) -> _Claim:
    """One signature field, and what speaks against it."""
    tags = {} if len(value) > MAX_SIGNATURE or _LONG_SPACE.search(value) else _tags(value)
    claim = _Claim(index=index, tags=tags)
    if not _KEY_PLACE.fullmatch(claim.key_place):
        return replace(claim, objection="the signature cannot be read")
    if not aligned(message, claim.domain):
        return replace(claim, objection="signed by another domain")
    return replace(claim, objection=objection(tags, fields))


def _tags(value: bytes) -> dict[str, str]:
    """Tags of a signature or key record; none where they cannot be read."""
    try:
        return {name.decode("ascii"): text.decode("ascii") for name, text in parse_tag_value(value).items()}
    except (InvalidTagValueList, ValueError, LookupError):
        return {}


# ---------------------------------------------------------------- the hashing


def _verified(raw: bytes, claims: Sequence[_Claim], keys: Mapping[str, _Key]) -> list[Signature]:
    """The claims with their verdicts, up to the first that holds: one is enough."""
    letter: _Letter | None = None
    signatures = []
    for claim in claims:
        why = claim.objection or _key_doubt(claim, keys[claim.key_place])
        if not why:
            letter = letter or _Letter(raw)
            why = letter.disproof(claim, keys[claim.key_place])
        signatures.append(Signature(domain=claim.domain, valid=not why, why=why))
        if not why:
            break
    return signatures


def _key_doubt(claim: _Claim, key: _Key) -> str:
    """Why the key cannot prove the claim, before any arithmetic; empty: it may."""
    if isinstance(key, Unavailable):
        return "DNS does not answer for the key"
    if not key:
        return "there is no key"
    tags = _tags(key) if len(key) <= MAX_KEY else {}
    return key_objection(tags, claim.tags) if tags.get("p") else "the key is withdrawn or cannot be read"


class _Letter:
    """A letter with a well-formed header, in dkimpy's hands."""

    def __init__(self, raw: bytes) -> None:
        self._verifier = dkim.DKIM(raw, logger=_SILENT)
        self._bodies = {False: self._verifier.body, True: _relaxed(self._verifier.body)}

    def disproof(self, claim: _Claim, key: _Key) -> str:
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
