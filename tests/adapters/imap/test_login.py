"""How we come in: TLS, greeting, password; and what we never say (requirements D51, D67)."""

import logging
import socket
from base64 import b64decode

import pytest

from mailbot.adapters.imap import ImapMailbox
from mailbot.errors import Rejected, Unavailable
from tests.adapters.imap.conftest import Meet
from tests.adapters.imap.fake_server import CERTIFICATE, FakeServer

OK = b"TAG OK done\r\n"
PASSWORD = 'Құпия "сөз" \\ 🙂'

TRUSTED = {"host": "localhost", "ca_file": CERTIFICATE}


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_tls_with_our_own_authority(meet: Meet, tls: str):
    server, mailbox = await meet(tls=tls, **TRUSTED)

    assert (await mailbox.open("INBOX")).exists == 3
    assert server.sent("STARTTLS") == ["STARTTLS"] * (tls == "starttls")


async def test_what_was_offered_in_clear_is_asked_again_under_tls(meet: Meet):
    _, mailbox = await meet({"greeting": b"* OK [CAPABILITY X-FORGED] hello\r\n"}, tls="starttls", **TRUSTED)

    assert "X-FORGED" not in await mailbox.capabilities()


@pytest.mark.parametrize("forged", [b"* CAPABILITY X-FORGED\r\n", b"TAG OK forged\r\n", b"x"])
async def test_octets_smuggled_in_behind_starttls_are_refused(meet: Meet, forged: bytes):
    server, mailbox = await meet(tls="starttls", behind_starttls=forged, **TRUSTED)

    with pytest.raises(Unavailable, match="in clear behind STARTTLS"):
        await mailbox.capabilities()

    assert server.lines == ["STARTTLS"]


async def test_without_starttls_nothing_goes_out_in_clear(meet: Meet):
    server, mailbox = await meet({"STARTTLS": b"TAG BAD what?\r\n"}, tls="starttls")

    with pytest.raises(Rejected, match="STARTTLS: BAD"):
        await mailbox.capabilities()

    assert server.lines == ["STARTTLS"]


@pytest.mark.parametrize("tls", ["none", "starttls"])
async def test_a_session_somebody_else_has_opened_is_refused(meet: Meet, tls: str):
    server, mailbox = await meet({"greeting": b"* PREAUTH welcome\r\n"}, tls=tls)

    with pytest.raises(Rejected, match="PREAUTH"):
        await mailbox.capabilities()

    assert server.lines == []


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("trust", [{"host": "localhost"}, {"host": "127.0.0.1", "ca_file": CERTIFICATE}])
async def test_a_certificate_without_authority_or_for_another_host_is_refused(
    meet: Meet, tls: str, trust: dict[str, str]
):
    server, mailbox = await meet(tls=tls, **trust)

    with pytest.raises(Rejected, match="certificate is not trusted"):
        await mailbox.capabilities()

    assert server.literals == []


async def test_tls_on_a_port_without_it_is_told():
    async with FakeServer() as server:
        mailbox = ImapMailbox(
            host="localhost", port=server.port, tls="implicit", user="u", password="p", timeout=1
        )

        with pytest.raises(Unavailable, match="cannot connect"):
            await mailbox.capabilities()


async def test_an_authority_file_that_is_missing_is_told(meet: Meet):
    _, mailbox = await meet(tls="implicit", ca_file="/nowhere/ca.pem")

    with pytest.raises(Rejected, match="ca_file cannot be read"):
        await mailbox.capabilities()


async def test_a_server_that_is_not_there_is_tried_again_later(unused_tcp_port: int):
    mailbox = ImapMailbox(host="127.0.0.1", port=unused_tcp_port, tls="none", user="u", password="p")

    with pytest.raises(Unavailable, match="ConnectionRefusedError"):
        await mailbox.open("INBOX")


