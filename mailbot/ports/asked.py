"""What a letter belongs to: our open questions, each with its own token (C15), and the cases of an address."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailbot.core.case import Case
from mailbot.core.model import Address, CaseState, MessageId, Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The case a letter belongs to, and by what."""

    case_id: int
    token: bool  # it carries the token of one of the case's questions
    thread: bool  # it answers one of our Message-IDs
    asked: tuple[Right, ...] = ()  # what that question was about (C15); empty: it is older than ledger 0002


class Asked(Protocol):
    """What we have asked people, how often, and what comes back."""

    async def thread(self, ids: Collection[MessageId], tokens: Collection[str]) -> Thread | None:
        """The case a token hash, or a Message-ID of our letters to the person, belongs to; a token wins.

        Of tokens of several cases that of the letter which is answered wins, then the one named first.
        """
        ...

    async def cases_of(self, address: Address, *, states: Collection[CaseState]) -> Sequence[Case]:
        """Every case of this address in one of *states*, the newest first."""
        ...

    async def put_question(self, case_id: int, token_hash: str, rights: Sequence[Right], *, at: datetime) -> None:
        """Keep an open question: the keyed hash of its token, and what it is about."""
        ...

    async def questions_put(self, *, case_id: int = 0, address: str = "", since: datetime | None = None) -> int:
        """How many questions were put, about one case or to one address, since a moment or ever."""
        ...
