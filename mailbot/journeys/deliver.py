"""deliver: outbox row ─▶ SMTP ─▶ COMMIT sent + audit; then a copy into Sent.

A letter is marked before it is handed to SMTP. If the program dies between the relay's yes and our commit,
it is looked up in Sent first and then sent with the same Message-ID (DESIGN, the one honest gap).
"""

from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import assert_never

from mailbot import log
from mailbot.core.audit import Plain
from mailbot.core.case import Case, Outgoing, OutState, in_doubt
from mailbot.core.decide import said_enough
from mailbot.core.model import CaseState, HoldReason, Letter, Place
from mailbot.errors import Conflict, Rejected, Unavailable
from mailbot.journeys import parties
from mailbot.journeys.casework import backoff, to_person
from mailbot.journeys.desk import Desk
from mailbot.journeys.pause import may_leave, paused
from mailbot.journeys.returns import envelope_sender
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record
from mailbot.ports import Book, Deferred, Delivery, Mailbox, Mailer, Progress, Refused, Sent, Unknown

logger = log.get(__name__)

WEEK = timedelta(days=7)
_YEARS_LATER = frozenset({Letter.TERM_OVER, Letter.PARTY_RESULT})  # wherever the request lies by then
GIVE_UP_AFTER = timedelta(days=2)  # since the first try: somebody has heard nothing, and a person must know


class Hand(StrEnum):
    """In whose hand the message is that a letter answers, as the mailbox shows it (requirements D68)."""

    OURS = "ours"
    COLLEAGUE = "colleague"
    UNKNOWN = "unknown"  # its folder has new numbers, and has not been looked through since


async def deliver_due(mailbox: Mailbox, mailer: Mailer, desk: Desk) -> int:
    """Send every letter that is due; how many the relay took.

    Letters of unknown fate, letters that wait and copies for Sent are each gone through to the end: none stops the
    others. Raises `Unavailable` with the first trouble when all is done.
    """
    now = desk.chance.now()
    async with desk.ledger.read() as book:
        queued = await book.outbox(now=now, states=[OutState.QUEUED])
        interrupted = await book.outbox(now=now, states=[OutState.SENDING])
        if await paused(book):
            queued = [letter for letter in queued if may_leave(letter)]
    troubles: list[Unavailable] = []

    async def part(work: Awaitable[int]) -> int:
        try:
            return await work
        except Unavailable as exc:
            troubles.append(exc)
            return 0

    await part(each(interrupted, lambda letter: _take_up_again(letter, mailbox, desk), name="answer"))
    taken = await part(each(queued, lambda letter: deliver(letter, mailbox, mailer, desk), name="answer"))
    await part(file_sent(mailbox, desk))
    if troubles:
        raise troubles[0]
    return taken


async def deliver(letter: Outgoing, mailbox: Mailbox, mailer: Mailer, desk: Desk) -> bool:
    """Send one letter, unless a colleague has the matter in hand or enough is said; whether the relay took it."""
    by_itself = letter.automatic and letter.letters and Letter.PARTY not in letter.letters
    answers = by_itself and not _YEARS_LATER & set(letter.letters)
    if answers and not await _still_ours(letter, mailbox, desk):
        return False
    if by_itself and await _said_enough(letter, desk):
        return False
    if Letter.PACKAGE in letter.letters and await _not_theirs(letter, desk):
        return False
    started = desk.chance.now()
    async with desk.ledger.write() as book:
        patience = started + desk.limits.smtp_patience * 2 ** min(letter.attempts, 5)  # a relay may never say yes
        await book.out(letter.id, was=OutState.QUEUED, now_is=OutState.SENDING, at=started, run_at=patience)
        case = await book.case(letter.case_id)
    sender = envelope_sender(case.number if letter.letters else "", desk)
    delivery = await mailer.send(sender, letter.recipient, letter.raw)
    async with desk.ledger.write() as book:
        await _settle(letter, delivery, book, desk)
    return isinstance(delivery, Sent)


async def _not_theirs(letter: Outgoing, desk: Desk) -> bool:
    """Whether a copy of somebody's data, though released, must not leave: a doubt came meanwhile."""
    async with desk.ledger.write() as book:
        case = await book.case(letter.case_id)
        if not (in_doubt(case) or case.state in (CaseState.REFUSED, CaseState.CLOSED)):
            return False
        await book.out(letter.id, was=OutState.QUEUED, now_is=OutState.HELD, at=desk.chance.now())
        await record("answer.held", case, book, desk, {"answer": letter.id, "why": "in doubt"})
    return True


