import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.adapters.smtp import SmtpMailer, _on_the_wire
from mailbot.core.model import Address
from mailbot.errors import ConfigError, Rejected, Unavailable
from mailbot.ports import Deferred, Mailer, Refused, Sent, Unknown
from tests.adapters.fake_smtp import EHLO, HANG_UP, SILENCE, ScriptedRelay, certificate_files, listening, verbs

BOUNCES = "bounce+17@example.org"
AIGUL = Address("aigul@example.kz")
PASSWORD = 'кілт "сөз\\ 42'
LETTER = b"From: info@example.org\r\nTo: aigul@example.kz\r\nSubject: 17\r\n\r\nDone.\r\n.\r\n.leading dot\r\n"
ONE_LETTER = ["EHLO", "MAIL", "RCPT", "DATA"]


def mailer_to(port: int, **settings_: Any) -> SmtpMailer:
    usual: dict[str, Any] = {"host": "127.0.0.1", "tls": "none", "local_hostname": "bot.example.org", "timeout": 5}
    return SmtpMailer(**{**usual, **settings_, "port": port})


@asynccontextmanager
async def mailing(relay: ScriptedRelay, **settings_: Any) -> AsyncIterator[Mailer]:
    """A mailer with *relay* behind it, closed at the end."""
    async with listening(relay) as port:
        mailer = mailer_to(port, **settings_)
        yield mailer
        await mailer.close()


# ---------------------------------------------------------------- the ordinary way


async def test_a_letter_arrives_as_it_was_written():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        delivery = await mailer.send(BOUNCES, AIGUL, LETTER)

    assert delivery == Sent("250 2.0.0 Ok: queued as 4F1B")
    assert relay.letters == [LETTER.replace(b"\r\n.", b"\r\n..")]
    assert relay.commands == [
        "EHLO bot.example.org",
        f"MAIL FROM:<{BOUNCES}> SIZE={len(LETTER)}",
        f"RCPT TO:<{AIGUL}>",
        "DATA",
        "QUIT",
    ]


async def test_the_null_sender_is_sent_as_such():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        assert isinstance(await mailer.send("", AIGUL, LETTER), Sent)

    assert f"MAIL FROM:<> SIZE={len(LETTER)}" in relay.commands


async def test_we_ask_to_hear_of_failure_where_the_relay_knows_how():
    relay = ScriptedRelay({"EHLO": EHLO.replace("8BITMIME", "DSN")})
    async with mailing(relay) as mailer:
        await mailer.send(BOUNCES, AIGUL, LETTER)

    assert relay.commands[1:3] == [
        f"MAIL FROM:<{BOUNCES}> SIZE={len(LETTER)} RET=HDRS",
        f"RCPT TO:<{AIGUL}> NOTIFY=FAILURE,DELAY",
    ]


async def test_d23_a_letter_leaves_under_its_message_id_so_that_a_report_without_its_header_finds_it():
    relay = ScriptedRelay({"EHLO": EHLO.replace("8BITMIME", "DSN")})
    letter = b"Message-ID: <17+a=b@example.org>\r\n" + LETTER
    async with mailing(relay) as mailer:
        await mailer.send(BOUNCES, AIGUL, letter)

    assert relay.commands[1] == f"MAIL FROM:<{BOUNCES}> SIZE={len(letter)} RET=HDRS ENVID=17+2Ba+3Db@example.org"


async def test_a_receipt_is_kept_without_the_address_it_names():
    receipt = "250-2.0.0 hello\r\n250 2.1.5 <Aigul@example.kz> (aigul at example.kz) accepted \udce4, id 4F1B"
    relay = ScriptedRelay({".": receipt})
    async with mailing(relay) as mailer:
        delivery = await mailer.send(BOUNCES, AIGUL, LETTER)

    assert delivery == Sent("250 2.1.5 … (… at …) accepted ?, id 4F1B")


# ---------------------------------------------------------------- one connection, used again


async def test_letters_share_a_connection():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        for _ in range(3):
            assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Sent)

    assert verbs(relay.commands) == [*ONE_LETTER, *ONE_LETTER[1:], *ONE_LETTER[1:], "QUIT"]


