"""Very much at once: budgets, who is decided first, notices held, all of it taken back in one step (C25-C27)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailbot.core.case import Case
from mailbot.core.message import read
from mailbot.core.model import Address, CaseState, HoldReason, MessageId, Proven, Unproven
from mailbot.errors import NotNow
from mailbot.journeys import budget, verdict
from mailbot.journeys.budget import Rank
from mailbot.journeys.decide import AT_ONCE, counted, decide_letter
from mailbot.journeys.gather import gather
from mailbot.journeys.orders import stands
from mailbot.journeys.undo import Undone, undo_since
from mailbot.ports import Draft
from tests.fakes import START, mail, reply
from tests.office import Office

pytestmark = pytest.mark.slow  # together they take longer than make check may

UNSUBSCRIBE = "Отпишите меня от рассылки, пожалуйста."
ERASE = "Прошу удалить все мои персональные данные."
RATE = 3
OPERATOR = "lawyer@example.kz"
SIGNED = {"DKIM-Signature": "v=1; a=rsa-sha256; d=example.org; s=s1; h=from; bh=AA; b=AA"}


def forged(number: int, words: str = UNSUBSCRIBE) -> bytes:
    return mail(words, sender=f"someone{number}@shop.example.org")


def careful(office: Office, **limits: Any) -> None:
    office.desk = replace(office.desk, limits=replace(office.desk.limits, **limits))


async def flood(office: Office, count: int, *, rate: int = RATE) -> Sequence[Case]:
    """*count* forged unsubscribes, decided one after the other; the cases they made."""
    careful(office, unproven_unsubscribes_an_hour=rate)
    for number in range(count):
        office.mailbox.put(forged(number))
    await office.turn(2 + count // AT_ONCE)
    return await office.cases()


def held(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if HoldReason.FLOOD in case.holds]


async def suppressed(office: Office, case: Case) -> bool:
    async with office.desk.ledger.read() as book:
        return await stands(case.address, book, office.desk)


# ---------------------------------------------------------------- above the rate


async def test_c27_above_the_rate_advertising_stops_as_asked_but_the_notices_wait(office: Office):
    cases = await flood(office, 10)

    assert [case.state for case in cases] == [CaseState.DONE] * RATE + [CaseState.PERSON] * 7
    assert [case.holds for case in held(cases)] == [(HoldReason.FLOOD,)] * 7
    assert [await suppressed(office, case) for case in cases] == [True] * 10
    written_to = [address for address, _ in office.mailer.letters if address != OPERATOR]
    assert sorted(written_to) == sorted(case.address for case in cases[:RATE])


async def test_c27_one_mail_sums_the_flood_up_for_the_operator(office: Office):
    await flood(office, 10)
    office.clock.forward(minutes=10)
    office.mailbox.put(forged(99))
    await office.turn()

    (told,) = office.letters(OPERATOR)
    assert "mailbot undo --since" in told.get_content()
    assert "someone" not in told.as_string()
    office.clock.forward(hours=1)
    await office.turn(2)
    assert len(office.letters(OPERATOR)) == 2


async def test_c27_a_case_of_another_kind_is_told_besides_the_flood(office: Office):
    office.mailbox.put(mail("Подам на вас в суд, если не удалите мои данные!"))
    await flood(office, 10)

    assert sorted("undo" in told.get_content() for told in office.letters(OPERATOR)) == [False, True]


async def test_c27_what_a_proven_sender_asks_for_is_told_in_the_middle_of_a_flood(office: Office):
    await flood(office, 10)
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    assert [letter["To"] for letter in office.letters()] == ["anna@example.org"]


async def test_c27_an_unproven_erasure_is_asked_about_in_the_middle_of_a_flood(office: Office):
    await flood(office, 10)
    office.mailbox.put(mail(ERASE))
    await office.turn()

    assert (await office.cases())[-1].state is CaseState.CONFIRMATION
    assert len(office.letters()) == 1


async def test_c27_when_the_hour_is_over_notices_go_again(office: Office):
    await flood(office, 10)
    office.clock.forward(hours=1, minutes=1)
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    assert (await office.cases())[-1].state is CaseState.DONE


async def test_c27_a_proven_letter_takes_its_request_out_of_the_flood(office: Office):
    await flood(office, 5)
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    assert (await office.cases())[-1].holds == (HoldReason.FLOOD,)
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()

    assert (await office.cases())[-1].state is CaseState.DONE
    assert len(office.letters()) == 1


# ---------------------------------------------------------------- who is first


async def test_c27_proven_and_tied_letters_are_decided_before_the_bomb_they_came_behind(office: Office):
    office.mailbox.put(mail(ERASE, sender="boris@example.org"))
    await office.turn()
    office.senders.proven.add("anna@example.org")
    for number in range(100):
        office.mailbox.put(forged(number, ERASE))
    office.mailbox.put(mail(UNSUBSCRIBE, headers=SIGNED))
    office.mailbox.put(reply(office.letters("boris@example.org")[0], "ПОДТВЕРЖДАЮ", sender="boris@example.org"))
    await office.loop("receive")
    await office.loop("decide")

    decided = await office.cases()
    assert len(decided) == AT_ONCE
    assert decided[0].confirmed
    assert "anna@example.org" in {case.address for case in decided}


async def test_c27_letters_that_only_claim_to_be_signed_step_back_behind_those_that_are(office: Office):
    for number in range(budget.CROWD + 10):
        claims = {"DKIM-Signature": "v=1; a=rsa-sha256; d=shop.example.org; s=s1; h=from; bh=AA; b=AA"}
        office.mailbox.put(mail(ERASE, sender=f"someone{number}@shop.example.org", headers=claims))
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(UNSUBSCRIBE, headers=SIGNED))
    await office.loop("receive")
    for _ in range(4):
        await office.loop("decide")

    assert "anna@example.org" in {case.address for case in await office.cases()}
    for _ in range(10):
        await office.loop("decide")
    assert len(await office.cases()) == budget.CROWD + 11


@pytest.mark.parametrize(
    ("signature", "rank"),
    [
        ("v=1; a=rsa-sha256; d=example.org; s=x; b=AA", Rank.CLAIMS),
        ("v=1;\r\n\ta=rsa-sha256;\r\n\td = Example.ORG ; s=x; b=AA", Rank.CLAIMS),
        ("v=1; a=rsa-sha256; d=attacker.example.net; s=x; b=AA", Rank.REST),
        ("v=1; a=rsa-sha256; s=x; bd=example.org", Rank.REST),
    ],
)
def test_c27_a_letter_ranks_by_whom_its_signature_speaks_for(office: Office, signature: str, rank: Rank):
    raw = mail(UNSUBSCRIBE, headers={"DKIM-Signature": signature})

    assert budget.rank_of(read(raw, own=office.desk.own), raw, tied=False) is rank
    assert budget.rank_of(read(raw, own=office.desk.own), raw, tied=True) is Rank.TIED


def test_c27_a_signature_in_the_body_claims_nothing(office: Office):
    raw = mail(f"DKIM-Signature: {SIGNED['DKIM-Signature']}\r\n\r\n{UNSUBSCRIBE}")

    assert budget.rank_of(read(raw, own=office.desk.own), raw, tied=False) is Rank.REST


# ---------------------------------------------------------------- letters


async def queued(office: Office, letters: int) -> Case:
    """An hour in which so many letters have gone out, by the ledger's count."""
    office.mailbox.put(mail("Подам на вас в суд, если не удалите мои данные!", sender="zarina@example.org"))
    await office.turn(1)
    case = (await office.cases())[0]
    now = office.clock.now
    async with office.desk.ledger.write() as book:
        for number in range(letters - await book.sent_since(now - timedelta(hours=1))):
            await book.queue(
                Draft(
                    case_id=case.id,
                    recipient=Address(f"somebody{number}@example.org"),
                    message_id=MessageId(f"{number}@example.kz"),
                    raw=b"x",
                    letters=(),
                    automatic=True,
                    run_at=now,
                )
            )
    return case


