"""The pages of the book about our own letters."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import cases, outbox
from mailbot.core.case import Case, Outgoing, OutState
from mailbot.core.model import Address
from mailbot.errors import Conflict
from mailbot.ports import Draft


class LetterPages:
    """The outbox: each letter queued in the transaction of the decision that it tells."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def queue(self, draft: Draft) -> int:
        """Put a letter into the outbox; its id."""
        result = await self._db.execute(
            insert(outbox)
            .values(
                case_id=draft.case_id,
                recipient=draft.recipient,
                message_id=draft.message_id,
                raw=draft.raw,
                letters=rows.to_json(draft.letters),
                automatic=draft.automatic,
                state=OutState.QUEUED,
                queued_at=draft.run_at,
                run_at=draft.run_at,
                attempts=0,
            )
            .returning(outbox.c.id)
        )
        return int(result.scalar_one())

    async def outbox(self, *, now: datetime, states: Collection[OutState]) -> Sequence[Outgoing]:
        """Letters of ours that are due in one of *states*, oldest first."""
        result = await self._db.execute(
            select(outbox).where(outbox.c.state.in_(states), outbox.c.run_at <= now).order_by(outbox.c.id)
        )
        return [rows.outgoing(row) for row in result]

    async def tried_in_vain(self) -> int:
        """How many letters of ours the relay has been offered and has not said yes or no to."""
        on_its_way = outbox.c.state.in_([OutState.QUEUED, OutState.SENDING])
        query = select(func.count()).select_from(outbox).where(on_its_way, outbox.c.attempts > 0)
        return int((await self._db.execute(query)).scalar_one())

    async def letters_out(self, case_id: int) -> Sequence[tuple[Outgoing, OutState]]:
        """Every letter of the case, oldest first."""
        result = await self._db.execute(select(outbox).where(outbox.c.case_id == case_id).order_by(outbox.c.id))
        return [(rows.outgoing(row), OutState(row.state)) for row in result]

    async def out(
        self, out_id: int, *, was: OutState, now_is: OutState, at: datetime, run_at: datetime | None = None
    ) -> None:
        """Move a letter on; raises `Conflict` where it was not in *was*."""
        values: rows.Fields = {"state": now_is, "run_at": run_at or at}
        if now_is is OutState.SENDING:
            values["attempts"] = outbox.c.attempts + 1
            values["first_tried_at"] = func.coalesce(outbox.c.first_tried_at, at)
        if now_is is OutState.SENT:
            values["sent_at"] = at
        result = await self._db.execute(
            update(outbox).where(outbox.c.id == out_id, outbox.c.state == was).values(**values)
        )
        if result.rowcount != 1:
            raise Conflict(f"letter {out_id} is no longer {was}")

    async def told(self, recipient: Address, *, since: datetime) -> Sequence[tuple[Outgoing, Case]]:
        """Letters handed to the relay for *recipient* since a moment, with their cases, oldest first."""
        handed = outbox.c.state.in_([OutState.SENDING, OutState.SENT, OutState.FILED])
        query = select(outbox).where(outbox.c.recipient == recipient, handed, outbox.c.run_at >= since)
        found = [rows.outgoing(row) for row in await self._db.execute(query.order_by(outbox.c.id))]
        wanted = select(cases).where(cases.c.id.in_({out.case_id for out in found}))
        known = {row.id: rows.case(row) for row in await self._db.execute(wanted)}
        return [(out, known[out.case_id]) for out in found]

    async def sent_since(self, moment: datetime, *, recipient: Address | None = None) -> int:
        """How many automatic letters were queued since *moment*, to *recipient* or to anybody."""
        query = select(func.count()).select_from(outbox).where(outbox.c.queued_at >= moment, outbox.c.automatic)
        if recipient is not None:
            query = query.where(outbox.c.recipient == recipient)
        return int((await self._db.execute(query)).scalar_one())
