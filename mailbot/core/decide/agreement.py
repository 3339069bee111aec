"""How far persons agree with what was read, and what that says about autonomy (issue 3, item 6).

A *verdict* is one reading and what a person then decided. It speaks of every right that was read or decided, in
every language of the letter: autonomy is set so, and a letter in two languages acts only where both are live.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailbot.core.decide.policy import BY_HAND, Autonomy
from mailbot.core.model import Language, Right

ENOUGH = 60
"""Verdicts on sure readings below which nothing can be said."""
WIDEN_FROM = 0.95
"""A right may go live where even the lower bound of agreement is this high: from 73 verdicts without a fault."""
NARROW_BELOW = 0.90
"""A live right goes back to rehearsal where even the upper bound is below this."""
DESTRUCTIVE = frozenset({Right.ERASURE, Right.WITHDRAW_CONSENT, Right.RECTIFICATION})
"""Rights of which one taken away while live is one too many."""

_Z = 1.959964  # two-sided 95 %

Cells = Mapping[tuple[Right, Language], Autonomy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One reading, and what a person decided about it."""

    read: frozenset[Right]
    decided: frozenset[Right]  # empty with `closed`
    closed: bool = False  # as no request
    languages: tuple[Language, ...] = ()
    sure: bool  # it would have been acted upon, were its rights live
    live: frozenset[tuple[Right, Language]] = frozenset()  # what was live when it was read


class Outcome(StrEnum):
    """What became of a right that was read, or was not and should have been."""

    KEPT = "kept"  # the person decided exactly what was read
    BESIDE = "beside"  # this right stayed, another of the reading was taken away or added
    TAKEN = "taken"  # it was read, and the person took it away
    ADDED = "added"  # it was not read, and the person added it
    CLOSED = "closed"  # closed as no request


class Advice(StrEnum):
    """What the figures say about the autonomy of a right in a language."""

    WIDEN = "may be widened"
    NARROW = "narrow it"
    WELL = "well as it is"
    WATCH = "watch it"
    NOT_YET = "not yet"
    FEW = "too few"
    PERSON = "a person's"  # rectification, blocking; letters in no language for which autonomy is set


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Verdicts by their outcome."""

    by: Mapping[Outcome, int] = field(default_factory=dict)

    def of(self, outcome: Outcome) -> int:
        """How many ended so."""
        return self.by.get(outcome, 0)

    @property
    def decided(self) -> int:
        """How many verdicts there are."""
        return sum(self.by.values())

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which shares agreement lies, by Wilson's interval at 95 %: exactly kept, of all decided."""
        return wilson(self.of(Outcome.KEPT), self.decided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One right in one language: what persons decided, and what follows."""

    right: Right
    language: Language | None  # None: letters in no language that we know
    mode: Autonomy
    sure: Tally  # readings that would have been acted upon: only these speak about autonomy
    unsure: Tally  # readings that go to a person in any case
    undone: int  # destructive, taken away or closed while this was live

    @property
    def advice(self) -> Advice:
        """What the figures say; see the thresholds above."""
        if self.right in BY_HAND or self.language is None:
            return Advice.PERSON
        low, high = self.sure.bounds
        live = self.mode is Autonomy.AGREE
        if live and (self.undone or high < NARROW_BELOW):
            return Advice.NARROW
        if self.sure.decided < ENOUGH:
            return Advice.FEW
        if low >= WIDEN_FROM:
            return Advice.WELL if live else Advice.WIDEN
        return Advice.WATCH if live else Advice.NOT_YET


def cells(verdicts: Iterable[Verdict], modes: Cells) -> tuple[Cell, ...]:
    """Every right in every language that a verdict speaks of, in the order of rights and languages."""
    sure: dict[tuple[Right, Language | None], dict[Outcome, int]] = {}
    unsure: dict[tuple[Right, Language | None], dict[Outcome, int]] = {}
    undone: dict[tuple[Right, Language | None], int] = {}
    for verdict in verdicts:
        for right in verdict.read | verdict.decided:
            outcome = outcome_of(right, verdict)
            for language in verdict.languages or (None,):
                counts = (sure if verdict.sure else unsure).setdefault((right, language), {})
                counts[outcome] = counts.get(outcome, 0) + 1
                if language is not None and _undone(right, language, outcome, verdict):
                    undone[right, language] = undone.get((right, language), 0) + 1
    return tuple(
        Cell(
            right=right,
            language=language,
            mode=modes.get((right, language), Autonomy.REHEARSE) if language else Autonomy.REHEARSE,
            sure=Tally(by=sure.get((right, language), {})),
            unsure=Tally(by=unsure.get((right, language), {})),
            undone=undone.get((right, language), 0),
        )
        for right in Right
        for language in (*Language, None)
        if (right, language) in sure or (right, language) in unsure
    )


def outcome_of(right: Right, verdict: Verdict) -> Outcome:
    """What became of *right*, which was read or decided."""
    if verdict.closed:
        return Outcome.CLOSED
    if right not in verdict.decided:
        return Outcome.TAKEN
    if right not in verdict.read:
        return Outcome.ADDED
    return Outcome.KEPT if verdict.read == verdict.decided else Outcome.BESIDE


def _undone(right: Right, language: Language, outcome: Outcome, verdict: Verdict) -> bool:
    taken = outcome in {Outcome.TAKEN, Outcome.CLOSED}
    return taken and verdict.sure and right in DESTRUCTIVE and (right, language) in verdict.live


def wilson(kept: int, decided: int) -> tuple[float, float]:
    """Wilson's 95 % interval for a share, which behaves where all or none of a few were kept."""
    if not decided:
        return 0.0, 1.0
    share, z2 = kept / decided, _Z * _Z
    middle = share + z2 / (2 * decided)
    reach = _Z * math.sqrt((share * (1 - share) + z2 / (4 * decided)) / decided)
    whole = 1 + z2 / decided
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
