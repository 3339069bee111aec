"""Mail as it arrives: everything in it is the sender's claim."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mailbot.core.model.words import Address, MessageId


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

    BOUNCE = "bounce"  # DSN and the dialects: it failed
    PROGRESS = "progress"  # a delivery report of which nothing failed: delayed, relayed, delivered (D12)
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
    unread_text: bool = False  # text is there that could not be shown, or that nobody looked at: never left alone
    attachments: tuple[str, ...] = ()  # content types, never opened (C28)
    encrypted: bool = False
    machine: Machine | None = None  # None: a person, as far as the headers say
    no_answer: tuple[str, ...] = ()  # why no automatic answer may go (D1-D5); empty: it may
    reports_on: tuple[MessageId, ...] = ()  # Message-IDs a bounce or receipt is about (D12)
    arrived_at: tuple[Address, ...] = ()  # Delivered-To and its like: which of our addresses it came to (D22)
    complaint_of: Address | None = None  # who complains, if a configured reporter says so (D14, amendment 8)
    border: Mapping[str, str] = field(default_factory=dict)  # method → result of a trusted border header

    @property
    def author(self) -> Address | None:
        """The one author, or None where From does not name exactly one (requirements C1)."""
        return self.authors[0] if len(self.authors) == 1 and not self.from_defects else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Bytes no reader should guess at: a person opens them in the mailbox."""

    why: str  # one phrase without content of the message
