from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.deadline import (
    Due,
    Duty,
    Jurisdiction,
    Law,
    Rule,
    Start,
    Statute,
    Unit,
    due,
    duty_due,
    earliest,
    first_day,
    ready_by,
)
from mailbot.core.model import Right
from mailbot.core.working_days import WorkingDays

ALMATY = ZoneInfo("Asia/Almaty")
MOSCOW = ZoneInfo("Europe/Moscow")
BRUSSELS = ZoneInfo("Europe/Brussels")
ZONES = {"KZ": ALMATY, "RU": MOSCOW}
WHOSE = {"KZ": Jurisdiction.KZ, "RU": Jurisdiction.RU}

ONE_DAY = Rule(
    unit=Unit.WORKING_DAYS,
    amount=1,
    start=Start.RECEIPT,
    norm="invented 1(1)",
    source="invented",
    checked=date(2026, 11, 22),
)
KZ_DAYS = WorkingDays(country="KZ", known_through=2027, moved_through=2027, version="package only")
RU_DAYS = WorkingDays(country="RU", known_through=2027, moved_through=2027, version="package only")
PLAIN_DAYS = WorkingDays(country=None, known_through=0, version="plain")


def statute(zone: ZoneInfo, days: WorkingDays, rule: Rule) -> Statute:
    return Statute(
        zone=zone, rules=dict.fromkeys(Right, rule), duties=dict.fromkeys(Duty, rule), days=days, version="v1"
    )


def law(*, kz: Rule = ONE_DAY, ru: Rule = ONE_DAY, eu: Rule = ONE_DAY) -> Law:
    return Law(
        kz=statute(ALMATY, KZ_DAYS, kz),
        ru=statute(MOSCOW, RU_DAYS, ru),
        eu=statute(BRUSSELS, PLAIN_DAYS, eu),
    )


def noon(day: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone)


def last_day(received: str, rule: Rule, jurisdiction: Jurisdiction) -> str:
    """Last day for access by *rule*, the same in every jurisdiction, for a message that came at noon."""
    terms = law(kz=rule, ru=rule, eu=rule)
    return due(Right.ACCESS, noon(received, MOSCOW), jurisdiction=jurisdiction, law=terms).day.isoformat()


# Requirements B.5, "Test vectors", as they stand; n-th working day after receipt.
VECTORS = {
    ("KZ", "2026-12-30"): ("2026-12-31", "2027-01-06", "2027-01-13", "2027-01-18", "2027-01-25"),
    ("KZ", "2026-12-15"): ("2026-12-17", "2026-12-21", "2026-12-25", "2026-12-30", "2027-01-11"),
    ("KZ", "2026-03-19"): ("2026-03-20", "2026-03-27", "2026-04-02", "2026-04-07", "2026-04-14"),
    ("KZ", "2026-05-26"): ("2026-05-28", "2026-06-01", "2026-06-05", "2026-06-10", "2026-06-17"),
    ("KZ", "2025-01-03"): ("2025-01-05", "2025-01-08", "2025-01-14", "2025-01-17", "2025-01-24"),
    ("KZ", "2026-11-21"): ("2026-11-23", "2026-11-25", "2026-12-01", "2026-12-04", "2026-12-11"),
    ("RU", "2026-11-21"): ("2026-11-23", "2026-11-25", "2026-12-01", "2026-12-04", "2026-12-11"),
    ("RU", "2026-12-30"): ("2027-01-11", "2027-01-13", "2027-01-19", "2027-01-22", "2027-01-29"),
    ("RU", "2025-10-31"): ("2025-11-01", "2025-11-06", "2025-11-12", "2025-11-17", "2025-11-24"),
    ("RU", "2026-04-30"): ("2026-05-04", "2026-05-06", "2026-05-13", "2026-05-18", "2026-05-25"),
    ("RU", "2027-02-19"): ("2027-02-20", "2027-02-25", "2027-03-03", "2027-03-09", "2027-03-16"),
}
# Counted by hand: 27 May 2026 is a Wednesday and only an estimated holiday, so it counts.
CONSERVATIVE = {
    ("KZ", "2026-05-26"): ("2026-05-27", "2026-05-29", "2026-06-04", "2026-06-09", "2026-06-16"),
}
COUNTS = (1, 3, 7, 10, 15)


def by_package(country: str, received: str, count: int) -> str:
    """The package's own count, which takes estimated holidays for certain."""
    return country_holidays(country).get_nth_working_day(received, count).isoformat()


