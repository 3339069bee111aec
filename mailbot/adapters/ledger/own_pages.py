"""The pages of the book about what the mailbox keeps as proof."""

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger.tables import letters, outbox
from mailbot.core.model import MessageId

_AT_ONCE = 500  # databases limit how many values one statement may name

Text = TypeVar("Text", bound=str)


class OwnPages:
    """Requests and answers, known by their bytes and their Message-IDs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def requests_among(self, digests: Collection[str]) -> Collection[str]:
        """Those of these SHA-256 that are letters of a case, or wait to be decided."""
        found: set[str] = set()
        ours = or_(letters.c.case_id.is_not(None), letters.c.run_at.is_not(None))
        for some in _slices(digests):
            query = select(letters.c.sha256).where(letters.c.sha256.in_(some), ours)
            found |= set((await self._db.execute(query)).scalars())
        return found

    async def answers_among(self, ids: Collection[MessageId]) -> Collection[MessageId]:
        """Those of these Message-IDs that are of letters of ours."""
        found: set[MessageId] = set()
        for some in _slices(ids):
            query = select(outbox.c.message_id).where(outbox.c.message_id.in_(some))
            found |= {MessageId(one) for one in (await self._db.execute(query)).scalars()}
        return found


def _slices(values: Collection[Text]) -> Iterator[Sequence[Text]]:
    ordered = sorted(values)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))
