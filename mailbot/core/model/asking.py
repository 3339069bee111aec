"""What a message asks for, and who is asking."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from mailbot.core.model.details import Details
from mailbot.core.model.words import Language, Right


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
    UNREAD_TEXT = "unread_text"  # a part of the message could not be shown
    AUTOMATION = "automation"  # objects to being decided on by a program (KZ 94-V 19-1)
    STOP_ONLY = "stop_only"  # processing is to stop, and nothing is said of a consent: nothing is destroyed for it
    BY_MACHINE = "by_machine"  # looks like a request, under the mark of a list or a robot (C.3, column M)


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
    details: Details = field(default_factory=Details)  # for a person to look at; nothing is done by them alone

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


@dataclass(frozen=True, slots=True)
class Proven:
    """The address is the author's: DKIM aligned with From, or a trusted border said so."""

    by: str  # signing domain
    seal: str = field(
        default="", repr=False, compare=False
    )  # hash of what is signed: met again, it is a replay (C7)


@dataclass(frozen=True, slots=True)
class Unproven:
    """Nothing speaks for From or against it: providers that do not sign, forwarded mail."""

    why: str
    seal: str = field(default="", repr=False, compare=False)  # as above: signed words that come again unsigned


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
    last_contact: date | None = None  # the company last heard of them; None: the data map does not say
