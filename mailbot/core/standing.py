"""Who is really writing: evidence about the sender → Standing (requirements C1-C9, D30-D40).

Pure: the adapter reads the header, asks DNS and verifies; what that is worth is decided here. Reasons are fixed
phrases without addresses or domains, for they go to the audit trail.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from mailbot.core.lookalike import imitates, same_mailbox
from mailbot.core.model import Address, Failed, Malformed, Message, Proven, Standing, Unproven

ONLY_ONCE = ("from", "subject", "date", "to", "content-type")
"""Fields of which a second one makes a message ambiguous, whatever DKIM says. Source: D37, RFC 6376 s. 8.15."""

SIGNED_IF_PRESENT = ("from", "subject", "date", "to", "cc")
"""Fields that a replayer could add or rewrite to make old words say something new to us. Source: C4, C7."""

ALGORITHMS = frozenset({"rsa-sha256", "ed25519-sha256"})  # RFC 8301 s. 3.1: rsa-sha1 proves nothing

SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "gob", "gov", "int", "mil", "msk", "ne", "net", "or", "org", "pp", "spb"}
)
"""Labels that registries sell names under: com.kz, co.uk, msk.ru. No public suffix list (amendment 14)."""

MOST_SIGNED_FIELDS = 128  # names in h=; real signers use 10 to 40, and dkimpy searches the header once for each

FRESH = timedelta(days=7)
"""How old a signature may be when its letter comes. Mail is tried for five days (RFC 5321 s. 4.5.4.1)."""

LEEWAY = timedelta(hours=10)  # for clocks that are wrong, as dkimpy gives it

ONLY_SPF = "only SPF speaks for the sender (PASS_SPF)"
"""Why somebody is unproven for whom a border saw nothing but SPF: it moves no more than nothing does (C5, C6)."""

_NEEDED_TAGS = frozenset({"v", "a", "b", "bh", "d", "h", "s"})  # RFC 6376 s. 3.5
_WHITE = b" \t\r\n\v\f"
_SECONDS = re.compile(r"\d{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One DKIM signature, verified."""

    domain: str  # d=, lower case A-labels
    valid: bool
    why: str = ""  # why not, where it is not valid


def settled(message: Message, *, fields: Collection[str], doubt: str, own: Collection[Address]) -> Standing | None:
    """The standing that needs no signature, or None where signatures decide.

    *fields* are the lower-case names of all header fields, repeated as they are; *doubt* says what is wrong with
    the header's form, empty if nothing. *own* are our addresses; empty switches the replay rule C7 off.
    """
    malformed = _malformed(message, fields, own)
    if malformed:
        return Malformed(malformed)
    if message.border.get("dmarc") == "fail":
        return Failed("our border says: DMARC fail")
    if doubt:
        return Unproven(doubt)
    if own and not set(own) & set(message.to):
        return Unproven("not addressed to us")
    return None


def _malformed(message: Message, fields: Collection[str], own: Collection[Address]) -> str:
    """Why nobody should guess at who is meant (C1, C10, D37); empty: From means one address, and not another."""
    if message.author is None:
        return "From does not name exactly one author"
    if any(list(fields).count(name) > 1 for name in ONLY_ONCE):
        return "a field that may stand once stands twice"
    return imitates(message.author, own)


def vouched_for(message: Message, objections: Collection[str]) -> Proven | None:
    """Proven where our border saw an aligned signature hold, else None.

    *objections* are those to the aligned signatures that still stand in the header: the border says that one of
    them holds, not that it covers what matters. DMARC passed by SPF alone is not enough (C5).
    """
    signer = message.border.get("dkim.d") or message.border.get("dkim.i", "").rpartition("@")[2]
    signer = signer.lower().strip(".")
    if message.border.get("dkim") != "pass" or not aligned(message, signer):
        return None
    return Proven(signer) if not objections or "" in objections else None


