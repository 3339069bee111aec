"""Which lines may hold one of some phrases: looking for it in the whole text at once costs less than by line."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate


def lines_with(hints: Iterable[str], lines: Sequence[str]) -> list[int]:
    """Numbers of the *lines*, in small letters, in which one of the *hints* stands."""
    text = "\n".join(lines)
    places = [(hint, at) for hint in hints if (at := text.find(hint)) >= 0]
    if not places:
        return []
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    found: set[int] = set()
    for hint, first in places:
        at = first
        while at >= 0:
            number = bisect_right(starts, at) - 1
            found.add(number)
            at = text.find(hint, starts[number + 1])
    return sorted(found)
