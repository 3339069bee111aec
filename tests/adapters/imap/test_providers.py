"""What real providers say, as recorded by others, told again with invented data.

Each answer keeps the shape that made it worth recording: order, case, codes, quoting.
"""

import pytest

from mailbot.core.model import Place
from mailbot.errors import Rejected
from mailbot.ports import FolderState
from tests.adapters.imap.conftest import Meet
from tests.adapters.imap.fake_server import Script

OK = b"TAG OK done\r\n"
PLACE = Place(folder="INBOX", uidvalidity=7, uid=3)

YANDEX: Script = {
    "greeting": b"* OK Yandex IMAP4rev1 at imap.example.net:993 ready to talk, 2026-Nov-22 08:17:42, x0\r\n",
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 CHILDREN UNSELECT LITERAL+ NAMESPACE XLIST UIDPLUS ENABLE ID "
    b"AUTH=PLAIN AUTH=XOAUTH2 IDLE MOVE\r\nTAG OK CAPABILITY Completed.\r\n",
    "SELECT": b"* FLAGS (\\Answered \\Seen \\Draft \\Deleted $Forwarded)\r\n* 49 EXISTS\r\n* 1 RECENT\r\n"
    b"* OK [UNSEEN 8]\r\n"
    b"* OK [PERMANENTFLAGS (\\Answered \\Seen \\Draft \\Flagged \\Deleted $Forwarded \\*)] Limited\r\n"
    b"* OK [UIDNEXT 3065] Ok\r\n* OK [UIDVALIDITY 1679853140] Ok\r\nTAG OK [READ-WRITE] SELECT Completed.\r\n",
    "XLIST": b'* XLIST (\\HasChildren \\Unmarked \\Drafts \\Drafts) "|" Drafts\r\n'
    b'* XLIST (\\HasNoChildren \\Unmarked \\Templates) "|" "Drafts|template"\r\n'
    b'* XLIST (\\HasNoChildren \\Marked \\NoInferiors \\Inbox) "|" INBOX\r\n'
    b'* XLIST (\\HasNoChildren \\Unmarked \\Sent \\Sent) "|" Sent\r\n'
    b'* XLIST (\\HasNoChildren \\Unmarked \\Junk \\Spam) "|" Spam\r\n' + OK,
}


async def test_yandex(meet: Meet):
    server, mailbox = await meet(YANDEX)

    assert await mailbox.open("INBOX") == FolderState(
        name="INBOX", uidvalidity=1679853140, uidnext=3065, exists=49
    )
    assert await mailbox.special() == {r"\Drafts": "Drafts", r"\Junk": "Spam", r"\Sent": "Sent"}
    assert server.sent("AUTHENTICATE") == ["AUTHENTICATE PLAIN"]


async def test_yandex_leaving_out_a_body_gives_the_mail_to_a_person(meet: Meet):
    there = b'* 1 FETCH (UID 3 RFC822.SIZE 145 INTERNALDATE "22-Nov-2026 13:00:00 +0300" FLAGS ())\r\n' + OK
    bodiless = b"* 1 FETCH (UID 3 BODY[] )\r\nTAG OK FETCH Completed.\r\n"
    _, mailbox = await meet({**YANDEX, "UID FETCH": [there, bodiless, there, bodiless]})

    [mail] = await mailbox.fetch("INBOX", [3])

    assert (mail.raw, mail.cut) == (b"", True)


async def test_gmail_tells_folders_and_their_use_in_plain_list(meet: Meet):
    listed = (
        b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n* LIST (\\HasChildren \\Noselect) "/" "[Gmail]"\r\n'
        b'* LIST (\\All \\HasNoChildren) "/" "[Gmail]/&BBIEQQRP- &BD8EPgRHBEIEMA-"\r\n'
        b'* LIST (\\HasNoChildren \\Sent) "/" "[Gmail]/&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"\r\n'
        b'* LIST (\\HasNoChildren \\Junk) "/" "[Gmail]/&BCEEPwQwBDw-"\r\n' + OK
    )
    _, mailbox = await meet({"LIST": listed})

    assert await mailbox.special() == {r"\Junk": "[Gmail]/Спам", r"\Sent": "[Gmail]/Отправленные"}
    assert await mailbox.folders() == ["INBOX", "[Gmail]/Вся почта", "[Gmail]/Отправленные", "[Gmail]/Спам"]


async def test_gmail_saying_no_to_a_login_shows_nobody_its_links(meet: Meet):
    no = b"* NO [WEBALERT https://accounts.example.net/signin?plt=SECRETSECRET] Web login required.\r\n"
    _, mailbox = await meet({"LOGIN": no + b"TAG NO [ALERT] Please log in via your web browser (Failure)\r\n"})

    with pytest.raises(Rejected) as refused:
        await mailbox.capabilities()

    assert str(refused.value) == "IMAP LOGIN: NO [ALERT]: user name or password refused"


