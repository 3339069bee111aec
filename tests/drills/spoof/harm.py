"""What must never come of an attack."""

from dataclasses import dataclass
from enum import StrEnum


class Harm(StrEnum):
    """What must never come of an attack."""

    DISCLOSED = "disclosed"
    DESTROYED = "destroyed"
    LEARNT = "learnt"  # answers to known and unknown differ
    HINDERED = "hindered"  # a real person's request is not done
    ANSWERED = "answered"  # somebody got a letter who must not
    OTHERWISE = "otherwise"  # it ended in a way no rule allows


@dataclass(frozen=True, slots=True)
class Fault:
    """One harm, and what shows it."""

    harm: Harm
    what: str
