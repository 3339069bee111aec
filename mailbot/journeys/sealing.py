"""A signed letter is one request, however often somebody sends it again (requirements C7).

What a replayer cannot change is what the author signed; the ledger keeps a keyed hash of it with the proven letter
that bore it first. Whatever says the same later, its signature old, broken or gone, is a twin: attached, audited,
and nothing is done about it.
"""

from mailbot.core.case import StoredLetter
from mailbot.core.model import Proven, Standing, Unproven
from mailbot.journeys.desk import Desk, keyed
from mailbot.ports import Book


async def replayed(standing: Standing, letter: StoredLetter, book: Book, desk: Desk) -> StoredLetter | None:
    """The proven letter that this one repeats word for word; None: it is new."""
    digest = _digest(standing, desk)
    return await book.sealed(digest, besides=letter.id) if digest else None


async def remember(standing: Standing, letter: StoredLetter, book: Book, desk: Desk) -> None:
    """Keep the seal of a proven letter with the decision about it."""
    digest = _digest(standing, desk) if isinstance(standing, Proven) else ""
    if digest:
        await book.keep_seal(digest, letter.sha256, at=desk.chance.now())


def _digest(standing: Standing, desk: Desk) -> str:
    """Nobody can tell from the ledger what was signed; empty where nobody knows what was."""
    seal = standing.seal if isinstance(standing, Proven | Unproven) else ""
    return keyed(seal, key=desk.keys.twin) if seal else ""
