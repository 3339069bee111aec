import shutil
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from holidays.version import __version__ as holidays_version

from mailbot.adapters.law import load_law
from mailbot.core.deadline import Duty, Jurisdiction, due, duty_due
from mailbot.core.model import Right
from mailbot.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "config" / "law"
WHOSE = (Jurisdiction.KZ, Jurisdiction.RU, Jurisdiction.EU)
FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # afternoon in Moscow and Almaty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped law that a test may spoil."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "law"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


# Requirements B.4 and the hard limits beside it, for mail of Friday 20 November 2026.
@pytest.mark.parametrize(
    ("right", "kz", "ru", "eu"),
    [
        (Right.UNSUBSCRIBE, date(2026, 11, 21), date(2026, 11, 21), date(2026, 11, 21)),  # 24 hours
        (Right.WITHDRAW_CONSENT, date(2026, 12, 11), date(2026, 12, 18), date(2026, 12, 18)),  # 15 wd, 30 cd, 1 mo
        (Right.ACCESS, date(2026, 11, 25), date(2026, 12, 4), date(2026, 12, 18)),  # 3 wd, 10 wd, 1 mo
        (Right.RECTIFICATION, date(2026, 11, 23), date(2026, 12, 1), date(2026, 12, 18)),  # 1 wd, 7 wd, 1 mo
        (Right.BLOCKING, date(2026, 11, 23), date(2026, 11, 21), date(2026, 12, 18)),  # 1 wd, at once, 1 mo
        (Right.ERASURE, date(2026, 11, 23), date(2026, 12, 1), date(2026, 12, 18)),  # 1 wd, 7 wd, 1 mo
    ],
)
def test_the_shipped_law_holds_the_limits_of_the_requirements(folder, right, kz, ru, eu):
    edit(folder / "calendar" / "kz.toml", "moved_through = 2025", "moved_through = 2026")
    law = load_law(folder)

    assert [due(right, FRIDAY, jurisdiction=whose, law=law).day for whose in WHOSE] == [kz, ru, eu]


def test_as_shipped_nobody_has_confirmed_the_moved_days_of_kazakhstan_so_saturday_counts():
    law = load_law(SHIPPED)

    days = [
        due(right, FRIDAY, jurisdiction=Jurisdiction.KZ, law=law).day for right in (Right.ERASURE, Right.ACCESS)
    ]

    assert days == [date(2026, 11, 21), date(2026, 11, 24)]


@pytest.mark.parametrize(
    ("duty", "kz", "ru", "eu"),
    [
        (Duty.OBJECTION, date(2026, 11, 25), date(2026, 12, 18), date(2026, 12, 18)),  # 3 wd, 30 cd, 1 mo
        (Duty.STOP_PROCESSING, date(2026, 12, 11), date(2026, 12, 4), date(2026, 12, 18)),  # 15 wd, 10 wd, 1 mo
    ],
)
def test_the_shipped_law_has_a_term_for_objections_and_demands_to_stop(folder, duty, kz, ru, eu):
    """Requirements B.4: 94-V 19-1(3), 152-FZ 16(4) and 21(5.1)."""
    edit(folder / "calendar" / "kz.toml", "moved_through = 2025", "moved_through = 2026")
    law = load_law(folder)

    assert [duty_due(duty, FRIDAY, jurisdiction=whose, law=law).day for whose in WHOSE] == [kz, ru, eu]


