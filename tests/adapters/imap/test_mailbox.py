"""The port's promises, against a server that says exactly what the test needs (requirements D54-D66)."""

import asyncio
from datetime import UTC, datetime

import pytest

from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.imap.fetch import LONG_AGO
from mailbot.core.model import Address, MessageId, Place, RawMail
from mailbot.errors import Rejected
from mailbot.ports import FolderState, Mailbox
from tests.adapters.imap.conftest import Meet
from tests.adapters.imap.fake_server import SELECTED

OK = b"TAG OK done\r\n"
PLACE = Place(folder="INBOX", uidvalidity=7, uid=3)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LETTER = b"Subject: a\r\n\r\nb\r\n"
MOVED = Place(folder="Done", uidvalidity=55, uid=6)


def test_it_is_a_mailbox():
    box: Mailbox = ImapMailbox(host="127.0.0.1", port=1, tls="none", user="u", password="p")

    assert "password" not in repr(box)


def metadata(uid: int, size: int, date: str = "23-Nov-2026 17:00:00 +0500", flags: str = "") -> bytes:
    return f'* 1 FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE "{date}" FLAGS ({flags}))\r\n'.encode()


def body(uid: int, octets: bytes, at: str = "") -> bytes:
    return b"* 1 FETCH (UID %d BODY[]%b {%d}\r\n%b)\r\n" % (uid, at.encode(), len(octets), octets)


# ---------------------------------------------------------------- looking


async def test_opening_a_folder_says_how_it_stands_now(meet: Meet):
    grown = SELECTED.replace(b"3 EXISTS", b"4 EXISTS").replace(b"UIDNEXT 4", b"UIDNEXT 9")
    _, mailbox = await meet({"SELECT": [SELECTED, grown]})

    assert await mailbox.open("INBOX") == FolderState(name="INBOX", uidvalidity=7, uidnext=4, exists=3)
    assert await mailbox.open("INBOX") == FolderState(name="INBOX", uidvalidity=7, uidnext=9, exists=4)


async def test_a_server_that_keeps_the_next_uid_to_itself_is_asked_for_the_last(meet: Meet):
    shy = SELECTED.replace(b"* OK [UIDNEXT 4] x\r\n", b"")
    _, mailbox = await meet({"SELECT": shy, "UID SEARCH": b"* SEARCH 41\r\n" + OK})

    assert (await mailbox.open("INBOX")).uidnext == 42


async def test_a_server_whose_uids_mean_nothing_is_refused(meet: Meet):
    _, mailbox = await meet({"SELECT": SELECTED.replace(b"* OK [UIDVALIDITY 7] x\r\n", b"")})

    with pytest.raises(Rejected, match="UIDVALIDITY"):
        await mailbox.open("INBOX")


async def test_the_last_message_is_not_new_for_ever(meet: Meet):
    _, mailbox = await meet({"UID SEARCH": b"* SEARCH 9 3\r\n* SEARCH 12 (MODSEQ 917)\r\n" + OK})

    assert await mailbox.uids("INBOX", above=3) == [9, 12]
    assert await mailbox.uids("INBOX", above=12) == []


async def test_a_folder_is_opened_once_for_many_looks(meet: Meet):
    server, mailbox = await meet()

    for _ in range(3):
        await mailbox.uids("INBOX")

    assert len(server.sent("SELECT")) == 1


# ---------------------------------------------------------------- fetching


async def test_mail_comes_with_place_time_of_arrival_and_flags_and_stays_unseen(meet: Meet):
    answers = [metadata(3, 17, flags="\\ANSWERED $Mailbot") + OK, body(3, LETTER) + OK]
    server, mailbox = await meet({"UID FETCH": answers})

    assert await mailbox.fetch("INBOX", [3]) == [
        RawMail(place=PLACE, received_at=NOON, raw=LETTER, flags=frozenset({r"\Answered", "$Mailbot"}), size=17)
    ]
    assert server.sent("UID FETCH") == [
        "UID FETCH 3 (UID RFC822.SIZE INTERNALDATE FLAGS)",
        "UID FETCH 3 (UID BODY.PEEK[])",
    ]


