"""What is down holds up only what needs it, and nothing is lost."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from mailbot.core.case import OutState
from mailbot.core.model import CaseState, HoldReason
from mailbot.errors import Rejected, Unavailable
from mailbot.journeys.decide import decide_waiting
from mailbot.journeys.fulfil import fulfil_planned
from mailbot.ports import Deferred, Refused, Sent, Unknown
from tests.fakes import mail
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
ERASE = "Прошу удалить все мои персональные данные."


@dataclass
class Broken:
    """The company's data, of which one verb fails."""

    registry: Any
    verb: str
    error: Exception

    def __getattr__(self, name: str) -> Any:
        if name != self.verb:
            return getattr(self.registry, name)

        async def fail(*_: Any, **__: Any) -> Any:
            raise self.error

        return fail


def broken(office: Office, verb: str, error: Exception) -> Office:
    registry: Any = Broken(office.desk.registry, verb, error)
    return replace(office, desk=replace(office.desk, registry=registry))


async def turn(office: Office) -> None:
    """A turn of every loop, as the daemon makes it: a loop that waits for something does not stop the others."""
    for loop in ("receive", "decide", "fulfil", "deliver", "clock"):
        try:
            await office.loop(loop)
        except Unavailable:
            continue


async def test_a_request_is_kept_and_its_clock_runs_while_dns_is_down(office: Office):
    office.senders.down = True
    office.mailbox.put(mail(UNSUBSCRIBE))
    await turn(office)

    assert await office.cases() == []
    assert "letter.received" in await office.events()
    received = office.clock.now

    office.senders.down = False
    office.clock.forward(seconds=10)
    await office.turn()

    assert (await office.only_case()).received_at == received
    assert (await office.only_case()).state is CaseState.DONE


async def test_dns_that_stays_silent_for_an_hour_proves_nobody_but_holds_nobody_up(office: Office):
    office.senders.down = True
    office.mailbox.put(mail(UNSUBSCRIBE))
    await turn(office)
    office.clock.forward(minutes=61)
    await office.turn()

    case = await office.only_case()
    assert (case.state, case.standing) == (CaseState.DONE, "Unproven")


async def test_a_case_waits_for_the_companys_database_and_goes_on(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await turn(broken(office, "carry_out", Unavailable("company database cannot be reached")))

    assert (await office.only_case()).state is CaseState.FULFILLING
    assert office.letters() == []

    await office.turn()
    assert (await office.only_case()).state is CaseState.DONE


async def test_a_database_that_refuses_is_no_done_but_a_person(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await turn(broken(office, "carry_out", Rejected("permission denied")))

    case = await office.only_case()
    assert (case.state, case.holds) == (CaseState.PERSON, (HoldReason.NOT_DONE,))
    assert office.letters() == []


async def test_rows_that_are_still_there_at_the_second_look_are_no_done_but_a_person(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))

    class StillThere(Broken):
        def __getattr__(self, name: str) -> Any:
            if name == "carry_out":

                async def nothing(*_: Any, **__: Any) -> Any:
                    return ()

                return nothing
            return getattr(self.registry, name)

    registry: Any = StillThere(office.desk.registry, "", Unavailable(""))
    await turn(replace(office, desk=replace(office.desk, registry=registry)))

    assert (await office.only_case()).holds == (HoldReason.NOT_DONE,)
    assert "step.done" not in await office.events()
    assert office.letters() == []


async def test_one_letter_the_program_stumbles_over_does_not_hold_up_the_next_and_ends_with_a_person(
    office: Office,
):
    first, second = mail(UNSUBSCRIBE), mail(UNSUBSCRIBE, sender="boris@example.org")
    office.mailbox.put(first)
    office.mailbox.put(second)

    class Stumbling:
        async def standing(self, raw: bytes, message: Any, *, received_at: Any) -> Any:
            if raw == first:
                raise ZeroDivisionError
            return await office.senders.standing(raw, message, received_at=received_at)

    senders: Any = Stumbling()
    clumsy = replace(office, desk=replace(office.desk, senders=senders))
    for _ in range(5):
        await turn(clumsy)
        office.clock.forward(minutes=11)

    boris, anna = sorted(await office.cases(), key=lambda case: case.state is CaseState.PERSON)
    assert boris.state is CaseState.DONE
    assert anna.holds == (HoldReason.UNREADABLE,)


async def test_a_relay_that_says_later_gets_the_same_letter_later(office: Office):
    office.mailer.answer = lambda: Deferred("451")
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    assert office.letters() == []

    office.mailer.answer = lambda: Sent("250 ok")
    office.clock.forward(minutes=15)
    await office.turn()
    assert len(office.letters()) == 1


async def test_a_letter_the_relay_never_takes_is_a_persons_because_somebody_has_heard_nothing(office: Office):
    office.mailer.answer = lambda: Refused("550 5.1.1")
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    assert (await office.only_case()).holds == (HoldReason.BOUNCED,)


async def test_a_letter_of_unknown_fate_is_sent_again_as_the_same_letter(office: Office):
    office.mailer.answer = lambda: Unknown("connection lost")
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    async with office.desk.ledger.read() as book:
        (waiting,) = await book.outbox(now=office.clock.now.replace(year=2030), states=[OutState.SENDING])

    office.mailer.answer = lambda: Sent("250 ok")
    await office.turn()
    assert office.letters() == []  # not before the relay's timeout has passed

    office.clock.forward(minutes=5)
    await office.turn()
    (letter,) = office.letters()
    assert letter["Message-ID"] == f"<{waiting.message_id}>"


async def test_a_letter_of_unknown_fate_that_lies_in_sent_is_not_sent_again(office: Office):
    office.mailer.answer = lambda: Unknown("connection lost")
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    async with office.desk.ledger.read() as book:
        (waiting,) = await book.outbox(now=office.clock.now.replace(year=2030), states=[OutState.SENDING])
    office.mailbox.put(waiting.raw, folder="Sent")
    office.clock.forward(minutes=5)
    office.mailer.answer = lambda: pytest.fail("it was sent already")
    await decide_waiting(office.desk)
    await fulfil_planned(office.desk)
    await office.loop("deliver")

    assert len(office.mailbox.raws("Sent")) == 1


async def test_the_mailbox_comes_back_and_nothing_was_missed(office: Office):
    office.mailbox.down = True
    office.mailbox.put(mail(UNSUBSCRIBE))
    await turn(office)
    assert await office.cases() == []

    office.mailbox.down = False
    await office.turn()
    assert (await office.only_case()).state is CaseState.DONE


async def test_over_the_daily_budget_of_one_address_a_person_decides(office: Office):
    for _ in range(12):
        office.mailbox.put(mail(ERASE, sender="flood@example.org", subject="x"))
        await office.turn()

    assert len(office.letters("flood@example.org")) <= office.desk.limits.letters_per_address_a_day
    assert (await office.only_case()).letters <= office.desk.policy.letters_per_case


async def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(office: Office):
    async def allow(pages: int) -> None:
        async with office.app.ledger._writer.connect() as connection:
            await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    await allow(1)  # SQLite takes what is there for the least: full as of now
    place = office.mailbox.put(mail(UNSUBSCRIBE + "\n\n" + "x" * 200_000))
    with pytest.raises(Unavailable, match="full"):
        await office.loop("receive")
    assert await office.mailbox.flags(place) == frozenset()

    await allow(1_000_000)
    await office.turn()

    assert len(await office.cases()) == 1
