"""What every journey has on its desk: the ports, and the values that were loaded once."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from mailbot.core.automatic import Own
from mailbot.core.deadline import Jurisdiction, Law
from mailbot.core.decide import Policy
from mailbot.core.model import Address, Message
from mailbot.core.reply import Said
from mailbot.core.understanding import Knowledge
from mailbot.ports import Chance, Keys, Ledger, Registry, Renderer, SenderCheck

TOKEN = re.compile(r"\bMB[0-9A-Z]{26}\b", re.IGNORECASE)
MAX_TOKENS = 20  # a letter with more is a guess at tokens; the first ones are looked up (requirements C15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much mail may go out, and when people are told (requirements D6, amendment 13)."""

    letters_per_address_a_day: int = 10
    letters_an_hour: int = 200
    unproven_unsubscribes_an_hour: int = 60  # above it their notices wait for a person (C27)
    warn_before_due: timedelta = timedelta(hours=24)
    leave_every: timedelta = timedelta(seconds=10)  # automatic letters leave at these moments (C19)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Ports and loaded values; the same for every journey of one process."""

    ledger: Ledger
    registry: Registry
    senders: SenderCheck
    renderer: Renderer
    chance: Chance
    keys: Keys
    own: Own
    knowledge: Knowledge
    law: Law
    policy: Policy  # its autonomy is read from the ledger each time
    limits: Limits
    letterhead: Letterhead
    sent_folder: str
    zone: ZoneInfo  # of the days and times in letters
    versions: str  # of law, map, templates, word lists and policy edition, as a case keeps them


def keyed(text: str, *, key: bytes) -> str:
    """Keyed hash of *text*: 64 hex digits."""
    return hmac.new(key, text.encode(), sha256).hexdigest()


def token_hash(token: str, *, keys: Keys) -> str:
    """What the ledger keeps of a token (requirements C15); tokens are compared without regard to case."""
    return keyed(token.upper(), key=keys.token)


def token_hashes(message: Message, *, keys: Keys) -> Sequence[str]:
    """Hashes of everything in the message that has the form of a token, quoted text included (amendment 4)."""
    text = f"{message.subject}\n{message.own_words}\n{message.cut_away}"
    found = list(dict.fromkeys(match.group().upper() for match in TOKEN.finditer(text)))
    return [token_hash(token, keys=keys) for token in found[:MAX_TOKENS]]


def suppression(address: Address, *, keys: Keys) -> str:
    """Keyed hash under which an address is suppressed: it outlives the erasure of everything else."""
    return keyed(address, key=keys.suppression)


def twin_key(message: Message, digest: str, *, keys: Keys) -> str:
    """The same letter by another way: keyed hash of From, Message-ID, Date and own words (DESIGN, three keys).

    *digest* stands in where From, Message-ID or Date is missing: what is left would make somebody who asks for the
    same thing in the same words a year later a twin of himself.
    """
    if message.author is None or message.message_id is None or not message.date_field:
        return keyed(digest, key=keys.twin)
    words = " ".join(message.own_words.split())
    parts = (message.author, message.message_id, message.date_field, words)
    return keyed("\x00".join(parts), key=keys.twin)
