"""Figures of readings whose truth is known, named as score.py of the corpus names them. numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from mailbot.core.model import Right

RIGHTS = tuple(Right)
DESTRUCTIVE = [RIGHTS.index(right) for right in (Right.ERASURE, Right.WITHDRAW_CONSENT, Right.RECTIFICATION)]
SIZE = 820
"""Letters for which issue 3 sets its counts."""
FEWEST_ACTS = 40
"""Acts below which a share of wrong ones says nothing, in a curve."""

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Letters with their truth and what was made of them: arrays of the same length, one row a letter."""

    wanted: Flags  # letters × rights: what the sender asks for
    person: Flags  # a person must look
    asked: Flags  # letters × rights: what was read
    exactly: Floats  # probability that it is exactly this, and that no person need look
    anything: Floats  # probability of anything at all
    beyond: Flags  # a person looks for a reason that is not in the words: language, quotes, attachments
    may: Flags  # it would be acted upon, were the bound low enough: both readers name the same rights
    acts: Flags
    ignored: Flags

    def at(self, here: Flags) -> "Judged":
        """The letters marked in *here*."""
        return Judged(**{one.name: getattr(self, one.name)[here] for one in fields(self)})


def marks(judged: Judged) -> dict[str, Flags]:
    """Which letters count for which figure."""
    asks = judged.wanted.any(axis=1)
    something = asks | judged.person
    plain = asks & ~judged.person
    right = (judged.asked == judged.wanted).all(axis=1)
    added = (judged.asked & ~judged.wanted)[:, DESTRUCTIVE].any(axis=1)
    acts, ignored = judged.acts, judged.ignored
    return {
        "n": np.ones(len(acts), dtype=bool),
        "acts": acts,
        "critical": acts & added,
        "overreach": acts & ~plain,
        "inexact": acts & plain & ~right,
        "exact": acts & plain & right,
        "plain": plain,
        "missed": ignored & something,
        "ask": something,
        "noise": ~something & ~acts & ~ignored,
        "ordinary": ~something,
    }


def counted(judged: Judged) -> dict[str, int]:
    """The counts of score.py."""
    return {name: int(mark.sum()) for name, mark in marks(judged).items()}


def curve(judged: Judged, bounds: Floats) -> list[tuple[float, float]]:
    """(share of acts that are wrong, share of clear requests acted on exactly) as the bound moves."""
    told = marks(judged)
    right = told["plain"] & (judged.asked == judged.wanted).all(axis=1)
    points = []
    for bound in bounds:
        acts = judged.may & (judged.exactly >= bound)
        if (number := int(acts.sum())) >= FEWEST_ACTS:
            exact = int((acts & right).sum())
            points.append(((number - exact) / number, exact / max(int(told["plain"].sum()), 1)))
    return points


@dataclass(frozen=True)
class Error:
    """A letter that was not handled as it should be."""

    row: int
    kind: str
    why: str  # or which letter


def errors(judged: Judged) -> list[Error]:
    """Every letter that was not handled as it should be, once."""
    told = marks(judged)
    wrong = (told["plain"] & ~told["exact"]) | told["overreach"] | told["missed"] | told["noise"]
    return [Error(row, *_kind(judged, told, row)) for row in np.flatnonzero(wrong).tolist()]


def _kind(judged: Judged, told: Mapping[str, Flags], row: int) -> tuple[str, str]:
    wanted, asked = _names(judged.wanted[row]), _names(judged.asked[row])
    if told["overreach"][row]:
        what = f"a person had to look ({_said(wanted)})" if judged.person[row] else "ordinary mail"
        return "acted without being asked to", f"{what}, read as {_said(asked)}"
    if told["inexact"][row]:
        return "acted on less or more", _difference(wanted, asked)
    if told["missed"][row]:
        must = ", a person had to look" if judged.person[row] else ""
        return "request left alone", f"{_said(wanted)}{must}"
    if told["noise"][row]:
        return "ordinary mail to a person", _why_noise(judged, row, asked)
    return "clear request to a person", _why_not(judged, row, wanted, asked)


def _why_noise(judged: Judged, row: int, asked: tuple[str, ...]) -> str:
    if asked:
        return f"read as {_said(asked)}"
    return (
        "for its language, quote or attachment" if judged.beyond[row] else "nothing read, but not surely nothing"
    )


def _why_not(judged: Judged, row: int, wanted: tuple[str, ...], asked: tuple[str, ...]) -> str:
    if judged.beyond[row]:
        return "for its language, quote or attachment"
    if wanted != asked:
        return _difference(wanted, asked) if asked else f"nothing read: {_said(wanted)}"
    return "read right, not surely enough" if judged.may[row] else "read right, the readers disagree"


def _names(row: Flags) -> tuple[str, ...]:
    return tuple(right.value for right, said in zip(RIGHTS, row, strict=True) if said)


def _said(names: tuple[str, ...]) -> str:
    return " + ".join(names) or "no right"


def _difference(wanted: tuple[str, ...], asked: tuple[str, ...]) -> str:
    left_out = [name for name in wanted if name not in asked]
    added = [name for name in asked if name not in wanted]
    if len(left_out) == len(added) == 1 and len(wanted) == 1:
        return f"{left_out[0]} taken for {added[0]}"
    parts = [
        f"without {_said(tuple(left_out))}" if left_out else "",
        f"with {_said(tuple(added))} too" if added else "",
    ]
    return ", ".join(part for part in parts if part)
