"""The ledger's promises, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.migrate import NEWEST, SCRIPTS, revision, upgrade
from mailbot.core.case import Case, NewLetter, OutState, Phase
from mailbot.core.decide import Autonomy
from mailbot.core.model import (
    Address,
    CaseState,
    Change,
    Decision,
    HoldReason,
    Language,
    Letter,
    MessageId,
    Place,
    Reading,
    Right,
    Route,
    Step,
    StepKind,
)
from mailbot.errors import ConfigError, Conflict, OutsideError, Unavailable
from mailbot.journeys.audit import verify_chain
from mailbot.ports import Book, Draft, NewCase

NOW = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
ANNA = Address("anna@example.org")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"
    return str(request.getfixturevalue("postgres").database())


@pytest.fixture
async def ledger(url) -> AsyncIterator[SqlLedger]:
    await upgrade(url)
    opened = SqlLedger(url, actor="test", prefix="T-")
    yield opened
    await opened.close()


def letter(number: int = 1, **more) -> NewLetter:
    base = NewLetter(
        place=Place(folder="INBOX", uidvalidity=4_000_000_000, uid=number),
        sha256=f"{number:064d}",
        twin=f"{number:064d}",
        received_at=NOW,
        read_at=NOW,
        raw=b"raw\x00\xff",
        reading=Reading(),
        in_junk=False,
    )
    return replace(base, **more)


async def opened_case(book: Book, number: int = 1) -> Case:
    letter_id = await book.keep(letter(number))
    step = Step(kind=StepKind.SUPPRESS, address=ANNA, right=Right.UNSUBSCRIBE)
    return await book.open_case(
        NewCase(
            letter=await book.letter(letter_id),
            address=ANNA,
            languages=(Language.KK, Language.RU),
            standing="Unproven",
            decision=Decision(rights=(Right.UNSUBSCRIBE,), now=(step,), holds=(HoldReason.REHEARSAL,)),
            state=CaseState.PERSON,
            opened_at=NOW,
            due_at=NOW + timedelta(days=1),
            due_day=(NOW + timedelta(days=1)).date(),
            due_norm="n",
            versions="v",
        )
    )


async def test_what_was_written_is_what_is_read(ledger: SqlLedger):
    async with ledger.write() as book:
        case = await opened_case(book)

    async with ledger.read() as book:
        again = await book.case(case.number)
        kept = await book.letter(case.letter_id)
    assert again == case
    assert (again.number, again.decision.now[0].address) == ("T-2026-0001", ANNA)
    assert (kept.raw, kept.received_at, kept.place.uidvalidity) == (b"raw\x00\xff", NOW, 4_000_000_000)


async def test_nothing_is_kept_when_the_block_fails(ledger: SqlLedger):
    async def stumble() -> None:
        async with ledger.write() as book:
            await opened_case(book)
            await book.record("case.opened", at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stumble()

    async with ledger.read() as book:
        assert await book.cases() == []
        assert (await book.head()).seq == 0


async def test_of_two_hands_on_one_case_the_second_is_told(ledger: SqlLedger):
    async with ledger.write() as book:
        case = await opened_case(book)
        await book.save(replace(case, state=CaseState.CLOSED))

    with pytest.raises(Conflict):
        async with ledger.write() as book:
            await book.save(replace(case, state=CaseState.DONE))


async def test_a_letter_is_decided_once(ledger: SqlLedger):
    async with ledger.write() as book:
        case = await opened_case(book)

    with pytest.raises(Conflict):
        async with ledger.write() as book:
            await book.decided(case.letter_id, case.id)


async def test_the_same_bytes_cannot_be_kept_twice(ledger: SqlLedger):
    async with ledger.write() as book:
        await book.keep(letter(1))

    with pytest.raises(Conflict):
        async with ledger.write() as book:
            await book.keep(letter(1))


async def test_case_numbers_and_the_chain_have_no_gaps_under_many_hands(ledger: SqlLedger):
    async def open_one(number: int) -> str:
        async with ledger.write() as book:
            case = await opened_case(book, number)
            await book.record("case.opened", at=NOW, case=case.number, facts={"n": number})
            return case.number

    async with ledger.write() as book:
        await book.record("first", at=NOW)
        await opened_case(book, 99)
    numbers = await asyncio.gather(*(open_one(number) for number in range(1, 31)))

    assert sorted(numbers) == [f"T-2026-{number:04d}" for number in range(2, 32)]
    async with ledger.read() as book:
        events, _ = await verify_chain(book)
    assert events == 31


async def test_a_mailbox_is_known_by_folder_digest_and_place(ledger: SqlLedger):
    async with ledger.write() as book:
        await book.begin("INBOX", 7, 40, at=NOW)
        await book.advance("INBOX", 7, 45, at=NOW)
        await book.advance("INBOX", 7, 44, at=NOW + timedelta(hours=1))
        await book.keep(letter(1))
        place = Place(folder="INBOX", uidvalidity=7, uid=2)
        await book.looked_at(place, "a" * 64, Route.IGNORE, "k", at=NOW)

    async with ledger.read() as book:
        progress = await book.progress("INBOX")
        known = await book.known([letter(1).sha256, "a" * 64, "b" * 64])
    assert progress is not None
    assert (progress.begin_uid, progress.seen_up_to, progress.last_look) == (40, 45, NOW + timedelta(hours=1))
    assert known == {letter(1).sha256: True, "a" * 64: False}


async def test_steps_are_recorded_before_they_are_taken_and_done_after(ledger: SqlLedger):
    change = Change(store="company", table="subscriptions", operation="blocking", rows=2)
    async with ledger.write() as book:
        held = await opened_case(book)
        await book.plan(held.id, Phase.NOW, held.decision.now, at=NOW)
        assert await book.unfinished(now=NOW) == []  # a person has not agreed yet
        case = await book.save(replace(held, state=CaseState.CONFIRMATION))
        assert await book.unfinished(now=NOW) == [case.id]
        (planned,) = await book.steps(case.id)
        assert (planned.intended, planned.done) == (None, False)
        await book.intend(planned.id, (change,), None)
        await book.step_done(planned.id)

    async with ledger.read() as book:
        (planned,) = await book.steps(case.id)
        assert (planned.intended, planned.done, planned.at) == ((change,), True, NOW)
        assert await book.unfinished(now=NOW) == []


async def test_a_letter_of_ours_moves_one_way_and_only_once(ledger: SqlLedger):
    async with ledger.write() as book:
        case = await opened_case(book)
        out_id = await book.queue(
            Draft(
                case_id=case.id,
                recipient=ANNA,
                message_id=MessageId("m@example.kz"),
                raw=b"x",
                letters=(Letter.CONFIRM,),
                automatic=True,
                run_at=NOW,
            )
        )
        await book.out(
            out_id, was=OutState.QUEUED, now_is=OutState.SENDING, at=NOW, run_at=NOW + timedelta(minutes=2)
        )
        assert await book.outbox(now=NOW, states=[OutState.SENDING]) == []
        thread = await book.thread([MessageId("m@example.kz")], [])
        assert thread is not None
        assert (thread.case_id, thread.token, thread.thread) == (case.id, False, True)
        assert await book.sent_since(NOW - timedelta(hours=1), recipient=ANNA) == 1

    with pytest.raises(Conflict):
        async with ledger.write() as book:
            await book.out(out_id, was=OutState.QUEUED, now_is=OutState.SENDING, at=NOW)


async def test_what_waits_for_another_try_is_counted_without_reading_it(ledger: SqlLedger):
    async with ledger.write() as book:
        letter_id = await book.keep(letter(1))
        assert await book.undecided_later(now=NOW) == 0
        await book.put_off(letter_id, until=NOW + timedelta(minutes=1), stumbled=False)
        assert await book.undecided_later(now=NOW) == 1
        assert await book.tried_in_vain() == 0


async def test_autonomy_is_set_and_changed(ledger: SqlLedger):
    async with ledger.write() as book:
        await book.set_autonomy(Right.ACCESS, Language.KK, Autonomy.AGREE, at=NOW, by="me")
        await book.set_autonomy(Right.ACCESS, Language.KK, Autonomy.PERSON, at=NOW, by="me")
        assert await book.autonomy() == {(Right.ACCESS, Language.KK): Autonomy.PERSON}


async def test_readers_cannot_write(ledger: SqlLedger):
    with pytest.raises(OutsideError):
        async with ledger.read() as book:
            await book.set_autonomy(Right.ACCESS, Language.KK, Autonomy.AGREE, at=NOW, by="me")


async def test_an_upgrade_twice_is_once_and_says_its_revision(url):
    assert await revision(url) is None
    await upgrade(url)
    await upgrade(url)

    assert await revision(url) == NEWEST


async def test_a_url_that_is_none_is_a_setting_to_mend():
    with pytest.raises(ConfigError, match=r"ledger\.url"):
        SqlLedger("not a url", actor="t")


async def test_a_ledger_that_cannot_be_reached_is_unavailable_and_tells_no_secret():
    unreachable = SqlLedger("postgresql+asyncpg://u:geheim@127.0.0.1:1/x", actor="t")

    with pytest.raises(Unavailable) as caught:
        async with unreachable.read() as book:
            await book.cases()

    assert "geheim" not in str(caught.value)
    await unreachable.close()


def test_the_revision_the_program_works_with_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))

    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST
