"""What doctor says of law and calendars: once a year somebody must compare them (requirements B.5)."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from mailbot.cli.checks import Line, State
from mailbot.cli.checks.house import house
from mailbot.config import load
from tests.cli.installation import line_of
from tests.office import SECRETS, SETTINGS

SHIPPED = Path(__file__).parents[2] / "config" / "law"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mailbot.toml").write_text(SETTINGS.format(folder=tmp_path), encoding="utf-8")
    return tmp_path


async def calendars(folder: Path, jurisdiction: str, today: date) -> Line:
    text = (folder / "mailbot.toml").read_text(encoding="utf-8")
    (folder / "mailbot.toml").write_text(
        text.replace("[company]", f'[company]\njurisdiction = "{jurisdiction}"', 1)
    )
    return line_of("calendars", await house(load(folder / "mailbot.toml", SECRETS), today=today))


@pytest.mark.parametrize(
    ("jurisdiction", "today", "state"),
    [
        ("kz", date(2025, 6, 1), State.OK),
        ("kz", date(2025, 11, 15), State.WARN),  # two months ahead: the decision for 2026 should be out
        ("kz", date(2026, 11, 22), State.WARN),
        ("unknown", date(2026, 11, 22), State.WARN),
        ("ru", date(2026, 11, 22), State.OK),
        ("ru", date(2027, 11, 15), State.WARN),
        ("eu", date(2040, 1, 1), State.OK),
    ],
)
async def test_a_year_whose_moved_days_nobody_has_confirmed_is_warned_of_where_its_law_counts(
    folder, jurisdiction, today, state
):
    line = await calendars(folder, jurisdiction, today)

    assert line.state is state
    assert ("moved_through" in line.remedy) is (state is State.WARN)


async def test_a_calendar_that_somebody_has_confirmed_is_well(folder):
    shutil.copytree(SHIPPED, folder / "law")
    kz = folder / "law" / "calendar" / "kz.toml"
    kz.write_text(kz.read_text().replace("moved_through = 2025", "moved_through = 2027"))

    line = await calendars(folder, "kz", date(2026, 11, 22))

    assert (line.state, line.said) == (
        State.OK,
        "kz: holidays known through 2027, moved working days through 2027",
    )


@pytest.mark.parametrize("heard", [False, True])
async def test_a_data_map_that_does_not_tell_when_somebody_was_last_heard_of_is_warned_of(folder, heard):
    """Issue 4, item 7: without it nobody is held for a person because their address may be another's by now."""
    shipped = (SHIPPED.parent / "datamap.toml").read_text(encoding="utf-8")
    column = 'persons = true\nlast_contact = "since"' if heard else "persons = true"
    (folder / "datamap.toml").write_text(re.sub(r"(?m)^persons = true", column, shipped), encoding="utf-8")
    line = line_of("last contact", await house(load(folder / "mailbot.toml", SECRETS), today=date(2026, 11, 22)))

    assert line.state is (State.OK if heard else State.WARN)
    assert ("last_contact" in line.remedy) is not heard


@pytest.mark.parametrize("told", [False, True])
async def test_a_data_map_that_does_not_tell_when_people_agreed_is_warned_of(folder, told):
    """Issue 5, item 4: without it the return watch stops advertising again to who has come back freely."""
    shipped = (SHIPPED.parent / "datamap.toml").read_text(encoding="utf-8")
    text = shipped if told else re.sub(r"(?m)^consent = {.given", "# consent = { given", shipped)
    (folder / "datamap.toml").write_text(text, encoding="utf-8")
    line = line_of("return watch", await house(load(folder / "mailbot.toml", SECRETS), today=date(2026, 11, 22)))

    assert line.state is (State.OK if told else State.WARN)
    assert ("consent" in line.remedy) is not told
