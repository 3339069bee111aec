"""How it starts, refuses to start, takes new settings and stops."""

import signal
import sqlite3
from contextlib import closing

import pytest

from mailbot.core.model import Right
from tests.acceptance.people import Post, somebody
from tests.acceptance.program import Program
from tests.acceptance.waiting import until

pytestmark = [pytest.mark.servers, pytest.mark.slow]

STOP_WITHIN = 10.0  # seconds, issue 2 item 11


def test_an_empty_ledger_is_refused_and_the_command_named(program: Program):
    (program.folder / "ledger.sqlite").unlink()

    refused = program.command("run")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.splitlines()[0].startswith("Error: the ledger is empty")
    assert "`mailbot db upgrade`" in refused.stderr


def test_a_ledger_at_another_revision_is_refused_and_the_command_named(program: Program):
    with closing(sqlite3.connect(program.folder / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")

    refused = program.command("run")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "at revision 9999" in refused.stderr
    assert "`mailbot db upgrade`" in refused.stderr


@pytest.mark.parametrize(
    ("section", "key", "value", "named"),
    [
        ("mailbox", "port", "imaps", "mailbox.port"),
        ("relay", "retries", 3, "retries"),
        ("company", "zone", "Asia/Nowhere", "company.zone"),
        ("ledger", "url", "sqlite:///ledger.sqlite", "ledger.url"),
        ("dns", "zone_file", "/nowhere/zone.json", "dns.zone_file"),
    ],
)
def test_a_wrong_setting_ends_it_with_one_line_that_names_it(program: Program, section, key, value, named):
    program.sections[section][key] = value
    program.write_settings()

    refused = program.command("run")
    assert (refused.returncode, refused.stdout) == (2, "")
    (line,) = refused.stderr.splitlines()
    assert named in line


def test_a_missing_secret_ends_it_with_one_line_that_names_it(program: Program):
    del program.secrets["MAILBOT_SECRET_KEY"]

    refused = program.command("run")
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert "MAILBOT_SECRET_KEY" in line


def test_settings_that_cannot_be_read_leave_the_old_ones_at_work(running: Program, post: Post):
    good = running.config.read_text()
    running.config.write_text("this is not TOML [")
    running.signal(signal.SIGHUP)
    running.wait_for("config.kept")
    person = somebody()
    post.ask(person, Right.UNSUBSCRIBE)
    post.wait_for_letters([person])

    running.config.write_text(good.replace("Example Roofs", "Example Tiles"))
    running.signal(signal.SIGHUP)
    running.wait_for("config.reloaded")
    until(lambda: running.ear.said.count("READY=1") == 3, 10, lambda: f"READY=1 thrice: {running.ear.said}")
    another = somebody()
    post.ask(another, Right.UNSUBSCRIBE)
    (letter,) = post.wait_for_letters([another])
    assert letter["From"].addresses[0].display_name == "Example Tiles"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_order_within_ten_seconds(running: Program, number: signal.Signals):
    running.signal(number)
    until(lambda: not running.alive, STOP_WITHIN, lambda: running.out)

    assert running.process.returncode == 0
    assert running.log()[-1]["event"] == "daemon.stopped"
    assert "STOPPING=1" in running.ear.said
    assert running.log("daemon.cut_short") == []


def test_it_stops_in_time_though_everything_is_down(program: Program):
    nobody = {"host": "127.0.0.1", "port": 9}
    program.sections["mailbox"] |= nobody
    program.sections["relay"] |= nobody
    program.write_settings()
    program.start()
    program.wait_for_status("waiting for: receive: IMAP")

    code, took = program.stop()
    assert code == 0
    assert took < STOP_WITHIN
