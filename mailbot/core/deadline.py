"""Law and calendar → the last day on which a request may be answered.

Two habits stand behind every line. We err early, never late: a holiday that is only estimated, or lies in a
year nobody has confirmed, counts as a working day, and a term of calendar days ends before a holiday, not
after it. And the clock never stops: there is no pause here (requirements B.4, B.5).
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo

from mailbot.core.model import Right

DAY = timedelta(days=1)
LAST_SECOND = time(23, 59, 59)  # "until 24:00" (RF Civil Code 194), as an instant that still shows the right day
SATURDAY = 5
NO_DATES: frozenset[date] = frozenset()
ESTIMATED = "estimated"  # how the package marks a holiday whose date follows the moon and is not announced yet


class Jurisdiction(StrEnum):
    """Whose law protects the person."""

    KZ = "kz"
    RU = "ru"
    EU = "eu"
    UNKNOWN = "unknown"  # the earliest of kz and ru (requirements B.4, "Zones")


class Unit(StrEnum):
    """How a term is counted."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    HOURS = "hours"
    AT_ONCE = "at_once"  # the law names no number; `amount` is our own hard limit in hours


class Start(StrEnum):
    """The event that starts the term. The first counted day is the one after it."""

    RECEIPT = "receipt"  # arrival in the mailbox
    NOTICE = "notice"  # the operator is told, which is the same moment
    PROOF = "proof"  # the ground is proven, which receipt never comes later than


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How soon one right must be carried out or answered."""

    unit: Unit
    amount: int  # of `unit`; hours for AT_ONCE
    start: Start
    norm: str  # for the person, e.g. "94-V art. 8(7)"
    extension: str = ""  # who may extend it and how, for people; nothing here ever does
    source: str  # where the number was read, and how well it is established
    checked: date  # when somebody last compared it with the source

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError("amount must be at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """A country's working days, counted so that an error makes us early.

    Weekends and the holidays of the package `holidays`, under the operator's own table of dates, which wins.
    Source: requirements B.5, consequences 1, 2 and 5.
    """

    country: str | None  # ISO 3166 code; None: Monday to Friday, no holidays
    known_through: int  # last year whose official calendar is known; later years are plain Monday to Friday
    add_off: frozenset[date] = frozenset()
    add_work: frozenset[date] = frozenset()
    version: str  # package and table, for evidence

    def open(self, day: date) -> bool:
        """Whether *day* counts as a working day."""
        if day in self.add_work or day in self.add_off:
            return day in self.add_work
        off, moved = self._official(day.year)
        return day in moved or (day.weekday() < SATURDAY and day not in off)

    def _official(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        if self.country is None or year > self.known_through:
            return NO_DATES, NO_DATES
        return _holidays(self.country, year)

    def after(self, day: date, count: int) -> date:
        """The *count*-th working day after *day*."""
        while count:
            day += DAY
            count -= self.open(day)
        return day

    def not_after(self, day: date) -> date:
        """*day*, or the nearest working day before it."""
        while not self.open(day):
            day -= DAY
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Statute:
    """The terms of one jurisdiction."""

    zone: ZoneInfo  # where its days begin and end
    rules: Mapping[Right, Rule]
    days: WorkingDays
    version: str  # of the rules, for evidence

    def __post_init__(self) -> None:
        if missing := [right.value for right in Right if right not in self.rules]:
            raise ValueError(f"no rule for {', '.join(missing)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The law as one case knows it; a case keeps the versions it began with."""

    kz: Statute
    ru: Statute
    eu: Statute


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The last moment for one right, and why."""

    at: datetime  # aware, UTC; the last second of `day`, or the very moment where the term is in hours
    day: date  # local to the jurisdiction
    jurisdiction: Jurisdiction  # whose term it is; never UNKNOWN
    norm: str
    rule_version: str
    calendar_version: str


def due(right: Right, received_at: datetime, *, jurisdiction: Jurisdiction, law: Law) -> Due:
    """When *right*, asked for in a message received at *received_at*, must be done or answered.

    *received_at* is the server's INTERNALDATE, aware. A term that starts with proof may be counted from the
    proof instead, by passing its time; counted from receipt it is never too late. Where the jurisdiction is
    unknown, the earlier of kz and ru.
    """
    return earliest((right,), received_at, jurisdiction=jurisdiction, law=law)


def earliest(rights: Iterable[Right], received_at: datetime, *, jurisdiction: Jurisdiction, law: Law) -> Due:
    """The first deadline among *rights*, of which there must be at least one."""
    if received_at.tzinfo is None:
        raise ValueError("received_at must be timezone-aware")
    all_due = [
        _due(statute.rules[right], received_at, whose=whose, statute=statute)
        for right in rights
        for whose, statute in _statutes(law, jurisdiction)
    ]
    return min(all_due, key=lambda one: one.at)  # kz comes first where both end together


def _statutes(law: Law, jurisdiction: Jurisdiction) -> tuple[tuple[Jurisdiction, Statute], ...]:
    match jurisdiction:
        case Jurisdiction.KZ:
            return ((jurisdiction, law.kz),)
        case Jurisdiction.RU:
            return ((jurisdiction, law.ru),)
        case Jurisdiction.EU:
            return ((jurisdiction, law.eu),)
        case Jurisdiction.UNKNOWN:
            return ((Jurisdiction.KZ, law.kz), (Jurisdiction.RU, law.ru))
        case _:
            assert_never(jurisdiction)


def _due(rule: Rule, received_at: datetime, *, whose: Jurisdiction, statute: Statute) -> Due:
    at = _limit(rule, received_at, statute)
    return Due(
        at=at,
        day=at.astimezone(statute.zone).date(),
        jurisdiction=whose,
        norm=rule.norm,
        rule_version=statute.version,
        calendar_version=statute.days.version,
    )


def _limit(rule: Rule, received_at: datetime, statute: Statute) -> datetime:
    received = received_at.astimezone(statute.zone).date()
    match rule.unit:
        case Unit.HOURS | Unit.AT_ONCE:
            return (received_at + timedelta(hours=rule.amount)).astimezone(UTC)
        case Unit.WORKING_DAYS:
            last = statute.days.after(received, rule.amount)
        case Unit.CALENDAR_DAYS:
            last = _alarm(received, received + DAY * rule.amount, statute.days)
        case Unit.MONTHS:
            last = _alarm(received, _months_later(received, rule.amount), statute.days)
        case _:
            assert_never(rule.unit)
    return datetime.combine(last, LAST_SECOND, tzinfo=statute.zone).astimezone(UTC)


def _alarm(received: date, last: date, days: WorkingDays) -> date:
    """*last*, or the working day before it: the law moves it forward, our own alarm does not (B.4, "Counting").

    Only where no working day lies between receipt and *last* does it stay on the day off.
    """
    working = days.not_after(last)
    return working if working > received else last


def _months_later(day: date, months: int) -> date:
    """The same day of the month *months* later, at most that month's last day.

    Source: Regulation (EEC, Euratom) 1182/71 Art. 3(2)(c).
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@cache
def _holidays(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Holidays that are certain, and weekend days on which people work, by the package.

    Read when first needed, and once for each year: the package takes 50 ms to import.
    """
    from holidays import country_holidays  # noqa: PLC0415 - 50 ms that most commands do not need

    known = country_holidays(country, years=year, language="en_US")  # English, for the mark of an estimate
    moved = frozenset(day for day in known.weekend_workdays if day.year == year)
    certain = (day for day in known if any(ESTIMATED not in name for name in known.get_list(day)))
    return frozenset(certain), moved
