"""deliver: outbox row ─▶ SMTP ─▶ COMMIT sent + audit; then a copy into Sent.

A letter is marked before it is handed to SMTP. If the program dies between the relay's yes and our commit,
it is looked up in Sent first and then sent with the same Message-ID (DESIGN, the one honest gap).
"""

from datetime import datetime
from hashlib import sha256
from typing import assert_never

from mailbot import log
from mailbot.core.audit import Plain
from mailbot.core.case import Case, Outgoing, OutState
from mailbot.core.model import HoldReason
from mailbot.journeys.casework import backoff, to_person
from mailbot.journeys.desk import Desk
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record
from mailbot.ports import Book, Deferred, Delivery, Mailbox, Mailer, Refused, Sent, Unknown

logger = log.get(__name__)


async def deliver_due(mailbox: Mailbox, mailer: Mailer, desk: Desk) -> int:
    """Send every letter that is due; how many the relay took. Raises `Unavailable` while IMAP is away."""
    now = desk.chance.now()
    async with desk.ledger.read() as book:
        queued = await book.outbox(now=now, states=[OutState.QUEUED])
        interrupted = await book.outbox(now=now, states=[OutState.SENDING])
    try:
        await each(interrupted, lambda letter: _take_up_again(letter, mailbox, desk), name="answer")
        return await each(queued, lambda letter: deliver(letter, mailbox, mailer, desk), name="answer")
    finally:
        await file_sent(mailbox, desk)


async def deliver(letter: Outgoing, mailbox: Mailbox, mailer: Mailer, desk: Desk) -> bool:
    """Send one letter, unless a colleague has taken the matter over; whether the relay took it."""
    if letter.automatic and letter.letters and await _taken_by_colleague(letter, mailbox, desk):
        async with desk.ledger.write() as book:
            await book.out(letter.id, was=OutState.QUEUED, now_is=OutState.HELD, at=desk.chance.now())
            await to_person(await book.case(letter.case_id), (HoldReason.TAKEN_BY_COLLEAGUE,), book, desk)
        return False
    started = desk.chance.now()
    async with desk.ledger.write() as book:
        patience = started + desk.limits.smtp_patience
        await book.out(letter.id, was=OutState.QUEUED, now_is=OutState.SENDING, at=started, run_at=patience)
    delivery = await mailer.send(desk.letterhead.bounce, letter.recipient, letter.raw)
    async with desk.ledger.write() as book:
        await _settle(letter, delivery, book, desk)
    return isinstance(delivery, Sent)


async def _taken_by_colleague(letter: Outgoing, mailbox: Mailbox, desk: Desk) -> bool:
    r"""Whether a person has answered or moved the message this letter answers (requirements D68).

    \Answered and a move stop automatic answers; \Seen does not.
    """
    async with desk.ledger.read() as book:
        case = await book.case(letter.case_id)
        place = (await book.letter(case.letter_id)).place
    if place.uid == 0:
        return False  # moved by ourselves, on a server that does not say where to
    flags = await mailbox.flags(place)
    return flags is None or "\\Answered" in flags


async def _settle(letter: Outgoing, delivery: Delivery, book: Book, desk: Desk) -> None:
    now, case = desk.chance.now(), await book.case(letter.case_id)
    match delivery:
        case Sent(text):
            await book.out(letter.id, was=OutState.SENDING, now_is=OutState.SENT, at=now)
            await _record_sent(letter, case, book, desk, relay=text)
        case Deferred(why):
            later = now + backoff(letter.attempts)
            await book.out(letter.id, was=OutState.SENDING, now_is=OutState.QUEUED, at=now, run_at=later)
            logger.warning("answer.deferred", answer=letter.id, attempts=letter.attempts + 1, why=why)
        case Refused(why):
            await book.out(letter.id, was=OutState.SENDING, now_is=OutState.REFUSED, at=now)
            await record("answer.refused", case, book, desk, {"answer": letter.id, "why": why})
            if letter.letters:
                await to_person(case, (HoldReason.BOUNCED,), book, desk)
        case Unknown(why):  # stays marked; taken up again when the patience is over
            logger.warning("answer.unknown", answer=letter.id, why=why)
        case _:
            assert_never(delivery)


async def _record_sent(letter: Outgoing, case: Case, book: Book, desk: Desk, *, relay: str) -> None:
    facts: dict[str, Plain] = {
        "answer": letter.id,
        "sha256": sha256(letter.raw).hexdigest(),
        "letters": [one.value for one in letter.letters],
        "relay": relay,
    }
    await record("answer.sent" if letter.letters else "operator.told", case, book, desk, facts)


async def _take_up_again(letter: Outgoing, mailbox: Mailbox, desk: Desk) -> bool:
    """A letter that was on its way when the program or the relay stopped: sent, if Sent has it; else again."""
    now = desk.chance.now()
    found = await mailbox.holds(desk.sent_folder, letter.message_id)
    async with desk.ledger.write() as book:
        case = await book.case(letter.case_id)
        if found:
            await book.out(letter.id, was=OutState.SENDING, now_is=OutState.SENT, at=now)
            await _record_sent(letter, case, book, desk, relay="found in Sent")
        else:
            await book.out(letter.id, was=OutState.SENDING, now_is=OutState.QUEUED, at=now)
            await record("answer.again", case, book, desk, {"answer": letter.id})
    return True


async def file_sent(mailbox: Mailbox, desk: Desk) -> int:
    """Append what was sent to Sent, so that colleagues see it; how many. Twice is once, by Message-ID."""
    now = desk.chance.now()
    async with desk.ledger.read() as book:
        owed = await book.outbox(now=now, states=[OutState.SENT])
    for letter in owed:
        if letter.letters and not await mailbox.holds(desk.sent_folder, letter.message_id):
            await mailbox.append(desk.sent_folder, letter.raw, at=_when(letter, now))
        async with desk.ledger.write() as book:
            await book.out(letter.id, was=OutState.SENT, now_is=OutState.FILED, at=now)
    return len(owed)


def _when(letter: Outgoing, now: datetime) -> datetime:
    return letter.sent_at or now
