"""All that is held under one address, person by person, as a person with authority sees it (issue 5, item 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.core.model import Obligation


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row with its values as text; columns that hold nothing are left out."""

    store: str
    table: str  # its name on the map
    key: Mapping[str, str] = field(repr=False)
    columns: Mapping[str, str] = field(repr=False)
    found: tuple[str, ...]  # the ways that led to it, as `way_told` says them


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePerson:
    """What is one person's alone, and what is still owed."""

    lines: tuple[Line, ...]
    obligations: tuple[Obligation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """What is held under one address. With several persons nothing is acted on but advertising."""

    persons: tuple[OnePerson, ...]  # none: nobody is on file as a person
    shared: tuple[Line, ...] = ()  # by the address or number alone: nothing says which person's they are
    obligations: tuple[Obligation, ...] = ()  # found so too
    withheld: int = 0  # rows by a number or key that somebody else has too: see `Copy`

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every row, whosever it is."""
        return (*(line for person in self.persons for line in person.lines), *self.shared)
