"""What has been signed and seen: a signed letter is one request, however often it is sent again (C7)."""

from datetime import datetime
from typing import Protocol

from mailbot.core.case import StoredLetter


class Sealed(Protocol):
    """Seals of proven letters, as keyed hashes."""

    async def sealed(self, digest: str, *, besides: int) -> StoredLetter | None:
        """The letter of a case that bore this seal first, unless it is the one with id *besides*."""
        ...

    async def keep_seal(self, digest: str, letter_sha256: str, *, at: datetime) -> None:
        """Remember which letter bore a seal first; the first stays the first."""
        ...
