"""To whom the company had to disclose a person's data: entered by hand, told in an access letter (A74)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One disclosure to an authority; whose data they were is kept as a keyed hash alone."""

    digest: str
    key_id: int
    recipient: str
    ground: str
    day: date
    entered_at: datetime
    entered_by: str
    id: int = 0


class Disclosed(Protocol):
    """Disclosures to authorities (requirements A74)."""

    async def disclose(self, disclosure: Disclosure) -> int:
        """Keep one; its number."""
        ...

    async def disclosures(self, digests: Collection[str] | None = None) -> Sequence[Disclosure]:
        """Those of the person with one of these keyed hashes, or all; the oldest first."""
        ...
