"""How much is done without a person: the operator's settings that decisions depend on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from mailbot.core.decide.channels import Tells
from mailbot.core.model import (
    Language,
    Right,
)

BY_HAND = frozenset({Right.RECTIFICATION, Right.BLOCKING})
"""Rights that are read and go to a person, for now (issue 2, item 1)."""


class Autonomy(StrEnum):
    """How much is done without a person, set for each right and language by `mailbot go-live`."""

    REHEARSE = "rehearse"  # as shipped: decided and shown, a person presses the button
    AGREE = "agree"  # sure readings act
    PERSON = "person"  # always ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The operator's settings that decisions depend on."""

    act_within: timedelta = timedelta(days=7)  # mail first read later than this goes to a person
    confirm_within: timedelta = timedelta(days=14)  # amendment 4
    letters_per_case: int = 3  # amendment 9
    obligations_known: bool = True  # some store says who has open orders (issue 5, item 5)
    tells: Tells = field(default_factory=Tells)  # what the data map can tell apart (issue 5, item 4)
    autonomy: Mapping[tuple[Right, Language], Autonomy] = field(default_factory=dict)

    def mode(self, right: Right, languages: Sequence[Language]) -> Autonomy:
        """The most careful mode among *languages*, all of them where none is known; nothing set: rehearse."""
        spoken = languages or tuple(Language)
        modes = {self.autonomy.get((right, language), Autonomy.REHEARSE) for language in spoken}
        for careful in (Autonomy.PERSON, Autonomy.REHEARSE):
            if careful in modes:
                return careful
        return Autonomy.AGREE if modes else Autonomy.REHEARSE

    def live(self, rights: Sequence[Right], languages: Sequence[Language]) -> bool:
        """Whether all of *rights* may act without a person."""
        return all(self.mode(right, languages) is Autonomy.AGREE for right in rights)
