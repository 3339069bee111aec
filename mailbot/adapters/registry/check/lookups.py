"""Whether every look-up reads by an index: by address, by number, by another table's key."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailbot.adapters.registry.check.catalogue import Index, functional, indexes
from mailbot.adapters.registry.check.finding import Finding, Patient, remark
from mailbot.core.datamap import ByEmail, ByPhone, Table, Through

ID_DIGITS = 63  # letters of a name that every database takes


@dataclass(frozen=True, slots=True)
class Lookup:
    """Columns of a table that are compared together; `lowered` are compared as lower(column)."""

    table: Table
    columns: tuple[str, ...]
    lowered: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """As an index must hold them."""
        return tuple(f"lower({name})" for name in self.columns) if self.lowered else self.columns

    @property
    def told(self) -> str:
        """For people."""
        return ", ".join(f"{self.table.name}.{name}" for name in self.columns)


async def lookups(patient: Patient) -> Iterable[Finding]:
    """A remark for every look-up that would read a table from end to end, with the statement that cures it."""
    known = await indexes(patient.connection)
    found = []
    asked = {(lookup.table.place, lookup.parts): lookup for lookup in _asked(patient)}
    for lookup in asked.values():
        here = [index for index in known if index.place == lookup.table.place]
        if not any(_serves(index, lookup.parts) for index in here):
            said = f"{lookup.told}: every look reads the whole table, no index on {', '.join(lookup.parts)}"
            column = lookup.columns[0] if len(lookup.columns) == 1 else ""
            found.append(remark(said, _cure(lookup, patient), table=lookup.table.name, column=column))
    return found


def _asked(patient: Patient) -> Iterator[Lookup]:
    """Everything by which the registry asks, of columns that exist."""
    for table in patient.tables:
        for way in table.ways:
            match way:
                case ByEmail(column=column, folded=folded):
                    yield from _there(patient, Lookup(table, (column,), lowered=not folded))
                case ByPhone(column=column):
                    yield from _there(patient, Lookup(table, (column,)))
                case Through(table=parent, columns=columns, key=key):
                    yield from _there(patient, Lookup(table, columns))
                    if parent in patient.live:
                        yield from _there(patient, Lookup(patient.store.table(parent), key))
        if table.persons:
            yield from _there(patient, Lookup(table, table.key))


def _there(patient: Patient, lookup: Lookup) -> Iterator[Lookup]:
    if all(name in patient.live[lookup.table.name].columns for name in lookup.columns):
        yield lookup


def _serves(index: Index, parts: Collection[str]) -> bool:
    """Whether *index* leads to few rows: it begins with all that is compared, or is unique on a part of it."""
    first = set(index.columns[: len(parts)])
    return first <= set(parts) and (len(first) == len(parts) or index.unique)


# ---------------------------------------------------------------- the cure


def _cure(lookup: Lookup, patient: Patient) -> str:
    name = "_".join(("ix", lookup.table.real_name, *lookup.columns))[:ID_DIGITS]
    on = f"{patient.quoted(name)} ON {patient.written(lookup.table)}"
    columns = [patient.quoted(column) for column in lookup.columns]
    match patient.dialect:
        case "postgresql":
            return f"CREATE INDEX CONCURRENTLY {on} ({_listed(columns, lookup)})"
        case "mysql" if lookup.lowered and not functional(patient.connection.dialect):
            return _lowered_beside(lookup, patient)
        case "mysql" if lookup.lowered:
            return f"CREATE INDEX {on} (({_listed(columns, lookup)}))"
        case _:
            return f"CREATE INDEX {on} ({_listed(columns, lookup)})"


def _listed(columns: Sequence[str], lookup: Lookup) -> str:
    return ", ".join(f"lower({column})" if lookup.lowered else column for column in columns)


def _lowered_beside(lookup: Lookup, patient: Patient) -> str:
    """MariaDB indexes no expression: a column beside, which the map then names."""
    (column,) = lookup.columns
    beside = f"{column}_lower"
    quoted = patient.quoted(beside)
    exactly = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    made = f"{quoted} VARCHAR(320) {exactly} AS (lower({patient.quoted(column)})) STORED"
    return (
        f"ALTER TABLE {patient.written(lookup.table)} ADD COLUMN {made}, ADD INDEX ({quoted}); and on the map "
        f'email = "{beside}", email_is_lower_case = true'
    )
