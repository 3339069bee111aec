"""Addresses and numbers stored so that nobody finds their owner: he would be told that nothing is held."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from mailbot.adapters.registry.check.finding import Finding, Patient, remark
from mailbot.adapters.registry.phones import read
from mailbot.core.datamap import ByPhone, Store, Table
from mailbot.core.datamap.seen import phone_form

LOOKED_AT = 10_000  # addresses of each column: doctor does not read a whole company
FORMS = 3  # ways to write a number that are named
_PLAIN = re.compile(r"[^\s<>,;@]+@[^\s<>,;@]+")


async def spelling(patient: Patient) -> Iterable[Finding]:
    """A remark for each column with addresses or numbers by which nobody is found."""
    found = [*await unfound(patient.connection, patient.store, patient.live)]
    for table in patient.tables:
        for way in table.direct:
            if isinstance(way, ByPhone) and way.column in patient.live[table.name].columns:
                found += await _unheard(patient, table, way)
    return found


async def _unheard(patient: Patient, table: Table, way: ByPhone) -> list[Finding]:
    """A remark where numbers are written otherwise than the map says (`stored`)."""
    column = patient.live[table.name].columns[way.column]
    rows = await patient.connection.scalars(sa.select(column).where(column.is_not(None)).limit(LOOKED_AT))
    numbers = [text for text in map(str, rows) if phone_form(text) is not None]
    others = Counter(phone_form(text) or "" for text in numbers if not any(read([text], way.stored)))
    if not others:
        return []
    told = sorted(others, key=lambda form: (-others[form], form == "", form))[:FORMS]
    shapes = ", ".join(form or "a foreign or unusual one" for form in told)
    said = (
        f"{others.total()} of {len(numbers)} numbers in {table.name}.{way.column} are written as the map does not "
        f"say ({shapes})"
    )
    return [remark(said, "add the form to `stored`, or write one form", table=table.name, column=way.column)]


async def unfound(connection: AsyncConnection, store: Store, live: Mapping[str, sa.Table]) -> tuple[Finding, ...]:
    """A remark for each column with addresses by which nobody is found; how many, never which."""
    findings = []
    for table in store.tables:
        way = table.email
        column = live[table.name].columns.get(way.column) if way and table.name in live else None
        if way is None or column is None:
            continue
        stored = column if way.folded else sa.func.lower(column)
        rows = await connection.execute(sa.select(column, stored).where(column.like("%@%")).limit(LOOKED_AT))
        found = [is_found(str(written), str(compared)) for written, compared in rows]
        if not all(found):
            said = (
                f"{found.count(False)} of {len(found)} addresses in {table.name}.{column.name} are written so "
                "that nobody finds their owner (spaces, names, several in one, capitals a database cannot fold)"
            )
            remedy = "write one plain address in each row"
            findings.append(remark(said, remedy, table=table.name, column=column.name))
    return tuple(findings)


def is_found(written: str, compared: str) -> bool:
    """Whether what is *written* is found by its own address, *compared* as the database does it; or is none."""
    return "@" not in written or bool(_PLAIN.fullmatch(written) and compared == written.lower())