async def test_messages_that_are_gone_are_absent(meet: Meet):
    """UID 1 was gone before we asked, UID 2 went while we were reading; NOOP makes the server admit it."""
    answers = [metadata(2, 5) + metadata(3, 17) + OK, body(3, LETTER) + OK, OK]
    server, mailbox = await meet({"UID FETCH": answers})

    assert [mail.place.uid for mail in await mailbox.fetch("INBOX", [1, 2, 3])] == [3]
    assert server.lines[-2:] == ["NOOP", "UID FETCH 2 (UID FLAGS)"]


async def test_of_mail_over_the_limit_only_the_first_64_kib_come(meet: Meet):
    answers = [
        metadata(3, 101) + metadata(4, 100) + OK,
        body(3, b"x" * 65_536, "<0>") + OK,
        body(4, b"y" * 100) + OK,
    ]
    server, mailbox = await meet({"UID FETCH": answers}, max_bytes=100)

    big, fitting = await mailbox.fetch("INBOX", [3, 4])

    assert server.sent("UID FETCH")[1:] == [
        "UID FETCH 3 (UID BODY.PEEK[]<0.65536>)",
        "UID FETCH 4 (UID BODY.PEEK[])",
    ]
    assert (big.cut, big.size, fitting.cut, fitting.raw) == (True, 101, False, b"y" * 100)


async def test_a_server_that_lies_about_sizes_costs_no_memory(meet: Meet):
    answers = [metadata(3, 10) + OK, body(3, b"x" * 200_000) + OK]
    _, mailbox = await meet({"UID FETCH": answers}, max_bytes=100_000)

    [mail] = await mailbox.fetch("INBOX", [3])

    assert mail.cut
    assert len(mail.raw) == 65_536


async def test_one_message_the_server_cannot_hand_out_hides_no_other(meet: Meet):
    """Exchange and Dovecot answer NO to the whole batch."""
    there = b"* 1 FETCH (UID 3 FLAGS ())\r\n* 2 FETCH (UID 4 FLAGS ())\r\n" + OK
    no = b"TAG NO [SERVERBUG] cannot convert\r\n"
    answers = [metadata(3, 17) + metadata(4, 17) + metadata(5, 17) + OK, no, there, no, body(4, LETTER) + OK]
    _, mailbox = await meet({"UID FETCH": answers})

    withheld, whole = await mailbox.fetch("INBOX", [3, 4, 5])

    assert (withheld.place.uid, withheld.raw, withheld.cut) == (3, b"", True)
    assert (whole.place.uid, whole.raw, whole.cut) == (4, LETTER, False)


async def test_mail_without_a_time_of_arrival_counts_as_old(meet: Meet):
    _, mailbox = await meet({"UID FETCH": [metadata(3, 17, date="sometime") + OK, body(3, LETTER) + OK]})

    assert [mail.received_at for mail in await mailbox.fetch("INBOX", [3])] == [LONG_AGO]


# ---------------------------------------------------------------- flags and keywords


async def test_flags_say_what_a_colleague_did(meet: Meet):
    _, mailbox = await meet({"UID FETCH": [b"* 1 FETCH (FLAGS (\\answered) UID 3)\r\n" + OK, OK]})

    assert await mailbox.flags(PLACE) == frozenset({r"\Answered"})
    assert await mailbox.flags(PLACE) is None


async def test_nothing_is_done_to_a_message_that_only_has_the_same_uid(meet: Meet):
    server, mailbox = await meet({"UID FETCH": b"* 1 FETCH (FLAGS () UID 3)\r\n" + OK})
    old = Place(folder="INBOX", uidvalidity=6, uid=3)

    assert await mailbox.flags(old) is None
    await mailbox.add_keyword(old, "$Mailbot")
    assert await mailbox.move(old, "Done") is None

    assert server.sent("UID") == []


async def test_a_keyword_is_added_beside_the_others(meet: Meet):
    server, mailbox = await meet()

    await mailbox.add_keyword(PLACE, "$Mailbot")

    assert server.sent("UID") == ["UID STORE 3 +FLAGS.SILENT ($Mailbot)"]


