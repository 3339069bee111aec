"""Who is really writing: evidence about the sender → Standing (requirements C1-C9, D30-D40).

Pure: the adapter reads the header, asks DNS and verifies; what that is worth is decided here. Reasons are fixed
phrases without addresses or domains, for they go to the audit trail.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

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
    if message.author is None:
        return Malformed("From does not name exactly one author")
    if any(list(fields).count(name) > 1 for name in ONLY_ONCE):
        return Malformed("a field that may stand once stands twice")
    if message.border.get("dmarc") == "fail":
        return Failed("our border says: DMARC fail")
    if doubt:
        return Unproven(doubt)
    if own and not set(own) & set(message.to):
        return Unproven("not addressed to us")
    return None


def vouched_for(message: Message, objections: Collection[str]) -> Proven | None:
    """Proven where our border saw an aligned signature hold, else None.

    *objections* are those to the aligned signatures that still stand in the header: the border says that one of
    them holds, not that it covers what matters. DMARC passed by SPF alone is not enough (C5).
    """
    signer = message.border.get("dkim.d", "").lower()
    if message.border.get("dkim") != "pass" or not aligned(message, signer):
        return None
    return Proven(signer) if not objections or "" in objections else None


def aligned(message: Message, domain: str) -> bool:
    """Whether a signature of *domain* speaks for the author: his own domain or a parent of it.

    Narrower than DMARC's relaxed mode, which would also take a sibling or a child of the author's domain. A parent
    under which a registry sells names (com.kz) does not count. Source: C4, D40.
    """
    own = (message.author or "").rpartition("@")[2]
    if not own or not domain:
        return False
    return domain == own or (own.endswith("." + domain) and not _sold_under(domain))


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
    """What the verified signatures say about the author; one that is aligned and valid is enough."""
    if not signatures:
        return Unproven("no signature")
    speaking = [signature for signature in signatures if aligned(message, signature.domain)]
    if not speaking:
        return Unproven("no signature speaks for the author's domain")
    for signature in speaking:
        if signature.valid:
            return Proven(signature.domain)
    return Unproven(speaking[0].why)
