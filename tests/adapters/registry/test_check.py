"""`mailbot datamap check`: a line for each thing that does not fit, with place and remedy (issue 5, item 2)."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.adapters.registry import Checkup, Finding, Pace, State
from mailbot.adapters.registry.check import LOOKS
from mailbot.adapters.registry.check.finding import Look, Patient, remark
from mailbot.core.datamap import (
    Blank,
    ByEmail,
    ByPhone,
    Column,
    DataMap,
    Delete,
    Erasure,
    Flag,
    Keep,
    Remove,
    Table,
    Terms,
    Through,
    Until,
)
from tests.adapters.registry.company import MAP, connected, execute, fill

FAULT, REMARK = State.FAULT, State.REMARK
TERMS = Terms(purposes=("orders",), ground="contract", source="order", retention="by_norm")
FULL = Pace()
OVER_MIGHTY = "is a superuser"  # as the tests' own user of PostgreSQL is


def mapped(*more: Table) -> DataMap:
    """The reference map with *more* tables, or with others in the place of its own."""
    (store,) = MAP.stores
    names = {table.name for table in more}
    kept = tuple(table for table in store.tables if table.name not in names)
    return replace(MAP, stores=(replace(store, tables=(*kept, *more)),))


def own(name: str) -> Table:
    return MAP.stores[0].table(name)


def of_subject(name: str, **changes: object) -> Table:
    link = Through(table="subjects", columns=("subject_id",), key=("id",))
    plain = Table(
        name=name,
        key=("id",),
        category="orders",
        ways=(link,),
        columns=(Column(name="total", category="orders", terms=TERMS),),
        destroy=Delete(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


async def findings(
    url: str, datamap: DataMap = MAP, *, looks: Mapping[str, Look] = LOOKS, pace: Pace = FULL, **urls: str
) -> list[Finding]:
    checkup = Checkup(datamap=datamap, urls={"company": url, **urls})
    try:
        found = [one async for one in checkup.findings(pace, looks=looks)]
    finally:
        await checkup.close()
    return [one for one in found if OVER_MIGHTY not in one.said]


def places(found: Sequence[Finding]) -> list[tuple[State, str, str]]:
    return [(one.state, one.table, one.column) for one in found]


@pytest.fixture
async def filled(url: str) -> str:
    await fill(url)
    return url


async def test_the_reference_map_fits_without_a_remark(filled: str):
    assert await findings(filled) == []


# ---------------------------------------------------------------- tables and types


async def test_what_is_missing_is_named_with_table_and_column(filled: str):
    await execute(filled, "DROP TABLE site_visits", "ALTER TABLE consents RENAME COLUMN how TO way")

    found = await findings(filled)

    assert places(found) == [(FAULT, "consents", "how"), (FAULT, "site_visits", "")]
    assert {one.remedy for one in found} == {"create it, or correct config/datamap.toml"}
    assert {one.store for one in found} == {"company"}


LEADS = """
CREATE TABLE leads (
    id INTEGER PRIMARY KEY, mail VARCHAR(99), name VARCHAR(9) NOT NULL, born DATE, code VARCHAR(20), seen INTEGER,
    wants INTEGER NOT NULL, mood VARCHAR(3), hidden INTEGER, phone INTEGER, sent INTEGER, subject_id TEXT)"""


def leads(**changes: object) -> DataMap:
    columns = changes.pop("columns", (Column(name="name", category="user.name", terms=TERMS),))
    plain = of_subject("leads", ways=(ByEmail(column="mail", folded=True),), columns=columns)
    return mapped(replace(plain, **changes))  # type: ignore[arg-type]


def erased(**ways: Erasure) -> dict[str, object]:
    columns = (Column(name=name, category="user", terms=TERMS, erase=erase) for name, erase in ways.items())
    return {"columns": tuple(columns), "destroy": Blank()}


@pytest.mark.parametrize(
    ("changes", "column", "said"),
    [
        ({"suppress": Flag(values={"wants": None})}, "wants", "must not be empty, and the map clears it"),
        ({"suppress": Flag(values={"wants": "no"})}, "wants", "is of another type (number) than the map's value"),
        ({"suppress": Flag(values={"mood": 0})}, "mood", "is of another type (text) than the map's value"),
        ({"suppress": Flag(values={"mood": "gone"})}, "mood", "holds 3 characters, and the map's value has more"),
        ({"suppress": Remove(where={"mood": 1})}, "mood", "is of another type (text) than the map's value"),
        ({"where": {"wants": "yes"}}, "wants", "is of another type (number) than the map's value"),
        (erased(name=Erasure.NULL), "name", "must not be empty, and the map erases it by null"),
        (erased(born=Erasure.MASK), "born", "is no text, and the map erases it by mask"),
        (erased(name=Erasure.HASH), "name", "is too short for a keyed hash"),
        (erased(code=Erasure.MASK), "code", "must differ in every row, and the map masks it"),
        ({"added": "seen"}, "seen", "is no day and no moment, and the map reads it as one"),
        ({"destroy": Keep("НК", Until(column="seen", years=5))}, "seen", "is no day and no moment"),
        (
            {"ways": (ByEmail(column="mail", folded=True), ByPhone(column="phone", stored=("+7##########",)))},
            "phone",
            "is no text, and a telephone number is looked up in it",
        ),
        (
            {"ways": (Through(table="subjects", columns=("subject_id",), key=("id",)),)},
            "subject_id",
            "is text, subjects.id is number: they are never equal",
        ),
    ],
)
async def test_a_column_that_cannot_do_what_the_map_says_is_a_fault(
    filled: str, changes: dict[str, object], column: str, said: str
):
    await execute(filled, LEADS, "CREATE UNIQUE INDEX one_code ON leads (code)")

    found = [one for one in await findings(filled, leads(**changes)) if one.state is FAULT]

    assert places(found) == [(FAULT, "leads", column)]
    assert said in found[0].said
    assert found[0].remedy


@pytest.mark.parametrize(
    "changes",
    [
        {"suppress": Flag(values={"wants": 0, "mood": "no"})},
        {"suppress": Flag(values={"mood": None}), "where": {"hidden": 0}},
        erased(mood=Erasure.NULL, name=Erasure.MASK, seen=Erasure.KEEP),
        {"destroy": Keep("НК", Until(column="born", years=5))},
    ],
)
async def test_a_column_that_can_is_none(filled: str, changes: dict[str, object]):
    await execute(filled, LEADS)

    assert [one for one in await findings(filled, leads(**changes)) if one.state is FAULT] == []


# ---------------------------------------------------------------- indexes


async def test_a_lookup_without_index_is_told_with_the_statement_that_cures_it(filled: str):
    await execute(filled, "DROP INDEX ix_subjects_email", "DROP INDEX ix_consents_subject_id")

    found = await findings(filled)

    assert places(found) == [(REMARK, "subjects", "email"), (REMARK, "consents", "subject_id")]
    assert found[0].said == "subjects.email: every look reads the whole table, no index on lower(email)"
    await autocommitted(filled, [one.remedy for one in found])
    assert await findings(filled) == []


async def autocommitted(url: str, statements: Sequence[str]) -> None:
    """As a DBA does it: CREATE INDEX CONCURRENTLY stands in no transaction."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()


