"""The loops: what one of them waits for is said, and an order to stop cuts no letter."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mailbot import daemon
from mailbot.core.model import Address
from mailbot.daemon import Daemon
from mailbot.errors import Unavailable
from mailbot.journeys import put_off
from mailbot.journeys.receive import Watch, look
from mailbot.ports import Deferred, Delivery, Sent
from tests.fakes import FakeMailbox, FakeMailer, mail
from tests.office import Office, open_office

UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    opened = await open_office(tmp_path)
    await opened.begin()
    await opened.live()
    yield opened
    await opened.data.dispose()
    await opened.app.close()


@dataclass
class Quiet(FakeMailbox):
    """No news ever comes."""

    async def wait(self, folder: str, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Slow(FakeMailer):
    """A relay that takes its time, and notes what was begun and what was cut."""

    seconds: float = 0.2
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    cut: int = 0

    async def send(self, mail_from: str, recipient: Address, raw: bytes) -> Delivery:
        self.begun.set()
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cut += 1
            raise
        return await super().send(mail_from, recipient, raw)


def daemon_of(office: Office, *, mailer: FakeMailer | None = None, watches: tuple[Watch, ...] = ()) -> Daemon:
    """A daemon over the office's ports."""
    app = replace(office.app, desk=office.desk, watches=watches or office.watches)
    made: Any = Daemon(app, Path("unused.toml"))
    made._mailboxes = dict.fromkeys(made._mailboxes, Quiet(office.clock, folders=office.mailbox.folders))
    made._mailer = mailer or office.mailer
    assert isinstance(made, Daemon)
    return made


# ---------------------------------------------------------------- folders


async def test_a_folder_that_is_gone_is_named_and_hides_no_other(office: Office):
    office.mailbox.put(mail("x"), folder="Junk")
    junk = Watch(folder="Junk", junk=True)
    await look(junk, office.mailbox, office.desk)
    office.mailbox.put(mail(UNSUBSCRIBE), folder="Junk")
    running = daemon_of(office, watches=(Watch(folder="INBOX"), Watch(folder="Gone"), junk))

    with pytest.raises(Unavailable, match="folder Gone: SELECT refused"):
        await running._receive()

    async with office.desk.ledger.read() as book:
        assert len(await book.undecided(now=office.clock.now, limit=5)) == 1


async def test_a_look_that_takes_long_is_no_loop_that_hangs(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    running = daemon_of(office)
    receive = running._turns[0]
    receive.last = 0.0

    await running._receive()

    assert receive.last > 0.0


# ---------------------------------------------------------------- the order to stop


async def letters_waiting(office: Office, number: int) -> None:
    for one in range(number):
        office.mailbox.put(mail(UNSUBSCRIBE, sender=f"p{one}@example.org"))
    for loop in ("receive", "decide", "fulfil"):
        await office.loop(loop)


async def test_an_order_to_stop_lets_the_letter_in_hand_be_sent_and_begins_no_other(office: Office):
    await letters_waiting(office, 4)
    relay = Slow()
    running = daemon_of(office, mailer=relay)
    run = asyncio.create_task(running.run())
    await relay.begun.wait()
    running.stop()
    await run

    assert (relay.cut, len(relay.letters)) == (0, 1)
    await office.turn()
    assert len(office.mailer.letters) == 3  # the one that was sent is known to be
    assert {to for to, _ in relay.letters}.isdisjoint(to for to, _ in office.mailer.letters)


async def test_a_relay_that_outlasts_our_patience_is_cut(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(daemon, "GRACE", 0.1)
    await letters_waiting(office, 1)
    relay = Slow(seconds=60)
    running = daemon_of(office, mailer=relay)
    run = asyncio.create_task(running.run())
    await relay.begun.wait()
    running.stop()
    await asyncio.wait_for(run, timeout=5)

    assert (relay.cut, relay.letters) == (1, [])


# ---------------------------------------------------------------- what is put off


async def test_what_waits_for_dns_and_for_the_relay_is_said_while_it_waits(office: Office):
    assert (await put_off.undecided(office.desk), await put_off.unsent(office.desk)) == ("", "")

    office.senders.down = True
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.loop("receive")
    with pytest.raises(Unavailable):
        await office.loop("decide")
    assert await put_off.undecided(office.desk) == "letters put off, see the log"

    office.senders.down = False
    office.clock.forward(minutes=1)
    office.mailer.answer = lambda: Deferred("451")
    await office.turn()
    assert await put_off.undecided(office.desk) == ""
    assert await put_off.unsent(office.desk) == "1 of our letters wait for the relay"

    office.clock.forward(hours=1)
    office.mailer.answer = lambda: Sent("250 ok")
    await office.turn()
    assert await put_off.unsent(office.desk) == ""


async def test_what_waits_is_counted_without_loading_a_letter(office: Office):
    raw = mail(UNSUBSCRIBE + "\r\n\r\n-- \r\n" + ("y" * 70 + "\r\n") * 20_000)
    office.mailbox.put(raw)
    office.senders.down = True
    await office.loop("receive")
    with pytest.raises(Unavailable):
        await office.loop("decide")

    tracemalloc.start()
    try:
        assert await put_off.undecided(office.desk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(raw)


# ---------------------------------------------------------------- who comes back


async def test_the_daemon_walks_through_the_companys_tables_by_itself(office: Office):
    """Issue 5, item 4: in a loop of its own, which gives signs of life on a long walk."""
    await office.add_person()
    office.mailbox.put(mail(UNSUBSCRIBE))
    for loop in ("receive", "decide", "fulfil"):
        await office.loop(loop)
    await office.add_person(2)
    running = daemon_of(office)
    turn = next(one for one in running._turns if one.name == "returned")
    turn.last = 0.0

    assert await turn.work() == 1
    await office.loop("fulfil")

    assert turn.last > 0.0
    assert [bool(row["stopped_at"]) for row in await office.rows("subscriptions")] == [True, True]
    assert await turn.work() == 0
