"""decide: letter ─▶ who is writing? ─▶ decide ─▶ COMMIT case + plan + first reply + audit.

A reply to one of our questions is just another letter: it finds its case, and the case moves on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_never

from mailbot import log
from mailbot.core import decide as core
from mailbot.core.case import Case, Phase, StoredLetter
from mailbot.core.model import (
    CaseState,
    Decision,
    HoldReason,
    Letter,
    Malformed,
    Message,
    Standing,
    Subject,
    Unproven,
    Unreadable,
)
from mailbot.errors import Conflict, Unavailable
from mailbot.journeys import letters
from mailbot.journeys.casework import LIFTS, OPEN, open_case, to_person, undo
from mailbot.journeys.desk import Desk, token_hashes
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record
from mailbot.ports import Book, Thread

logger = log.get(__name__)

AT_ONCE = 20  # letters a round
DNS_PATIENCE = timedelta(hours=1)
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(minutes=10)  # between tries; they grow with the wait
STUMBLES = 3  # faults of the program over one letter before a person gets it


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that is known about a letter before anything is decided."""

    letter: StoredLetter
    message: Message | Unreadable
    standing: Standing
    case: Case | None  # the case it belongs to
    ties: core.Ties
    twin: bool = False  # it came before, by another way
    subjects: Sequence[Subject] = ()  # asked only where a confirmed request is about to be carried out
    within_budget: bool = True
    policy: core.Policy


async def decide_waiting(desk: Desk) -> int:
    """Decide every letter that waits; how many were. One that cannot be decided now is put off, never dropped."""
    async with desk.ledger.read() as book:
        waiting = await book.undecided(now=desk.chance.now(), limit=AT_ONCE)
    return await each(waiting, lambda letter: _decide_or_put_off(letter, desk), name="letter")


async def _decide_or_put_off(letter: StoredLetter, desk: Desk) -> bool:
    """Decide one letter; what a program stumbles over again and again goes to a person as it is."""
    try:
        await (decide_letter if letter.attempts < STUMBLES else hand_over)(letter, desk)
    except Conflict:
        raise
    except Exception as exc:
        if not isinstance(exc, Unavailable):
            logger.exception("letter.stumbled", letter=letter.id, attempts=letter.attempts)
        async with desk.ledger.write() as book:
            now = desk.chance.now()
            until = now + min(LONGEST, max(SHORTEST, (now - letter.read_at) / 2))
            await book.put_off(letter.id, until=until, stumbled=not isinstance(exc, Unavailable))
        if isinstance(exc, Unavailable):
            raise
        return False
    return True


async def hand_over(letter: StoredLetter, desk: Desk) -> None:
    """Open a case for a person, with nothing but what receive has read."""
    decision = Decision(rights=letter.reading.rights, holds=(HoldReason.UNREADABLE,), may_answer=False)
    unreadable = Unreadable(why="the program stumbled over it")
    async with desk.ledger.write() as book:
        await open_case(letter, unreadable, Malformed(unreadable.why), decision, book, desk)


async def decide_letter(letter: StoredLetter, desk: Desk) -> None:
    """Take one letter to its decision, in one commit."""
    gathered = await _gather(letter, desk)
    async with desk.ledger.write() as book:
        if gathered.case is None:
            await _open(gathered, book, desk)
        elif gathered.twin:
            await _again(gathered, gathered.case, book, desk)
        else:
            await _reply(gathered, gathered.case, book, desk)


# ---------------------------------------------------------------- gather


async def _gather(letter: StoredLetter, desk: Desk) -> Gathered:
    message = letters.opened(letter, desk)
    standing = await _standing(letter, message, desk)
    async with desk.ledger.read() as book:
        thread = await _thread(message, book, desk)
        twin = None if thread else await book.twin(letter)
        case = await _case(message, letter, thread, twin, book)
        policy = replace(desk.policy, autonomy=await book.autonomy())
        within = await letters.within_budget(message, standing, case, book, desk)
    gathered = Gathered(
        letter=letter,
        message=message,
        standing=standing,
        case=case,
        ties=core.Ties(token=thread is not None and thread.token, thread=thread is not None and thread.thread),
        twin=twin is not None,
        within_budget=within,
        policy=policy,
    )
    return await _with_subjects(gathered, desk)


async def _standing(letter: StoredLetter, message: Message | Unreadable, desk: Desk) -> Standing:
    """Who is writing. DNS that stays silent for an hour proves nobody, but holds nobody up (C.3, TEMP)."""
    if isinstance(message, Unreadable):
        return Malformed("unreadable")
    try:
        return await desk.senders.standing(letter.raw, message)
    except Unavailable:
        if desk.chance.now() - letter.read_at < DNS_PATIENCE:
            raise
        return Unproven("DNS did not answer for an hour")


async def _thread(message: Message | Unreadable, book: Book, desk: Desk) -> Thread | None:
    if isinstance(message, Unreadable):
        return None
    return await book.thread((*message.answers_to, *message.reports_on), token_hashes(message, keys=desk.keys))


async def _case(
    message: Message | Unreadable,
    letter: StoredLetter,
    thread: Thread | None,
    twin: StoredLetter | None,
    book: Book,
) -> Case | None:
    """The case a letter belongs to: by thread, as a twin, or as the same request by the same address again."""
    if thread is not None:
        threaded = await book.case(thread.case_id)
        asks_more = bool(set(letter.reading.rights) - set(threaded.rights))
        return None if asks_more and threaded.state not in OPEN else threaded
    if twin is not None and twin.case_id is not None:
        return await book.case(twin.case_id)
    if isinstance(message, Unreadable) or message.author is None:
        return None
    case = await book.case_of(message.author, states=OPEN)
    repeats = case is not None and set(letter.reading.rights) <= set(case.rights)
    says_something = bool(letter.reading.rights) or letter.reading.reply_word is not None
    return case if repeats and says_something else None