@pytest.mark.parametrize(("country", "received"), VECTORS)
def test_the_package_counts_as_the_requirements_say(country, received):
    counted = tuple(by_package(country, received, count) for count in COUNTS)

    assert counted == VECTORS[country, received]


@pytest.mark.parametrize(("country", "received"), VECTORS)
def test_our_own_limit_is_the_conservative_value(country, received):
    limits = tuple(last_day(received, replace(ONE_DAY, amount=count), WHOSE[country]) for count in COUNTS)

    assert limits == CONSERVATIVE.get((country, received), VECTORS[country, received])


def test_a_deadline_says_the_last_second_of_the_day_in_its_zone_and_on_what_it_rests():
    found = due(Right.ACCESS, noon("2026-11-20", ALMATY), jurisdiction=Jurisdiction.KZ, law=law())

    assert found == Due(
        at=datetime(2026, 11, 23, 18, 59, 59, tzinfo=UTC),
        day=date(2026, 11, 23),
        jurisdiction=Jurisdiction.KZ,
        norm="invented 1(1)",
        rule_version="v1",
        calendar_version="package only",
    )


def test_the_day_of_receipt_is_the_one_in_the_jurisdiction_not_in_utc():
    late_on_monday = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # Tuesday in Almaty, Monday in Moscow and Brussels

    days = {
        whose: due(Right.ACCESS, late_on_monday, jurisdiction=whose, law=law()).day.day
        for whose in (Jurisdiction.KZ, Jurisdiction.RU, Jurisdiction.EU)
    }

    assert days == {Jurisdiction.KZ: 25, Jurisdiction.RU: 24, Jurisdiction.EU: 24}


def test_for_an_unknown_jurisdiction_the_earlier_of_kz_and_ru_counts():
    slow = replace(ONE_DAY, amount=10)

    kz_first = due(Right.ACCESS, noon("2026-11-20", MOSCOW), jurisdiction=Jurisdiction.UNKNOWN, law=law(ru=slow))
    ru_first = due(Right.ACCESS, noon("2026-11-20", MOSCOW), jurisdiction=Jurisdiction.UNKNOWN, law=law(kz=slow))

    assert [kz_first.jurisdiction, ru_first.jurisdiction] == [Jurisdiction.KZ, Jurisdiction.RU]
    assert kz_first.day == ru_first.day == date(2026, 11, 23)


def test_of_several_rights_the_first_deadline_counts():
    slow = replace(ONE_DAY, amount=10, norm="slow")
    fast = replace(ONE_DAY, norm="fast")
    kz = replace(law().kz, rules={**dict.fromkeys(Right, slow), Right.ERASURE: fast})

    found = earliest(
        (Right.ACCESS, Right.ERASURE),
        noon("2026-11-20", ALMATY),
        jurisdiction=Jurisdiction.KZ,
        law=replace(law(), kz=kz),
    )

    assert (found.norm, found.day) == ("fast", date(2026, 11, 23))


@pytest.mark.parametrize("unit", [Unit.AT_ONCE, Unit.HOURS])
def test_hours_run_through_nights_weekends_and_holidays(unit):
    rule = replace(ONE_DAY, unit=unit, amount=24)

    found = due(Right.UNSUBSCRIBE, noon("2026-12-31", ALMATY), jurisdiction=Jurisdiction.KZ, law=law(kz=rule))

    assert (found.at, found.day) == (datetime(2027, 1, 1, 7, 0, tzinfo=UTC), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("received", "days", "last"),
    [
        ("2026-11-02", 30, "2026-12-02"),  # a Wednesday: as it falls
        ("2026-11-05", 30, "2026-12-04"),  # 5 December is a Saturday: the Friday before
        ("2026-12-11", 30, "2026-12-30"),  # 10 January ends the New Year days: the last working day before
        ("2026-11-20", 2, "2026-11-22"),  # Friday to Sunday: the day of receipt is not a day to answer on
        ("2026-11-21", 1, "2026-11-22"),  # Saturday to Sunday: no working day lies between
    ],
)
def test_a_term_of_calendar_days_ends_before_days_off_not_after_them(received, days, last):
    rule = replace(ONE_DAY, unit=Unit.CALENDAR_DAYS, amount=days)

    assert last_day(received, rule, Jurisdiction.RU) == last


