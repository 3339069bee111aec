"""Events by name and readings without their letters, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.migrate import upgrade
from mailbot.core.case import NewLetter
from mailbot.core.model import Ask, Evidence, Language, Place, Reading, Right
from tests.fakes import START


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
async def ledger(request, tmp_path) -> AsyncIterator[SqlLedger]:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres").database())
    await upgrade(url)
    opened = SqlLedger(url, actor="test")
    yield opened
    await opened.close()


async def test_events_come_by_name_in_their_order_page_by_page(ledger: SqlLedger):
    async with ledger.write() as book:
        for name in ("a", "b", "c", "a", "b"):
            await book.record(name, at=START, case="2026-0001", by="aigul", facts={"rights": ["erasure"]})

    async with ledger.read() as book:
        first = await book.events({"a", "b"}, limit=2)
        rest = await book.events({"a", "b"}, after=first[-1].seq)
        none = await book.events(set())
    assert [(event.seq, event.name) for event in (*first, *rest)] == [(1, "a"), (2, "b"), (4, "a"), (5, "b")]
    assert (first[0].actor, first[0].case, first[0].facts) == ("aigul", "2026-0001", {"rights": ["erasure"]})
    assert none == []


async def test_readings_come_by_letter_and_those_that_are_not_there_are_absent(ledger: SqlLedger):
    evidence = Evidence(text="удалите", by="ru.erasure")
    reading = Reading(asks=(Ask(right=Right.ERASURE, sure=0.9, evidence=(evidence,)),), languages=(Language.RU,))
    async with ledger.write() as book:
        ids = [
            await book.keep(
                NewLetter(
                    place=Place(folder="INBOX", uidvalidity=1, uid=number),
                    sha256=f"{number:064d}",
                    twin=f"{number:064d}",
                    received_at=START,
                    read_at=START,
                    raw=b"raw",
                    reading=reading if number == 1 else Reading(),
                    in_junk=False,
                )
            )
            for number in range(1, 1203)
        ]

    async with ledger.read() as book:
        found = await book.readings({*ids, 9999})
    assert (len(found), found[ids[0]], found[ids[-1]]) == (1202, reading, Reading())
