"""How our letters leave: past a sick folder, a renumbered mailbox, a relay that never says yes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256

import pytest
from structlog.testing import capture_logs

from mailbot.core.case import Case, OutState
from mailbot.core.model import CaseState, HoldReason, MessageId, Place, RawMail
from mailbot.errors import Rejected, Unavailable
from mailbot.journeys import verdict
from mailbot.journeys.deliver import GIVE_UP_AFTER
from mailbot.journeys.receive import Release, Watch
from mailbot.ports import Deferred, FolderState, Refused, Sent, Unknown
from tests.fakes import FakeMailbox, mail
from tests.journeys.test_outages import turn
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

UNSUBSCRIBE = "Отпишите меня от рассылки."
ERASE = "Прошу удалить все мои персональные данные."
THREAT = "Прошу удалить мои персональные данные, иначе подам в суд."
TOO_LARGE = 30_000_000  # octets of a message that only a person will open: its sender gets no letter
BORIS = "boris@example.org"
LAWYER = "lawyer@example.kz"


@dataclass
class SickSent(FakeMailbox):
    """A mailbox whose Sent folder refuses to be searched and to take copies."""

    async def holds(self, folder: str, message_id: MessageId) -> bool:
        raise Rejected("IMAP SEARCH: NO")

    async def append(self, folder: str, raw: bytes, *, at: datetime) -> None:
        raise Rejected("IMAP APPEND: NO")


@dataclass
class WrongPassword(FakeMailbox):
    """A mailbox that lets nobody in."""

    async def open(self, folder: str) -> FolderState:
        raise Rejected("IMAP LOGIN: user name or password refused")

    async def flags(self, place: Place) -> frozenset[str] | None:
        raise Rejected("IMAP LOGIN: user name or password refused")

    async def holds(self, folder: str, message_id: MessageId) -> bool:
        raise Rejected("IMAP LOGIN: user name or password refused")


@dataclass
class Interrupted(FakeMailbox):
    """A mailbox whose connection is lost whenever a message is fetched."""

    async def fetch(self, folder: str, uids: Sequence[int], *, most: int | None = None) -> Sequence[RawMail]:
        raise Unavailable("IMAP connection lost")


@dataclass
class Busy(FakeMailbox):
    """A mailbox in which something happens just before the flags are asked for, once."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def flags(self, place: Place) -> frozenset[str] | None:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            await happens()
        return await super().flags(place)


async def answered(office: Office, *, folder: str = "INBOX", sender: str = "anna@example.org") -> Place:
    """A request comes, and its answer waits to be sent; where the request lies."""
    place = office.mailbox.put(mail(UNSUBSCRIBE, sender=sender), folder=folder)
    for loop in ("receive", "decide", "fulfil"):
        await office.loop(loop)
    return place


async def states(office: Office) -> list[OutState]:
    """How the letters of the first case stand."""
    async with office.desk.ledger.read() as book:
        return [state for _, state in await book.letters_out(1)]


async def case_of(office: Office, address: str) -> Case:
    (case,) = [case for case in await office.cases() if case.address == address]
    return case


