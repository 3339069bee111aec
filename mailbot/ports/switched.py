"""What is switched off, and what is counted before the breaker switches something off (issue 5, item 9)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailbot.core.model import StepKind
from mailbot.core.switches import Switch, SwitchedOff


class Switched(Protocol):
    """Switches, and how often steps were taken without a person."""

    async def switched_off(self) -> Sequence[SwitchedOff]:
        """Everything that is off, the longest first."""
        ...

    async def switch_off(self, off: SwitchedOff) -> bool:
        """Switch something off; whether it was on: what is off keeps its moment and its reason."""
        ...

    async def switch_on(self, switch: Switch) -> bool:
        """Switch it on again; whether it was off."""
        ...

    async def taken_by_itself(self, kind: StepKind, *, since: datetime, unproven: bool = False) -> int:
        """How many steps of *kind* were done since a moment in cases that no person had released.

        A destruction that found nothing does not count.

        With *unproven* only those of cases whose letters nobody proved or confirmed.
        """
        ...
