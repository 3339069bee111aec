"""Mail that was there before us: looked over without a trace (trial), or handed to a person (backlog)."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailbot.core import decide as core
from mailbot.core.case import NewLetter, Phase
from mailbot.core.model import (
    Decision,
    HoldReason,
    Language,
    Malformed,
    Message,
    MessageId,
    Right,
    Standing,
    StepKind,
    Unproven,
)
from mailbot.core.reply import letters_for
from mailbot.errors import Rejected, Unavailable
from mailbot.journeys.casework import open_case
from mailbot.journeys.desk import Desk, twin_key
from mailbot.journeys.receive import BATCH, Seen, Watch, see
from mailbot.ports import Mailbox

EVERYTHING_LIVE = {(right, language): core.Autonomy.AGREE for right in Right for language in Language}

Progress = Callable[[int, int], None]
"""Told how many of how many messages have been read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One message that reads as a request."""

    seen: Seen
    answered: bool
    standing: Standing
    decision: Decision  # what would be done if every right were live and it had just arrived

    @property
    def outcome(self) -> str:
        """What would be done, in a few words."""
        if self.decision.holds:
            return "a person: " + ", ".join(reason.value for reason in self.decision.holds)
        done = [step.kind.value for step in self.decision.now]
        asked = ["ask for confirmation"] if self.decision.confirmed else []
        told = [] if asked else [letter.value for letter in letters_for(self.decision.rights)]
        answer = [f"answer: {', '.join(told)}"] if told and self.decision.may_answer else []
        return "; ".join((*done, *asked, *answer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a mailbox holds."""

    messages: int
    found: tuple[Found, ...]

    @property
    def unanswered(self) -> tuple[Found, ...]:
        """Requests nobody has answered."""
        return tuple(one for one in self.found if not one.answered)


async def survey(
    watches: Sequence[Watch], mailbox: Mailbox, desk: Desk, *, since: datetime, progress: Progress
) -> Survey:
    """Read every message since *since* and change nothing: no flag, no row, no letter."""
    answered = await _answered(mailbox, desk, since=since)
    messages, found = 0, []
    for watch in watches:
        async for seen in _messages(watch, mailbox, desk, since=since, progress=progress):
            messages += 1
            if core.concerns_us(seen.message, seen.reading, tied=False):
                found.append(await _found(seen, watch, answered, desk))
    return Survey(messages=messages, found=tuple(found))


async def _messages(
    watch: Watch, mailbox: Mailbox, desk: Desk, *, since: datetime, progress: Progress
) -> AsyncIterator[Seen]:
    await mailbox.open(watch.folder)
    uids = await mailbox.uids(watch.folder, since=since - timedelta(days=1))  # SEARCH counts in server days
    for start in range(0, len(uids), BATCH):
        for mail in await mailbox.fetch(watch.folder, uids[start : start + BATCH]):
            if mail.received_at >= since:
                yield see(mail, desk)
        progress(min(start + BATCH, len(uids)), len(uids))


async def _answered(mailbox: Mailbox, desk: Desk, *, since: datetime) -> frozenset[MessageId]:
    """Message-IDs that something in Sent answers."""
    ids: set[MessageId] = set()
    try:
        await mailbox.open(desk.sent_folder)
    except Rejected:
        return frozenset()  # no such folder: nothing was ever answered from here
    uids = await mailbox.uids(desk.sent_folder, since=since - timedelta(days=1))
    for start in range(0, len(uids), BATCH):
        for mail in await mailbox.fetch(desk.sent_folder, uids[start : start + BATCH]):
            message = see(mail, desk).message
            if isinstance(message, Message):
                ids.update(message.answers_to)
    return frozenset(ids)


async def _found(seen: Seen, watch: Watch, answered: frozenset[MessageId], desk: Desk) -> Found:
    message, mail = seen.message, seen.mail
    standing: Standing = Malformed("unreadable")
    by_person = "\\Answered" in mail.flags
    if isinstance(message, Message):
        by_person = by_person or message.message_id in answered
        try:
            standing = await desk.senders.standing(mail.raw, message, received_at=mail.received_at)
        except Unavailable:
            standing = Unproven("DNS could not be asked")
    decision = core.decide(
        message,
        seen.reading,
        standing,
        core.Circumstances(received_at=mail.received_at, in_junk=watch.junk),
        now=mail.received_at,
        policy=replace(desk.policy, autonomy=EVERYTHING_LIVE),
    )
    return Found(seen=seen, answered=by_person, standing=standing, decision=decision)


async def hand_over(found: Sequence[Found], watches: Sequence[Watch], *, by: str, desk: Desk) -> tuple[int, int]:
    """Open a case for each, for a person; sure unsubscribes are suppressed without a letter. (cases, suppressed).

    What the ledger knows already is left alone.
    """
    junk = {watch.folder: watch.junk for watch in watches}
    opened = suppressed = 0
    for one in found:
        decision = _old(one)
        async with desk.ledger.write() as book:
            if await book.known([one.seen.digest]):
                continue
            now, mail, message = desk.chance.now(), one.seen.mail, one.seen.message
            twin = (
                twin_key(message, one.seen.digest, keys=desk.keys)
                if isinstance(message, Message)
                else one.seen.digest
            )
            letter_id = await book.keep(
                NewLetter(
                    place=mail.place,
                    sha256=one.seen.digest,
                    twin=twin,
                    received_at=mail.received_at,
                    read_at=now,
                    raw=mail.raw,
                    reading=one.seen.reading,
                    in_junk=junk.get(mail.place.folder, False),
                    unreadable="" if isinstance(message, Message) else message.why,
                )
            )
            await book.record("letter.handed_over", at=now, by=by, facts={"letter": letter_id})
            case = await open_case(await book.letter(letter_id), message, one.standing, decision, book, desk)
            await book.save(replace(case, released=True))  # a person has said so: autonomy need not be live
            phase = Phase.MEANWHILE if decision.holds else Phase.NOW
            await book.plan(case.id, phase, decision.meanwhile if decision.holds else decision.now, at=now)
            opened += 1
            suppressed += not decision.holds
    return opened, suppressed


def _old(one: Found) -> Decision:
    """What is done about old mail: no letter by a program, and nothing but suppression without a person."""
    decision = one.decision
    if not decision.holds and decision.rights == (Right.UNSUBSCRIBE,):
        return replace(decision, may_answer=False)
    holds = tuple(dict.fromkeys((HoldReason.BY_HAND, *decision.holds)))
    stops = tuple(step for step in decision.now if step.kind is StepKind.SUPPRESS)
    asked = {Right.UNSUBSCRIBE, Right.WITHDRAW_CONSENT} & set(decision.rights)
    return replace(decision, holds=holds, meanwhile=stops if asked else (), letter=None)
