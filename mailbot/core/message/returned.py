"""Which of our messages a bounce, receipt or complaint is about (requirements D12)."""

import re
from collections.abc import Iterator

from mailbot.core.message import mime
from mailbot.core.message.charset import decode
from mailbot.core.message.fields import Fields, message_ids
from mailbot.core.message.mime import Tree
from mailbot.core.model import MessageId

_LOOK_AT = 256 * 1024  # octets of a text with returned header lines
_IN_TEXT = re.compile(r"^(?:original-)?message-id:\s*(<[^<>\s]{1,998}>)", re.IGNORECASE | re.MULTILINE)
_IDS_AT_MOST = 50


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
    yield from fields.ids("message-id")


def _in_text(text: str) -> Iterator[MessageId]:
    """From header lines in running text, as qmail and others return them."""
    for found in _IN_TEXT.finditer(text[:_LOOK_AT].replace("\r", "")):
        yield from message_ids(found[1])
