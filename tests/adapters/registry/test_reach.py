"""Advertising is stopped by channel, topic and number, and by nothing wider than was asked (issue 5, item 4)."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from mailbot.adapters.registry.phones import read, written
from mailbot.core.datamap import ByEmail, ByPhone, Flag, Mark, Reach, Table, Through
from mailbot.core.model import Address, Channel, Step, StepKind
from tests.adapters.registry.club import FORMS, club, held, opened, rows, table
from tests.adapters.registry.company import ANNA, BORIS, NOON, execute, step

SUPPRESS = step(StepKind.SUPPRESS)
BY_MAIL = ByEmail(column="mail", folded=True)
WAYS = {"mail": Channel.EMAIL, "text": Channel.SMS}
MEMBERS = table(
    "members",
    "number",
    ByEmail(column="mail"),
    ByPhone(column="phone", stored=FORMS[:1]),
    columns="mail full_name phone",
    persons=True,
    suppress=Mark(columns=("blocked_at",)),
)
READERS = table(
    "readers",
    "mail topic",
    BY_MAIL,
    columns="mail",
    suppress=Flag(values={"wants": False}),
    reach=Reach(channel="way", channels=WAYS, topic="topic"),
)
CALLS = table(
    "calls", "number", ByPhone(column="phone", stored=FORMS), columns="phone", suppress=Flag(values={"about": "-"})
)


async def suppressed(url: str, one: Step, *tables: Table) -> Mapping[str, int]:
    """Rows in which *one* stops something."""
    registry = await opened(url, club(MEMBERS, *tables))
    planned = await registry.plan(one)
    done = await registry.carry_out(one, at=NOON)
    assert rows(planned) == rows(done)
    assert await registry.remaining(one, at=NOON) == ()
    await registry.close()
    return rows(done)


async def test_one_channel_is_stopped_and_the_others_go_on(url: str):
    assert await suppressed(url, replace(SUPPRESS, channels=(Channel.SMS,)), READERS) == {"readers": 1}
    assert await held(url, "way FROM readers WHERE mail = 'anna@example.kz' AND wants") == [("mail",)]


async def test_one_topic_is_stopped_and_the_others_go_on(url: str):
    assert await suppressed(url, replace(SUPPRESS, topics=("news",)), READERS) == {"readers": 2}


async def test_a_channel_that_no_value_of_the_column_stands_for_stops_nothing(url: str):
    assert await suppressed(url, replace(SUPPRESS, channels=(Channel.CALLS,)), READERS) == {}


async def test_a_table_of_one_channel_is_touched_when_that_is_named_and_by_no_other(url: str):
    only = replace(READERS, reach=Reach(only=Channel.EMAIL))

    assert await suppressed(url, replace(SUPPRESS, channels=(Channel.EMAIL,)), only) == {"readers": 3}


async def test_a_table_of_another_channel_is_not_touched(url: str):
    only = replace(READERS, reach=Reach(only=Channel.EMAIL))

    assert await suppressed(url, replace(SUPPRESS, channels=(Channel.SMS,)), only) == {}


@pytest.mark.parametrize("named", [{"channels": (Channel.SMS,)}, {"topics": ("news",)}])
async def test_a_table_that_cannot_tell_is_not_touched_for_a_part(url: str, named: Mapping[str, tuple[str, ...]]):
    assert await suppressed(url, replace(SUPPRESS, **named), replace(READERS, reach=None)) == {}  # type: ignore[arg-type]


async def test_a_topic_within_a_channel_that_a_table_cannot_tell_is_not_touched(url: str):
    one = replace(SUPPRESS, channels=(Channel.EMAIL,), topics=("news",))

    assert await suppressed(url, one, replace(READERS, reach=Reach(only=Channel.EMAIL))) == {}


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("+7##########", "+77000000001"),
        ("8##########", "87000000001"),
        ("7##########", "77000000001"),
        ("##########", "7000000001"),
        ("8 (###) ###-##-##", "8 (700) 000-00-01"),
        ("+7 (7##) ###-##-##", "+7 (700) 000-00-01"),
        ("+998#########", ""),
        ("+7 9#########", ""),
        ("no number", ""),
    ],
)
def test_a_number_is_looked_up_as_it_is_written(form: str, expected: str):
    found = (expected,) if expected else ()

    assert written(("+77000000001",), (form,)) == found
    assert list(read(found, (form,))) == ["+77000000001"] * len(found)


def test_a_number_of_another_country_is_not_taken_for_one_of_ours():
    assert written(("+17000000001", "+7700"), FORMS) == ()
    assert list(read(("+17000000001", "7000", "", "call Anna"), FORMS)) == []


async def test_advertising_to_a_number_stops_however_it_is_written(url: str):
    one = replace(step(StepKind.SUPPRESS, Address("nobody@example.org")), phones=("+77000000001",))

    assert await suppressed(url, one, CALLS) == {"calls": 2, "members": 1}
    assert await held(url, "number FROM calls WHERE about = '-' ORDER BY number") == [(1,), (2,)]


async def test_an_address_and_a_number_are_each_enough(url: str):
    assert await suppressed(url, replace(SUPPRESS, phones=("+77000000009",)), CALLS) == {"calls": 1, "members": 1}


async def test_a_strangers_number_is_left_alone_where_only_ones_own_is_meant(url: str):
    strangers = replace(SUPPRESS, phones=("+77000000002", "+77000000001"), own_phones=True)

    assert await suppressed(url, strangers, CALLS) == {"calls": 2, "members": 1}
    assert await held(url, "number FROM calls WHERE about = '-' ORDER BY number") == [(1,), (2,)]


async def test_what_bears_ones_own_number_goes_with_the_person(url: str):
    registry = await opened(url, club(MEMBERS, CALLS))
    destroy = step(StepKind.DESTROY)

    done = await registry.carry_out(destroy, at=NOON, traces=await registry.traces(destroy))

    assert rows(done) == {"calls": 2, "members": 1}
    assert await held(url, "number FROM calls ORDER BY number") == [(3,), (4,)]
    await registry.close()


async def test_what_bears_a_number_of_two_persons_is_neithers(url: str):
    registry = await opened(url, club(MEMBERS, CALLS))
    destroy = step(StepKind.DESTROY, BORIS)

    done = await registry.carry_out(destroy, at=NOON, traces=await registry.traces(destroy))

    assert rows(done) == {"members": 1}
    assert await held(url, "number FROM members ORDER BY number") == [(1,), (3,)]
    await registry.close()


async def test_a_row_is_found_by_any_of_its_ways_and_by_what_else_the_map_says_of_it(url: str):
    several = table(
        "orders",
        "number",
        Through(table="members", columns=("member",), key=("number",)),
        Through(table="members", columns=("number",), key=("number",)),
        where={"norm": "договор № 7"},
    )
    registry = await opened(url, club(replace(MEMBERS, ways=MEMBERS.ways[:1]), several))

    assert rows(await registry.plan(step(StepKind.DISCLOSE))) == {"orders": 1, "members": 1}
    await registry.close()


async def test_a_column_that_leads_on_and_is_empty_keeps_nobody_from_being_destroyed(url: str):
    calls = table("calls", "number", Through(table="members", columns=("phone",), key=("phone",)))
    registry = await opened(url, club(replace(MEMBERS, ways=MEMBERS.ways[:1]), calls))
    destroy = step(StepKind.DESTROY, ANNA)
    await execute(url, "UPDATE members SET phone = NULL WHERE number = 1")

    done = await registry.carry_out(destroy, at=NOON, traces=await registry.traces(destroy))

    assert rows(done) == {"members": 1}
    await registry.close()


async def test_a_key_that_is_none_leads_to_nobody_elses_rows(url: str):
    people = table("readers", "topic", ByEmail(column="mail"), columns="mail", persons=True)
    calls = table("calls", "number", Through(table="readers", columns=("about",), key=("topic",)))
    registry = await opened(url, club(people, calls))
    await execute(
        url,
        "UPDATE calls SET about = 'news' WHERE number = 1",  # Boris reads them too
        "DELETE FROM readers WHERE mail = 'anna@example.kz' AND (way <> 'mail' OR topic = 'prices')",
    )
    destroy = step(StepKind.DESTROY)

    done = await registry.carry_out(destroy, at=NOON, traces=await registry.traces(destroy))

    assert rows(done) == {"readers": 1}
    assert len(await held(url, "number FROM calls")) == 4
    await registry.close()
