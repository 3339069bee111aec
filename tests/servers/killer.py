"""kill -9 between two statements: counts the statements and commits of SQL engines, and dies at the n-th moment.

A moment is before each statement, before each commit and after each commit; after a statement is before what comes
next. In the same process a death is `Killed`, which nobody catches and which rolls back what is open, as the
database does when it loses us. In a child process it is `exit_now`: the real end, with nothing rolled back by us.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

KILLED = 137  # what a shell says of a process that SIGKILL ended


class Killed(BaseException):
    """kill -9, as far as a test in one process can."""


def raise_killed() -> NoReturn:
    """The end of everything that runs in this process, but for the test."""
    raise Killed


def exit_now() -> NoReturn:
    """The end of this process: no handler runs, no buffer is written, no transaction is rolled back by us."""
    os._exit(KILLED)


@dataclass(slots=True, eq=False)
class Killer:
    """Dies at moment *at*, counted over all engines it watches; 0: never, it only counts."""

    at: int = 0
    die: Callable[[], NoReturn] = raise_killed
    said: list[str] = field(default_factory=list)  # what the moments were
    resting: bool = False  # counts no more, and does no harm

    def watch(self, name: str, engine: AsyncEngine) -> None:
        """Count what is said to *engine*, and to engines made from it with other options."""
        sync = engine.sync_engine
        sa.event.listen(sync, "before_cursor_execute", lambda *said: self._moment(f"{name}: {said[2]}"))
        commit: Callable[[Any], None] = sync.dialect.do_commit

        def committed(connection: Any) -> None:
            self._moment(f"{name}: before COMMIT")
            commit(connection)
            self._moment(f"{name}: after COMMIT")

        setattr(sync.dialect, "do_commit", committed)  # noqa: B010 - SQLAlchemy has no event after a commit

    def _moment(self, what: str) -> None:
        if self.resting:
            return
        self.said.append(what)
        if len(self.said) == self.at:
            self.die()
