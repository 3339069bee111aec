"""The pages of the book about cases and their steps."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import cases, counters, letters, outbox, questions, steps, tasks
from mailbot.core.case import Case, Phase, PlannedStep, runs, stands
from mailbot.core.datamap import Holdings
from mailbot.core.model import Address, CaseState, Change, Letter, MessageId, Right, Step, StepKind
from mailbot.core.tasks import UNANSWERED, TaskKind
from mailbot.errors import Conflict
from mailbot.ports import NewCase, Thread

_NOTICE = rows.to_json(())  # `letters` of a mail to the operator: it tells the person nothing
_TO_A_PARTY = rows.to_json((Letter.PARTY,))  # nor does this: what answers it belongs to a task


class CasePages:
    """Cases from opening to end, and what is done for them."""

    def __init__(self, connection: AsyncConnection, *, prefix: str) -> None:
        self._db = connection
        self._prefix = prefix

    async def thread(self, ids: Collection[MessageId], tokens: Collection[str]) -> Thread | None:
        """The case one of our Message-IDs or token hashes belongs to; a token wins over a thread.

        Of tokens of several cases that of the letter which is answered wins, then the one named first.
        Notices to the operator are no part of it: who answers one, or sends it back, says nothing about the case.
        """
        by_id = (
            await self._db.execute(
                select(outbox.c.case_id)
                .where(outbox.c.message_id.in_(ids), outbox.c.letters.not_in((_NOTICE, _TO_A_PARTY)))
                .order_by(outbox.c.id.desc())
                .limit(1)
            )
        ).scalar_one_or_none()
        put = await self._questions(tokens)
        case_id = put[0][0] if put and by_id not in {one for one, _ in put} else by_id
        if case_id is None:
            return None
        asked = [rights for one, rights in put if one == case_id]
        return Thread(
            case_id=case_id,
            token=bool(asked),
            thread=by_id == case_id,
            asked=tuple(right for right in Right if all(asked) and any(right in rights for rights in asked)),
        )

    async def _questions(self, tokens: Collection[str]) -> Sequence[tuple[int, Sequence[Right]]]:
        """(case, what was asked about) of every question with one of *tokens*, in their order."""
        rows_ = await self._db.execute(select(questions).where(questions.c.token_hash.in_(tokens)))
        found = {row.token_hash: (row.case_id, rows.from_json(row.rights, tuple[Right, ...])) for row in rows_}
        return [found[token] for token in tokens if token in found]

    async def put_question(self, case_id: int, token_hash: str, rights: Sequence[Right], *, at: datetime) -> None:
        """Keep an open question: the keyed hash of its token and what it is about (requirements C15)."""
        await self._db.execute(
            insert(questions).values(
                token_hash=token_hash, case_id=case_id, asked_at=at, rights=rows.to_json(tuple(rights))
            )
        )

    async def questions_put(self, *, case_id: int = 0, address: str = "", since: datetime | None = None) -> int:
        """How many questions were put, about one case or to one address, since a moment or ever."""
        query = select(func.count()).select_from(questions).join(cases, cases.c.id == questions.c.case_id)
        if case_id:
            query = query.where(cases.c.id == case_id)
        if address:
            query = query.where(cases.c.address == address)
        if since is not None:
            query = query.where(questions.c.asked_at >= since)
        return int((await self._db.execute(query)).scalar_one())

    async def open_case(self, new: NewCase) -> Case:
        """Open a case, number it, and mark its letter decided; raises `Conflict` like `decided`."""
        number = await self._number(new.opened_at.year)
        blank = Case(
            id=0,
            number=number,
            state=new.state,
            address=new.address,
            received_at=new.letter.received_at,
            opened_at=new.opened_at,
            due_at=new.due_at,
            due_day=new.due_day,
            due_norm=new.due_norm,
            counted_by=new.counted_by,
            languages=new.languages,
            standing=new.standing,
            decision=new.decision,
            holds=new.decision.holds,
            letter_id=new.letter.id,
            versions=new.versions,
        )
        result = await self._db.execute(
            insert(cases)
            .values(
                **rows.case_fields(blank),
                number=number,
                version=0,
                received_at=blank.received_at,
                opened_at=blank.opened_at,
                versions=blank.versions,
            )
            .returning(cases.c.id)
        )
        case_id = int(result.scalar_one())
        done = await self._db.execute(
            update(letters)
            .where(letters.c.id == new.letter.id, letters.c.run_at.is_not(None))
            .values(case_id=case_id, run_at=None)
        )
        if done.rowcount != 1:
            raise Conflict(f"letter {new.letter.id} has been decided already")
        return await self.case(case_id)

    async def _number(self, year: int) -> str:
        """The next case number of *year*: no gaps, because the counter is part of the transaction."""
        bumped = await self._db.execute(
            update(counters)
            .where(counters.c.year == year)
            .values(last=counters.c.last + 1)
            .returning(counters.c.last)
        )
        last = bumped.scalar_one_or_none()
        if last is None:
            last = 1
            await self._db.execute(insert(counters).values(year=year, last=last))
        return f"{self._prefix}{year}-{last:04d}"

    async def case(self, number_or_id: str | int) -> Case:
        """One case; raises KeyError where there is none."""
        wanted = cases.c.id == number_or_id if isinstance(number_or_id, int) else cases.c.number == number_or_id
        row = (await self._db.execute(select(cases).where(wanted))).one_or_none()
        if row is None:
            raise KeyError(f"no case {number_or_id}")
        return rows.case(row)

    async def cases(
        self, *, states: Collection[CaseState] = (), due_before: datetime | None = None
    ) -> Sequence[Case]:
        """Cases in *states* (all, if empty), the most urgent first."""
        query = select(cases).order_by(cases.c.due_at, cases.c.id)
        if states:
            query = query.where(cases.c.state.in_(states))
        if due_before is not None:
            query = query.where(cases.c.due_at <= due_before)
        return [rows.case(row) for row in await self._db.execute(query)]

    async def case_of(self, address: Address, *, states: Collection[CaseState]) -> Case | None:
        """The newest case of this address in one of *states*."""
        return next(iter(await self.cases_of(address, states=states)), None)

    async def cases_of(self, address: Address, *, states: Collection[CaseState]) -> Sequence[Case]:
        """Every case of this address in one of *states*, the newest first."""
        mine = select(cases).where(cases.c.address == address, cases.c.state.in_(states))
        return [rows.case(row) for row in await self._db.execute(mine.order_by(cases.c.id.desc()))]

    async def save(self, case: Case) -> Case:
        """Write a changed case back; raises `Conflict` where somebody was quicker."""
        result = await self._db.execute(
            update(cases)
            .where(cases.c.id == case.id, cases.c.version == case.version)
            .values(**rows.case_fields(case), version=case.version + 1)
        )
        if result.rowcount != 1:
            raise Conflict(f"case {case.number} has been changed by somebody else")
        return await self.case(case.id)

    async def plan(self, case_id: int, phase: Phase, steps_: Sequence[Step], *, at: datetime) -> None:
        """Record steps before they are taken."""
        for step in steps_:
            await self._db.execute(
                insert(steps).values(
                    case_id=case_id, phase=phase, step=rows.to_json(step), at=at, run_at=at, attempts=0, done=False
                )
            )

    async def steps(self, case_id: int) -> Sequence[PlannedStep]:
        """Every step of the case, in the order in which they are taken."""
        result = await self._db.execute(select(steps).where(steps.c.case_id == case_id).order_by(steps.c.id))
        return [rows.step(row) for row in result]

    async def unfinished(self, *, now: datetime) -> Sequence[int]:
        """Ids of cases that have steps to take now or an outcome to tell, the oldest first."""
        by_hand = select(tasks.c.id).where(
            tasks.c.case_id == cases.c.id, tasks.c.kind == TaskKind.STORE, tasks.c.state.in_(UNANSWERED)
        )
        telling = select(cases.c.id, cases.c.received_at).where(
            cases.c.state == CaseState.FULFILLING, ~by_hand.exists()
        )
        stepping = (
            select(cases.c.id, cases.c.received_at, cases.c.state, steps.c.phase)
            .join(steps, steps.c.case_id == cases.c.id)
            .where(steps.c.done.is_(False), steps.c.run_at <= now)
        )
        found = {row.id: row.received_at for row in await self._db.execute(telling)}
        for row in await self._db.execute(stepping):
            if runs(Phase(row.phase), CaseState(row.state)):
                found[row.id] = row.received_at
        return sorted(found, key=lambda case_id: (found[case_id], case_id))

    async def holding(self, address: Address, kind: StepKind, *, besides: int, like: Step | None = None) -> bool:
        """Whether another case of *address* has taken a step of *kind*, as wide as *like*, not lifted since."""
        others = select(steps).join(cases, cases.c.id == steps.c.case_id)
        mine = others.where(cases.c.address == address, cases.c.id != besides)
        by_case: dict[int, list[PlannedStep]] = {}
        for row in await self._db.execute(mine):
            by_case.setdefault(row.case_id, []).append(rows.step(row))
        return any(stands(planned, kind, like=like) for planned in by_case.values())

    async def intend(self, step_id: int, changes: Sequence[Change], holdings: Holdings | None) -> None:
        """Record what a step is about to change before each try, and what it did change after."""
        values: rows.Fields = {"intended": rows.to_json(changes)}
        if holdings is not None:
            values["holdings"] = rows.to_json(holdings)
        await self._db.execute(update(steps).where(steps.c.id == step_id).values(**values))

    async def step_done(self, step_id: int) -> None:
        """The step has been taken and looked at again."""
        await self._db.execute(update(steps).where(steps.c.id == step_id).values(done=True))

    async def step_failed(self, step_id: int, *, until: datetime) -> None:
        """The step was refused or left something behind: tried again at *until*."""
        await self._db.execute(
            update(steps).where(steps.c.id == step_id).values(run_at=until, attempts=steps.c.attempts + 1)
        )

    async def retry_steps(self, case_id: int, *, at: datetime) -> None:
        """Whatever is left to do for the case is due at *at*."""
        here = (steps.c.case_id == case_id) & steps.c.done.is_(False) & (steps.c.phase != Phase.LATER)
        await self._db.execute(update(steps).where(here).values(run_at=at))
