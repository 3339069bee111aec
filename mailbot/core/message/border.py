"""What our own border wrote about the sender: Authentication-Results, read strictly (RFC 8601, D30-D34)."""

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


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: tuple[tuple[str, str], ...]


def results(fields: Fields, *, trusted: tuple[str, ...], hops: int, domain: str) -> Mapping[str, str]:
    """Results by method and by method.property, e.g. {"dkim": "pass", "dkim.d": "example.org"}.

    Only the topmost field of a trusted authserv-id, and only if it stands above the Received field number
    *hops* + 1: what is further down came with the mail. Empty where nothing is trusted or it does not parse.
    Of several DKIM results the one that passes for *domain*, the author's, is told; else one that passes.
    """
    wanted = {name.lower() for name in trusted}
    for value in _above_border(fields, hops):
        parts = _split(value)
        if parts and _authserv_id(parts[0]) in wanted:
            return _told(parts[1:], domain)
    return {}


def _above_border(fields: Fields, hops: int) -> Iterator[str]:
    received = 0
    for name, value in fields.items:
        received += name == "received"
        if received > hops:
            return
        if name == "authentication-results":
            yield plain(value)


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


def _told(parts: list[list[str]], domain: str) -> Mapping[str, str]:
    best: dict[str, _Result] = {}
    for result in filter(None, map(_result, parts)):
        if result.method not in best or _rank(result, domain) > _rank(best[result.method], domain):
            best[result.method] = result
    told: dict[str, str] = {}
    for result in best.values():
        told[result.method] = result.result
        told.update((f"{result.method}.{name}", value) for name, value in result.properties)
    return told


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
        if value:
            yield tokens[start].partition(".")[2].lower(), value


def _rank(result: _Result, domain: str) -> tuple[bool, bool]:
    """For DKIM: passes for the author's domain, then passes at all. Others: the first stands."""
    if result.method != "dkim":
        return False, False
    signer = dict(result.properties).get("d", "").strip(".")
    aligned = bool(signer) and (domain == signer or domain.endswith("." + signer))
    return result.result == "pass" and aligned, result.result == "pass"
