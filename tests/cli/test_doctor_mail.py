"""`mailbot doctor` about the world outside: mailbox, relay, the letter to itself, clock, DNS."""

import asyncio
import socket
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailbot.adapters.imap import ImapMailbox
from mailbot.app import own_of, real_chance
from mailbot.cli import checks
from mailbot.cli.checks import Line, State, relay
from mailbot.config import load
from mailbot.core.decide import concerns_us
from mailbot.core.message import read
from mailbot.core.model import Concern, Machine, Message, Reading
from mailbot.demo.servers import EmbeddedMail
from tests.adapters.fake_dns import FakeDns, serving
from tests.adapters.fake_smtp import ScriptedRelay, listening
from tests.adapters.imap.fake_server import SILENCE, FakeServer, Script
from tests.cli.installation import INFO, PASSWORD, Installation, line_of, not_ok, states

pytestmark = pytest.mark.slow  # together they take longer than make check may

OK, WARN, FAIL = State.OK, State.WARN, State.FAIL


async def inbox(mail: EmbeddedMail) -> list[bytes]:
    box = ImapMailbox(host="127.0.0.1", port=mail.imap_port, tls="none", user=INFO, password=PASSWORD)
    try:
        return [one.raw for one in await box.fetch("INBOX", await box.uids("INBOX"))]
    finally:
        await box.close()


# ---------------------------------------------------------------- the letter


async def test_the_letter_to_itself_really_comes_and_the_daemon_leaves_it_alone(
    house: Installation, mail: EmbeddedMail
):
    said = await house.report(letter=True)

    [raw] = await inbox(mail)
    ours = read(raw, own=own_of(load(house.config)))
    assert isinstance(ours, Message)
    assert (ours.machine, ours.subject[:14]) == (Machine.OURSELVES, "mailbot doctor")
    assert not concerns_us(ours, Reading(concerns=(Concern.UNSURE,)), tied=False)
    assert line_of("letter", said).said.endswith("into INBOX")
    assert line_of("folder INBOX", said).said == "0 messages"


async def test_no_letter_is_sent_where_none_is_wanted(house: Installation, mail: EmbeddedMail):
    said = await house.report(letter=False)

    assert await inbox(mail) == []
    assert "letter" not in states(said)
    assert not_ok(said) == {"last contact": WARN, "DNS": WARN, "clock": WARN}


# ---------------------------------------------------------------- mailbox


