"""What a step does to one table: the rows due, the statements, and how it is told."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import sqlalchemy as sa

from mailbot.adapters.registry.blank import columns_blanked, unblanked
from mailbot.adapters.registry.flags import Flagging
from mailbot.adapters.registry.kept import lapsed
from mailbot.adapters.registry.keys import leading
from mailbot.adapters.registry.marks import Marking
from mailbot.adapters.registry.reach import ADVERTISING, LIFTING, reached, stopped_by
from mailbot.adapters.registry.scope import Condition, Scope, among, stands
from mailbot.adapters.registry.spared import Spared
from mailbot.core.datamap import Act, Blank, Delete, Flag, Keep, Mark, Remove, Table, Trace, TraceOf
from mailbot.core.model import Change, Step, StepKind

# Requirements A15: each action maps to exactly one operation. Lifting a block is named as KZ 25(2)(8) names it.
OPERATIONS = {
    StepKind.SUPPRESS: "blocking",
    StepKind.STOP_PROCESSING: "blocking",
    StepKind.RESUME_ADVERTISING: "unblocking",
    StepKind.RESUME_PROCESSING: "unblocking",
    StepKind.DISCLOSE: "access",
    StepKind.DESTROY: "destruction",
}
STORAGE = "storage"  # what stays where something is destroyed
UNBLOCKING = "unblocking"
DESTRUCTION = "destruction"


def flags_of(kind: StepKind) -> TraceOf:
    """What traces of flags a kind of step leaves, or lifts by."""
    return TraceOf.SUPPRESS if kind in ADVERTISING else TraceOf.STOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A step on the rows of one scope."""

    scope: Scope
    step: Step
    today: date
    at: datetime | None = None  # when; for a step that lifts, the moment of the step that is lifted
    traces: Collection[Trace] | None = ()  # what flags may be written or lifted by; None: all are written
    spared: Spared = field(default_factory=Spared)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Tables in which this step changes or reads something, in the order to do it."""
        return tuple(table for table in self.scope.store.children_first if self._touches(table))

    @property
    def looked_at_again(self) -> tuple[Table, ...]:
        """Tables in which rows may remain; the persons alone where nobody says which moment was lifted."""
        if self.step.kind in LIFTING and self.at is None:
            return tuple(table for table in self.tables if table.persons) or self.tables
        return self.tables

    @property
    def leaves(self) -> TraceOf:
        """What traces of flags this step leaves, or lifts by."""
        return flags_of(self.step.kind)

    def act(self, table: Table) -> Act | None:
        """What the map says of this kind of step on *table*."""
        match self.step.kind:
            case StepKind.SUPPRESS | StepKind.RESUME_ADVERTISING:
                return stopped_by(table, self.step)
            case StepKind.STOP_PROCESSING | StepKind.RESUME_PROCESSING:
                return table.stop
            case _:
                return None

    def columns(self, table: Table) -> tuple[str, ...]:
        """Columns of *table* this step changes or reads."""
        act = self.act(table)
        if self.step.kind is StepKind.DESTROY and isinstance(table.destroy, Blank):
            return tuple(columns_blanked(table))
        return act.columns if isinstance(act, Mark | Flag) else table.data_columns

    def due(self, table: Table) -> Condition:
        """Rows of *table* that the step has still to change, or has to read."""
        mine = self.scope.of(table)
        match self.act(table):
            case Mark():
                return self.marking(table).due()
            case Flag():
                flagging = self.flagging(table)
                return flagging.to_lift(self.traces or ()) if self.step.kind in LIFTING else flagging.due()
            case Remove(where=where):
                columns = self.scope.live[table.name].columns
                fits = (stands(columns[name], value) for name, value in where.items())
                return sa.and_(mine, self._reached(table), *fits)
            case None:
                return mine if self.step.kind is StepKind.DISCLOSE else self._to_destroy(table, mine)

    def left(self, table: Table) -> Condition:
        """Rows that are due at the second look.

        Also a person who stands under another address by now, and what our own moment was rounded to: it is ours,
        stands there still, and can never be lifted.
        """
        if self.step.kind is StepKind.DESTROY:
            return self._to_destroy(table, sa.or_(self.scope.of(table), *self._strayed(table)))
        if self.step.kind in LIFTING and self.at is not None and isinstance(self.act(table), Mark):
            return sa.or_(self.due(table), self.marking(table).garbled())
        return self.due(table)

    def kept(self, table: Table) -> Condition:
        """Rows of *table* that stay although the person's data are destroyed, by the map's norm."""
        if self.step.kind is not StepKind.DESTROY or not isinstance(table.destroy, Keep):
            return sa.false()
        return sa.and_(self.scope.of(table), sa.not_(self._lapsed(table)))

    def destroyed(self, table: Table) -> Condition:
        """Rows that one statement of DESTROY may take: those that were looked up before, and owe nothing."""
        owed = self.scope.owed(table, today=self.today)
        return sa.and_(self.due(table), sa.not_(owed), *self._known(table))

    def removable(self, table: Table) -> bool:
        """Whether rows of *table* may go by this step: never for a request that nobody has confirmed."""
        return not isinstance(self.act(table), Remove) or self.step.confirmed

    def marking(self, table: Table) -> Marking:
        """Moments of *table*; see `Marking`."""
        meant = replace(table, suppress=self.act(table)) if self.step.kind in ADVERTISING else table
        return Marking(
            table=meant,
            live=self.scope.live[table.name],
            kind=self.step.kind,
            mine=sa.and_(self.scope.of(table), self._reached(table)),
            at=self.at,
        )

    def flagging(self, table: Table) -> Flagging:
        """The flag of *table*; see `Flagging`."""
        return self._flagging(table, self.act(table), self.leaves, self.scope.of(table))

    def blocked(self, table: Table) -> Marking | Flagging | None:
        """What blocks rows of *table* that are to be destroyed: lifted in the same transaction (KZ 94-V 1(6))."""
        if self.step.kind is not StepKind.DESTROY:
            return None
        if isinstance(table.stop, Flag):
            return self._flagging(table, table.stop, TraceOf.STOP, self.destroyed(table))
        if not isinstance(table.stop, Mark):
            return None
        return Marking(
            table=table,
            live=self.scope.live[table.name],
            kind=StepKind.RESUME_PROCESSING,
            mine=self.destroyed(table),
        )

    def told(
        self, table: Table, rows: int, *, operation: str = "", kept_for: str = "", until: date | None = None
    ) -> Change:
        """*rows* of *table*, for plan, evidence and letter."""
        removes = isinstance(self.act(table), Remove)
        usual = STORAGE if kept_for else DESTRUCTION if removes else OPERATIONS[self.step.kind]
        return Change(
            store=self.scope.store.name,
            table=table.name,
            operation=operation or usual,
            rows=rows,
            columns=table.data_columns if kept_for else self.columns(table),
            category=table.category,
            kept_for=kept_for,
            until=until,
        )

    # ------------------------------------------------------------ how

    def _touches(self, table: Table) -> bool:
        match self.step.kind:
            case StepKind.DISCLOSE:
                return True
            case StepKind.DESTROY:
                kept = isinstance(table.destroy, Keep) and table.destroy.until is None
                return not kept
            case _:
                act = self.act(table)
                return act is not None and not (isinstance(act, Remove) and self.step.kind in LIFTING)

    def _flagging(self, table: Table, flag: Act | None, of: TraceOf, mine: Condition) -> Flagging:
        if not isinstance(flag, Flag):
            raise TypeError(f"table {table.name} has no flag")
        return Flagging(
            store=self.scope.store.name,
            table=table,
            live=self.scope.live[table.name],
            flag=flag,
            of=of,
            mine=mine,
            meant=self._reached(table),
        )

    def _reached(self, table: Table) -> Condition:
        return reached(table, self.step, self.scope.live[table.name])

    def _lapsed(self, table: Table) -> Condition:
        return lapsed(table, self.scope.live[table.name], today=self.today)

    def _to_destroy(self, table: Table, rows: Condition) -> Condition:
        """Those of *rows* that destruction has still to take."""
        rows = sa.and_(rows, sa.not_(self.spared.stays(table))) if self.spared.rows else rows
        match table.destroy:
            case Keep():
                return sa.and_(rows, self._lapsed(table))
            case Blank():
                return sa.and_(rows, unblanked(table, self.scope.live[table.name]))
            case Delete():
                return rows

    def _strayed(self, table: Table) -> Iterator[Condition]:
        """Rows under a key that was this person's and is not found by the address any more."""
        if table.persons or isinstance(table.destroy, Blank):
            columns = [self.scope.live[table.name].columns[name] for name in table.key]
            yield among(columns, self.scope.strayed.get((table.name, table.key), ()))

    def _known(self, table: Table) -> Iterator[Condition]:
        """What leads to others is deleted by the keys that were kept alone.

        A row that came meanwhile stays, and the second look finds it.
        """
        live = self.scope.live[table.name].columns
        for columns in leading(self.scope.store, table):
            if (link := (table.name, columns)) in self.scope.keys:
                found = [live[name] for name in columns]
                keys = (*self.scope.keys[link], *self.scope.shared[link])
                yield sa.or_(*(column.is_(None) for column in found), among(found, keys))
