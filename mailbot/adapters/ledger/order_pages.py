"""The pages of the book about what may be done without a person."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger.tables import autonomy
from mailbot.core.decide import Autonomy
from mailbot.core.model import Language, Right


class OrderPages:
    """Autonomy."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

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
