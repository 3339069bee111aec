"""What the user of the URL may do, tried without doing it, and what the DBA should let him do and no more."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from mailbot.adapters.registry.cascades import deletes
from mailbot.adapters.registry.check.finding import Finding, Patient, fault, remark
from mailbot.adapters.registry.reflection import denied
from mailbot.core.datamap import Blank, Erasure, Flag, Keep, Mark, Table

READER, WRITER = "mailbot_reader", "mailbot_writer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that must be allowed on one table; `columns` only of UPDATE."""

    table: Table
    verb: str
    columns: tuple[str, ...] = ()


def needs(tables: Iterable[Table]) -> Iterator[Need]:
    """Everything that the rights do to *tables*, reading first."""
    every = {table.place: table for table in tables}
    by_place = {place: [table for table in tables if table.place == place] for place in every}
    for place, table in every.items():
        here = by_place[place]
        yield Need(table=table, verb="SELECT")
        if columns := tuple(dict.fromkeys(name for one in here for name in _written(one))):
            yield Need(table=table, verb="UPDATE", columns=columns)
        if any(deletes(one) or (isinstance(one.destroy, Keep) and one.destroy.until) for one in here):
            yield Need(table=table, verb="DELETE")


def _written(table: Table) -> Iterator[str]:
    """Columns into which some step writes; of a table of persons one at least, or its rows could not be locked."""
    written = [
        name for act in (table.suppress, table.stop) if isinstance(act, Mark | Flag) for name in act.columns
    ]
    for column in table.columns:
        blanked = isinstance(table.destroy, Blank) and column.erase not in {None, Erasure.KEEP}
        if blanked:
            written.append(column.name)
    if table.persons and not written:
        written = [name for name in table.data_columns if name not in table.key][:1] or list(table.key[:1])
    yield from written


# ---------------------------------------------------------------- what is allowed


async def powers(patient: Patient) -> Iterable[Finding]:
    """A fault for each thing that is needed and not allowed; a remark on a user who may do far more."""
    if patient.dialect == "sqlite":
        return []  # whoever may write the file may do everything
    found = []
    for need in needs(patient.tables):
        if not await _allowed(patient, need):
            columns = f" ({', '.join(need.columns)})" if need.columns else ""
            said = f"table {need.table.name}: the user of the URL may not {need.verb}{columns}"
            found.append(fault(said, granted(patient, need, await _user(patient)), table=need.table.name))
    return [*found, *await _blind(patient), *await _mighty(patient)]


async def _allowed(patient: Patient, need: Need) -> bool:
    """Whether the database would do it: EXPLAIN checks every right, those of roles too, and does nothing."""
    table = patient.written(need.table)
    live = patient.live[need.table.name].columns
    columns = [patient.quoted(name) for name in need.columns if name in live]
    match need.verb:
        case "SELECT":
            trial = f"SELECT * FROM {table} WHERE 1 = 0"  # noqa: S608 - names quoted by the dialect
        case "UPDATE" if not columns:
            return True
        case "UPDATE":
            trial = f"UPDATE {table} SET {', '.join(f'{name} = NULL' for name in columns)} WHERE 1 = 0"  # noqa: S608 - see above
        case _:
            trial = f"DELETE FROM {table} WHERE 1 = 0"  # noqa: S608 - see above
    try:
        async with patient.connection.begin_nested():
            await patient.connection.exec_driver_sql(f"EXPLAIN {trial}")
    except DBAPIError as exc:
        if not denied(exc):
            raise
        return False
    return True


async def _user(patient: Patient) -> str:
    """The user of the URL, as GRANT names it."""
    if patient.dialect == "mysql":
        name, _, host = str(await patient.connection.scalar(sa.text("SELECT current_user()"))).rpartition("@")
        return f"'{name}'@'{host}'"
    return patient.quoted(str(await patient.connection.scalar(sa.text("SELECT current_user"))))