async def test_a_peer_that_has_died_is_noticed_while_nothing_is_said(meet: Meet):
    _, mailbox = await meet()
    await mailbox.open("INBOX")

    assert mailbox._connection is not None
    connected = mailbox._connection._protocol.transport.get_extra_info("socket")
    assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    if hasattr(socket, "TCP_KEEPIDLE"):
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 120


# ---------------------------------------------------------------- passwords


async def test_any_alphabet_in_user_and_password(meet: Meet):
    offer = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n" + OK
    server, mailbox = await meet({"CAPABILITY": offer}, user="құпия сөз@example.kz", password=PASSWORD)

    await mailbox.capabilities()

    assert b64decode(server.literals[0]).decode() == f"\0құпия сөз@example.kz\0{PASSWORD}"
    assert server.sent("LOGIN") == []


async def test_a_server_without_plain_gets_login(meet: Meet):
    server, mailbox = await meet(user='in"fo', password=PASSWORD)

    await mailbox.capabilities()

    assert server.sent("LOGIN") == [f'LOGIN "in\\"fo" {{{len(PASSWORD.encode())}}}']
    assert server.literals == [PASSWORD.encode()]


async def test_where_login_is_disabled_no_password_goes_out(meet: Meet):
    server, mailbox = await meet({"CAPABILITY": b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n" + OK})

    with pytest.raises(Rejected, match="is TLS missing"):
        await mailbox.capabilities()

    assert server.literals == []


@pytest.mark.parametrize("plain", [b"", b" AUTH=PLAIN"])
async def test_a_wrong_password_is_said_without_printing_it(
    meet: Meet, caplog: pytest.LogCaptureFixture, plain: bytes
):
    caplog.set_level(logging.DEBUG)
    no = f"TAG NO [AUTHENTICATIONFAILED] aigerim@example.kz: not {PASSWORD}\r\n".encode()
    offer = b"* CAPABILITY IMAP4rev1" + plain + b"\r\n" + OK
    server, mailbox = await meet(
        {"CAPABILITY": offer, "LOGIN": no, "AUTHENTICATE": no}, user="aigerim@example.kz", password=PASSWORD
    )

    with pytest.raises(Rejected) as refused:
        await mailbox.open("INBOX")

    assert "NO [AUTHENTICATIONFAILED]: user name or password refused" in str(refused.value)
    said = caplog.text + repr(refused.value) + repr(mailbox) + str(refused.value.__cause__)
    assert "aigerim" not in said
    assert "сөз" not in said
    assert server.connections == 1


# ---------------------------------------------------------------- internationalised mail


async def test_internationalised_mail_is_asked_for_before_any_folder_is_opened(meet: Meet):
    script = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT\r\n" + OK,
        "ENABLE": b"* ENABLED UTF8=ACCEPT\r\n" + OK,
        "LIST": '* LIST () "/" "Өтініш &-"\r\n'.encode() + OK,
    }
    server, mailbox = await meet(script)

    await mailbox.open("Өтініш & хат")

    assert server.lines[-2:] == ["ENABLE UTF8=ACCEPT", 'SELECT "Өтініш & хат"']
    assert await mailbox.folders() == ["Өтініш &-"]


async def test_a_server_that_will_not_enable_it_gets_modified_utf7(meet: Meet):
    server, mailbox = await meet({"CAPABILITY": b"* CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT\r\n" + OK})

    await mailbox.open("Хат")

    assert server.lines[-1] == 'SELECT "&BCUEMARC-"'


async def test_nothing_of_a_whole_session_is_logged(meet: Meet, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    letter = b"* 1 FETCH (UID 1 RFC822.SIZE 6 BODY[] {6}\r\nsecret)\r\n" + OK
    _, mailbox = await meet({"UID FETCH": letter}, password="parol7")

    assert [mail.raw for mail in await mailbox.fetch("INBOX", [1])] == [b"secret"]
    await mailbox.close()

    assert "secret" not in caplog.text
    assert "parol7" not in caplog.text
