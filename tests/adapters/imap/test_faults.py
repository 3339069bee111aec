"""Every fault of aioimaplib 2.0.3 listed in LIBRARIES 1.1, by its number there; none may reach a journey.

Fault 19 (no STARTTLS, no AUTHENTICATE PLAIN) is in test_login.py.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from mailbot.adapters.imap import ImapMailbox
from mailbot.core.model import MessageId, Place
from mailbot.errors import OutsideError, Rejected, Unavailable
from tests.adapters.imap.conftest import Meet
from tests.adapters.imap.fake_server import HANG_UP, SELECTED, SILENCE, USUAL

PLACE = Place(folder="INBOX", uidvalidity=7, uid=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OK = b"TAG OK done\r\n"

VERBS: dict[str, Callable[[ImapMailbox], Awaitable[object]]] = {
    "CAPABILITY": lambda box: box.capabilities(),
    "LOGIN": lambda box: box.capabilities(),
    "SELECT": lambda box: box.open("INBOX"),
    "UID SEARCH": lambda box: box.uids("INBOX"),
    "UID FETCH": lambda box: box.fetch("INBOX", [1]),
    "UID STORE": lambda box: box.add_keyword(PLACE, "$Mailbot"),
    "UID MOVE": lambda box: box.move(PLACE, "Done"),
    "APPEND": lambda box: box.append("Sent", b"Subject: x\r\n\r\nx", at=NOON),
    "LIST": lambda box: box.folders(),
    "IDLE": lambda box: box.wait("INBOX", 5),
}


@pytest.fixture(autouse=True)
def _nothing_goes_wrong_behind_our_back(caplog: pytest.LogCaptureFixture):
    """Asyncio logs exceptions nobody took, and slow or lost callbacks, as errors."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def flags(count: int) -> bytes:
    return b"".join(b"* %d FETCH (UID %d FLAGS (\\Seen))\r\n" % (n, n) for n in range(1, count + 1))


async def test_1_ten_thousand_lines_in_one_read_are_read(meet: Meet):
    _, mailbox = await meet({"UID FETCH": flags(10_000) + OK})

    assert await mailbox.flags(PLACE) == frozenset({r"\Seen"})


async def test_1_a_colleague_may_delete_2500_messages_while_we_wait(meet: Meet):
    server, mailbox = await meet({"UID SEARCH": b"* SEARCH 1 2\r\n" + OK})
    waiting = asyncio.create_task(mailbox.wait("INBOX", 5))
    await server.heard("IDLE")

    server.push(b"* 1 EXPUNGE\r\n" * 2_500 + b"* 2 EXISTS\r\n")
    await waiting

    assert await mailbox.uids("INBOX") == [1, 2]
    assert server.connections == 1


@pytest.mark.parametrize("verb", VERBS)
async def test_2_a_loss_in_the_middle_of_any_command_is_told_at_once(meet: Meet, verb: str):
    _, mailbox = await meet({verb: HANG_UP}, timeout=30.0)

    with pytest.raises(Unavailable, match="lost"):
        async with asyncio.timeout(2):
            await VERBS[verb](mailbox)


@pytest.mark.parametrize("verb", VERBS)
async def test_3_after_a_loss_the_next_call_starts_afresh(meet: Meet, verb: str):
    usual = {**USUAL, "UID SEARCH": b"* SEARCH 1\r\nTAG OK done\r\n"}.get(verb, OK)
    server, mailbox = await meet({verb: [HANG_UP, usual]})
    with pytest.raises(Unavailable):
        await VERBS[verb](mailbox)

    assert (await mailbox.open("INBOX")).uidvalidity == 7
    assert server.connections == 2


async def test_3_a_loss_between_commands_is_not_even_noticed(meet: Meet):
    server, mailbox = await meet({"UID SEARCH": b"* SEARCH 1\r\nTAG OK done\r\n"})
    await mailbox.open("INBOX")
    server.hang_up()
    await asyncio.sleep(0.05)

    assert await mailbox.uids("INBOX") == [1]
    assert server.connections == 2


@pytest.mark.parametrize("last_words", [b"", b"* BYE [UNAVAILABLE] restarting, info@example.org\r\n"])
async def test_4_a_loss_while_waiting_for_mail_is_told_at_once(meet: Meet, last_words: bytes):
    server, mailbox = await meet()
    waiting = asyncio.create_task(mailbox.wait("INBOX", 300))
    await server.heard("IDLE")

    server.push(last_words)
    await asyncio.sleep(0.01)
    server.hang_up()

    with pytest.raises(Unavailable) as told:
        async with asyncio.timeout(2):
            await waiting
    assert "example.org" not in str(told.value)
    assert ("BYE UNAVAILABLE" in str(told.value)) is bool(last_words)


