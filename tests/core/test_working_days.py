"""Working days, counted so that what nobody has confirmed makes us early (requirements B.5)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.working_days import WorkingDays

KZ = WorkingDays(country="KZ", known_through=2027, moved_through=2027, version="package only")
RU = WorkingDays(country="RU", known_through=2027, moved_through=2027, version="package only")
DAY = timedelta(days=1)


def test_a_confirmed_day_off_wins_over_the_estimate():
    confirmed = replace(KZ, add_off=frozenset({date(2026, 5, 27)}))

    assert confirmed.after(date(2026, 5, 26), 1) == date(2026, 5, 28)


def test_a_moved_working_saturday_counts():
    moved = replace(RU, add_work=frozenset({date(2026, 11, 21)}))

    assert moved.after(date(2026, 11, 20), 1) == date(2026, 11, 21)


def test_a_year_whose_holidays_nobody_has_confirmed_knows_none():
    unconfirmed = replace(RU, known_through=2025)

    assert unconfirmed.after(date(2025, 12, 31), 1) == date(2026, 1, 1)


def test_a_day_off_in_an_unconfirmed_year_may_still_be_entered():
    entered = replace(RU, known_through=2025, add_off=frozenset({date(2026, 1, 1)}))

    assert entered.after(date(2025, 12, 31), 1) == date(2026, 1, 2)


# ---------------------------------------------------------------- weekends on which people may be made to work

UNMOVED = replace(KZ, moved_through=2025)


def test_a_saturday_of_a_year_whose_moved_days_nobody_has_confirmed_uses_up_a_working_day():
    assert UNMOVED.after(date(2026, 11, 20), 1) == date(2026, 11, 21)
    assert UNMOVED.after(date(2026, 11, 20), 3) == date(2026, 11, 24)


def test_who_wrote_on_that_saturday_may_have_to_be_answered_on_the_sunday():
    """5 January 2025, a Sunday, was a working day in Kazakhstan."""
    assert UNMOVED.after(date(2026, 11, 21), 1) == date(2026, 11, 22)
    assert UNMOVED.after(date(2026, 11, 21), 2) == date(2026, 11, 23)


def test_a_weekend_entered_as_days_off_does_not_count():
    entered = replace(UNMOVED, add_off=frozenset({date(2026, 11, 21)}))

    assert entered.after(date(2026, 11, 20), 1) == date(2026, 11, 23)


def test_a_country_without_a_calendar_moves_no_days():
    plain = WorkingDays(country=None, known_through=0, version="plain")

    assert plain.after(date(2026, 11, 20), 1) == date(2026, 11, 23)


def test_an_alarm_is_never_put_on_a_weekend_that_only_may_be_worked():
    assert UNMOVED.not_after(date(2026, 11, 22)) == date(2026, 11, 20)


@pytest.mark.parametrize(("country", "both"), [("KZ", []), ("RU", [date(1996, 12, 14), date(2003, 1, 4)])])
def test_both_days_of_a_weekend_have_been_working_days_in_russia_only(country, both):
    """What the count rests on, as far back as the package goes."""
    moved = sorted(country_holidays(country, years=range(1990, 2028)).weekend_workdays)

    assert moved
    assert [first for first, second in pairwise(moved) if second - first == DAY] == both


def test_in_a_year_without_a_russian_decree_every_day_counts():
    assert replace(RU, moved_through=2025).after(date(2026, 11, 20), 3) == date(2026, 11, 23)


def moves(first: date, weekends: list[int]) -> frozenset[date]:
    """Moved working days: of each weekend from *first* on none (0), its Saturday (1) or its Sunday (2)."""
    saturday = first - DAY * ((first.weekday() - 5) % 7)
    return frozenset(saturday + DAY * (7 * week + which - 1) for week, which in enumerate(weekends) if which)


@settings(deadline=None)  # a year of holidays is read when it is first needed
@given(
    received=st.dates(date(2026, 1, 1), date(2031, 12, 31)),
    count=st.integers(1, 40),
    weekends=st.lists(st.integers(0, 2), min_size=12, max_size=12),
    bridges=st.sets(st.integers(1, 60)),
)
def test_whatever_days_a_government_moves_we_are_never_later(received, count, weekends, bridges):
    """Issue 4, item 10: a working weekend of a year that nobody has confirmed never makes us late."""
    worked = moves(received, weekends)
    off = frozenset(received + DAY * later for later in bridges) - worked
    real = replace(KZ, moved_through=9999, add_work=worked | KZ.add_work, add_off=off)

    assert received < UNMOVED.after(received, count) <= real.after(received, count)


@settings(deadline=None)  # a year of holidays is read when it is first needed
@given(received=st.dates(date(2024, 1, 1), date(2031, 12, 31)), count=st.integers(1, 40))
def test_a_term_has_as_many_days_as_were_counted(received, count):
    assert UNMOVED.between(received, UNMOVED.after(received, count)) == count
