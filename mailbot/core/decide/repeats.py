"""When we have said enough: the last look at an automatic letter before it leaves (requirements D6, D16).

What the budgets of the way in cannot see: a machine that answers every letter of ours as a person would.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mailbot.core.case import Case, Outgoing
from mailbot.core.model import Letter

WEEK, DAY = timedelta(days=7), timedelta(days=1)
IN_A_THREAD_A_DAY = 3  # automatic letters (D16)
_ASKS_AGAIN = frozenset({Letter.CONFIRM, Letter.INTERIM})
"""Questions may be put again: C15 counts them, and a person releases the interim letter."""
_TELLS_NOTHING_NEW = frozenset({Letter.RECEIPT, Letter.REMINDER})
"""Letters that confirm no change, so that another case is no reason to send them again."""


def said_enough(letter: Outgoing, case: Case, before: Sequence[tuple[Outgoing, Case]], *, now: datetime) -> str:
    """Why *letter* of *case* may not leave by itself; empty: it may. *before*: what its recipient had of us.

    A thread is a case, and what hangs on its letters by References.
    """
    automatic = [(out, of) for out, of in before if out.automatic and out.letters and out.id != letter.id]
    head = letter.raw.partition(b"\r\n\r\n")[0]
    in_thread = [out for out, of in automatic if of.id == case.id or f"<{out.message_id}>".encode() in head]
    of_today = [out for out in in_thread if now - (out.sent_at or now) < DAY]
    if len(of_today) >= IN_A_THREAD_A_DAY:
        return "three automatic letters in this thread within a day (D16)"
    if any(_same(letter, case, out, of) and now - (out.sent_at or now) < WEEK for out, of in automatic):
        return "the same letter within seven days (D6)"
    return ""


def _same(letter: Outgoing, case: Case, earlier: Outgoing, of: Case) -> bool:
    """Whether *earlier* said the same: in the same case, or of a request for the same without any change."""
    told = set(letter.letters) - _ASKS_AGAIN
    if not told or not told <= set(earlier.letters):
        return False
    if case.id == of.id:
        return True
    as_good = case.standing != "Proven" or of.standing == "Proven"  # a forger must not use up the victim's receipt
    return told <= _TELLS_NOTHING_NEW and set(case.rights) == set(of.rights) and as_good
