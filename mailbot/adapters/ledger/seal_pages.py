"""The pages of the book about what has been signed and seen (requirements C7)."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.ledger import rows
from mailbot.adapters.ledger.tables import letters, signatures
from mailbot.core.case import StoredLetter


class SealPages:
    """Keyed hashes of what proven letters say and sign."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._db = connection

    async def sealed(self, digest: str, *, besides: int) -> StoredLetter | None:
        """The letter of a case that bore this seal first, unless it is the one with id *besides*."""
        first = (
            select(letters)
            .join(signatures, signatures.c.letter_sha256 == letters.c.sha256)
            .where(signatures.c.digest == digest, letters.c.id != besides, letters.c.case_id.is_not(None))
            .order_by(letters.c.id)
            .limit(1)
        )
        row = (await self._db.execute(first)).one_or_none()
        return None if row is None else rows.letter(row)

    async def keep_seal(self, digest: str, letter_sha256: str, *, at: datetime) -> None:
        """Remember which letter bore a seal first; the first stays the first."""
        known = await self._db.execute(select(signatures.c.digest).where(signatures.c.digest == digest))
        if known.one_or_none() is None:
            await self._db.execute(insert(signatures).values(digest=digest, letter_sha256=letter_sha256, at=at))
