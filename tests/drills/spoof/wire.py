"""Mail as bytes, written and signed the way honest and dishonest senders do it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from hashlib import sha256

import dkim

from tests.adapters.fake_dns import PRIVATE_KEY
from tests.drills.spoof.cast import SELECTOR, Person, key_of

OURS = "info@example.kz"
TOKEN = re.compile(r"\bMB[0-9A-Z]{26}\b")
_SIGNED = ("from", "to", "cc", "subject", "date", "message-id", "in-reply-to")

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """How a message is signed."""

    domain: str
    selector: str = SELECTOR
    fields: Sequence[str] = _SIGNED
    algorithm: str = "ed25519-sha256"
    key: bytes = b""  # empty: the domain's own
    whole: bool = True  # False: an l= tag


def write(
    sender: str,
    body: str,
    *,
    subject: str = "",
    to: str = OURS,
    answers: str = "",
    header: str | None = None,
    path: str | None = None,
    also: Fields = (),
    instead: Mapping[str, str] | None = None,
    number: str = "",
) -> bytes:
    """An unsigned message of *sender* as the border hands it over.

    *header*: the From line where it says more than the address; *path*: the Return-Path where it is another's;
    *also*: more fields, below the usual ones; *instead*: fields whose value is another. *number* tells apart
    messages that say the same.
    """
    shown = sender if header is None else header
    mark = sha256(f"{shown}\x00{subject}\x00{body}\x00{number}".encode()).hexdigest()[:20]
    fields = {
        "Return-Path": f"<{sender if path is None else path}>",
        "Received": "from mx.example.org by mx.example.kz; Mon, 23 Nov 2026 10:00:00 +0500",
        "From": shown,
        "To": to,
        "Subject": subject,
        "Message-ID": f"<{mark}@{_host(sender)}>",
        "Date": f"Mon, 23 Nov 2026 09:{int(mark[:8], 16) % 60:02}:{int(mark[8:16], 16) % 60:02} +0500",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        **({"In-Reply-To": answers, "References": answers} if answers else {}),
        **(instead or {}),
    }
    lines = [*fields.items(), *also]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return (head + "\r\n" + body.replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n").encode()


def _host(address: str) -> str:
    host = address.rpartition("@")[2].strip("<> ")
    return host if host.isascii() and host else "mail.example.net"


def signed(raw: bytes, how: Signed) -> bytes:
    """*raw* with a DKIM-Signature on top."""
    head = raw.partition(b"\r\n\r\n")[0].lower()
    present = [name.encode() for name in how.fields if b"\n" + name.encode() + b":" in b"\n" + head]
    rsa = how.algorithm.startswith("rsa")
    signature = dkim.sign(
        raw,
        how.selector.encode(),
        how.domain.encode(),
        how.key or (PRIVATE_KEY if rsa else key_of(how.domain)),
        canonicalize=(b"relaxed", b"relaxed"),
        signature_algorithm=how.algorithm.encode(),
        include_headers=present,
        length=not how.whole,
    )
    return bytes(signature) + raw


def honest(person: Person, body: str, *, subject: str = "", answers: str = "", number: str = "") -> bytes:
    """What the person's own mail program sends, signed where the provider signs."""
    raw = write(
        person.address,
        body,
        subject=subject,
        answers=answers,
        header=f'"{person.name}" <{person.address}>',
        number=number,
    )
    return signed(raw, Signed(domain=person.domain)) if person.signs else raw


def quoting(letter: EmailMessage, words: str) -> str:
    """*words* over the quoted *letter*, as most programs write an answer."""
    lines = letter.get_content().splitlines()
    return f"{words}\n\n23.11.2026 10:00, {letter['From']}:\n" + "".join(f"> {line}\n" for line in lines)


def tokens_of(letter: EmailMessage) -> list[str]:
    """The codes in one of our letters."""
    return list(dict.fromkeys(TOKEN.findall(letter.get_content())))
