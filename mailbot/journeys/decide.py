"""decide: letter ─▶ who is writing? ─▶ decide ─▶ COMMIT case + plan + first reply + audit.

A reply to one of our questions is just another letter: it finds its case, and the case moves on.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import assert_never

from mailbot import log
from mailbot.core import decide as core
from mailbot.core.case import LIFTS, Case, Phase, StoredLetter
from mailbot.core.model import (
    CaseState,
    Decision,
    HoldReason,
    Language,
    Letter,
    Malformed,
    Message,
    Proven,
    Unreadable,
)
from mailbot.core.reply import but_for_the_path
from mailbot.errors import Conflict, Unavailable
from mailbot.journeys import budget, complaint, letters, parties, question, tasks
from mailbot.journeys.casework import OPEN, forget_traces, open_case, to_person, undo
from mailbot.journeys.desk import Desk
from mailbot.journeys.gather import Gathered, decision, gather, means
from mailbot.journeys.rounds import each
from mailbot.journeys.sealing import remember
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
    if await parties.take_up(letter, desk):
        return
    gathered = await gather(letter, desk)
    if complaint.is_complaint(gathered):
        await complaint.settle(gathered, desk)
        return
    if await budget.gives_way(letter, gathered.standing, gathered.case, desk):
        return
    async with desk.ledger.write() as book:
        gathered = await counted(gathered, book, desk)
        if gathered.case is None:
            await _open(gathered, book, desk)
        elif gathered.twin:
            await _again(gathered, gathered.case, book, desk)
        else:
            await _reply(gathered, gathered.case, book, desk)
        await remember(gathered.standing, letter, book, desk)


async def counted(gathered: Gathered, book: Book, desk: Desk) -> Gathered:
    """What the budgets say within the transaction that spends them: another process may have been quicker."""
    about = (gathered.around, gathered.message, gathered.standing, gathered.case)
    return replace(gathered, around=await budget.counted(*about, book, desk, token=gathered.ties.token))


# ---------------------------------------------------------------- a new case


async def _open(gathered: Gathered, book: Book, desk: Desk) -> None:
    case = await open_case(
        gathered.letter, gathered.message, gathered.standing, decision(gathered, desk), book, desk
    )
    if asked := [one.number for one in await book.cases_of(case.address, states=OPEN) if core.is_asked(one)]:
        await record("case.beside", case, book, desk, {"cases": asked})  # a person may find that it belongs there
    await _begin(case, gathered, book, desk)


async def _begin(case: Case, gathered: Gathered, book: Book, desk: Desk) -> None:
    """Plan what the case's decision says for now, and send its first letter if there is one."""
    plan = case.decision
    phase, steps = (Phase.MEANWHILE, plan.meanwhile) if plan.holds else (Phase.NOW, plan.now)
    had = {(planned.phase, planned.step.kind, planned.step.address) for planned in await book.steps(case.id)}
    missing = [step for step in steps if (phase, step.kind, step.address) not in had]
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
    if author is None or author != case.address or case.state not in OPEN:
        return False
    if set(gathered.reading.rights) != set(case.rights) or not case.rights:
        return False  # what was asked for beside must not be forgotten
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
    if _by_the_person(gathered, case):
        case = replace(case, letter_id=gathered.letter.id, languages=_spoken(gathered, case))
    await _obey(verdict, gathered, case, book, desk)


async def _obey(verdict: core.ReplyMeans, gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """Do with *case* what the letter means."""
    match verdict.answer:
        case core.Answer.CONFIRMED:
            await _confirmed(gathered, case, book, desk)
        case core.Answer.DENIED:
            await _denied(gathered, case, book, desk)
        case core.Answer.ASK_AGAIN:
            await _ask_again(gathered, case, book, desk)
        case core.Answer.PERSON:
            await to_person(case, (verdict.hold or HoldReason.READING,), book, desk)
        case core.Answer.SEEN:
            await book.save(replace(case, nudged_at=None))
        case core.Answer.NOTHING:
            await book.save(case)
        case _:
            assert_never(verdict.answer)


def _by_the_person(gathered: Gathered, case: Case) -> bool:
    """Whether our next letter answers this one: it is the person's, as far as anybody can tell.

    A forged one must not take the place: a colleague who throws it away would hold up our letters (D68).
    """
    message = gathered.message
    if not isinstance(message, Message) or message.machine is not None or message.author != case.address:
        return False
    return gathered.ties.known or isinstance(gathered.standing, Proven)


def _spoken(gathered: Gathered, case: Case) -> tuple[Language, ...]:
    """Our letters follow the person into another language, where the rights are live in it, or nowhere."""
    spoken, before = gathered.reading.languages, case.languages
    if not spoken or set(before) <= set(spoken):
        return before
    follows = gathered.policy.live(case.rights, spoken) or not gathered.policy.live(case.rights, before)
    return spoken if follows else before


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
        *core.holds_before_fulfilment(case, gathered.subjects, policy=policy, today=_today(desk)),
    )
    aside = core.told_of(case, gathered.alike)
    case = replace(case, confirmed=True)
    if holds:
        held = await to_person(case, (*holds, *aside), book, desk)
        stops = core.stops_at_once(case, holds)
        await book.plan(case.id, Phase.STOP, stops, at=desk.chance.now())
        if stops:
            return  # the receipt says that processing has stopped: it goes when it has
        silent = {HoldReason.REHEARSAL, HoldReason.JUNK} & set(holds)
        if not silent and gathered.around.within_budget and question.has_room(held, desk):
            await letters.send(held, (Letter.RECEIPT,), gathered.message, book, desk)
        return
    saved = await book.save(replace(case, state=CaseState.FULFILLING, holds=aside))
    await book.plan(case.id, Phase.CONFIRMED, case.decision.confirmed, at=desk.chance.now())
    await record("case.confirmed", saved, book, desk, {"holds": [reason.value for reason in aside]})
    if aside:
        await letters.notify_operator([saved], "lookalike", book, desk)


def _today(desk: Desk) -> date:
    return desk.chance.now().astimezone(desk.zone).date()


async def _denied(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """The owner of the address says no: everything set so far is lifted, and abuse is noted."""
    await undo(case, LIFTS, book)
    await tasks.drop(case, book, desk)
    await record("case.denied", case, book, desk, {"abuse": True})
    denied = replace(case, holds=(HoldReason.ABUSE,), token_hash=None)
    if not gathered.policy.live(case.rights, case.languages):
        await to_person(denied, (HoldReason.REHEARSAL,), book, desk)
        return
    await forget_traces(case, book)
    closed = await book.save(replace(denied, state=CaseState.CLOSED))
    if gathered.around.within_budget:
        await letters.send(closed, (Letter.LEFT_ALONE,), gathered.message, book, desk)


async def _ask_again(gathered: Gathered, case: Case, book: Book, desk: Desk) -> None:
    """The request again while its question is open: the letter again, not a second case.

    Where the person has had as many as there are, a person looks; but not because of what anybody could have
    written: every letter that was sent still counts, and the case goes on waiting for an answer to it.
    """
    message = gathered.message
    answerable = isinstance(message, Message) and not but_for_the_path(message.no_answer)
    room = question.has_room(case, desk) and await question.may_ask(case, book, desk)
    if not gathered.policy.live(case.rights, case.languages):
        await to_person(case, (HoldReason.REHEARSAL,), book, desk)
    elif gathered.around.within_budget and room and answerable:
        await letters.ask(case, message, book, desk)
    elif _by_the_person(gathered, case):
        await to_person(case, (HoldReason.BUDGET,), book, desk)
    else:
        await book.save(case)
