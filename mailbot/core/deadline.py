"""Law and calendar → the last day on which a request may be answered.

Two habits stand behind every line. We err early, never late: a holiday that is only estimated, or lies in a
year nobody has confirmed, counts as a working day, so does a weekend day on which people may be made to work;
a term of calendar days ends before a holiday, not after it. And the clock never stops: there is no pause here
(requirements B.4, B.5).
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from mailbot.core.model import Right
from mailbot.core.working_days import DAY, WorkingDays

A_WEEK = 5  # working days
HALF_A_DAY = timedelta(hours=12)
LAST_SECOND = time(23, 59, 59)  # "until 24:00" (RF Civil Code 194), as an instant that still shows the right day


class Jurisdiction(StrEnum):
    """Whose law protects the person."""

    KZ = "kz"
    RU = "ru"
    EU = "eu"
    UNKNOWN = "unknown"  # the earliest of kz and ru (requirements B.4, "Zones")


class Duty(StrEnum):
    """What else the law sets a term for, beside the rights themselves (requirements B.4)."""

    OBJECTION = "objection"  # a person looks at what a program has decided (KZ 94-V 19-1, RU 16(4), EU 22(3))
    STOP_PROCESSING = "stop_processing"  # demanded without the word consent (RU 152-FZ 21(5.1))


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
class Ground:
    """On what a person may rest a refusal (requirements B.4, "Refusal grounds")."""

    norm: str  # for the person
    rights: tuple[Right, ...]  # never unsubscribe: no law has a ground against it
    says: str  # for the operator, in English


@dataclass(frozen=True, slots=True, kw_only=True)
class Statute:
    """The terms of one jurisdiction."""

    zone: ZoneInfo  # where its days begin and end
    rules: Mapping[Right, Rule]
    duties: Mapping[Duty, Rule]
    days: WorkingDays
    version: str  # of the rules, for evidence
    refusals: Mapping[str, Ground] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(Right.UNSUBSCRIBE in ground.rights for ground in self.refusals.values()):
            raise ValueError("no law has a ground to refuse an unsubscription")
        if missing := [right.value for right in Right if right not in self.rules]:
            raise ValueError(f"no rule for {', '.join(missing)}")
        if lacking := [duty.value for duty in Duty if duty not in self.duties]:
            raise ValueError(f"no rule for {', '.join(lacking)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The law as it is known now; what a case was counted by stands in its `Basis`."""

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
        for whose, statute in statutes(law, jurisdiction)
    ]
    return min(all_due, key=lambda one: one.at)  # kz comes first where both end together


def first_day(
    rights: Iterable[Right],
    received_at: datetime,
    *,
    objected_at: datetime | None = None,
    answered: bool = False,
    jurisdiction: Jurisdiction,
    law: Law,
) -> Due:
    """The day of a case: the first among its rights (all of them, where none was understood) and its duties.

    A withdrawal is a demand to stop as well: nobody words the one so that it cannot be the other, and Russia gives
    the demand the shorter term. *objected_at*: somebody asked for a person instead of a program; once the rights
    have been *answered*, that term alone is left.
    """
    asked = tuple(rights) or tuple(Right)
    duties = [] if objected_at is None else [(Duty.OBJECTION, objected_at)]
    if answered and duties:
        asked = ()
    elif Right.WITHDRAW_CONSENT in asked:
        duties.append((Duty.STOP_PROCESSING, received_at))
    terms = [(right, received_at) for right in asked]
    found = [earliest((right,), at, jurisdiction=jurisdiction, law=law) for right, at in terms]
    found += [duty_due(duty, at, jurisdiction=jurisdiction, law=law) for duty, at in duties]
    return min(found, key=lambda one: one.at)


def duty_due(duty: Duty, began_at: datetime, *, jurisdiction: Jurisdiction, law: Law) -> Due:
    """When *duty*, which began at the aware moment *began_at*, must be done."""
    if began_at.tzinfo is None:
        raise ValueError("began_at must be timezone-aware")
    ours = statutes(law, jurisdiction)
    all_due = [_due(one.duties[duty], began_at, whose=whose, statute=one) for whose, one in ours]
    return min(all_due, key=lambda one: one.at)


def ready_by(due: Due, asked_at: datetime, received_at: datetime, *, law: Law) -> datetime:
    """When the interim letter must lie ready for a person to release: as the last working day but one begins.

    Of a term of one day it is that day itself; of more than a week, the last day but two. Who was asked at
    *asked_at* first has half a day to answer, where there is one. Source: requirements C.3, "If the token does not
    come"; amendment 11.
    """
    ((_, statute),) = statutes(law, due.jurisdiction)
    received = received_at.astimezone(statute.zone).date()
    term = statute.days.between(received, due.day)
    day = due.day
    for _ in range(0 if term <= 1 else 1 if term <= A_WEEK else 2):
        day = _day_before(day, received, statute.days)
    begins = datetime.combine(day, time.min, tzinfo=statute.zone).astimezone(UTC)
    return max(begins, earliest_ready(asked_at, due.at))


def earliest_ready(asked_at: datetime, due_at: datetime) -> datetime:
    """Before this moment no interim letter lies ready, whatever the law: half a day, or half of what is left."""
    return asked_at + min(HALF_A_DAY, (due_at - asked_at) / 2)


def _day_before(day: date, since: date, days: WorkingDays) -> date:
    day -= DAY
    while not days.counts(day, since=since):
        day -= DAY
    return day


def statutes(law: Law, jurisdiction: Jurisdiction) -> tuple[tuple[Jurisdiction, Statute], ...]:
    """Whose law a case of this jurisdiction is counted by, and which; of two, the earlier day counts."""
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


def grounds(law: Law, jurisdiction: Jurisdiction) -> Mapping[str, Ground]:
    """The grounds for a refusal, each under the name a person chooses it by: "kz.obligation"."""
    ours = statutes(law, jurisdiction)
    return {f"{whose}.{key}": ground for whose, one in ours for key, ground in one.refusals.items()}


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
