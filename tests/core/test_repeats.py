"""When we have said enough (requirements D6, D16)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailbot.core.case import Case, Outgoing
from mailbot.core.decide import said_enough
from mailbot.core.model import Address, CaseState, Decision, Letter, MessageId, Right

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ANNA = Address("anna@example.org")
CASE = Case(
    id=1,
    number="2026-0001",
    state=CaseState.PERSON,
    address=ANNA,
    received_at=NOW,
    opened_at=NOW,
    due_at=NOW,
    due_day=date(2026, 11, 26),
    due_norm="94-V",
    languages=(),
    standing="Unproven",
    decision=Decision(rights=(Right.ERASURE,)),
    letter_id=1,
)
ANOTHER = replace(CASE, id=2, number="2026-0002")
OF_ANOTHER_KIND = replace(ANOTHER, decision=Decision(rights=(Right.ACCESS,)))


def out(number: int, *letters: Letter, case: Case = CASE, hours_ago: float = 1, head: str = "") -> Outgoing:
    return Outgoing(
        id=number,
        case_id=case.id,
        recipient=ANNA,
        message_id=MessageId(f"{number}@example.kz"),
        raw=f"{head}Subject: x\r\n\r\nbody".encode(),
        letters=letters,
        automatic=True,
        sent_at=NOW - timedelta(hours=hours_ago),
    )


def barred(letter: Outgoing, *before: tuple[Outgoing, Case], case: Case = CASE) -> str:
    return said_enough(letter, case, before, now=NOW)[-4:-1] if said_enough(letter, case, before, now=NOW) else ""


def test_the_first_letter_goes():
    assert barred(out(1, Letter.RECEIPT)) == ""


@pytest.mark.parametrize("of", [CASE, ANOTHER])
def test_d6_the_same_receipt_waits_seven_days(of):
    within, after = (out(1, Letter.RECEIPT, case=of, hours_ago=24 * 7 + hours) for hours in (-1, 1))

    assert barred(out(2, Letter.RECEIPT), (within, of)).endswith("D6")
    assert barred(out(2, Letter.RECEIPT), (after, of)) == ""


def test_d6_a_receipt_that_somebody_unproven_had_does_not_bar_that_of_a_proven_sender():
    proven = replace(CASE, standing="Proven")

    assert barred(out(2, Letter.RECEIPT), (out(1, Letter.RECEIPT, case=ANOTHER), ANOTHER), case=proven) == ""


def test_d6_a_request_for_something_else_has_its_own_receipt():
    assert barred(out(2, Letter.RECEIPT), (out(1, Letter.RECEIPT, case=OF_ANOTHER_KIND), OF_ANOTHER_KIND)) == ""


@pytest.mark.parametrize("letter", [Letter.UNSUBSCRIBED, Letter.ERASED, Letter.ACCESS, Letter.LEFT_ALONE])
def test_d6_what_was_done_is_told_once_for_each_case(letter):
    assert barred(out(2, letter), (out(1, letter), CASE)).endswith("D6")
    assert barred(out(2, letter), (out(1, letter, case=ANOTHER), ANOTHER)) == ""


def test_c15_a_question_may_be_put_again():
    assert barred(out(2, Letter.CONFIRM), (out(1, Letter.CONFIRM), CASE)) == ""


def test_d16_the_fourth_automatic_letter_of_a_case_within_a_day_is_one_too_many():
    said = [(out(number, Letter.CONFIRM, hours_ago=number), CASE) for number in (1, 2, 3)]

    assert barred(out(4, Letter.ERASED), *said).endswith("D16")
    assert barred(out(4, Letter.ERASED), *said[:2]) == ""
    assert barred(out(4, Letter.ERASED), *said[:2], (out(3, Letter.CONFIRM, hours_ago=25), CASE)) == ""


def test_d16_a_thread_goes_on_from_case_to_case():
    said = [(out(number, Letter.UNSUBSCRIBED, case=ANOTHER), ANOTHER) for number in (1, 2, 3)]
    chain = "References: <1@example.kz> <2@example.kz>\r\n <3@example.kz>\r\n"

    assert barred(out(4, Letter.UNSUBSCRIBED, head=chain), *said).endswith("D16")
    assert barred(out(4, Letter.UNSUBSCRIBED), *said) == ""


def test_what_a_person_wrote_and_notices_to_the_operator_do_not_count():
    by_hand = [(replace(out(number, Letter.WRITTEN), automatic=False), CASE) for number in (1, 2, 3)]
    notices = [(out(number), CASE) for number in (4, 5, 6)]

    assert barred(out(7, Letter.ERASED), *by_hand, *notices) == ""


def test_a_letter_does_not_stand_in_its_own_way():
    letter = out(1, Letter.RECEIPT)

    assert barred(letter, (letter, CASE)) == ""
