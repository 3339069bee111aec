"""`mailbot returned`: what it says and how it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from tests.fakes import mail
from tests.office import SECRETS, Office, ready_office

pytestmark = pytest.mark.slow  # a whole office for each


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    opened = await ready_office(tmp_path)
    opened.mailbox.put(mail("Отпишите меня от рассылки, пожалуйста."))
    await opened.turn()
    yield opened
    await opened.close()


async def typed(folder: Path, *words: str) -> Result:
    command = ["returned", *words, "--config", str(folder / "mailbot.toml")]
    return await asyncio.to_thread(CliRunner().invoke, main, command, env=SECRETS)


async def test_nobody_is_there_who_must_not_be(office: Office, tmp_path: Path):
    result = await typed(tmp_path)

    assert result.exit_code == 0
    assert "1 rows looked at; 1 of the suppression list stand there" in result.output
    assert "nobody is there who must not be" in result.output


async def test_who_came_back_is_counted_by_place_and_origin_and_not_shown(office: Office, tmp_path: Path):
    at = datetime(2026, 11, 24, 9, 0)  # noqa: DTZ001 - as the company keeps it
    await office.add("subjects", id=9, email="anna@example.org", full_name="Anna", source="crm.csv", since=at)
    await office.add("subscriptions", id=9, subject_id=9, channel="email", topic="news", subscribed_at=at)

    first, again = await typed(tmp_path, "--full", "--json"), await typed(tmp_path)
    await office.turn()
    last = await typed(tmp_path, "--json")

    assert (first.exit_code, again.exit_code, last.exit_code) == (1, 1, 0)
    (found,) = json.loads(first.stdout)["found"]
    assert (found["what"], found["store"], found["table"], found["people"]) == (
        *("returned.stopped", "company", "subjects"),
        1,
    )
    assert "seen before, not settled yet" in again.output
    assert json.loads(last.stdout) == {"rows": 2, "on_the_list": 1, "found": []}
    assert "anna" not in (first.output + again.output).lower()
