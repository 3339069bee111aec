"""The pages of the book about standing orders: whom not to write to, and what may be done without a person."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger.tables import autonomy, suppressions
from mailbot.core.decide import Autonomy
from mailbot.core.model import Language, Right


class OrderPages:
    """Suppressions and autonomy."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def suppress(self, digest: str, case_number: str, *, at: datetime) -> None:
        """No more advertising to the address with this keyed hash; twice is once."""
        if not await self.suppressed(digest):
            await self._db.execute(insert(suppressions).values(digest=digest, case_number=case_number, since=at))

    async def release(self, digest: str) -> None:
        """Lift a suppression."""
        await self._db.execute(delete(suppressions).where(suppressions.c.digest == digest))

    async def suppressed(self, digest: str) -> bool:
        """Whether the address with this keyed hash is suppressed."""
        found = await self._db.execute(select(suppressions.c.digest).where(suppressions.c.digest == digest))
        return found.one_or_none() is not None

    async def autonomy(self) -> Mapping[tuple[Right, Language], Autonomy]:
        """What `mailbot go-live` has set."""
        result = await self._db.execute(select(autonomy.c.right, autonomy.c.language, autonomy.c.mode))
        return {(Right(row.right), Language(row.language)): Autonomy(row.mode) for row in result}

    async def set_autonomy(
        self, right: Right, language: Language, mode: Autonomy, *, at: datetime, by: str
    ) -> None:
        """Set the mode of one right and language."""
        here = (autonomy.c.right == right) & (autonomy.c.language == language)
        await self._db.execute(delete(autonomy).where(here))
        await self._db.execute(insert(autonomy).values(right=right, language=language, mode=mode, at=at, by=by))