@pytest.mark.parametrize("keyword", ["", "a b", r"\Seen", "a)", "қ"])
async def test_only_a_word_can_be_a_keyword(meet: Meet, keyword: str):
    _, mailbox = await meet()

    with pytest.raises(ValueError, match="keyword"):
        await mailbox.add_keyword(PLACE, keyword)


@pytest.mark.parametrize("verb", ["UID STORE", "UID MOVE"])
async def test_a_refusal_because_the_message_is_gone_is_no_error(meet: Meet, verb: str):
    _, mailbox = await meet({verb: b"TAG NO The specified message set is invalid.\r\n"})

    await mailbox.add_keyword(PLACE, "$Mailbot")
    assert await mailbox.move(PLACE, "Done") is None


# ---------------------------------------------------------------- moving


@pytest.mark.parametrize(
    "answer",
    [
        b"* OK [COPYUID 55 3 6] moved\r\n* 1 EXPUNGE\r\n" + OK,  # as Dovecot says it
        b"* 1 EXPUNGE\r\nTAG OK [COPYUID 55 3 6] (Success)\r\n",  # as Gmail says it
        b"[COPYUID 55 3 6]\r\n* 1 EXPUNGE\r\n" + OK,  # as Exchange has said it
    ],
)
async def test_a_moved_message_has_a_new_place(meet: Meet, answer: bytes):
    server, mailbox = await meet({"UID MOVE": answer})

    assert await mailbox.move(PLACE, "Done") == MOVED
    assert server.sent("UID") == ['UID MOVE 3 "Done"']


@pytest.mark.parametrize("answer", [OK, b"* OK [COPYUID 55 99 6] another\r\n" + OK])
async def test_where_the_server_does_not_say_the_new_place_is_unknown(meet: Meet, answer: bytes):
    _, mailbox = await meet({"UID MOVE": answer})

    assert await mailbox.move(PLACE, "Done") is None


async def test_without_move_only_our_message_is_expunged(meet: Meet):
    script = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n" + OK,
        "UID COPY": b"TAG OK [COPYUID 55 3 6] copied\r\n",
    }
    server, mailbox = await meet(script)

    assert await mailbox.move(PLACE, "Done") == MOVED
    assert server.sent("UID") == ['UID COPY 3 "Done"', r"UID STORE 3 +FLAGS.SILENT (\Deleted)", "UID EXPUNGE 3"]


async def test_a_copy_that_failed_deletes_nothing(meet: Meet):
    script = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n" + OK,
        "UID COPY": b"TAG NO [TRYCREATE] no such folder\r\n",
        "UID FETCH": b"* 1 FETCH (UID 3 FLAGS ())\r\n" + OK,
    }
    server, mailbox = await meet(script)

    with pytest.raises(Rejected, match="TRYCREATE"):
        await mailbox.move(PLACE, "Done")

    assert not server.sent("UID STORE") + server.sent("UID EXPUNGE")


async def test_a_message_that_went_before_it_could_be_copied_is_no_error(meet: Meet):
    script = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n" + OK,
        "UID COPY": b"TAG NO [EXPUNGEISSUED] gone\r\n",
    }
    server, mailbox = await meet(script)

    assert await mailbox.move(PLACE, "Done") is None
    assert not server.sent("UID STORE") + server.sent("UID EXPUNGE")


async def test_a_server_on_which_a_move_would_destroy_others_mail_is_refused(meet: Meet):
    server, mailbox = await meet({"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n" + OK})

    with pytest.raises(Rejected, match="UIDPLUS"):
        await mailbox.move(PLACE, "Done")

    assert server.sent("UID") == []


# ---------------------------------------------------------------- our own letters


async def test_our_letter_is_put_away_seen_dated_and_with_proper_line_ends(meet: Meet):
    server, mailbox = await meet()

    await mailbox.append("Sent", b"Subject: a\n\nb\rc\r\n", at=NOON)

    assert server.lines[-1] == 'APPEND "Sent" (\\Seen) "23-Nov-2026 12:00:00 +0000" {20}'
    assert server.literals[-1] == b"Subject: a\r\n\r\nb\r\nc\r\n"


