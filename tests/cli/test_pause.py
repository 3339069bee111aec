"""`mailbot pause` and `mailbot resume`, as an operator types them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from tests.office import SECRETS, Office, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    opened = await open_office(tmp_path)
    yield opened
    await opened.data.dispose()
    await opened.app.close()


async def typed(folder: Path, *words: str) -> Result:
    command = [*words, "--config", str(folder / "mailbot.toml")]
    return await asyncio.to_thread(CliRunner().invoke, main, command, env=SECRETS)


async def test_pause_and_resume_say_what_is_off_and_leave_a_trail(
    office: Office, tmp_path: Path, root_logger: None
):
    before = await typed(tmp_path, "pause", "--status")
    paused = await typed(tmp_path, "pause", "--why", "the shop moves", "--as", "lawyer", "--json")
    status = await typed(tmp_path, "pause", "--status")
    resumed = await typed(tmp_path, "resume", "--as", "lawyer")
    again = await typed(tmp_path, "resume", "destruction")

    (off,) = json.loads(paused.stdout)["switched_off"]
    assert (off["off"], off["by"], off["why"]) == ("everything", "lawyer", "the shop moves")
    assert [r.exit_code for r in (before, paused, status, resumed, again)] == [0, 0, 1, 0, 1]
    assert "the shop moves" in status.output
    assert "everything is on" in resumed.output
    assert "destruction was not switched off" in again.output
    assert [name for name in await office.events() if name.startswith("switch.")] == ["switch.off", "switch.on"]


async def test_a_pause_wants_a_reason(office: Office, tmp_path: Path, root_logger: None):
    result = await typed(tmp_path, "pause")

    assert result.exit_code == 2
    assert "say why" in result.output
