"""What the day of a case was counted by (issue 4, item 10: recomputed when calendar or rule changes)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from mailbot.core.basis import basis, causes, may_lengthen
from mailbot.core.deadline import Duty, Jurisdiction, Law, Rule, Start, Statute, Unit
from mailbot.core.model import Right
from mailbot.core.working_days import WorkingDays

RULE = Rule(
    unit=Unit.WORKING_DAYS,
    amount=1,
    start=Start.RECEIPT,
    norm="1(1)",
    source="invented",
    checked=date(2026, 11, 22),
)


def statute(country: str) -> Statute:
    days = WorkingDays(country=country, known_through=2027, version=f"holidays 0.1 sha256:{country.lower():0<64}")
    return Statute(
        zone=ZoneInfo("UTC"),
        rules=dict.fromkeys(Right, RULE),
        duties=dict.fromkeys(Duty, RULE),
        days=days,
        version="sha256:" + "ab" * 32,
    )


LAW = Law(kz=statute("KZ"), ru=statute("RU"), eu=statute("EU"))
BEFORE = basis(LAW, Jurisdiction.KZ, (Right.ACCESS,))


def test_a_basis_names_jurisdiction_rules_calendar_and_rights_in_one_line_fit_to_read():
    assert BEFORE == (
        "jurisdiction kz; rules.kz abababababab; calendar.kz holidays 0.1 kz0000000000; rights access"
    )


def test_where_the_jurisdiction_is_unknown_both_laws_count():
    assert [part.split()[0] for part in basis(LAW, Jurisdiction.UNKNOWN, ()).split("; ")] == [
        "jurisdiction",
        "rules.kz",
        "calendar.kz",
        "rules.ru",
        "calendar.ru",
        "rights",
    ]


def test_another_countrys_calendar_changes_nothing():
    moved = replace(LAW, ru=replace(LAW.ru, version="sha256:" + "cd" * 32))

    assert basis(moved, Jurisdiction.KZ, (Right.ACCESS,)) == BEFORE


@pytest.mark.parametrize(
    ("after", "named"),
    [
        (BEFORE, ()),
        (basis(replace(LAW, kz=replace(LAW.kz, version="v2")), Jurisdiction.KZ, (Right.ACCESS,)), ("rules.kz",)),
        (basis(LAW, Jurisdiction.KZ, (Right.ERASURE,)), ("rights",)),
        (basis(LAW, Jurisdiction.KZ, (Right.ACCESS,), datetime(2026, 11, 23, tzinfo=UTC)), ("objection",)),
        (
            basis(LAW, Jurisdiction.RU, (Right.ACCESS,)),
            ("jurisdiction", "rules.ru", "calendar.ru", "rules.kz", "calendar.kz"),
        ),
    ],
)
def test_the_cause_of_a_new_count_is_named(after, named):
    assert causes(BEFORE, after) == named


def test_a_case_from_before_bases_were_kept_is_counted_because_of_the_upgrade():
    assert causes("", BEFORE) == ("upgrade",)


@pytest.mark.parametrize(
    ("changed", "may"),
    [
        (("calendar.kz",), True),
        (("rights",), True),
        (("objection",), True),
        (("calendar.kz", "calendar.ru"), True),
        (("rules.kz",), False),
        (("rules.kz", "calendar.kz"), False),
        (("jurisdiction", "rules.ru", "calendar.ru"), False),
        (("upgrade",), False),
        ((), False),
    ],
)
def test_a_new_rule_never_lengthens_the_term_of_a_request_that_came_under_the_old_one(changed, may):
    assert may_lengthen(changed) is may
