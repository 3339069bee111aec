"""The invented messages as bytes on the wire, written the way mail programs write them."""

import base64
import random  # noqa: TID251 - seeded, so that every run sends the same Message-IDs and keys
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime

import dkim
from nacl.signing import SigningKey

from mailbot.demo.quoting import quoted
from mailbot.demo.story import How, Person, Scene

STRANGER = "somebody@example.kz"  # of another domain than From: no notice would go out (C13)
"""Who really sends what is forged."""

_SELECTOR = "demo"
_SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message and its envelope."""

    mail_from: str  # empty: the null sender
    raw: bytes = field(repr=False)


class Signer:
    """Signs with DKIM (RFC 8463) for whichever domain, by a key that a seed reproduces."""

    def __init__(self, numbers: random.Random) -> None:
        self._key = SigningKey(numbers.randbytes(32))

    def records(self, domain: str) -> dict[str, str]:
        """What DNS says for the key of *domain*."""
        public = base64.b64encode(bytes(self._key.verify_key)).decode()
        return {f"{_SELECTOR}._domainkey.{domain}": f"v=DKIM1; k=ed25519; p={public}"}

    def signed(self, raw: bytes, domain: str) -> bytes:
        """*raw* with a signature on top."""
        header = raw.partition(b"\r\n\r\n")[0].lower()
        signature = dkim.sign(
            raw,
            _SELECTOR.encode(),
            domain.encode(),
            base64.b64encode(bytes(self._key)),
            signature_algorithm=b"ed25519-sha256",
            include_headers=[name for name in _SIGNED if b"\n" + name + b":" in b"\n" + header],
        )
        return bytes(signature) + raw


class Writer:
    """Writes what the scenes say, to *ours*, the address that is watched."""

    def __init__(self, ours: str, *, seed: int) -> None:
        numbers = random.Random(seed)
        self._ours = ours
        self._numbers = numbers
        self.signer = Signer(numbers)

    def write(self, scene: Scene, person: Person, *, at: datetime, newest: bytes = b"") -> Posted:
        """The message of *scene*; *newest* is our newest letter in the person's mailbox, where it answers one."""
        match scene.how:
            case How.BOUNCE:
                raw = self._by_machine(_BOUNCE, scene, person, at, returned=newest.decode().replace("\r\n", "\n"))
                return Posted(mail_from="", raw=raw)
            case How.ENCRYPTED:
                return Posted(mail_from=person.address, raw=self._by_machine(_ENCRYPTED, scene, person, at))
            case How.REPLY | How.ABSENCE:
                message = self._answer(scene, person, at, BytesParser(policy=SMTP).parsebytes(newest))
            case _:
                message = self._headed(scene.subject, person, at)
                message.set_content(scene.text, cte="8bit")
        if scene.how is How.NEWSLETTER:
            message["List-Id"] = f"<{person.address.replace('@', '.')}>"
            message["List-Unsubscribe"] = "<https://shop.example.org/unsubscribe>"
        raw = message.as_bytes(policy=SMTP.clone(cte_type="8bit"))
        if person.signs:
            raw = self.signer.signed(raw, person.address.partition("@")[2])
        return Posted(mail_from=STRANGER if scene.how is How.FORGED else person.address, raw=raw)

    def _headed(self, subject: str, person: Person, at: datetime) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(person.name, addr_spec=person.address)
        message["To"] = self._ours
        message["Date"] = at
        message["Message-ID"] = self._message_id(person)
        message["Subject"] = subject
        return message

    def _message_id(self, person: Person) -> str:
        return f"<{self._numbers.randbytes(12).hex()}@{person.address.partition('@')[2]}>"

    def _answer(self, scene: Scene, person: Person, at: datetime, answered: EmailMessage) -> EmailMessage:
        absent = scene.how is How.ABSENCE
        message = self._headed(f"{'Automatic reply' if absent else 'Re'}: {answered['Subject']}", person, at)
        message["In-Reply-To"] = answered["Message-ID"]
        message["References"] = " ".join([*str(answered["References"] or "").split(), answered["Message-ID"]])
        if absent:
            message["Auto-Submitted"] = "auto-replied"
            message["X-Auto-Response-Suppress"] = "All"
        said = quoted(scene.text, scene.quote, answered)
        message.set_content(said.text, cte="8bit")
        if said.html:
            message.add_alternative(said.html, subtype="html", cte="8bit")
        return message

    def _by_machine(self, form: str, scene: Scene, person: Person, at: datetime, *, returned: str = "") -> bytes:
        filled = form.format(
            ours=self._ours,
            address=person.address,
            date=format_datetime(at),
            message_id=self._message_id(person),
            subject=scene.subject,
            why=scene.text,
            returned=returned,
        )
        return filled.replace("\n", "\r\n").encode()


_BOUNCE = """\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {ours}
Date: {date}
Message-ID: {message_id}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="back"

--back
Content-Type: text/plain; charset=us-ascii

<{address}>: {why}
--back
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {address}
Action: failed
Status: 4.2.2

--back
Content-Type: message/rfc822

{returned}
--back--
"""
"""A report that our letter could not be delivered, with the whole of it attached (RFC 3464)."""

_ENCRYPTED = """\
From: {address}
To: {ours}
Date: {date}
Message-ID: {message_id}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="locked"

--locked
Content-Type: application/pgp-encrypted

Version: 1
--locked
Content-Type: application/octet-stream

-----BEGIN PGP MESSAGE-----

hQEMA0RlbW8vUExFQVNFAQf/SW52ZW50ZWQsIG5vdGhpbmcgaXMgaW4gaGVyZQ==
-----END PGP MESSAGE-----
--locked--
"""
"""What an OpenPGP program makes of a letter: nothing in it is for us to read (RFC 3156)."""
