"""decide: letter ─▶ who is writing? ─▶ decide ─▶ COMMIT case + plan + first reply + audit.

A reply to one of our questions is just another letter: it finds its case, and the case moves on.
"""

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from mailbot import log
from mailbot.core import decide as core
from mailbot.core.case import LIFTS, Case, Phase, StoredLetter
from mailbot.core.model import (
    CaseState,
    Decision,
    HoldReason,
    Letter,
    Malformed,
    Message,
    Unreadable,
)
from mailbot.errors import Conflict, Unavailable
from mailbot.journeys import letters
from mailbot.journeys.casework import OPEN, open_case, to_person, undo
from mailbot.journeys.desk import Desk
from mailbot.journeys.gather import Gathered, decision, gather, means
from mailbot.journeys.rounds import each
from mailbot.journeys.trail import record
from mailbot.ports import Book

logger = log.get(__name__)

AT_ONCE = 20  # letters a round
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(minutes=10)  # between tries; they grow with the wait
STUMBLES = 3  # faults of the program over one letter before a person gets it


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
    gathered = await gather(letter, desk)
    async with desk.ledger.write() as book:
        if gathered.case is None:
            await _open(gathered, book, desk)
        elif gathered.twin:
            await _again(gathered, gathered.case, book, desk)
        else:
            await _reply(gathered, gathered.case, book, desk)


# ---------------------------------------------------------------- a new case


async def _open(gathered: Gathered, book: Book, desk: Desk) -> None:
    case = await open_case(
        gathered.letter, gathered.message, gathered.standing, decision(gathered, desk), book, desk
    )
    await _begin(case, gathered, book, desk)


async def _begin(case: Case, gathered: Gathered, book: Book, desk: Desk) -> None:
    """Plan what the case's decision says for now, and send its first letter if there is one."""
    plan = case.decision
    phase, steps = (Phase.MEANWHILE, plan.meanwhile) if plan.holds else (Phase.NOW, plan.now)
    had = {(planned.phase, planned.step.kind) for planned in await book.steps(case.id)}
    missing = [step for step in steps if (phase, step.kind) not in had]
    await book.plan(case.id, phase, missing, at=desk.chance.now())
    if plan.letter is not None and not case.letters:
        await letters.send(case, (plan.letter,), gathered.message, book, desk)


# ---------------------------------------------------------------- the same request again


async def _again(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """Attach a twin. The better of the two counts, else a forger could pre-empt the victim."""
    await book.decided(gathered.letter.id, case.id)
    await record("letter.twin", case, book, desk, {"letter": gathered.letter.id})
    await _improved(gathered, case, book, desk)


async def _improved(gathered: Gathered, case: Case, book: Book, desk: Desk) -> bool:
    """Put the case on the footing of this letter, where that is the better one; whether it was."""
    message = gathered.message
    author = message.author if isinstance(message, Message) else None
    if author is None or author != case.address or case.state not in OPEN or not gathered.letter.reading.rights:
        return False
    anew = decision(gathered, desk)
    if not core.improves(gathered.standing, anew, case):
        return False
    asked = case.state is CaseState.CONFIRMATION and not anew.holds
    goes_on = CaseState.CONFIRMATION if asked else CaseState.FULFILLING
    better = replace(
        case,
        state=CaseState.PERSON if anew.holds else goes_on,
        standing=core.standing_name(gathered.standing),
        decision=anew,
        holds=anew.holds,
        letter_id=gathered.letter.id,
    )
    saved = await book.save(better)
    facts = {"standing": saved.standing, "state": saved.state.value}
    await record("case.better_standing", saved, book, desk, facts)
    await _begin(saved, gathered, book, desk)
    return True


# ---------------------------------------------------------------- a reply


async def _reply(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    verdict = means(gathered, case)
    await book.decided(gathered.letter.id, case.id)
    await _note(gathered, case, verdict, book, desk)
    again = (core.Answer.ASK_AGAIN, core.Answer.NOTHING)
    if verdict.answer in again and await _improved(gathered, case, book, desk):
        return
    if isinstance(gathered.message, Message) and gathered.message.author == case.address:
        case = replace(case, letter_id=gathered.letter.id)
    match verdict.answer:
        case core.Answer.CONFIRMED:
            await _confirmed(gathered, case, book, desk)
        case core.Answer.DENIED:
            await _denied(gathered, case, book, desk)
        case core.Answer.ASK_AGAIN:
            await _ask_again(gathered, case, book, desk)
        case core.Answer.PERSON:
            await to_person(case, (verdict.hold or HoldReason.READING,), book, desk)
        case core.Answer.NOTHING:
            await book.save(case)
        case _:
            assert_never(verdict.answer)


async def _note(gathered: Gathered, case: Case, means: core.ReplyMeans, book: Book, desk: Desk) -> None:
    facts = {
        "letter": gathered.letter.id,
        "means": means.answer.value,
        "standing": core.standing_name(gathered.standing),
        "code_came": gathered.ties.token,
        "hold": means.hold.value if means.hold else None,
    }
    await record("letter.reply", case, book, desk, facts)


async def _confirmed(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """The token came back: carry out what waited for it, unless a person must see it first."""
    policy = gathered.policy
    holds = (
        *core.doubts_about_arrival(gathered.standing, gathered.around, now=desk.chance.now(), policy=policy),
        *core.holds_before_fulfilment(case, gathered.subjects, policy=policy),
    )
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
    await record("case.denied", case, book, desk, {"abuse": True})
    denied = replace(case, holds=(HoldReason.ABUSE,), token_hash=None)
    if not gathered.policy.live(case.rights, case.languages):
        await to_person(denied, (HoldReason.REHEARSAL,), book, desk)
        return
    closed = await book.save(replace(denied, state=CaseState.CLOSED))
    if gathered.around.within_budget:
        await letters.send(closed, (Letter.LEFT_ALONE,), gathered.message, book, desk)


async def _ask_again(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """The request again while its question is open: the letter again, not a second case.

    The last of the letters a case has is kept for its outcome (amendment 9).
    """
    answerable = isinstance(gathered.message, Message) and not gathered.message.no_answer
    room = gathered.around.within_budget and case.letters + 1 < gathered.policy.letters_per_case
    if not gathered.policy.live(case.rights, case.languages):
        await to_person(case, (HoldReason.REHEARSAL,), book, desk)
    elif not room or not answerable:
        await to_person(case, (HoldReason.BUDGET,), book, desk)
    else:
        await letters.ask(case, gathered.message, book, desk)
