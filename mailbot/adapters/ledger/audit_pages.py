"""The audit trail: appended as the last statements of the transaction, under one head-row lock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import audit, audit_head
from mailbot.core.audit import Event, Link, Plain, linked
from mailbot.ports import AuditHead

_THE_HEAD = 1


class AuditPages:
    """Events are noted as they happen and chained when the transaction ends."""

    def __init__(self, connection: AsyncConnection, *, actor: str) -> None:
        self._db = connection
        self._actor = actor
        self._events: list[Event] = []

    async def record(
        self,
        name: str,
        *,
        at: datetime,
        case: str = "",
        subject: str = "",
        by: str = "",
        facts: Mapping[str, Plain] | None = None,
    ) -> None:
        """Note an event; it is chained when the transaction ends. *by* defaults to the program itself."""
        self._events.append(
            Event(seq=0, at=at, name=name, actor=by or self._actor, case=case, subject=subject, facts=facts or {})
        )

    async def links(self, *, after: int = 0, limit: int = 1000) -> Sequence[Link]:
        """Links of the chain after *after*, in order."""
        result = await self._db.execute(
            select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(limit)
        )
        return [rows.link(row) for row in result]

    async def head(self) -> AuditHead:
        """The last link, as noted apart."""
        row = (await self._db.execute(select(audit_head).where(audit_head.c.id == _THE_HEAD))).one()
        return AuditHead(row.seq, row.hash)

    async def chain(self) -> None:
        """Join what was noted to the chain."""
        if not self._events:
            return
        await self._db.execute(select(audit_head.c.id).where(audit_head.c.id == _THE_HEAD).with_for_update())
        head = await self.head()
        seq, before = head.seq, head.hash
        for event in self._events:
            seq += 1
            link = linked(replace(event, seq=seq), before=before)
            await self._db.execute(insert(audit).values(**rows.link_fields(link)))
            before = link.hash
        await self._db.execute(update(audit_head).where(audit_head.c.id == _THE_HEAD).values(seq=seq, hash=before))
