"""access: what a letter of level 1 tells about one person, gathered from every place (requirements C20, A74)."""

from dataclasses import replace

from mailbot.core.datamap import Disclosed, Holdings
from mailbot.core.model import Address
from mailbot.core.reply import with_masks
from mailbot.journeys import disclosures
from mailbot.journeys.desk import Desk


async def holdings(address: Address, desk: Desk) -> Holdings:
    """Categories and terms of what is held about the one person under *address*, and which authorities had it.

    Of values only such as a looker-on cannot read: a***@e***.org.
    """
    held = await desk.registry.holdings(address)
    told = with_masks(held, await desk.registry.values(address), desk.datamap)
    async with desk.ledger.read() as book:
        known = await disclosures.of(address, book, desk)
    return replace(
        told,
        disclosed=tuple(Disclosed(recipient=one.recipient, ground=one.ground, day=one.day) for one in known),
    )
