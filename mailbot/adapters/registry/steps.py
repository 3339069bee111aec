"""What a step does to one table: the rows due, the statement, and how it is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, assert_never

import sqlalchemy as sa

from mailbot.adapters.registry.keys import leading
from mailbot.adapters.registry.moments import garbled, moment
from mailbot.adapters.registry.scope import Condition, Link, Scope, among
from mailbot.core.datamap import Act, Delete, Keep, Key, Table
from mailbot.core.model import Change, StepKind

# Requirements A15: each action maps to exactly one operation. Lifting a block is named as KZ 25(2)(8) names it.
OPERATIONS = {
    StepKind.SUPPRESS: "blocking",
    StepKind.STOP_PROCESSING: "blocking",
    StepKind.RESUME_ADVERTISING: "unblocking",
    StepKind.RESUME_PROCESSING: "unblocking",
    StepKind.DISCLOSE: "access",
    StepKind.DESTROY: "destruction",
}
SETTING = frozenset({StepKind.SUPPRESS, StepKind.STOP_PROCESSING})
LIFTING = frozenset({StepKind.RESUME_ADVERTISING, StepKind.RESUME_PROCESSING})
STORAGE = "storage"  # what stays where something is destroyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A kind of step on the rows of one scope."""

    scope: Scope
    kind: StepKind
    today: date
    at: datetime | None = None  # when; for a step that lifts, the moment of the step that is lifted

    @property
    def tables(self) -> tuple[Table, ...]:
        """Tables in which this kind of step changes or reads something, in the order to do it."""
        return tuple(table for table in self.scope.store.children_first if self.columns(table))

    @property
    def looked_at_again(self) -> tuple[Table, ...]:
        """Tables in which rows may remain; the persons alone where nobody says which moment was lifted."""
        if self.kind in LIFTING and self.at is None:
            return tuple(table for table in self.tables if table.persons) or self.tables
        return self.tables

    @property
    def kept(self) -> tuple[tuple[Table, str], ...]:
        """Tables whose rows stay when a person's data are destroyed, each with its norm."""
        if self.kind is not StepKind.DESTROY:
            return ()
        tables = self.scope.store.children_first
        return tuple((table, table.destroy.norm) for table in tables if isinstance(table.destroy, Keep))

    def columns(self, table: Table) -> tuple[str, ...]:
        """Columns of *table* this kind of step changes or reads; empty: it leaves the table alone."""
        match self.kind:
            case StepKind.SUPPRESS | StepKind.RESUME_ADVERTISING:
                return table.suppress.columns if table.suppress else ()
            case StepKind.STOP_PROCESSING | StepKind.RESUME_PROCESSING:
                return table.stop.columns if table.stop else ()
            case StepKind.DISCLOSE:
                return table.data_columns
            case StepKind.DESTROY:
                return table.data_columns if isinstance(table.destroy, Delete) else ()
            case _:
                assert_never(self.kind)

    def due(self, table: Table) -> Condition:
        """Rows of *table* that the step has still to change, or has to read."""
        mine = self.scope.of(table)
        if self.kind in (StepKind.DISCLOSE, StepKind.DESTROY):
            return mine
        return sa.and_(mine, sa.or_(*(self._changes(table, name) for name in self.columns(table))))

    def left(self, table: Table) -> Condition:
        """Rows that are due at the second look.

        Also a person who stands under another address by now, and what our own moment was rounded to: it is ours,
        stands there still, and can never be lifted.
        """
        if self.kind is StepKind.DESTROY and table.persons:
            return sa.or_(self.due(table), *self._keyed(table, self.scope.strayed))
        if self.kind in LIFTING and self.at is not None:
            return sa.or_(self.due(table), self.garbled(table))
        return self.due(table)

    def garbled(self, table: Table) -> Condition:
        """Rows in which the step's moment, or the one it lifts, does not stand as it was written."""
        if self.at is None:
            return sa.false()
        columns = self.scope.live[table.name].columns
        changed = (
            sa.and_(self._writes(table, name), garbled(self.at, columns[name])) for name in self.columns(table)
        )
        return sa.and_(self.scope.of(table), sa.or_(*changed))

    def written(self, table: Table) -> Condition:
        """Rows in which the moment of the step stands."""
        columns = self.scope.live[table.name].columns
        standing = (
            sa.and_(self._writes(table, name), self._bears_moment(columns[name])) for name in self.columns(table)
        )
        return sa.and_(self.scope.of(table), sa.or_(*standing))

    def statement(self, table: Table) -> sa.Update | sa.Delete:
        """Change the rows due; a moment that stands is never overwritten."""
        live, due = self.scope.live[table.name], self.due(table)
        if self.kind is StepKind.DESTROY:
            owed = self.scope.owed(table, today=self.today)
            return sa.delete(live).where(due, sa.not_(owed), *self._keyed(table, self.scope.keys))
        if self.at is None:
            raise ValueError("a step that writes or lifts a moment needs one")
        values: dict[str, sa.ColumnElement[Any]] = {}
        for name in self.columns(table):
            column = live.columns[name]
            written = sa.null() if self.kind in LIFTING else moment(self.at, column)
            values[name] = sa.case((self._changes(table, name), written), else_=column)
        return sa.update(live).where(due).values(values)

    def _keyed(self, table: Table, keys: Mapping[Link, tuple[Key, ...]]) -> Iterator[Condition]:
        """Rows of *table* that *keys* name, for each set of columns by which other tables are found.

        What leads to others is deleted by the keys that were kept alone: a row that came meanwhile stays, and the
        second look finds it.
        """
        live = self.scope.live[table.name].columns
        for columns in leading(self.scope.store, table):
            if (table.name, columns) in keys:
                yield among([live[name] for name in columns], keys[table.name, columns])

    def told(self, table: Table, rows: int, *, kept_for: str = "") -> Change:
        """*rows* of *table*, for plan, evidence and letter."""
        return Change(
            store=self.scope.store.name,
            table=table.name,
            operation=STORAGE if kept_for else OPERATIONS[self.kind],
            rows=rows,
            columns=table.data_columns if kept_for else self.columns(table),
            category=table.category,
            kept_for=kept_for,
        )

    def _changes(self, table: Table, name: str) -> Condition:
        """In which rows the step changes this column."""
        column = self.scope.live[table.name].columns[name]
        lifts = self.kind in LIFTING
        return sa.and_(self._writes(table, name), self._bears_moment(column) if lifts else column.is_(None))

    def _writes(self, table: Table, name: str) -> Condition:
        """In which rows this column is the step's to change, whatever it holds."""
        advertising = self._fits(table, table.suppress, name)
        match self.kind:
            case StepKind.SUPPRESS | StepKind.RESUME_ADVERTISING:
                return advertising
            case StepKind.STOP_PROCESSING:
                return self._fits(table, table.stop, name)
            case _:  # RESUME_PROCESSING: advertising that was stopped stays stopped
                return sa.and_(self._fits(table, table.stop, name), sa.not_(advertising))

    def _fits(self, table: Table, mark: Act | None, name: str) -> Condition:
        """Rows in which *mark* writes column *name*; never null, so that it may be negated."""
        if mark is None or name not in mark.columns:
            return sa.false()
        columns = self.scope.live[table.name].columns
        where = (columns[name].is_not_distinct_from(value) for name, value in mark.where.items())
        return sa.and_(sa.true(), *where)

    def _bears_moment(self, column: sa.Column[Any]) -> Condition:
        """Set at the moment `at`; without one, at any moment."""
        return column.is_not(None) if self.at is None else column == moment(self.at, column)
