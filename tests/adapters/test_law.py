import shutil
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from holidays.version import __version__ as holidays_version

from mailbot.adapters.law import load_law
from mailbot.core.deadline import Jurisdiction, due
from mailbot.core.model import Right
from mailbot.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "config" / "law"
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
def test_the_shipped_law_holds_the_limits_of_the_requirements(right, kz, ru, eu):
    law = load_law(SHIPPED)

    days = [
        due(right, FRIDAY, jurisdiction=whose, law=law).day
        for whose in (Jurisdiction.KZ, Jurisdiction.RU, Jurisdiction.EU)
    ]

    assert days == [kz, ru, eu]


def test_the_zones_are_those_of_the_requirements():
    law = load_law(SHIPPED)

    assert [law.kz.zone, law.ru.zone] == [ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Moscow")]


def test_every_shipped_rule_says_where_its_number_comes_from():
    law = load_law(SHIPPED)

    rules = [rule for statute in (law.kz, law.ru, law.eu) for rule in statute.rules.values()]

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
    edit(folder / "calendar" / "kz.toml", "add_off = []", "add_off = [2026-11-23, 2026-11-24]")

    found = due(Right.ERASURE, FRIDAY, jurisdiction=Jurisdiction.KZ, law=load_law(folder))

    assert found.day == date(2026, 11, 25)


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
        ("calendar/ru.toml", "known_through = 2027", "", r"known_through"),
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
    (folder / "kz.toml").write_text(text[: text.index("[rules.blocking]")])

    with pytest.raises(ConfigError, match=r"kz\.toml: rules\.blocking is missing"):
        load_law(folder)


def test_a_missing_file_is_named(folder):
    (folder / "eu.toml").unlink()

    with pytest.raises(ConfigError, match=r"eu\.toml: cannot be read: No such file"):
        load_law(folder)


def test_a_file_that_is_not_utf8_is_named(folder):
    (folder / "eu.toml").write_bytes(b'zone = "\xff"')

    with pytest.raises(ConfigError, match=r"eu\.toml: .*utf-8"):
        load_law(folder)
