"""What our own border wrote about the sender: Authentication-Results and Received-SPF, read strictly (D30-D34)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailbot.core.message.fields import Fields, plain

_TOKEN = re.compile(r'\s+|"((?:[^"\\]|\\.)*)"|([;=/])|[^\s"();=/]+', re.DOTALL)
_PROPERTY = re.compile(r"(?:header|smtp|policy)\.([\w-]+)", re.IGNORECASE)
_METHODS = frozenset({"dkim", "dmarc", "spf"})
_RESULTS = frozenset(
    {"fail", "hardfail", "neutral", "none", "pass", "permerror", "policy", "softfail", "temperror"},
)
_OTHER_NAMES = {"mail": "mailfrom"}  # of properties: Yandex says smtp.mail
_SPF = re.compile(r"\s*(\w+)")
_SPF_BY = re.compile(r"\breceiver=([\w.-]+)|\A\s*\w+\s*\(\s*([\w.-]+):", re.IGNORECASE)
_SPF_PATH = re.compile(r"\benvelope-from=[\"<]*([^\s\"<>;]+)|\bdomain of ([^\s\"<>;()]+)", re.IGNORECASE)

UNNAMED = "(none)"
"""Stands among trusted names for a border that writes no name before its results, as Microsoft 365 does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """How a provider's border marks mail, unless somebody changed it; believed only where the operator says so."""

    names: tuple[str, ...]  # authserv-ids, and names in Received-SPF; "*" stands for any run of characters
    hops: int  # Received fields above its results, at most


BORDERS: Mapping[str, Border] = {
    "yandex360": Border(names=("*.yandex.net",), hops=3),
    "mailru": Border(names=("mx*.mail.ru",), hops=0),
    "gmail": Border(names=("mx.google.com", "google.com"), hops=2),
    "microsoft365": Border(names=(UNNAMED, "protection.outlook.com"), hops=2),
    "own": Border(names=(), hops=1),
}
"""By headers that these providers wrote from 2013 to 2026; `own`, a server of one's own, needs its name."""


def believed(border: str, names: tuple[str, ...], hops: int | None) -> Border:
    """The border as the operator has it: a name out of BORDERS or none, more names, another number of hops."""
    known = BORDERS.get(border, BORDERS["own"])
    return Border(names=(*known.names, *names), hops=known.hops if hops is None else hops)


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: tuple[tuple[str, str], ...]


def results(fields: Fields, *, trusted: tuple[str, ...], hops: int, domain: str) -> Mapping[str, str]:
    """Results by method and by method.property, e.g. {"dkim": "pass", "dkim.d": "example.org"}.

    Only fields of a trusted name, and only above the Received field number *hops* + 1: what is further down came
    with the mail. A sender's first field can stand right below the border's last one: so below Received number
    *hops* only the topmost field counts, and none where one stood above, were it one that does not parse. With no
    hops all of them stand above every Received field, where only a border can write.
    Of several DKIM results the one that passes for *domain*, the author's, is told; else one that passes.
    """
    if not trusted:
        return {}
    told: dict[str, Mapping[str, str]] = {}
    met: set[str] = set()
    for above, name, value in _at_border(fields, hops):
        if above == hops > 0 and name in met:
            continue
        read = _received_spf if name == "received-spf" else _authentication
        said = read(value, trusted, domain)
        if said is not None:
            met.add(name)
            told = {**said, **told}
    return {key: fact for facts in told.values() for key, fact in facts.items()}


def _at_border(fields: Fields, hops: int) -> Iterator[tuple[int, str, str]]:
    """How many Received fields stand above, name, value."""
    received = 0
    for name, value in fields.items:
        received += name == "received"
        if received > hops:
            return
        if name in {"authentication-results", "received-spf"}:
            yield received, name, plain(value)


def named(name: str, trusted: tuple[str, ...]) -> bool:
    """Whether *name* is one that *trusted* names or describes."""
    forms = (re.escape(one.lower()).replace(r"\*", "[a-z0-9.-]*") for one in trusted)
    return any(re.fullmatch(form, name.lower()) for form in forms)


def bears(value: str, trusted: tuple[str, ...]) -> bool:
    """Whether an Authentication-Results field bears a trusted name, wherever it stands."""
    name = name_in(value)
    return bool(name) and (name in trusted or named(name, trusted))