async def test_a_wrong_password_fails_alone_and_is_not_printed(
    house: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAILBOT_IMAP_PASSWORD", "something else 123")

    said = await house.report(letter=True)

    assert not_ok(said) == {
        "last contact": WARN,
        "DNS": WARN,
        "IMAP": FAIL,
        "folders": WARN,
        "letter": WARN,
        "clock": WARN,
    }
    assert "imap_password" in line_of("IMAP", said).remedy
    assert "something else" not in repr(said)
    assert PASSWORD not in repr(said)


async def test_a_folder_that_is_missing_is_named(house: Installation):
    house.sections["mailbox"]["folders"] = ["INBOX", "Өтініштер"]

    said = await house.report()

    assert not_ok(said) == {"last contact": WARN, "DNS": WARN, "folder Өтініштер": FAIL, "clock": WARN}


async def test_a_sent_folder_that_is_missing_will_be_made(house: Installation):
    house.sections["mailbox"]["sent"] = "Жіберілгендер"

    assert line_of("Sent", await house.report()).state is WARN


async def test_the_servers_own_folders_come_as_lines_for_the_settings(house: Installation):
    listed = (
        b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n'
        b'* LIST (\\HasNoChildren \\Sent) "/" "[Gmail]/&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"\r\n'
        b'* LIST (\\HasNoChildren \\Junk) "/" "[Gmail]/&BCEEPwQwBDw-"\r\nTAG OK done\r\n'
    )
    house.sections["mailbox"]["junk"] = []

    said = await with_imap(house, {"LIST": listed})

    assert line_of("Sent", said).remedy == 'in mailbot.toml, under [mailbox]: sent = "[Gmail]/Отправленные"'
    assert line_of("junk", said).remedy == 'in mailbot.toml, under [mailbox]: junk = ["[Gmail]/Спам"]'


async def test_release_by_keyword_needs_a_server_that_keeps_them(house: Installation):
    house.sections["mailbox"]["release"] = "keyword"
    no_keywords = (
        b"* 3 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen)] x\r\n* OK [UIDVALIDITY 7] x\r\n"
        b"* OK [UIDNEXT 4] x\r\nTAG OK [READ-WRITE] done\r\n"
    )

    assert line_of("release", await house.report()).state is OK
    assert line_of("release", await with_imap(house, {"SELECT": no_keywords})).state is FAIL


async def test_release_by_moving_needs_the_folder_and_a_server_that_moves(house: Installation):
    house.sections["mailbox"]["release"] = "move"
    poor = b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"

    missing = line_of("release", await house.report())
    house.sections["mailbox"]["handled"] = "Sent"
    there = line_of("release", await house.report())
    cannot = line_of("release", await with_imap(house, {"CAPABILITY": poor}))

    assert (missing.state, there.state, cannot.state) == (FAIL, OK, FAIL)
    assert missing.said == "there is no folder Handled"
    assert cannot.said == "the server offers neither MOVE nor UIDPLUS"


async def test_a_server_that_says_nothing_is_given_up(house: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "QUICK", 0.3)
    loop = asyncio.get_running_loop()
    began = loop.time()

    said = await with_imap(house, {"CAPABILITY": SILENCE})

    assert line_of("IMAP", said).said == "no answer in time"
    assert line_of("SMTP", said).state is OK
    assert loop.time() - began < 5


async def with_imap(house: Installation, script: Script) -> list[Line]:
    """The report about the house with a scripted IMAP server."""
    async with FakeServer(script=script) as server:
        house.sections["mailbox"]["port"] = server.port
        return await house.report()


# ---------------------------------------------------------------- relay, letter, clock


async def test_a_relay_that_refuses_us_is_told_with_its_code_only(house: Installation):
    async with listening(ScriptedRelay({"EHLO": "554 5.7.1 go away info@example.kz"})) as port:
        house.sections["relay"]["port"] = port
        said = await house.report(letter=True)

    assert not_ok(said) == {"last contact": WARN, "DNS": WARN, "SMTP": FAIL, "letter": WARN, "clock": WARN}
    assert INFO not in repr(said)


async def test_a_letter_that_does_not_come_back_is_a_failure(house: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(relay, "ARRIVES_WITHIN", 0.3)
    async with listening(ScriptedRelay()) as port:
        house.sections["relay"]["port"] = port
        said = await house.report(letter=True)

    assert not_ok(said) == {"last contact": WARN, "DNS": WARN, "letter": FAIL, "clock": WARN}


async def test_a_letter_the_relay_will_not_take_is_a_failure(house: Installation):
    async with listening(ScriptedRelay({"MAIL": "553 5.7.1 not yours"})) as port:
        house.sections["relay"]["port"] = port
        said = await house.report(letter=True)

    assert line_of("letter", said).state is FAIL
    assert "relay.bounce_address" in line_of("letter", said).remedy


@pytest.mark.parametrize(("minutes", "side"), [(5, "behind"), (-5, "ahead of")])
async def test_a_clock_that_is_wrong_by_minutes_is_told(tmp_path: Path, secrets: None, minutes: int, side: str):
    def off() -> datetime:
        return real_chance().now() + timedelta(minutes=minutes)

    async with EmbeddedMail({INFO: PASSWORD}, now=off) as mail:
        house = Installation(tmp_path, mail.imap_port, mail.smtp_port)
        await house.make()
        said = await house.report(letter=True)

    assert line_of("clock", said).state is WARN
    assert f"s {side} the mail server's" in line_of("clock", said).said


# ---------------------------------------------------------------- DNS


async def test_dns_that_does_not_answer_has_its_remedy(house: Installation):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        house.sections["dns"] = {
            "nameservers": ["127.0.0.1"],
            "port": silent.getsockname()[1],
            "timeout_seconds": 1,
        }
        said = await house.report()

    assert not_ok(said) == {"last contact": WARN, "DNS": FAIL, "clock": WARN}
    assert "dns.nameservers" in line_of("DNS", said).remedy


async def test_dns_that_answers_tells_of_our_own_domain(house: Installation):
    records = {"_dmarc.example.kz": [b"v=DMARC1; p=reject"]}
    async with serving(FakeDns(records)) as port:
        house.sections["dns"] = {"nameservers": ["127.0.0.1"], "port": port}
        there = line_of("DNS", await house.report())
    async with serving(FakeDns({})) as port:
        house.sections["dns"]["port"] = port
        missing = line_of("DNS", await house.report())

    assert (there.state, there.said) == (OK, "answers; your domain has DMARC at _dmarc.example.kz")
    assert (missing.state, missing.said) == (WARN, "answers; there is no DMARC record at _dmarc.example.kz")


# ---------------------------------------------------------------- a person's letters


def with_map(house: Installation, old: str, new: str) -> None:
    """The shipped data map, with one passage changed."""
    text = Path("config/datamap.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (house.folder / "datamap.toml").write_text(text.replace(old, new), encoding="utf-8")


async def test_a_folder_of_the_data_map_that_is_missing_is_named(house: Installation):
    """An erasure would wait for it: a slip in its name must not leave letters behind."""
    with_map(house, 'folders = ["INBOX", "Sent"]', 'folders = ["INBOX", "Мұрағат"]')

    line = line_of("letters", await house.report())

    assert line.state is FAIL
    assert "Мұрағат" in line.said


async def test_a_mailbox_that_is_not_on_the_data_map_is_told_of(house: Installation):
    text = Path("config/datamap.toml").read_text(encoding="utf-8")
    with_map(house, text[text.index("\n[mailbox]") : text.index("\n# ---", text.index("\n[mailbox]"))], "")

    line = line_of("letters", await house.report())

    assert line.state is WARN
    assert "[mailbox]" in line.remedy
