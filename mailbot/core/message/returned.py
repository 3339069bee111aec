"""What reports say: which of our messages they are about, what became of it, who complained (D12-D14)."""

import re
from collections.abc import Iterator

from mailbot.core.message import addresses, mime
from mailbot.core.message.charset import decode
from mailbot.core.message.fields import Fields, message_ids, plain
from mailbot.core.message.mime import Tree
from mailbot.core.model import Address, MessageId

_LOOK_AT = 256 * 1024  # octets of a text with returned header lines
_IN_TEXT = re.compile(r"^(?:original-)?message-id:\s*(<[^<>\s]{1,998}>)", re.IGNORECASE | re.MULTILINE)
_ACTION = re.compile(r"^action:[ \t]*([a-z]{3,20})", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(
    r"^(?:status:[ \t]*|diagnostic-code:[ \t]*[\w-]{1,20}[ \t]*;[ \t]*)([245])(?:\.|\d\d\b)",
    re.IGNORECASE | re.MULTILINE,
)
_REPORTED = re.compile(r"^(?:original-rcpt-to|removal-recipient):[ \t]*(.{1,400})", re.IGNORECASE | re.MULTILINE)
_BY_CLASS = {"5": "failed", "4": "delayed", "2": "delivered"}
_STATUSES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_IDS_AT_MOST = 50
_ENVELOPE_ID_AT_MOST = 100  # characters
_MESSAGE_ID = re.compile(rb"^message-id:[ \t\r\n]{1,5}<([!-~]{1,100})>", re.IGNORECASE | re.MULTILINE)
_ARRIVED_AT = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-rcpt-to")


def reports_on(tree: Tree, text: str) -> tuple[MessageId, ...]:
    """Message-IDs named by the returned message or header, by the report itself, then by References."""
    top = mime.fields(tree)
    named = [*_in_parts(tree), *_in_text(text), *top.ids("in-reply-to"), *reversed(top.ids("references"))]
    own = set(top.ids("message-id"))
    return tuple(dict.fromkeys(found for found in named if found not in own))[:_IDS_AT_MOST]


def _in_parts(tree: Tree) -> Iterator[MessageId]:
    for depth, part in mime.walk(tree):
        fields = mime.fields(part)
        if depth and part.get_content_type() in {"text/rfc822-headers", "message/global-headers"}:
            yield from _in_text(decode(mime.octets(part)[:_LOOK_AT]))
        if depth:
            yield from _of(fields)


def _of(fields: Fields) -> Iterator[MessageId]:
    yield from fields.ids("original-message-id")
    yield from (found for value in fields.all("original-envelope-id") for found in message_ids(_from_xtext(value)))
    yield from fields.ids("message-id")


def envelope_id(raw: bytes) -> str:
    """The name under which a letter of ours leaves: its Message-ID, for reports that return no header (D23).

    Empty where it has none, or a longer one than an envelope takes (RFC 3461 s. 4.4).
    """
    found = _MESSAGE_ID.search(raw.partition(b"\r\n\r\n")[0])
    name = re.sub(r"[+=]", lambda sign: f"+{ord(sign.group()):02X}", found[1].decode("ascii")) if found else ""
    return name if len(name) <= _ENVELOPE_ID_AT_MOST else ""


def _from_xtext(value: str) -> str:
    """An envelope id as it was before it was encoded (RFC 3461 s. 4)."""
    return re.sub(r"\+([0-9A-F]{2})", lambda sign: chr(int(sign[1], 16)), plain(value)[:1000])


def _in_text(text: str) -> Iterator[MessageId]:
    """From header lines in running text, as qmail and others return them."""
    for found in _IN_TEXT.finditer(text[:_LOOK_AT].replace("\r", "")):
        yield from message_ids(found[1])


def outcomes(tree: Tree) -> frozenset[str]:
    """What a delivery report says became of the letter: its Action, else the class of its codes (RFC 3464)."""
    said = "\n".join(_lines(tree, _STATUSES))
    actions = frozenset(found.lower() for found in _ACTION.findall(said))
    return actions or frozenset(_BY_CLASS[found] for found in _STATUS.findall(said))


def complained_about(tree: Tree) -> Address | None:
    """Whose complaint a feedback report carries: the address it names, else the one the returned mail went to."""
    said = "\n".join(_lines(tree, {"message/feedback-report"}))
    named = addresses.addresses(tuple(_REPORTED.findall(said)))
    found = {*named} or {*addresses.addresses(tuple(_recipients(tree)))}
    return found.pop() if len(found) == 1 else None


def arrived_at(header: Fields) -> tuple[Address, ...]:
    """To which of our addresses a message came, as the border that took it noted (D22)."""
    values = [plain(value) for name in _ARRIVED_AT for value in header.all(name)]
    return tuple(dict.fromkeys(addresses.addresses(tuple(values))))


def _lines(tree: Tree, kinds: frozenset[str] | set[str]) -> Iterator[str]:
    """The header-like lines of parts of these kinds, in whichever way they were told apart."""
    for _, part in mime.walk(tree):
        if part.get_content_type() in kinds:
            yield decode(mime.octets(part)[:_LOOK_AT]).replace("\r", "")
            for _, inner in mime.walk(part):
                yield from (f"{name}: {plain(value)}" for name, value in mime.fields(inner).items)


def _recipients(tree: Tree) -> Iterator[str]:
    """To of the returned message or header."""
    for depth, part in mime.walk(tree):
        if part.get_content_type() in {"text/rfc822-headers", "message/global-headers"}:
            text = decode(mime.octets(part)[:_LOOK_AT]).replace("\r", "")
            yield from re.findall(r"^to:[ \t]*(.{1,400})", text, re.IGNORECASE | re.MULTILINE)
        elif depth > 1:
            yield from mime.fields(part).all("to")
