"""What the databases were asked in two worlds: who is on file must not show in it (C19)."""

import re
from collections.abc import Iterator, Sequence

from tests.drills.spoof.harm import Fault, Harm


def asked_otherwise(known: Sequence[str], unknown: Sequence[str]) -> Iterator[Fault]:
    """How the questions to the company's databases differ (C19): how many, and their shape.

    Our own ledger is left out: who works on the data for the company is told of what was done, and of nothing
    where nothing was (A93), which is written there. No letter waits for it: see `letters.slot`.
    """
    known, unknown = _of_the_company(known), _of_the_company(unknown)
    if len(known) != len(unknown):
        yield Fault(Harm.LEARNT, f"queries: {len(known)} where on file, {len(unknown)} where not")
    for one, other in zip(map(_shape, known), map(_shape, unknown), strict=False):
        if one != other:
            yield Fault(Harm.LEARNT, f"queries: {one[:200]!r} where on file, {other[:200]!r} where not")
            return


def _of_the_company(statements: Sequence[str]) -> Sequence[str]:
    return [one for one in statements if one.startswith("company: ")]


_BY_KEYS = re.compile(r"\b0 = 1\b|[\w.]+ IN \([^()]*\)")
"""Rows of the keys found; of no keys there is nothing to compare with."""


def _shape(statement: str) -> str:
    return " ".join(_BY_KEYS.sub("BY KEYS", statement).split())
