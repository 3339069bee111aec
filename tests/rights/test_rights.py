"""Each right in the databases a company really has: exactly its rows, in every store, and no one else's."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.registry import SqlRegistry
from mailbot.core.datamap import DataMap, Trace
from mailbot.core.model import Change, Step, StepKind
from mailbot.errors import Rejected
from mailbot.ports import Key
from tests.adapters.registry.company import RIGHTS
from tests.rights.conftest import MakeDatabase
from tests.schemas import NOON, TODAY, Case, Contents, Schema, contents, furnish, write_map
from tests.schemas.no_key import SCHEMA as NO_KEY
from tests.schemas.reference import SCHEMA as REFERENCE
from tests.schemas.three_levels import SCHEMA as THREE_LEVELS
from tests.schemas.two_stores import SCHEMA as TWO_STORES
from tests.schemas.woocommerce import SCHEMA as WOOCOMMERCE

pytestmark = pytest.mark.slow  # together they take longer than make check may

SCHEMAS = (REFERENCE, THREE_LEVELS, NO_KEY, WOOCOMMERCE, TWO_STORES)
EVERY = [(schema, case) for schema in SCHEMAS for case in schema.cases]
TAKEN = [(schema, case) for schema, case in EVERY if not case.refused]
TELLING = [(schema, case) for schema, case in TAKEN if case.held is not None]


def of(chosen: Sequence[tuple[Schema, Case]]) -> pytest.MarkDecorator:
    """A test of each of these, by name."""
    return pytest.mark.parametrize(
        ("schema", "case"), chosen, ids=[f"{one.name}-{case.name}" for one, case in chosen]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A company at work: its databases, and the registry that reaches them through its map."""

    schema: Schema
    case: Case
    urls: Mapping[str, str]
    datamap: DataMap
    registry: SqlRegistry

    async def holds(self) -> Contents:
        return await contents(self.schema, self.urls)

    def step(self, kind: StepKind) -> Step:
        case = self.case
        return Step(
            kind=kind,
            address=case.address,
            right=RIGHTS[kind],
            channels=case.channels,
            topics=case.topics,
            phones=case.phones,
        )

    def told(self, changes: Sequence[Change], *, kept: bool = False) -> Mapping[str, int]:
        """Rows by the tables' real names: those that change, or those that stay by law."""
        real = {
            (store.name, table.name): table.real_name for store in self.datamap.stores for table in store.tables
        }
        rows: dict[str, int] = {}
        for change in changes:
            if bool(change.kept_for) is kept and change.rows and change.operation != "unblocking":
                name = real[change.store, change.table]
                rows[name] = rows.get(name, 0) + change.rows
        return rows

    async def carried_out(
        self, kind: StepKind, traces: Sequence[Trace]
    ) -> tuple[Sequence[Change], Sequence[Trace]]:
        """One step, in the order in which the journeys take it."""
        step = self.step(kind)
        kept = tuple(await self.registry.traces(step, known=traces))
        return await self.registry.carry_out(step, at=NOON, traces=kept), kept


@pytest.fixture
async def house(
    request: pytest.FixtureRequest, dialect: str, database: MakeDatabase, tmp_path: Path
) -> AsyncIterator[House]:
    """The company of the case, furnished."""
    schema, case = request.getfixturevalue("schema"), request.getfixturevalue("case")
    _expect(request, schema.lacks, case.lacks or case.lacks_on.get(dialect, ""))
    urls = {store: database(store) for store in schema.stores(dialect)}
    await furnish(schema, dialect, urls)
    datamap = load_datamap(write_map(schema, dialect, tmp_path))
    registry = SqlRegistry(datamap=datamap, urls=urls, today=lambda: TODAY, mask_key=Key(7, b"a vault of tests"))
    yield House(schema=schema, case=case, urls=urls, datamap=datamap, registry=registry)
    await registry.close()


