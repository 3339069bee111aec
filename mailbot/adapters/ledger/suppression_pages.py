"""The pages of the book about whom not to write to."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger.tables import suppressions
from mailbot.core.model import Channel, Right
from mailbot.ports.orders import Suppression

_AT_ONCE = 500  # values in one statement: SQLite takes no more than 32,766, older ones 999


class SuppressionPages:
    """The suppression list, by keyed hash, channel and topic."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def suppress(self, order: Suppression) -> None:
        """No more advertising of that kind, until the same case lifts it. Twice is once."""
        here = _one(order.digest, order.channel, order.topic) & (suppressions.c.case_number == order.case_number)
        found = (await self._db.execute(select(suppressions.c.since).where(here))).one_or_none()
        facts = {
            "kind": order.kind,
            "reason": order.reason.value,
            "key_id": order.key_id,
            "since": order.since,
        }
        if found is None:
            key = {"digest": order.digest, "channel": _stored(order.channel), "topic": order.topic}
            whose = {"case_number": order.case_number}
            await self._db.execute(insert(suppressions).values(**key, **whose, **facts))
        elif found.since < order.since:
            await self._db.execute(update(suppressions).where(here).values(**facts))

    async def release(
        self, digests: Collection[str], *, case_number: str, channel: Channel | None = None, topic: str = ""
    ) -> None:
        """Lift the orders of one case about these keyed hashes, limited to *channel* and *topic* as set."""
        for some in _batches(digests):
            here = suppressions.c.digest.in_(some) & (suppressions.c.channel == _stored(channel))
            whose = suppressions.c.case_number == case_number
            await self._db.execute(delete(suppressions).where(here, whose, suppressions.c.topic == topic))

    async def suppressed(self, digests: Collection[str]) -> Sequence[Suppression]:
        """Every order about one of these keyed hashes, the oldest first; of several cases' the newest counts."""
        return _newest(await self.ordered(digests))

    async def ordered(self, digests: Collection[str]) -> Sequence[Suppression]:
        """Every order about one of these keyed hashes, of whatever case, the oldest first."""
        found = []
        for some in _batches(digests):
            query = select(suppressions).where(suppressions.c.digest.in_(some))
            found += [_read(row) for row in await self._db.execute(query)]
        return sorted(found, key=lambda order: (order.since, order.digest))

    async def suppressions(self, *, after: str = "", limit: int = 1000) -> Sequence[Suppression]:
        """The list, by digest, beginning after the digest *after*; all orders of one digest come together."""
        digests = (
            select(suppressions.c.digest)
            .where(suppressions.c.digest > after)
            .distinct()
            .order_by(suppressions.c.digest)
            .limit(limit)
        )
        query = select(suppressions).where(suppressions.c.digest.in_(digests.scalar_subquery()))
        by_digest = query.order_by(suppressions.c.digest, suppressions.c.channel, suppressions.c.topic)
        found = sorted([_read(row) for row in await self._db.execute(by_digest)], key=lambda order: order.since)
        return sorted(_newest(found), key=lambda order: (order.digest, _stored(order.channel), order.topic))

    async def suppressed_by(self) -> Mapping[int, int]:
        """How many orders each key has made, by its number."""
        query = select(suppressions.c.key_id, func.count().label("made")).group_by(suppressions.c.key_id)
        return {row.key_id: row.made for row in await self._db.execute(query)}


def _newest(orders: Sequence[Suppression]) -> list[Suppression]:
    """*orders*, the oldest first, without those that a newer one of another case repeats."""
    last = {(order.digest, order.channel, order.topic): order for order in orders}
    return [order for order in orders if last[order.digest, order.channel, order.topic] is order]


def _one(digest: str, channel: Channel | None, topic: str) -> Any:
    where = (suppressions.c.digest == digest) & (suppressions.c.channel == _stored(channel))
    return where & (suppressions.c.topic == topic)


def _stored(channel: Channel | None) -> str:
    return channel.value if channel else ""


def _batches(digests: Collection[str]) -> Iterator[list[str]]:
    every = list(dict.fromkeys(digests))
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]


def _read(row: Row[Any]) -> Suppression:
    return Suppression(
        digest=row.digest,
        key_id=row.key_id,
        kind="phone" if row.kind == "phone" else "email",
        case_number=row.case_number,
        since=row.since,
        channel=Channel(row.channel) if row.channel else None,
        topic=row.topic,
        reason=Right(row.reason),
    )
