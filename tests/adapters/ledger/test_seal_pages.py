"""Seals of proven letters, on SQLite and on PostgreSQL (C7)."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.migrate import upgrade
from mailbot.core.case import NewLetter
from mailbot.core.model import Address, CaseState, Decision, Language, Place, Reading
from mailbot.ports import Book, NewCase
from tests.fakes import START

SEAL, OTHER = "5" * 64, "6" * 64
LETTER = NewLetter(
    place=Place(folder="INBOX", uidvalidity=1, uid=1),
    sha256="1" * 64,
    twin="1" * 64,
    received_at=START,
    read_at=START,
    raw=b"raw",
    reading=Reading(),
    in_junk=False,
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def ledger(request, tmp_path) -> AsyncIterator[SqlLedger]:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres").database())
    await upgrade(url)
    opened = SqlLedger(url, actor="test")
    yield opened
    await opened.close()


async def kept(book: Book, number: int) -> int:
    digest = f"{number:064d}"
    place = replace(LETTER.place, uid=number)
    return await book.keep(replace(LETTER, place=place, sha256=digest, twin=digest))


async def with_case(book: Book, letter_id: int) -> None:
    await book.open_case(
        NewCase(
            letter=await book.letter(letter_id),
            address=Address("anna@example.org"),
            languages=(Language.RU,),
            standing="Proven",
            decision=Decision(rights=()),
            state=CaseState.PERSON,
            opened_at=START,
            due_at=START,
            due_day=START.date(),
            due_norm="94-V 24(1)",
            versions="",
        )
    )


async def test_a_seal_leads_to_the_letter_that_bore_it_first(ledger: SqlLedger):
    async with ledger.write() as book:
        first, second = await kept(book, 1), await kept(book, 2)
        await with_case(book, first)
        await with_case(book, second)
        await book.keep_seal(SEAL, f"{1:064d}", at=START)
        await book.keep_seal(SEAL, f"{2:064d}", at=START)

    async with ledger.read() as book:
        found = await book.sealed(SEAL, besides=second)
        assert found is not None
        assert found.id == first
        assert await book.sealed(SEAL, besides=first) is None
        assert await book.sealed(OTHER, besides=0) is None


async def test_a_letter_without_a_case_is_nobodys_twin(ledger: SqlLedger):
    async with ledger.write() as book:
        await kept(book, 1)
        await book.keep_seal(SEAL, f"{1:064d}", at=START)
        assert await book.sealed(SEAL, besides=0) is None
