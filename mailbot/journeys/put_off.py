"""What has been tried in vain and waits for its next try: said as long as it waits, not only while it is tried."""

from datetime import timedelta

from mailbot.core.case import OutState
from mailbot.journeys.desk import Desk

SOON = timedelta(days=1)  # longer than the longest wait between two tries
MANY = 100  # beyond which nobody counts


async def undecided(desk: Desk) -> str:
    """What waits to be decided again, in a few words; empty: nothing."""
    async with desk.ledger.read() as book:
        letters = await book.undecided(now=desk.chance.now() + SOON, limit=MANY)
    return _said([letter.attempts for letter in letters], "letters put off, see the log")


async def unsent(desk: Desk) -> str:
    """What waits to be sent again, in a few words; empty: nothing."""
    async with desk.ledger.read() as book:
        letters = await book.outbox(now=desk.chance.now() + SOON, states=[OutState.QUEUED, OutState.SENDING])
    return _said([letter.attempts for letter in letters], "of our letters wait for the relay")


def _said(attempts: list[int], what: str) -> str:
    tried = sum(number > 0 for number in attempts)
    return f"{tried} {what}" if tried else ""