async def test_a_folder_for_our_letters_is_made_when_it_is_missing(meet: Meet):
    server, mailbox = await meet({"APPEND": [b"TAG NO [TRYCREATE] none\r\n", OK], "SUBSCRIBE": b"TAG NO no\r\n"})

    await mailbox.append("Жіберілген", LETTER, at=NOON)

    name = '"&BBYEVgQxBDUEQARWBDsEMwQ1BD0-"'
    assert [line.partition(" (")[0] for line in server.lines[-4:]] == [
        f"APPEND {name}",
        f"CREATE {name}",
        f"SUBSCRIBE {name}",
        f"APPEND {name}",
    ]
    assert server.literals[-2:] == [LETTER, LETTER]


async def test_no_folder_is_made_because_the_mailbox_is_full(meet: Meet):
    server, mailbox = await meet({"APPEND": b"TAG NO [OVERQUOTA] full\r\n"})

    with pytest.raises(Rejected, match="OVERQUOTA"):
        await mailbox.append("Sent", LETTER, at=NOON)

    assert server.sent("CREATE") == []


async def test_a_letter_with_a_nul_is_refused_before_it_is_sent(meet: Meet):
    server, mailbox = await meet()

    with pytest.raises(Rejected, match="NUL"):
        await mailbox.append("Sent", b"a\0b", at=NOON)

    assert server.connections == 0


@pytest.mark.parametrize(("found", "held"), [(b"* SEARCH 4\r\n", True), (b"* SEARCH\r\n", False), (b"", False)])
async def test_whether_a_letter_was_put_away(meet: Meet, found: bytes, held: bool):  # noqa: FBT001 - a table's column
    _, mailbox = await meet({"UID SEARCH": found + OK})

    assert await mailbox.holds("Sent", MessageId("x@example.kz")) is held


async def test_a_folder_that_is_missing_holds_nothing(meet: Meet):
    _, mailbox = await meet({"SELECT": b"TAG NO [NONEXISTENT] none\r\n"})

    assert not await mailbox.holds("Sent", MessageId("x@example.kz"))


async def test_a_folder_that_may_not_be_read_is_not_taken_for_empty(meet: Meet):
    _, mailbox = await meet({"SELECT": b"TAG NO [NOPERM] no\r\n"})

    with pytest.raises(Rejected, match="NOPERM"):
        await mailbox.holds("Sent", MessageId("x@example.kz"))


# ---------------------------------------------------------------- waiting


async def test_mail_that_came_while_another_folder_was_open_is_not_slept_over(meet: Meet):
    grown = SELECTED.replace(b"UIDNEXT 4", b"UIDNEXT 5")
    server, mailbox = await meet({"SELECT": [SELECTED, SELECTED, grown]})
    await mailbox.uids("INBOX")
    await mailbox.uids("Junk")

    async with asyncio.timeout(1):
        await mailbox.wait("INBOX", 300)

    assert "IDLE" not in server.lines


async def test_what_is_no_mail_does_not_end_the_wait(meet: Meet):
    server, mailbox = await meet()
    waiting = asyncio.create_task(mailbox.wait("INBOX", 300))
    await server.heard("IDLE")

    server.push(b"* OK still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 2 EXPUNGE\r\n")
    await asyncio.sleep(0.05)
    assert not waiting.done()
    server.push(b"* 3 EXISTS\r\n")

    async with asyncio.timeout(1):
        await waiting


