"""The audit trail: appended as the last statements of the transaction, under one head-row lock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import audit, audit_head
from mailbot.core.audit import Event, Link, Plain, linked
from mailbot.errors import AuditBroken
from mailbot.ports import AuditHead, Ring
from mailbot.ports.seals import SEALED, broken_seal, sealed_text

_THE_HEAD = 1


class AuditPages:
    """Events are noted as they happen and chained when the transaction ends."""

    def __init__(self, connection: AsyncConnection, *, actor: str, seals: Ring | None = None) -> None:
        self._db = connection
        self._actor = actor
        self._seals = seals
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
        return AuditHead(row.seq, row.hash, row.mac, row.key_id)

    async def chain(self) -> None:
        """Join what was noted to the chain; raises AuditBroken where its head is not as we left it."""
        if not self._events:
            return
        await self._db.execute(select(audit_head.c.id).where(audit_head.c.id == _THE_HEAD).with_for_update())
        head = await self.head()
        seq, before = head.seq, head.hash
        for event in (*await self._sealing(head), *self._events):
            seq += 1
            link = linked(replace(event, seq=seq), before=before)
            await self._db.execute(insert(audit).values(**rows.link_fields(link)))
            before = link.hash
        end = {"seq": seq, "hash": before, **self._seal(AuditHead(seq, before))}
        await self._db.execute(update(audit_head).where(audit_head.c.id == _THE_HEAD).values(**end))

    def _seal(self, head: AuditHead) -> dict[str, str | int]:
        if self._seals is None:
            return {}
        return {"mac": self._seals.digest(sealed_text(head)), "key_id": self._seals.current.id}

    async def _sealing(self, head: AuditHead) -> list[Event]:
        """The event with which heads begin to be sealed; none where this one is."""
        if self._seals is None:
            return []
        began = head.seq > 0 and not head.mac and await self._has_begun()
        if why := broken_seal(head, self._seals, began=began):
            raise AuditBroken(f"the trail was changed from outside, nothing is written: {why}")
        if head.mac:
            return []
        facts = {"key": self._seals.current.id}
        return [Event(seq=0, at=self._events[0].at, name=SEALED, actor=self._actor, facts=facts)]

    async def _has_begun(self) -> bool:
        found = await self._db.execute(select(audit.c.seq).where(audit.c.name == SEALED).limit(1))
        return found.one_or_none() is not None
