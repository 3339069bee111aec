"""Whether tables, columns and their types are what the map says."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.cascades import cut_off, eaten, foreign_keys
from mailbot.adapters.registry.check.catalogue import Index, indexes
from mailbot.adapters.registry.check.finding import Finding, Patient, fault
from mailbot.adapters.registry.check.spelling import unfound
from mailbot.adapters.registry.database import live_tables, missing
from mailbot.adapters.registry.kinds import kind_of
from mailbot.adapters.registry.moments import moment_fault
from mailbot.core.datamap import ByPhone, Column, Erasure, Flag, Keep, Scalar, Store, Table
from mailbot.core.datamap.seen import Kind

CREATE = "create it, or correct config/datamap.toml"
CORRECT = "correct the map, or change the column's type"
DATED = frozenset({Kind.MOMENT, Kind.DAY, Kind.TEXT})
HASH_LENGTH = 40  # of what stands in a value's place, with the id of its key


async def ailments(connection: AsyncConnection, store: Store) -> tuple[str, ...]:
    """What does not fit, in the order of the map: what no right may be carried out upon."""
    live = await live_tables(connection, store)
    lines = [f"{absent}: {CREATE}" for absent in missing(store, live)]
    lines += [f"{found.said}: {found.remedy}" for found in _moments(store, live)]
    lines += eaten(store, await foreign_keys(connection))
    return tuple(f"store {store.name}: {line}" for line in lines)


async def remarks(connection: AsyncConnection, store: Store) -> tuple[str, ...]:
    """What works and a person should know: rows cut off, people nobody would find."""
    lines = [loss.line for loss in cut_off(store, await foreign_keys(connection))]
    lines += [
        f"{found.said}: {found.remedy}"
        for found in await unfound(connection, store, await live_tables(connection, store))
    ]
    return tuple(f"store {store.name}: {line}" for line in lines)


async def absent(patient: Patient) -> Iterable[Finding]:
    """Tables and columns that the map names and the database does not have."""
    found = []
    for table in patient.store.tables:
        lines = [line for line in missing(patient.store, patient.live) if _of(table, line)]
        found += [fault(line, CREATE, table=table.name, column=_column(table, line)) for line in lines]
    return found


def _of(table: Table, line: str) -> bool:
    return line == f"table {table.name} is missing" or bool(_column(table, line))


def _column(table: Table, line: str) -> str:
    named = (name for name in table.named_columns if line == f"column {table.name}.{name} is missing")
    return next(named, "")


async def types(patient: Patient) -> Iterable[Finding]:
    """Columns that cannot hold what a step writes, or cannot be compared with what the map says."""
    strict = await patient.connection.run_sync(_required, patient)
    unique = [index for index in await indexes(patient.connection) if index.unique]
    found = [*_moments(patient.store, patient.live)]
    for table in patient.tables:
        columns = {column.name: column for column in patient.live[table.name].columns}
        required = {name for place, name in strict if place == table.place}
        found += _flags(table, columns, required, dialect=patient.dialect)
        found += _erased(table, columns, required)
        found += _masked_alike(table, unique)
        found += _dates(table, columns)
        found += _compared(patient, table, columns)
    return found


def _required(sync: sa.Connection, patient: Patient) -> set[tuple[str, str]]:
    """Place and name of every column that must not be null."""
    look = sa.inspect(sync)
    found: set[tuple[str, str]] = set()
    for schema in dict.fromkeys(table.schema for table in patient.store.tables):
        names = {table.real_name: table.place for table in patient.store.tables if table.schema == schema}
        for (_, name), columns in look.get_multi_columns(filter_names=sorted(names), schema=schema).items():
            found |= {(names[name], str(one["name"])) for one in columns if not one["nullable"]}
    return found


def _moments(store: Store, live: Mapping[str, sa.Table]) -> Iterator[Finding]:
    for table in store.tables:
        if table.name not in live:
            continue
        columns = live[table.name].columns
        for name in table.moments:
            if name in columns and (wrong := moment_fault(columns[name])):
                said, _, remedy = wrong.partition(": ")
                yield fault(f"column {table.name}.{name} {said}", remedy, table=table.name, column=name)


def _flags(
    table: Table, columns: Mapping[str, sa.Column[Any]], required: set[str], *, dialect: str
) -> Iterator[Finding]:
    """Values that a step writes or compares, and that are none of the column's."""
    acts = [act for act in (table.suppress, table.stop) if act is not None]
    values = [(name, value) for act in acts if isinstance(act, Flag) for name, value in act.values.items()]
    values += [(name, value) for act in acts for name, value in act.where.items()]
    for name, value in (*values, *table.where.items()):
        if name not in columns:
            continue
        if wrong := _unfit(value, columns[name], required=name in required, dialect=dialect):
            yield fault(f"column {table.name}.{name} {wrong}", CORRECT, table=table.name, column=name)


