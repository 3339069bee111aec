"""The words of the domain, said once, as frozen values that cannot be wrong.

Sum types end in ``assert_never`` where they are matched, so mypy lists every place that a new right,
standing or step touches.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

Address = NewType("Address", str)
"""Lower-case addr-spec, NFC local part, domain as A-label; no display name (requirements C8)."""

MessageId = NewType("MessageId", str)
"""A Message-ID without its angle brackets. The sender chooses it: it proves nothing (DESIGN, three keys)."""


class Right(StrEnum):
    """What a person may ask for; the order is the order in which one case carries several out."""

    ACCESS = "access"  # first: what is destroyed can no longer be told (amendment 7)
    UNSUBSCRIBE = "unsubscribe"
    WITHDRAW_CONSENT = "withdraw_consent"
    ERASURE = "erasure"
    RECTIFICATION = "rectification"
    BLOCKING = "blocking"


class Language(StrEnum):
    """Languages we read and answer in; the order is the order of a letter in several (issue 2, item 5)."""

    KK = "kk"
    RU = "ru"
    EN = "en"


# ---------------------------------------------------------------- mail as it arrives


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message lies: (folder, UIDVALIDITY, UID) says "seen already" (requirements D56)."""

    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMail:
    """One message as the server handed it over."""

    place: Place
    received_at: datetime  # server's INTERNALDATE, aware; never the Date header (requirements B.4)
    raw: bytes = field(repr=False)  # only the first 64 KiB where `cut` is set
    flags: frozenset[str] = frozenset()
    size: int = 0  # octets on the server
    cut: bool = False  # over the limit of requirements D53: not read, a person looks

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise ValueError("received_at must be timezone-aware")


class Machine(StrEnum):
    """What kind of machine wrote a message (requirements D1-D16)."""

    BOUNCE = "bounce"  # DSN and the dialects
    RECEIPT = "receipt"  # MDN: read, deleted, displayed
    COMPLAINT = "complaint"  # ARF
    ABSENCE = "absence"  # out of office, vacation
    LIST = "list"  # mailing lists and newsletters
    CALENDAR = "calendar"
    OURSELVES = "ourselves"  # our own mail coming back
    ROBOT = "robot"  # any other Auto-Submitted mail
    UNSUBSCRIBE_BUTTON = "unsubscribe_button"  # automatic, and a lawful unsubscribe all the same (D28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message, read. Everything here is the sender's claim until `Standing` says otherwise."""

    authors: tuple[Address, ...]  # addresses of every From field; exactly one is what C1 demands
    from_defects: tuple[str, ...] = ()  # why From cannot be trusted to name one author: duplicates, NUL, syntax
    to: tuple[Address, ...] = ()  # To and Cc
    return_path: str | None = None  # None: no such field (amendment 6); "": the null sender
    message_id: MessageId | None = None
    answers_to: tuple[MessageId, ...] = ()  # In-Reply-To, then References, nearest first
    references: tuple[MessageId, ...] = ()  # as they stand, oldest first, for our own References (D18)
    subject: str = field(default="", repr=False)
    date_field: str = ""  # as it stands: sender's claim, used only to tell twins apart
    own_words: str = field(default="", repr=False)  # what the sender wrote now
    cut_away: str = field(default="", repr=False)  # quotes, forwarded mail, signatures, footers
    hidden_text: bool = False  # HTML text nobody can see was dropped (C29)
    attachments: tuple[str, ...] = ()  # content types, never opened (C28)
    encrypted: bool = False
    machine: Machine | None = None  # None: a person, as far as the headers say
    no_answer: tuple[str, ...] = ()  # why no automatic answer may go (D1-D5); empty: it may
    reports_on: tuple[MessageId, ...] = ()  # Message-IDs a bounce or receipt is about (D12)
    border: Mapping[str, str] = field(default_factory=dict)  # method → result of a trusted border header

    @property
    def author(self) -> Address | None:
        """The one author, or None where From does not name exactly one (requirements C1)."""
        return self.authors[0] if len(self.authors) == 1 and not self.from_defects else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Bytes no reader should guess at: a person opens them in the mailbox."""

    why: str  # one phrase without content of the message


# ---------------------------------------------------------------- what it asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The sender's own words that say so, and the rule behind it."""

    text: str = field(repr=False)
    by: str  # rule or model name, e.g. "ru.unsubscribe.stop-mailing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One right, asked for in the sender's own words."""

    right: Right
    sure: float  # 0 to 1
    evidence: tuple[Evidence, ...] = ()


class Concern(StrEnum):
    """Why a person must look, whatever is asked."""

    THIRD_PARTY = "third_party"  # somebody else's data
    REPRESENTATIVE = "representative"
    AUTHORITY = "authority"
    THREAT = "threat"  # threat, claim, complaint to a regulator
    CONDITIONAL = "conditional"
    CONTRADICTORY = "contradictory"
    PROCEDURE = "procedure"  # asks how, does not ask for it
    TOO_LITTLE = "too_little"
    UNSURE = "unsure"
    UNKNOWN_LANGUAGE = "unknown_language"
    POINTS_AT_QUOTE = "points_at_quote"
    ATTACHMENT_ONLY = "attachment_only"


class ReplyWord(StrEnum):
    """What own words say to a question we asked (amendment 4)."""

    CONFIRMS = "confirms"
    DENIES = "denies"
    WANTS_PERSON = "wants_person"


class Route(StrEnum):
    """Where a reading leads, given a proven sender and live autonomy."""

    ACT = "act"
    REVIEW = "review"
    IGNORE = "ignore"


