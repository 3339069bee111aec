"""Marks: the moment of a step in columns that were empty, taken out again where that very moment still stands."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailbot.adapters.registry.moments import garbled, moment
from mailbot.adapters.registry.reach import LIFTING
from mailbot.adapters.registry.scope import Condition, stands
from mailbot.core.datamap import Act, Mark, Table, Trace
from mailbot.core.model import StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """The moments of one table that one kind of step writes or lifts, in the rows that are *mine*."""

    table: Table
    live: sa.Table
    kind: StepKind
    mine: Condition
    at: datetime | None = None  # when; for a step that lifts, the moment of the step that is lifted

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns it writes into."""
        advertising = self.kind in (StepKind.SUPPRESS, StepKind.RESUME_ADVERTISING)
        act = self.table.suppress if advertising else self.table.stop
        return act.columns if isinstance(act, Mark) else ()

    def due(self) -> Condition:
        """Rows that are still to be changed."""
        return sa.and_(self.mine, sa.or_(sa.false(), *(self._changes(name) for name in self.columns)))

    def garbled(self) -> Condition:
        """Rows in which the step's moment, or the one it lifts, does not stand as it was written."""
        if self.at is None:
            return sa.false()
        at = self.at
        changed = (sa.and_(self._writes(name), garbled(at, self._column(name))) for name in self.columns)
        return sa.and_(self.mine, sa.or_(*changed))

    def written(self) -> Condition:
        """Rows in which the moment of the step stands."""
        standing = (sa.and_(self._writes(name), self._bears_moment(self._column(name))) for name in self.columns)
        return sa.and_(self.mine, sa.or_(*standing))

    def statement(self) -> sa.Update:
        """Change the rows due; a moment that stands is never overwritten."""
        if self.at is None and self.kind not in LIFTING:
            raise ValueError("a step that writes a moment needs one")
        return sa.update(self.live).where(self.due()).values(self._values())

    def to_lift(self, _traces: Collection[Trace]) -> Condition:
        """Rows in which a moment stands that is to be taken out; the moment itself is its trace."""
        return self.due()

    def lifting(self, _traces: Collection[Trace]) -> Iterator[sa.Update]:
        """The statement that takes it out."""
        yield self.statement()

    def _values(self) -> Mapping[str, sa.ColumnElement[Any]]:
        values: dict[str, sa.ColumnElement[Any]] = {}
        for name in self.columns:
            column = self._column(name)
            written = sa.null() if self.kind in LIFTING or self.at is None else moment(self.at, column)
            values[name] = sa.case((self._changes(name), written), else_=column)
        return values

    def _changes(self, name: str) -> Condition:
        """In which rows the step changes this column."""
        column = self._column(name)
        lifts = self.kind in LIFTING
        return sa.and_(self._writes(name), self._bears_moment(column) if lifts else column.is_(None))

    def _writes(self, name: str) -> Condition:
        """In which rows this column is the step's to change, whatever it holds."""
        advertising = self._fits(self.table.suppress, name)
        match self.kind:
            case StepKind.SUPPRESS | StepKind.RESUME_ADVERTISING:
                return advertising
            case StepKind.STOP_PROCESSING:
                return self._fits(self.table.stop, name)
            case _:  # RESUME_PROCESSING: advertising that was stopped stays stopped
                return sa.and_(self._fits(self.table.stop, name), sa.not_(advertising))

    def _fits(self, mark: Act | None, name: str) -> Condition:
        """Rows in which *mark* writes column *name*; never null, so that it may be negated."""
        if not isinstance(mark, Mark) or name not in mark.columns:
            return sa.false()
        return sa.and_(sa.true(), *(stands(self._column(name), value) for name, value in mark.where.items()))

    def _bears_moment(self, column: sa.Column[Any]) -> Condition:
        """Set at the moment `at`; without one, at any moment."""
        return column.is_not(None) if self.at is None else column == moment(self.at, column)

    def _column(self, name: str) -> sa.Column[Any]:
        return self.live.columns[name]
