"""What surrounds the map's tables: triggers, row security, engines without transactions, people beside the map."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from mailbot.adapters.registry.check.catalogue import collations, triggers
from mailbot.adapters.registry.check.finding import Finding, Patient, State, fault, remark
from mailbot.adapters.registry.reflection import sampled, whole
from mailbot.core.datamap import Table
from mailbot.core.datamap.hints import EMAIL, PHONE, Hint, by_name, by_shape
from mailbot.core.datamap.seen import SeenColumn, SeenTable

MYSQL_ENGINES = """
SELECT made.table_name, made.engine FROM information_schema.tables AS made
  JOIN information_schema.engines AS known ON known.engine = made.engine
 WHERE made.table_schema = coalesce(:schema, database()) AND known.transactions <> 'YES'"""
ROW_SECURITY = """
SELECT own.relrowsecurity AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
       AND (own.relforcerowsecurity OR NOT pg_has_role(own.relowner, 'USAGE'))
  FROM pg_class AS own WHERE own.oid = to_regclass(:place)"""
NAMED = 8  # columns of one table in one line


async def reactions(patient: Patient) -> Iterable[Finding]:
    """Triggers and rules on tables of the map: what they do, nobody has told us."""
    mapped = {table.place: table for table in patient.tables}
    return [
        remark(
            f"{name} acts by itself when rows of table {place} change",
            "read what it does: it must neither copy, restore nor delete what the map does not speak of",
            table=mapped[place].name,
        )
        for place, name in await triggers(patient.connection, patient.dialect)
        if place in mapped
    ]


async def storage(patient: Patient) -> Iterable[Finding]:
    """What would leave a right half done, hide people, or take one for another."""
    match patient.dialect:
        case "mysql":
            return [*await _without_transactions(patient), *await _alike(patient)]
        case "postgresql":
            return await _hidden(patient)
        case _:
            return []


async def _without_transactions(patient: Patient) -> list[Finding]:
    found = []
    for table in patient.tables:
        rows = await patient.connection.execute(sa.text(MYSQL_ENGINES), {"schema": table.schema})
        engine = {str(name): str(engine) for name, engine in rows}.get(table.real_name)
        if engine:
            said = f"table {table.name} is kept by {engine} without transactions: a right could stay half done"
            remedy = f"ALTER TABLE {patient.written(table)} ENGINE = InnoDB"
            found.append(fault(said, remedy, table=table.name))
    return found


async def _alike(patient: Patient) -> list[Finding]:
    """Keys of text that a collation compares loosely: anna's rows and ánna's would be one person's."""
    rules = await collations(patient.connection)
    found = []
    joined = {(table.place, column): (table, column) for table, column in _joined(patient)}
    for table, column in joined.values():
        rule = rules.get((table.place, column), "")
        if "_ci" in rule:
            said = f"column {table.name}.{column} is compared by {rule}, which takes anna and ánna for the same"
            remedy = "let it be compared exactly: COLLATE utf8mb4_bin"
            found.append(remark(said, remedy, table=table.name, column=column))
    return found


def _joined(patient: Patient) -> Iterator[tuple[Table, str]]:
    """Columns by which rows lead to others; an address is compared letter by letter in any case."""
    for table in patient.tables:
        for link in table.links:
            yield from ((table, name) for name in link.columns)


async def _hidden(patient: Patient) -> list[Finding]:
    found = []
    for table in patient.tables:
        if await patient.connection.scalar(sa.text(ROW_SECURITY), {"place": patient.written(table)}):
            said = f"table {table.name} has row security: its policies decide whom mailbot sees"
            remedy = "give the user BYPASSRLS, or a policy that shows every row"
            found.append(fault(said, remedy, table=table.name))
    return found


# ---------------------------------------------------------------- people beside the map


async def beside(patient: Patient) -> Iterable[Finding]:
    """Tables and columns that are not on the map and hold something like an e-mail address or a phone."""
    seen, unread = await sampled(
        patient.connection,
        await whole(patient.connection, every=True),
        rows=patient.sample,
        tell=patient.tell,
    )
    named: dict[str, set[str]] = {}
    for table in patient.store.tables:
        named.setdefault(table.place, set()).update(table.named_columns)
    found = [line for table in seen.values() for line in _beside(table, named.get(table.place))]
    return [*found, *_unread(unread)]


def _beside(table: SeenTable, named: set[str] | None) -> Iterator[Finding]:
    """*named*: columns of the table that the map knows; None: it does not know the table."""
    hints = {column.name: hint for column in table.columns if (hint := _contact(column))}
    if named is None:
        if hints:
            told = "; ".join(f"{name}: {hint.why}" for name, hint in list(hints.items())[:NAMED])
            remedy = (
                "put it on the map (`mailbot datamap discover` proposes how), or make sure that nobody is in it"
            )
            yield remark(f"table {table.place} is not on the map ({told})", remedy, table=table.place)
        return
    for name, hint in hints.items():
        if name not in named:
            said = f"column {table.place}.{name} is not on the map ({hint.why})"
            yield remark(said, "put it on the map", table=table.place, column=name)


def _contact(column: SeenColumn) -> Hint | None:
    """What speaks in *column* of a way to reach somebody."""
    hint = by_shape(column) or by_name(column)
    return hint if hint and (hint.category in {EMAIL, PHONE} or column.shapes.mentions) else None


def _unread(places: tuple[str, ...]) -> Iterator[Finding]:
    if places:
        said = f"{len(places)} tables that are not on the map could only be judged by their columns' names"
        remedy = "to have their values looked at, run it once as a user who may read them"
        yield Finding(state=State.NOTE, said=said, remedy=remedy)
