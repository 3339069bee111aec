"""receive: mailbox ─▶ read ─▶ understand ─▶ COMMIT letter (or "looked at") ─▶ release the mail.

Needs nothing but IMAP and the processor, so a request is safe and its clock runs even while DNS, the
company's database and the relay are down.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import assert_never

from mailbot import log
from mailbot.core.audit import Plain
from mailbot.core.case import NewLetter
from mailbot.core.decide import concerns_us
from mailbot.core.message import read
from mailbot.core.model import CaseState, Concern, Message, Place, RawMail, Reading, Route, Unreadable
from mailbot.core.understanding import understand
from mailbot.errors import Rejected, Unavailable
from mailbot.journeys.budget import rank_of
from mailbot.journeys.desk import Desk, twin_key
from mailbot.journeys.parties import asked_about
from mailbot.journeys.returns import thread_of
from mailbot.journeys.trail import record
from mailbot.ports import Book, FolderState, Mailbox, Progress, Thread

logger = log.get(__name__)

BATCH = 10  # messages in memory at once
BATCH_OCTETS = 16 * 1024 * 1024  # of all of them together; one that is larger comes alone, 25 MiB at most (D53)
SWEEP_EVERY = timedelta(days=1)


class Release(StrEnum):
    """What happens to a request's message once the ledger has it; ordinary mail is never touched."""

    LEAVE = "leave"
    KEYWORD = "keyword"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One folder that is watched."""

    folder: str
    junk: bool = False
    release: Release = Release.LEAVE
    keyword: str = "$Mailbot"
    handled: str = "Handled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message, read and understood, before anything is written."""

    mail: RawMail
    digest: str
    message: Message | Unreadable
    reading: Reading


def _silent() -> None:
    """No sign of life is asked for."""


async def look(watch: Watch, mailbox: Mailbox, desk: Desk, *, alive: Callable[[], None] = _silent) -> int:
    """Read everything new in a folder; how many letters were kept. *alive* is called after every batch.

    May be cut anywhere: a batch counts as looked at when its letters are kept and released, else it is read again,
    and the keys know what was kept. Raises `Unavailable` at the end where a letter could not be released now.
    """
    state = await mailbox.open(watch.folder)
    progress = await _progress(watch, state, desk)
    kept, trouble = 0, None
    waiting = await mailbox.uids(watch.folder, above=progress.seen_up_to)
    while waiting:
        mails = await mailbox.fetch(watch.folder, waiting[:BATCH], most=BATCH_OCTETS)
        up_to = mails[-1].place.uid if mails else waiting[:BATCH][-1]
        if any(mail.place.uidvalidity != progress.uidvalidity for mail in mails):
            logger.warning("folder.renumbered_meanwhile", folder=watch.folder)
            return kept  # these are not the messages we asked for; the next look starts over
        letters = await _commit([see(mail, desk) for mail in mails], watch, progress, desk)
        kept += len(letters)
        trouble = trouble or await _release(letters, watch, mailbox, desk)
        if trouble is None:
            await _advance(watch, progress, up_to, desk)
        waiting = [uid for uid in waiting if uid > up_to]
        alive()
    if trouble is not None:
        raise trouble
    await _close_the_look(watch, progress, mailbox, desk)
    return kept


async def _advance(watch: Watch, progress: Progress, up_to: int, desk: Desk) -> None:
    async with desk.ledger.write() as book:
        await book.advance(watch.folder, progress.uidvalidity, up_to, at=desk.chance.now())


async def _close_the_look(watch: Watch, progress: Progress, mailbox: Mailbox, desk: Desk) -> None:
    """Note when the folder was last looked through; once a day forget ordinary mail that is no longer there."""
    now = desk.chance.now()
    due = now - progress.swept_at >= SWEEP_EVERY
    present = await mailbox.uids(watch.folder) if due else ()
    due = due and (await mailbox.open(watch.folder)).uidvalidity == progress.uidvalidity
    async with desk.ledger.write() as book:
        await book.advance(watch.folder, progress.uidvalidity, progress.seen_up_to, at=now)
        if due:
            await book.forget_gone(watch.folder, progress.uidvalidity, present, at=now)