@pytest.mark.parametrize(
    ("index", "serves"),
    [
        ("(lower(email))", True),
        ("(lower(email), id)", True),
        ("(email)", False),
        ("(id, lower(email))", False),
        ("(lower(full_name))", False),
        ("(lower(email)) WHERE id > 5", False),
    ],
)
async def test_only_an_index_that_begins_with_what_is_asked_over_every_row_serves(
    filled: str, index: str, *, serves: bool
):
    await execute(filled, "DROP INDEX ix_subjects_email", f"CREATE INDEX other ON subjects {index}")

    assert (await findings(filled) == []) is serves


# ---------------------------------------------------------------- foreign keys

INVOICES = (
    "CREATE TABLE invoices (id INTEGER PRIMARY KEY, subject_id INTEGER REFERENCES subjects (id){}, total INTEGER)"
)
INDEX = "CREATE INDEX invoices_subject ON invoices (subject_id)"


@pytest.mark.parametrize("stopping", ["", " ON DELETE RESTRICT", " ON DELETE NO ACTION"])
async def test_rows_beside_the_map_that_stop_a_destruction_are_a_fault(filled: str, stopping: str):
    await execute(filled, INVOICES.format(stopping))

    (found,) = await findings(filled)

    assert places([found]) == [(FAULT, "invoices", "")]
    assert found.said == (
        "rows of table invoices stop the destruction of subjects by their foreign key subject_id, and they are "
        "not on the map"
    )
    assert "ON DELETE SET NULL" in found.remedy


