"""What is down holds up only what needs it: mail is safe, its clock runs, the program says what it waits for."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mailbot.core.model import CaseState, Language, Right
from tests.acceptance.company import Company
from tests.acceptance.name_server import name_server
from tests.acceptance.people import ZONE, Post, somebody
from tests.acceptance.program import Program
from tests.servers.dovecot import DovecotServer
from tests.servers.ports import free_port
from tests.servers.postfix import PostfixServer

pytestmark = [pytest.mark.servers, pytest.mark.slow]


@contextmanager
def down(server: DovecotServer | PostfixServer) -> Iterator[None]:
    """The server is killed, and is there again afterwards whatever happens."""
    server.kill()
    try:
        yield
    finally:
        server.start()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another program holds the database and does not let go."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a_letter_waits_while_the_relay_is_down(running: Program, post: Post, postfix: PostfixServer):
    person = somebody()
    with down(postfix):
        post.put(person, Right.UNSUBSCRIBE)
        running.wait_for("answer.deferred")
        running.wait_for_status("waiting for: deliver: 1 of our letters wait for the relay")
        assert running.says_steadily("waiting for: deliver")
        (case,) = running.cases()
        assert (case.state, case.letters) == (CaseState.DONE, 1)

    post.wait_for_letters([person])
    running.wait_for("answer.sent")
    running.wait_for_status("watching")
    assert post.count(person) == 1


def test_a_case_waits_while_the_companys_database_is_locked(running: Program, company: Company, post: Post):
    person = somebody()
    company.open([person])
    with locked(running.folder / "company.sqlite"):
        post.ask(person, Right.UNSUBSCRIBE)
        running.wait_for_status("waiting for: fulfil: store company")
        (case,) = running.cases()
        assert (case.state, case.letters) == (CaseState.FULFILLING, 0)
        assert case.due_at > case.received_at

    post.wait_for_letters([person])
    assert company.rows("subscriptions")[person.key]["stopped_at"] is not None
    running.wait_for_status("watching")


def test_a_case_waits_while_the_companys_database_is_gone(program: Program, company: Company, post: Post):
    person = somebody()
    company.open([person])
    files = {file: file.with_name(f"away-{file.name}") for file in program.folder.glob("company.sqlite*")}
    for file, away in files.items():
        file.rename(away)
    program.start()
    program.live()
    post.ask(person, Right.UNSUBSCRIBE)
    program.wait_for_status("waiting for: fulfil: store company")
    assert not (program.folder / "company.sqlite").exists()

    for file, away in files.items():
        away.rename(file)
    post.wait_for_letters([person])
    assert company.rows("subscriptions")[person.key]["stopped_at"] is not None


def test_mail_stays_in_the_mailbox_while_the_ledger_is_locked(running: Program, post: Post):
    person = somebody()
    with locked(running.folder / "ledger.sqlite"):
        post.ask(person, Right.UNSUBSCRIBE)
        running.wait_for_status("receive: the ledger cannot be used now")
        assert running.cases() == []

    post.wait_for_letters([person])
    running.wait_for_status("watching")


def test_it_goes_on_after_the_mail_server_was_down(running: Program, post: Post, dovecot: DovecotServer):
    person = somebody()
    with down(dovecot):
        running.wait_for_status("receive: IMAP")
    post.ask(person, Right.UNSUBSCRIBE)

    post.wait_for_letters([person])
    assert running.alive
    running.wait_for_status("watching")


def test_a_wrong_password_is_said_without_it_and_tried_again(program: Program, dovecot: DovecotServer):
    wrong = "an invented and wrong password"
    program.secrets["MAILBOT_IMAP_PASSWORD"] = wrong
    program.start()
    program.wait_for_status("user name or password refused")
    assert wrong not in program.out + program.err + "".join(program.ear.said)

    (dovecot._accounts / program.ours).write_text(f"{program.ours}:{{PLAIN}}{wrong}\n")  # now it is right
    program.wait_for_status("watching")
    assert program.log("loop.recovered")


def test_a_letter_is_received_while_dns_is_down_and_decided_when_it_answers(
    program: Program, company: Company, post: Post
):
    person = somebody(Language.KK, signs=True)
    company.open([person])
    port = free_port()
    program.sections["dns"] = {"nameservers": ["127.0.0.1"], "port": port, "timeout_seconds": 1}
    program.write_settings()
    program.start()
    program.live()
    post.ask(person, Right.WITHDRAW_CONSENT)
    program.wait_for("letter.received")
    program.wait_for_status("waiting for: decide: DNS does not answer")
    assert program.says_steadily("waiting for: decide")
    assert program.cases() == []

    with name_server(port, ZONE):
        post.wait_for_letters([person])
    (case,) = program.cases()
    assert case.standing == "Proven"
    assert company.rows("subjects")[person.key]["blocked_at"] is not None
    program.wait_for_status("watching")
