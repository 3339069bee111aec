"""The way out, and a letter to ourselves through all of it; it tells what the mail server's clock says, too."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailbot import app
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.smtp import SmtpMailer
from mailbot.app import own_of
from mailbot.cli.checks.line import PATIENCE, Line, fail, guarded, ok, warn
from mailbot.config import Settings
from mailbot.core import reply
from mailbot.core.model import Address, Language, MessageId
from mailbot.errors import Rejected
from mailbot.ports import Chance, Rendered, Sent

ARRIVES_WITHIN = 30.0  # seconds from SMTP's "250" to the mailbox
LOOK_EVERY = 0.5  # seconds
MOST_AT_ONCE = 50  # messages a FETCH; ours is among the newest
CLOCK_MAY_ERR = timedelta(seconds=60)

_LOGIN = {
    "our login": "correct relay.user or smtp_password; Yandex, Mail.ru, Gmail want app passwords",
    "ca_file": "correct relay.ca_file",
    "PEM": "correct relay.ca_file",
    "certificate": "let relay.host be the name in the certificate, or name your authority in relay.ca_file",
    "gaierror": "correct relay.host: no server has this name",
    "TLS": "correct relay.tls: implicit is usual on port 465, starttls on 587",
    "": "look at relay.host, port and tls (465: implicit, 587: starttls), and at firewalls on the way",
}
_LETTER = {
    "cannot be written": "write the domain of mailbox.address in its ASCII form (xn--…)",
    "sender": "let the relay accept mail from mailbox.address, or set relay.bounce_address",
    "": "look into the relay's log and queue, and whether a filter moves the letter elsewhere",
}


@dataclass(slots=True, kw_only=True)
class Post:
    """What a letter to ourselves needs, and what became of it."""

    settings: Settings
    mailbox: ImapMailbox
    chance: Chance
    lag: timedelta | None = None  # how far our clock is behind the mail server's; None: not known
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self.token = self.chance.token()


async def relay(settings: Settings, *, until: float) -> list[Line]:
    """Connect, encrypt, log in and leave."""
    return await guarded("SMTP", _login(settings), _LOGIN, until=until)


async def _login(settings: Settings) -> Sequence[Line]:
    told = settings.file.relay
    await app.make_mailer(settings, patience=PATIENCE).check()
    login = "logged in" if told.user else "no login wanted"
    return [ok("SMTP", f"{told.host}:{told.port}, TLS {told.tls}, {login}")]


async def letter(post: Post, *, until: float) -> list[Line]:
    """A letter from the mailbox to itself, seen arriving."""
    return await guarded("letter", _round_trip(post), _LETTER, until=until)


async def _round_trip(post: Post) -> Sequence[Line]:
    loop, now = asyncio.get_running_loop(), post.chance.now
    before = await _newest(post)
    began, sent_at = loop.time(), now()
    mailer = app.make_mailer(post.settings, patience=PATIENCE)
    try:
        await _send(mailer, post, at=sent_at)
    finally:
        await mailer.close()
    try:
        async with asyncio.timeout(ARRIVES_WITHIN):
            folder, received_at = await _arrival(post, before)
    except TimeoutError:
        return [fail("letter", f"taken by the relay, not here after {ARRIVES_WITHIN:.0f} s", _LETTER[""])]
    post.lag = _lag(received_at, sent_at=sent_at, seen_at=now())
    return [_arrived(folder, loop.time() - began, post.settings)]


async def _newest(post: Post) -> dict[str, int]:
    """Highest UID of each folder where the letter may arrive; one that is missing has a line of its own."""
    box = post.settings.file.mailbox
    newest = {}
    for name in (*box.folders, *box.junk):
        try:
            newest[name] = (await post.mailbox.open(name)).uidnext - 1
        except Rejected:
            continue
    return newest


async def _send(mailer: SmtpMailer, post: Post, *, at: datetime) -> None:
    """Hand the letter to the relay; raises Rejected where it does not take it."""
    file = post.settings.file
    to = Address(file.mailbox.address.lower())
    delivery = await mailer.send(file.relay.bounce_address or file.mailbox.address, to, _raw(post, to, at=at))
    if not isinstance(delivery, Sent):
        raise Rejected(delivery.why)


def _raw(post: Post, to: Address, *, at: datetime) -> bytes:
    """The letter; it bears our X-Mailbot-Loop, by which the daemon leaves it alone."""
    text = Rendered(
        subject=f"mailbot doctor {post.token}",
        body="mailbot doctor wrote this letter to see whether mail arrives. You may delete it.\n",
        languages=(Language.EN,),
    )
    heading = reply.Heading(
        to=to,
        message_id=MessageId(f"{post.token}@{to.rpartition('@')[2]}"),
        date=at,
        automatic="auto-generated",
    )
    sender = reply.Sender(name="mailbot doctor", address=to, loop_id=own_of(post.settings).loop_id)
    try:
        return reply.compose(text, heading, sender)
    except ValueError:
        raise Rejected("mailbox.address cannot be written into a letter") from None


async def _arrival(post: Post, newest: Mapping[str, int]) -> tuple[str, datetime]:
    """Where the letter lies and when the server took it in. Its token stands in the subject: relays change IDs."""
    looked = dict(newest)
    while True:
        for folder, above in looked.items():
            uids = (await post.mailbox.uids(folder, above=above))[-MOST_AT_ONCE:]
            for mail in await post.mailbox.fetch(folder, uids):
                if post.token.encode() in mail.raw:
                    return folder, mail.received_at
            looked[folder] = max(uids, default=above)
        await asyncio.sleep(LOOK_EVERY)


def _arrived(folder: str, seconds: float, settings: Settings) -> Line:
    said = f"from the mailbox to itself in {seconds:.1f} s, into {folder}"
    if folder not in settings.file.mailbox.junk:
        return ok("letter", said)
    return warn("letter", said, "our answers look like junk: look at SPF, DKIM and DMARC of your domain")


# ---------------------------------------------------------------- clock


def _lag(received_at: datetime, *, sent_at: datetime, seen_at: datetime) -> timedelta:
    """How far our clock is behind the one that wrote *received_at*; negative: ahead. At the least."""
    if received_at < sent_at:
        return received_at - sent_at
    return max(timedelta(0), received_at - seen_at)


def clock(post: Post) -> Line:
    """Our clock, its zone, and how it compares with the mail server's: deadlines are counted by both."""
    now, zone = post.chance.now(), post.settings.zone
    said = f"{now:%H:%M} UTC, {now.astimezone(zone):%H:%M} in {zone.key}"
    remedy = "set the clock by the network: timedatectl set-ntp true"
    if post.lag is None:
        return warn("clock", f"{said}, compared with no other", "let the letter arrive; its stamp is compared")
    seconds = abs(round(post.lag.total_seconds()))
    if abs(post.lag) <= CLOCK_MAY_ERR:
        return ok("clock", f"{said}, the mail server's agrees within {max(1, seconds)} s")
    side = "behind" if post.lag > timedelta(0) else "ahead of"
    return warn("clock", f"{said}, {seconds} s {side} the mail server's", remedy)