@pytest.mark.parametrize(
    ("sent", "may"),
    [
        (3, ["new", "open", "token", "proven"]),
        (4, ["open", "token", "proven"]),
        (6, ["token", "proven"]),
        (8, []),
    ],
)
async def test_amendment_13_the_last_letters_of_an_hour_are_kept_for_the_proven_and_the_confirming(
    office: Office, sent: int, may: list[str]
):
    case = await queued(office, sent)
    careful(office, letters_an_hour=8)
    message, nobody = read(mail(ERASE), own=office.desk.own), Unproven("x")
    async with office.desk.ledger.read() as book:
        room = {
            "new": await budget.within_budget(message, nobody, None, book, office.desk),
            "open": await budget.within_budget(message, nobody, case, book, office.desk),
            "token": await budget.within_budget(message, nobody, case, book, office.desk, token=True),
            "proven": await budget.within_budget(message, Proven("example.org"), None, book, office.desk),
        }

    assert [who for who, has in room.items() if has] == may


async def test_d6_letters_are_counted_in_the_transaction_that_spends_them(office: Office):
    careful(office, letters_an_hour=2)
    for sender in ("boris@example.org", "zarina@example.org"):
        office.mailbox.put(mail(ERASE, sender=sender))
    await office.loop("receive")
    async with office.desk.ledger.read() as book:
        first, second = await book.undecided(now=office.clock.now, limit=2)
    slow = await gather(second, office.desk)  # another process looks while the last letter is still to be had
    await decide_letter(first, office.desk)
    await office.loop("fulfil")
    async with office.desk.ledger.write() as book:
        meanwhile = await counted(slow, book, office.desk)

    assert (slow.around.within_budget, meanwhile.around.within_budget) == (True, False)


# ---------------------------------------------------------------- taken back