def _expect(request: pytest.FixtureRequest, schema_lacks: str, case_lacks: str) -> None:
    """What is known to be missing must fail: the first test says so, what follows from it need not be asked."""
    if schema_lacks or (case_lacks and request.function is test_a_right_leaves_exactly_what_it_must):
        request.applymarker(pytest.mark.xfail(strict=True, reason=schema_lacks or case_lacks))
    elif case_lacks:
        pytest.skip(case_lacks)


@of(EVERY)
async def test_a_right_leaves_exactly_what_it_must(house: House, schema: Schema, case: Case):
    before = await house.holds()
    found = await house.registry.find(case.address)
    traces: Sequence[Trace] = ()
    for kind in case.steps[:-1]:
        _, traces = await house.carried_out(kind, traces)
    last = house.step(case.steps[-1])
    stand = await house.holds()
    planned = await house.registry.plan(last, at=NOON, traces=traces)
    looked = await house.holds()

    assert len(found) == case.people
    assert looked == stand  # a look changes nothing
    if case.refused:
        with pytest.raises(Rejected, match=case.refused):
            await house.carried_out(last.kind, traces)
        assert await house.holds() == stand
        return
    done, traces = await house.carried_out(last.kind, traces)

    assert schema.left(before, case) == await house.holds()
    assert await house.registry.remaining(last, at=NOON, traces=traces) == ()
    assert house.told(planned, kept=True) == house.told(done, kept=True) == case.kept
    assert house.told(planned) == house.told(done)
    if len(case.steps) == 1:
        assert house.told(done) == schema.told(before, case)


@of(TAKEN)
async def test_a_right_taken_twice_is_taken_once(house: House, schema: Schema, case: Case):
    traces: Sequence[Trace] = ()
    for kind in case.steps:
        _, traces = await house.carried_out(kind, traces)
    once = await house.holds()

    again, traces = await house.carried_out(case.steps[-1], traces)

    assert await house.holds() == once
    if case.steps[-1] is not StepKind.DISCLOSE:
        assert house.told(again) == {}
    assert house.told(again, kept=True) == case.kept


@of([(schema, case) for schema, case in TAKEN if case.name == "erase-what-was-blocked"])
async def test_what_was_blocked_is_told_to_be_unblocked_and_destroyed(house: House, schema: Schema, case: Case):
    """In Kazakhstan blocked data are unblocked before they are destroyed, in one transaction (94-V 25(2)(8))."""
    _, traces = await house.carried_out(StepKind.STOP_PROCESSING, ())

    done, _ = await house.carried_out(StepKind.DESTROY, traces)

    assert {"unblocking", "destruction"} <= {change.operation for change in done}


@of(TELLING)
async def test_an_access_names_exactly_the_categories_held(house: House, schema: Schema, case: Case):
    holdings = await house.registry.holdings(case.address)

    assert set(case.held or ()) == {holding.category for holding in holdings.held}


@pytest.mark.parametrize("schema", SCHEMAS, ids=[schema.name for schema in SCHEMAS])
def test_what_must_be_left_speaks_of_rows_that_are_there(schema: Schema):
    """Or a typing slip there would look like a right that is not carried out yet."""
    columns = _columns(schema)
    for case in schema.cases:
        for name in (*case.gone, *case.changed):
            known = {schema.key(name, row) for row in schema.rows[name]}
            assert {*case.gone.get(name, ()), *case.changed.get(name, {})} <= known, (case.name, name)
        for name, changes in case.changed.items():
            assert {column for row in changes.values() for column in row} <= columns[name], (case.name, name)


def _columns(schema: Schema) -> Mapping[str, set[str]]:
    """Words of each table's declaration, its columns among them."""
    said = ";".join(schema.ddl("sqlite").values()).split(";")
    made = [(found[1], text) for text in said if (found := re.match(r"\s*CREATE TABLE (\w+)", text))]
    return {name: set(re.findall(r"\w+", text)) for name, text in made}


@of([(schema, schema.cases[0]) for schema in SCHEMAS])
async def test_the_map_fits_its_databases(house: House, schema: Schema, case: Case):
    assert await house.registry.check() == ()
