"""The GRANTs that `mailbot datamap check --grants` prints are enough for every right, and none is too many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.registry import Checkup, Finding, Pace, SqlRegistry, State
from mailbot.core.datamap import DataMap
from mailbot.core.model import Address, StepKind
from mailbot.errors import Rejected
from mailbot.ports import Key
from tests.adapters.registry.company import step
from tests.rights.conftest import DIALECTS, ON_MARIADB, MakeDatabase
from tests.schemas import NOON, TODAY, Schema, connected, furnish, write_map
from tests.schemas.reference import SCHEMA as REFERENCE
from tests.schemas.three_levels import SCHEMA as THREE_LEVELS

ANNA = Address("anna@example.kz")
WRITING = (StepKind.SUPPRESS, StepKind.STOP_PROCESSING, StepKind.DESTROY)


@dataclass(frozen=True)
class Company:
    """Its database as the DBA sees it, and as a user of mailbot's own may."""

    url: str  # the DBA's
    user: str  # mailbot's, as GRANT names it
    user_url: str
    datamap: DataMap

    async def run(self, *statements: str) -> None:
        async with connected(self.url) as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)

    async def grants(self) -> Mapping[str, Sequence[str]]:
        """What is printed: first for a reader, then for a writer; here the same user in turn."""
        checkup = Checkup(datamap=self.datamap, urls={"company": self.url})
        asked = await checkup.grants(reader="READER", writer="WRITER")
        await checkup.close()
        roles = asked["company"]
        return {role: [line.replace(role, self.user) for line in lines] for role, lines in roles.items()}

    def registry(self) -> SqlRegistry:
        urls = {"company": self.user_url}
        return SqlRegistry(
            datamap=self.datamap, urls=urls, today=lambda: TODAY, mask_key=Key(7, b"a vault of tests")
        )

    async def findings(self) -> list[Finding]:
        checkup = Checkup(datamap=self.datamap, urls={"company": self.user_url})
        found = [one async for one in checkup.findings(Pace())]
        await checkup.close()
        return found

    async def looks(self) -> None:
        registry = self.registry()
        try:
            assert await registry.find(ANNA)
            assert (await registry.holdings(ANNA)).held
            for kind in WRITING:
                await registry.plan(step(kind, ANNA), at=NOON)
        finally:
            await registry.close()

    async def carries_out(self) -> None:
        registry = self.registry()
        try:
            for kind in WRITING:
                one = step(kind, ANNA)
                traces = tuple(await registry.traces(one))
                await registry.carry_out(one, at=NOON, traces=traces)
                assert await registry.remaining(one, at=NOON, traces=traces) == ()
        finally:
            await registry.close()


async def company_of(schema: Schema, dialect: str, database: MakeDatabase, folder: Path) -> Company:
    url = database("company")
    await furnish(schema, dialect, {"company": url})
    parsed = make_url(url)
    name = f"daemon_{parsed.database}"  # users are the whole server's
    user = f"'{name}'@'127.0.0.1'" if dialect == "mariadb" else name
    made = Company(
        url=url,
        user=user,
        user_url=parsed.set(username=name).render_as_string(hide_password=False),
        datamap=load_datamap(write_map(schema, dialect, folder)),
    )
    await made.run(f"CREATE USER {user}")
    return made


@pytest.fixture(params=[one for one in DIALECTS if one != "sqlite"])  # which knows no users
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def company(request: pytest.FixtureRequest, dialect: str, database: MakeDatabase, tmp_path: Path) -> Company:
    schema = getattr(request, "param", REFERENCE)
    return await company_of(schema, dialect, database, tmp_path)


@pytest.mark.parametrize("company", [REFERENCE, THREE_LEVELS], indirect=True, ids=["reference", "three_levels"])
async def test_what_is_printed_for_a_writer_is_enough_for_every_right(company: Company):
    await company.run(*(await company.grants())["WRITER"])

    assert [one for one in await company.findings() if one.state is State.FAULT] == []
    await company.looks()
    await company.carries_out()


@pytest.mark.parametrize("company", [REFERENCE, THREE_LEVELS], indirect=True, ids=["reference", "three_levels"])
async def test_what_is_printed_for_a_reader_is_enough_to_look_and_to_plan_and_for_nothing_else(company: Company):
    await company.run(*(await company.grants())["READER"])

    await company.looks()
    with pytest.raises(Rejected):
        await company.carries_out()
    refused = [one for one in await company.findings() if "may not" in one.said]
    assert {one.said.split("may not ")[1].split()[0] for one in refused} == {"UPDATE", "DELETE"}


async def test_without_any_one_of_them_a_right_fails_and_the_check_prints_the_one(company: Company):
    granted = (await company.grants())["WRITER"]
    await company.run(*granted)

    for grant in granted:
        if " ON SCHEMA " in grant or " ON DATABASE " in grant or " REFERENCES " in grant:
            continue  # PostgreSQL gives everybody these of the usual schema; MariaDB's has a test of its own
        await company.run(grant.replace("GRANT", "REVOKE").replace(" TO ", " FROM "))
        faults = [one for one in await company.findings() if one.state is State.FAULT and "may not" in one.said]
        missing = [one for one in faults if one.remedy == grant]
        assert missing or "SELECT" in grant, grant
        with pytest.raises(Rejected):
            await company.carries_out()
        await company.run(grant)

    await company.carries_out()


async def test_a_user_who_may_do_anything_is_remarked_and_one_of_its_own_is_not(company: Company):
    checkup = Checkup(datamap=company.datamap, urls={"company": company.url})
    mighty = [one async for one in checkup.findings(Pace()) if "holds mailbot to the map" in one.said]
    await checkup.close()
    await company.run(*(await company.grants())["WRITER"])

    assert [one.state for one in mighty] == [State.REMARK]
    assert [one for one in await company.findings() if "holds mailbot to the map" in one.said] == []


@pytest.mark.skipif(not ON_MARIADB, reason="PostgreSQL shows every foreign key to everybody")
async def test_who_cannot_see_the_foreign_keys_of_other_tables_is_a_fault_and_sees_without_reading(
    company: Company,
):
    await company.run(*(line for line in (await company.grants())["WRITER"] if "REFERENCES" not in line))
    key = "FOREIGN KEY (whose) REFERENCES subjects (id) ON DELETE CASCADE"
    await company.run(f"CREATE TABLE invoices (n INTEGER, whose INTEGER, {key})")

    (blind,) = [one for one in await company.findings() if one.state is State.FAULT]
    await company.run(blind.remedy)
    (seen,) = [one for one in await company.findings() if one.state is State.FAULT]

    assert blind.said.startswith("the user of the URL cannot see which tables of ")
    assert seen.said == "table invoices loses rows by ON DELETE CASCADE when subjects is destroyed"
    with pytest.raises(DBAPIError):
        async with connected(company.user_url) as connection:
            await connection.exec_driver_sql("SELECT * FROM invoices")
