"""One step in one store: what it would change, the change itself, and the second look."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.blank import blanked
from mailbot.adapters.registry.flags import Flagging
from mailbot.adapters.registry.kept import told_until
from mailbot.adapters.registry.marks import Marking
from mailbot.adapters.registry.reach import LIFTING
from mailbot.adapters.registry.scope import Condition
from mailbot.adapters.registry.steps import UNBLOCKING, Work
from mailbot.core.datamap import Blank, Flag, Keep, Mark, Remove, Table, Trace
from mailbot.core.model import Change, StepKind
from mailbot.errors import Rejected
from mailbot.ports import Key

SETTING = frozenset({StepKind.SUPPRESS, StepKind.STOP_PROCESSING})


async def planned(connection: AsyncConnection, work: Work, *, norms: str = "") -> list[Change]:
    """Rows as they would change; *norms* that forbid it are told instead."""
    changes: list[Change] = []
    for table in work.tables:
        if (block := work.blocked(table)) and not norms:
            stand = block.to_lift(work.traces or ())
            changes += _unblocked(work, table, block, await count(connection, work, table, stand))
        rows = await count(connection, work, table, work.due(table))
        changes += _told(work, table, rows, kept_for=norms)
    return [*changes, *await _kept(connection, work)]


async def carried_out(connection: AsyncConnection, work: Work, *, key: Key | None = None) -> list[Change]:
    """Change them, by statements of one transaction."""
    _refuse_stale(work)
    changes: list[Change] = []
    for table in work.tables:
        if not work.removable(table):
            continue
        if work.step.kind is StepKind.DESTROY:
            changes += await _destroy(connection, work, table, key=key)
        else:
            changes += _told(work, table, await _change(connection, work, table))
    return [*changes, *await _kept(connection, work)]


async def remaining(connection: AsyncConnection, work: Work) -> list[Change]:
    """Rows that should have changed and have not."""
    changes: list[Change] = []
    for table in work.looked_at_again:
        changes += _told(work, table, await count(connection, work, table, work.left(table)))
    return changes


async def waits_for_confirmation(connection: AsyncConnection, work: Work) -> list[str]:
    """Tables of which rows would have to go that nobody could give back, and nobody has confirmed it."""
    tables = [table for table in work.tables if not work.removable(table)]
    return [table.name for table in tables if await count(connection, work, table, work.due(table))]


async def flags_kept(connection: AsyncConnection, work: Work, earlier: Sequence[Trace]) -> list[Trace]:
    """What stands where the step will write flags, beside what was kept *earlier*."""
    flagged = [table for table in work.tables if isinstance(work.act(table), Flag)]
    traces = [await work.flagging(table).trace(connection, earlier) for table in flagged]
    return [trace for trace in traces if trace]


async def count(connection: AsyncConnection, work: Work, table: Table, rows: Condition) -> int:
    """How many rows of *table* fit."""
    live = work.scope.live[table.name]
    return await connection.scalar(sa.select(sa.func.count()).select_from(live).where(rows)) or 0


# ---------------------------------------------------------------- how


async def _change(connection: AsyncConnection, work: Work, table: Table) -> int:
    """Set or lift what the map says; how many rows were changed."""
    match work.act(table):
        case Mark():
            marking = work.marking(table)
            done = (await connection.execute(marking.statement())).rowcount
            await _refuse_garbled(connection, work, table, marking, done)
            return done
        case Flag():
            return await _flag(connection, work, table)
        case Remove():
            removed = sa.delete(work.scope.live[table.name]).where(work.due(table))
            return (await connection.execute(removed)).rowcount
        case None:
            raise ValueError(f"table {table.name} says nothing of {work.step.kind}")


async def _flag(connection: AsyncConnection, work: Work, table: Table) -> int:
    flagging, lifts = work.flagging(table), work.step.kind not in SETTING
    if lifts and flagging.ambiguous(work.traces or ()):
        raise Rejected(f"rows of {table.name} that nothing tells apart held different values; a person decides")
    statements = flagging.lifting(work.traces or ()) if lifts else flagging.setting(work.traces)
    return sum([(await connection.execute(statement)).rowcount for statement in statements])


def _refuse_stale(work: Work) -> None:
    """Raise Rejected where flags were written that the map does not speak of any more: nobody could lift them."""
    if work.step.kind not in LIFTING:
        return
    flaggings = [work.flagging(table) for table in work.tables if isinstance(work.act(table), Flag)]
    for one in work.traces or ():
        ours = one.store == work.scope.store.name and one.of is work.leaves
        if ours and not any(flagging.is_ours(one) for flagging in flaggings):
            raise Rejected(f"the data map says something else of flags in {one.table} by now; a person lifts them")


async def _destroy(connection: AsyncConnection, work: Work, table: Table, *, key: Key | None) -> list[Change]:
    """Unblock what is blocked and destroy it: nobody sees the moment between (KZ 94-V 1(6))."""
    changes: list[Change] = []
    if block := work.blocked(table):
        lifting = block.lifting(work.traces or ())
        rows = sum([(await connection.execute(statement)).rowcount for statement in lifting])
        changes += _unblocked(work, table, block, rows)
    live, rows_due = work.scope.live[table.name], work.destroyed(table)
    if isinstance(table.destroy, Blank):
        values = await blanked(connection, table, live, rows_due, key=key)
        if not values:
            return changes
        done = await connection.execute(sa.update(live).where(rows_due).values(values))
    else:
        done = await connection.execute(sa.delete(live).where(rows_due))
    return [*changes, *_told(work, table, done.rowcount)]


async def _refuse_garbled(
    connection: AsyncConnection, work: Work, table: Table, marking: Marking, rows: int
) -> None:
    """Raise Rejected where a moment just written does not stand as it was written: it could never be lifted."""
    if work.step.kind not in SETTING:  # asked where nothing was written, too: who is on file must not show (C19)
        return
    stand = await count(connection, work, table, marking.written())
    if stand < rows or await count(connection, work, table, marking.garbled()):
        columns = ", ".join(f"{table.name}.{name}" for name in marking.columns)
        raise Rejected(f"{columns} does not keep the moment written into it; run `mailbot doctor`")


async def _kept(connection: AsyncConnection, work: Work) -> list[Change]:
    """Rows that stay although the person's data are destroyed: by the map's norms, and for live obligations."""
    if work.step.kind is not StepKind.DESTROY:
        return []
    changes: list[Change] = []
    for table in work.scope.store.children_first:
        if isinstance(table.destroy, Keep):
            norm, live = table.destroy.norm, work.scope.live[table.name]
            found = await told_until(connection, table, live, work.kept(table))
            changes += [work.told(table, rows, kept_for=norm, until=until) for until, rows in found]
        elif table.name in work.spared.rows:
            rows = await count(connection, work, table, work.spared.stays(table))
            changes += _told(work, table, rows, kept_for=work.spared.norm, until=work.spared.until)
    return changes


def _unblocked(work: Work, table: Table, block: Marking | Flagging, rows: int) -> list[Change]:
    if not rows:
        return []
    return [replace(work.told(table, rows, operation=UNBLOCKING), columns=block.columns)]


def _told(work: Work, table: Table, rows: int, *, kept_for: str = "", until: date | None = None) -> list[Change]:
    return [work.told(table, rows, kept_for=kept_for, until=until)] if rows else []
