"""`mailbot undo`: what an operator types after a flood of forged requests."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from mailbot.cli.undo import moment_of
from tests.fakes import mail
from tests.office import SECRETS, Office, open_office

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ALMATY = ZoneInfo("Asia/Almaty")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    opened = await open_office(tmp_path)
    await opened.begin()
    await opened.live()
    opened.mailbox.put(mail("Отпишите меня от рассылки, пожалуйста."))
    await opened.turn()
    yield opened
    await opened.data.dispose()
    await opened.app.close()


async def typed(folder: Path, *words: str) -> Result:
    command = ["undo", *words, "--config", str(folder / "mailbot.toml")]
    return await asyncio.to_thread(CliRunner().invoke, main, command, env=SECRETS)


async def test_undo_counts_first_and_takes_back_then(office: Office, tmp_path: Path, root_logger: None):
    counted = await typed(tmp_path, "--since", "1d", "--dry-run", "--json")
    done = await typed(tmp_path, "--since", "1d", "--as", "lawyer", "--json")
    again = await typed(tmp_path, "--since", "1d")

    told = [json.loads(result.stdout) for result in (counted, done)]
    assert [(one["dry_run"], one["cases"], one["addresses"], one["closed"]) for one in told] == [
        (True, 1, 1, 0),
        (False, 1, 1, 0),
    ]
    assert "of 0 addresses (0 cases) are lifted" in " ".join(again.output.split())
    assert (await office.events()).count("case.taken_back") == 1


async def test_a_time_that_is_none_is_an_argument_that_is_wrong(office: Office, tmp_path: Path, root_logger: None):
    result = await typed(tmp_path, "--since", "lunch")

    assert result.exit_code == 2
    assert "2h, 30m, 1d" in result.output


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", "2026-11-22T10:00:00+00:00"),
        ("30m", "2026-11-22T11:30:00+00:00"),
        ("1d", "2026-11-21T12:00:00+00:00"),
        ("2026-11-22T14:30", "2026-11-22T09:30:00+00:00"),
        ("2026-11-22 14:30", "2026-11-22T09:30:00+00:00"),
        ("2026-11-22T11:00Z", "2026-11-22T11:00:00+00:00"),
        ("2026-11-22", "2026-11-21T19:00:00+00:00"),
    ],
)
def test_a_time_without_a_zone_is_the_companys(text: str, moment: str):
    assert moment_of(text, now=NOW, zone=ALMATY) == datetime.fromisoformat(moment)


@pytest.mark.parametrize("text", ["", "h", "2 h", "-1d", "2h30", "99999h", "2026-13-01"])
def test_what_names_no_time_is_refused(text: str):
    with pytest.raises(click.BadParameter):
        moment_of(text, now=NOW, zone=ALMATY)