@pytest.mark.parametrize(
    ("received", "months", "last"),
    [
        ("2026-11-23", 1, "2026-12-23"),
        ("2026-12-15", 1, "2027-01-15"),  # over the end of the year
        ("2027-01-29", 1, "2027-02-26"),  # 28 February is a Sunday: the Friday before
        ("2028-01-31", 1, "2028-02-29"),  # clamped to the last day of a leap February
        ("2026-10-30", 3, "2027-01-29"),  # 30 January is a Saturday
    ],
)
def test_a_month_ends_on_the_same_day_or_on_the_last_there_is(received, months, last):
    rule = replace(ONE_DAY, unit=Unit.MONTHS, amount=months)

    assert last_day(received, rule, Jurisdiction.EU) == last


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="timezone-aware"):
        due(Right.ACCESS, datetime(2026, 11, 20, 12), jurisdiction=Jurisdiction.KZ, law=law())  # noqa: DTZ001 - that is the point


def test_a_deadline_of_no_right_is_refused():
    with pytest.raises(ValueError, match="empty"):
        earliest((), noon("2026-11-20", ALMATY), jurisdiction=Jurisdiction.KZ, law=law())


def test_a_statute_that_forgets_a_right_is_refused():
    with pytest.raises(ValueError, match="erasure"):
        Statute(
            zone=ALMATY,
            rules={right: ONE_DAY for right in Right if right is not Right.ERASURE},
            duties=dict.fromkeys(Duty, ONE_DAY),
            days=KZ_DAYS,
            version="v1",
        )


def test_a_statute_that_forgets_the_objection_is_refused():
    with pytest.raises(ValueError, match="objection"):
        replace(law().kz, duties={Duty.STOP_PROCESSING: ONE_DAY})


def test_a_term_of_nothing_is_refused():
    with pytest.raises(ValueError, match="amount"):
        replace(ONE_DAY, amount=0)


def legal_last_day(country: str, received: date, rule: Rule) -> date:
    """The law's own last day, counted by the package: estimates are holidays, and days off move it forward."""
    table = country_holidays(country)
    match rule.unit:
        case Unit.WORKING_DAYS:
            return table.get_nth_working_day(received, rule.amount)
        case _:
            return table.get_nth_working_day(received + timedelta(days=rule.amount), 0)


@settings(deadline=None)  # a year of holidays is read when it is first needed
@given(
    received_at=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    country=st.sampled_from(sorted(ZONES)),
    rule=st.builds(
        replace,
        st.just(ONE_DAY),
        unit=st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS]),
        amount=st.integers(1, 40),
    ),
)
def test_our_limit_is_never_later_than_the_law_and_never_before_receipt(received_at, country, rule):
    found = due(Right.ERASURE, received_at, jurisdiction=WHOSE[country], law=law(kz=rule, ru=rule))
    received = received_at.astimezone(ZONES[country]).date()

    assert received < found.day <= legal_last_day(country, received, rule)
    assert found.at > received_at


@settings(deadline=None)  # a year of holidays is read when it is first needed
@given(
    received_at=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    right=st.sampled_from(Right),
)
def test_an_unknown_jurisdiction_is_never_later_than_either(received_at, right):
    terms = law(kz=ONE_DAY, ru=replace(ONE_DAY, unit=Unit.AT_ONCE, amount=24))

    found = due(right, received_at, jurisdiction=Jurisdiction.UNKNOWN, law=terms)

    assert found.at == min(
        due(right, received_at, jurisdiction=whose, law=terms).at for whose in (Jurisdiction.KZ, Jurisdiction.RU)
    )


# ---------------------------------------------------------------- the day of a case (issue 4, item 10)

MONDAY = noon("2026-11-23", ALMATY)


def case_day(*rights: Right, terms: Law, objected_at: datetime | None = None, answered: bool = False) -> date:
    found = first_day(
        rights,
        MONDAY,
        objected_at=objected_at,
        answered=answered,
        jurisdiction=Jurisdiction.KZ,
        law=terms,
    )
    return found.day


def with_duty(duty: Duty, amount: int) -> Law:
    kz = law(kz=replace(ONE_DAY, amount=10)).kz
    return replace(law(), kz=replace(kz, duties={**kz.duties, duty: replace(ONE_DAY, amount=amount)}))


def test_where_nothing_was_understood_the_first_day_of_all_rights_counts():
    terms = law()
    rules = {**dict.fromkeys(Right, replace(ONE_DAY, amount=10)), Right.BLOCKING: ONE_DAY}
    terms = replace(terms, kz=replace(terms.kz, rules=rules))

    assert case_day(terms=terms) == date(2026, 11, 24)


