"""pause: the stop switch. Mail is read, cases open, clocks run; nothing is carried out (issue 5, item 9)."""

from collections.abc import Sequence

from mailbot.core.case import Outgoing
from mailbot.core.switches import Switch, SwitchedOff
from mailbot.journeys.desk import Desk
from mailbot.ports import Book


async def paused(book: Book) -> SwitchedOff | None:
    """Since when and why nothing is carried out; None: everything runs."""
    return next((one for one in await book.switched_off() if one.switch is Switch.EVERYTHING), None)


async def is_paused(desk: Desk) -> bool:
    """Whether nothing may be carried out now."""
    async with desk.ledger.read() as book:
        return await paused(book) is not None


def may_leave(letter: Outgoing) -> bool:
    """Whether a letter of ours leaves during a pause: mail to the operator does, and what a person wrote."""
    return not (letter.automatic and letter.letters)


async def switch_off(switch: Switch, *, by: str, why: str, desk: Desk) -> bool:
    """Switch something off by a person's hand; whether it was on."""
    now = desk.chance.now()
    async with desk.ledger.write() as book:
        changed = await book.switch_off(SwitchedOff(switch=switch, since=now, by=by, why=why))
        if changed:
            await book.record("switch.off", at=now, by=by, facts={"switch": switch.value, "why": why})
    return changed


async def switch_on(switches: Sequence[Switch], *, by: str, desk: Desk) -> Sequence[Switch]:
    """Switch things on again by a person's hand; those that were off."""
    now = desk.chance.now()
    async with desk.ledger.write() as book:
        changed = [switch for switch in switches if await book.switch_on(switch)]
        for switch in changed:
            await book.record("switch.on", at=now, by=by, facts={"switch": switch.value})
    return changed


async def said(desk: Desk) -> str:
    """What is off, in a line for systemd's status and doctor; empty: nothing is."""
    async with desk.ledger.read() as book:
        off = await book.switched_off()
    return "; ".join(
        f"{one.switch.value} switched off by {one.by} since {one.since:%Y-%m-%d %H:%M} UTC" for one in off
    )