async def test_rows_that_the_map_keeps_stop_the_destruction_of_what_they_hang_on(filled: str):
    await execute(filled, INVOICES.format(""), INDEX, "ALTER TABLE invoices ADD mail VARCHAR(99)")
    await execute(filled, "CREATE INDEX invoices_mail ON invoices (mail)")
    kept = of_subject("invoices", ways=(ByEmail(column="mail", folded=True),), destroy=Keep("НК РК, ст. 48"))

    (found,) = await findings(filled, mapped(kept))

    assert (found.state, found.table) == (FAULT, "invoices")
    assert found.said.endswith("because the map keeps them")


async def test_rows_that_stay_and_let_their_person_go_stop_nothing(filled: str):
    await execute(filled, INVOICES.format(""), INDEX)
    letting_go = (
        Column(name="subject_id", category="orders", terms=TERMS, erase=Erasure.NULL),
        Column(name="total", category="orders", terms=TERMS, erase=Erasure.KEEP),
    )

    assert await findings(filled, mapped(of_subject("invoices", columns=letting_go, destroy=Blank()))) == []


async def test_the_chain_of_the_map_stops_nothing(filled: str):
    await execute(filled, INVOICES.format(""), INDEX)

    assert await findings(filled, mapped(of_subject("invoices"))) == []


async def test_a_key_that_the_map_does_not_follow_may_stop_a_destruction(filled: str):
    await execute(filled, "ALTER TABLE subjects ADD brought_by INTEGER REFERENCES subjects (id)")

    (found,) = await findings(filled)

    assert (found.state, found.table) == (REMARK, "subjects")
    assert found.said.endswith("by their foreign key brought_by where they are somebody else's")


async def test_a_table_that_goes_after_what_it_hangs_on_is_a_fault(filled: str):
    await execute(filled, INVOICES.format(""), INDEX, "ALTER TABLE invoices ADD mail VARCHAR(99)")
    await execute(filled, "CREATE INDEX invoices_mail ON invoices (mail)")
    late = of_subject("invoices", ways=(ByEmail(column="mail", folded=True),))

    (found,) = await findings(filled, mapped(late))

    assert (found.state, found.remedy) == (
        FAULT,
        "let the map find it through subjects too, so that it goes first",
    )


async def test_two_tables_of_the_map_in_one_place_are_one_table_of_the_database(filled: str):
    """WordPress keeps everything in one table of keys and values: a cascade eats what the map leaves alone too."""
    await execute(filled, INVOICES.format(" ON DELETE CASCADE"), INDEX)
    some = of_subject("small invoices", relation="invoices", where={"total": 1})
    others = of_subject("big invoices", relation="invoices", where={"total": 2})
    whole = of_subject("all invoices", relation="invoices")

    (found,) = await findings(filled, mapped(some, others))
    fits = await findings(filled, mapped(some, whole))

    assert (found.state, found.table) == (FAULT, "invoices")
    assert "also those of which the map does not speak" in found.said
    assert fits == []


# ---------------------------------------------------------------- what acts by itself

SQLITE_TRIGGER = """
CREATE TRIGGER keep_a_copy AFTER DELETE ON subjects BEGIN INSERT INTO consents (id) VALUES (OLD.id); END"""
POSTGRESQL_TRIGGER = (
    "CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE TRIGGER keep_a_copy AFTER DELETE ON subjects FOR EACH ROW EXECUTE FUNCTION copy()",
)


async def test_a_trigger_is_named_for_a_person_to_read(filled: str):
    await execute(filled, *(POSTGRESQL_TRIGGER if filled.startswith("postgresql") else [SQLITE_TRIGGER]))

    (found,) = await findings(filled)

    assert (found.state, found.table) == (REMARK, "subjects")
    assert found.said == "trigger keep_a_copy acts by itself when rows of table subjects change"


# ---------------------------------------------------------------- people beside the map

GUESTS = "CREATE TABLE guests (id INTEGER PRIMARY KEY, a VARCHAR(99), b TEXT, telefon VARCHAR(20), n INTEGER)"


async def test_people_beside_the_map_are_seen_by_names_and_by_values_and_no_value_is_said(filled: str):
    await execute(
        filled, GUESTS, "INSERT INTO guests VALUES (1, 'dina@example.kz', 'write to zoe@example.kz', '', 7)"
    )

    (found,) = await findings(filled)

    assert (found.state, found.table) == (REMARK, "guests")
    assert "a: 1 of 1 values looked at are e-mail addresses" in found.said
    assert "b: e-mail addresses stand in 1 of 1 values" in found.said
    assert "telefon: its name speaks of a telephone number" in found.said
    assert "@" not in found.line
    assert "datamap discover" in found.remedy