@pytest.mark.parametrize(
    "script",
    [
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n" + OK},
        {"IDLE": b"TAG NO not today\r\n"},
        {"IDLE": b"TAG OK that was all\r\n"},
        {"IDLE": b"+ idling\r\nTAG OK that was all\r\n"},
    ],
)
async def test_where_the_server_does_not_idle_it_is_asked_now_and_then(
    meet: Meet, script: dict[str, bytes | list[bytes]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mailbot.adapters.imap.mailbox.NOOP_EVERY", 0.02)
    server, mailbox = await meet(script | {"NOOP": [OK, b"* 4 EXISTS\r\n" + OK]})

    async with asyncio.timeout(1):
        await mailbox.wait("INBOX", 300)

    assert server.sent("NOOP") == ["NOOP", "NOOP"]
    assert len(server.sent("IDLE")) <= 1


async def test_idle_is_renewed_before_a_router_forgets_us(meet: Meet, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mailbot.adapters.imap.mailbox.IDLE_AT_MOST", 0.05)
    server, mailbox = await meet()

    await mailbox.wait("INBOX", 0.3)

    assert len(server.sent("IDLE")) >= 3


# ---------------------------------------------------------------- somebody's letters


async def test_a_server_that_destroys_only_all_that_is_marked_is_refused_before_anything_is_marked(meet: Meet):
    """D64: without UIDPLUS an EXPUNGE would take mail that colleagues have marked."""
    server, mailbox = await meet({"CAPABILITY": b"* CAPABILITY IMAP4rev1 MOVE\r\nTAG OK done\r\n"})

    with pytest.raises(Rejected, match="UIDPLUS"):
        await mailbox.expunge([PLACE])

    assert server.sent("UID STORE") == []
    assert server.sent("EXPUNGE") == []


async def test_what_is_destroyed_is_named_by_its_uid(meet: Meet):
    server, mailbox = await meet()

    await mailbox.expunge([PLACE, Place(folder="INBOX", uidvalidity=7, uid=9)])

    assert server.sent("UID STORE") == [r"UID STORE 3,9 +FLAGS.SILENT (\Deleted)"]
    assert server.sent("UID EXPUNGE") == ["UID EXPUNGE 3,9"]
    assert server.sent("EXPUNGE") == []


async def test_a_header_that_the_server_withholds_is_not_taken_for_somebody_elses(meet: Meet):
    """Missed would mean: nothing was found."""
    _, mailbox = await meet(
        {
            "UID SEARCH": b"* SEARCH 3\r\nTAG OK done\r\n",
            "UID FETCH": b"* 1 FETCH (UID 3 BODY[HEADER] NIL)\r\nTAG OK done\r\n",
        }
    )

    with pytest.raises(Rejected, match="header"):
        await mailbox.search("INBOX", Address("anna@example.org"))


async def test_a_folder_that_is_there_and_cannot_be_opened_is_not_taken_for_missing(meet: Meet):
    _, mailbox = await meet(
        {
            "SELECT": b"TAG NO not now\r\n",
            "LIST": b'* LIST () "/" "INBOX"\r\n* LIST () "/" "Old"\r\nTAG OK done\r\n',
        }
    )

    with pytest.raises(Rejected, match="SELECT"):
        await mailbox.search("Old", Address("anna@example.org"))
    assert await mailbox.search("Older", Address("anna@example.org")) is None


# ---------------------------------------------------------------- patience and closing


async def test_a_server_that_says_it_is_still_at_it_is_waited_for(meet: Meet):
    server, mailbox = await meet({"UID SEARCH": b""}, timeout=0.2)
    searching = asyncio.create_task(mailbox.uids("INBOX"))
    await server.heard("UID SEARCH UID 1:*")

    for _ in range(5):
        await asyncio.sleep(0.1)
        server.push(b"* OK Searched some of the mailbox\r\n")
    assert not searching.done()

    searching.cancel()


async def test_closing_logs_out_and_the_mailbox_can_be_used_again(meet: Meet):
    server, mailbox = await meet()
    await mailbox.open("INBOX")

    await mailbox.close()
    await mailbox.close()

    assert server.lines[-1] == "LOGOUT"
    assert (await mailbox.open("INBOX")).exists == 3


@pytest.mark.parametrize("logout", [b"hang up", b"", b"TAG NO stay\r\n", b"x y z\r\n"])
async def test_closing_never_raises_and_never_hangs(meet: Meet, logout: bytes):
    _, mailbox = await meet({"LOGOUT": logout}, timeout=0.1)
    await mailbox.open("INBOX")

    async with asyncio.timeout(1):
        await mailbox.close()


async def test_closing_ends_a_wait_in_another_task(meet: Meet):
    server, mailbox = await meet()
    waiting = asyncio.create_task(mailbox.wait("INBOX", 300))
    await server.heard("IDLE")

    await mailbox.close()

    async with asyncio.timeout(1):
        [outcome] = await asyncio.gather(waiting, return_exceptions=True)
    assert "closed" in str(outcome)
