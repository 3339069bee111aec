"""`mailbot retention`, as an operator types it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from tests.fakes import mail
from tests.office import KEEPS_ALL, SECRETS, Office, ready_office

OWN = """
[ledger]
system = "Журнал обращений"
norm = "152-ФЗ, ст. 21"
keep_days = 30
"""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    (tmp_path / "datamap.toml").write_text(KEEPS_ALL + OWN, encoding="utf-8")
    opened = await ready_office(tmp_path)
    yield opened
    await opened.close()


async def typed(folder: Path, *words: str) -> Result:
    command = ["retention", *words, "--config", str(folder / "mailbot.toml")]
    return await asyncio.to_thread(CliRunner().invoke, main, command, env=SECRETS)


async def test_what_is_due_is_counted_and_then_done_once(office: Office, tmp_path: Path, root_logger: None):
    office.clock.forward(days=-9000)  # the command has the real clock
    office.mailbox.put(mail("Отпишите меня от рассылки."))
    await office.turn()

    counted = await typed(tmp_path, "--dry-run", "--json")
    assert (await office.only_case()).redacted_at is None
    done = await typed(tmp_path, "--json", "--as", "lawyer")
    again = await typed(tmp_path, "--dry-run")

    assert json.loads(counted.stdout) == {"dry_run": True, "copies": 0, "cases": 1, "letters": 0}
    assert json.loads(done.stdout) == {"dry_run": False, "copies": 0, "cases": 1, "letters": 0}
    assert "forgets whom they were about, due: 0" in again.output
    assert (await office.only_case()).redacted_at is not None
    async with office.desk.ledger.read() as book:
        actors = [link.event.actor for link in await book.links() if link.event.name == "case.redacted"]
    assert actors == ["lawyer"]
