"""`mailbot doctor --senders`: what proves senders in a mailbox, and whether the border's word can be forged."""

import asyncio
import json
import socket
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.smtp import SmtpMailer
from mailbot.app import real_chance
from mailbot.cli.checks import Line, State, examine_senders, senders
from mailbot.cli.doctor import doctor
from mailbot.core.model import Address, RawMail
from mailbot.ports import Sent
from tests.adapters.fake_dns import PUBLIC_KEY, signed
from tests.adapters.imap.fake_server import SELECTED, FakeServer
from tests.cli.installation import INFO, PASSWORD, Installation, line_of, states

pytestmark = pytest.mark.slow  # together they take longer than make check may

OK, WARN, FAIL = State.OK, State.WARN, State.FAIL
ZONE = {"mail._domainkey.example.kz": PUBLIC_KEY.decode()}
YANDEX = (
    "Received: from postback by mail-notsolitesrv-1.vla.yp-c.yandex.net with LMTPS\r\n"
    "Received: from front by postback1a.mail.yandex.net (Yandex) with ESMTPS\r\n"
    "Received: from mail.example.kz by front.iva.yp-c.yandex.net (mxfront) with ESMTPS\r\n"
    "X-Yandex-Fwd: 1\r\n"
    "Authentication-Results: front.iva.yp-c.yandex.net; spf=pass smtp.mail=a@example.kz{dkim}\r\n"
)
GOOD = YANDEX.format(dkim="; dkim=pass header.i=@example.kz").encode()
SILENT = YANDEX.format(dkim="").encode()
OURS = b"Received: from mail.example.kz by mx.example.org (Postfix)\r\n"
SAYS = b"Authentication-Results: mx.example.org; dkim=pass header.d=example.kz\r\n"


def letter(number: int) -> bytes:
    return (
        f"From: person{number}@example.kz\r\nTo: {INFO}\r\nSubject: Question {number}\r\n"
        f"Date: Mon, 16 Nov 2026 10:00:00 +0500\r\nMessage-ID: <{number}@example.kz>\r\n"
        "Received: from phone by mail.example.kz\r\n\r\nHow much is a roof?\r\n"
    ).encode()


def written(count: int, *, by: bytes = b"", sign: bool = True) -> list[bytes]:
    return [by + (signed(letter(number)) if sign else letter(number)) for number in range(count)]


async def look(
    house: Installation, mails: Iterable[bytes], *, at: datetime | None = None, **mailbox: object
) -> list[Line]:
    """The report on a mailbox that holds these, after `mailbox` has been set."""
    box = ImapMailbox(host="127.0.0.1", port=house.imap_port, tls="none", user=INFO, password=PASSWORD)
    for raw in mails:
        await box.append("INBOX", raw, at=at or real_chance().now())
    await box.close()
    house.sections["mailbox"].update(mailbox)
    house.write()
    (house.folder / "zone.json").write_text(json.dumps(ZONE))
    said: list[Line] = []
    await examine_senders(house.config, say=said.append)
    return said


# ---------------------------------------------------------------- signatures


async def test_the_share_of_signed_mail_that_verifies_by_ourselves_is_told(house: Installation):
    said = await look(house, [*written(12), *written(3, sign=False)])

    assert states(said) == {"configuration": OK, "secrets": OK, "signatures": OK, "border": OK, "forgery": OK}
    assert line_of("signatures", said).said == (
        "15 messages; 12 signed for the author's domain, 12 (100 %) verify"
    )


async def test_something_that_changes_mail_on_its_way_is_found(house: Installation):
    said = await look(house, [*written(5), *(raw + b"Scanned.\r\n" for raw in written(10))])

    line = line_of("signatures", said)
    assert line.state is WARN
    assert "5 (33 %) verify; the others: the signature does not hold (10)" in line.said
    assert "footer" in line.remedy


