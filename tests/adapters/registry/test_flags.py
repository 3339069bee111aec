"""Flags are set, and put back exactly as they stood, where ours still stands (issue 5, items 1 and 4)."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.registry import flags as flags_module
from mailbot.core.datamap import ByEmail, Flag, Reach, Remove, Trace, TraceOf
from mailbot.core.model import Address, Step, StepKind
from mailbot.errors import Rejected
from tests.adapters.registry.club import club, held, opened, rows, table
from tests.adapters.registry.company import ANNA, BORIS, LATER, NOON, execute, registry_of, step

SUPPRESS, ADVERTISE = step(StepKind.SUPPRESS), step(StepKind.RESUME_ADVERTISING)
STOP, PROCESS = step(StepKind.STOP_PROCESSING), step(StepKind.RESUME_PROCESSING)
WANTS = "wants FROM readers WHERE mail = 'anna@example.kz' ORDER BY way, topic"

MEMBERS = table(
    "members",
    "number",
    ByEmail(column="mail"),
    columns="mail full_name",
    persons=True,
    stop=Flag(values={"state": "frozen"}, where={"state": "active"}),
)
READERS = table(
    "readers",
    "mail topic",
    ByEmail(column="mail", folded=True),
    columns="mail",
    suppress=Flag(values={"wants": False}),
    stop=Flag(values={"wants": False, "score": None}),
    reach=Reach(channel="way"),
)
CLUB = club(MEMBERS, READERS)


@pytest.fixture
async def flags(url: str) -> AsyncIterator[SqlRegistry]:
    registry = await opened(url, CLUB)
    yield registry
    await registry.close()


async def take(registry: SqlRegistry, one: Step) -> tuple[Trace, ...]:
    """The step, as the journeys take it; its traces."""
    kept = tuple(await registry.traces(one))
    await registry.carry_out(one, at=NOON, traces=kept)
    return kept


async def test_a_flag_is_written_where_another_value_stands_and_nowhere_else(flags: SqlRegistry, url: str):
    planned = await flags.plan(SUPPRESS, at=NOON)
    kept = await flags.traces(SUPPRESS)
    done = await flags.carry_out(SUPPRESS, at=NOON, traces=kept)

    assert rows(planned) == rows(done) == {"readers": 3}
    assert [change.operation for change in done] == ["blocking"]
    assert await held(url, WANTS) == [(False,)] * 4
    assert await held(url, "wants FROM readers WHERE mail = 'boris@example.org'") == [(True,)]
    assert await flags.remaining(SUPPRESS, at=NOON, traces=kept) == ()


async def test_what_stood_there_is_put_back_row_by_row(flags: SqlRegistry, url: str):
    before = await held(url, f"mail, way, topic, score, {WANTS}")
    stopped = await take(flags, STOP)

    planned = await flags.plan(PROCESS, at=NOON, traces=stopped)
    lifted = await flags.carry_out(PROCESS, at=NOON, traces=await flags.traces(PROCESS, known=stopped))

    assert rows(planned) == rows(lifted) == {"readers": 3, "members": 1}
    assert {change.operation for change in lifted} == {"unblocking"}
    assert await held(url, f"mail, way, topic, score, {WANTS}") == before
    assert await held(url, "state FROM members WHERE number = 1") == [("active",)]
    assert await flags.remaining(PROCESS, at=NOON, traces=stopped) == ()
    assert await flags.carry_out(PROCESS, at=LATER, traces=stopped) == ()


async def test_a_value_that_somebody_has_set_since_is_left_to_them(flags: SqlRegistry, url: str):
    kept = await take(flags, STOP)
    await execute(url, "UPDATE members SET state = 'banned' WHERE number = 1")

    lifted = await flags.carry_out(PROCESS, at=NOON, traces=kept)

    assert rows(lifted) == {"readers": 3}
    assert await held(url, "state FROM members WHERE number = 1") == [("banned",)]


async def test_a_flag_that_stood_before_is_not_taken_for_ours(flags: SqlRegistry, url: str):
    kept = await take(flags, SUPPRESS)

    await flags.carry_out(ADVERTISE, at=NOON, traces=kept)

    assert (False,) in await held(url, "wants FROM readers WHERE topic = 'prices'")


async def test_who_denies_a_forged_withdrawal_has_every_flag_back(flags: SqlRegistry, url: str):
    before = await held(url, f"score, {WANTS}")
    advertising, processing = await take(flags, SUPPRESS), await take(flags, STOP)

    await flags.carry_out(ADVERTISE, at=NOON, traces=advertising)
    await flags.carry_out(PROCESS, at=NOON, traces=processing)

    assert await held(url, f"score, {WANTS}") == before


async def test_advertising_that_was_stopped_before_stays_stopped_when_a_block_lapses(flags: SqlRegistry, url: str):
    await take(flags, SUPPRESS)
    processing = await take(flags, STOP)

    await flags.carry_out(PROCESS, at=NOON, traces=processing)

    assert await held(url, WANTS) == [(False,)] * 4


async def test_a_row_that_left_no_trace_is_not_flagged_but_found_by_the_second_look(flags: SqlRegistry, url: str):
    kept = await flags.traces(SUPPRESS)
    await execute(url, "INSERT INTO readers VALUES ('anna@example.kz', 'mail', 'roofs', true, NULL)")

    done = await flags.carry_out(SUPPRESS, at=NOON, traces=kept)

    assert rows(done) == {"readers": 3}
    assert rows(await flags.remaining(SUPPRESS, at=NOON, traces=kept)) == {"readers": 1}
    again = await flags.traces(SUPPRESS, known=kept)
    assert rows(await flags.carry_out(SUPPRESS, at=NOON, traces=again)) == {"readers": 1}
    assert rows(await flags.plan(ADVERTISE, at=NOON, traces=again)) == {"readers": 4}


async def test_who_dies_before_saying_so_still_knows_what_stood_there(flags: SqlRegistry, url: str):
    before = await held(url, WANTS)
    kept = await take(flags, SUPPRESS)

    again = await flags.traces(SUPPRESS, known=kept)  # the next try
    await flags.carry_out(SUPPRESS, at=NOON, traces=again)
    await flags.carry_out(ADVERTISE, at=NOON, traces=again)

    assert await held(url, WANTS) == before


async def test_a_value_that_changed_since_it_was_kept_is_not_overwritten(flags: SqlRegistry, url: str):
    kept = await flags.traces(STOP)
    await execute(url, "UPDATE readers SET score = 9 WHERE way = 'text'")

    await flags.carry_out(STOP, at=NOON, traces=kept)

    assert await held(url, "score FROM readers WHERE way = 'text'") == [(9,)]
    assert rows(await flags.remaining(STOP, at=NOON, traces=kept)) == {"readers": 1}


async def test_rows_that_nothing_tells_apart_and_that_differed_are_put_back_by_a_person(url: str):
    registry = await opened(url, club(MEMBERS, replace(READERS, key=("mail",), reach=None)))
    kept = await registry.traces(STOP)
    await registry.carry_out(STOP, at=NOON, traces=kept)
    before = await held(url, WANTS)

    with pytest.raises(Rejected, match="nothing tells apart"):
        await registry.carry_out(PROCESS, at=NOON, traces=kept)

    assert await held(url, WANTS) == before
    assert rows(await registry.remaining(PROCESS, at=NOON, traces=kept))["readers"]
    await registry.close()


async def test_traces_of_flags_hold_keys_and_flags_and_do_not_print_them(flags: SqlRegistry):
    (kept,) = await flags.traces(SUPPRESS)

    assert (kept.table, kept.columns, kept.flags) == ("readers", ("mail", "topic", "way"), ("wants",))
    assert kept.of is TraceOf.SUPPRESS
    assert set(zip(kept.keys, kept.old, strict=True)) == {
        (("anna@example.kz", "news", "mail"), (True,)),
        (("anna@example.kz", "news", "text"), (True,)),
        (("anna@example.kz", None, "call"), (None,)),
    }
    assert "anna" not in repr(kept)


async def test_a_flag_is_put_back_for_nobody_who_has_come_under_the_key_since(flags: SqlRegistry, url: str):
    kept = await take(flags, STOP)
    await execute(
        url,
        "DELETE FROM members WHERE number = 1",
        "INSERT INTO members VALUES (1, 'new@example.kz', 'Новая', NULL, 'frozen', NULL)",
    )

    await flags.carry_out(PROCESS, at=NOON, traces=kept)

    assert await held(url, "state FROM members WHERE number = 1") == [("frozen",)]


@pytest.mark.parametrize("changed", [{"wants": True}, {"wants": False, "score": 0}, {"score": 0}])
async def test_flags_that_the_map_does_not_speak_of_any_more_are_lifted_by_a_person(
    flags: SqlRegistry, url: str, changed: dict[str, bool | int]
):
    kept = await take(flags, SUPPRESS)
    newer = registry_of(url, club(MEMBERS, replace(READERS, suppress=Flag(values=changed))))

    with pytest.raises(Rejected, match="says something else of flags in readers"):
        await newer.carry_out(ADVERTISE, at=NOON, traces=kept)
    await newer.close()


async def test_more_rows_than_can_be_kept_are_a_persons(flags: SqlRegistry, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flags_module, "MOST", 2)

    with pytest.raises(Rejected, match="more than 2 rows of readers"):
        await flags.traces(SUPPRESS)


# ---------------------------------------------------------------- rows that go


REMOVING = club(MEMBERS, replace(READERS, suppress=Remove(where={"way": "mail"}), stop=None))


async def test_rows_go_by_an_unsubscribe_only_where_it_is_confirmed(url: str):
    registry = await opened(url, REMOVING)
    before = await held(url, "* FROM readers")

    with pytest.raises(Rejected, match="waits for a confirmation"):
        await registry.carry_out(SUPPRESS, at=NOON)

    assert rows(await registry.plan(SUPPRESS), "destruction") == {"readers": 2}
    assert rows(await registry.remaining(SUPPRESS)) == {"readers": 2}
    assert await held(url, "* FROM readers") == before
    await registry.close()


async def test_a_confirmed_unsubscribe_removes_its_rows_and_no_others(url: str):
    registry = await opened(url, REMOVING)
    confirmed = replace(SUPPRESS, confirmed=True)

    planned, done = await registry.plan(confirmed), await registry.carry_out(confirmed, at=NOON)

    assert planned == done
    assert [(one.table, one.operation, one.rows) for one in done] == [("readers", "destruction", 2)]
    left = await held(url, "mail, way FROM readers ORDER BY mail, way")
    assert left == [(ANNA, "call"), (ANNA, "text"), (BORIS, "mail")]
    assert await registry.remaining(confirmed) == ()
    assert await registry.carry_out(ADVERTISE, at=NOON, traces=()) == ()
    await registry.close()


async def test_whom_no_removal_concerns_is_unsubscribed_without_confirmation(url: str):
    registry = await opened(url, REMOVING)

    assert await registry.carry_out(step(StepKind.SUPPRESS, Address("vera@example.org")), at=NOON) == ()
    await registry.close()
