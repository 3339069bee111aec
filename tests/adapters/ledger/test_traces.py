"""Traces of flags are found by whoever lifts them, in whatever case, and forgotten once they are lifted."""

from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.adapters.ledger import SqlLedger
from mailbot.core.case import Phase
from mailbot.core.datamap import Trace, TraceOf
from mailbot.core.model import Address, Right, Step, StepKind
from mailbot.ports import Book
from tests.adapters.ledger.test_ledger import ANNA, NOW, ledger, opened_case, url

__all__ = ["ledger", "url"]

SUPPRESS = Step(kind=StepKind.SUPPRESS, address=ANNA, right=Right.UNSUBSCRIBE)
LATER = NOW + timedelta(hours=1)
KEPT = Trace(
    store="company",
    table="readers",
    columns=("mail", "way", "active"),
    keys=((ANNA, None, True), (ANNA, "text", False)),
    of=TraceOf.SUPPRESS,
    flags=("wants", "score"),
    ours=(False, None),
    old=((True, 1.5), (None, "half")),
)


async def planned(book: Book, step: Step, *, number: int, at: datetime = NOW) -> int:
    """A case with one step that keeps a trace; the step's id."""
    case = await opened_case(book, number)
    await book.plan(case.id, Phase.NOW, (step,), at=at)
    (one,) = await book.steps(case.id)
    await book.trace(one.id, (KEPT,))
    return one.id


async def test_what_stood_under_a_flag_is_read_as_it_was_kept(ledger: SqlLedger):
    async with ledger.write() as book:
        await planned(book, SUPPRESS, number=1)

        assert await book.flags(ANNA, SUPPRESS, at=NOW) == [KEPT]


async def test_flags_of_another_moment_kind_address_or_person_are_not_meant(ledger: SqlLedger):
    other = Address("anna@example.com")
    async with ledger.write() as book:
        await planned(book, SUPPRESS, number=1)
        await planned(book, replace(SUPPRESS, address=other), number=2, at=LATER)

        assert await book.flags(ANNA, SUPPRESS, at=LATER) == []
        assert await book.flags(ANNA, replace(SUPPRESS, kind=StepKind.STOP_PROCESSING)) == []
        assert await book.flags(other, SUPPRESS) == []
        assert await book.flags(ANNA, replace(SUPPRESS, address=other)) == [KEPT]


async def test_flags_of_an_older_case_of_the_address_are_found_too(ledger: SqlLedger):
    async with ledger.write() as book:
        await planned(book, SUPPRESS, number=1)
        await planned(book, SUPPRESS, number=2, at=LATER)

        assert await book.flags(ANNA, SUPPRESS, at=NOW) == [KEPT]
        assert await book.flags(ANNA, SUPPRESS) == [KEPT, KEPT]


async def test_what_is_lifted_is_forgotten_and_nothing_else(ledger: SqlLedger):
    async with ledger.write() as book:
        await planned(book, SUPPRESS, number=1)
        await planned(book, SUPPRESS, number=2, at=LATER)

        await book.forget_flags(ANNA, SUPPRESS, at=NOW)
        assert (await book.flags(ANNA, SUPPRESS, at=NOW), len(await book.flags(ANNA, SUPPRESS))) == ([], 1)
        await book.forget_flags(ANNA, SUPPRESS)
        assert await book.flags(ANNA, SUPPRESS) == []
