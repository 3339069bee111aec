"""Doctor counts people who are on file and would not be found: nobody is told "we hold nothing" by a space."""

from dataclasses import replace

import pytest

from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.registry.check.spelling import is_found
from mailbot.core.datamap import ByEmail, DataMap, Delete, Table
from mailbot.core.model import Address
from tests.adapters.registry.company import MAP, add_person, execute, fill, registry_of

UNSEEN = (" padded@example.kz", "Anna <named@example.kz>", "two@example.kz; boris@example.org", "АННА@example.kz")


async def test_people_whose_address_is_not_plain_are_counted_and_none_is_named(registry: SqlRegistry, url: str):
    for number, email in enumerate(UNSEEN[:3], start=10):
        await add_person(url, number, email=email)

    (line,) = await registry.remarks()

    assert line == (
        "store company: 3 of 5 addresses in subjects.email are written so that nobody finds their owner "
        "(spaces, names, several in one, capitals a database cannot fold): write one plain address in each row"
    )


@pytest.mark.parametrize("email", ["Anna@Example.KZ", "info@қазақ.қаз", "o'hara+news@example.org", "-", ""])
async def test_what_is_found_or_is_no_address_at_all_is_no_remark(registry: SqlRegistry, url: str, email: str):
    await add_person(url, 10, email=email)

    assert await registry.remarks() == ()


async def test_capitals_that_the_database_cannot_fold_are_counted(tmp_path):
    (tmp_path / "company.db").touch()
    url = f"sqlite+aiosqlite:///{tmp_path}/company.db"
    await fill(url)
    await add_person(url, 10, email=UNSEEN[3])
    registry = registry_of(url)

    assert [subject.key for subject in await registry.find(Address("анна@example.kz"))] == []
    assert [line.partition(" addresses")[0] for line in await registry.remarks()] == ["store company: 1 of 3"]
    await registry.close()


async def test_capitals_in_a_column_that_the_map_calls_lower_case_are_counted(registry: SqlRegistry, url: str):
    await execute(url, "CREATE TABLE leads (id INTEGER PRIMARY KEY, mail VARCHAR(99))")
    await execute(url, "INSERT INTO leads VALUES (1, 'Anna@example.kz'), (2, 'boris@example.org')")

    looked = registry_of(url, folded_leads())
    (line,) = await looked.remarks()
    await looked.close()

    assert line.startswith("store company: 1 of 2 addresses in leads.mail")


@pytest.mark.parametrize(
    ("stored", "folded", "found"),
    [
        ("anna@example.kz", "anna@example.kz", True),
        ("Anna@example.kz", "anna@example.kz", True),
        ("АННА@example.kz", "АННА@example.kz", False),
        ("anna@example.kz ", "anna@example.kz ", False),
        ("mailto:anna@example.kz", "mailto:anna@example.kz", True),  # who knows: it may be somebody's
        ("anna@example.kz,b@example.kz", "anna@example.kz,b@example.kz", False),
        ("call her", "call her", True),
    ],
)
def test_who_is_found(stored: str, folded: str, *, found: bool):
    assert is_found(stored, folded) is found


def folded_leads() -> DataMap:
    """Leads alone, each a person, in lower case as the map says."""
    column = replace(MAP.stores[0].tables[0].columns[0], name="mail")
    leads = Table(
        name="leads",
        key=("id",),
        category="user.contact",
        ways=(ByEmail(column="mail", folded=True),),
        columns=(column,),
        destroy=Delete(),
        persons=True,
    )
    return replace(MAP, stores=(replace(MAP.stores[0], tables=(leads,)),))
