"""A signed letter is one request, however often somebody sends it again (requirements C7).

What a replayer cannot change is what the author signed; the ledger keeps a keyed hash of it with the proven letter
that bore it first. Whatever says the same later, its signature old, broken or gone, is a twin: attached, audited,
and nothing is done about it.
"""

from mailbot.core.case import StoredLetter
from mailbot.core.model import Proven, Standing, Unproven
from mailbot.journeys.desk import Desk
from mailbot.ports import Book


async def replayed(standing: Standing, letter: StoredLetter, book: Book, desk: Desk) -> StoredLetter | None:
    """The proven letter that this one repeats word for word; None: it is new."""
    for digest in _digests(standing, desk):
        if (first := await book.sealed(digest, besides=letter.id)) is not None:
            return first
    return None


async def remember(standing: Standing, letter: StoredLetter, book: Book, desk: Desk) -> None:
    """Keep the seal of a proven letter with the decision about it."""
    if isinstance(standing, Proven) and (digests := _digests(standing, desk)):
        await book.keep_seal(digests[0], letter.sha256, at=desk.chance.now())


def _digests(standing: Standing, desk: Desk) -> tuple[str, ...]:
    """Nobody can tell from the ledger what was signed; by every key, none where nobody knows what was."""
    seal = standing.seal if isinstance(standing, Proven | Unproven) else ""
    return desk.keys.twin.digests(seal) if seal else ()