def name_in(value: str) -> str:
    """The name an Authentication-Results field bears; UNNAMED: results stand in its place; "": not readable."""
    parts = _split(plain(value))
    if not parts:
        return ""
    return UNNAMED if _result(list(parts[0])) is not None else _authserv_id(parts[0])


_Said = Mapping[str, Mapping[str, str]]


def _authentication(value: str, trusted: tuple[str, ...], domain: str) -> _Said | None:
    """What one Authentication-Results says, by method; None where it is of another name."""
    parts = _split(value)
    if not parts:
        return {}
    if UNNAMED in trusted and _result(list(parts[0])) is not None:
        return _told(parts, domain)
    name = _authserv_id(parts[0])
    if not name:
        return {}
    return _told(parts[1:], domain) if named(name, trusted) else None


def _received_spf(value: str, trusted: tuple[str, ...], _: str) -> _Said | None:
    """What one Received-SPF says (RFC 7208 s. 9.1): it has no authserv-id, but names who received the mail."""
    verdict, by, path = _SPF.match(value), _SPF_BY.search(value), _SPF_PATH.search(value)
    result = verdict[1].lower() if verdict else ""
    if result not in _RESULTS or by is None or not named(by[1] or by[2], trusted):
        return None
    facts = {"spf": result}
    if path is not None:
        facts["spf.mailfrom"] = (path[1] or path[2]).lower()
    return {"spf": facts}


def _split(value: str) -> list[list[str]]:
    """Tokens between the semicolons, comments dropped, quoted strings as one token; empty if it does not parse."""
    parts: list[list[str]] = [[]]
    at = 0
    while at < len(value):
        if value[at] == "(":
            at = _end_of_comment(value, at)
            if at < 0:
                return []
            continue
        token = _TOKEN.match(value, at)
        if token is None:
            return []
        at = token.end()
        if token[2] == ";":
            parts.append([])
        elif token[0].strip():
            parts[-1].append(token[0] if token[1] is None else re.sub(r"\\(.)", r"\1", token[1]))
    return parts


def _end_of_comment(value: str, at: int) -> int:
    depth = 0
    for found in re.compile(r"\\.|[()]", re.DOTALL).finditer(value, at):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return -1


def _authserv_id(tokens: list[str]) -> str:
    """The authserv-id in lower case; "" with a version other than 1 (D32)."""
    if len(tokens) > 1 and tokens[-1] == "1":
        tokens = tokens[:-1]
    return "".join(tokens).lower() if tokens and "=" not in tokens else ""


def _told(parts: list[list[str]], domain: str) -> _Said:
    best: dict[str, _Result] = {}
    for result in filter(None, map(_result, parts)):
        if result.method not in best or _rank(result, domain) > _rank(best[result.method], domain):
            best[result.method] = result
    return {
        method: {method: result.result, **{f"{method}.{name}": value for name, value in result.properties}}
        for method, result in best.items()
    }


def _result(tokens: list[str]) -> _Result | None:
    """One "method = result property = value …"; None for a method or result we do not know."""
    text = [token.lower() for token in tokens]
    if text[1:3] == ["/", "1"]:
        del text[1:3], tokens[1:3]
    if len(text) < 3 or text[1] != "=" or text[0] not in _METHODS or text[2] not in _RESULTS:
        return None
    properties = tuple(dict(_properties(tokens[3:])).items())
    return _Result(text[0], text[2], properties)


def _properties(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """(name, value) of "ptype.name = value"; a value with "=" or "/" in it is several tokens."""
    starts = [at for at in range(len(tokens) - 2) if tokens[at + 1] == "=" and _PROPERTY.fullmatch(tokens[at])]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=False):
        value = "".join(tokens[start + 2 : end]).lower()
        name = tokens[start].partition(".")[2].lower()
        if value:
            yield _OTHER_NAMES.get(name, name), value


def _rank(result: _Result, domain: str) -> tuple[bool, bool]:
    """For DKIM: passes for the author's domain, then passes at all. Others: the first stands."""
    if result.method != "dkim":
        return False, False
    said = dict(result.properties)
    signer = (said.get("d") or said.get("i", "").rpartition("@")[2]).strip(".")
    aligned = bool(signer) and (domain == signer or domain.endswith("." + signer))
    return result.result == "pass" and aligned, result.result == "pass"