def test_a_withdrawal_is_counted_as_a_demand_to_stop_as_well_because_words_do_not_tell_them_apart():
    terms = with_duty(Duty.STOP_PROCESSING, 4)

    assert case_day(Right.WITHDRAW_CONSENT, terms=terms) == date(2026, 11, 27)
    assert case_day(Right.ERASURE, terms=terms) == date(2026, 12, 7)


def test_who_asks_for_a_person_is_answered_within_the_term_of_an_objection():
    """KZ 94-V 19-1(3): three working days, and never later than what was asked for at first."""
    terms = with_duty(Duty.OBJECTION, 3)
    days_later = MONDAY + timedelta(days=2)

    assert case_day(Right.ERASURE, terms=terms, objected_at=days_later) == date(2026, 11, 30)
    assert case_day(Right.ERASURE, terms=terms, objected_at=MONDAY + timedelta(days=13)) == date(2026, 12, 7)


def test_once_the_request_is_answered_only_the_objection_has_a_day():
    objected = MONDAY + timedelta(days=13)

    found = case_day(Right.ERASURE, terms=with_duty(Duty.OBJECTION, 3), objected_at=objected, answered=True)

    assert found == date(2026, 12, 9)


def test_a_duty_without_a_zone_is_refused():
    naive = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - that is the point

    with pytest.raises(ValueError, match="timezone-aware"):
        duty_due(Duty.OBJECTION, naive, jurisdiction=Jurisdiction.KZ, law=law())


# ---------------------------------------------------------------- the interim letter (C.3, amendment 11)


def ready(amount: int, *, unit: Unit = Unit.WORKING_DAYS, asked: datetime = MONDAY) -> datetime:
    found = due(
        Right.ACCESS, MONDAY, jurisdiction=Jurisdiction.KZ, law=law(kz=replace(ONE_DAY, unit=unit, amount=amount))
    )
    return ready_by(found, asked, MONDAY, law=law()).astimezone(ALMATY)


@pytest.mark.parametrize(
    ("days", "begins"),
    [
        (1, "2026-11-24T00:00"),  # erasure in Kazakhstan: before working day 1 is over
        (3, "2026-11-25T00:00"),  # access: as working day 2 begins
        (7, "2026-11-30T00:00"),  # two working days before Wednesday 2 December
        (15, "2026-12-10T00:00"),
    ],
)
def test_the_interim_letter_lies_ready_as_the_last_working_day_but_one_begins(days, begins):
    assert ready(days) == datetime.fromisoformat(begins).replace(tzinfo=ALMATY)


def test_who_was_asked_at_night_has_half_a_day_before_the_interim_letter_is_made_ready():
    late = MONDAY + timedelta(hours=11, minutes=50)

    assert ready(1, asked=late) == late + timedelta(hours=12)


def test_of_a_term_of_hours_half_is_left():
    assert ready(6, unit=Unit.AT_ONCE) == MONDAY + timedelta(hours=3)


@settings(deadline=None)  # a year of holidays is read when it is first needed
@given(
    asked_at=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    late=st.timedeltas(timedelta(0), timedelta(days=2)),
    amount=st.integers(1, 40),
    unit=st.sampled_from(Unit),
)
def test_the_interim_letter_lies_ready_before_the_day_is_over(asked_at, late, amount, unit):
    terms = law(kz=replace(ONE_DAY, unit=unit, amount=amount))
    found = due(Right.ERASURE, asked_at, jurisdiction=Jurisdiction.KZ, law=terms)
    asked = min(asked_at + late, found.at)

    assert asked <= ready_by(found, asked, asked_at, law=terms) <= found.at


@settings(deadline=None)  # a year of holidays is read when it is first needed
@given(
    received_at=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    rights=st.sets(st.sampled_from(Right)),
    later=st.none() | st.timedeltas(timedelta(0), timedelta(days=60)),
    whose=st.sampled_from(Jurisdiction),
    amount=st.integers(1, 30),
    unit=st.sampled_from(Unit),
)
def test_no_case_has_a_later_day_than_any_right_it_asks_for(received_at, rights, later, whose, amount, unit):
    """Never later than the law: by no objection, by no second law, not where nothing was understood."""
    terms = law(kz=replace(ONE_DAY, amount=amount, unit=unit), ru=replace(ONE_DAY, amount=5))
    objected = None if later is None else received_at + later

    found = first_day(rights, received_at, objected_at=objected, jurisdiction=whose, law=terms)

    assert all(
        found.at <= due(right, received_at, jurisdiction=whose, law=terms).at for right in rights or set(Right)
    )
    if objected is not None:
        assert found.at <= duty_due(Duty.OBJECTION, objected, jurisdiction=whose, law=terms).at
