"""What the ledger knows of somebody's mail, and what it forgets, on SQLite and on PostgreSQL (issue 5, item 1)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.migrate import upgrade
from mailbot.core.case import Case, NewLetter, OutState, Phase
from mailbot.core.model import (
    Address,
    Ask,
    CaseState,
    Decision,
    Evidence,
    Language,
    Letter,
    MessageId,
    Place,
    Reading,
    Right,
    Step,
    StepKind,
)
from mailbot.errors import Conflict
from mailbot.ports import Book, Draft, NewCase
from tests.fakes import START

ANNA = Address("anna@example.org")
LATER = START + timedelta(days=31)
STEP = Step(kind=StepKind.DESTROY, address=ANNA, right=Right.ERASURE, phones=("+77000000001",))
READING = Reading(asks=(Ask(right=Right.ERASURE, sure=1.0, evidence=(Evidence(text="Анна", by="ru"),)),))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def ledger(request, tmp_path) -> AsyncIterator[SqlLedger]:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres").database())
    await upgrade(url)
    opened = SqlLedger(url, actor="test")
    yield opened
    await opened.close()


async def letter(book: Book, number: int) -> int:
    place = Place(folder="INBOX", uidvalidity=1, uid=number)
    digest = f"{number:064d}"
    return await book.keep(
        NewLetter(
            place=place,
            sha256=digest,
            twin=digest,
            received_at=START,
            read_at=START,
            raw=b"Anna",
            reading=READING,
            in_junk=False,
        )
    )


async def ended(book: Book, number: int = 1) -> Case:
    """A case that is done, with a step, a letter from the person and one of ours."""
    case = await book.open_case(
        NewCase(
            letter=await book.letter(await letter(book, number)),
            address=ANNA,
            languages=(Language.RU,),
            standing="Proven",
            decision=Decision(rights=(Right.ERASURE,), confirmed=(STEP,)),
            state=CaseState.FULFILLING,
            opened_at=START,
            due_at=START,
            due_day=date(2026, 11, 24),
            due_norm="94-V",
            versions="",
        )
    )
    await book.plan(case.id, Phase.CONFIRMED, [STEP], at=START)
    for step in await book.steps(case.id):
        await book.step_done(step.id)
    await book.put_question(case.id, f"{number:064d}", (Right.ERASURE,), at=START)
    out = await book.queue(
        Draft(
            case_id=case.id,
            recipient=ANNA,
            message_id=MessageId(f"{number}@example.kz"),
            raw=b"Anna",
            letters=(Letter.ERASED,),
            automatic=True,
            run_at=START,
        )
    )
    for was, now_is in ((OutState.QUEUED, OutState.SENDING), (OutState.SENDING, OutState.SENT)):
        await book.out(out, was=was, now_is=now_is, at=START)
    await book.out(out, was=OutState.SENT, now_is=OutState.FILED, at=START)
    await book.record("case.done", at=START, case=case.number)
    return await book.save(replace(case, state=CaseState.DONE))


async def test_a_case_that_nothing_was_heard_of_since_is_over(ledger: SqlLedger):
    async with ledger.write() as book:
        case = await ended(book)
        await ended(book, 2)
        await book.record("answer.reported", at=LATER, case="2026-0002")
    async with ledger.write() as book:
        assert await book.ended(before=START, limit=9) == [case.id]
        assert await book.ended(before=START - timedelta(seconds=1), limit=9) == []
        assert await book.ended(before=LATER, limit=1) == [case.id]
        assert await book.ended(before=START, limit=9, but=["answer.reported"]) == [case.id, 2]
        assert await book.ended(before=LATER, limit=9, case_id=2) == [2]


async def test_cases_with_and_without_an_event_since_they_were_heard_of(ledger: SqlLedger):
    async with ledger.write() as book:
        await ended(book)
        await ended(book, 2)
        await ended(book, 3)
        for number in ("2026-0001", "2026-0003"):
            await book.record("copies.destroyed", at=START + timedelta(days=1), case=number)
        await book.record("case.taken_back", at=START + timedelta(days=2), case="2026-0003")
    async with ledger.write() as book:
        ours = ["copies.destroyed"]
        assert await book.ended(before=LATER, limit=9, having=ours[0], but=ours) == [1]
        assert await book.ended(before=LATER, limit=9, lacking=ours[0], but=ours) == [2, 3]


@pytest.mark.parametrize("left", ["state", "step", "letter", "answer"])
async def test_a_case_for_which_something_is_to_be_done_is_not_over(ledger: SqlLedger, left: str):
    async with ledger.write() as book:
        case = await ended(book)
        match left:
            case "state":
                await book.save(replace(case, state=CaseState.PERSON))
            case "step":
                await book.plan_for(case.id, Phase.LATER, STEP, at=START, run_at=LATER)
            case "letter":
                await letter(book, 7)
                await book.decided(2, case.id)
                await letter(book, 8)
                await book.put_off(3, until=LATER, stumbled=False)
            case _:
                await book.queue(
                    Draft(
                        case_id=case.id,
                        recipient=ANNA,
                        message_id=MessageId("9@example.kz"),
                        raw=b"Anna",
                        letters=(Letter.ERASED,),
                        automatic=True,
                        run_at=LATER,
                    )
                )
    async with ledger.write() as book:
        over = [] if left != "letter" else [1]  # a letter that waits belongs to no case yet
        assert await book.ended(before=LATER, limit=9) == over


async def test_what_is_forgotten_of_a_case_and_what_stays(ledger: SqlLedger):
    async with ledger.write() as book:
        case = await ended(book)
    async with ledger.write() as book:
        await book.redact(case.id, at=LATER)
    async with ledger.write() as book:
        bare = await book.case(case.id)
        (theirs,), (ours,) = await book.letters_of(case.id), await book.letters_out(case.id)
        (step,) = await book.steps(case.id)

        assert bare == replace(
            case,
            address=Address(""),
            decision=Decision(rights=(Right.ERASURE,)),
            redacted_at=LATER,
            version=case.version + 1,
        )
        assert (theirs.raw, theirs.reading) == (b"", Reading(asks=(Ask(right=Right.ERASURE, sure=1.0),)))
        assert (ours[0].recipient, ours[0].raw, ours[0].letters) == ("", b"", (Letter.ERASED,))
        assert step.step == Step(kind=StepKind.DESTROY, address=Address(""), right=Right.ERASURE)
        assert await book.thread([MessageId("1@example.kz")], [f"{1:064d}"]) is None
        assert await book.ended(before=LATER, limit=9) == []


async def test_an_open_case_cannot_be_forgotten(ledger: SqlLedger):
    async with ledger.write() as book:
        case = await ended(book)
        await book.save(replace(case, state=CaseState.PERSON))
    with pytest.raises(Conflict):
        async with ledger.write() as book:
            await book.redact(case.id, at=LATER)


async def test_letters_of_no_case_are_forgotten_once_they_are_decided(ledger: SqlLedger):
    async with ledger.write() as book:
        await letter(book, 1)
        await letter(book, 2)
        await book.dismiss(1)
    async with ledger.write() as book:
        assert await book.strays(before=START, limit=9) == [1]
        await book.redact_strays([1, 2])
    async with ledger.write() as book:
        assert ((await book.letter(1)).raw, (await book.letter(2)).raw) == (b"", b"Anna")
        assert await book.strays(before=START, limit=9) == []


async def test_requests_and_answers_are_known_by_bytes_and_message_ids(ledger: SqlLedger):
    async with ledger.write() as book:
        await ended(book)
        await letter(book, 2)
        await letter(book, 3)
        await book.dismiss(3)
        digests = [f"{number:064d}" for number in range(1, 1200)]

        assert set(await book.requests_among(digests)) == {f"{1:064d}", f"{2:064d}"}
        ids = [MessageId("1@example.kz"), MessageId("2@example.kz")]
        assert set(await book.answers_among(ids)) == {"1@example.kz"}
