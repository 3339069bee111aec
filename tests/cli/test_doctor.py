"""`mailbot doctor` over a whole installation: what is well, what is not, and what to do about it."""

import asyncio
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailbot.app import seeded_chance
from mailbot.cli.checks import Line, State
from mailbot.cli.doctor import doctor
from tests.cli.installation import INFO, Installation, line_of, not_ok, states

pytestmark = pytest.mark.slow  # together they take longer than make check may

OK, WARN, FAIL = State.OK, State.WARN, State.FAIL


# ---------------------------------------------------------------- all is well


async def test_a_healthy_installation_is_told_line_by_line_in_a_stable_order(house: Installation):
    said = await house.report(letter=True)

    assert states(said) == {
        "configuration": OK,
        "secrets": OK,
        "law": OK,
        "calendars": OK,
        "word lists": OK,
        "templates": OK,
        "data map": OK,
        "last contact": WARN,  # the reference schema has no column for it
        "return watch": OK,
        "DNS": WARN,  # answers come from a file here
        "ledger": OK,
        "switches": OK,
        "audit": OK,
        "company data": OK,
        "IMAP": OK,
        "folder INBOX": OK,
        "folder Junk": OK,
        "junk": OK,
        "Sent": OK,
        "release": OK,
        "news": OK,
        "letters": OK,
        "SMTP": OK,
        "letter": OK,
        "clock": OK,
    }
    assert list(states(said))[-3:] == ["SMTP", "letter", "clock"]
    assert all(bool(line.remedy) == (line.state is not OK) for line in said)


async def test_doctor_leaves_the_databases_as_they_were(house: Installation):
    before = {name: house.file(name).read_bytes() for name in ("ledger", "company")}

    await house.report()

    assert {name: house.file(name).read_bytes() for name in before} == before


async def test_doctor_says_that_nothing_is_carried_out_and_how_to_go_on(house: Installation):
    with sqlite3.connect(house.file("ledger")) as ledger:
        ledger.execute(
            "INSERT INTO switches VALUES ('everything', '2026-11-22 10:00:00', 'lawyer', 'the shop moves')"
        )

    line = line_of("switches", await house.report())

    assert line.state is WARN
    assert line.said == "everything is off since 2026-11-22 10:00 UTC, by lawyer: the shop moves"
    assert line.remedy.endswith("mailbot resume everything")


# ---------------------------------------------------------------- settings and secrets


async def test_a_wrong_setting_is_the_one_failure_and_is_named(house: Installation):
    house.sections["mailbox"]["port"] = "imaps"

    said = await house.report()

    assert states(said) == {"configuration": FAIL, "everything else": WARN}
    assert "mailbox.port: Expected `int`, got `str`" in said[0].said