async def test_a_column_of_a_mapped_table_that_the_map_forgot_is_named(filled: str):
    await execute(filled, "ALTER TABLE subjects ADD second_email VARCHAR(99)")

    (found,) = await findings(filled)

    assert places([found]) == [(REMARK, "subjects", "second_email")]
    assert found.remedy == "put it on the map"


async def test_tables_without_people_are_no_remark(filled: str):
    await execute(filled, "CREATE TABLE goods (id INTEGER PRIMARY KEY, title TEXT, mail_template_id INTEGER)")
    await execute(filled, "INSERT INTO goods VALUES (1, '87001234567', 5)")

    assert await findings(filled) == []


# ---------------------------------------------------------------- numbers that nobody finds


async def test_numbers_that_are_written_otherwise_than_the_map_says_are_counted_and_not_said(filled: str):
    calls = "CREATE TABLE calls (id INTEGER PRIMARY KEY, phone VARCHAR(20))"
    await execute(
        filled,
        calls,
        "CREATE INDEX calls_phone ON calls (phone)",
        "INSERT INTO calls VALUES (1, '+77000000001'), (2, '8 (700) 000-00-02'), (3, '+49 30 0000000'), (4, NULL)",
        "INSERT INTO calls VALUES (5, 'none')",
    )
    column = Column(name="phone", category="user.contact.phone_number", terms=TERMS)
    found_by = ByPhone(column="phone", stored=("+7##########",))

    (found,) = await findings(filled, mapped(of_subject("calls", ways=(found_by,), columns=(column,))))

    assert places([found]) == [(REMARK, "calls", "phone")]
    assert found.said == (
        "2 of 3 numbers in calls.phone are written as the map does not say (8 (###) ###-##-##, a foreign or "
        "unusual one)"
    )


# ---------------------------------------------------------------- looks have bounds


async def endless(patient: Patient) -> list[Finding]:
    postgresql = patient.connection.dialect.name == "postgresql"
    forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    await patient.connection.exec_driver_sql("SELECT pg_sleep(60)" if postgresql else forever)
    return []


async def last(_patient: Patient) -> list[Finding]:
    return [remark("the last look", "none")]


async def test_a_look_that_takes_too_long_is_given_up_and_hides_no_other(filled: str):
    began = time.monotonic()

    slow, after = await findings(filled, looks={"slow": endless, "last": last}, pace=Pace(seconds=0.5))

    assert slow.state is REMARK
    assert slow.said == "slow: not finished within 0.5 seconds"
    assert "--seconds" in slow.remedy
    assert after.said == "the last look"
    assert time.monotonic() - began < 10


async def broken(_patient: Patient) -> list[Finding]:
    await _patient.connection.exec_driver_sql("SELECT nothing FROM nowhere")
    return []


async def test_a_look_that_fails_says_so_and_hides_no_other(filled: str):
    failed, after = await findings(filled, looks={"broken": broken, "last": last})

    assert failed.state is FAULT
    assert failed.said.startswith("broken: could not be looked at")
    assert after.said == "the last look"


async def test_a_store_that_is_away_hides_no_other(filled: str, tmp_path):
    other = replace(MAP.stores[0], name="shop")
    both = replace(MAP, stores=(other, MAP.stores[0]))
    await execute(filled, "DROP TABLE site_visits")

    found = await findings(filled, both, shop=f"sqlite+aiosqlite:///{tmp_path}/nowhere.db")

    assert [(one.store, one.table) for one in found] == [("shop", ""), ("company", "site_visits")]
    assert found[0].remedy == "start the database, or correct its URL, user or rights"


async def test_a_person_who_waits_is_told_where_the_look_is(filled: str):
    told: list[str] = []
    checkup = Checkup(datamap=MAP, urls={"company": filled})

    async for _ in checkup.findings(Pace(), tell=told.append):
        pass
    await checkup.close()

    assert told[0] == "company: tables and columns"
    assert "company: people beside the map, table 1 of 5" in told


async def test_a_check_changes_nothing(filled: str):
    async with connected(filled) as connection:
        before = (await connection.exec_driver_sql("SELECT count(*) FROM subjects")).scalar_one()

    await asyncio.gather(findings(filled), findings(filled))

    async with connected(filled) as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM subjects")).scalar_one() == before