async def _progress(watch: Watch, state: FolderState, desk: Desk) -> Progress:
    """How far the folder was read. The first look takes it as it stands: older mail is never acted on.

    A new UIDVALIDITY starts over by the other keys; what they do not match and is older than the last look
    never acts by itself (DESIGN, crash table).
    """
    now = desk.chance.now()
    async with desk.ledger.write() as book:
        progress = await book.progress(watch.folder)
        if progress is None:
            await book.begin(watch.folder, state.uidvalidity, state.uidnext - 1, at=now)
            facts: dict[str, Plain] = {"folder": watch.folder, "messages": state.exists}
            await book.record("folder.begun", at=now, facts=facts)
        elif progress.uidvalidity != state.uidvalidity:
            await book.begin(watch.folder, state.uidvalidity, 0, at=now, distrust_before=progress.last_look)
            await book.record("folder.renumbered", at=now, facts={"folder": watch.folder})
        else:
            return progress
        begun = await book.progress(watch.folder)
    if begun is None:
        raise RuntimeError("the ledger forgot what it was just told")
    return begun


def see(mail: RawMail, desk: Desk) -> Seen:
    """Read and understand one message; whatever goes wrong with it, the message goes to a person."""
    digest = _digest(mail)
    if mail.cut:
        message: Message | Unreadable = Unreadable(why="larger than the limit, or withheld by the server")
        return Seen(mail=mail, digest=digest, message=message, reading=_unread(desk))
    try:
        message = read(mail.raw, own=desk.own)
        today = mail.received_at.astimezone(desk.zone).date()
        reading = (
            understand(message, desk.knowledge, today=today) if isinstance(message, Message) else _unread(desk)
        )
    except Exception:  # a bug, or mail nobody imagined: kept for a person, the rest goes on
        logger.exception("message.set_aside", folder=mail.place.folder, uid=mail.place.uid)
        message, reading = Unreadable(why="the reader failed"), _unread(desk)
    return Seen(mail=mail, digest=digest, message=message, reading=reading)


def _digest(mail: RawMail) -> str:
    """SHA-256 of the raw bytes. What was cut off is not the whole message: its place and size join in."""
    if not mail.cut:
        return sha256(mail.raw).hexdigest()
    place = mail.place
    where = f"{place.folder}\x00{place.uidvalidity}\x00{place.uid}\x00{mail.size}"
    return sha256(where.encode() + b"\x00" + mail.raw).hexdigest()


def _unread(desk: Desk) -> Reading:
    return Reading(concerns=(Concern.UNSURE,), knowledge=desk.knowledge.version)


async def _commit(seen: Sequence[Seen], watch: Watch, progress: Progress, desk: Desk) -> Sequence[Seen]:
    """Write a batch into the ledger; those that were kept as letters, now or before.

    What the ledger will not take, whatever the reason, is kept as unreadable, for a person: nobody's mail may hold
    up the mail behind it. Raises what the ledger raises where it does not take even that.
    """
    try:
        return await _write(seen, watch, progress, desk)
    except Unavailable:
        raise
    except Exception:  # one of them is at fault: each by itself, then that one without what was read in it
        logger.exception("batch.refused", folder=watch.folder, messages=len(seen))
    if len(seen) > 1:
        return [kept for one in seen for kept in await _commit([one], watch, progress, desk)]
    return await _write([_set_aside(one, desk) for one in seen], watch, progress, desk)


def _set_aside(one: Seen, desk: Desk) -> Seen:
    return replace(one, message=Unreadable(why="the ledger refused what was read"), reading=_unread(desk))


async def _write(seen: Sequence[Seen], watch: Watch, progress: Progress, desk: Desk) -> Sequence[Seen]:
    now = desk.chance.now()
    kept: list[Seen] = []
    async with desk.ledger.write() as book:
        known = dict(await book.known([one.digest for one in seen]))
        for one in seen:
            if one.digest in known:
                await book.relocate(one.digest, one.mail.place)
            else:
                known[one.digest] = await _enter(one, watch, progress, book, desk, now)
            if known[one.digest]:
                kept.append(one)
    return kept


