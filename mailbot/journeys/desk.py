"""What every journey has on its desk: the ports, and the values that were loaded once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from mailbot.core.automatic import Own
from mailbot.core.datamap import DataMap
from mailbot.core.deadline import Jurisdiction, Law
from mailbot.core.decide import Policy
from mailbot.core.model import Address, Message
from mailbot.core.newsletter import Newsletter
from mailbot.core.reply import Said
from mailbot.core.switches import Rate
from mailbot.core.understanding import Knowledge
from mailbot.ports import Chance, Keys, Ledger, Mailbox, Registry, Renderer, SenderCheck

TOKEN = re.compile(r"\bMB[0-9A-Z]{26}\b", re.IGNORECASE)
MAX_TOKENS = 20  # a letter with more is a guess at tokens; the first ones are looked up (requirements C15)


SOME = Rate(an_hour=20, share=0.01, least=3)
MANY = Rate(an_hour=2000, share=0.1, least=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much mail may go out, and when people are told (requirements D6, amendment 13)."""

    letters_per_address_a_day: int = 10
    letters_an_hour: int = 200
    unproven_unsubscribes_an_hour: int = 60  # above it their notices wait for a person (C27)
    destructions: Rate = SOME  # above it the breaker stops them
    unproven_suppressions: Rate = MANY
    warn_before_due: timedelta = timedelta(hours=24)
    leave_every: timedelta = timedelta(seconds=10)  # automatic letters leave at these moments (C19)
    leave_after: timedelta = timedelta(seconds=10)  # and no sooner than this after what they answer was read
    watch_returns: timedelta | None = timedelta(hours=1)  # how often the return watch walks; None: never by itself
    smtp_patience: timedelta = timedelta(seconds=120)  # an interrupted letter is not retried sooner


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The company as its letters name it."""

    company: Said
    address: Said
    responsible: str
    post: Said
    phone: str
    mailbox: Address
    bounce: str  # envelope sender
    operator: Address
    operator_language: str
    jurisdiction: Jurisdiction
    country: str = ""  # ISO 3166 alpha-2; empty: not known
    policy_edition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Ports and loaded values; the same for every journey of one process."""

    ledger: Ledger
    registry: Registry
    senders: SenderCheck
    renderer: Renderer
    chance: Chance
    mailbox: Mailbox | None = None  # where destructions look for letters, if the map names it; opened when needed
    keys: Keys
    own: Own
    knowledge: Knowledge
    law: Law
    datamap: DataMap
    policy: Policy  # its autonomy is read from the ledger each time
    newsletter: Newsletter = field(default_factory=Newsletter)  # our own, to know it below a letter
    limits: Limits
    letterhead: Letterhead
    sent_folder: str
    zone: ZoneInfo  # of the days and times in letters
    versions: str  # of law, map, templates, word lists and policy edition, as a case keeps them


def token_hash(token: str, *, keys: Keys) -> str:
    """What the ledger keeps of a token (requirements C15); tokens are compared without regard to case."""
    return keys.token.digest(token.upper())


def token_hashes(message: Message, *, keys: Keys) -> Sequence[str]:
    """Hashes of everything in the message that has the form of a token, quoted text included (amendment 4).

    By every key: a token may have been on its way for weeks.
    """
    text = f"{message.subject}\n{message.own_words}\n{message.cut_away}"
    found = list(dict.fromkeys(match.group().upper() for match in TOKEN.finditer(text)))
    return [digest for token in found[:MAX_TOKENS] for digest in keys.token.digests(token)]


def twin_key(message: Message, digest: str, *, keys: Keys) -> str:
    """The same letter by another way, by the current key; see `twin_keys`."""
    return twin_keys(message, digest, keys=keys)[0]


def twin_keys(message: Message, digest: str, *, keys: Keys) -> tuple[str, ...]:
    """The same letter by another way: keyed hash of From, Message-ID, Date and own words (DESIGN, three keys).

    *digest* stands in where From, Message-ID or Date is missing: what is left would make somebody who asks for the
    same thing in the same words a year later a twin of himself.
    """
    if message.author is None or message.message_id is None or not message.date_field:
        return keys.twin.digests(digest)
    words = " ".join(message.own_words.split())
    parts = (message.author, message.message_id, message.date_field, words)
    return keys.twin.digests("\x00".join(parts))