async def test_gmail_sends_flags_nobody_asked_for_between_the_answers(meet: Meet):
    answer = (
        b"* 9 FETCH (UID 9 MODSEQ (29233) FLAGS (\\Seen))\r\n"
        b'* 3 FETCH (X-GM-LABELS ("Trash" "\\\\Important") UID 3 MODSEQ (29511) FLAGS (\\Flagged))\r\n'
        b"* 2 EXPUNGE\r\n* 4 EXISTS\r\nTAG OK Success\r\n"
    )
    _, mailbox = await meet({"UID FETCH": answer})

    assert await mailbox.flags(PLACE) == frozenset({r"\Flagged"})


async def test_exchange_after_login_offers_move(meet: Meet):
    before = b"* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID IDLE LITERAL+\r\n" + OK
    after = before.replace(b"UIDPLUS ID", b"UIDPLUS MOVE ID")
    server, mailbox = await meet(
        {"CAPABILITY": [before, after], "UID MOVE": b"[COPYUID 55 3 6]\r\n* 1 EXPUNGE\r\n* 0 EXISTS\r\n" + OK}
    )

    assert await mailbox.move(PLACE, "Done") == Place(folder="Done", uidvalidity=55, uid=6)
    assert server.sent("UID COPY") == []


async def test_courier_has_no_move_and_keeps_folders_under_inbox(meet: Meet):
    script = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE ACL ACL2=UNION\r\n" + OK,
        "LIST": b'* LIST (\\HasNoChildren) "." "INBOX.Sent"\r\n* LIST (\\Unmarked \\HasChildren) "." "INBOX"\r\n'
        + OK,
        "UID COPY": b"TAG OK [COPYUID 55 3 6] COPY completed.\r\n",
    }
    server, mailbox = await meet(script)

    assert await mailbox.folders() == ["INBOX.Sent", "INBOX"]
    assert await mailbox.move(PLACE, "INBOX.Done") == Place(folder="INBOX.Done", uidvalidity=55, uid=6)
    assert server.lines[-1] == "UID EXPUNGE 3"


async def test_yahoo_examined_read_only_takes_no_keywords(meet: Meet):
    selected = (
        b"* 1 EXISTS\r\n* 0 RECENT\r\n"
        b"* OK [UIDVALIDITY 1595903349] UIDs valid\r\n* OK [UIDNEXT 3] Predicted next UID\r\n"
        b"* OK [PERMANENTFLAGS ()] No permanent flags permitted\r\n"
        b"* OK [HIGHESTMODSEQ 7]\r\n* OK [MAILBOXID (27)] Ok\r\n"
        b"TAG OK [READ-ONLY] now in selected state\r\n"
    )
    _, mailbox = await meet({"SELECT": selected})

    assert not (await mailbox.open("INBOX")).keywords


async def test_a_server_that_shouts_nowhere(meet: Meet):
    script = {
        "CAPABILITY": b"* capability imap4rev1 idle special-use list-extended\r\n" + OK,
        "LIST": b'* List (\\HasNoChildren) "/" "INBOX"\r\n* List (\\sent) "/" "Sent"\r\n' + OK,
    }
    server, mailbox = await meet(script)

    assert await mailbox.special() == {r"\Sent": "Sent"}
    assert server.lines[-1] == 'LIST "" "*" RETURN (SPECIAL-USE)'


async def test_folder_names_as_literals_and_folders_without_a_separator(meet: Meet):
    listed = (
        b'* LIST () "/" {8}\r\nA "folde\r\n* LIST () NIL Flat\r\n* LIST () "" "Quoted"\r\n* LIST () "\\\\" In\r\n'
        + OK
    )
    _, mailbox = await meet({"LIST": listed})

    assert await mailbox.folders() == ['A "folde', "Flat", "Quoted", "In"]


async def test_domino_puts_brackets_where_none_belong(meet: Meet):
    _, mailbox = await meet({"UID FETCH": b"* 2 FETCH (UID 3 (ENVELOPE (NIL NIL)) FLAGS (\\Seen))\r\n" + OK})

    assert await mailbox.flags(PLACE) == frozenset({r"\Seen"})


async def test_dovecot_warning_of_a_shutdown_is_only_talk(meet: Meet):
    _, mailbox = await meet(
        {"UID SEARCH": b"* OK [ALERT] System shutdown in 10 minutes {3}\r\n* SEARCH 4\r\n" + OK}
    )

    assert await mailbox.uids("INBOX") == [4]
