"""The servers that the acceptance tests stand on keep their own promises."""

import asyncio
import imaplib
import smtplib
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.servers.child import Child, answers
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.servers


def letter(subject: str) -> bytes:
    head = f"From: anna@example.org\r\nTo: info@example.kz\r\nSubject: {subject}\r\n"
    return head.encode() + b"\r\n.A line that begins with a dot\r\n"


def found(client: imaplib.IMAP4, subject: str, *, within: float = 10) -> bytes:
    """The letter with this subject from the INBOX, waited for *within* seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        client.select("INBOX", readonly=True)
        uids = client.search(None, "SUBJECT", subject)[1][0].split()
        if uids:
            part = client.fetch(uids[-1].decode(), "(BODY.PEEK[])")[1][0]
            assert isinstance(part, tuple)
            return part[1]
        time.sleep(0.02)
    raise TimeoutError(subject)


def test_a_letter_submitted_to_postfix_is_soon_in_the_mailbox(dovecot: DovecotServer, postfix: PostfixServer):
    postfix.submit(letter("round-trip"), "anna@example.org", "info@example.kz")

    client = dovecot.login("info@example.kz")
    raw = found(client, "round-trip")
    client.logout()
    assert raw.startswith(b"Return-Path: <anna@example.org>\r\n")
    assert raw.endswith(b"\r\n\r\n.A line that begins with a dot\r\n")


def test_an_answer_reaches_the_person(dovecot: DovecotServer, postfix: PostfixServer):
    postfix.submit(letter("an-answer"), "info@example.kz", "anna@example.org")

    client = dovecot.login("anna@example.org")
    raw = found(client, "an-answer")
    client.logout()
    assert b"Subject: an-answer\r\n" in raw


def test_mail_to_nobody_bounces_back(dovecot: DovecotServer, postfix: PostfixServer):
    postfix.submit(letter("to-nobody"), "anna@example.org", "nobody@example.kz")

    client = dovecot.login("anna@example.org")
    raw = found(client, "Undelivered")
    client.logout()
    assert b"Final-Recipient: rfc822; nobody@example.kz" in raw


def test_postfix_relays_to_no_other_domain(postfix: PostfixServer):
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="Relay access denied"):
        postfix.submit(letter("elsewhere"), "anna@example.org", "someone@example.com")


def test_postfix_offers_dsn_smtputf8_and_starttls(postfix: PostfixServer):
    with smtplib.SMTP("127.0.0.1", postfix.port) as smtp:
        smtp.ehlo()

        assert {"dsn", "smtputf8", "starttls"} <= smtp.esmtp_features.keys()


def test_the_submission_port_wants_tls_and_a_login(dovecot: DovecotServer, postfix: PostfixServer):
    account = dovecot.account("info@example.kz")
    trusted = ssl.create_default_context(cafile=postfix.ca_file)

    with smtplib.SMTP("localhost", postfix.submission_port) as smtp:
        with pytest.raises(smtplib.SMTPException, match="STARTTLS command first"):
            smtp.sendmail("info@example.kz", "anna@example.org", letter("in-the-clear"))
        smtp.starttls(context=trusted)
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="Access denied"):
            smtp.sendmail("info@example.kz", "anna@example.org", letter("not-logged-in"))
        smtp.login(account.user, account.password)
        smtp.sendmail("info@example.kz", "anna@example.org", letter("logged-in"))

    client = dovecot.login("anna@example.org")
    raw = found(client, "logged-in")
    client.logout()
    assert b"Subject: logged-in\r\n" in raw


@pytest.mark.slow
def test_mail_waits_in_postfix_while_dovecot_is_down(dovecot: DovecotServer, postfix: PostfixServer):
    dovecot.stop()
    postfix.submit(letter("waited"), "anna@example.org", "info@example.kz")
    time.sleep(0.2)  # the first attempt fails
    dovecot.start()

    client = dovecot.login("info@example.kz")
    raw = found(client, "waited")
    client.logout()
    assert b"Subject: waited\r\n" in raw


def test_dovecot_shows_a_certificate_of_our_authority(dovecot: DovecotServer):
    trusted = ssl.create_default_context(cafile=dovecot.ca_file)
    account = dovecot.account("info@example.kz")

    with imaplib.IMAP4_SSL("localhost", dovecot.imaps_port, ssl_context=trusted) as client:
        assert client.login(account.user, account.password)[0] == "OK"
    with imaplib.IMAP4("127.0.0.1", dovecot.imap_port) as client:
        client.starttls(trusted)
        assert client.login(account.user, account.password)[0] == "OK"


def test_a_client_that_does_not_know_our_authority_refuses(dovecot: DovecotServer):
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL("localhost", dovecot.imaps_port, ssl_context=ssl.create_default_context())


def test_mail_and_accounts_survive_a_restart(dovecot: DovecotServer):
    dovecot.deliver("kept@example.kz", b"Subject: kept\n\nLF only\n")
    dovecot.kill()
    dovecot.start()

    client = dovecot.login("kept@example.kz")
    raw = found(client, "kept")
    client.logout()
    assert raw.endswith(b"\r\n\r\nLF only\r\n")


async def ask(url: str, statement: str) -> object:
    """The first value the statement gives, or None; what it changes is committed."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        result = await connection.execute(text(statement))
        answer = result.scalar() if result.returns_rows else None
    await engine.dispose()
    return answer


async def test_every_database_of_postgres_is_fresh(postgres: PostgresServer):
    first, second = postgres.database(), postgres.database()

    await ask(first, "CREATE TABLE letters AS SELECT 1 AS id")
    assert await ask(second, "SELECT to_regclass('letters')") is None


async def test_postgres_recovers_from_a_kill(postgres: PostgresServer):
    url = postgres.database()
    await ask(url, "CREATE TABLE letters AS SELECT 7 AS id")

    await asyncio.to_thread(postgres.kill)
    await asyncio.to_thread(postgres.start)
    assert await ask(url, "SELECT id FROM letters") == 7


RUN_AND_WAIT = """
import sys, time
from pathlib import Path
from tests.servers.certificates import make_certificates
from tests.servers.dovecot import DovecotServer
folder = Path(sys.argv[1])
server = DovecotServer(folder, make_certificates(folder))
server.start()
print(server.imap_port, flush=True)
time.sleep(60)
"""


@pytest.mark.slow
def test_no_server_outlives_a_test_run_that_is_killed(dovecot: DovecotServer, servers_folder: Path):
    folder = servers_folder / "killed"
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", RUN_AND_WAIT, folder], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        port = int(run.stdout.readline())
        assert answers(port)
        run.kill()

    gone_by = time.monotonic() + 5
    while answers(port):
        assert time.monotonic() < gone_by
        time.sleep(0.02)


def test_a_server_that_cannot_start_says_why(tmp_path: Path):
    child = Child(["sh", "-c", "echo no such port; exit 3"], ready=lambda: False, log=tmp_path / "log")

    with pytest.raises(RuntimeError, match="sh ended with 3: no such port"):
        child.start()