async def undone(office: Office, **how: Any) -> Undone:
    told = await undo_since(START - timedelta(minutes=1), by="lawyer", desk=office.desk, **how)
    await office.turn(1)
    return told


async def test_undo_lifts_what_the_flood_has_set_and_closes_what_it_held(office: Office):
    await flood(office, 10)

    assert await undone(office) == Undone(cases=10, addresses=10, closed=7)
    cases = await office.cases()
    assert [await suppressed(office, case) for case in cases] == [False] * 10
    assert [case.state for case in cases] == [CaseState.DONE] * RATE + [CaseState.CLOSED] * 7


async def test_undo_gives_the_companys_data_back_as_they_were(office: Office):
    before = await office.rows("subscriptions")
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    assert await office.rows("subscriptions") != before
    await undone(office)

    assert await office.rows("subscriptions") == before


async def test_undo_is_audited_with_whoever_did_it(office: Office):
    await flood(office, 4)
    await undone(office)

    async with office.desk.ledger.read() as book:
        links = await book.links(limit=10_000)
    told = {link.event.name: link.event for link in links}
    assert (told["suppressions.undone"].actor, told["suppressions.undone"].facts["cases"]) == ("lawyer", 4)
    assert [link.event.name for link in links].count("case.taken_back") == 4
    await office.events()


async def test_undo_twice_is_once(office: Office):
    await flood(office, 4)
    await undone(office)
    events = await office.events()

    assert await undone(office) == Undone(cases=0, addresses=0, closed=0)
    assert await office.events() == events


async def test_a_dry_run_of_undo_only_counts(office: Office):
    await flood(office, 4)
    events = await office.events()

    assert await undone(office, dry_run=True) == Undone(cases=4, addresses=4, closed=1)
    assert await office.events() == events


async def test_undo_never_lifts_what_a_proven_person_asked_for(office: Office):
    office.senders.proven.add("anna@example.org")
    office.mailbox.put(mail(UNSUBSCRIBE))
    await flood(office, 4)
    await undone(office)

    assert await suppressed(office, (await office.cases())[0])
    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]


@pytest.mark.parametrize("first", ["forged", "proven"])
async def test_undo_leaves_an_address_stopped_that_its_owner_asked_for_too(office: Office, first: str):
    for who in ("forged", "proven") if first == "forged" else ("proven", "forged"):
        office.senders.proven = {"anna@example.org"} if who == "proven" else set()
        office.mailbox.put(mail(UNSUBSCRIBE if who == "proven" else ERASE))
        await office.turn()
        office.clock.forward(minutes=1)
    await undone(office)

    assert [row["stopped_at"] is not None for row in await office.rows("subscriptions")] == [True]


async def test_undo_never_lifts_what_its_owner_confirmed_or_a_person_approved(office: Office):
    office.mailbox.put(mail(ERASE, sender="boris@example.org"))
    await flood(office, 5)
    office.mailbox.put(reply(office.letters("boris@example.org")[0], "ПОДТВЕРЖДАЮ", sender="boris@example.org"))
    await office.turn()
    approved = held(await office.cases())[0]
    await verdict.approve(approved.number, by="lawyer", desk=office.desk)
    await office.turn()
    told = await undone(office)

    assert told.cases == 4
    boris = (await office.cases())[0]
    assert [await suppressed(office, case) for case in (boris, approved)] == [True, True]


async def test_undo_lifts_an_address_that_was_forged_twice(office: Office):
    office.mailbox.put(mail(UNSUBSCRIBE))
    await office.turn()
    office.clock.forward(minutes=1)
    office.mailbox.put(mail("Отзываю своё согласие на обработку персональных данных."))
    await office.turn()
    told = await undone(office)

    assert told == Undone(cases=2, addresses=1, closed=0)
    assert [row["stopped_at"] for row in await office.rows("subscriptions")] == [None]
    assert not await suppressed(office, (await office.cases())[0])


async def test_undo_leaves_alone_what_was_asked_for_before_the_moment(office: Office):
    await flood(office, 2)
    office.clock.forward(hours=2)
    office.mailbox.put(forged(50))
    await office.turn()
    told = await undo_since(office.clock.now - timedelta(hours=1), by="lawyer", desk=office.desk)
    await office.turn(1)

    assert told.cases == 1
    assert [await suppressed(office, case) for case in await office.cases()] == [True, True, False]


async def test_undo_leaves_a_case_that_waits_for_a_person_with_that_person(office: Office):
    office.mailbox.put(mail(f"{UNSUBSCRIBE} Иначе подам на вас в суд."))
    await office.turn()
    assert (await office.only_case()).state is CaseState.PERSON
    await undone(office)

    assert (await office.only_case()).state is CaseState.PERSON


async def test_undo_of_a_moment_to_come_is_refused(office: Office):
    with pytest.raises(NotNow):
        await undo_since(START + timedelta(days=1), by="lawyer", desk=office.desk)