async def _with_subjects(gathered: Gathered, desk: Desk) -> Gathered:
    """Who is on file, asked only once the question has been answered (amendment 2: no oracle before)."""
    if gathered.case is None or gathered.twin:
        return gathered
    if _means(gathered, gathered.case).answer is not core.Answer.CONFIRMED:
        return gathered
    return replace(gathered, subjects=await desk.registry.find(gathered.case.address))


def _means(gathered: Gathered, case: Case) -> core.ReplyMeans:
    return core.judge_reply(gathered.message, gathered.letter.reading, gathered.standing, case, ties=gathered.ties)


# ---------------------------------------------------------------- a new case


async def _open(gathered: Gathered, book: Book, desk: Desk) -> None:
    now, letter = desk.chance.now(), gathered.letter
    decision = core.decide(
        gathered.message,
        letter.reading,
        gathered.standing,
        core.Circumstances(
            received_at=letter.received_at,
            in_junk=letter.in_junk,
            unmatched=letter.unmatched,
            within_budget=gathered.within_budget,
        ),
        now=now,
        policy=gathered.policy,
    )
    case = await open_case(letter, gathered.message, gathered.standing, decision, book, desk)
    if decision.holds:
        await book.plan(case.id, Phase.MEANWHILE, decision.meanwhile, at=now)
    else:
        await book.plan(case.id, Phase.NOW, decision.now, at=now)
    if decision.letter is not None:
        await letters.send(case, (decision.letter,), gathered.message, book, desk)


# ---------------------------------------------------------------- the same letter by another way


async def _again(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """Attach a twin. The better standing of the two wins, else a forger could pre-empt the victim."""
    await book.decided(gathered.letter.id, case.id)
    await record("letter.twin", case, book, desk, {"letter": gathered.letter.id})
    message = gathered.message
    if isinstance(message, Unreadable) or message.author is None or case.confirmed:
        return
    if not core.better(gathered.standing, than=case.standing) or case.state not in OPEN:
        return
    decision = core.decide(
        message,
        gathered.letter.reading,
        gathered.standing,
        core.Circumstances(received_at=gathered.letter.received_at),
        now=desk.chance.now(),
        policy=gathered.policy,
    )
    had = {planned.step.kind for planned in await book.steps(case.id)}
    if not decision.holds:
        more = tuple(step for step in decision.now if step.kind not in had)
        await book.plan(case.id, Phase.NOW, more, at=desk.chance.now())
    saved = await book.save(replace(case, standing=core.standing_name(gathered.standing)))
    await record("case.better_standing", saved, book, desk, {"standing": saved.standing})


# ---------------------------------------------------------------- a reply


async def _reply(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    means = _means(gathered, case)
    await book.decided(gathered.letter.id, case.id)
    await record(
        "letter.reply",
        case,
        book,
        desk,
        {
            "letter": gathered.letter.id,
            "means": means.answer.value,
            "standing": core.standing_name(gathered.standing),
            "code_came": gathered.ties.token,
            "hold": means.hold.value if means.hold else None,
        },
    )
    if isinstance(gathered.message, Message) and gathered.message.author == case.address:
        case = replace(case, letter_id=gathered.letter.id)
    match means.answer:
        case core.Answer.CONFIRMED:
            await _confirmed(gathered, case, book, desk)
        case core.Answer.DENIED:
            await _denied(gathered, case, book, desk)
        case core.Answer.ASK_AGAIN:
            await _ask_again(gathered, case, book, desk)
        case core.Answer.PERSON:
            await to_person(case, (means.hold or HoldReason.READING,), book, desk)
        case core.Answer.NOTHING:
            await book.save(case)
        case _:
            assert_never(means.answer)


async def _confirmed(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """The token came back: carry out what waited for it, unless a person must see it first."""
    holds = core.holds_before_fulfilment(case, gathered.subjects, policy=gathered.policy)
    case = replace(case, confirmed=True)
    if holds:
        await to_person(case, holds, book, desk)
        return
    saved = await book.save(replace(case, state=CaseState.FULFILLING, holds=()))
    await book.plan(case.id, Phase.CONFIRMED, case.decision.confirmed, at=desk.chance.now())
    await record("case.confirmed", saved, book, desk, {})


async def _denied(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """The owner of the address says no: everything set so far is lifted, and abuse is noted."""
    await undo(case, LIFTS, book)
    saved = await book.save(replace(case, state=CaseState.CLOSED, holds=(HoldReason.ABUSE,), token_hash=None))
    await record("case.denied", saved, book, desk, {"abuse": True})
    if gathered.within_budget:
        await letters.send(saved, (Letter.LEFT_ALONE,), gathered.message, book, desk)


async def _ask_again(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """The request again while its question is open: the letter again, not a second case."""
    answerable = isinstance(gathered.message, Message) and not gathered.message.no_answer
    if case.letters >= gathered.policy.letters_per_case or not gathered.within_budget or not answerable:
        await to_person(case, (HoldReason.BUDGET,), book, desk)
        return
    await letters.ask(case, gathered.message, book, desk)