async def test_a_connection_serves_a_hundred_letters_and_no_more():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        for _ in range(101):
            await mailer.send(BOUNCES, AIGUL, LETTER)

    assert [verbs(session).count("DATA") for session in relay.sessions] == [100, 1]
    assert [session[-1] for session in relay.sessions] == ["QUIT", "QUIT"]


async def test_a_connection_that_rested_for_a_minute_is_not_trusted():
    now = 1000.0
    relay = ScriptedRelay()
    async with mailing(relay, clock=lambda: now) as mailer:
        await mailer.send(BOUNCES, AIGUL, LETTER)
        now += 60
        await mailer.send(BOUNCES, AIGUL, LETTER)
        now += 61
        await mailer.send(BOUNCES, AIGUL, LETTER)

    assert [verbs(session).count("DATA") for session in relay.sessions] == [2, 1]


async def test_a_connection_the_relay_has_closed_is_opened_again():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        await mailer.send(BOUNCES, AIGUL, LETTER)
        relay.drop_everybody()
        await relay.hung_up.wait()
        await asyncio.sleep(0.05)  # until the end of the stream has reached us

        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Sent)

    assert len(relay.sessions) == 2


async def test_letters_sent_at_once_do_not_mix():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        deliveries = await asyncio.gather(
            *(mailer.send(BOUNCES, AIGUL, LETTER + b"%d\r\n" % number) for number in range(5))
        )

    assert [type(delivery) for delivery in deliveries] == [Sent] * 5
    assert sorted(letter[-3:] for letter in relay.letters) == [b"%d\r\n" % number for number in range(5)]


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("step", "answer", "delivery"),
    [
        (
            "RCPT",
            "550 5.1.1 <aigul@example.kz>: no such user",
            Refused("the relay refuses the recipient (550 5.1.1)"),
        ),
        ("RCPT", "554 Relay access denied", Refused("the relay refuses the recipient (554)")),
        ("RCPT", "450 4.2.0 Greylisted", Deferred("the relay defers the recipient (450 4.2.0)")),
        ("MAIL", "552 5.3.4 too big", Refused("the relay refuses the letter for its size (552 5.3.4)")),
        ("MAIL", "451 4.3.0 try later", Deferred("the relay defers our sender address (451 4.3.0)")),
        (
            "MAIL",
            "553 5.7.1 not yours",
            Deferred("configuration: the relay refuses our sender address (553 5.7.1)"),
        ),
        ("MAIL", "530 5.7.0 log in", Deferred("configuration: the relay refuses our sender address (530 5.7.0)")),
        ("RCPT", "530 5.7.0 log in", Deferred("configuration: the relay refuses the recipient (530 5.7.0)")),
        ("DATA", "554 5.5.1 no", Refused("the relay refuses the letter (554 5.5.1)")),
        ("DATA", "451 4.3.0 later", Deferred("the relay defers the letter (451 4.3.0)")),
        (".", "550 5.7.1 spam from bounce@example.org", Refused("the relay refuses the letter (550 5.7.1)")),
        (".", "452 4.3.1 disk full", Deferred("the relay defers the letter (452 4.3.1)")),
    ],
)
async def test_a_refusal_is_told_by_its_code_and_the_next_letter_goes_on(step: str, answer: str, delivery: object):
    relay = ScriptedRelay({step: [answer]})
    async with mailing(relay) as mailer:
        assert await mailer.send(BOUNCES, AIGUL, LETTER) == delivery
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Sent)

    assert len(relay.sessions) == 1
    assert "RSET" in relay.commands


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
async def test_a_relay_that_shuts_down_defers_and_is_called_again(step: str):
    relay = ScriptedRelay({step: ["421 4.3.2 shutting down"]})
    async with mailing(relay) as mailer:
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Deferred)
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Sent)

    assert len(relay.sessions) == 2


async def test_a_refusal_stands_even_when_the_relay_goes_away_right_after_it():
    relay = ScriptedRelay({"RCPT": ["550 5.1.1 no"], "RSET": [HANG_UP]})
    async with mailing(relay) as mailer:
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Refused)
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Sent)


# ---------------------------------------------------------------- lost, late, garbled


