"""What may be switched off, by a person or by the breaker, and when the breaker does it (issue 5, item 9).

Nothing is lost while something is off: mail is read, cases open, clocks run and warn.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Switch(StrEnum):
    """One thing that can be switched off."""

    EVERYTHING = "everything"  # no step is carried out, no letter leaves by itself
    DESTRUCTION = "destruction"  # nothing is destroyed without a person
    SUPPRESSION = "suppression"  # advertising is not stopped for who is not proven, without a person


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchedOff:
    """What is off, since when, by whose hand and why."""

    switch: Switch
    since: datetime
    by: str  # a person's login, or the program's own name
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How much an hour may see before the breaker stops it: so many, or this share of everybody on file."""

    an_hour: int
    share: float  # of the base; 0.01: one in a hundred
    least: int  # so many are always allowed: in a small base one person is a large share

    def most(self, people: int) -> int:
        """How many may be taken in an hour where *people* are on file."""
        return min(self.an_hour, max(self.least, int(people * self.share)))
