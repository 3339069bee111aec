"""How clients mark in HTML what is not the writer's: quotations, the line above them, headings, signatures."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from mailbot.core.own_words.css import Look
from mailbot.core.own_words.heads import MYSELF

SEPARATOR: Final = "-----Original Message-----"
"""Written where only the markup says that a quoted message begins: fields follow in any language."""


_LONGEST_INTRO: Final = 50  # lines; what is longer stays marked, and a person looks
_TELLS_WHO = re.compile(r"\d|@")


class Mark(Enum):
    """What an element is marked as."""

    QUOTED = auto()  # all of it is quoted
    INTRO = auto()  # "On …, X wrote:", or the heading of a forwarded mail
    HEADING = auto()  # the fields of a quoted message begin; what follows it is quoted, to the end
    SIGNATURE = auto()


_IDS: Final = {
    "divrplyfwdmsg": Mark.HEADING,  # Outlook on the web and on phones
    "stopspelling": Mark.HEADING,  # Hotmail
    "mail-editor-reference-message-container": Mark.QUOTED,  # Outlook, new
    "isreplycontent": Mark.QUOTED,  # Foxmail, Sina
    "reply-intro": Mark.INTRO,  # Roundcube
    "composer_signature": Mark.SIGNATURE,  # Samsung
    "ms-outlook-mobile-signature": Mark.SIGNATURE,
}
_CLASSES: Final = {
    "yahoo_quoted": Mark.QUOTED,
    "zmail_extra": Mark.QUOTED,  # Zoho
    "protonmail_quote": Mark.QUOTED,
    "tutanota_quote": Mark.QUOTED,
    "gmail_attr": Mark.INTRO,
    "moz-cite-prefix": Mark.INTRO,
    "moz-email-headers-table": Mark.HEADING,
    "outlookmessageheader": Mark.HEADING,
    "ms-outlook-mobile-reference-message": Mark.HEADING,
    "gmail_signature": Mark.SIGNATURE,
    "moz-signature": Mark.SIGNATURE,
    "protonmail_signature_block": Mark.SIGNATURE,
    "mail-signature": Mark.SIGNATURE,
}


def mark(name: str, attributes: Mapping[str, str], look: Look) -> Mark | None:
    """What the client says of an element. A `gmail_quote` is not quoted itself: answers stand between in it."""
    if name == "blockquote":
        return None if look.barred is False and not _cites(attributes) else Mark.QUOTED
    known = _IDS.get(attributes.get("id", "").lower())
    if known is None and "class" in attributes:
        classes = attributes["class"][:300].lower().split()
        known = next((_CLASSES[one] for one in classes if one in _CLASSES), None)
    if known is not None:
        return known
    if name == "div" and (look.barred or attributes.get("name") == "quote"):
        return Mark.QUOTED
    return Mark.HEADING if name == "div" and look.ruled and look.barred is False else None


def _cites(attributes: Mapping[str, str]) -> bool:
    return attributes.get("type", "").lower() == "cite" or "gmail_quote" in attributes.get("class", "")


def settle_intro(lines: list[str], begins: int) -> None:
    """Take the marks off what stands from *begins* on in an element for attributions, unless it is one.

    A forwarded message follows its heading unmarked, and people write on in the element that Thunderbird made.
    """
    if len(lines) - begins > _LONGEST_INTRO:
        return
    words = " ".join(lines[begins:]).strip()
    announces = words.endswith((":", "：")) and "-----" not in words and _TELLS_WHO.search(words)
    if announces and not MYSELF.search(words):
        return
    lines[begins:] = [line.removeprefix("> ") for line in lines[begins:]]