async def test_mail_is_verified_as_of_the_day_it_came_and_old_mail_says_so(house: Installation):
    said = await look(house, written(12), at=real_chance().now() + timedelta(days=30))

    line = line_of("signatures", said)
    assert (line.state, "the signature was old when it came (12)" in line.said) == (WARN, True)
    assert "the mailbox was moved" in line.remedy


async def test_dns_that_does_not_answer_is_given_up_soon_and_named(house: Installation):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        house.sections["dns"] = {
            "nameservers": ["127.0.0.1"],
            "port": silent.getsockname()[1],
            "timeout_seconds": 1,
        }
        mails = [signed(letter(number), selector=f"s{number}".encode()) for number in range(12)]
        began = asyncio.get_running_loop().time()

        said = await look(house, mails)

    assert "0 (0 %) verify; the others: DNS does not answer (12)" in line_of("signatures", said).said
    assert "dns.nameservers" in line_of("signatures", said).remedy
    assert asyncio.get_running_loop().time() - began < 10


async def test_no_more_than_the_newest_messages_are_read(house: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(senders, "MOST", 4)

    said = await look(house, [*written(8, sign=False), *written(3)])

    assert line_of("signatures", said).said.startswith("4 messages; 3 signed")


async def test_nothing_is_marked_as_read_and_nothing_is_left_behind(house: Installation):
    mailer = SmtpMailer(
        host="127.0.0.1",
        port=house.smtp_port,
        tls="none",
        user=None,
        password="",
        local_hostname="mail.example.kz",
        timeout=10,
    )
    for raw in written(3):
        assert isinstance(await mailer.send("person@example.kz", Address(INFO), raw), Sent)
    await mailer.close()
    before = await inbox(house)

    said = await look(house, [])

    assert line_of("signatures", said).said.startswith("3 messages; 3 signed")
    assert await inbox(house) == before
    assert not any("\\Seen" in one.flags for one in before)


async def test_the_mailbox_is_examined_never_selected(house: Installation):
    async with FakeServer(script={"EXAMINE": SELECTED.replace(b"3 EXISTS", b"0 EXISTS")}) as server:
        house.sections["mailbox"]["port"] = server.port
        house.write()
        said: list[Line] = []
        await examine_senders(house.config, say=said.append)

    assert (len(server.sent("EXAMINE")), server.sent("SELECT"), server.sent("UID STORE")) == (1, [], [])
    assert line_of("senders", said).state is WARN


async def inbox(house: Installation) -> list[RawMail]:
    box = ImapMailbox(host="127.0.0.1", port=house.imap_port, tls="none", user=INFO, password=PASSWORD)
    try:
        return [
            replace(one, flags=one.flags - {"\\Recent"})
            for one in await box.fetch("INBOX", await box.uids("INBOX"))
        ]
    finally:
        await box.close()


async def test_an_empty_mailbox_says_so(house: Installation):
    assert line_of("senders", await look(house, [])).state is WARN


# ---------------------------------------------------------------- the border


async def test_by_default_nobody_is_believed_and_the_preset_that_would_fit_is_named(house: Installation):
    said = await look(house, written(12, by=GOOD))

    assert line_of("border", said).said == (
        "nobody's results are believed; those of yandex360 are on 12 (100 %), agreeing with us on 12 (100 %)"
    )
    assert line_of("forgery", said).said == "none can pass: nobody's results are believed"


async def test_ones_own_server_is_named_with_the_lines_for_the_settings(house: Installation):
    said = await look(house, [*written(12, by=SAYS + OURS), *written(1, sign=False)])

    assert line_of("border", said).said == (
        "nobody's results are believed; those of one server are on 12 (92 %) "
        '(border = "own", trusted_borders = ["mx.example.org"], border_hops = 0)'
    )


async def test_a_preset_that_is_there_and_agrees_is_well_and_no_forgery_passes(house: Installation):
    said = await look(house, [*written(12, by=GOOD), *written(2, by=SILENT, sign=False)], border="yandex360")

    assert (line_of("border", said).state, line_of("forgery", said).state) == (OK, OK)
    assert line_of("border", said).said == (
        "yandex360: results on 14 (100 %) of the messages, agreeing with us on 14 (100 %)"
    )
    assert line_of("forgery", said).said == "planted in 14 messages below what the border wrote, believed in none"


async def test_a_border_that_is_silent_on_some_mail_leaves_the_door_open(house: Installation):
    bare = b"\r\n".join(line for line in GOOD.split(b"\r\n") if not line.startswith(b"Authentication"))

    said = await look(house, [*written(12, by=GOOD), *written(3, by=bare)], border="yandex360")

    line = line_of("forgery", said)
    assert line.state is FAIL
    assert line.said == "believed wherever the border is silent, and it was on 3 (20 %) of the messages"
    assert "take the trust out" in line.remedy


async def test_a_name_that_nobody_writes_is_a_door_for_everybody(house: Installation):
    said = await look(house, written(12, by=OURS), trusted_borders=["mx.example.org"])

    assert (line_of("border", said).state, line_of("forgery", said).state) == (WARN, FAIL)


async def test_results_above_the_borders_received_field_leave_no_door_at_all(house: Installation):
    mails = [*written(12, by=SAYS + OURS), *written(3, by=OURS, sign=False)]

    said = await look(house, mails, border="own", trusted_borders=["mx.example.org"], border_hops=0)

    assert line_of("forgery", said).state is OK


async def test_too_many_hops_let_a_forger_finish_what_the_border_began(house: Installation):
    """Above the last of `border_hops` Received fields everything counts: one too many, and the sender's do."""
    spf = b"Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.kz\r\n"
    mails = written(12, by=spf + OURS)

    wrong = await look(house, mails, trusted_borders=["mx.example.org"], border_hops=3)
    right = await look(house, [], trusted_borders=["mx.example.org"], border_hops=0)

    assert (line_of("forgery", wrong).state, line_of("forgery", right).state) == (FAIL, OK)
    assert "border_hops" in line_of("forgery", wrong).remedy


async def test_a_border_that_vouches_for_what_is_not_signed_is_not_the_border(house: Installation):
    said = await look(house, written(12, by=GOOD, sign=False), border="yandex360")

    line = line_of("border", said)
    assert line.state is FAIL
    assert "12 say DKIM passed where no signature stands" in line.said


# ---------------------------------------------------------------- the command


async def test_the_command_tells_numbers_and_remedies_and_no_personal_data(house: Installation, root_logger: None):
    await look(house, [*written(12, by=OURS)], trusted_borders=["mx.example.org"])

    result = await asyncio.to_thread(
        CliRunner().invoke, doctor, ["--config", str(house.config), "--senders", "--json"]
    )

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1, result.output  # the forgery
    assert [one["check"] for one in told][-3:] == ["signatures", "border", "forgery"]
    assert {tuple(one) for one in told} == {("check", "state", "said", "remedy")}
    for private in ("person", "example.kz", "Question", "roof"):
        assert private not in result.output


async def test_the_command_exits_0_where_all_is_well(house: Installation, root_logger: None):
    await look(house, written(12, by=GOOD))

    result = await asyncio.to_thread(CliRunner().invoke, doctor, ["--config", str(house.config), "--senders"])

    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 5), result.output


async def test_a_mailbox_that_cannot_be_reached_points_at_the_other_doctor(
    house: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAILBOT_IMAP_PASSWORD", "something else 123")
    house.write()
    said: list[Line] = []

    await examine_senders(house.config, say=said.append)

    assert line_of("senders", said).state is FAIL
    assert "mailbot doctor" in line_of("senders", said).remedy
    assert "something else" not in repr(said)


async def test_without_settings_nothing_is_looked_at(house: Installation):
    house.sections["mailbox"]["border"] = "hotmail"
    house.write()
    said: list[Line] = []

    await examine_senders(house.config, say=said.append)

    assert states(said)["senders"] is WARN
