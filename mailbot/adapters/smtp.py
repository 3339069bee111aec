"""The way out: aiosmtplib over one connection that is used again (LIBRARIES 2, requirements D22, D23, D50).

Three questions decide the verdict. Were we let in? If not, it is our configuration or the network, never the
letter. Was the envelope taken? If the relay went away before that, nothing was sent. Did it answer the letter
itself? If not, it may have it. What relays say can hold addresses: only codes and the cleaned receipt go on.
"""

import asyncio
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Literal

import aiosmtplib

from mailbot.core.message.returned import envelope_id
from mailbot.core.model import Address
from mailbot.errors import ConfigError, OutsideError, Rejected, Unavailable
from mailbot.ports import Deferred, Delivery, Refused, Sent, Unknown

IDLE_AT_MOST = 60.0  # seconds; Postfix hangs up after 300, under load after 10
LETTERS_AT_MOST = 100  # over one connection, so that a relay behind a balancer gets its turn
GOODBYE_AT_MOST = 5.0  # seconds to wait for the answer to QUIT

_BARE = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w-]+\.)+[\w-]+")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")  # RFC 3463
_ABOUT_OUR_ACCOUNT = frozenset({530, 534, 535, 538})  # RFC 4954 s. 6: log in first, or better
_TOO_LARGE = 552


