"""What of somebody's mail the ledger knows: requests of theirs and answers of ours, kept as proof."""

from collections.abc import Collection
from typing import Protocol

from mailbot.core.model import MessageId


class Own(Protocol):
    """Which of a mailbox's messages are the company's proof that requests were dealt with."""

    async def requests_among(self, digests: Collection[str]) -> Collection[str]:
        """Those of these SHA-256 that are letters of a case, or wait to be decided."""
        ...

    async def answers_among(self, ids: Collection[MessageId]) -> Collection[MessageId]:
        """Those of these Message-IDs that are of letters of ours."""
        ...
