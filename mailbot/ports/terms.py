"""Steps with a day of their own: what the law or an order keeps for now, and when its term is over."""

from datetime import datetime
from typing import Protocol

from mailbot.core.case import Phase
from mailbot.core.model import Step


class Termed(Protocol):
    """Steps that wait for their day."""

    async def plan_for(self, case_id: int, phase: Phase, step: Step, *, at: datetime, run_at: datetime) -> int:
        """Record a step that is not taken before *run_at*; *at* as for `plan`. Its id."""
        ...

    async def amend_step(self, step_id: int, step: Step) -> None:
        """Take *step* instead, where it is not done yet: a person has decided."""
        ...

    async def drop_steps(self, case_id: int, phase: Phase, *, at: datetime | None = None) -> int:
        """Forget steps of *phase* that were not taken, of the round begun *at* or of all; how many."""
        ...