async def _said_enough(letter: Outgoing, desk: Desk) -> bool:
    """Whether an automatic letter is one too many for its recipient; a person looks then (D6, D16)."""
    now = desk.chance.now()
    async with desk.ledger.read() as book:
        case = await book.case(letter.case_id)
        why = said_enough(letter, case, await book.told(letter.recipient, since=now - WEEK), now=now)
    if not why or case.released:
        return False
    async with desk.ledger.write() as book:
        await book.out(letter.id, was=OutState.QUEUED, now_is=OutState.HELD, at=now)
        await record("answer.held", case, book, desk, {"answer": letter.id, "why": why})
        await to_person(case, (HoldReason.BUDGET,), book, desk)
    return True


# ---------------------------------------------------------------- a colleague's hand


async def _still_ours(letter: Outgoing, mailbox: Mailbox, desk: Desk) -> bool:
    """Whether an automatic letter may go; one in a colleague's hand is held, one that cannot be told stays queued.

    What a person has released goes whatever the mailbox shows.
    """
    async with desk.ledger.read() as book:
        case = await book.case(letter.case_id)
        place = (await book.letter(case.letter_id)).place
        progress = await book.progress(place.folder)
    hand = Hand.OURS if case.released else await _hand(place, progress, mailbox, desk)
    if hand is Hand.COLLEAGUE:
        await _hold(letter, case, place, desk)
    return hand is Hand.OURS


async def _hand(place: Place, progress: Progress | None, mailbox: Mailbox, desk: Desk) -> Hand:
    r"""In whose hand the message is: \Answered, a move and a deletion are a colleague's, \Seen is not."""
    if place.uid == 0:
        return Hand.OURS  # moved by ourselves, on a server that does not say where to
    try:
        return await _hand_shown(place, progress, mailbox, desk)
    except Rejected:
        await _expect_only_one_folder_refused(mailbox)
        return Hand.COLLEAGUE  # the folder is gone, and the message with it


async def _hand_shown(place: Place, progress: Progress | None, mailbox: Mailbox, desk: Desk) -> Hand:
    """The same; raises `Rejected` where the folder is gone. In a renumbered one `receive` finds them again."""
    flags = await mailbox.flags(place)
    if flags is not None:
        return Hand.COLLEAGUE if "\\Answered" in flags else Hand.OURS
    numbers = (await mailbox.open(place.folder)).uidvalidity
    if numbers == place.uidvalidity:
        return Hand.COLLEAGUE
    if progress is None:
        return Hand.OURS  # moved there by ourselves; its numbers name nothing any more
    if desk.chance.now() - progress.last_look >= GIVE_UP_AFTER:
        return Hand.COLLEAGUE  # the folder is not watched any more: nobody will find the message again
    if progress.uidvalidity != numbers or await mailbox.uids(place.folder, above=progress.seen_up_to):
        return Hand.UNKNOWN
    return Hand.COLLEAGUE  # looked through, and it was not there


async def _expect_only_one_folder_refused(mailbox: Mailbox) -> None:
    """After a refusal; raises `Unavailable` where the server refuses us altogether (a wrong password).

    INBOX is there on every server (RFC 3501 section 5.1).
    """
    try:
        await mailbox.open("INBOX")
    except Rejected as exc:
        raise Unavailable(str(exc)) from exc


async def _hold(letter: Outgoing, case: Case, place: Place, desk: Desk) -> None:
    """Keep a letter back; raises `Conflict` where the case or the message's place has changed meanwhile."""
    async with desk.ledger.write() as book:
        if (await book.letter(case.letter_id)).place != place:
            raise Conflict("the message has been found in another place")
        await book.out(letter.id, was=OutState.QUEUED, now_is=OutState.HELD, at=desk.chance.now())
        await to_person(case, (HoldReason.TAKEN_BY_COLLEAGUE,), book, desk)


# ---------------------------------------------------------------- what the relay said