def test_the_zones_are_those_of_the_requirements():
    law = load_law(SHIPPED)

    assert [law.kz.zone, law.ru.zone] == [ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Moscow")]


def test_every_shipped_rule_says_where_its_number_comes_from():
    law = load_law(SHIPPED)

    statutes = (law.kz, law.ru, law.eu)
    rules = [rule for one in statutes for rule in (*one.rules.values(), *one.duties.values())]

    assert all(rule.norm and rule.source and rule.checked >= date(2026, 11, 22) for rule in rules)


def test_a_deadline_records_the_versions_of_package_table_and_rules():
    found = due(Right.ACCESS, FRIDAY, jurisdiction=Jurisdiction.KZ, law=load_law(SHIPPED))

    table = sha256((SHIPPED / "calendar" / "kz.toml").read_bytes()).hexdigest()
    rules = sha256((SHIPPED / "kz.toml").read_bytes()).hexdigest()
    assert found.calendar_version == f"holidays {holidays_version} sha256:{table}"
    assert found.rule_version == f"sha256:{rules}"


def test_a_changed_file_is_another_version(folder):
    before = load_law(folder)
    edit(folder / "kz.toml", "amount = 3", "amount = 2")
    edit(folder / "calendar" / "ru.toml", "add_off = []", "add_off = [2026-11-23]")

    after = load_law(folder)

    assert before.kz.version != after.kz.version
    assert before.ru.days.version != after.ru.days.version
    assert before.ru.version == after.ru.version


def test_dates_of_the_operator_win_over_the_package(folder):
    """A Saturday too: one that is entered as free is not taken for a working day."""
    edit(folder / "calendar" / "kz.toml", "add_off = []", "add_off = [2026-11-21, 2026-11-23]")

    assert due(Right.ERASURE, FRIDAY, jurisdiction=Jurisdiction.KZ, law=load_law(folder)).day == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("kz.toml", "amount = 3", 'amount = "three"', r"rules\.access: .*amount"),
        ("kz.toml", "amount = 3", "amount = 0", r"rules\.access: .*amount"),
        ("kz.toml", 'unit = "working_days"', 'unit = "moons"', r"rules\.access: .*unit"),
        ("kz.toml", "checked = 2026-11-22", "checked = 1", r"rules\.access: .*checked"),
        ("kz.toml", 'norm = "94-V', 'nrom = "94-V', r"rules\.access: .*nrom"),
        ("kz.toml", "[rules.erasure]", "[rules.eraser]", r"eraser"),
        ("kz.toml", "Asia/Almaty", "Asia/Atlantis", r"zone.*Asia/Atlantis"),
        ("kz.toml", "Asia/Almaty", "../Almaty", r"zone"),
        ("ru.toml", "[rules.access]", "[rules.access", r"line"),
        ("kz.toml", "[duties.objection]", "[duties.wish]", r"wish"),
        ("calendar/ru.toml", "known_through = 2027", "", r"known_through"),
        ("calendar/ru.toml", "moved_through = 2027", "", r"moved_through"),
        ("calendar/ru.toml", "add_off = []", 'add_off = ["soon"]', r"add_off"),
        ("calendar/kz.toml", "add_off = []", "add_off = [2027-03-15]", r"2027-03-15 stands in both"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(folder, file, old, new, complaint):
    edit(folder / file, old, new)

    with pytest.raises(ConfigError, match=f"{file}: .*{complaint}"):
        load_law(folder)


def test_a_right_without_a_rule_is_named(folder):
    text = (folder / "kz.toml").read_text()
    rule = text[text.index("[rules.blocking]") : text.index("[duties.objection]")]
    (folder / "kz.toml").write_text(text.replace(rule, ""))

    with pytest.raises(ConfigError, match=r"kz\.toml: rules\.blocking is missing"):
        load_law(folder)


def test_a_duty_without_a_term_is_named(folder):
    text = (folder / "ru.toml").read_text()
    (folder / "ru.toml").write_text(text[: text.index("[duties.stop_processing]")])

    with pytest.raises(ConfigError, match=r"ru\.toml: duties\.stop_processing is missing"):
        load_law(folder)


def test_a_missing_file_is_named(folder):
    (folder / "eu.toml").unlink()

    with pytest.raises(ConfigError, match=r"eu\.toml: cannot be read: No such file"):
        load_law(folder)


def test_a_file_that_is_not_utf8_is_named(folder):
    (folder / "eu.toml").write_bytes(b'zone = "\xff"')

    with pytest.raises(ConfigError, match=r"eu\.toml: .*utf-8"):
        load_law(folder)
