"""What the databases are asked costs the world's clock, and is noted."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.fakes import Clock

QUESTION_COSTS = 0.02  # seconds of the world's clock for one statement to the company's database


class costly:  # noqa: N801 - reads as a verb where it is used
    """While it is entered, every statement to the company's database in *folder* moves *clock*; all are noted."""

    def __init__(self, folder: Path, clock: Clock, statements: list[str]) -> None:
        self._folder, self._clock, self._statements = str(folder), clock, statements

    def _asked(self, connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        database = str(connection.engine.url.database)
        if not database.startswith(self._folder):
            return
        self._statements.append(f"{Path(database).stem}: {statement}")
        if database.endswith("company.sqlite"):
            self._clock.forward(seconds=QUESTION_COSTS)

    def __enter__(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._asked)

    def __exit__(self, *_exc: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._asked)