async def _settle(letter: Outgoing, delivery: Delivery, book: Book, desk: Desk) -> None:
    now, case = desk.chance.now(), await book.case(letter.case_id)
    match delivery:
        case Sent(text):
            await book.out(letter.id, was=OutState.SENDING, now_is=OutState.SENT, at=now)
            await _record_sent(letter, case, book, desk, relay=text)
        case Deferred(why) if _too_long(letter, now):
            await _never_taken(letter, case, book, desk, event="answer.given_up", why=why)
        case Deferred(why):
            later = now + backoff(letter.attempts)
            await book.out(letter.id, was=OutState.SENDING, now_is=OutState.QUEUED, at=now, run_at=later)
            logger.warning("answer.deferred", answer=letter.id, attempts=letter.attempts + 1, why=why)
        case Refused(why):
            await _never_taken(letter, case, book, desk, event="answer.refused", why=why)
        case Unknown(why):  # stays marked; taken up again when the patience is over
            logger.warning("answer.unknown", answer=letter.id, why=why)
        case _:
            assert_never(delivery)


def _too_long(letter: Outgoing, now: datetime) -> bool:
    return letter.first_tried_at is not None and now - letter.first_tried_at >= GIVE_UP_AFTER


async def _never_taken(letter: Outgoing, case: Case, book: Book, desk: Desk, *, event: str, why: str) -> None:
    """Somebody has heard nothing: their case is a person's. A notice that is lost makes no new notice."""
    await book.out(letter.id, was=OutState.SENDING, now_is=OutState.REFUSED, at=desk.chance.now())
    await record(event, case, book, desk, {"answer": letter.id, "why": why})
    if letter.letters and Letter.PARTY not in letter.letters:
        await to_person(case, (HoldReason.BOUNCED,), book, desk)
        return
    await parties.never_taken(letter, book)
    if not letter.letters:
        logger.error("operator.unreachable", answer=letter.id, why=why)


async def _record_sent(letter: Outgoing, case: Case, book: Book, desk: Desk, *, relay: str) -> None:
    facts: dict[str, Plain] = {
        "answer": letter.id,
        "sha256": sha256(letter.raw).hexdigest(),
        "letters": [one.value for one in letter.letters],
        "relay": relay,
    }
    await record("answer.sent" if letter.letters else "operator.told", case, book, desk, facts)


# ---------------------------------------------------------------- the Sent folder


async def _take_up_again(letter: Outgoing, mailbox: Mailbox, desk: Desk) -> bool:
    """A letter that was on its way when the program or the relay stopped: sent, if Sent has it; else again."""
    now = desk.chance.now()
    found = await _in_sent(letter, mailbox, desk)
    async with desk.ledger.write() as book:
        case = await book.case(letter.case_id)
        if found:
            await book.out(letter.id, was=OutState.SENDING, now_is=OutState.SENT, at=now)
            await _record_sent(letter, case, book, desk, relay="found in Sent")
        elif _too_long(letter, now):
            why = "the relay never said what became of it"
            await _never_taken(letter, case, book, desk, event="answer.given_up", why=why)
        else:
            await book.out(letter.id, was=OutState.SENDING, now_is=OutState.QUEUED, at=now)
            await record("answer.again", case, book, desk, {"answer": letter.id})
    return True


async def _in_sent(letter: Outgoing, mailbox: Mailbox, desk: Desk) -> bool:
    """Whether Sent has the letter; a Sent that cannot be searched has none, else the letter would never leave."""
    try:
        return await mailbox.holds(desk.sent_folder, letter.message_id)
    except Rejected as exc:
        await _expect_only_one_folder_refused(mailbox)
        logger.warning("sent.not_searched", answer=letter.id, why=str(exc))
        return False


async def file_sent(mailbox: Mailbox, desk: Desk) -> int:
    """Append what was sent to Sent, so that colleagues see it; how many. Twice is once, by Message-ID.

    A copy the folder refuses stays owed; raises `Unavailable` for it when the others are done.
    """
    now = desk.chance.now()
    async with desk.ledger.read() as book:
        owed = await book.outbox(now=now, states=[OutState.SENT])
    refused: list[Rejected] = []
    for letter in owed:
        try:
            await _copy(letter, mailbox, desk, now=now)
        except Rejected as exc:
            refused.append(exc)
            continue
        with suppress(Conflict):  # filed by somebody else meanwhile
            async with desk.ledger.write() as book:
                await book.out(letter.id, was=OutState.SENT, now_is=OutState.FILED, at=now)
    if refused:
        raise Unavailable(f"no copies in the folder {desk.sent_folder}: {refused[0]}")
    return len(owed)


async def _copy(letter: Outgoing, mailbox: Mailbox, desk: Desk, *, now: datetime) -> None:
    if letter.letters and not await mailbox.holds(desk.sent_folder, letter.message_id):
        await mailbox.append(desk.sent_folder, letter.raw, at=letter.sent_at or now)