@pytest.mark.parametrize("verb", VERBS)
async def test_5_and_6_silence_ends_the_call_and_the_connection_but_not_the_next_call(meet: Meet, verb: str):
    usual = USUAL.get(verb, OK)
    server, mailbox = await meet({verb: [SILENCE, usual]}, timeout=0.1)

    with pytest.raises(Unavailable, match="in time"):
        async with asyncio.timeout(2):
            await VERBS[verb](mailbox)

    await mailbox.open("INBOX")
    assert server.connections == 2


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - {"CAPABILITY", "LOGIN"}))
async def test_6_a_cancelled_call_does_not_poison_the_next(meet: Meet, verb: str):
    server, mailbox = await meet({verb: [SILENCE, USUAL.get(verb, OK)]})
    call = asyncio.ensure_future(VERBS[verb](mailbox))
    await server.heard(verb)

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    await mailbox.open("INBOX")
    assert server.connections == 2


async def test_7_an_answer_that_comes_too_late_hurts_nobody(meet: Meet):
    server, mailbox = await meet({"UID SEARCH": [SILENCE, b"* SEARCH 5\r\nTAG OK done\r\n"]}, timeout=0.1)
    with pytest.raises(Unavailable):
        await mailbox.uids("INBOX")

    server.push(b"* SEARCH 99\r\nA0 OK late\r\n")

    assert await mailbox.uids("INBOX") == [5]


async def test_7_an_answer_nobody_asked_for_ends_the_connection(meet: Meet):
    _, mailbox = await meet({"UID SEARCH": b"ABC99 OK who asked?\r\n"})

    with pytest.raises(Unavailable, match="nobody asked"):
        await mailbox.uids("INBOX")


@pytest.mark.parametrize(
    ("greeting", "kind", "words"),
    [
        (b"* BYE [UNAVAILABLE] too many\r\n", Unavailable, "BYE UNAVAILABLE"),
        (b"HTTP/1.1 400 Bad Request\r\n", Rejected, "no IMAP server"),
        (b"\r\n", Rejected, "no IMAP server"),
        (HANG_UP, Unavailable, "lost"),
        (SILENCE, Unavailable, "in time"),
    ],
)
async def test_8_a_bad_greeting_is_told_as_what_it_is(
    meet: Meet, greeting: bytes, kind: type[OutsideError], words: str
):
    _, mailbox = await meet({"greeting": greeting}, timeout=0.2)

    with pytest.raises(kind, match=words):
        await mailbox.capabilities()


async def test_9_what_the_server_offers_is_asked_not_gathered_in_passing(meet: Meet):
    script = {
        "LOGIN": b"TAG OK [CAPABILITY IMAP4rev1 MOVE] User logged in\r\n",
        "CAPABILITY": [b"* CAPABILITY IMAP4rev1\r\n" + OK, b"* capability imap4rev1 Idle move\r\n" + OK],
    }
    _, mailbox = await meet(script)

    assert await mailbox.capabilities() == {"IMAP4REV1", "IDLE", "MOVE"}


async def test_10_a_star_inside_a_line_stays(meet: Meet):
    _, mailbox = await meet({"LIST": b'* LIST () "/" "5 * 3 = 15"\r\n' + OK})

    assert await mailbox.folders() == ["5 * 3 = 15"]


@pytest.mark.parametrize(
    ("permanent", "keywords"),
    [
        (b"* OK [PERMANENTFLAGS (\\* \\Draft)] x\r\n", True),
        (b"* OK [PERMANENTFLAGS (\\Draft)] x\r\n", False),
        (b"", True),
    ],
)
async def test_10_whether_keywords_may_be_stored_is_read_from_the_flags(
    meet: Meet,
    permanent: bytes,
    keywords: bool,  # noqa: FBT001 - a column of the table above
):
    _, mailbox = await meet({"SELECT": permanent + b"* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n" + OK})

    assert (await mailbox.open("INBOX")).keywords is keywords


async def test_11_brackets_in_quoted_text_are_text(meet: Meet):
    _, mailbox = await meet({"LIST": b'* LIST (\\HasNoChildren) "/" "sad :("\r\n* LIST () "/" ok\r\n' + OK})

    assert await mailbox.folders() == ["sad :(", "ok"]


async def test_12_bodies_come_in_every_shape_the_grammar_allows(meet: Meet):
    metadata = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 3 FLAGS ())\r\n" % (n, n) for n in range(1, 5))
    shapes = (
        b'* 1 FETCH (BODY[] "sh\\"rt" UID 1)\r\n'
        b"* 5 EXISTS\r\n* 9 FETCH (FLAGS (\\Seen))\r\n"
        b"* 2 FETCH (UID 2 BODY[] {3}\r\nabc FLAGS (\\SEEN))\r\n* 7 EXPUNGE\r\n"
        b"* 3 FETCH (UID 3 BODY[] {0}\r\n)\r\n* 77 FETCH (UID 77 BODY[] {1}\r\nx)\r\n"
        b"* 4 FETCH (MODSEQ (4) body[] {5}\r\n)\r\n ( uid 4)\r\n"
    )
    _, mailbox = await meet({"UID FETCH": [metadata + OK, shapes + OK]})

    mails = await mailbox.fetch("INBOX", [1, 2, 3, 4])

    assert [mail.raw for mail in mails] == [b'sh"rt', b"abc", b"", b")\r\n ("]


