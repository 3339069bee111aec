"""Access, level 2: every value of the one person, and of nobody else (issue 5, item 6)."""

from dataclasses import replace

import pytest

from mailbot.core.datamap import ByEmail, ByPhone, Copy, Record, Through
from mailbot.errors import Rejected
from tests.adapters.registry.club import FORMS, club, opened, table
from tests.adapters.registry.company import ANNA, BORIS, execute

PEOPLE = table(
    "members",
    "number",
    ByEmail(column="mail"),
    ByPhone(column="phone", stored=FORMS),
    columns="mail full_name phone blocked_at",
    persons=True,
)
CALLS = table("calls", "number", ByPhone(column="phone", stored=FORMS), columns="phone about")
BY_KEY = table(
    "calls", "number", Through(table="members", columns=("phone",), key=("phone",)), columns="phone about"
)


def record(name: str, **columns: str) -> Record:
    return Record(store="company", table=name, category="user.content", columns=columns)


async def test_a_copy_tells_every_value_row_by_row_and_leaves_out_what_is_empty(url: str):
    registry = await opened(url, club(PEOPLE, CALLS))

    copy = await registry.values(ANNA)

    assert copy == Copy(
        records=(
            record("members", mail="Anna@Example.KZ", full_name="Анна Примерова", phone="+77000000001"),
            record("calls", phone="87000000001", about="роза"),
            record("calls", phone="8 (700) 000-00-01"),
        )
    )
    assert "Анна" not in repr(copy)
    await registry.close()


@pytest.mark.parametrize("calls", [CALLS, BY_KEY])
async def test_rows_of_a_number_that_two_persons_have_are_withheld_and_counted(url: str, calls: object):
    people = PEOPLE if calls is CALLS else replace(PEOPLE, ways=PEOPLE.ways[:1])
    registry = await opened(url, club(people, calls))  # type: ignore[arg-type]

    copy = await registry.values(BORIS)

    assert {one.table for one in copy.records} == {"members"}
    assert copy.withheld == 1
    await registry.close()


async def test_what_two_persons_hold_under_one_address_is_given_to_neither(url: str):
    registry = await opened(url, club(PEOPLE, CALLS))
    await execute(url, "UPDATE members SET mail = 'anna@example.kz' WHERE number = 2")

    with pytest.raises(Rejected, match="several persons"):
        await registry.values(ANNA)
    await registry.close()
