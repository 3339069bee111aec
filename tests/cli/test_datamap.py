"""`mailbot datamap`: what a person at the terminal sees, and the exit codes (issue 5, item 2)."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from mailbot.cli.checks import Line, databases
from mailbot.cli.checks import State as LineState
from mailbot.config import load
from tests.cli.installation import Installation

pytestmark = pytest.mark.usefixtures("secrets", "root_logger")
EATEN = "CREATE TABLE invoices (n INTEGER, whose INTEGER REFERENCES subjects ON DELETE CASCADE)"


@pytest.fixture
def house(tmp_path: Path) -> Installation:
    made = Installation(tmp_path, 1, 1)  # nobody writes a letter here
    asyncio.run(made.make())
    made.write()
    return made


def change(house: Installation, *statements: str) -> None:
    with sqlite3.connect(house.file("company")) as company:
        for statement in statements:
            company.execute(statement)
    company.close()


def ran(house: Installation, *words: str) -> Result:
    return CliRunner().invoke(main, ["datamap", "check", *words, "--config", str(house.config)])


def discovered(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["datamap", "discover", *map(str, words)])


def test_a_map_that_fits_is_said_to_fit(house: Installation):
    result = ran(house)

    assert (result.exit_code, result.output) == (0, "the data map fits\n")


def test_a_warning_is_told_and_is_no_fault(house: Installation):
    change(house, "DROP INDEX ix_subjects_email")

    result = ran(house)

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "warn   company: subjects.email: every look reads the whole table, no index on lower(email)",
        "       → CREATE INDEX ix_subjects_email ON subjects (lower(email))",
    ]


def test_a_fault_exits_1_and_names_its_remedy(house: Installation):
    change(house, EATEN)

    result = ran(house)

    assert result.exit_code == 1
    assert "FAULT  company: table invoices loses rows by ON DELETE CASCADE" in result.output
    assert "→ put it on the map, or change its foreign key" in result.output


def test_a_program_reads_the_same_as_json(house: Installation):
    change(house, EATEN)

    result = ran(house, "--json")

    (line,) = map(json.loads, result.output.splitlines())
    assert (result.exit_code, list(line)) == (1, ["state", "store", "table", "column", "said", "remedy"])
    assert (line["state"], line["store"], line["table"]) == ("fault", "company", "invoices")


@pytest.mark.parametrize("words", [["--config", "/nowhere.toml"], ["--no-such-option"]])
def test_wrong_settings_and_arguments_exit_2(house: Installation, words: Sequence[str]):
    assert CliRunner().invoke(main, ["datamap", "check", *words]).exit_code == 2


def test_a_wrong_map_exits_2(house: Installation):
    (house.folder / "datamap.toml").write_text("stores = 1")
    house.sections["data"]["map"] = str(house.folder / "datamap.toml")
    house.write()

    assert ran(house).exit_code == 2


def test_sqlite_has_no_users_to_grant_anything(house: Installation):
    result = ran(house, "--grants")

    assert (result.exit_code, "SQLite knows no users" in result.output) == (0, True)


@pytest.mark.servers
def test_the_grants_are_statements_for_the_dba_and_nothing_else(
    house: Installation, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    url = request.getfixturevalue("postgres").database()
    monkeypatch.setenv("MAILBOT_COMPANY_URL", url)
    asyncio.run(_create(url))

    lines = ran(house, "--grants").output.splitlines()

    assert "GRANT SELECT ON public.subjects TO mailbot_reader;" in lines
    assert "GRANT UPDATE (blocked_at) ON public.subjects TO mailbot_writer;" in lines
    assert "GRANT DELETE ON public.site_visits TO mailbot_writer;" in lines
    assert [line for line in lines if line and not line.startswith(("GRANT ", "-- "))] == []
    assert [line for line in lines if "mailbot_reader" in line and ("UPDATE" in line or "DELETE" in line)] == []


async def _create(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - only here

    from mailbot.adapters import reference_schema  # noqa: PLC0415 - only here

    engine = create_async_engine(url)
    await reference_schema.create(engine)
    await engine.dispose()


def test_doctor_takes_the_same_looks_and_tells_what_it_found_when_its_time_is_over(house: Installation):
    change(house, EATEN)
    settings = load(house.config)

    async def doctors(seconds: float) -> list[Line]:
        until = asyncio.get_running_loop().time() + seconds
        return await databases.company(settings, until=until)

    (whole,), (late,) = asyncio.run(doctors(30)), asyncio.run(doctors(databases.FAREWELL))

    assert (whole.state, whole.said) == (
        LineState.FAIL,
        "store company: table invoices loses rows by ON DELETE CASCADE when subjects is destroyed",
    )
    assert (late.state, late.remedy) == (LineState.WARN, "run `mailbot datamap check`")


def test_who_waits_at_a_terminal_sees_where_the_look_is_and_findings_go_where_they_belong(
    house: Installation, tmp_path: Path
):
    change(house, EATEN)
    ours, theirs = os.openpty()
    with (tmp_path / "found.txt").open("wb") as found:
        words = ["-m", "mailbot", "datamap", "check", "--config", str(house.config)]
        done = subprocess.run([sys.executable, *words], stdout=found, stderr=theirs, check=False)
    os.close(theirs)
    watched = os.read(ours, 100_000).decode()
    os.close(ours)

    assert done.returncode == 1
    assert "looking at company: indexes …" in watched
    assert "invoices" not in watched
    assert (tmp_path / "found.txt").read_text(encoding="utf-8").startswith("FAULT  company: table invoices")


# ---------------------------------------------------------------- discover


def test_a_proposed_map_is_printed_or_written_and_nothing_is_written_over(house: Installation, tmp_path: Path):
    url, out = house.sections["data"]["url"], tmp_path / "proposed.toml"

    printed = discovered(url)
    written = discovered(url, "--out", out)
    again = discovered(url, "--out", out)

    assert (printed.exit_code, written.exit_code, again.exit_code) == (0, 0, 2)
    assert out.read_text(encoding="utf-8") == printed.output.removesuffix("\n")
    assert "mailbot datamap check" in written.output
    assert "nothing is written over it" in again.output


def test_the_url_may_come_from_the_environment_with_its_password(
    house: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAILBOT_DISCOVER_URL", house.sections["data"]["url"])

    assert '[[stores.tables]]\nname = "subjects"' in discovered().output


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite+aiosqlite:////nowhere/company.db", 3),
        ("postgresql+asyncpg://mailbot:geheim@127.0.0.1:1/shop", 3),
        ("shop", 2),
    ],
)
def test_a_database_that_is_away_exits_3_and_a_url_that_cannot_work_2(house: Installation, url: str, code: int):
    result = discovered(url)

    assert (result.exit_code, "geheim" in result.output) == (code, False)