@pytest.mark.parametrize("trouble", [HANG_UP, SILENCE])
@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT"])
async def test_a_relay_lost_before_the_letter_has_taken_nothing(step: str, trouble: str):
    relay = ScriptedRelay({step: [trouble]})
    async with mailing(relay, timeout=0.4) as mailer:
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Deferred)
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Sent)

    assert len(relay.letters) == 1


@pytest.mark.parametrize("trouble", [HANG_UP, SILENCE, "rubbish", "250", "351 go on", "221 bye"])
async def test_a_relay_that_does_not_answer_the_letter_may_have_it(trouble: str):
    relay = ScriptedRelay({".": [trouble]})
    async with mailing(relay, timeout=0.4) as mailer:
        delivery = await mailer.send(BOUNCES, AIGUL, LETTER)

        assert isinstance(delivery, Sent if trouble == "250" else Unknown)
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Sent)

    assert len(relay.sessions) == (1 if trouble == "250" else 2)


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
async def test_an_answer_out_of_turn_ends_the_connection(step: str):
    relay = ScriptedRelay({step: ["354 go on"]})
    async with mailing(relay) as mailer:
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Deferred)
        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Sent)

    assert len(relay.sessions) == 2


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "."])
async def test_a_cancelled_letter_does_not_confuse_the_next(step: str):
    relay = ScriptedRelay({step: [SILENCE]})
    async with mailing(relay) as mailer:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await mailer.send(BOUNCES, AIGUL, LETTER)

        assert await mailer.send(BOUNCES, AIGUL, LETTER) == Sent("250 2.0.0 Ok: queued as 4F1B")

    assert len(relay.sessions) == 2


async def test_cancelling_one_who_waits_leaves_the_letter_in_hand_alone():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        in_hand = asyncio.create_task(mailer.send(BOUNCES, AIGUL, LETTER))
        waiting = asyncio.create_task(mailer.send(BOUNCES, AIGUL, LETTER))
        await asyncio.sleep(0)
        waiting.cancel()

        assert isinstance(await in_hand, Sent)

    assert len(relay.letters) == len(relay.sessions) == 1


# ---------------------------------------------------------------- not let in


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ({"greeting": "554 5.7.1 go away"}, "configuration: the relay refuses us (554 5.7.1)"),
        ({"greeting": "421 4.7.0 too many"}, "the relay defers us (421 4.7.0)"),
        (
            {"greeting": "HTTP/1.1 400 Bad Request"},
            "configuration: the relay refuses us (not an SMTP answer)",
        ),
        ({"EHLO": "550 5.7.1 who?"}, "configuration: the relay refuses us (550 5.7.1)"),
    ],
)
async def test_a_closed_door_is_not_the_letter_s_fault(script: dict[str, str | list[str]], why: str):
    async with mailing(ScriptedRelay(script)) as mailer:
        assert await mailer.send(BOUNCES, AIGUL, LETTER) == Deferred(why)


async def test_a_relay_that_is_not_there_defers():
    relay = ScriptedRelay()
    async with listening(relay) as port:
        pass

    mailer = mailer_to(port)

    assert await mailer.send(BOUNCES, AIGUL, LETTER) == Deferred(
        "the relay cannot be reached (ConnectionRefusedError)"
    )
    with pytest.raises(Unavailable):
        await mailer.check()
    await mailer.close()


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ({}, "configuration: The SMTP AUTH extension is not supported"),
        ({"EHLO": "250-relay\r\n250 AUTH GSSAPI"}, "configuration: No suitable authentication method"),
        (
            {"EHLO": "250-relay\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no"},
            "configuration: the relay refuses our login (535 5.7.8)",
        ),
        (
            {"EHLO": "250-relay\r\n250 AUTH PLAIN", "AUTH": "454 4.7.0 later"},
            "the relay defers our login (454 4.7.0)",
        ),
        (
            {"EHLO": "250-relay\r\n250 AUTH CRAM-MD5", "AUTH": "334 !"},
            "configuration: the relay refuses our login (334)",
        ),
    ],
)
async def test_a_refused_login_defers_and_never_tells_the_password(script: dict[str, str | list[str]], why: str):
    quoting = {
        key: value + f" {PASSWORD}" if key == "AUTH" else value
        for key, value in script.items()
        if isinstance(value, str)
    }
    async with mailing(ScriptedRelay(quoting), user="bot", password=PASSWORD) as mailer:
        delivery = await mailer.send(BOUNCES, AIGUL, LETTER)

    assert isinstance(delivery, Deferred)
    assert delivery.why.startswith(why)
    assert PASSWORD not in delivery.why + repr(mailer)