def _unfit(value: Scalar | None, column: sa.Column[Any], *, required: bool, dialect: str) -> str:
    """Why *value* cannot stand in *column*; empty: it can."""
    kind, length = kind_of(column.type), getattr(column.type, "length", None)
    match value:
        case None:
            return "must not be empty, and the map clears it" if required else ""
        case bool() if kind in {Kind.FLAG, Kind.NUMBER}:
            return ""
        case int() if not isinstance(value, bool) and kind is Kind.NUMBER:
            return ""
        case int() if kind is Kind.FLAG:
            return (
                ""
                if value in (0, 1) and dialect != "postgresql"
                else "is true or false, and the map says a number"
            )
        case str() if kind in {Kind.TEXT, Kind.OTHER}:
            return (
                f"holds {length} characters, and the map's value has more"
                if length and len(value) > length
                else ""
            )
        case _:
            return f"is of another type ({kind}) than the map's value"


def _erased(table: Table, columns: Mapping[str, sa.Column[Any]], required: set[str]) -> Iterator[Finding]:
    """Columns of rows that stay and cannot hold what destruction leaves in them."""
    for one in table.columns:
        column = columns.get(one.name)
        if column is None or one.erase in {None, Erasure.KEEP}:
            continue
        if wrong := _unerasable(one, column, required=one.name in required):
            said, remedy = wrong
            yield fault(f"column {table.name}.{one.name} {said}", remedy, table=table.name, column=one.name)


def _unerasable(one: Column, column: sa.Column[Any], *, required: bool) -> tuple[str, str] | None:
    """Why what the map says cannot be done to *column*, and the remedy; None: it can."""
    if one.erase is Erasure.NULL:
        remedy = "say mask or hash, or let it be null"
        return ("must not be empty, and the map erases it by null", remedy) if required else None
    if kind_of(column.type) is not Kind.TEXT:
        return f"is no text, and the map erases it by {one.erase}", "say null or keep"
    if one.erase is Erasure.HASH and 0 < (getattr(column.type, "length", None) or 0) < HASH_LENGTH:
        return "is too short for a keyed hash", f"let it hold {HASH_LENGTH} characters and more, or say null"
    return None


def _masked_alike(table: Table, unique: Iterable[Index]) -> Iterator[Finding]:
    """Columns that must differ and would all be masked by one word: the second person could not be erased."""
    masked = {one.name for one in table.columns if one.erase is Erasure.MASK}
    for index in unique:
        names = {name.removeprefix("lower(").removesuffix(")") for name in index.columns}
        if index.place == table.place and names <= masked:
            said = f"column {table.name}.{', '.join(sorted(names))} must differ in every row, and the map masks it"
            yield fault(said, "say hash or null", table=table.name, column=min(names))


def _dates(table: Table, columns: Mapping[str, sa.Column[Any]]) -> Iterator[Finding]:
    """Columns that the map reads as days or moments and that are none."""
    named = [table.last_contact, table.added]
    if table.consent:
        named += [table.consent.given, table.consent.withdrawn]
    if table.obligations:
        named.append(table.obligations.until)
    if isinstance(table.destroy, Keep) and table.destroy.until:
        named.append(table.destroy.until.column)
    for name in named:
        if name and name in columns and kind_of(columns[name].type) not in {*DATED, Kind.OTHER}:
            said = f"column {table.name}.{name} is no day and no moment, and the map reads it as one"
            yield fault(said, CORRECT, table=table.name, column=name)


def _compared(patient: Patient, table: Table, columns: Mapping[str, sa.Column[Any]]) -> Iterator[Finding]:
    """Columns that are looked up by what they cannot equal."""
    for link in table.links:
        parent = patient.live.get(link.table)
        for name, key in zip(link.columns, link.key, strict=True):
            if parent is None or name not in columns or key not in parent.columns:
                continue
            own, other = kind_of(columns[name].type), kind_of(parent.columns[key].type)
            if own is not other and Kind.OTHER not in {own, other}:
                said = f"column {table.name}.{name} is {own}, {link.table}.{key} is {other}: they are never equal"
                yield fault(said, CORRECT, table=table.name, column=name)
    for way in table.direct:
        column = columns.get(way.column)
        if column is not None and kind_of(column.type) not in {Kind.TEXT, Kind.OTHER}:
            what = "a telephone number" if isinstance(way, ByPhone) else "an address"
            said = f"column {table.name}.{way.column} is no text, and {what} is looked up in it"
            yield fault(said, CORRECT, table=table.name, column=way.column)
