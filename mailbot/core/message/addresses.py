"""Addresses out of From, To and Cc by one strict reader (requirements C1, C2, C8).

Everything doubtful is a defect, and a defect sends the message to a person: two readers that disagree about
the author are how somebody else's address gets acted on.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from mailbot.core.model import Address

_TOKEN = re.compile(
    r'(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<space>\s+)|(?P<special>[<>,:;()"\[\]\\@])|(?P<atom>[^\s<>,:;()"\[\]\\@]+)',
    re.DOTALL,
)
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_LONGEST = 320  # octets of local part, @ and domain (RFC 5321 s. 4.5.3.1)


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Addresses of one field, and every reason not to believe them."""

    addresses: tuple[Address, ...]
    defects: tuple[str, ...] = ()


class _Token(NamedTuple):
    kind: str
    text: str


class _BadSyntax(Exception):
    """Not an address; the argument says why."""


def mailboxes(value: str) -> Mailboxes:
    """Read an address list as it stands, before any decoding. Comments are dropped, groups are a defect."""
    raw = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    tokens, defects = _tokens(raw)
    if not raw.isprintable() and any(unicodedata.category(char) == "Cc" and char != "\t" for char in raw):
        defects = (*defects, "control character")
    addresses: list[Address] = []
    for is_gap, group in groupby(tokens, key=lambda token: token.kind == "special" and token.text in ",;:"):
        run = list(group)
        if not is_gap:
            try:
                addresses.append(_mailbox(run))
            except _BadSyntax as why:
                defects = (*defects, str(why))
        elif [token.text for token in run] != [","]:
            defects = (*defects, "group or empty element")
    return Mailboxes(tuple(addresses), tuple(dict.fromkeys(defects)))


def address(text: str) -> Address:
    """One addr-spec in the form in which addresses are compared (requirements C8); ValueError if it is none."""
    local, at, domain = text.rpartition("@")
    if not at or len(text) > _LONGEST:
        raise ValueError("no address")
    local = unicodedata.normalize("NFC", local).casefold()
    if not _LOCAL.fullmatch(local) or not all(unicodedata.category(char)[0] in "LMNPS" for char in local):
        raise ValueError("local part")
    return Address(f"{local}@{_a_label(domain)}")


def _a_label(domain: str) -> str:
    """The domain in lower case as DNS has it; UnicodeError (a ValueError) where it cannot be one."""
    ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    if not _DOMAIN.fullmatch(ascii_domain.lower()) or len(ascii_domain) > 255:
        raise ValueError("domain")
    return ascii_domain.lower()


def _tokens(raw: str) -> tuple[list[_Token], tuple[str, ...]]:
    """The tokens without comments and outer white space; stops at what never ends."""
    found: list[_Token] = []
    at = 0
    while match := _TOKEN.match(raw, at):  # every character is in one of the four classes
        kind, text = str(match.lastgroup), match[0]
        if text == "(":
            at = _end_of_comment(raw, at)
            if at < 0:
                return found, ("comment without end",)
            continue
        if text == '"':
            return found, ("quote without end",)
        found.append(_Token(kind, text))
        at = match.end()
    return found, ()


def _end_of_comment(raw: str, at: int) -> int:
    """Index behind the comment that opens at *at*; -1 if it never closes."""
    depth = 0
    for found in re.compile(r"\\.|[()]", re.DOTALL).finditer(raw, at):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return -1


def _mailbox(tokens: list[_Token]) -> Address:
    texts = [token.text for token in tokens]
    if not "".join(texts).strip():
        raise _BadSyntax("group or empty element")
    if "<" not in texts and ">" not in texts:
        return _addr_spec(tokens)
    opens, closes = texts.index("<") if "<" in texts else -1, texts.index(">") if ">" in texts else -1
    if opens < 0 or closes < opens or texts.count("<") > 1 or texts.count(">") > 1:
        raise _BadSyntax("angle brackets")
    if "".join(texts[closes + 1 :]).strip():
        raise _BadSyntax("text behind the address")
    found = _addr_spec(tokens[opens + 1 : closes])
    _refuse_second_address("".join(texts[:opens]).strip(), tokens[:opens], found)
    return found


def _refuse_second_address(phrase: str, tokens: list[_Token], found: Address) -> None:
    """An unquoted address as display name is common and harmless only if it is the same one."""
    if any(token.text == "@" for token in tokens) and phrase.casefold() != found:
        raise _BadSyntax("another address in the display name")
    if any(token.kind == "special" and token.text in "[]\\" for token in tokens):
        raise _BadSyntax("display name")


def _addr_spec(tokens: list[_Token]) -> Address:
    if any(token.kind == "quoted" for token in tokens):
        raise _BadSyntax("quoted local part")
    text = "".join(token.text for token in tokens).strip()
    try:
        return address(text)
    except ValueError:
        raise _BadSyntax("no proper address") from None


def addresses(values: tuple[str, ...]) -> Iterator[Address]:
    """Every address of these fields, doubtful ones left out."""
    for value in values:
        yield from mailboxes(value).addresses
