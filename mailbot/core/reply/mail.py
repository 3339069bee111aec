"""A letter's text as a mail: what stands above it, and how it hangs together with what it answers.

Nothing of the incoming message goes into it but its Message-IDs, and those only where they are plain
(requirements C21, D24).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, quote
from typing import Literal, Protocol

from mailbot.core.model import Address, Language, Message, MessageId


class Text(Protocol):
    """A letter's text, e.g. `ports.Rendered`."""

    @property
    def subject(self) -> str:
        """One line; what is not is made so."""
        ...

    @property
    def body(self) -> str:
        """Plain text, lines ended by a line feed."""
        ...

    @property
    def languages(self) -> tuple[Language, ...]:
        """In their order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who our letters come from: the mailbox itself, which people read (requirements D21)."""

    name: str
    address: Address
    loop_id: str  # this installation's, by which our own mail is known when it comes back (D25)


Automatic = Literal["auto-replied", "auto-generated", "person"]
"""Answers a message; answers none (a reminder, a notice to the operator); written by a person (D17)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands above one letter."""

    to: Address  # the one recipient (D8)
    message_id: MessageId  # new, unique, of our domain, not made from the token (D19)
    date: datetime  # aware
    automatic: Automatic
    case: str | None = None  # None: the letter is about several
    parent: Message | None = None  # the message it answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """The one file that a letter may carry; its name is plain ASCII and says nothing of the person."""

    name: str
    content: bytes = field(repr=False)
    kind: str = "zip"


def compose(text: Text, heading: Heading, sender: Sender, enclosed: Enclosed | None = None) -> bytes:
    """The letter as it goes out: text/plain in UTF-8, CRLF (requirements D17-D25), with a file where there is one.

    Raises ValueError, without personal data, when the recipient, the Message-ID or the file's name is not one.
    Everything else is made harmless: whatever the facts hold, no header field begins or ends where we did not put
    it.
    """
    if not _ADDRESS.fullmatch(heading.to) or not _MESSAGE_ID.fullmatch(heading.message_id):
        raise ValueError("the recipient or the Message-ID of a letter is malformed")
    if enclosed and not _FILE_NAME.fullmatch(enclosed.name):
        raise ValueError("the name of an enclosed file is malformed")
    mail = EmailMessage(policy=_AsWritten(utf8=not heading.to.isascii()))  # D50: such a letter needs SMTPUTF8
    for name, value in _headers(text, heading, sender).items():
        mail[name] = value
    ascii_mostly = set(text.languages) <= {Language.EN}
    body = text.body.encode("utf-8", "replace").decode()  # a lone surrogate cannot be sent
    mail.set_content(body, cte="quoted-printable" if ascii_mostly else "base64")
    mail["Content-Language"] = ", ".join(text.languages)  # after the content, which sets out by removing it
    if enclosed:
        mail.add_attachment(
            enclosed.content, maintype="application", subtype=enclosed.kind, filename=enclosed.name
        )
    return mail.as_bytes()


def _headers(text: Text, heading: Heading, sender: Sender) -> dict[str, str]:
    """Every field but those that describe the content, in the order in which they stand."""
    headers = {
        "From": _mailbox(sender),
        "To": heading.to,
        "Subject": _words(text.subject, beside=len("Subject: ")),
        "Date": format_datetime(heading.date),
        "Message-ID": f"<{heading.message_id}>",
        **_threading(heading.parent),
        "X-Auto-Response-Suppress": "All",
        "X-Mailbot-Loop": _words(sender.loop_id, beside=len("X-Mailbot-Loop: ")),
    }
    if heading.case is not None:
        headers["X-Mailbot-Case"] = _words(heading.case, beside=len("X-Mailbot-Case: "))
    if heading.automatic != "person":
        headers["Auto-Submitted"] = heading.automatic
    return headers


_LINE = 76
"""Longest line that holds an encoded word; the word itself then stays within 75. Source: RFC 2047 s. 2, D47."""

_ADDRESS = re.compile(r'(?:"[^"\\\s]+"|[^\s<>()\[\],;:@"\\]+)@[A-Za-z0-9.-]+')
_MESSAGE_ID = re.compile(r"(?!.*=\?)[!-;=?-~]{3,250}")
"""Printable ASCII without angle brackets and without encoded words, which a reader would decode."""

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")

_REFERENCES = 10
"""The first and the last nine: enough to thread by, and a sender cannot make our letter grow."""


class _AsWritten(EmailPolicy):
    """Header values go out as they were written here, and none may hold a line break but our own folds.

    Python 3.11.7's own way decodes encoded words inside a value (`=?utf-8?q?a=0ABcc:_x?=` in a subject becomes a
    Bcc field), encodes Message-IDs of more than 77 characters, cuts quoted names, makes words of 76 characters.
    """

    def __init__(self, *, utf8: bool) -> None:
        super().__init__(
            message_factory=EmailMessage, linesep="\r\n", refold_source="none", max_line_length=_LINE, utf8=utf8
        )

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        if not all(line.isprintable() for line in value.split("\r\n ")):
            raise ValueError(f"{name}: a header value is one line")
        return name, value


def _one_line(text: str) -> str:
    """*text* with white space collapsed and without control and format characters (STYLE, trap 5)."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _words(text: str, *, beside: int) -> str:
    """*text* as a header value; encoded and folded unless it is short ASCII that nobody would decode."""
    line = _one_line(text)
    if line.isascii() and "=?" not in line and beside + len(line) <= _LINE:
        return line
    return Header(line, "utf-8", maxlinelen=_LINE, header_name="x" * (beside - 2)).encode(linesep="\r\n")


def _mailbox(sender: Sender) -> str:
    name = _one_line(sender.name)
    if name.isascii() and "=?" not in name:
        return f'"{quote(name)}" <{sender.address}>'
    return f"{_words(name, beside=len('From: '))}\r\n <{sender.address}>"


def _threading(parent: Message | None) -> dict[str, str]:
    """In-Reply-To and References, the four cases of requirements D18 (RFC 5322 s. 3.6.4)."""
    own = _plain([parent.message_id]) if parent and parent.message_id else ()
    if parent is None or not own:
        return {}
    before = _plain(parent.references)
    if not parent.references and len(parent.answers_to) == 1:
        before = _plain(parent.answers_to)
    chain = (*(one for one in dict.fromkeys(before) if one not in own), *own)
    if len(chain) > _REFERENCES:
        chain = (chain[0], *chain[1 - _REFERENCES :])
    return {"In-Reply-To": own[0], "References": "\r\n ".join(chain)}


def _plain(ids: Sequence[MessageId]) -> tuple[str, ...]:
    """Those *ids* that can stand in a header, in angle brackets."""
    return tuple(f"<{one}>" for one in ids if _MESSAGE_ID.fullmatch(one))
