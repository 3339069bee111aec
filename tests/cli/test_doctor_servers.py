"""`mailbot doctor` on real servers: TLS, logins, and a letter through Postfix into Dovecot."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailbot.adapters.ledger.migrate import upgrade
from mailbot.cli.checks import State
from tests.cli.installation import KEY, Installation, line_of, not_ok, states
from tests.servers.dovecot import PASSWORD, DovecotServer
from tests.servers.postfix import PostfixServer
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.servers

DOCTOR = "doctor@example.kz"
WARN, FAIL = State.WARN, State.FAIL


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("MAILBOT_SECRET_KEY", KEY)
    monkeypatch.setenv("MAILBOT_IMAP_PASSWORD", PASSWORD)
    monkeypatch.setenv("MAILBOT_SMTP_PASSWORD", PASSWORD)


@pytest.fixture
async def house(tmp_path: Path, dovecot: DovecotServer, postfix: PostfixServer) -> AsyncIterator[Installation]:
    dovecot.account(DOCTOR)
    made = Installation(tmp_path, dovecot.imaps_port, postfix.submission_port)
    await made.make()
    ca_file, host = str(dovecot.ca_file), "localhost"
    made.sections["mailbox"] |= {"address": DOCTOR, "user": DOCTOR, "tls": "implicit", "host": host}
    made.sections["mailbox"]["ca_file"] = ca_file
    made.sections["relay"] |= {"user": DOCTOR, "tls": "starttls", "ca_file": ca_file, "host": host}
    yield made
    await asyncio.sleep(0.2)  # after a refused login aiosmtplib says good-bye to TLS in the background


async def test_a_letter_goes_through_postfix_into_dovecot(house: Installation):
    said = await house.report(letter=True)

    assert not_ok(said) == {"last contact": WARN, "DNS": WARN}
    assert line_of("letter", said).said.endswith("into INBOX")
    assert line_of("news", said).said.startswith("the server tells at once (IDLE)")


async def test_a_certificate_nobody_vouches_for_is_told_with_its_remedy(house: Installation):
    del house.sections["mailbox"]["ca_file"], house.sections["relay"]["ca_file"]

    said = await house.report(letter=True)

    assert not_ok(said) == {
        "last contact": WARN,
        "DNS": WARN,
        "IMAP": FAIL,
        "folders": WARN,
        "SMTP": FAIL,
        "letter": WARN,
        "clock": WARN,
    }
    assert "mailbox.ca_file" in line_of("IMAP", said).remedy
    assert "relay.ca_file" in line_of("SMTP", said).remedy


async def test_the_wrong_kind_of_tls_is_told_with_its_remedy(house: Installation, dovecot: DovecotServer):
    house.sections["mailbox"]["port"] = dovecot.imap_port
    house.sections["relay"]["tls"] = "implicit"

    said = await house.report()

    assert line_of("IMAP", said).state is FAIL
    assert "mailbox.tls" in line_of("IMAP", said).remedy
    assert "relay.tls" in line_of("SMTP", said).remedy


async def test_a_wrong_password_of_the_relay_is_told_and_not_printed(
    house: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAILBOT_SMTP_PASSWORD", "geheim-4711")

    said = await house.report(letter=True)

    assert not_ok(said) == {"last contact": WARN, "DNS": WARN, "SMTP": FAIL, "letter": WARN, "clock": WARN}
    assert "smtp_password" in line_of("SMTP", said).remedy
    assert "geheim" not in repr(said)


async def test_a_ledger_in_postgresql_is_looked_at_too(
    house: Installation, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
):
    url = postgres.database()
    monkeypatch.setenv("MAILBOT_LEDGER_URL", url)

    empty = line_of("ledger", await house.report())
    await upgrade(url)
    full = states(await house.report())

    assert (empty.state, empty.said[:6]) == (FAIL, "empty,")
    assert (full["ledger"], full["audit"]) == (State.OK, State.OK)