def bounced(letter: EmailMessage) -> bytes:
    """A report that *letter* could not be delivered."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@example.org\r\nTo: info@example.kz\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        f"Message-ID: <bounce-{letter['Message-ID'][1:]}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.org\r\n\r\n"
        f"Final-Recipient: rfc822; {letter['To']}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter['Message-ID']}\r\n\r\n--b--\r\n"
    ).encode()


# ---------------------------------------------------------------- notices are no letters to a person


async def test_a_notice_that_bounces_moves_no_case_and_makes_no_new_notice(office: Office):
    office.mailbox.put(mail(THREAT))
    await office.turn()
    held = await office.only_case()
    (notice,) = office.letters(LAWYER)
    for _ in range(3):
        office.mailbox.put(bounced(notice))
        office.clock.forward(minutes=6)
        await office.turn()

    assert (await office.only_case()).holds == held.holds
    assert len(office.letters(LAWYER)) == 1


async def test_what_the_operator_answers_to_a_notice_is_ordinary_mail(office: Office):
    office.mailbox.put(mail(THREAT))
    await office.turn()
    (notice,) = office.letters(LAWYER)
    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    office.mailbox.put(mail("Хорошо, займусь завтра.", sender=LAWYER, answers=notice["Message-ID"]))
    await office.turn()

    assert (await office.only_case()).state is CaseState.CONFIRMATION


async def test_a_notice_the_relay_refuses_is_an_error_in_the_log_and_no_new_reason_for_a_notice(office: Office):
    office.mailer.answer = lambda: Refused("550 5.1.1")
    office.mailbox.put(b"", size=TOO_LARGE)
    with capture_logs() as logged:
        await office.turn()
        office.clock.forward(minutes=6)
        await office.turn()

    assert [line["log_level"] for line in logged if line["event"] == "operator.unreachable"] == ["error"]
    assert HoldReason.BOUNCED not in (await office.only_case()).holds
    assert (await office.events()).count("answer.refused") == 1


# ---------------------------------------------------------------- one sick folder


async def test_an_answer_to_a_message_whose_folder_is_gone_is_a_persons_and_the_others_leave(office: Office):
    office.watches = (*office.watches, Watch(folder="Requests"))
    office.mailbox.put(mail("x"), folder="Requests")
    await office.turn()
    await answered(office, folder="Requests")
    del office.mailbox.folders["Requests"]
    office.watches = office.watches[:1]
    office.mailbox.put(mail(UNSUBSCRIBE, sender=BORIS))
    await office.turn()

    assert (await case_of(office, "anna@example.org")).holds == (HoldReason.TAKEN_BY_COLLEAGUE,)
    assert len(office.letters(BORIS)) == 1
    assert len(office.mailbox.raws("Sent")) == 1


async def test_a_mailbox_that_lets_nobody_in_is_no_sign_of_a_colleague(office: Office):
    await answered(office)
    open_mailbox = office.mailbox
    office.mailbox = WrongPassword(office.clock, folders=open_mailbox.folders)
    with pytest.raises(Unavailable, match="password refused"):
        await office.loop("deliver")
    assert await states(office) == [OutState.QUEUED]

    office.mailbox = open_mailbox
    await office.turn()
    assert len(office.letters()) == 1


async def test_a_sent_folder_that_refuses_everything_is_said_and_holds_up_no_letter(office: Office):
    office.mailer.answer = lambda: Unknown("connection lost")
    await answered(office)
    await office.loop("deliver")
    office.mailer.answer = lambda: Sent("250 ok")
    office.mailbox = SickSent(office.clock, folders=office.mailbox.folders)
    office.clock.forward(minutes=5)
    await answered(office, sender=BORIS)
    with pytest.raises(Unavailable, match="Sent: IMAP SEARCH: NO"):
        await office.loop("deliver")
    assert len(office.letters(BORIS)) == 1

    await turn(office)
    assert len(office.letters()) == 1  # its fate could not be looked up: the same letter again


async def test_a_letter_of_unknown_fate_waits_while_the_mailbox_lets_nobody_in(office: Office):
    office.mailer.answer = lambda: Unknown("connection lost")
    await answered(office)
    await office.loop("deliver")
    office.mailbox = WrongPassword(office.clock, folders=office.mailbox.folders)
    office.clock.forward(minutes=5)
    with pytest.raises(Unavailable, match="password refused"):
        await office.loop("deliver")

    assert await states(office) == [OutState.SENDING]


async def test_copies_that_sent_refuses_are_owed_until_it_takes_them(office: Office):
    healthy = office.mailbox
    office.mailbox = SickSent(office.clock, folders=healthy.folders)
    await answered(office)
    await turn(office)
    assert (len(office.letters()), healthy.raws("Sent")) == (1, [])

    office.mailbox = healthy
    await office.turn()
    assert len(healthy.raws("Sent")) == 1


# ---------------------------------------------------------------- a renumbered mailbox


async def test_an_answer_waits_until_the_renumbered_folder_has_been_looked_through(office: Office):
    await answered(office)
    office.mailbox.renumber("INBOX")
    await office.loop("deliver")
    assert office.letters() == []

    await office.turn()
    assert len(office.letters()) == 1
    assert (await office.only_case()).state is CaseState.DONE


async def test_an_answer_waits_on_while_the_look_through_the_renumbered_folder_is_interrupted(office: Office):
    await answered(office)
    healthy = office.mailbox
    healthy.renumber("INBOX")
    office.mailbox = Interrupted(office.clock, folders=healthy.folders)
    await turn(office)
    assert await states(office) == [OutState.QUEUED]

    office.mailbox = healthy
    await office.turn()
    assert len(office.letters()) == 1


async def test_a_message_we_move_ourselves_while_its_flags_are_asked_for_was_not_taken(office: Office):
    place = await answered(office)

    async def release() -> None:
        (raw,) = office.mailbox.raws("INBOX")
        moved = await office.mailbox.move(place, "Handled")
        assert moved is not None
        async with office.desk.ledger.write() as book:
            await book.relocate(sha256(raw).hexdigest(), moved)

    office.mailbox = Busy(office.clock, folders=office.mailbox.folders, meanwhile=release)
    await office.turn()

    assert len(office.letters()) == 1
    assert (await office.only_case()).state is CaseState.DONE


async def test_a_colleagues_answer_counts_after_the_renumbering_too(office: Office):
    await answered(office)
    office.mailbox.renumber("INBOX")
    (moved,) = office.mailbox.folders["INBOX"].mails.values()
    office.mailbox.flag(moved.place, "\\Answered")
    await office.turn()

    assert office.letters() == []
    assert (await office.only_case()).holds == (HoldReason.TAKEN_BY_COLLEAGUE,)


async def test_a_message_that_the_new_numbers_do_not_bring_back_was_taken_by_a_colleague(office: Office):
    place = await answered(office)
    office.mailbox.take_away(place)
    office.mailbox.renumber("INBOX")
    await office.loop("deliver")
    assert await states(office) == [OutState.QUEUED]  # it may still turn up

    await office.turn()
    assert (await office.only_case()).holds == (HoldReason.TAKEN_BY_COLLEAGUE,)


async def test_an_answer_is_a_persons_when_nobody_looks_through_the_renumbered_folder_any_more(office: Office):
    office.watches = (*office.watches, Watch(folder="Requests"))
    office.mailbox.put(mail("x"), folder="Requests")
    await office.turn()
    await answered(office, folder="Requests")
    office.watches = office.watches[:1]
    office.mailbox.renumber("Requests")
    await office.turn()
    assert await states(office) == [OutState.QUEUED]

    office.clock.now += GIVE_UP_AFTER
    await office.turn()
    assert (await office.only_case()).holds == (HoldReason.TAKEN_BY_COLLEAGUE,)


async def test_the_renumbering_of_a_folder_we_moved_the_request_to_stops_nothing(office: Office):
    office.watches = (replace(office.watches[0], release=Release.MOVE),)
    await answered(office)
    office.mailbox.renumber("Handled")
    await office.turn()

    assert len(office.letters()) == 1


async def test_what_a_person_has_approved_goes_although_a_colleague_has_touched_the_message(office: Office):
    place = office.mailbox.put(mail(UNSUBSCRIBE))
    office.mailbox.flag(place, "\\Answered")
    await office.turn()
    assert office.letters() == []

    await verdict.approve("2026-0001", by="lawyer", desk=office.desk)
    await office.turn()
    assert len(office.letters()) == 1
    assert (await office.only_case()).state is CaseState.DONE


# ---------------------------------------------------------------- a relay that never says yes


@pytest.mark.parametrize("answer", [Deferred("452 4.2.2 mailbox full"), Unknown("connection lost")])
async def test_a_letter_the_relay_does_not_take_for_two_days_is_a_persons(office: Office, answer):
    office.mailer.answer = lambda: answer
    await answered(office)
    await turn(office)
    office.clock.now += GIVE_UP_AFTER / 2
    await turn(office)
    await turn(office)
    assert (await office.only_case()).state is CaseState.DONE

    office.clock.now += GIVE_UP_AFTER / 2
    await turn(office)
    assert (await office.only_case()).holds == (HoldReason.BOUNCED,)
    assert (await states(office))[0] is OutState.REFUSED
    assert (await office.events()).count("answer.given_up") == 1


async def test_a_letter_of_unknown_fate_that_sent_has_is_not_given_up(office: Office):
    office.mailer.answer = lambda: Unknown("connection lost")
    await answered(office)
    await office.loop("deliver")
    async with office.desk.ledger.read() as book:
        ((letter, _),) = await book.letters_out(1)
    office.mailbox.put(letter.raw, folder="Sent")
    office.clock.now += GIVE_UP_AFTER
    await office.turn()

    assert await states(office) == [OutState.FILED]
    assert (await office.only_case()).state is CaseState.DONE


async def test_a_notice_nobody_takes_for_two_days_is_given_up_and_its_case_stays_as_it_was(office: Office):
    office.mailer.answer = lambda: Deferred("451")
    office.mailbox.put(b"", size=TOO_LARGE)
    await office.turn()
    held = await office.only_case()
    office.clock.now += GIVE_UP_AFTER
    with capture_logs() as logged:
        await office.loop("deliver")

    assert (await office.only_case()).holds == held.holds
    assert [line["log_level"] for line in logged if line["event"] == "operator.unreachable"] == ["error"]
