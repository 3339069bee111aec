"""The program dies at every moment there is, starts again, and every request is handled once.

One office works through many requests, each by somebody else. For the first it dies before the first thing it
does, for the second after it, and so on until a request gets to its end without a death. After every death it
starts again and works on.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import Any

import pytest

from mailbot.core.case import Case
from mailbot.core.model import Address, CaseState
from mailbot.ports import Book
from tests.fakes import mail, reply
from tests.office import Office


class Killed(BaseException):
    """kill -9, as far as a test can."""


@dataclass
class Fate:
    """Dies at the given moment; moments are counted over a whole request."""

    at: int
    moments: int = 0

    def moment(self) -> None:
        self.moments += 1
        if self.moments == self.at:
            raise Killed

    @property
    def survived(self) -> bool:
        return self.moments < self.at


class Mortal:
    """A port whose every call has a moment before it and one after it."""

    def __init__(self, port: object, fate: Fate) -> None:
        self._port, self._fate = port, fate

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        verb = getattr(self._port, name)

        async def call(*args: Any, **more: Any) -> Any:
            self._fate.moment()
            result = await verb(*args, **more)
            self._fate.moment()
            return result

        return call


class MortalLedger:
    """A ledger that may die before a transaction, at its end before the commit, and after the commit."""

    def __init__(self, ledger: Any, fate: Fate) -> None:
        self._ledger, self._fate = ledger, fate

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Book]:
        self._fate.moment()
        async with self._ledger.write() as book:
            yield book
            self._fate.moment()
        self._fate.moment()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Book]:
        async with self._ledger.read() as book:
            yield book


def mortal(office: Office, fate: Fate) -> Office:
    ledger: Any = MortalLedger(office.desk.ledger, fate)
    registry: Any = Mortal(office.desk.registry, fate)
    senders: Any = Mortal(office.senders, fate)
    mailbox: Any = Mortal(office.mailbox, fate)
    mailer: Any = Mortal(office.mailer, fate)
    desk = replace(office.desk, ledger=ledger, registry=registry, senders=senders, mailbox=mailbox)
    return replace(office, desk=desk, mailbox=mailbox, mailer=mailer)


async def work(office: Office, fate: Fate) -> None:
    """Work; after a death start again, once the SMTP patience is over."""
    try:
        await mortal(office, fate).turn()
    except Killed:
        office.clock.forward(minutes=5)
        await office.turn(2)
    office.clock.forward(minutes=5)
    await office.turn(1)


async def case_of(office: Office, address: str) -> Case:
    """The one case of this address."""
    async with office.desk.ledger.read() as book:
        case = await book.case_of(Address(address), states=list(CaseState))
        assert case is not None
        with pytest.raises(KeyError):
            await book.case(case.id + 1)
    return case


async def counted(office: Office, case: Case) -> dict[str, int]:
    """How often each event of the case is in the trail."""
    async with office.desk.ledger.read() as book:
        newest = (await book.head()).seq
        links = await book.links(after=max(0, newest - 60))
    names = [link.event.name for link in links if link.event.case == case.number]
    return {name: names.count(name) for name in names}


def different(letters: list[EmailMessage]) -> int:
    """How many different letters: one may come twice, but only as the same letter."""
    return len({letter["Message-ID"] for letter in letters})


async def left(office: Office, key: int) -> int:
    return sum(row["id"] == key for row in await office.rows("subjects"))


async def unsubscribe(office: Office, number: int) -> bool:
    """One unsubscribe in which the program dies at moment *number*; whether it survived."""
    who = f"u{number}@example.org"
    await office.add_person(1000 + number, email=who)
    office.mailbox.put(mail("Отпишите меня от рассылки, пожалуйста.", sender=who))
    fate = Fate(number)
    await work(office, fate)

    case = await case_of(office, who)
    events = await counted(office, case)
    assert case.state is CaseState.DONE, number
    assert (events["case.opened"], events["step.done"], events["case.done"]) == (1, 1, 1), number
    assert different(office.letters(who)) == 1, number
    stopped = {row["subject_id"] for row in await office.rows("subscriptions") if row["stopped_at"]}
    assert 1000 + number in stopped, number
    return fate.survived


async def erasure(office: Office, number: int) -> bool:
    """One erasure, asked about and confirmed, in which the program dies at moment *number*."""
    who = f"e{number}@example.org"
    await office.add_person(2000 + number, email=who)
    office.mailbox.put(mail("Прошу удалить все мои персональные данные.", sender=who))
    fate = Fate(number)
    await work(office, fate)
    assert await left(office, 2000 + number) == 1, number
    office.mailbox.put(reply(office.letters(who)[0], "Подтверждаю", sender=who))
    await work(office, fate)

    case = await case_of(office, who)
    events = await counted(office, case)
    assert case.state is CaseState.DONE, number
    assert (events["case.confirmed"], events["step.done"], events["case.done"]) == (1, 2, 1), number
    assert different(office.letters(who)) == 2, number
    assert await left(office, 2000 + number) == 0, number
    assert "ничего" not in office.letters(who)[-1]["Subject"]
    return fate.survived


@pytest.mark.slow
@pytest.mark.parametrize(("request_", "moments"), [(unsubscribe, 20), (erasure, 40)])
async def test_a_request_is_handled_once_wherever_the_program_dies(office: Office, request_, moments):
    number = 1
    while not await request_(office, number):
        number += 1

    assert number > moments  # moments there were to die at
    copies = office.mailbox.raws("Sent")
    assert len(copies) == len(set(copies))
    await office.events()  # the trail verifies