async def test_a_missing_secret_hides_nothing_that_needs_none(
    house: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("MAILBOT_SECRET_KEY")

    said = await house.report(letter=True)

    assert line_of("secrets", said).state is FAIL
    assert "secret_key is missing" in line_of("secrets", said).said
    assert line_of("templates", said).state is OK
    assert [line.check for line in said if line.said == "not looked at"] == [
        *("ledger", "audit", "company data", "IMAP", "SMTP", "letter", "clock")
    ]


async def test_a_relay_user_without_a_password_is_a_missing_secret(house: Installation):
    house.sections["relay"]["user"] = INFO

    said = await house.report()

    assert line_of("secrets", said).said == "smtp_password is missing, but relay.user is set"


async def test_law_and_calendars_grow_old(house: Installation):
    said = await house.report(chance=seeded_chance(1, now=lambda: datetime(2031, 1, 2, tzinfo=UTC)))

    assert not_ok(said) == {"last contact": WARN, "law": WARN, "calendars": WARN, "DNS": WARN, "clock": WARN}


async def test_a_broken_law_table_hides_neither_the_words_nor_the_templates(house: Installation):
    (house.folder / "law").mkdir()

    said = await house.report()

    assert not_ok(said) == {"last contact": WARN, "law": FAIL, "DNS": WARN, "clock": WARN}
    assert "kz.toml" in line_of("law", said).said


async def test_every_template_that_does_not_render_has_a_line(house: Installation):
    own_letter = house.folder / "templates" / "receipt" / "kk"
    own_letter.mkdir(parents=True)
    (own_letter / "body.txt").write_text("{{ no_such_fact }}")

    said = await house.report()

    assert "receipt/kk" in line_of("templates", said).said
    assert line_of("templates", said).state is FAIL


# ---------------------------------------------------------------- databases


async def test_a_ledger_that_is_not_there_is_named_and_not_made(house: Installation):
    house.file("ledger").unlink()

    said = await house.report()

    assert line_of("ledger", said).state is FAIL
    assert "mailbot db upgrade" in line_of("ledger", said).remedy
    assert line_of("audit", said).said == "not looked at"
    assert not house.file("ledger").exists()


async def test_a_ledger_without_tables_names_the_command(house: Installation):
    house.file("ledger").unlink()
    house.file("ledger").touch()

    ledger = line_of("ledger", await house.report())

    assert ledger.said.startswith("empty, the program needs ")
    assert "mailbot db upgrade" in ledger.remedy


async def test_a_forged_event_breaks_the_chain(house: Installation):
    with sqlite3.connect(house.file("ledger")) as forger:
        forger.execute("UPDATE audit SET name = 'folder.forgotten'")
    forger.close()

    said = await house.report()

    assert not_ok(said) == {"last contact": WARN, "audit": FAIL, "DNS": WARN, "clock": WARN}


async def test_a_company_database_that_does_not_fit_has_its_remedy(house: Installation):
    with sqlite3.connect(house.file("company")) as company:
        company.execute("DROP TABLE site_visits")
    company.close()

    assert line_of("company data", await house.report()) == Line(
        check="company data",
        state=FAIL,
        said="store company: table site_visits is missing",
        remedy="create it, or correct config/datamap.toml",
    )


async def test_a_cascade_into_a_table_that_is_not_on_the_map_is_an_error_with_its_remedy(house: Installation):
    with sqlite3.connect(house.file("company")) as company:
        company.execute("CREATE TABLE invoices (n INTEGER, whose INTEGER REFERENCES subjects ON DELETE CASCADE)")
    company.close()

    assert line_of("company data", await house.report()) == Line(
        check="company data",
        state=FAIL,
        said="store company: table invoices loses rows by ON DELETE CASCADE when subjects is destroyed",
        remedy="put it on the map, or change its foreign key",
    )


async def test_a_table_that_would_forget_whose_it_is_is_a_warning(house: Installation):
    with sqlite3.connect(house.file("company")) as company:
        company.execute("CREATE TABLE payments (n INTEGER, whose INTEGER REFERENCES subjects ON DELETE SET NULL)")
    company.close()

    said = [line for line in await house.report() if line.check == "company data"]

    assert [line.state for line in said] == [OK, WARN]
    assert said[1].remedy == "put it on the map if personal data stand in it"


async def test_no_password_of_a_database_is_ever_said(house: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAILBOT_LEDGER_URL", "postgresql+asyncpg://mailbot:geheim@127.0.0.1:1/mailbot")
    monkeypatch.setenv("MAILBOT_COMPANY_URL", "postgresql+asyncpg://mailbot:geheim@127.0.0.1:1/company")

    said = await house.report()

    assert not_ok(said) == {
        "last contact": WARN,
        "DNS": WARN,
        "ledger": FAIL,
        "audit": WARN,
        "company data": FAIL,
        "clock": WARN,
    }
    assert "geheim" not in repr(said)


# ---------------------------------------------------------------- the command


async def test_the_command_speaks_json_and_exits_0_where_nothing_fails(house: Installation, root_logger: None):
    said = await house.report()

    result = await asyncio.to_thread(
        CliRunner().invoke, doctor, ["--config", str(house.config), "--no-letter", "--json"]
    )

    assert result.exit_code == 0, result.output
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["check"], one["state"]) for one in told] == [(line.check, line.state.value) for line in said]
    assert {tuple(one) for one in told} == {("check", "state", "said", "remedy")}


async def test_the_command_says_one_line_each_and_exits_1_where_something_fails(
    house: Installation, root_logger: None
):
    house.sections["mailbox"]["folders"] = ["Nowhere"]
    said = await house.report()

    result = await asyncio.to_thread(CliRunner().invoke, doctor, ["--config", str(house.config), "--no-letter"])

    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == len(said)
    assert "FAIL  folder Nowhere cannot be opened" in result.stdout
    assert "  — make the folder in a mail program, or correct mailbox.folders" in result.stdout


def test_a_settings_file_that_is_missing_is_said_with_its_remedy(tmp_path: Path, root_logger: None):
    result = CliRunner().invoke(doctor, ["--config", str(tmp_path / "nothing.toml")])

    assert result.exit_code == 1
    assert "mailbot init" in result.stdout