SURE = 0.7  # below this an ask is likely but not sure: a person decides (issue 3, n-gram column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the sender's own words ask for."""

    asks: tuple[Ask, ...] = ()
    concerns: tuple[Concern, ...] = ()
    languages: tuple[Language, ...] = ()  # most of the own words first; empty: none we know
    reply_word: ReplyWord | None = None
    knowledge: str = ""  # version of the word lists and model that read it

    @property
    def rights(self) -> tuple[Right, ...]:
        """The rights asked for, in the order in which a case carries them out."""
        asked = {ask.right for ask in self.asks}
        return tuple(right for right in Right if right in asked)

    @property
    def route(self) -> Route:
        """Act, give to a person, or leave alone."""
        if self.concerns or any(ask.sure < SURE for ask in self.asks):
            return Route.REVIEW
        return Route.ACT if self.asks else Route.IGNORE


# ---------------------------------------------------------------- who is asking


@dataclass(frozen=True, slots=True)
class Proven:
    """The address is the author's: DKIM aligned with From, or a trusted border said so."""

    by: str  # signing domain


@dataclass(frozen=True, slots=True)
class Unproven:
    """Nothing speaks for From or against it: providers that do not sign, forwarded mail."""

    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A trusted border header says the mail fails the author domain's own policy (DMARC)."""

    why: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """From does not name exactly one author (requirements C1)."""

    why: str


Standing = Proven | Unproven | Failed | Malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Why the law or a contract keeps data: an open order, a legal hold (requirements A68, A73)."""

    kind: str  # "order" or "hold"
    norm: str
    until: date | None  # local to the controller; None: open-ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person on file in the company's data."""

    key: str  # opaque; store-qualified
    obligations: tuple[Obligation, ...] = ()
    languages: tuple[Language, ...] = ()


# ---------------------------------------------------------------- what is done about it


class StepKind(StrEnum):
    """What can be done to the company's data; each may be taken twice without harm."""

    SUPPRESS = "suppress"  # no more advertising to this address
    STOP_PROCESSING = "stop_processing"  # consents withdrawn, record blocked
    RESUME_ADVERTISING = "resume_advertising"  # what SUPPRESS set at that moment, lifted
    RESUME_PROCESSING = "resume_processing"  # what STOP_PROCESSING set at that moment, lifted
    DISCLOSE = "disclose"  # collect what is held, as categories
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do about one address."""

    kind: StepKind
    address: Address = field(repr=False)
    right: Right  # the right it serves


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Rows of one table, as they would change or have changed; counts and columns, never values."""

    store: str
    table: str
    operation: str  # requirements A15, e.g. "destruction", "blocking", "access"
    rows: int
    columns: tuple[str, ...] = ()
    category: str = ""  # category of data for the person's letter, a key of templates' words
    kept_for: str = ""  # why it stays: norm; empty: nothing stays


class HoldReason(StrEnum):
    """Why a person must decide."""

    REHEARSAL = "rehearsal"  # autonomy is not live for this right and language
    READING = "reading"  # the words need a person: see the reading's concerns
    RIGHT = "right"  # rectification and blocking are a person's for now
    UNREADABLE = "unreadable"
    SENDER = "sender"  # From fails or is malformed
    SEVERAL_SUBJECTS = "several_subjects"
    OBLIGATION = "obligation"  # open order or legal hold
    TOO_OLD = "too_old"  # first read later than act_within
    JUNK = "junk"  # lies in junk and its sender is not proven
    WANTS_PERSON = "wants_person"
    ABUSE = "abuse"  # the owner of the address says: not me
    CHANGED_MIND = "changed_mind"
    NO_TOKEN = "no_token"  # noqa: S105 - confirms, but without the token and unproven
    TAKEN_BY_COLLEAGUE = "taken_by_colleague"  # answered or moved by a person
    BUDGET = "budget"  # too many letters to this address or in this hour
    NOT_DONE = "not_done"  # looked again, and something is still there
    BOUNCED = "bounced"  # our own letter came back
    BY_HAND = "by_hand"  # `mailbot backlog` or a person put it here


class Letter(StrEnum):
    """Our letters: each a folder under templates/."""

    RECEIPT = "receipt"
    CONFIRM = "confirm"
    UNSUBSCRIBED = "unsubscribed"
    WITHDRAWN = "withdrawn"
    ACCESS = "access"
    ERASED = "erased"
    LEFT_ALONE = "left_alone"  # the owner said no: everything lifted
    INTERIM = "interim"  # could not verify yet, how to continue (amendment 11)
    REFUSED = "refused"  # by a person only
    WRITTEN = "written"  # a person's own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What will happen. With `holds` set it is a proposal: only `meanwhile` happens until a person agrees."""

    rights: tuple[Right, ...]
    now: tuple[Step, ...] = ()  # carried out at once
    confirmed: tuple[Step, ...] = ()  # carried out when the token came back
    meanwhile: tuple[Step, ...] = ()  # protective, even while a person decides
    letter: Letter | None = None  # the first letter, if it does not follow from carrying out `now`
    holds: tuple[HoldReason, ...] = ()
    may_answer: bool = True  # act and answer are two decisions (D11)


class CaseState(StrEnum):
    """Where a case stands."""

    PERSON = "person"  # waits for a person
    CONFIRMATION = "confirmation"  # waits for the token
    FULFILLING = "fulfilling"  # steps are being carried out
    DONE = "done"
    REFUSED = "refused"
    CLOSED = "closed"  # by a person, or the owner said no
