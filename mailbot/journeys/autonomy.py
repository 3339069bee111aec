"""Autonomy is moved by a person, explicitly, and the trail keeps who did it."""

from collections.abc import Sequence

from mailbot.core.decide import Autonomy
from mailbot.core.model import Language, Right
from mailbot.journeys.desk import Desk


async def set_mode(right: Right, languages: Sequence[Language], mode: Autonomy, *, by: str, desk: Desk) -> None:
    """Set how much is done without a person for *right* in *languages*."""
    now = desk.chance.now()
    async with desk.ledger.write() as book:
        for language in languages:
            await book.set_autonomy(right, language, mode, at=now, by=by)
        facts = {
            "right": right.value,
            "languages": [language.value for language in languages],
            "mode": mode.value,
        }
        await book.record("autonomy.set", at=now, by=by, facts=facts)