async def _enter(one: Seen, watch: Watch, progress: Progress, book: Book, desk: Desk, now: datetime) -> bool:
    """Keep a letter, or note that ordinary mail was looked at; whether it was kept."""
    thread = await thread_of(one.message, book, desk) if isinstance(one.message, Message) else None
    about_a_task = await asked_about(one.message, book) is not None
    tied = thread is not None or about_a_task or await _says_yes_or_no(one, book)
    if not concerns_us(one.message, one.reading, tied=tied):
        await book.looked_at(one.mail.place, one.digest, Route.IGNORE, one.reading.knowledge, at=now)
        await _file_report(one, thread, book, desk)
        return False
    twin = twin_key(one.message, one.digest, keys=desk.keys) if isinstance(one.message, Message) else one.digest
    distrust = progress.distrust_before
    letter = NewLetter(
        place=one.mail.place,
        sha256=one.digest,
        twin=twin,
        received_at=one.mail.received_at,
        read_at=now,
        raw=one.mail.raw,
        reading=one.reading,
        in_junk=watch.junk,
        unreadable=one.message.why if isinstance(one.message, Unreadable) else "",
        rank=rank_of(one.message, one.mail.raw, tied=thread is not None),
        unmatched=distrust is not None and one.mail.received_at <= distrust,
    )
    letter_id = await book.keep(letter)
    facts: dict[str, Plain] = {
        "letter": letter_id,
        "sha256": one.digest,
        "received": one.mail.received_at.isoformat(),
        "readable": isinstance(one.message, Message),
        "rights": [right.value for right in one.reading.rights],
        "route": one.reading.route.value,
        "knowledge": one.reading.knowledge,
    }
    await book.record("letter.received", at=now, facts=facts)
    place = one.mail.place
    logger.info(
        "letter.received",
        letter=letter_id,
        folder=place.folder,
        uid=place.uid,
        route=one.reading.route.value,
    )
    return True


async def _file_report(one: Seen, thread: Thread | None, book: Book, desk: Desk) -> None:
    """Note in the trail of its case what a machine says about a letter of ours; it moves nothing (D12, D13)."""
    if thread is None or not isinstance(one.message, Message) or one.message.machine is None:
        return
    case = await book.case(thread.case_id)
    facts: dict[str, Plain] = {"machine": one.message.machine.value, "sha256": one.digest}
    await record("answer.reported", case, book, desk, facts)


async def _says_yes_or_no(one: Seen, book: Book) -> bool:
    """Whether a message that hangs on none of our letters is a bare answer to a question of ours."""
    if isinstance(one.message, Unreadable) or one.reading.reply_word is None or one.message.author is None:
        return False
    return await book.case_of(one.message.author, states=[CaseState.CONFIRMATION, CaseState.PERSON]) is not None


async def _release(letters: Sequence[Seen], watch: Watch, mailbox: Mailbox, desk: Desk) -> Unavailable | None:
    """Release the messages of kept letters; why one could not be released now, and is to be at the next look.

    What the server refuses for good is left where it is: the letter is safe, and a person is told by the log.
    """
    for one in letters:
        try:
            await _let_go(one, watch, mailbox, desk)
        except Unavailable as exc:
            return exc
        except Rejected as exc:
            place = one.mail.place
            logger.error("letter.not_released", folder=place.folder, uid=place.uid, why=str(exc))  # noqa: TRY400 - the server's refusal, not a bug
    return None


async def _let_go(one: Seen, watch: Watch, mailbox: Mailbox, desk: Desk) -> None:
    """Release the message of a kept letter as the operator wishes; twice is once."""
    place = one.mail.place
    match watch.release:
        case Release.LEAVE:
            pass
        case Release.KEYWORD:
            await mailbox.add_keyword(place, watch.keyword)
        case Release.MOVE:
            moved = await mailbox.move(place, watch.handled)
            async with desk.ledger.write() as book:
                await book.relocate(one.digest, moved or Place(folder=watch.handled, uidvalidity=0, uid=0))
        case _:
            assert_never(watch.release)
