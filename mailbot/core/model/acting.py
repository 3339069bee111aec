"""What is done about it: steps, changes, decisions, letters, cases."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mailbot.core.model.details import Channel
from mailbot.core.model.words import Address, Right


class StepKind(StrEnum):
    """What can be done to the company's data; each may be taken twice without harm."""

    SUPPRESS = "suppress"  # no more advertising to this address
    STOP_PROCESSING = "stop_processing"  # consents withdrawn, record blocked
    RESUME_ADVERTISING = "resume_advertising"  # what SUPPRESS set at that moment, lifted
    RESUME_PROCESSING = "resume_processing"  # what STOP_PROCESSING set at that moment, lifted
    DISCLOSE = "disclose"  # collect what is held, as categories
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a row came from that brought an address back; no personal data (issue 5, item 4)."""

    store: str
    table: str
    source: str = ""  # as the map's source column says it
    added: date | None = None  # on which day it came


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do about one address, or about some of the advertising that comes to it or to numbers."""

    kind: StepKind
    address: Address = field(repr=False)
    right: Right  # the right it serves
    channels: tuple[Channel, ...] = ()  # advertising by these ways only; empty: by whatever way
    topics: tuple[str, ...] = ()  # about these topics only, as the data map's column names them; empty: about any
    phones: tuple[str, ...] = field(default=(), repr=False)  # numbers to which it comes as well: +77000000001
    own_phones: bool = False  # of those numbers only the ones that stand in the record of the address itself
    confirmed: bool = False  # proven, confirmed or approved: rows may go that nobody could give back
    spare_owed: bool = False  # DESTROY: what an order or a hold needs stays until its day; a person has decided so
    unless_agreed: datetime | None = None  # SUPPRESS: rows to which the person agreed after it are left alone
    origin: Origin | None = None  # SUPPRESS: what made it necessary to stop again


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
    until: date | None = None  # last day, local, on which it stays; None: as long as the norm applies


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
    LOOKALIKE = "lookalike"  # the address looks like another that is on file (C10)
    ROLE = "role"  # an address that several people read: info@, office@ (C11)
    NO_CONTACT = "no_contact"  # nothing was heard of the person for a year: the address may be another's now
    FLOOD = "flood"  # too many unproven requests in this hour: acted upon one by one (C25, C27)
    CHANNEL = "channel"  # of ways, topics or numbers more is said than is understood, or than the data tell apart
    BREAKER = "breaker"  # more was destroyed, or stopped for the unproven, within an hour than the limits allow
    RETURNED = "returned"  # destroyed, and back by an import: destroyed again only by a person
    BY_HAND = "by_hand"  # `mailbot backlog` or a person put it here


class Letter(StrEnum):
    """Our letters: each a folder under templates/."""

    RECEIPT = "receipt"
    CONFIRM = "confirm"
    REMINDER = "reminder"  # no answer to that question yet (C.3); by the program, once
    UNSUBSCRIBED = "unsubscribed"
    WITHDRAWN = "withdrawn"
    ACCESS = "access"
    PACKAGE = "package"  # a copy of the data, in an archive (access, level 2); released by a person only
    ERASED = "erased"
    LEFT_ALONE = "left_alone"  # the owner said no: everything lifted
    INTERIM = "interim"  # could not verify yet, how to continue (amendment 11)
    REFUSED = "refused"  # by a person only
    WRITTEN = "written"  # a person's own words
    UNDER_WAY = "under_way"  # what is done already, and that a person does the rest
    PARTY = "party"  # to somebody who had the data from us, not to the person (A93)
    PARTY_RESULT = "party_result"  # what those answered, to the person
    TERM_OVER = "term_over"  # what had to be kept has been destroyed on its day


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
