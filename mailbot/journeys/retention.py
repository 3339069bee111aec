"""retention: the term of an ended case is over ─▶ its letters in the mailbox go, the ledger forgets the person.

Who erases a person's data and keeps the person in its own ledger for ever has erased nothing (issue 5, item 1).
What was done, when and by what norm stays, and the trail still verifies: it never held a name. A case for which
anything is still to be done is not touched, nor is the suppression list, which knows hashes only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot import log
from mailbot.errors import Rejected, Unavailable
from mailbot.journeys import copies
from mailbot.journeys.desk import Desk
from mailbot.journeys.pause import paused
from mailbot.journeys.rounds import each
from mailbot.ports import Book

logger = log.get(__name__)

AT_ONCE = 50  # cases in one round, each in a transaction of its own
LETTERS_AT_ONCE = 200
COPIES, REDACTED, DONE = "copies.destroyed", "case.redacted", "retention.done"
NO_LIFE = (COPIES, REDACTED)  # events of ours: no sign of life of a case


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due, or was done: of how many cases, and how many letters that belong to none."""

    copies: int = 0  # cases whose letters in the mailbox go
    cases: int = 0  # cases that the ledger forgets
    letters: int = 0

    @property
    def all(self) -> int:
        """Of whatever kind."""
        return self.copies + self.cases + self.letters


async def due(desk: Desk, *, limit: int = 1_000_000) -> Due:
    """How much is due now, without doing anything."""
    async with desk.ledger.read() as book:
        return Due(
            copies=len(await _copies_due(book, desk, limit=limit)),
            cases=len(await _cases_due(book, desk, limit=limit, copies_too=True)),
            letters=len(await _strays_due(book, desk, limit=limit)),
        )


async def carry_out(desk: Desk, *, by: str = "") -> Due:
    """All that is due, round after round; *by* names a person. Raises `Unavailable` where the mailbox is away."""
    done = Due()
    while (more := await _round(desk, by=by)).all:
        done = Due(
            copies=done.copies + more.copies, cases=done.cases + more.cases, letters=done.letters + more.letters
        )
    await _note(done, desk, by=by)
    return done


async def daily(desk: Desk) -> int:
    """One round, as long as today's are not at their end; how much was done."""
    now = desk.chance.now()
    midnight = now.astimezone(desk.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if desk.datamap.ledger is None and desk.datamap.mailbox is None:
        return 0
    async with desk.ledger.read() as book:
        over = await book.noted([DONE], since=midnight - timedelta(microseconds=1), limit=1)
        if over or await paused(book):
            return 0
    done = await _round(desk)
    if not done.all:
        await _note(done, desk)
    return done.all


async def _note(done: Due, desk: Desk, *, by: str = "") -> None:
    facts = {"copies": done.copies, "cases": done.cases, "letters": done.letters}
    async with desk.ledger.write() as book:
        await book.record(DONE, at=desk.chance.now(), by=by, facts=facts)
    logger.info(DONE, **facts)


# ---------------------------------------------------------------- what is due


def _before(days: int, desk: Desk) -> datetime:
    return desk.chance.now() - timedelta(days=days)


async def _copies_due(book: Book, desk: Desk, *, limit: int) -> list[int]:
    own = desk.datamap.mailbox
    if own is None:
        return []
    before = _before(own.keep_days, desk)
    return list(await book.ended(before=before, limit=limit, lacking=COPIES, but=NO_LIFE))


async def _cases_due(
    book: Book, desk: Desk, *, limit: int, copies_too: bool = False, case_id: int = 0
) -> list[int]:
    """Cases to forget; of those in the mailbox none before its copies are gone, but with *copies_too*."""
    ledger, mailbox = desk.datamap.ledger, desk.datamap.mailbox
    if ledger is None:
        return []
    days = max(ledger.keep_days, mailbox.keep_days if mailbox else 0)
    having = COPIES if mailbox and not copies_too else ""
    before = _before(days, desk)
    return list(await book.ended(before=before, limit=limit, having=having, case_id=case_id, but=NO_LIFE))


async def _strays_due(book: Book, desk: Desk, *, limit: int) -> list[int]:
    own = desk.datamap.ledger
    return [] if own is None else list(await book.strays(before=_before(own.keep_days, desk), limit=limit))


# ---------------------------------------------------------------- doing it


async def _round(desk: Desk, *, by: str = "") -> Due:
    """Some of each kind. A mailbox that is away holds up only what hangs on it, and is told at the end."""
    trouble: Unavailable | None = None
    async with desk.ledger.read() as book:
        waiting = await _copies_due(book, desk, limit=AT_ONCE)
    try:
        gone = await each(waiting, lambda case_id: _destroy_copies(case_id, desk, by=by), name="copies")
    except Unavailable as exc:
        gone, trouble = 0, exc
    async with desk.ledger.read() as book:
        ended = await _cases_due(book, desk, limit=AT_ONCE)
    forgotten = await each(ended, lambda case_id: _redact(case_id, desk, by=by), name="retention")
    async with desk.ledger.write() as book:
        strays = await _strays_due(book, desk, limit=LETTERS_AT_ONCE)
        await book.redact_strays(strays)
    if trouble is not None:
        raise trouble
    return Due(copies=gone, cases=forgotten, letters=len(strays))


async def _destroy_copies(case_id: int, desk: Desk, *, by: str) -> bool:
    """The case's letters in the mailbox; a server that cannot destroy them is told of until it can."""
    async with desk.ledger.read() as book:
        case = await book.case(case_id)
    try:
        destroyed = await copies.destroy(case, desk)
    except Rejected as exc:
        logger.error("copies.not_destroyed", case=case.number, why=str(exc))  # noqa: TRY400 - the server's refusal
        raise Unavailable(f"letters in the mailbox whose term is over: {exc}") from exc
    async with desk.ledger.write() as book:
        await book.record(COPIES, at=desk.chance.now(), case=case.number, by=by, facts={"letters": destroyed})
    return True


async def _redact(case_id: int, desk: Desk, *, by: str) -> bool:
    """Forget whom one case was about, if it still may be."""
    async with desk.ledger.write() as book:
        if not await _cases_due(book, desk, limit=1, case_id=case_id):
            return False
        number = (await book.case(case_id)).number
        await book.redact(case_id, at=desk.chance.now())
        await book.record(REDACTED, at=desk.chance.now(), case=number, by=by)
    logger.info(REDACTED, case=number)
    return True
