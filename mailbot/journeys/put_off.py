"""What has been tried in vain and waits for its next try: said as long as it waits, not only while it is tried."""

from mailbot.journeys.desk import Desk


async def undecided(desk: Desk) -> str:
    """What waits to be decided again, in a few words; empty: nothing."""
    async with desk.ledger.read() as book:
        waiting = await book.undecided_later(now=desk.chance.now())
    return "letters put off, see the log" if waiting else ""


async def unsent(desk: Desk) -> str:
    """What waits to be sent again, in a few words; empty: nothing."""
    async with desk.ledger.read() as book:
        tried = await book.tried_in_vain()
    return f"{tried} of our letters wait for the relay" if tried else ""
