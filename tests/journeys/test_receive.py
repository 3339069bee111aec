"""Nobody's mail holds up the mail behind it, and what is cut short is taken up where it was cut."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest

from mailbot.core.case import NewLetter
from mailbot.core.model import CaseState, HoldReason, Place, RawMail
from mailbot.errors import Rejected, Unavailable
from mailbot.journeys import receive
from mailbot.journeys.receive import BATCH, Release, look
from tests.fakes import FakeMailbox, mail
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
ORDINARY = "Добрый день, пришлите, пожалуйста, счёт на материалы."


async def states(office: Office) -> dict[str, CaseState]:
    return {case.address: case.state for case in await office.cases()}


def another_mailbox(office: Office, kind: type[FakeMailbox]) -> Any:
    """The same folders behind a server of another kind."""
    mailbox: Any = kind(office.clock, folders=office.mailbox.folders)
    office.mailbox = mailbox
    return mailbox


# ---------------------------------------------------------------- mail that is made to hurt


@pytest.mark.parametrize(
    "words", ["Please delete all my personal data +2AA- thank you.", "Please delete +2AA- all my personal data."]
)
async def test_half_a_character_in_the_text_stops_nobody(office: Office, words: str):
    headers = {"Content-Type": "text/plain; charset=utf-7", "Content-Transfer-Encoding": "7bit"}
    office.mailbox.put(mail(words, sender="eve@example.org", headers=headers))
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    assert (await states(office))["anna@example.org"] is CaseState.DONE


@pytest.mark.parametrize("field_", ["Message-ID", "In-Reply-To", "References", "Date", "Subject", "X-Other"])
async def test_odd_octets_in_a_header_stop_nobody(office: Office, field_: str):
    raw = mail(UNSUBSCRIBE, sender="eve@example.org", headers={field_: "@@@"})
    office.mailbox.put(raw.replace(b"@@@", b"<a\x00\xed\xa0\x80\xff=?utf-7?q?+2AA-?=@x>"))
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    assert (await states(office))["anna@example.org"] is CaseState.DONE
    assert "eve@example.org" in await states(office)


@dataclass
class Refusing:
    """A ledger that takes everything but what was read in some letters; without *wanted* not even their bytes."""

    ledger: Any
    digests: set[str]
    wanted: bool = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Any]:
        async with self.ledger.write() as book:
            real = book.keep

            async def keep(letter: NewLetter) -> int:
                if letter.sha256 in self.digests and not (letter.unreadable and self.wanted):
                    raise Rejected("the ledger refused (DataError)")
                return int(await real(letter))

            book.keep = keep
            yield book


async def test_a_letter_the_ledger_refuses_is_kept_for_a_person_and_the_others_go_on(office: Office):
    bad = mail(UNSUBSCRIBE, sender="eve@example.org")
    for raw in (mail(UNSUBSCRIBE), bad, mail(ORDINARY), mail(UNSUBSCRIBE, sender="boris@example.org")):
        office.mailbox.put(raw)
    ledger: Any = Refusing(office.desk.ledger, {sha256(bad).hexdigest()})

    await look(office.watches[0], office.mailbox, replace(office.desk, ledger=ledger))

    async with office.desk.ledger.read() as book:
        kept = await book.undecided(now=office.clock.now, limit=10)
    assert [(letter.raw == bad, bool(letter.unreadable)) for letter in kept] == [
        (False, False),
        (True, True),
        (False, False),
    ]
    await office.turn()
    eve = next(case for case in await office.cases() if not case.address)
    assert (eve.state, eve.holds) == (CaseState.PERSON, (HoldReason.UNREADABLE,))


async def test_a_letter_the_ledger_takes_in_no_form_is_read_again_at_every_look(office: Office):
    raw = mail(UNSUBSCRIBE)
    office.mailbox.put(raw)
    ledger: Any = Refusing(office.desk.ledger, {sha256(raw).hexdigest()}, wanted=False)
    with pytest.raises(Rejected):
        await look(office.watches[0], office.mailbox, replace(office.desk, ledger=ledger))
    await office.turn()

    assert await states(office) == {"anna@example.org": CaseState.DONE}


async def test_the_same_words_without_message_id_and_date_are_a_new_request_every_time(office: Office):
    raw = (
        b"Return-Path: <anna@example.org>\r\nReceived: from x; 1\r\nFrom: anna@example.org\r\n"
        b"To: info@example.kz\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + UNSUBSCRIBE.encode() + b"\r\n"
    )
    office.mailbox.put(raw)
    await office.turn()
    office.clock.forward(days=60)
    office.mailbox.put(raw.replace(b"; 1", b"; 2"))
    await office.turn()

    assert (await office.events()).count("letter.received") == 2
    assert "letter.twin" not in await office.events()


# ---------------------------------------------------------------- new numbers while we look


@dataclass
class Renumbering(FakeMailbox):
    """The connection is lost between SELECT and SEARCH, and comes back to a server that was restored."""

    armed: bool = False

    async def uids(self, folder: str, *, above: int = 0, since: datetime | None = None) -> Any:
        if self.armed:
            self.armed = False
            self.renumber("INBOX")
        return await super().uids(folder, above=above, since=since)


async def test_mail_that_was_there_before_us_never_acts_though_numbers_change_while_we_look(office: Office):
    mailbox = another_mailbox(office, Renumbering)
    mailbox.put(mail(ORDINARY))
    await office.turn()
    for raw in (
        mail(ORDINARY),
        mail(UNSUBSCRIBE),
    ):  # what the server had lost, with numbers above what we have seen
        mailbox.put(raw)
    mailbox.armed = True
    office.clock.forward(hours=1)
    await look(office.watches[0], mailbox, office.desk)
    assert await office.cases() == []

    await office.turn()
    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.TOO_OLD,))


async def test_nothing_is_forgotten_by_numbers_that_changed_while_we_looked(office: Office):
    mailbox = another_mailbox(office, Renumbering)
    raw = mail(ORDINARY)
    gone = mailbox.put(mail(ORDINARY))
    mailbox.put(raw)
    await office.turn()
    mailbox.take_away(gone)
    office.clock.forward(hours=25)
    mailbox.armed = True
    await look(office.watches[0], mailbox, office.desk)

    digest = sha256(raw).hexdigest()
    async with office.desk.ledger.read() as book:
        assert await book.known([digest]) == {digest: False}


# ---------------------------------------------------------------- release


@dataclass
class Unreleasing(FakeMailbox):
    """A server that will not move or mark while `trouble` is set."""

    trouble: BaseException | None = None

    async def move(self, place: Place, folder: str) -> Place | None:
        if self.trouble is not None:
            raise self.trouble
        return await super().move(place, folder)

    async def add_keyword(self, place: Place, keyword: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        await super().add_keyword(place, keyword)


class Killed(BaseException):
    """kill -9, as far as a test can."""


@pytest.mark.parametrize("trouble", [Unavailable("IMAP connection lost"), Killed()])
@pytest.mark.parametrize("release", [Release.MOVE, Release.KEYWORD])
async def test_a_release_that_was_cut_off_is_done_at_the_next_look(
    office: Office, release: Release, trouble: BaseException
):
    mailbox = another_mailbox(office, Unreleasing)
    watch = replace(office.watches[0], release=release)
    place = mailbox.put(mail(UNSUBSCRIBE))
    mailbox.trouble = trouble
    with pytest.raises(type(trouble)):
        await look(watch, mailbox, office.desk)
    mailbox.trouble = None
    await look(watch, mailbox, office.desk)

    assert await mailbox.flags(place) == (None if release is Release.MOVE else frozenset({"$Mailbot"}))
    assert (await office.events()).count("letter.received") == 1


async def test_a_release_the_server_puts_off_holds_up_no_mail(office: Office):
    mailbox = another_mailbox(office, Unreleasing)
    watch = replace(office.watches[0], release=Release.MOVE)
    for number in range(BATCH + 1):
        mailbox.put(mail(UNSUBSCRIBE, sender=f"p{number}@example.org"))
    mailbox.trouble = Unavailable("IMAP MOVE: NO [INUSE]")
    with pytest.raises(Unavailable):
        await look(watch, mailbox, office.desk)
    assert (await office.events()).count("letter.received") == BATCH + 1

    mailbox.trouble = None
    await look(watch, mailbox, office.desk)
    assert mailbox.raws("INBOX") == []
    assert (await office.events()).count("letter.received") == BATCH + 1


async def test_a_release_the_server_refuses_for_good_is_not_tried_for_ever(office: Office):
    mailbox = another_mailbox(office, Unreleasing)
    office.watches = (replace(office.watches[0], release=Release.MOVE),)
    mailbox.put(mail(UNSUBSCRIBE))
    mailbox.trouble = Rejected("IMAP MOVE: the server offers neither MOVE nor UIDPLUS")
    await office.turn()
    mailbox.trouble = None
    await office.turn()

    assert len(mailbox.raws("INBOX")) == 1
    assert await states(office) == {"anna@example.org": CaseState.DONE}


# ---------------------------------------------------------------- much mail


@dataclass
class Counting(FakeMailbox):
    """Notes how many messages it was asked for at once."""

    asked: list[int] = field(default_factory=list)
    octets: list[int] = field(default_factory=list)

    async def fetch(self, folder: str, uids: Any, *, most: int | None = None) -> list[RawMail]:
        self.asked.append(len(uids))
        found = list(await super().fetch(folder, uids, most=most))
        self.octets.append(sum(len(mail.raw) for mail in found))
        return found


async def test_a_batch_is_bounded_by_octets_as_well_and_nothing_is_left_out(office: Office, monkeypatch):
    """D53: ten messages at the limit are never in memory at once; one that is larger by itself comes alone."""
    monkeypatch.setattr(receive, "BATCH_OCTETS", 20_000)
    mailbox = another_mailbox(office, Counting)
    sizes = [100, 9_000, 9_000, 9_000, 30_000, 100, 100, 19_000, 9_000, 100, 100, 100]
    for number, size in enumerate(sizes):
        mailbox.put(mail(f"Удалите мои данные. {number}" + " " * size, sender=f"p{number}@example.org"))
    mailbox.take_away(Place(folder="INBOX", uidvalidity=1, uid=max(mailbox.folders["INBOX"].mails)))
    await office.loop("receive")

    async with office.desk.ledger.read() as book:
        kept = await book.undecided(now=office.clock.now, limit=100)
    assert len(kept) == len(sizes) - 1
    assert max(one for one in mailbox.octets if one < 30_000) <= 20_000
    assert max(mailbox.asked) <= receive.BATCH


async def test_much_mail_is_read_in_batches_with_a_sign_of_life_after_each(office: Office):
    mailbox = another_mailbox(office, Counting)
    for _ in range(2 * BATCH + 1):
        mailbox.put(mail(ORDINARY))
    signs: list[int] = []

    await look(office.watches[0], mailbox, office.desk, alive=lambda: signs.append(len(mailbox.asked)))

    assert mailbox.asked == [BATCH, BATCH, 1]
    assert signs == [1, 2, 3]
