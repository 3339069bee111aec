"""Flags: a value of ours in place of another, and that other one put back where ours still stands.

What stood there is kept with the step before it is overwritten, row by row (`Trace.old`); a row that has left no
trace is not touched, because it could never be put back.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.keys import MOST, plain
from mailbot.adapters.registry.scope import Condition, among, at_most, stands, typed
from mailbot.core.datamap import Flag, Key, Old, Table, Trace, TraceOf
from mailbot.errors import Rejected

Olds = tuple[Old, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagging:
    """A flag of one table, and the rows that are meant."""

    store: str
    table: Table
    live: sa.Table
    flag: Flag
    of: TraceOf
    mine: Condition  # rows that belong to the address
    meant: Condition  # of those, the ones whose advertising or processing is to stop

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns it writes into."""
        return self.flag.columns

    @property
    def identity(self) -> tuple[str, ...]:
        """Columns that tell a row from others: its key, and of what channel and topic it is."""
        reach = self.table.reach
        more = (reach.channel, reach.topic) if reach else ()
        names = dict.fromkeys((*self.table.key, *(name for name in more if name)))
        return tuple(name for name in names if name not in self.flag.values)

    def due(self) -> Condition:
        """Rows in which another value stands."""
        fits = (stands(self._column(name), value) for name, value in self.flag.where.items())
        others = (sa.not_(stands(self._column(name), value)) for name, value in self.flag.values.items())
        return sa.and_(self.mine, self.meant, *fits, sa.or_(*others))

    async def trace(self, connection: AsyncConnection, earlier: Iterable[Trace]) -> Trace | None:
        """What stands where the flag would be written, beside what was kept *earlier*; None: nothing does."""
        names, width = (*self.identity, *self.flag.columns), len(self.identity)
        query = at_most(sa.select(*(self._column(name) for name in names)).where(self.due()), MOST)
        rows = (await connection.execute(query)).all()
        if len(rows) > MOST:
            raise Rejected(
                f"store {self.store}: more than {MOST} rows of {self.table.name} under one address; "
                "a person decides"
            )
        found = [tuple(None if part is None else plain_old(part) for part in row) for row in rows]
        kept = [(*key, *old) for one in self._of(earlier) for key, old in zip(one.keys, one.old, strict=True)]
        whole = tuple(dict.fromkeys((*kept, *found)))
        if not whole:
            return None
        return Trace(
            store=self.store,
            table=self.table.name,
            columns=self.identity,
            keys=tuple(_key(row[:width]) for row in whole),
            of=self.of,
            flags=self.flag.columns,
            ours=tuple(self.flag.values.values()),
            old=tuple(row[width:] for row in whole),
        )

    def setting(self, traces: Collection[Trace] | None) -> Iterator[sa.Update]:
        """Statements that write the flag, for all rows due, or for those that have left a trace."""
        values = {name: self._literal(name, value) for name, value in self.flag.values.items()}
        if traces is None:
            yield sa.update(self.live).where(self.due()).values(values)
            return
        for old, keys in self._by_old(traces).items():
            stood = (stands(self._column(name), value) for name, value in zip(self.flag.columns, old, strict=True))
            yield sa.update(self.live).where(self.due(), self._with(keys), *stood).values(values)

    def lifting(self, traces: Collection[Trace]) -> Iterator[sa.Update]:
        """Statements that put back what stood there, where our value still stands."""
        for old, keys in self._by_old(traces).items():
            values: dict[str, sa.ColumnElement[Any]] = {}
            for name, value in self._changed(old).items():
                ours = stands(self._column(name), self.flag.values[name])
                values[name] = sa.case((ours, self._literal(name, value)), else_=self._column(name))
            if values:
                yield sa.update(self.live).where(self._liftable(old, keys)).values(values)

    def to_lift(self, traces: Collection[Trace]) -> Condition:
        """Rows in which a value of ours stands that was another's place; a key may be somebody else's by now."""
        return sa.or_(sa.false(), *(self._liftable(old, keys) for old, keys in self._by_old(traces).items()))

    def is_ours(self, one: Trace) -> bool:
        """Whether *one* was kept for this very flag; a map that has changed since speaks of another."""
        kept = (one.store, one.table, one.of, one.columns, one.flags, one.ours)
        flag = (self.flag.columns, tuple(self.flag.values.values()))
        return kept == (self.store, self.table.name, self.of, self.identity, *flag)

    def ambiguous(self, traces: Collection[Trace]) -> bool:
        """Whether rows that nothing tells apart held different values: nobody knows which to put back where."""
        by_key: dict[Key, set[Olds]] = {}
        for old, keys in self._by_old(traces).items():
            for key in keys:
                by_key.setdefault(key, set()).add(old)
        return any(len(olds) > 1 for olds in by_key.values())

    # ------------------------------------------------------------ how

    def _liftable(self, old: Olds, keys: Sequence[Key]) -> Condition:
        changed = (stands(self._column(name), self.flag.values[name]) for name in self._changed(old))
        return sa.and_(self._with(keys), sa.or_(sa.false(), *changed), self.mine)

    def _changed(self, old: Olds) -> Mapping[str, Old]:
        """Columns in which something else stood."""
        stood = dict(zip(self.flag.columns, old, strict=True))
        return {
            name: value
            for name, value in stood.items()
            if typed(value, self._column(name)) != typed(self.flag.values[name], self._column(name))
        }

    def _by_old(self, traces: Collection[Trace]) -> Mapping[Olds, Sequence[Key]]:
        """Keys of rows by what stood in them."""
        groups: dict[Olds, list[Key]] = {}
        for one in self._of(traces):
            for key, old in zip(one.keys, one.old, strict=True):
                groups.setdefault(old, []).append(key)
        return groups

    def _of(self, traces: Iterable[Trace]) -> Iterator[Trace]:
        return (one for one in traces if self.is_ours(one))

    def _with(self, keys: Sequence[Key]) -> Condition:
        return among([self._column(name) for name in self.identity], keys)

    def _column(self, name: str) -> sa.Column[Any]:
        return self.live.columns[name]

    def _literal(self, name: str, value: Old) -> sa.ColumnElement[Any]:
        column = self._column(name)
        return sa.null() if value is None else sa.literal(typed(value, column), column.type)


def plain_old(part: object) -> int | float | str:
    """What stood in a column, as JSON holds it."""
    return part if isinstance(part, float) else plain(part)


def _key(parts: Sequence[Old]) -> Key:
    return tuple(plain(part) if isinstance(part, float) else part for part in parts)
