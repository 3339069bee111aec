"""What has been tried in vain and waits for its next try: said as long as it waits, not only while it is tried."""

from datetime import timedelta

from mailbot.core.case import OutState
from mailbot.journeys.desk import Desk

SOON = timedelta(days=1)  # longer than the longest wait between two tries
ENOUGH = 20  # letters that are looked at: one is enough to say it


async def undecided(desk: Desk) -> str:
    """What waits to be decided again, in a few words; empty: nothing."""
    now = desk.chance.now()
    async with desk.ledger.read() as book:
        due = {letter.id for letter in await book.undecided(now=now, limit=ENOUGH)}
        later = {letter.id for letter in await book.undecided(now=now + SOON, limit=ENOUGH)}
    return "letters put off, see the log" if later - due else ""


async def unsent(desk: Desk) -> str:
    """What waits to be sent again, in a few words; empty: nothing."""
    async with desk.ledger.read() as book:
        letters = await book.outbox(now=desk.chance.now() + SOON, states=[OutState.QUEUED, OutState.SENDING])
    tried = sum(letter.attempts > 0 for letter in letters)
    return f"{tried} of our letters wait for the relay" if tried else ""
