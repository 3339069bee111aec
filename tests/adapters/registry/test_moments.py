"""A moment that is written can be told from every other later, or it is not written: no wrong "lifted"."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from mailbot.adapters import reference_schema as schema
from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.registry.moments import moment_fault, rounded
from mailbot.core.model import StepKind
from mailbot.errors import Rejected
from tests.adapters.registry.company import (
    LATER,
    NOON,
    column,
    connected,
    contents,
    execute,
    fill,
    registry_of,
    step,
)

STOP, RESUME = step(StepKind.STOP_PROCESSING), step(StepKind.RESUME_PROCESSING)
WHOLE_SECONDS = """
CREATE TRIGGER whole AFTER UPDATE OF blocked_at ON subjects WHEN NEW.blocked_at NOT LIKE '%.000000' BEGIN
UPDATE subjects SET blocked_at = substr(NEW.blocked_at, 1, 19) || '.000000' WHERE id = NEW.id; END"""


async def keep_whole_seconds(url: str) -> None:
    """As MariaDB's DATETIME does where nobody asked for more."""
    if url.startswith("postgresql"):
        await execute(url, "ALTER TABLE subjects ALTER blocked_at TYPE TIMESTAMP(0) WITH TIME ZONE")
    else:
        await execute(url, WHOLE_SECONDS)


async def block(url: str, at: datetime, *, number: int = 1) -> None:
    async with connected(url) as connection:
        whose = schema.SUBJECTS.c.id == number
        await connection.execute(sa.update(schema.SUBJECTS).where(whose).values(blocked_at=at))


async def test_a_stop_that_could_not_be_lifted_again_is_not_written(registry: SqlRegistry, url: str):
    await keep_whole_seconds(url)
    before = await contents(url)

    with pytest.raises(Rejected, match=r"subjects.blocked_at.*mailbot doctor"):
        await registry.carry_out(STOP, at=NOON)

    assert await contents(url) == before


@pytest.mark.parametrize("stored", [NOON.replace(microsecond=0), NOON.replace(microsecond=123000)])
async def test_lifted_is_not_said_while_our_own_moment_stands_there_rounded(
    registry: SqlRegistry, url: str, stored: datetime
):
    await block(url, stored)

    lifted = await registry.carry_out(RESUME, at=NOON)
    (left,) = await registry.remaining(RESUME, at=NOON)

    assert lifted == ()
    assert (left.table, left.rows) == ("subjects", 1)


@pytest.mark.parametrize("other", [NOON + timedelta(microseconds=1), NOON - timedelta(milliseconds=300), LATER])
async def test_a_block_that_somebody_else_has_set_is_none_of_ours(
    registry: SqlRegistry, url: str, other: datetime
):
    await block(url, other)

    await registry.carry_out(RESUME, at=NOON)

    assert await registry.remaining(RESUME, at=NOON) == ()
    assert await column(url, schema.SUBJECTS.c.blocked_at) == [other]


async def test_a_day_that_somebody_else_has_noted_as_text_stops_nothing(registry: SqlRegistry, url: str):
    await execute(
        url, "ALTER TABLE consents DROP COLUMN withdrawn_at", "ALTER TABLE consents ADD withdrawn_at VARCHAR(40)"
    )
    await execute(url, "UPDATE consents SET withdrawn_at = '2026-11-23'")

    assert "consents" not in [change.table for change in await registry.carry_out(STOP, at=NOON)]
    assert await registry.remaining(STOP, at=NOON) == ()


async def test_a_stop_at_a_whole_second_is_lifted_like_any_other(registry: SqlRegistry, url: str):
    await registry.carry_out(STOP, at=LATER)

    await registry.carry_out(RESUME, at=LATER)

    assert await registry.remaining(RESUME, at=LATER) == ()
    assert await column(url, schema.SUBJECTS.c.blocked_at) == [None]


def test_a_moment_can_be_rounded_up_and_down_to_fewer_digits():
    at = datetime(2026, 11, 23, 23, 59, 59, 987654, tzinfo=UTC)

    assert {datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)} <= set(rounded(at))
    assert at.replace(microsecond=988000) in rounded(at)
    assert at.replace(microsecond=987000) in rounded(at)
    assert at not in rounded(at)


@pytest.mark.parametrize(
    ("type_", "fault"),
    [
        (mysql.DATETIME(), "keeps 0 of 6 digits of a second"),
        (mysql.TIMESTAMP(fsp=3), "keeps 3 of 6 digits of a second"),
        (mysql.DATETIME(fsp=6), ""),
        (postgresql.TIMESTAMP(precision=0), "keeps 0 of 6 digits of a second"),
        (postgresql.TIMESTAMP(), ""),
        (sa.DateTime(), ""),
        (sa.String(31), "is too short for a moment"),
        (sa.String(32), ""),
        (sa.Text(), ""),
        (sa.Date(), "is no timestamp, but a step writes one"),
        (sa.Boolean(), "is no timestamp, but a step writes one"),
    ],
)
def test_what_a_column_must_keep_of_a_moment(type_: sa.types.TypeEngine[object], fault: str):
    assert moment_fault(sa.Column("x", type_)).partition(":")[0] == fault


async def test_doctor_names_a_text_column_that_is_too_short_for_a_moment(registry: SqlRegistry, url: str):
    await execute(
        url, "ALTER TABLE consents DROP COLUMN withdrawn_at", "ALTER TABLE consents ADD withdrawn_at VARCHAR(20)"
    )

    (line,) = await registry.check()

    assert line == (
        "store company: column consents.withdrawn_at is too short for a moment: let it hold 32 characters"
    )


@pytest.mark.servers
async def test_doctor_names_a_column_that_keeps_whole_seconds(request: pytest.FixtureRequest):
    url = request.getfixturevalue("postgres").database()
    await fill(url)
    await keep_whole_seconds(url)
    registry = registry_of(url)

    (line,) = await registry.check()
    await registry.close()

    assert line == (
        "store company: column subjects.blocked_at keeps 0 of 6 digits of a second: "
        "change its type to one that keeps microseconds"
    )
