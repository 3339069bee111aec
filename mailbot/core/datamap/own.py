"""What the mailbox holds of a person, counted: a store like any other (issue 5, item 1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailbot.core.datamap.map import OwnStore
from mailbot.core.model import Change

MAILBOX = "mailbox"
"""Its name as a store."""

CORRESPONDENCE = "correspondence"
"""Category: requests, and answers to them; proof that they were dealt with."""

LETTERS = "letters"
"""Category: any other mail from somebody, or to them."""

DESTRUCTION, STORAGE = "destruction", "storage"  # operations, requirements A15


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """Letters of one person in one folder: how many go with an erasure, are proof, stay though they are none."""

    folder: str
    goes: int = 0
    proof: int = 0
    stays: int = 0

    def changes(self, own: OwnStore, *, until: date) -> Iterator[Change]:
        """As what a step does to a table; *until* is the last day of the proof."""
        place = self.folder.replace(
            "@", " at "
        )  # as on shared mailboxes; nothing in the trail looks like an address
        for rows, operation, category, norm, day in (
            (self.goes, DESTRUCTION, LETTERS, "", None),
            (self.proof, STORAGE, CORRESPONDENCE, own.norm, until),
            (self.stays, STORAGE, LETTERS, own.norm, None),
        ):
            if rows:
                yield Change(
                    store=MAILBOX,
                    table=place,
                    operation=operation,
                    rows=rows,
                    category=category,
                    kept_for=norm,
                    until=day,
                )
