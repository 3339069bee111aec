"""Destruction that leaves the row: each column as the map says, and a second look that finds what is not so."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from mailbot.adapters.registry import SqlRegistry
from mailbot.core.datamap import Blank, ByEmail, Delete, Flag, Mark, Through, Trace
from mailbot.core.model import StepKind
from mailbot.errors import Rejected
from mailbot.ports import Key
from tests.adapters.registry.club import club, held, opened, rows, table
from tests.adapters.registry.company import BORIS, NOON, execute, step

DESTROY = step(StepKind.DESTROY)
PEOPLE = table("members", "number", ByEmail(column="mail"), columns="mail", persons=True)
BLANK = table(
    "reviews",
    "number",
    ByEmail(column="mail"),
    columns="mail=hash author=null said=mask stars=keep",
    destroy=Blank(),
)


@pytest.fixture
async def blank(url: str) -> AsyncIterator[SqlRegistry]:
    registry = await opened(url, club(PEOPLE, BLANK))
    yield registry
    await registry.close()


async def destroy(registry: SqlRegistry) -> tuple[Trace, ...]:
    """As the journeys do it; its traces."""
    kept = tuple(await registry.traces(DESTROY))
    await registry.carry_out(DESTROY, at=NOON, traces=kept)
    return kept


async def test_the_row_stays_and_tells_of_nobody(blank: SqlRegistry, url: str):
    planned = await blank.plan(DESTROY)
    kept = await blank.traces(DESTROY)
    done = await blank.carry_out(DESTROY, at=NOON, traces=kept)

    assert planned == done
    assert rows(done, "destruction") == {"members": 1, "reviews": 2}
    (first, second, boris) = await held(url, "mail, author, said, stars FROM reviews ORDER BY number")
    assert first[1:] == (None, "***", 5)
    assert second[1:] == (None, "", 4)  # what was empty says nothing
    assert boris == (BORIS, "Борис", "Анна советовала", 3)  # free text of others is theirs
    assert next(one.columns for one in done if one.table == "reviews") == ("mail", "author", "said")


async def test_a_hash_keeps_rows_of_one_person_together_and_names_its_key(blank: SqlRegistry, url: str):
    await destroy(blank)

    (first, second, _) = [mail for (mail,) in await held(url, "mail FROM reviews ORDER BY number")]
    assert first == second
    assert first.startswith("keyed:3:")
    assert "anna" not in first.lower()


async def test_who_has_another_key_makes_another_hash(url: str):
    registry = await opened(url, club(PEOPLE, BLANK), key=Key(4, b"another vault"))
    await destroy(registry)

    assert [mail[:8] for (mail,) in await held(url, "mail FROM reviews WHERE number = 1")] == ["keyed:4:"]
    await registry.close()


async def test_without_a_key_nothing_is_hashed_and_nothing_is_destroyed(url: str):
    registry = await opened(url, club(PEOPLE, BLANK), key=None)
    before = await held(url, "* FROM reviews")

    with pytest.raises(Rejected, match=r"reviews\.mail: no key"):
        await registry.carry_out(DESTROY, at=NOON, traces=await registry.traces(DESTROY))

    assert await held(url, "* FROM reviews") == before
    assert await held(url, "number FROM members WHERE number = 1") == [(1,)]
    await registry.close()


async def test_the_second_look_finds_a_row_by_its_key_when_its_address_is_blanked(blank: SqlRegistry, url: str):
    kept = await destroy(blank)
    assert await blank.remaining(DESTROY, traces=kept) == ()

    await execute(url, "UPDATE reviews SET author = 'Анна' WHERE number = 2")

    assert rows(await blank.remaining(DESTROY, traces=kept)) == {"reviews": 1}


@pytest.mark.parametrize("value", ["said = 'Анна'", "mail = 'keyed'"])
async def test_a_column_that_is_written_again_is_not_called_blank(blank: SqlRegistry, url: str, value: str):
    kept = await destroy(blank)

    await execute(url, f"UPDATE reviews SET {value} WHERE number = 1")  # noqa: S608 - our own values

    assert rows(await blank.remaining(DESTROY, traces=kept)) == {"reviews": 1}


async def test_taken_twice_it_blanks_once(blank: SqlRegistry, url: str):
    kept = await destroy(blank)
    after = await held(url, "* FROM reviews ORDER BY number")

    assert await blank.carry_out(DESTROY, at=NOON, traces=await blank.traces(DESTROY, known=kept)) == ()
    assert await held(url, "* FROM reviews ORDER BY number") == after


async def test_a_row_that_came_meanwhile_waits_for_the_next_try(blank: SqlRegistry, url: str):
    kept = await blank.traces(DESTROY)
    await execute(url, "INSERT INTO reviews VALUES (9, 'anna@example.kz', 'Анна', 'late', 1)")

    await blank.carry_out(DESTROY, at=NOON, traces=kept)

    assert await held(url, "author FROM reviews WHERE number = 9") == [("Анна",)]
    assert rows(await blank.remaining(DESTROY, traces=kept)) == {"reviews": 1}


async def test_a_column_that_must_not_be_empty_is_said_and_nothing_is_done_by_halves(url: str):
    nulls = replace(BLANK, columns=table("x", "x", columns="mail=null").columns)
    registry = await opened(url, club(PEOPLE, nulls), must="NOT NULL")

    with pytest.raises(Rejected, match="store company"):
        await registry.carry_out(DESTROY, at=NOON)

    assert await held(url, "number FROM members WHERE number = 1") == [(1,)]
    await registry.close()


async def test_a_number_is_not_masked(url: str):
    masked = replace(BLANK, columns=table("x", "x", columns="stars=mask").columns)
    registry = await opened(url, club(PEOPLE, masked))

    with pytest.raises(Rejected, match=r"reviews\.stars is no text"):
        await registry.carry_out(DESTROY, at=NOON)
    await registry.close()


async def test_what_hangs_on_a_blanked_row_is_still_found_when_it_comes_late(url: str):
    lines = table(
        "lines",
        "number",
        Through(table="reviews", columns=("order_number",), key=("number",)),
        columns="engraving",
    )
    registry = await opened(url, club(PEOPLE, BLANK, lines))
    kept = await destroy(registry)

    await execute(url, "INSERT INTO lines VALUES (9, 2, 'late')")

    assert rows(await registry.remaining(DESTROY, traces=kept)) == {"lines": 1}
    again = await registry.traces(DESTROY, known=kept)
    assert rows(await registry.carry_out(DESTROY, at=NOON, traces=again)) == {"lines": 1}
    await registry.close()


# ---------------------------------------------------------------- unblocked and destroyed at once (KZ 94-V 1(6))


BLOCKED = replace(PEOPLE, stop=Mark(columns=("blocked_at",)))


@pytest.mark.parametrize("destroyed", [Delete(), BLANK.destroy])
async def test_a_blocked_record_is_unblocked_and_destroyed_in_one_transaction(url: str, destroyed: Delete):
    columns = "mail=mask" if destroyed == BLANK.destroy else "mail"
    people = replace(BLOCKED, destroy=destroyed, columns=table("x", "x", columns=columns).columns)
    registry = await opened(url, club(people, BLANK))
    await registry.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)

    planned = await registry.plan(DESTROY)
    done = await registry.carry_out(DESTROY, at=NOON, traces=await registry.traces(DESTROY))

    assert planned == done
    told = [(one.operation, one.rows, one.columns) for one in done if one.table == "members"]
    assert told == [("unblocking", 1, ("blocked_at",)), ("destruction", 1, ("mail",))]
    assert await held(url, "blocked_at FROM members WHERE blocked_at IS NOT NULL") == []
    await registry.close()


async def test_a_flag_that_blocks_is_lifted_too_where_it_is_ours(url: str):
    people = replace(PEOPLE, stop=Flag(values={"state": "frozen"}))
    registry = await opened(url, club(people, BLANK))
    stop = step(StepKind.STOP_PROCESSING)
    blocked = await registry.traces(stop)
    await registry.carry_out(stop, at=NOON, traces=blocked)

    kept = await registry.traces(DESTROY, known=blocked)
    planned = await registry.plan(DESTROY, traces=kept)
    done = await registry.carry_out(DESTROY, at=NOON, traces=kept)

    assert planned == done
    told = [(one.operation, one.rows, one.columns) for one in done if one.table == "members"]
    assert told == [("unblocking", 1, ("state",)), ("destruction", 1, ("mail",))]
    assert await registry.remaining(DESTROY, traces=kept) == ()
    await registry.close()


async def test_a_destruction_that_fails_leaves_the_record_blocked(url: str):
    registry = await opened(url, club(BLOCKED, BLANK), key=None)
    await registry.carry_out(step(StepKind.STOP_PROCESSING), at=NOON)

    with pytest.raises(Rejected, match="no key"):
        await registry.carry_out(DESTROY, at=NOON)

    assert len(await held(url, "blocked_at FROM members WHERE blocked_at IS NOT NULL")) == 1
    await registry.close()


async def test_what_is_not_blocked_is_not_told_to_be_unblocked(url: str):
    registry = await opened(url, club(BLOCKED))

    assert [one.operation for one in await registry.carry_out(DESTROY, at=NOON)] == ["destruction"]
    await registry.close()
