"""The pages of the book about its own retention: what is forgotten, and when."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import audit, cases, letters, outbox, questions, steps, tasks
from mailbot.core.case import OutState, Phase, runs
from mailbot.core.model import Address, Ask, CaseState, Decision, Reading, Step
from mailbot.core.tasks import UNANSWERED
from mailbot.errors import Conflict

ENDED = (CaseState.DONE, CaseState.REFUSED, CaseState.CLOSED)
_ON_ITS_WAY = (OutState.QUEUED, OutState.SENDING, OutState.SENT)


class RetentionPages:
    """Cases that ended long ago."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def ended(
        self,
        *,
        before: datetime,
        limit: int,
        having: str = "",
        lacking: str = "",
        case_id: int = 0,
        but: Collection[str] = (),
    ) -> Sequence[int]:
        """Ids of cases that have ended, of which nothing was heard since *before*, the oldest first."""
        heard = select(func.max(audit.c.at)).where(audit.c.case_number == cases.c.number, audit.c.name.not_in(but))
        last = heard.correlate(cases).scalar_subquery()
        wanted = [
            cases.c.state.in_(ENDED),
            cases.c.opened_at <= before,
            last <= before,
            or_(cases.c.redacted_at.is_(None), last > cases.c.redacted_at),
            *(~one for one in _to_do()),
            *([_event(having, last)] if having else []),
            *([~_event(lacking, last)] if lacking else []),
            *([cases.c.id == case_id] if case_id else []),
        ]
        query = select(cases.c.id).where(and_(*wanted)).order_by(cases.c.id).limit(limit)
        return (await self._db.execute(query)).scalars().all()

    async def redact(self, case_id: int, *, at: datetime) -> None:
        """Forget whom an ended case was about; raises `Conflict` where it is ended no more."""
        row = (await self._db.execute(select(cases).where(cases.c.id == case_id))).one()
        decision = rows.from_json(row.decision, Decision)
        bare = Decision(
            rights=decision.rights,
            letter=decision.letter,
            holds=decision.holds,
            may_answer=decision.may_answer,
        )
        here = (cases.c.id == case_id) & (cases.c.version == row.version) & cases.c.state.in_(ENDED)
        done = await self._db.execute(
            update(cases)
            .where(here)
            .values(
                address="", decision=rows.to_json(bare), token_hash=None, redacted_at=at, version=row.version + 1
            )
        )
        if done.rowcount != 1:
            raise Conflict(f"case {row.number} has been changed by somebody else")
        await self._letters(letters.c.case_id == case_id)
        await self._steps(case_id)
        await self._outbox(case_id)
        await self._db.execute(delete(questions).where(questions.c.case_id == case_id))
        await self._db.execute(
            update(tasks).where(tasks.c.case_id == case_id).values(evidence="", message_id=None)
        )

    async def strays(self, *, before: datetime, limit: int) -> Sequence[int]:
        """Ids of decided letters that belong to no case, were read before a moment and still have a text."""
        nobodys = letters.c.case_id.is_(None) & letters.c.run_at.is_(None) & (letters.c.read_at <= before)
        query = select(letters.c.id).where(nobodys, func.length(letters.c.raw) > 0)
        return (await self._db.execute(query.order_by(letters.c.id).limit(limit))).scalars().all()

    async def redact_strays(self, letter_ids: Collection[int]) -> None:
        """Forget what they say."""
        decided = letters.c.case_id.is_(None) & letters.c.run_at.is_(None)
        await self._letters(letters.c.id.in_(sorted(letter_ids)) & decided)

    async def _letters(self, these: ColumnElement[bool]) -> None:
        for row in (await self._db.execute(select(letters.c.id, letters.c.reading).where(these))).all():
            reading = rows.to_json(_bare(rows.from_json(row.reading, Reading)))
            await self._db.execute(update(letters).where(letters.c.id == row.id).values(raw=b"", reading=reading))

    async def _steps(self, case_id: int) -> None:
        mine = select(steps.c.id, steps.c.step).where(steps.c.case_id == case_id)
        for row in (await self._db.execute(mine)).all():
            known = rows.from_json(row.step, Step)
            bare = Step(kind=known.kind, address=Address(""), right=known.right, channels=known.channels)
            values = {"step": rows.to_json(bare), "holdings": None, "traces": None}
            await self._db.execute(update(steps).where(steps.c.id == row.id).values(**values))

    async def _outbox(self, case_id: int) -> None:
        mine = select(outbox.c.id).where(outbox.c.case_id == case_id)
        for out_id in (await self._db.execute(mine)).scalars().all():
            values = {"recipient": "", "raw": b"", "message_id": f"redacted-{out_id}"}
            await self._db.execute(update(outbox).where(outbox.c.id == out_id).values(**values))


def _event(name: str, last: ScalarSelect[datetime]) -> ColumnElement[bool]:
    """Whether the case has had an event of this name since it was last heard of."""
    since = audit.alias()
    return exists().where(since.c.case_number == cases.c.number, since.c.name == name, since.c.at >= last)


def _to_do() -> Iterable[ColumnElement[bool]]:
    """What keeps a case from being over though it has ended."""
    phases = [phase for phase in Phase if any(runs(phase, state) for state in ENDED)]
    yield exists().where(steps.c.case_id == cases.c.id, steps.c.done.is_(False), steps.c.phase.in_(phases))
    yield exists().where(tasks.c.case_id == cases.c.id, tasks.c.state.in_(UNANSWERED))
    yield exists().where(outbox.c.case_id == cases.c.id, outbox.c.state.in_(_ON_ITS_WAY))
    yield exists().where(letters.c.case_id == cases.c.id, letters.c.run_at.is_not(None))


def _bare(reading: Reading) -> Reading:
    """What was asked, without the words that asked it."""
    return Reading(
        asks=tuple(Ask(right=ask.right, sure=ask.sure) for ask in reading.asks),
        concerns=reading.concerns,
        languages=reading.languages,
        reply_word=reading.reply_word,
        knowledge=reading.knowledge,
    )