@dataclass(kw_only=True, eq=False)
class SmtpMailer:
    """Implements `ports.Mailer`: one recipient for each letter, one letter at a time."""

    host: str
    port: int
    tls: Literal["implicit", "starttls", "none"]
    local_hostname: str  # our name in EHLO
    user: str | None = None  # None: the relay knows us by our IP address
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None  # PEM, trusted beside the system's
    timeout: float = 60.0  # seconds for each answer of the relay
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)  # seconds, never set back
    _trust: ssl.SSLContext = field(init=False, repr=False)
    _session: aiosmtplib.SMTP | None = field(init=False, repr=False, default=None)
    _letters: int = field(init=False, repr=False, default=0)  # sent over this session
    _used_at: float = field(init=False, repr=False, default=0.0)
    _lock: asyncio.Lock = field(init=False, repr=False, default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._trust = ssl.create_default_context()
        if self.ca_file is not None:
            try:
                self._trust.load_verify_locations(cafile=self.ca_file)
            except (OSError, ssl.SSLError):
                raise ConfigError(f"{self.ca_file} cannot be read as certificates in PEM form") from None

    async def send(self, mail_from: str, recipient: Address, raw: bytes) -> Delivery:
        """Hand one letter to the relay; *mail_from* may be empty, the null sender.

        A cancelled call leaves open whether the letter went out, like `Unknown`.
        """
        sender, to = _on_the_wire(mail_from) if mail_from else "", _on_the_wire(recipient)
        if sender is None or to is None:
            return Refused("not a bare mail address")
        async with self._lock:
            try:
                session = await self._ready_session()
                letter = _Letter(sender=sender, to=to, raw=raw)
                return letter.beyond(session) or await self._hand_over(session, letter)
            except OutsideError as exc:
                self._drop()
                return Deferred(str(exc))
            except BaseException:  # cancelled: the next letter would read this one's answers
                self._drop()
                raise

    async def check(self) -> None:
        """Connect, greet, log in and leave; raises `Unavailable`, or `Rejected` where waiting is no help."""
        async with self._lock:
            await self._leave()
            self._session = await self._connect()
            await self._leave()

    async def close(self) -> None:
        """Say QUIT and close; never raises."""
        async with self._lock:
            await self._leave()

    async def _ready_session(self) -> aiosmtplib.SMTP:
        """The session in use while it is fresh, else a new one."""
        fresh = self.clock() - self._used_at <= IDLE_AT_MOST and self._letters < LETTERS_AT_MOST
        if fresh and self._session is not None and self._session.is_connected:
            return self._session
        await self._leave()
        self._session = await self._connect()
        self._letters, self._used_at = 0, self.clock()
        return self._session

    async def _connect(self) -> aiosmtplib.SMTP:
        """A new session, encrypted, greeted and logged in as configured."""
        with _as_our_errors():
            session = aiosmtplib.SMTP(
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                local_hostname=self.local_hostname,
                timeout=self.timeout,
                use_tls=self.tls == "implicit",
                start_tls=self.tls == "starttls",  # never None: that falls back to plain text
                tls_context=self._trust,
            )
            try:
                await session.connect()
                if session.is_ehlo_or_helo_needed:  # again after STARTTLS, or no extension is known
                    await session.ehlo()
            except BaseException:
                session.close()
                raise
        return session

    async def _hand_over(self, session: aiosmtplib.SMTP, letter: "_Letter") -> Delivery:
        """Envelope, letter, verdict."""
        try:
            await session.mail(letter.sender, options=letter.mail_options(session), encoding=letter.encoding)
            await session.rcpt(letter.to, options=letter.rcpt_options(session), encoding=letter.encoding)
        except aiosmtplib.SMTPResponseException as exc:
            return await self._refusal(session, exc)
        except (aiosmtplib.SMTPException, OSError) as exc:
            self._drop()
            return Deferred(f"the relay went away before the letter ({type(exc).__name__})")
        try:
            receipt = await session.data(letter.raw)
        except aiosmtplib.SMTPResponseException as exc:
            verdict = await self._refusal(session, exc)
            return verdict if 400 <= exc.code < 600 else Unknown(verdict.why)
        except (aiosmtplib.SMTPException, OSError) as exc:
            self._drop()
            return Unknown(f"the relay did not answer the letter ({type(exc).__name__})")
        self._letters += 1
        self._used_at = self.clock()
        return Sent(f"{receipt.code} {letter.cleaned(receipt.message)}".rstrip())

    async def _refusal(
        self, session: aiosmtplib.SMTP, exc: aiosmtplib.SMTPResponseException
    ) -> Deferred | Refused:
        """The verdict behind a code, and a session that is fit for the next letter or none."""
        if exc.code == 421 or not 400 <= exc.code < 600:  # leaving, or out of step
            self._drop()
        else:
            try:
                await session.rset()
                self._used_at = self.clock()
            except (aiosmtplib.SMTPException, OSError):
                self._drop()
        return _verdict(exc)

    async def _leave(self) -> None:
        """End the session, politely if there is still somebody to hear it."""
        try:
            if self._session is not None and self._session.is_connected:
                with suppress(aiosmtplib.SMTPException, OSError):
                    await self._session.quit(timeout=GOODBYE_AT_MOST)
        finally:
            self._drop()

    def _drop(self) -> None:
        """End the session at once."""
        if self._session is not None:
            self._session.close()
            self._session = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A letter and its envelope, addresses as they go over the wire."""

    sender: str = field(repr=False)
    to: str = field(repr=False)
    raw: bytes = field(repr=False)

    @property
    def international(self) -> bool:
        """A local part is not ASCII, so RFC 6531 is needed."""
        return not (self.sender + self.to).isascii()

    @property
    def encoding(self) -> str:
        return "utf-8" if self.international else "ascii"

    def beyond(self, session: aiosmtplib.SMTP) -> Refused | None:
        """Why this relay can never take the letter (D50: no transliteration), or None."""
        if self.international and not session.supports_extension("SMTPUTF8"):
            return Refused("the relay does not offer SMTPUTF8, which this address needs")
        if not self.raw.isascii() and not session.supports_extension("8BITMIME"):
            return Refused("the relay does not offer 8BITMIME, which this letter needs")
        return None

    def mail_options(self, session: aiosmtplib.SMTP) -> list[str]:
        """Parameters of MAIL FROM, as far as the relay knows them."""
        name = envelope_id(self.raw)
        wanted = {
            "SIZE": f"SIZE={len(self.raw)}",
            "8BITMIME": "" if self.raw.isascii() else "BODY=8BITMIME",
            "SMTPUTF8": "SMTPUTF8" if self.international else "",
            "DSN": f"RET=HDRS ENVID={name}" if name else "RET=HDRS",  # D23: a bounce need not carry the letter
        }
        return [option for name, option in wanted.items() if option and session.supports_extension(name)]

    def rcpt_options(self, session: aiosmtplib.SMTP) -> list[str]:
        """Parameters of RCPT TO: we want to hear that it failed or is late (D23), and of nothing else."""
        return ["NOTIFY=FAILURE,DELAY"] if session.supports_extension("DSN") else []

    def cleaned(self, receipt: str) -> str:
        """The last line of *receipt* for evidence: printable ASCII, no address, at most 200 characters."""
        line = re.sub(r"\S*@\S*", "…", receipt.rpartition("\n")[2])
        for part in self.to.split("@"):
            line = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "…", line, flags=re.IGNORECASE)
        return re.sub(r"[^ -~…]", "?", line)[:200]


def _on_the_wire(address: str) -> str | None:
    """*address* with its domain in A-labels, or None where it is no bare address.

    aiosmtplib parses what it is given once more: 'evil@y.kz <a@x.kz>' would go to evil@y.kz (LIBRARIES 0.5).
    """
    local, _, domain = address.rpartition("@")
    try:
        wire = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    return wire if _BARE.fullmatch(wire) and parseaddr(wire) == ("", wire) else None


def _verdict(exc: aiosmtplib.SMTPResponseException) -> Deferred | Refused:
    """What a code says about the letter; the relay's words stay behind."""
    what = _what(exc)
    if not 400 <= exc.code < 600:
        return Deferred(f"the relay answered {what} out of turn")
    if exc.code < 500:
        return Deferred(f"the relay defers {what}")
    sender = isinstance(exc, aiosmtplib.SMTPSenderRefused) and exc.code != _TOO_LARGE
    if sender or exc.code in _ABOUT_OUR_ACCOUNT:  # says nothing about this recipient: keep the letter
        return Deferred(f"configuration: the relay refuses {what}")
    return Refused(f"the relay refuses {what}")


def _what(exc: aiosmtplib.SMTPResponseException) -> str:
    """What was refused, with its codes."""
    match exc:
        case aiosmtplib.SMTPSenderRefused():
            part = "the letter for its size" if exc.code == _TOO_LARGE else "our sender address"
        case aiosmtplib.SMTPRecipientRefused():
            part = "the recipient"
        case aiosmtplib.SMTPDataError():
            part = "the letter"
        case aiosmtplib.SMTPAuthenticationError():
            part = "our login"
        case _:
            part = "us"
    enhanced = _ENHANCED.match(exc.message)
    code = str(exc.code) if exc.code > 0 else "not an SMTP answer"
    return f"{part} ({code}{' ' + enhanced.group() if enhanced else ''})"


@contextmanager
def _as_our_errors() -> Iterator[None]:
    """Turn what goes wrong before the envelope into our errors.

    `from None`: relays quote our commands, the password among them.
    """
    try:
        yield
    except aiosmtplib.SMTPResponseException as exc:
        if 400 <= exc.code < 500:
            raise Unavailable(f"the relay defers {_what(exc)}") from None
        raise Rejected(f"configuration: the relay refuses {_what(exc)}") from None
    except (OSError, ssl.CertificateError) as exc:
        raise _unreachable(exc) from None
    except aiosmtplib.SMTPException as exc:  # STARTTLS or AUTH is not offered; the library's own words
        raise Rejected(f"configuration: {exc.message}") from None
    except ValueError:
        raise Rejected("configuration: host, local_hostname or user cannot be written in SMTP") from None


def _unreachable(exc: Exception) -> OutsideError:
    """The network's fault, or TLS that will fail again."""
    cause = exc.__cause__ or exc
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Rejected(f"configuration: the relay's certificate is not trusted ({cause.verify_message})")
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        return Rejected(f"configuration: no TLS on this port ({cause.reason})")
    return Unavailable(f"the relay cannot be reached ({type(cause).__name__})")