_OVER_ALL = re.compile(r"GRANT (.+) ON (`[^`]*`|\*)\.\* TO ")


async def _blind(patient: Patient) -> list[Finding]:
    """Databases whose tables MySQL hides from the user, and with them the foreign keys that would eat rows."""
    if patient.dialect != "mysql":
        return []
    lines = [str(row[0]) for row in await patient.connection.exec_driver_sql("SHOW GRANTS")]
    over = [one for line in lines if (one := _OVER_ALL.match(line))]
    seen = {
        one[2].strip("`").replace("\\", "")
        for one in over
        if re.search(r"\b(?:REFERENCES|ALL PRIVILEGES)\b", one[1])
    }
    found = []
    for schema in _schemas(patient):
        if not seen & {schema, "*"}:
            said = f"the user of the URL cannot see which tables of {schema} lose rows by ON DELETE CASCADE"
            found.append(fault(said, _seeing(patient, schema, await _user(patient))))
    return found


def _schemas(patient: Patient) -> tuple[str, ...]:
    usual = patient.connection.dialect.default_schema_name
    return tuple(dict.fromkeys(str(table.schema or usual) for table in patient.tables))


def _seeing(patient: Patient, schema: str, who: str) -> str:
    """MySQL shows foreign keys to whoever has some right on their table; this one lets nobody read a row of it."""
    return f"GRANT REFERENCES ON {patient.quoted(schema)}.* TO {who}"


async def _mighty(patient: Patient) -> list[Finding]:
    """Why a slip, or whoever steals the password, could do more than the map says."""
    why = await _why_mighty(patient)
    if not why:
        return []
    remedy = "make a user of its own with the rights that `mailbot datamap check --grants` prints"
    return [remark(f"the user of the URL {why}, so nothing in the database holds mailbot to the map", remedy)]


async def _why_mighty(patient: Patient) -> str:
    if patient.dialect == "mysql":
        lines = [str(row[0]) for row in await patient.connection.exec_driver_sql("SHOW GRANTS")]
        wide = [line for line in lines if " ON *.* " in line and not line.startswith("GRANT USAGE ")]
        return "has rights on every database of the server" if wide else ""
    if await patient.connection.scalar(sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")):
        return "is a superuser"
    owned = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(:place)"
    for table in patient.tables:
        if await patient.connection.scalar(sa.text(owned), {"place": patient.written(table)}):
            return f"owns table {table.name}"
    return ""


# ---------------------------------------------------------------- what the DBA should allow


def granted(patient: Patient, need: Need, who: str) -> str:
    """The statement that allows it."""
    columns = f" ({', '.join(patient.quoted(name) for name in need.columns)})" if need.columns else ""
    schema = patient.quoted(need.table.schema or str(patient.connection.dialect.default_schema_name))
    return f"GRANT {need.verb}{columns} ON {schema}.{patient.quoted(need.table.real_name)} TO {who}"


def grants(patient: Patient, *, reader: str, writer: str) -> Mapping[str, Sequence[str]]:
    """What *reader* needs to look and to plan, and *writer* to carry out, as statements for the DBA."""
    if patient.dialect == "sqlite":
        return {}
    asked = list(needs(patient.tables))
    looking = [need for need in asked if need.verb == "SELECT"]
    return {
        reader: [*_doors(patient, reader), *(granted(patient, need, reader) for need in looking)],
        writer: [*_doors(patient, writer), *(granted(patient, need, writer) for need in asked)],
    }


def _doors(patient: Patient, who: str) -> Iterator[str]:
    """What a user needs before any table."""
    if patient.dialect == "mysql":
        yield from (_seeing(patient, schema, who) for schema in _schemas(patient))
        return
    database = patient.quoted(str(patient.connection.engine.url.database))
    yield f"GRANT CONNECT ON DATABASE {database} TO {who}"
    for schema in _schemas(patient):
        yield f"GRANT USAGE ON SCHEMA {patient.quoted(schema)} TO {who}"
