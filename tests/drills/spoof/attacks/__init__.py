"""Every attack of the drill, by what it is made of."""

from collections.abc import Sequence

from tests.drills.spoof.attack import Attack
from tests.drills.spoof.attacks import authors, floods, machines, oracle, others, replies, signatures

ATTACKS: Sequence[Attack] = (
    *floods.ATTACKS,
    *authors.ATTACKS,
    *signatures.ATTACKS,
    *replies.ATTACKS,
    *oracle.ATTACKS,
    *others.ATTACKS,
    *machines.ATTACKS,
)