async def test_the_check_says_what_to_look_at():
    async with listening(ScriptedRelay({"EHLO": "250-relay\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no"})) as port:
        with pytest.raises(Rejected, match=r"refuses our login \(535 5\.7\.8\)") as caught:
            await mailer_to(port, user="bot", password=PASSWORD).check()

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_the_check_greets_and_leaves():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        assert isinstance(mailer, SmtpMailer)
        await mailer.check()
        await mailer.send(BOUNCES, AIGUL, LETTER)

    assert [verbs(session) for session in relay.sessions] == [["EHLO", "QUIT"], [*ONE_LETTER, "QUIT"]]


async def test_closing_twice_or_a_lost_connection_is_no_error():
    relay = ScriptedRelay({"QUIT": HANG_UP})
    async with mailing(relay) as mailer:
        await mailer.send(BOUNCES, AIGUL, LETTER)
        await mailer.close()
        await mailer.close()


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "address",
    [
        "",
        "aigul",
        "evil@example.com <aigul@example.kz>",
        "Aigul <aigul@example.kz>",
        "aigul@example.kz, evil@example.com",
        "aigul@example.kz\r\nRCPT TO:<evil@example.com>",
        "aigul@example.kz> NOTIFY=NEVER",
        "aigul@example",
        "aigul@exam\x00ple.kz",
        '"aigul b"@example.kz',
        "aigul@" + "a" * 64 + ".kz",
        "aigul@example..kz",
        "aigul@(comment)example.kz",
    ],
)
async def test_nothing_but_a_bare_address_is_written_to(address: str):
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        assert await mailer.send(BOUNCES, Address(address), LETTER) == Refused("not a bare mail address")

    assert relay.sessions == []


async def test_a_sender_that_is_no_address_is_refused_as_well():
    async with mailing(ScriptedRelay()) as mailer:
        assert isinstance(await mailer.send("bot <a@example.org>", AIGUL, LETTER), Refused)


async def test_a_cyrillic_domain_goes_over_the_wire_in_its_ascii_form():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        await mailer.send(BOUNCES, Address("aigul@почта.қаз"), LETTER)

    assert "RCPT TO:<aigul@xn--80a1acny.xn--80ao21a>" in relay.commands


async def test_a_cyrillic_name_needs_a_relay_that_can():
    relay = ScriptedRelay()
    async with mailing(relay) as mailer:
        assert await mailer.send(BOUNCES, Address("айгүл@example.kz"), LETTER) == Refused(
            "the relay does not offer SMTPUTF8, which this address needs"
        )

    able = ScriptedRelay(
        {"EHLO": EHLO.replace("SIZE", "SMTPUTF8\r\n250 SIZE").replace("250 SMTPUTF8", "250-SMTPUTF8")}
    )
    async with mailing(able) as mailer:
        assert isinstance(await mailer.send(BOUNCES, Address("айгүл@example.kz"), LETTER), Sent)

    assert able.commands[1:3] == [
        f"MAIL FROM:<{BOUNCES}> SIZE={len(LETTER)} SMTPUTF8",
        "RCPT TO:<айгүл@example.kz>",
    ]


async def test_a_letter_in_eight_bits_needs_a_relay_that_can():
    cyrillic = LETTER + "Дайын.\r\n".encode()
    able, unable = ScriptedRelay(), ScriptedRelay({"EHLO": "250 relay"})
    async with mailing(able) as mailer:
        assert isinstance(await mailer.send(BOUNCES, AIGUL, cyrillic), Sent)
    async with mailing(unable) as mailer:
        assert isinstance(await mailer.send(BOUNCES, AIGUL, cyrillic), Refused)

    assert able.commands[1].endswith(" BODY=8BITMIME")


@given(st.text(alphabet="ab1.@<>(),;:\\\"' +-_әж\r\n\t", max_size=25))
@settings(suppress_health_check=[HealthCheck.differing_executors], deadline=None)
def test_an_address_reaches_the_wire_unchanged_or_not_at_all(address: str):
    wire = _on_the_wire(address)

    assert wire is None or wire.partition("@")[0] == address.partition("@")[0]


