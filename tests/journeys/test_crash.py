"""The program dies at every moment there is, starts again, and every request is handled once.

Each test runs the same day many times: the first time it dies before the first thing it does, then after it, then
before the second … until a run gets to its end without dying. After every death it starts again and works on.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.model import CaseState
from mailbot.ports import Book
from tests.fakes import mail, reply
from tests.office import Office, open_office


class Killed(BaseException):
    """kill -9, as far as a test can."""


@dataclass
class Fate:
    """Dies at the given moment; moments are counted over a whole run."""

    at: int
    moments: int = 0

    def moment(self) -> None:
        self.moments += 1
        if self.moments == self.at:
            raise Killed


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
    desk = replace(
        office.desk,
        ledger=MortalLedger(office.desk.ledger, fate),
        registry=Mortal(office.desk.registry, fate),
        senders=Mortal(office.senders, fate),
    )
    return replace(office, desk=desk, mailbox=Mortal(office.mailbox, fate), mailer=Mortal(office.mailer, fate))  # type: ignore[arg-type]


async def work(office: Office, fate: Fate) -> None:
    """Work until all is done; after a death start again, once the SMTP patience is over."""
    dying = mortal(office, fate)
    for _ in range(3):
        try:
            await dying.turn(2)
        except Killed:
            office.clock.forward(minutes=5)
    await office.turn(2)
    office.clock.forward(minutes=5)
    await office.turn(2)


async def fresh(folder: Path) -> Office:
    folder.mkdir()
    office = await open_office(folder)
    await office.add_person()
    await office.begin()
    await office.live()
    return office


async def closed(office: Office) -> None:
    await office.data.dispose()
    await office.app.close()


def once(office: Office) -> list[str]:
    """Message-IDs of what Anna got; the same letter may come twice, but only as the same letter."""
    return sorted({letter["Message-ID"] for letter in office.letters()})


@pytest.mark.slow
async def test_an_unsubscribe_is_handled_once_wherever_the_program_dies(tmp_path):
    at, survived = 0, False
    while not survived:
        at += 1
        office = await fresh(tmp_path / str(at))
        office.mailbox.put(mail("Отпишите меня от рассылки."))
        fate = Fate(at)
        await work(office, fate)
        survived = fate.moments < at

        case = await office.only_case()
        assert case.state is CaseState.DONE, at
        assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]
        assert len(once(office)) == 1, at
        assert len(office.mailbox.raws("Sent")) == 1, at
        events = await office.events()
        assert events.count("case.opened") == events.count("case.done") == events.count("step.done") == 1
        await closed(office)
    assert at > 20  # moments there were to die at


@pytest.mark.slow
async def test_an_erasure_is_destroyed_once_and_told_once_wherever_the_program_dies(tmp_path):
    at, survived = 0, False
    while not survived:
        at += 1
        office = await fresh(tmp_path / str(at))
        office.mailbox.put(mail("Прошу удалить все мои персональные данные."))
        fate = Fate(at)
        await work(office, fate)
        office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
        await work(office, fate)
        survived = fate.moments < at

        assert (await office.only_case()).state is CaseState.DONE, at
        assert await office.rows("subjects") == []
        assert len(once(office)) == 2, at
        told = office.letters()[-1].get_content()
        assert "ничего" not in told.split("—")[0] or "уничтож" in told
        assert (await office.events()).count("case.done") == 1
        await closed(office)
    assert at > 40
