"""All that is known about a letter before anything is decided: who writes, to which case, who is on file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mailbot.core import decide as core
from mailbot.core.case import Case, StoredLetter
from mailbot.core.lookalike import targets
from mailbot.core.model import (
    Address,
    Decision,
    Machine,
    Malformed,
    Message,
    Reading,
    Route,
    Standing,
    Subject,
    Unproven,
    Unreadable,
)
from mailbot.core.newsletter import Named, named_below
from mailbot.errors import Unavailable
from mailbot.journeys import budget, letters, question
from mailbot.journeys.casework import OPEN
from mailbot.journeys.desk import Desk, twin_keys
from mailbot.journeys.returns import thread_of
from mailbot.journeys.sealing import replayed
from mailbot.ports import Book, Thread

DNS_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that is known about a letter before anything is decided."""

    letter: StoredLetter
    message: Message | Unreadable
    standing: Standing
    around: core.Circumstances
    reading: Reading  # of a reply: without what our own letter says in it
    case: Case | None  # the case it belongs to
    ties: core.Ties
    twin: bool = False  # it came before, by another way
    subjects: Sequence[Subject] = ()  # asked only where a confirmed request is about to be carried out
    alike: Sequence[Address] = ()  # on file, and looks like the address that is not (C10); asked only then, too
    policy: core.Policy


async def gather(letter: StoredLetter, desk: Desk) -> Gathered:
    """Everything a decision about *letter* needs; raises `Unavailable` while DNS or a database does not answer."""
    message = letters.opened(letter, desk)
    standing = await _standing(letter, message, desk)
    named = await _named(message, desk)
    reading = letter.reading
    async with desk.ledger.read() as book:
        twin = await _twin(letter, message, book, desk) or await replayed(standing, letter, book, desk)
        thread = None if twin else await _thread(message, book, desk)
        if thread is not None and isinstance(message, Message):
            message, reading = await question.without_our_words(message, letter, thread, book, desk)
        case = await _case(message, reading, standing, thread, twin, book)
        policy = replace(desk.policy, autonomy=await book.autonomy())
        around = core.Circumstances(
            received_at=letter.received_at,
            in_junk=letter.in_junk,
            unmatched=letter.unmatched,
            named=named,
        )
        ties = _ties(thread, case)
        around = await budget.counted(around, message, standing, case, book, desk, token=ties.token)
    gathered = Gathered(
        letter=letter,
        message=message,
        standing=standing,
        around=around,
        reading=reading,
        case=case,
        ties=ties,
        twin=twin is not None,
        policy=policy,
    )
    if not ties.known and not gathered.twin:
        gathered = _on_its_own(gathered, desk)
    return await _with_subjects(gathered, desk)


def _ties(thread: Thread | None, case: Case | None) -> core.Ties:
    if thread is None or case is None or thread.case_id != case.id:
        return core.Ties(token=False, thread=False)
    return core.Ties(token=thread.token, thread=thread.thread, asked=thread.asked)


def _on_its_own(gathered: Gathered, desk: Desk) -> Gathered:
    """A request that stands better than the open case it repeats only in part is a request of its own."""
    case, rights = gathered.case, set(gathered.reading.rights)
    if case is None or not rights or rights == set(case.rights):
        return gathered
    better = core.improves(gathered.standing, decision(gathered, desk), case)
    return replace(gathered, case=None) if better else gathered


async def _twin(
    letter: StoredLetter, message: Message | Unreadable, book: Book, desk: Desk
) -> StoredLetter | None:
    """The same letter by another way, under whichever key it was kept."""
    kept = twin_keys(message, letter.sha256, keys=desk.keys) if isinstance(message, Message) else (letter.twin,)
    for twin in dict.fromkeys((letter.twin, *kept)):
        if (found := await book.twin(replace(letter, twin=twin))) is not None:
            return found
    return None


async def _named(message: Message | Unreadable, desk: Desk) -> Address | None:
    """To whom our own newsletter below the letter went; who is on file is asked by the token of its link alone."""
    named = named_below(message, desk.newsletter) if isinstance(message, Message) else Named()
    return await desk.registry.recipient(named.token) if named.token else named.address


async def _standing(letter: StoredLetter, message: Message | Unreadable, desk: Desk) -> Standing:
    """Who is writing. DNS that stays silent for an hour proves nobody, but holds nobody up (C.3, TEMP)."""
    if isinstance(message, Unreadable):
        return Malformed("unreadable")
    try:
        return await desk.senders.standing(letter.raw, message, received_at=letter.received_at)
    except Unavailable:
        if desk.chance.now() - letter.read_at < DNS_PATIENCE:
            raise
        return Unproven("DNS did not answer for an hour")


async def _thread(message: Message | Unreadable, book: Book, desk: Desk) -> Thread | None:
    if isinstance(message, Unreadable):
        return None
    return await thread_of(message, book, desk)


async def _case(
    message: Message | Unreadable,
    reading: Reading,
    standing: Standing,
    thread: Thread | None,
    twin: StoredLetter | None,
    book: Book,
) -> Case | None:
    """The case a letter belongs to: as a twin, by thread, or as the same request by the same address again."""
    if twin is not None and twin.case_id is not None:
        return await book.case(twin.case_id)
    threaded = await book.case(thread.case_id) if thread is not None else None
    if threaded is not None and _answers(message, reading, threaded):
        return threaded
    if isinstance(message, Unreadable) or message.author is None:
        return None
    return core.case_of(await book.cases_of(message.author, states=OPEN), reading, standing)


def _answers(message: Message | Unreadable, reading: Reading, case: Case) -> bool:
    """Whether a letter in the thread of *case* is about it; if not, it is a request of its own.

    Somebody else who asks for something in a forwarded letter of ours asks for themselves. So does the person
    whose case has ended and who asks again, and a machine that passes on a request.
    """
    if isinstance(message, Unreadable) or message.machine is Machine.BOUNCE:
        return True
    if message.machine is not None:
        return set(reading.rights) <= set(case.rights)
    if reading.reply_word is not None:
        return True
    if message.author != case.address:
        return reading.route is Route.IGNORE
    return case.state in OPEN or not reading.rights


async def _with_subjects(gathered: Gathered, desk: Desk) -> Gathered:
    """Who is on file, asked only once the question has been answered (amendment 2: no oracle before)."""
    if gathered.case is None or gathered.twin:
        return gathered
    if means(gathered, gathered.case).answer is not core.Answer.CONFIRMED:
        return gathered
    address = gathered.case.address
    subjects = await desk.registry.find(address)
    alike = [] if subjects else [one for one in targets(address) if await desk.registry.find(one)]
    return replace(gathered, subjects=subjects, alike=alike)


def means(gathered: Gathered, case: Case) -> core.ReplyMeans:
    """What the letter means for the case it belongs to."""
    return core.judge_reply(gathered.message, gathered.reading, gathered.standing, case, ties=gathered.ties)


def decision(gathered: Gathered, desk: Desk) -> Decision:
    """What would be done about the letter if it came alone."""
    return core.decide(
        gathered.message,
        gathered.reading,
        gathered.standing,
        gathered.around,
        now=desk.chance.now(),
        policy=gathered.policy,
    )
