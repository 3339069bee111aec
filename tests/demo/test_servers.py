"""The demo's closed world behaves like the mail servers it stands for."""

import asyncio
import imaplib
import smtplib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from mailbot.demo.servers import EmbeddedMail

INFO, ANNA = "info@example.kz", "anna@example.org"
PASSWORDS = {INFO: "info's password", ANNA: "anna's password"}
NOW = datetime(2026, 11, 23, 5, 42, tzinfo=UTC)
LETTER = b"From: anna@example.org\r\nTo: info@example.kz\r\nSubject: stop\r\n\r\n.Dot first\r\n"


@pytest.fixture
async def mail() -> AsyncIterator[EmbeddedMail]:
    async with EmbeddedMail(PASSWORDS, now=lambda: NOW) as running:
        yield running


def submit(mail: EmbeddedMail, mail_from: str, rcpt: str, raw: bytes = LETTER) -> None:
    options = () if rcpt.isascii() else ("SMTPUTF8",)
    with smtplib.SMTP("127.0.0.1", mail.smtp_port, local_hostname="client.example.org") as smtp:
        smtp.sendmail(mail_from, [rcpt], raw, mail_options=options)


def login(mail: EmbeddedMail, user: str) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", mail.imap_port, timeout=5)
    client.login(user, PASSWORDS[user])
    return client


def first(mail: EmbeddedMail, user: str, folder: str = "INBOX") -> tuple[str, bytes]:
    """INTERNALDATE and FLAGS as the server prints them, and the octets of the first letter."""
    with login(mail, user) as client:
        client.select(folder, readonly=True)
        part = client.fetch("1", "(FLAGS INTERNALDATE BODY.PEEK[])")[1][0]
        assert isinstance(part, tuple)
        return part[0].decode(), part[1]


async def test_a_letter_over_smtp_lies_in_the_mailbox_with_a_border_servers_headers(mail: EmbeddedMail):
    await asyncio.to_thread(submit, mail, ANNA, INFO)

    facts, raw = await asyncio.to_thread(first, mail, INFO)
    assert '"23-Nov-2026 05:42:00 +0000"' in facts
    assert raw == (
        b"Return-Path: <anna@example.org>\r\n"
        b"Received: from client.example.org ([127.0.0.1])\r\n"
        b"\tby mx.example.kz (mailbot demo) with ESMTP id 000001\r\n"
        b"\tfor <info@example.kz>; Mon, 23 Nov 2026 05:42:00 +0000\r\n" + LETTER
    )


async def test_nobody_outside_the_closed_world_gets_mail(mail: EmbeddedMail):
    with pytest.raises(smtplib.SMTPRecipientsRefused, match=r"5\.1\.1"):
        await asyncio.to_thread(submit, mail, INFO, "someone@example.com")


async def test_an_address_is_known_however_it_is_capitalised(mail: EmbeddedMail):
    await asyncio.to_thread(submit, mail, ANNA, "Info@Example.KZ")

    assert (await asyncio.to_thread(first, mail, INFO))[1].endswith(LETTER)


async def test_a_letter_can_be_injected_as_of_any_day(mail: EmbeddedMail):
    august = datetime(2026, 8, 1, 12, tzinfo=UTC)

    await mail.deliver(LETTER.replace(b"\r\n", b"\n"), "", INFO, at=august, folder="Junk")
    facts, raw = await asyncio.to_thread(first, mail, INFO, "Junk")

    assert '"01-Aug-2026 12:00:00 +0000"' in facts
    assert raw.startswith(b"Return-Path: <>\r\n")
    assert raw.endswith(LETTER)


@pytest.mark.parametrize("folder", ["INBOX", "Junk", "Made later"])
async def test_a_custom_keyword_stays(mail: EmbeddedMail, folder: str):
    def mark() -> None:
        with login(mail, INFO) as client:
            client.create('"Made later"')
            client.append(f'"{folder}"', "", imaplib.Time2Internaldate(NOW), LETTER)
            client.select(f'"{folder}"')
            client.store("1", "+FLAGS", "($MailbotDone)")

    await asyncio.to_thread(mark)

    assert "$MailbotDone" in (await asyncio.to_thread(first, mail, INFO, f'"{folder}"'))[0]


async def test_a_wrong_password_is_refused(mail: EmbeddedMail):
    def intrude() -> None:
        with imaplib.IMAP4("127.0.0.1", mail.imap_port, timeout=5) as client:
            client.login(INFO, PASSWORDS[ANNA])

    with pytest.raises(imaplib.IMAP4.error, match="Invalid authentication credentials"):
        await asyncio.to_thread(intrude)


async def test_the_world_ends_in_good_order_while_clients_are_still_there():
    async with EmbeddedMail({INFO: "secret"}, now=lambda: NOW) as mail:
        imap_reader, imap_writer = await asyncio.open_connection("127.0.0.1", mail.imap_port)
        imap_writer.write(f"a LOGIN {INFO} secret\r\nb SELECT INBOX\r\nc IDLE\r\n".encode())
        await imap_reader.readuntil(b"+ Idling")
        smtp_reader, smtp_writer = await asyncio.open_connection("127.0.0.1", mail.smtp_port)
        await smtp_reader.readuntil(b"220 mx.example.kz")

    assert b"* BYE" in await imap_reader.read()
    await smtp_reader.read()  # ends: the connection is closed
    for writer in (imap_writer, smtp_writer):
        writer.close()
        await writer.wait_closed()
    assert asyncio.all_tasks() == {asyncio.current_task()}
