"""`mailbot suppressed` and `mailbot keys`: what people and mailing tools ask."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot.cli import main
from tests.fakes import mail
from tests.office import SECRETS, Office, ready_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Anna wants no advertising, and nobody to call 8 700 000 00 01."""
    opened = await ready_office(tmp_path)
    opened.mailbox.put(mail("Отпишите меня от рассылки, и не звоните больше на 8 (700) 000-00-01."))
    await opened.turn()
    yield opened
    await opened.close()


async def typed(folder: Path, *words: str, secrets: dict[str, str] = SECRETS) -> Result:
    command = [*words, "--config", str(folder / "mailbot.toml")]
    return await asyncio.to_thread(CliRunner().invoke, main, command, env=secrets)


async def test_check_says_who_may_not_be_written_to(office: Office, tmp_path: Path, root_logger: None):
    asked = ("Anna <ANNA@example.org>", "+7 700 000 00 01", "boris@example.org")
    result = await typed(tmp_path, "suppressed", "check", *asked, "--as", "clerk")
    free = await typed(tmp_path, "suppressed", "check", "boris@example.org")

    first, second, third = result.stdout.splitlines()
    assert result.exit_code == 1
    assert ": all, since 2026-" in first
    assert ": all, since 2026-" in second
    assert third == "boris@example.org: not on the list"
    assert free.exit_code == 0
    assert (await office.events())[-2:] == ["suppressed.checked"] * 2


async def test_check_leaves_out_what_is_not_to_be_sent(office: Office, tmp_path: Path, root_logger: None):
    office.mailbox.put(mail("СМС не шлите, звонить можно.", sender="vera@example.org"))
    await office.turn()

    sms = await typed(tmp_path, "suppressed", "check", "vera@example.org", "--channel", "sms", "--json")
    calls = await typed(tmp_path, "suppressed", "check", "vera@example.org", "--channel", "calls", "--json")
    assert [json.loads(one.stdout)["suppressed"] for one in (sms, calls)] == [True, False]
    assert (sms.exit_code, calls.exit_code) == (1, 0)


async def test_check_refuses_what_is_neither_address_nor_number(office: Office, tmp_path: Path):
    result = await typed(tmp_path, "suppressed", "check", "Anna")

    assert result.exit_code == 2
    assert "neither an e-mail address nor a telephone number" in result.stderr


async def test_export_tells_hashes_and_no_address(office: Office, tmp_path: Path, root_logger: None):
    table = await typed(tmp_path, "suppressed", "export")
    lines = await typed(tmp_path, "suppressed", "export", "--format", "json")

    rows = list(csv.DictReader(io.StringIO(table.stdout)))
    assert rows == [
        {key: str(value) for key, value in json.loads(line).items()} for line in lines.stdout.splitlines()
    ]
    assert sorted((row["kind"], row["channel"], row["key_id"]) for row in rows) == [
        ("email", "", "1"),
        ("phone", "", "1"),
    ]
    assert "example.org" not in table.stdout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
async def test_match_says_whom_of_a_list_not_to_write_to(
    office: Office, tmp_path: Path, root_logger: None, encoding: str
):
    file = tmp_path / "customers.csv"
    rows = [
        "имя;email;phone",
        "Анна;Anna@Example.org;87000000001",
        "Борис;boris@example.org;+7 700 000 00 02",
        "?;нет;",
    ]
    file.write_bytes("\r\n".join(rows).encode(encoding))

    out = await typed(tmp_path, "suppressed", "match", str(file))
    allowed = await typed(tmp_path, "suppressed", "match", str(file), "--allowed")
    phones = await typed(tmp_path, "suppressed", "match", str(file), "--column", "phone")

    assert out.stdout.splitlines() == ["Anna@Example.org"]
    assert "no address or number: 1 rows, line 4" in out.stderr
    assert allowed.stdout.splitlines() == ["boris@example.org"]
    assert phones.stdout.splitlines() == ["87000000001"]
    assert (await office.events())[-1] == "suppressed.matched"


async def test_match_finds_another_spelling_of_a_suppressed_mailbox(
    office: Office, tmp_path: Path, root_logger: None
):
    office.mailbox.put(mail("Отпишите меня от рассылки.", sender="annaexample@gmail.com"))
    await office.turn()
    file = tmp_path / "list.csv"
    file.write_text("email\nanna.example@gmail.com\n")

    assert (await typed(tmp_path, "suppressed", "match", str(file))).stdout.splitlines() == [
        "anna.example@gmail.com"
    ]


async def test_match_names_the_columns_there_are(office: Office, tmp_path: Path):
    file = tmp_path / "list.csv"
    file.write_text("name,mail\nAnna,anna@example.org\n")
    result = await typed(tmp_path, "suppressed", "match", str(file))

    assert result.exit_code == 2
    assert "it has: name, mail" in " ".join(result.stderr.split())


async def test_keys_status_says_which_key_made_what_and_which_is_missing(
    office: Office, tmp_path: Path, root_logger: None
):
    new = {**SECRETS, "MAILBOT_SECRET_KEY": "x" * 40}
    old = {**new, "MAILBOT_OLD_SECRET_KEYS": f"1:{SECRETS['MAILBOT_SECRET_KEY']}"}
    before, after, lost = (
        await typed(tmp_path, "keys", "status", secrets=SECRETS),
        await typed(tmp_path, "keys", "status", "--json", secrets=old),
        await typed(tmp_path, "keys", "status", secrets={**new, "MAILBOT_OLD_SECRET_KEYS": f"5:{'y' * 40}"}),
    )

    assert before.exit_code == after.exit_code == 0
    assert "suppression list: 2 orders by key 1" in before.stdout
    assert "audit head: sealed with key 1" in before.stdout
    assert json.loads(after.stdout)["keys"]["token"] == {"current": 2, "old": [1]}
    assert lost.exit_code == 1
    assert "secret 1 is missing" in lost.stderr
    assert not any(secret in one.output for one in (before, after, lost) for secret in SECRETS.values())


async def test_the_trail_of_one_address_is_shown_by_every_name_it_had(
    office: Office, tmp_path: Path, root_logger: None
):
    mine = await typed(tmp_path, "audit", "tail", "--about", "Anna@example.org", "--json")
    other = await typed(tmp_path, "audit", "tail", "--about", "boris@example.org", "--json")

    assert "case.opened" in mine.stdout
    assert other.stdout == ""
