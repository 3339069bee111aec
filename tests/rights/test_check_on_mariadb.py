"""What only MariaDB and MySQL do, and `mailbot datamap check` must say (issue 5, item 2). Runs in their drill."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.registry import Checkup, Finding, Pace, State, discover_map
from mailbot.adapters.registry.check import LOOKS
from mailbot.adapters.registry.check.finding import Look, Patient
from mailbot.core.datamap import DataMap
from tests.rights.conftest import ON_MARIADB, MakeDatabase
from tests.schemas import connected, furnish, write_map
from tests.schemas.reference import SCHEMA
from tests.schemas.three_levels import SCHEMA as THREE_LEVELS

FULL = Pace()
pytestmark = pytest.mark.skipif(not ON_MARIADB, reason="MAILBOT_RIGHTS_ON_MARIADB is not set")


@pytest.fixture
def url(database: MakeDatabase) -> str:
    return database("company")


@pytest.fixture
async def datamap(url: str, tmp_path: Path) -> DataMap:
    await furnish(SCHEMA, "mariadb", {"company": url})
    return load_datamap(write_map(SCHEMA, "mariadb", tmp_path))


async def run(url: str, *statements: str) -> None:
    async with connected(url) as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def findings(
    url: str, datamap: DataMap, *, looks: Mapping[str, Look] = LOOKS, pace: Pace = FULL
) -> list[Finding]:
    checkup = Checkup(datamap=datamap, urls={"company": url})
    found = [one async for one in checkup.findings(pace, looks=looks)]
    await checkup.close()
    return [one for one in found if "holds mailbot to the map" not in one.said]  # the tests' own user


async def test_the_reference_map_fits_without_a_remark(url: str, datamap: DataMap):
    assert await findings(url, datamap) == []


async def test_a_key_of_text_that_is_compared_loosely_is_remarked(database: MakeDatabase, tmp_path: Path):
    url = database("company")
    await furnish(THREE_LEVELS, "mariadb", {"company": url})

    loose = await findings(url, load_datamap(write_map(THREE_LEVELS, "mariadb", tmp_path)))

    told = {(one.table, one.column) for one in loose if "takes anna and ánna for the same" in one.said}
    assert ("orders", "login") in told
    assert {one.state for one in loose if (one.table, one.column) in told} == {State.REMARK}


async def test_a_table_without_transactions_is_a_fault_and_the_remedy_cures_it(url: str, datamap: DataMap):
    await run(url, "DROP TABLE site_visits")
    await run(
        url,
        "CREATE TABLE site_visits (id INTEGER PRIMARY KEY AUTO_INCREMENT, subject_id INTEGER, page TEXT, "
        "ip VARCHAR(45), browser TEXT, language VARCHAR(35), visited_at DATETIME(6), KEY (subject_id)) "
        "ENGINE = MyISAM",
    )

    (fault,) = [one for one in await findings(url, datamap) if one.state is State.FAULT]
    await run(url, fault.remedy)

    assert fault.said == "table site_visits is kept by MyISAM without transactions: a right could stay half done"
    assert [one for one in await findings(url, datamap) if one.state is State.FAULT] == []


async def test_a_moment_in_whole_seconds_is_a_fault(url: str, datamap: DataMap):
    await run(url, "ALTER TABLE subjects MODIFY blocked_at DATETIME NULL")

    (fault,) = [one for one in await findings(url, datamap) if one.state is State.FAULT]

    assert (fault.table, fault.column) == ("subjects", "blocked_at")
    assert "keeps 0 of 6 digits of a second" in fault.said


async def test_a_missing_index_on_an_address_is_cured_by_what_is_printed(
    url: str, datamap: DataMap, tmp_path: Path
):
    """MariaDB indexes no expression: a column beside, compared exactly, and its name on the map."""
    await run(url, "ALTER TABLE subjects DROP COLUMN email_folded")
    reference = Path("config/datamap.toml")
    plain = load_datamap(reference)

    (remark,) = [one for one in await findings(url, plain) if "no index" in one.said]
    statement, _, on_the_map = remark.remedy.partition("; and on the map ")
    await run(url, statement)
    mapped = tmp_path / "mapped.toml"
    text = reference.read_text(encoding="utf-8").replace(
        '\nemail = "email" ', f"\n{on_the_map.partition(',')[0]} "
    )
    mapped.write_text(text.replace("email_is_lower_case = false", "email_is_lower_case = true"), encoding="utf-8")

    assert await findings(url, load_datamap(mapped)) == []


async def test_triggers_and_cascades_are_seen(url: str, datamap: DataMap):
    await run(
        url,
        "CREATE TABLE invoices (n INTEGER, whose INTEGER, FOREIGN KEY (whose) REFERENCES subjects (id) "
        "ON DELETE CASCADE)",
        "CREATE TRIGGER keep_a_copy AFTER DELETE ON subjects FOR EACH ROW SET @gone = OLD.id",
    )

    found = await findings(url, datamap)

    assert [one.table for one in found if one.state is State.FAULT] == ["invoices"]
    assert "trigger keep_a_copy acts by itself when rows of table subjects change" in [one.said for one in found]


async def test_people_beside_the_map_are_seen_and_a_map_is_proposed(url: str, datamap: DataMap):
    await run(url, "CREATE TABLE guests (id INTEGER PRIMARY KEY, a VARCHAR(99))")
    await run(url, "INSERT INTO guests VALUES (1, 'dina@example.kz')")

    (beside,) = [one for one in await findings(url, datamap) if one.table == "guests"]
    text = await discover_map(url, name="company")

    assert "a: 1 of 1 values looked at are e-mail addresses" in beside.said
    assert '[[stores.tables]]\nname = "guests"' in text
    assert "@" not in text


async def asleep(patient: Patient) -> list[Finding]:
    await patient.connection.exec_driver_sql("SELECT sleep(60)")
    return []


async def test_a_look_that_takes_too_long_is_given_up(url: str, datamap: DataMap):
    (slow,) = await findings(url, datamap, looks={"slow": asleep}, pace=Pace(seconds=0.5))

    assert slow.said == "slow: not finished within 0.5 seconds"
