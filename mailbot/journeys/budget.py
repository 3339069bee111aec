"""How much one sender, one hour and a flood may cost: budgets of letters, and who is decided first (D6, C27).

Everything is counted in the ledger, and counted again within the transaction that decides: two processes cannot
spend the same letter twice.
"""

import re
from dataclasses import replace
from datetime import timedelta
from enum import IntEnum

from mailbot.core import decide as core
from mailbot.core.case import Case, StoredLetter
from mailbot.core.model import HoldReason, Message, Proven, Standing, Unreadable
from mailbot.core.standing import aligned
from mailbot.journeys.desk import Desk
from mailbot.ports import Book

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CROWD = 50  # letters that wait; with more of them it matters who comes first
HEADER = 64 * 1024  # octets looked at for a signature, requirements D53

_SIGNATURE = re.compile(rb"^DKIM-Signature[ \t]*:((?:[^\r\n]|\r?\n[ \t]){0,8192})", re.IGNORECASE | re.MULTILINE)
_DOMAIN = re.compile(rb"(?:^|;)\s{0,80}d\s{0,8}=\s{0,80}([^;\s]{1,253})")


class Rank(IntEnum):
    """Who is decided first while letters wait (C27); within a rank the oldest."""

    TIED = 0  # answers one of our letters, or carries a token: a case goes on
    CLAIMS = 1  # says that its sender can be proven; only deciding tells
    REST = 2


async def within_budget(
    message: Message | Unreadable,
    standing: Standing,
    case: Case | None,
    book: Book,
    desk: Desk,
    *,
    token: bool = False,
) -> bool:
    """Whether another automatic letter may go (requirements D6).

    New requests of the unproven share half of the hour. Open cases have three quarters: forgers can open them. The
    last quarter is reserved for proven senders and for who sends a *token* of ours back (amendment 13).
    """
    if isinstance(message, Unreadable) or message.author is None:
        return True
    now, limits = desk.chance.now(), desk.limits
    if await book.sent_since(now - DAY, recipient=message.author) >= limits.letters_per_address_a_day:
        return False
    hour = limits.letters_an_hour
    if not (isinstance(standing, Proven) or token):
        hour = hour // 2 if case is None else hour * 3 // 4
    return await book.sent_since(now - HOUR) < hour


async def counted(  # noqa: PLR0913 - who writes, to which case, and where it is counted
    around: core.Circumstances,
    message: Message | Unreadable,
    standing: Standing,
    case: Case | None,
    book: Book,
    desk: Desk,
    *,
    token: bool = False,
) -> core.Circumstances:
    """*around* with what the budgets say now; asked once more in the transaction that decides."""
    since = desk.chance.now() - HOUR
    flood = await book.unproven_stops(since=since, enough=desk.limits.unproven_unsubscribes_an_hour)
    within = await within_budget(message, standing, case, book, desk, token=token)
    return replace(around, within_budget=within, flood=flood)


HELD_BACK = frozenset({HoldReason.FLOOD, HoldReason.BUDGET})


def of_flood(case: Case) -> bool:
    """Whether *case* waits only because too much came at once: told in one sum, and closed by `mailbot undo`."""
    return HoldReason.FLOOD in case.holds and set(case.holds) <= HELD_BACK


# ---------------------------------------------------------------- who is first


def rank_of(message: Message | Unreadable, raw: bytes, *, tied: bool) -> Rank:
    """The rank of a letter that has just come; nothing is verified here."""
    if tied:
        return Rank.TIED
    if isinstance(message, Unreadable):
        return Rank.REST
    border = message.border.get("dkim") == "pass" and aligned(message, message.border.get("dkim.d", "").lower())
    return Rank.CLAIMS if border or any(aligned(message, domain) for domain in _signers(raw)) else Rank.REST


def _signers(raw: bytes) -> list[str]:
    """Domains of the first signatures in the header, as they stand."""
    header = re.split(rb"\r?\n\r?\n", raw[:HEADER], maxsplit=1)[0]
    found = [_DOMAIN.search(field[1]) for field in _SIGNATURE.finditer(header)][:10]
    return [domain[1].decode("ascii", "replace").lower() for domain in found if domain]


async def gives_way(letter: StoredLetter, standing: Standing, case: Case | None, desk: Desk) -> bool:
    """Whether *letter* only claimed what could not be proven, and steps back once behind those that can (C27)."""
    if letter.rank != Rank.CLAIMS or isinstance(standing, Proven) or case is not None:
        return False
    async with desk.ledger.write() as book:
        if await book.undecided_now(now=desk.chance.now()) <= CROWD:
            return False
        await book.rerank(letter.id, Rank.REST)
    return True