async def test_12_mail_that_comes_during_another_command_is_not_slept_over(meet: Meet):
    server, mailbox = await meet({"UID FETCH": b"* 4 EXISTS\r\n" + OK})
    await mailbox.uids("INBOX")
    await mailbox.fetch("INBOX", [1])

    async with asyncio.timeout(1):
        await mailbox.wait("INBOX", 300)

    assert "IDLE" not in server.lines


async def test_13_letters_put_away_at_the_same_time_do_not_mix(meet: Meet):
    server, mailbox = await meet()

    await asyncio.gather(*(mailbox.append("Sent", letter * 9, at=NOON) for letter in (b"A", b"B", b"C")))

    assert server.literals[1:] == [b"A" * 9, b"B" * 9, b"C" * 9]


async def test_14_moves_at_the_same_time_take_turns(meet: Meet):
    server, mailbox = await meet()

    await asyncio.gather(
        *(mailbox.move(Place(folder="INBOX", uidvalidity=7, uid=uid), "Done") for uid in (1, 2, 3))
    )

    assert server.sent("UID MOVE") == [f'UID MOVE {uid} "Done"' for uid in (1, 2, 3)]
    assert server.connections == 1


async def test_15_waiting_always_ends_with_done_and_leaves_the_connection_usable(meet: Meet):
    server, mailbox = await meet()

    await mailbox.wait("INBOX", 0.05)
    await mailbox.wait("INBOX", 0.05)
    await mailbox.uids("INBOX")

    waits = [line for line in server.lines if line in {"IDLE", "DONE"}]
    assert waits == ["IDLE", "DONE"] * (len(waits) // 2)
    assert len(waits) >= 4
    assert server.connections == 1


async def test_16_a_folder_that_cannot_be_opened_does_not_leave_the_old_one_open(meet: Meet):
    server, mailbox = await meet({"SELECT": [SELECTED, b"TAG NO [NONEXISTENT] no Junk\r\n", SELECTED]})
    await mailbox.uids("INBOX")

    with pytest.raises(Rejected, match=r"SELECT: NO \[NONEXISTENT\]"):
        await mailbox.uids("Junk")
    await mailbox.uids("INBOX")

    assert server.sent("SELECT") == ['SELECT "INBOX"', 'SELECT "Junk"', 'SELECT "INBOX"']


async def test_17_folder_names_go_out_quoted_and_in_modified_utf7(meet: Meet):
    server, mailbox = await meet()

    for folder in ("Өтініштер & хаттар", 'a "b" \\c', "Sent Items"):
        await mailbox.open(folder)

    assert server.sent("SELECT") == [
        'SELECT "&BOgEQgRWBD0EVgRIBEIENQRA- &- &BEUEMARCBEIEMARA-"',
        'SELECT "a \\"b\\" \\\\c"',
        'SELECT "Sent Items"',
    ]


async def test_17_a_folder_name_cannot_smuggle_in_a_command(meet: Meet):
    server, mailbox = await meet()

    with pytest.raises(Rejected):
        await mailbox.open("INBOX\r\nA1 DELETE INBOX")

    assert server.sent("SELECT") == []


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - {"CAPABILITY", "LOGIN", "IDLE", "UID FETCH"}))
@pytest.mark.parametrize("result", ["NO", "BAD"])
async def test_18_a_refusal_is_never_taken_for_success(meet: Meet, verb: str, result: str):
    script = {
        verb: f"TAG {result} [CANNOT] not for aigerim@example.kz\r\n".encode(),
        "UID FETCH": flags(1) + OK,
    }
    _, mailbox = await meet(script)

    with pytest.raises(Rejected) as refused:
        await VERBS[verb](mailbox)

    assert str(refused.value) == f"IMAP {verb.removeprefix('UID ')}: {result} [CANNOT]"


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INUSE", "LIMIT"])
@pytest.mark.parametrize("verb", ["LOGIN", "SELECT", "APPEND"])
async def test_18_a_refusal_for_now_is_tried_again_later(meet: Meet, verb: str, code: str):
    _, mailbox = await meet({verb: f"TAG NO [{code}] later\r\n".encode()})

    with pytest.raises(Unavailable, match=rf"{verb}: NO \[{code}\]"):
        await VERBS[verb](mailbox)


async def test_20_searches_name_no_charset_and_are_plain_ascii(meet: Meet):
    server, mailbox = await meet({"UID SEARCH": b"* SEARCH\r\n" + OK})

    await mailbox.uids("INBOX", above=41, since=datetime(2026, 5, 3, tzinfo=UTC))
    await mailbox.holds("INBOX", MessageId('a"b@example.kz'))

    assert server.sent("UID SEARCH") == [
        "UID SEARCH UID 42:* SINCE 3-May-2026",
        'UID SEARCH HEADER MESSAGE-ID "<a\\"b@example.kz>"',
    ]