# ---------------------------------------------------------------- TLS, with a real server


class Keeping(Sink):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        return "250 2.0.0 kept"


def knows_the_password(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: Any
) -> AuthResult:
    right = isinstance(login, LoginPassword) and login == LoginPassword(b"bot", PASSWORD.encode())
    return AuthResult(success=right, handled=right)


@asynccontextmanager
async def aiosmtpd_at(make: Callable[[], SMTP], tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port on 127.0.0.1 of an aiosmtpd in this loop."""
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def test_a_letter_goes_through_starttls_and_a_login(tmp_path: Path):
    trusted, context = certificate_files(tmp_path)
    kept = Keeping()

    def server() -> SMTP:
        return SMTP(
            kept,
            hostname="relay.example.org",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=knows_the_password,
            enable_SMTPUTF8=True,
        )

    async with aiosmtpd_at(server) as port:
        mailer = mailer_to(port, tls="starttls", ca_file=trusted, user="bot", password=PASSWORD)
        await mailer.check()
        deliveries = [
            await mailer.send(BOUNCES, AIGUL, LETTER),
            await mailer.send(BOUNCES, Address("айгүл@example.kz"), LETTER),
        ]
        await mailer.close()

    assert deliveries == [Sent("250 2.0.0 kept"), Sent("250 2.0.0 kept")]
    assert [envelope.rcpt_tos for envelope in kept.envelopes] == [[AIGUL], ["айгүл@example.kz"]]
    assert kept.envelopes[0].content == LETTER


async def test_a_wrong_password_is_our_configuration(tmp_path: Path):
    trusted, context = certificate_files(tmp_path)

    def server() -> SMTP:
        return SMTP(Keeping(), tls_context=context, auth_required=True, authenticator=knows_the_password)

    async with aiosmtpd_at(server) as port:
        mailer = mailer_to(port, tls="starttls", ca_file=trusted, user="bot", password="wrong")
        with pytest.raises(Rejected, match="refuses our login"):
            await mailer.check()


async def test_a_letter_goes_through_implicit_tls(tmp_path: Path):
    trusted, context = certificate_files(tmp_path)
    relay = ScriptedRelay()
    async with listening(relay, tls=context) as port:
        mailer = mailer_to(port, tls="implicit", ca_file=trusted, host="localhost")

        assert isinstance(await mailer.send(BOUNCES, AIGUL, LETTER), Sent)
        await mailer.close()


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
async def test_a_certificate_nobody_vouches_for_is_not_spoken_to(tls: str, tmp_path: Path):
    _, context = certificate_files(tmp_path)
    kept = Keeping()

    def server() -> SMTP:
        return SMTP(kept, tls_context=context if tls == "starttls" else None)

    async with aiosmtpd_at(server, context if tls == "implicit" else None) as port:
        mailer = mailer_to(port, tls=tls)

        delivery = await mailer.send(BOUNCES, AIGUL, LETTER)

    assert delivery == Deferred("configuration: the relay's certificate is not trusted (self-signed certificate)")
    assert kept.envelopes == []


async def test_a_relay_without_starttls_gets_nothing_in_plain_text():
    relay = ScriptedRelay()
    async with mailing(relay, tls="starttls", user="bot", password=PASSWORD) as mailer:
        delivery = await mailer.send(BOUNCES, AIGUL, LETTER)

    assert delivery == Deferred("configuration: SMTP STARTTLS extension not supported by server.")
    assert verbs(relay.commands) == ["EHLO"]


async def test_a_plain_port_is_not_mistaken_for_a_tls_port():
    async with mailing(ScriptedRelay(), tls="implicit") as mailer:
        delivery = await mailer.send(BOUNCES, AIGUL, LETTER)

    assert isinstance(delivery, Deferred)
    assert delivery.why.startswith("configuration: no TLS on this port")


def test_a_certificate_file_that_cannot_be_read_stops_the_start(tmp_path: Path):
    (tmp_path / "empty.pem").write_text("nothing")

    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(ConfigError, match=name):
            mailer_to(465, tls="implicit", ca_file=tmp_path / name)
