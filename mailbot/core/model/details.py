"""What a request says beyond its right: which way, until when, what into what. For a person to look at."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Channel(StrEnum):
    """A way by which advertising comes."""

    EMAIL = "email"
    SMS = "sms"
    CALLS = "calls"
    MESSENGER = "messenger"
    POST = "post"


class Topic(StrEnum):
    """What advertising is about, as people tell one kind from another."""

    PROMOTIONS = "promotions"
    NEWS = "news"


class Item(StrEnum):
    """What is to be corrected."""

    SURNAME = "surname"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    ID = "id"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Correction:
    """One value to be replaced by another, in the sender's own spelling and case."""

    item: Item
    old: str = field(default="", repr=False)  # empty: not said
    new: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is plainly said, and nothing else: what is not plain stays empty."""

    channels: tuple[Channel, ...] = ()  # advertising is to stop by these only; empty: by all, or not said
    kept_channels: tuple[Channel, ...] = ()  # and by these it is to go on
    topics: tuple[Topic, ...] = ()  # about these only; empty: about all, or not said
    kept_topics: tuple[Topic, ...] = ()  # and about these it is to go on
    phones: tuple[str, ...] = field(default=(), repr=False)  # E.164 numbers to which it is to stop
    unclear: bool = False  # of a way, a topic or a number more is said than is understood: a person reads it
    until: str = field(default="", repr=False)  # the sender's own words
    until_day: date | None = None  # the day they name, None where they name an event
    corrections: tuple[Correction, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.channels or self.topics or self.phones or self.unclear or self.until or self.corrections)
