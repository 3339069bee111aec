"""Which of two standings is the better one."""

from typing import assert_never

from mailbot.core.model import Failed, Malformed, Proven, Standing, Unproven


def better(one: Standing, than: str) -> bool:
    """Whether *one* outranks the standing named *than*: a forger must not pre-empt the victim (DESIGN, keys)."""
    return RANKS[standing_name(one)] > RANKS[than]


RANKS = {"Malformed": 0, "Failed": 0, "Unproven": 1, "Proven": 2}


def standing_name(standing: Standing) -> str:
    """Name of the standing's kind, as the ledger and the audit trail keep it."""
    match standing:
        case Proven() | Unproven() | Failed() | Malformed():
            return type(standing).__name__
        case _:
            assert_never(standing)
