"""What the clock reads and writes, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.migrate import upgrade
from mailbot.core.case import Case, NewLetter, OutState
from mailbot.core.model import (
    Address,
    CaseState,
    Decision,
    Language,
    Letter,
    MessageId,
    Place,
    Reading,
    Right,
)
from mailbot.ports import Book, Draft, NewCase

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNA = Address("anna@example.org")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def ledger(request, tmp_path) -> AsyncIterator[SqlLedger]:
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"
    else:
        url = str(request.getfixturevalue("postgres").database())
    await upgrade(url)
    opened = SqlLedger(url, actor="test")
    yield opened
    await opened.close()


async def opened_case(book: Book, number: int) -> Case:
    letter = NewLetter(
        place=Place(folder="INBOX", uidvalidity=1, uid=number),
        sha256=f"{number:064d}",
        twin=f"{number:064d}",
        received_at=NOW,
        read_at=NOW,
        raw=b"",
        reading=Reading(),
        in_junk=False,
    )
    return await book.open_case(
        NewCase(
            letter=await book.letter(await book.keep(letter)),
            address=ANNA,
            languages=(Language.RU,),
            standing="Unproven",
            decision=Decision(rights=(Right.ACCESS,)),
            state=CaseState.PERSON,
            opened_at=NOW,
            due_at=NOW + 24 * HOUR,
            due_day=NOW.date(),
            due_norm="n",
            versions="v",
            counted_by="jurisdiction kz",
        )
    )


async def write(book: Book, case: Case, *letters: Letter, sent: datetime | None, number: int = 1) -> None:
    """A letter of ours, taken by the relay at *sent*; None: still on its way."""
    draft = Draft(
        case_id=case.id,
        recipient=ANNA,
        message_id=MessageId(f"{case.id}.{number}@example.kz"),
        raw=b"",
        letters=letters,
        automatic=True,
        run_at=NOW,
    )
    out_id = await book.queue(draft)
    if sent is not None:
        await book.out(out_id, was=OutState.QUEUED, now_is=OutState.SENDING, at=sent)
        await book.out(out_id, was=OutState.SENDING, now_is=OutState.SENT, at=sent)


async def test_what_a_case_was_counted_by_is_kept(ledger: SqlLedger):
    async with ledger.write() as book:
        case = await opened_case(book, 1)

        assert (case.counted_by, case.objected_at, case.reopened) == ("jurisdiction kz", None, False)


async def test_the_history_of_a_case_is_its_own_and_of_one_name(ledger: SqlLedger):
    async with ledger.write() as book:
        for number, name in enumerate(("case.recounted", "case.opened", "case.recounted")):
            await book.record(name, at=NOW, case="2026-0001", facts={"number": number})
        await book.record("case.recounted", at=NOW, case="2026-0002")

    async with ledger.read() as book:
        history = await book.history("2026-0001", "case.recounted")
    assert [event.facts for event in history] == [{"number": 0}, {"number": 2}]


async def test_only_a_letter_that_has_left_the_house_in_time_was_had(ledger: SqlLedger):
    async with ledger.write() as book:
        cases = [await opened_case(book, number) for number in range(1, 8)]
        gone, late, waiting, twice, twice_late, other, nothing = cases
        await write(book, gone, Letter.CONFIRM, sent=NOW)
        await write(book, late, Letter.CONFIRM, sent=NOW + HOUR)
        await write(book, waiting, Letter.CONFIRM, sent=None)
        await write(book, twice, Letter.CONFIRM, sent=NOW)
        await write(book, twice, Letter.UNSUBSCRIBED, Letter.CONFIRM, sent=NOW, number=2)
        await write(book, twice_late, Letter.CONFIRM, sent=NOW)
        await write(book, twice_late, Letter.CONFIRM, sent=None, number=2)
        await write(book, other, Letter.RECEIPT, sent=NOW)

        had = await book.out_by(Letter.CONFIRM, [case.id for case in cases], by=NOW)

        assert set(had) == {gone.id, twice.id}
        assert nothing.id not in had
        assert await book.out_by(Letter.CONFIRM, [late.id], by=NOW) == set()


async def test_many_cases_are_marked_at_once_and_who_held_an_old_one_is_told(ledger: SqlLedger):
    async with ledger.write() as book:
        first, second, third = [await opened_case(book, number) for number in range(1, 4)]
        await book.nudged([first.id, third.id], at=NOW)

        marked = [await book.case(case.id) for case in (first, second, third)]

        assert [case.nudged_at for case in marked] == [NOW, None, NOW]
        assert [case.version for case in marked] == [1, 0, 1]