def aligned(message: Message, domain: str) -> bool:
    """Whether a signature of *domain* speaks for the author: his own domain or a parent of it.

    Narrower than DMARC's relaxed mode, which would also take a sibling or a child of the author's domain. A parent
    under which a registry sells names (com.kz) does not count. Source: C4, D40.
    """
    own = domain_of(message)
    if not own or not domain:
        return False
    return domain == own or (own.endswith("." + domain) and not _sold_under(domain))


def domain_of(message: Message) -> str:
    """The author's domain; "" where From names no single author."""
    return (message.author or "").rpartition("@")[2]


def policy_places(domain: str) -> tuple[str, ...]:
    """Where the DMARC record that holds for *domain* may stand, the nearest first: five at most (D44)."""
    labels = domain.split(".")
    above = (".".join(labels[start:]) for start in range(len(labels)))
    places = [f"_dmarc.{name}" for name in above if name == domain or not _sold_under(name)]
    return tuple(dict.fromkeys([*places[:1], *places[-4:]]))


def wants_strict(records: Sequence[bytes | None]) -> bool:
    """Whether the nearest DMARC record asks that signatures be of the very domain (adkim=s, RFC 7489 s. 6.3)."""
    for record in records:
        if record is not None and re.match(rb"\s*v\s*=\s*DMARC1\b", record):
            return re.search(rb";\s*adkim\s*=\s*s\s*(?:;|$)", record, re.IGNORECASE) is not None
    return False


def strictly(standing: Proven, message: Message, records: Sequence[bytes | None]) -> Proven | Unproven:
    """*standing*, unless the author's domain wants signatures of its own only and this is a parent's (D44)."""
    if standing.by == domain_of(message) or not wants_strict(records):
        return standing
    return Unproven("DMARC asks for the author's very domain, and a parent signed")


def path_agrees(message: Message) -> bool:
    """Whether Return-Path and From are of one domain, or one below the other: else no automatic answer (C13, D7).

    A missing Return-Path is no objection (amendment 6); the null sender and what is no address agree with nobody.
    """
    if message.return_path is None:
        return True
    path, own = message.return_path.rpartition("@")[2], domain_of(message)
    if not path or not own:
        return False
    one_above = any(low.endswith("." + high) and not _sold_under(high) for low, high in ((path, own), (own, path)))
    return path == own or one_above or same_mailbox(Address(f"x@{path}"), Address(f"x@{own}"))


def _sold_under(domain: str) -> bool:
    """Whether *domain* looks like one under which strangers register names."""
    labels = domain.split(".")
    return len(labels) < 2 or (len(labels) == 2 and labels[0] in SECOND_LEVEL)


def objection(tags: Mapping[str, str], fields: Sequence[str]) -> str:
    """Why a signature with these *tags* would prove nothing even if it verified; empty: nothing speaks against it.

    Source: D35, D36, D38, C4; RFC 6376 s. 5.4.2 (a name in h= signs one instance of the field, from the bottom).
    """
    if "l" in tags:
        return "signs only a part of the body"
    if tags.get("a") not in ALGORITHMS:
        return "signed with an unknown or weak algorithm"
    signed = [name.strip().lower() for name in tags.get("h", "").split(":")]
    if len(signed) > MOST_SIGNED_FIELDS:
        return "signs too many fields"
    if "from" not in signed:
        return "From is not signed"
    if any(fields.count(name) > signed.count(name) for name in SIGNED_IF_PRESENT):
        return "a field that matters is not signed"
    return ""


def unreadable(tags: Mapping[str, str]) -> bool:
    """Whether a signature lacks what every signature has: no verifier looks at it, and it counts as looked at."""
    return not tags.keys() >= _NEEDED_TAGS


def out_of_time(tags: Mapping[str, str], date_field: str, received_at: datetime) -> str:
    """Why a signature with these *tags* was not of its time when the letter came; empty: it was.

    Old words that were signed once are not said again (C7). t= tells when it was signed, else the signed Date
    does; expiry is asked of the moment of arrival, not of the moment of reading (RFC 6376 s. 3.5, x=).
    """
    moments = [_moment(tags[name]) for name in ("t", "x") if name in tags]
    if None in moments:
        return "the signature's time cannot be read"
    expires = _moment(tags.get("x", ""))
    if expires is not None and expires < received_at - LEEWAY:
        return "the signature had expired"
    signed_at = _moment(tags["t"]) if "t" in tags else _dated(date_field)
    if signed_at is None:
        return "nothing signed tells when it was written"
    if signed_at > received_at + LEEWAY:
        return "the signature is dated in the future"
    if expires is not None and "t" in tags and expires < signed_at:
        return "the signature's time cannot be read"
    return "the signature was old when it came" if received_at - signed_at > FRESH else ""


def _moment(text: str) -> datetime | None:
    """Seconds since 1970, as DKIM tells time."""
    if not _SECONDS.fullmatch(text) or int(text) > 32_503_680_000:  # the year 3000
        return None
    return datetime.fromtimestamp(int(text), UTC)


def _dated(date_field: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(date_field)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def seal(fields: Sequence[tuple[bytes, bytes]], body: bytes) -> str:
    """What a letter says and signs, as a hash: the same however often it is sent again (C7).

    Not b= itself: that can be changed and still verify (by a multiple of the modulus), or be one of two that hold.
    *fields* are names and values, *body* in any canonical form; white space does not count.
    """
    parts = [*_sealed(fields), body.translate(None, _WHITE)]
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _sealed(fields: Sequence[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """The fields that every signature we believe covers, in a fixed order."""
    for wanted in SIGNED_IF_PRESENT:
        found = [
            value.translate(None, _WHITE) for name, value in fields if name.strip().lower() == wanted.encode()
        ]
        yield wanted.encode() + b":" + b"\n".join(found)


def key_objection(key_tags: Mapping[str, str], tags: Mapping[str, str]) -> str:
    """Why a key record with *key_tags* cannot speak for a signature with *tags*; empty: it can.

    dkimpy looks at none of these. Source: RFC 6376 s. 3.6.1.
    """
    flags = _listed(key_tags.get("t", ""))
    if "y" in flags:
        return "the key is only being tested"
    if "h" in key_tags and "sha256" not in _listed(key_tags["h"]):
        return "the key is not for this algorithm"
    identity = tags.get("i", "").rpartition("@")[2].lower()
    if "s" in flags and identity not in {"", tags.get("d", "").lower()}:
        return "the key does not speak for subdomains"
    return ""


def _listed(value: str) -> frozenset[str]:
    """The parts of a colon-separated list."""
    return frozenset(part.strip().lower() for part in value.split(":"))


def judge(message: Message, signatures: Sequence[Signature]) -> Proven | Unproven:
    """What the verified signatures say about the author; one that is aligned and valid is enough.

    The author's very domain counts before a parent's. SPF, which only a border can have seen, proves nobody (C5).
    """
    speaking = [signature for signature in signatures if aligned(message, signature.domain)]
    valid = {signature.domain: None for signature in speaking if signature.valid}
    if valid:
        own = domain_of(message)
        return Proven(own if own in valid else next(iter(valid)))
    if _passed_spf(message):
        return Unproven(ONLY_SPF)
    if not signatures:
        return Unproven("no signature")
    return Unproven(speaking[0].why if speaking else "no signature speaks for the author's domain")


def _passed_spf(message: Message) -> bool:
    """Whether our border saw SPF pass for the author's domain; DMARC that passes without DKIM passed by SPF."""
    border = message.border
    path = border.get("spf.mailfrom", "").rpartition("@")[2].strip("<>.")
    return border.get("dmarc") == "pass" or (border.get("spf") == "pass" and aligned(message, path))
