"""What is done about a request: requirements C.3 as amended, row by row."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailbot.core.case import Case
from mailbot.core.decide import (
    Answer,
    Autonomy,
    Circumstances,
    Policy,
    ReplyMeans,
    Ties,
    better,
    case_of,
    concerns_us,
    decide,
    holds_before_fulfilment,
    judge_reply,
    told_of,
)
from mailbot.core.model import (
    Address,
    Ask,
    CaseState,
    Concern,
    Decision,
    Failed,
    HoldReason,
    Language,
    Letter,
    Machine,
    Malformed,
    Message,
    MessageId,
    Obligation,
    Proven,
    Reading,
    ReplyWord,
    Right,
    Standing,
    Step,
    StepKind,
    Subject,
    Unproven,
    Unreadable,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = Address("anna@example.org")
LETTER = Message(authors=(ANNA,), return_path="anna@example.org", message_id=MessageId("1@example.org"))
PROVEN, UNPROVEN = Proven("example.org"), Unproven("no signature")
LIVE = Policy(autonomy={(right, language): Autonomy.AGREE for right in Right for language in Language})
AROUND = Circumstances(received_at=NOW - timedelta(minutes=1))


def asks(*rights: Right, sure: float = 1.0) -> Reading:
    return Reading(asks=tuple(Ask(right=right, sure=sure) for right in rights), languages=(Language.RU,))


def step(kind: StepKind, right: Right) -> Step:
    return Step(kind=kind, address=ANNA, right=right)


def decided(reading: Reading, standing: Standing = UNPROVEN, message: Message = LETTER, **around: Any) -> Decision:
    return decide(message, reading, standing, replace(AROUND, **around), now=NOW, policy=LIVE)


def test_an_unsubscribe_acts_at_once_whoever_writes():
    assert decided(asks(Right.UNSUBSCRIBE)) == Decision(
        rights=(Right.UNSUBSCRIBE,), now=(step(StepKind.SUPPRESS, Right.UNSUBSCRIBE),)
    )


def test_c9_advertising_stops_under_other_spellings_of_the_address_too_and_nothing_else_is_done_there():
    dotted = Address("an.na+shop@gmail.com")
    decision = decided(asks(Right.ERASURE), message=replace(LETTER, authors=(dotted,), return_path=dotted))

    assert {s.kind for s in decision.now} == {StepKind.SUPPRESS}
    assert {dotted, Address("anna@gmail.com")} <= {s.address for s in decision.now}
    assert {s.address for s in decision.confirmed} == {dotted}


def test_an_erasure_stops_advertising_at_once_and_destroys_after_confirmation():
    assert decided(asks(Right.ERASURE)) == Decision(
        rights=(Right.ERASURE,),
        now=(step(StepKind.SUPPRESS, Right.ERASURE),),
        confirmed=(step(StepKind.DESTROY, Right.ERASURE),),
    )


def test_access_is_told_only_after_confirmation_even_to_a_proven_sender():
    assert decided(asks(Right.ACCESS), PROVEN) == Decision(
        rights=(Right.ACCESS,), confirmed=(step(StepKind.DISCLOSE, Right.ACCESS),)
    )


def test_a_withdrawal_by_a_proven_sender_stops_marketing_and_processing_at_once():
    decision = decided(asks(Right.WITHDRAW_CONSENT), PROVEN)

    assert [s.kind for s in decision.now] == [StepKind.SUPPRESS, StepKind.STOP_PROCESSING]
    assert [s.kind for s in decision.confirmed] == [StepKind.STOP_PROCESSING, StepKind.DESTROY]


def test_a_withdrawal_by_an_unproven_sender_stops_marketing_only():
    assert [s.kind for s in decided(asks(Right.WITHDRAW_CONSENT)).now] == [StepKind.SUPPRESS]


def test_several_rights_share_one_plan_with_access_before_destruction():
    decision = decided(asks(Right.ERASURE, Right.ACCESS, Right.UNSUBSCRIBE))

    assert decision.rights == (Right.ACCESS, Right.UNSUBSCRIBE, Right.ERASURE)
    assert [s.kind for s in decision.now] == [StepKind.SUPPRESS]
    assert [s.kind for s in decision.confirmed] == [StepKind.DISCLOSE, StepKind.DESTROY]


@pytest.mark.parametrize("right", [Right.RECTIFICATION, Right.BLOCKING])
def test_rectification_and_blocking_go_to_a_person_with_a_receipt(right):
    assert decided(asks(right), PROVEN) == Decision(
        rights=(right,), letter=Letter.RECEIPT, holds=(HoldReason.RIGHT,)
    )


def test_a_stranger_cannot_learn_whom_we_know_because_nobody_is_looked_up_before_the_token_comes_back():
    assert "subjects" not in decide.__annotations__


def test_the_shipped_policy_only_rehearses_and_nothing_leaves_the_house():
    decision = decide(LETTER, asks(Right.UNSUBSCRIBE), PROVEN, AROUND, now=NOW, policy=Policy())

    assert decision.holds == (HoldReason.REHEARSAL,)
    assert decision.now == (step(StepKind.SUPPRESS, Right.UNSUBSCRIBE),)
    assert (decision.meanwhile, decision.letter) == ((), None)


def test_live_in_one_language_is_not_live_in_another():
    policy = Policy(autonomy={(Right.UNSUBSCRIBE, Language.KK): Autonomy.AGREE})

    assert policy.mode(Right.UNSUBSCRIBE, [Language.KK]) is Autonomy.AGREE
    assert policy.mode(Right.UNSUBSCRIBE, [Language.KK, Language.RU]) is Autonomy.REHEARSE
    assert policy.mode(Right.UNSUBSCRIBE, []) is Autonomy.REHEARSE


def test_an_unsure_reading_goes_to_a_person_while_advertising_stops():
    decision = decided(asks(Right.UNSUBSCRIBE, sure=0.5))

    assert decision.holds == (HoldReason.READING,)
    assert [s.kind for s in decision.meanwhile] == [StepKind.SUPPRESS]
    assert decision.letter is Letter.RECEIPT


def test_a_reading_with_a_concern_goes_to_a_person():
    reading = replace(asks(Right.ACCESS), concerns=(Concern.REPRESENTATIVE,))

    assert decided(reading).holds == (HoldReason.READING,)


def test_mail_that_fails_its_own_domain_is_never_answered_but_its_unsubscribe_is_heeded():
    decision = decided(asks(Right.UNSUBSCRIBE), Failed("dmarc"))

    assert decision == Decision(
        rights=(Right.UNSUBSCRIBE,), now=(step(StepKind.SUPPRESS, Right.UNSUBSCRIBE),), may_answer=False
    )


def test_mail_that_fails_its_own_domain_moves_nothing_else_without_a_person():
    decision = decided(asks(Right.ERASURE), Failed("dmarc"))

    assert (decision.holds, decision.letter, decision.may_answer) == ((HoldReason.SENDER,), None, False)
    assert [s.kind for s in decision.meanwhile] == [StepKind.SUPPRESS]


def test_a_from_that_names_nobody_goes_to_a_person_unanswered():
    message = replace(LETTER, authors=(ANNA, Address("eve@example.org")))

    decision = decided(asks(Right.ERASURE), Malformed("two authors"), message)

    assert (decision.holds, decision.may_answer, decision.now) == ((HoldReason.SENDER,), False, ())


def test_unreadable_mail_goes_to_a_person():
    decision = decide(Unreadable(why="too deep"), Reading(), UNPROVEN, AROUND, now=NOW, policy=LIVE)

    assert decision == Decision(rights=(), holds=(HoldReason.UNREADABLE,), may_answer=False)


def test_from_junk_only_proven_senders_act():
    assert decided(asks(Right.UNSUBSCRIBE), PROVEN, in_junk=True).holds == ()
    assert decided(asks(Right.UNSUBSCRIBE), UNPROVEN, in_junk=True).holds == (HoldReason.JUNK,)


def test_mail_first_read_after_a_week_goes_to_a_person():
    assert HoldReason.TOO_OLD in decided(asks(Right.UNSUBSCRIBE), received_at=NOW - timedelta(days=8)).holds
    assert decided(asks(Right.UNSUBSCRIBE), received_at=NOW - timedelta(days=6)).holds == ()


def test_mail_that_turned_up_after_the_folder_was_renumbered_never_acts_by_itself():
    assert HoldReason.TOO_OLD in decided(asks(Right.UNSUBSCRIBE), unmatched=True).holds


def test_an_unsubscribe_button_is_heeded_and_not_answered():
    message = replace(LETTER, machine=Machine.UNSUBSCRIBE_BUTTON, no_answer=("auto-submitted",))

    decision = decided(asks(Right.UNSUBSCRIBE), UNPROVEN, message)

    assert (decision.holds, decision.may_answer) == ((), False)
    assert [s.kind for s in decision.now] == [StepKind.SUPPRESS]


def test_a_request_that_cannot_be_answered_by_a_program_goes_to_a_person():
    message = replace(LETTER, return_path="")

    assert decided(asks(Right.ERASURE), UNPROVEN, message).holds == (HoldReason.SENDER,)


def test_over_the_budget_a_person_decides():
    assert HoldReason.BUDGET in decided(asks(Right.ERASURE), within_budget=False).holds


# ---------------------------------------------------------------- what concerns us at all


@pytest.mark.parametrize("machine", [m for m in Machine if m not in (Machine.UNSUBSCRIBE_BUTTON, Machine.BOUNCE)])
def test_machines_are_left_alone_whatever_their_text_says(machine):
    assert not concerns_us(replace(LETTER, machine=machine), asks(Right.ERASURE), tied=True)


def test_a_bounce_concerns_us_only_when_it_is_about_a_letter_of_ours():
    bounce = replace(LETTER, machine=Machine.BOUNCE)

    assert concerns_us(bounce, Reading(), tied=True)
    assert not concerns_us(bounce, Reading(), tied=False)


def test_ordinary_mail_is_left_alone_and_requests_are_not():
    assert not concerns_us(LETTER, Reading(), tied=False)
    assert concerns_us(LETTER, asks(Right.ACCESS, sure=0.1), tied=False)
    assert concerns_us(LETTER, Reading(concerns=(Concern.PROCEDURE,)), tied=False)
    assert concerns_us(Unreadable(why="x"), Reading(), tied=False)
    assert concerns_us(replace(LETTER, encrypted=True), Reading(), tied=False)


# ---------------------------------------------------------------- replies

ASKED = Case(
    id=1,
    number="2026-0001",
    state=CaseState.CONFIRMATION,
    address=ANNA,
    received_at=NOW,
    opened_at=NOW,
    due_at=NOW + timedelta(days=1),
    due_day=NOW.date(),
    due_norm="n",
    languages=(Language.RU,),
    standing="Unproven",
    decision=Decision(rights=(Right.ERASURE,), confirmed=(step(StepKind.DESTROY, Right.ERASURE),)),
    letter_id=1,
    token_hash="h",
    confirm_until=NOW + timedelta(days=14),
)
YES, NO = Reading(reply_word=ReplyWord.CONFIRMS), Reading(reply_word=ReplyWord.DENIES)
WANTS = Reading(reply_word=ReplyWord.WANTS_PERSON)
NOTHING = ReplyMeans(answer=Answer.NOTHING)
TOKEN, THREAD, NEITHER = (
    Ties(token=True, thread=True),
    Ties(token=False, thread=True),
    Ties(token=False, thread=False),
)


def person(reason: HoldReason) -> ReplyMeans:
    return ReplyMeans(answer=Answer.PERSON, hold=reason)


@pytest.mark.parametrize(
    ("reading", "standing", "ties", "means"),
    [
        (YES, UNPROVEN, TOKEN, ReplyMeans(answer=Answer.CONFIRMED)),  # amendment 3
        (YES, PROVEN, THREAD, ReplyMeans(answer=Answer.CONFIRMED)),  # amendment 3
        (YES, UNPROVEN, THREAD, person(HoldReason.NO_TOKEN)),
        (YES, PROVEN, NEITHER, person(HoldReason.NO_TOKEN)),  # amendment 4: a new letter, the button filled in
        (YES, Failed("dmarc"), TOKEN, person(HoldReason.SENDER)),
        (NO, UNPROVEN, TOKEN, ReplyMeans(answer=Answer.DENIED)),
        (NO, PROVEN, NEITHER, person(HoldReason.NO_TOKEN)),
        (YES, UNPROVEN, NEITHER, NOTHING),  # anybody could have written it: the open question stays as it is
        (NO, UNPROVEN, NEITHER, NOTHING),
        (WANTS, UNPROVEN, NEITHER, NOTHING),
        (asks(Right.ERASURE, sure=0.5), UNPROVEN, NEITHER, NOTHING),
        (asks(Right.ERASURE), Failed("dmarc"), NEITHER, NOTHING),  # a repeat that stands worse costs no letter
        (WANTS, UNPROVEN, THREAD, person(HoldReason.WANTS_PERSON)),
        (Reading(), PROVEN, TOKEN, person(HoldReason.READING)),  # "ok", thanks: never destroys
        (asks(Right.ERASURE), UNPROVEN, NEITHER, ReplyMeans(answer=Answer.ASK_AGAIN)),
        (asks(Right.ACCESS), UNPROVEN, TOKEN, person(HoldReason.READING)),  # asks for more
    ],
)
def test_what_a_reply_to_an_open_question_means(reading, standing, ties, means):
    assert judge_reply(LETTER, reading, standing, ASKED, ties=ties) == means


def test_a_token_from_another_address_confirms_nothing():
    eve = replace(LETTER, authors=(Address("eve@example.org"),))

    assert judge_reply(eve, YES, PROVEN, ASKED, ties=TOKEN) == person(HoldReason.SENDER)


@pytest.mark.parametrize("machine", [m for m in Machine if m is not Machine.BOUNCE])
def test_no_machine_confirms_anything_though_it_quotes_the_token(machine):
    vacation = replace(LETTER, machine=machine)

    assert judge_reply(vacation, YES, PROVEN, ASKED, ties=TOKEN) == person(HoldReason.READING)
    assert judge_reply(vacation, Reading(), PROVEN, ASKED, ties=TOKEN) == NOTHING


def test_a_bounce_of_our_question_is_a_persons():
    bounce = replace(LETTER, machine=Machine.BOUNCE)

    assert judge_reply(bounce, Reading(), UNPROVEN, ASKED, ties=THREAD) == person(HoldReason.BOUNCED)


# ---------------------------------------------------------------- bound to what was asked (C15)


def test_a_token_confirms_only_what_its_question_was_about():
    asked_access = replace(TOKEN, asked=(Right.ACCESS,))
    asked_both = replace(TOKEN, asked=(Right.ACCESS, Right.ERASURE))

    assert judge_reply(LETTER, YES, UNPROVEN, ASKED, ties=asked_access) == person(HoldReason.READING)
    assert judge_reply(LETTER, YES, UNPROVEN, ASKED, ties=asked_both).answer is Answer.CONFIRMED


@pytest.mark.parametrize(
    "reading",
    [
        replace(asks(Right.ACCESS), reply_word=ReplyWord.CONFIRMS),  # a second right beside the yes
        replace(YES, concerns=(Concern.CONDITIONAL,)),
        replace(YES, concerns=(Concern.UNREAD_TEXT,)),
    ],
)
def test_a_yes_that_says_more_is_a_persons(reading):
    assert judge_reply(LETTER, reading, UNPROVEN, ASKED, ties=TOKEN) == person(HoldReason.READING)


def test_a_no_that_asks_for_something_is_a_persons():
    reading = replace(asks(Right.ERASURE), reply_word=ReplyWord.DENIES)

    assert judge_reply(LETTER, reading, UNPROVEN, ASKED, ties=TOKEN) == person(HoldReason.CHANGED_MIND)


# ---------------------------------------------------------------- letters that anybody could have written


def test_of_several_open_cases_a_repeat_belongs_to_the_one_that_asks_its_question():
    newer = replace(ASKED, id=2, state=CaseState.PERSON, token_hash=None)

    assert case_of([newer, ASKED], asks(Right.ERASURE), UNPROVEN) == ASKED


@pytest.mark.parametrize("reading", [WANTS, YES, NO, asks(Right.ERASURE, sure=0.5)])
def test_what_anybody_could_have_written_is_no_part_of_a_case_that_asks_its_question(reading):
    assert case_of([ASKED], reading, UNPROVEN) is None
    assert case_of([ASKED], reading, PROVEN) == ASKED


def test_what_anybody_could_have_written_is_shown_to_the_person_who_has_the_case_anyhow():
    waiting = replace(ASKED, state=CaseState.PERSON, token_hash=None)

    assert case_of([waiting], WANTS, UNPROVEN) == waiting
    assert judge_reply(LETTER, WANTS, UNPROVEN, waiting, ties=NEITHER) == ReplyMeans(answer=Answer.SEEN)


def test_a_repeat_does_not_take_a_case_away_from_the_person_who_has_it():
    held = replace(ASKED, state=CaseState.PERSON)

    assert judge_reply(LETTER, asks(Right.ERASURE), UNPROVEN, held, ties=TOKEN) == NOTHING


def test_an_unproven_repeat_of_a_proven_request_costs_the_person_no_letter():
    proven = replace(ASKED, standing="Proven")

    assert judge_reply(LETTER, asks(Right.ERASURE), UNPROVEN, proven, ties=NEITHER) == NOTHING


def test_a_late_yes_still_confirms():
    closed = replace(ASKED, state=CaseState.CLOSED)

    assert judge_reply(LETTER, YES, UNPROVEN, closed, ties=TOKEN).answer is Answer.CONFIRMED


def test_a_token_works_once():
    done = replace(ASKED, state=CaseState.DONE, confirmed=True)

    assert judge_reply(LETTER, YES, UNPROVEN, done, ties=TOKEN).answer is Answer.NOTHING


def test_a_no_after_all_was_done_is_seen_by_a_person():
    done = replace(ASKED, state=CaseState.DONE, confirmed=True)

    assert judge_reply(LETTER, NO, UNPROVEN, done, ties=TOKEN) == person(HoldReason.ABUSE)


def test_thanks_after_all_was_done_change_nothing():
    done = replace(ASKED, state=CaseState.DONE, confirmed=True)

    assert judge_reply(LETTER, Reading(), UNPROVEN, done, ties=THREAD).answer is Answer.NOTHING


# ---------------------------------------------------------------- before destruction


def before(subjects: Sequence[Subject], case: Case = ASKED, **around: Any) -> tuple[HoldReason, ...]:
    return holds_before_fulfilment(case, subjects, **{"policy": LIVE, "today": NOW.date(), **around})


def test_an_open_order_a_shared_address_and_a_rehearsal_stop_before_destruction():
    order = Obligation(kind="order", norm="KZ 94-V 8(2)", until=None)
    one, two = Subject(key="1", obligations=(order,)), Subject(key="2")

    assert before([two]) == ()
    assert before([]) == ()
    assert before([one]) == (HoldReason.OBLIGATION,)
    assert before([two, two]) == (HoldReason.SEVERAL_SUBJECTS,)
    assert before([two], policy=Policy()) == (HoldReason.REHEARSAL,)


def test_after_a_year_without_contact_the_address_may_be_anothers():
    days = {age: Subject(key="1", last_contact=NOW.date() - timedelta(days=age)) for age in (1, 365, 366)}

    assert [before([days[age]]) for age in days] == [(), (), (HoldReason.NO_CONTACT,)]
    assert before([Subject(key="1", last_contact=None)]) == ()
    assert before([replace(days[366], key="2"), days[1]]) == (HoldReason.SEVERAL_SUBJECTS,)


@pytest.mark.parametrize("kind", [StepKind.DISCLOSE, StepKind.DESTROY])
def test_c11_nothing_is_told_or_destroyed_by_a_mailbox_that_several_people_read(kind):
    decision = replace(ASKED.decision, confirmed=(step(kind, Right.ERASURE),))
    case = replace(ASKED, decision=decision, address=Address("buh@example.org"))

    assert before([], case) == (HoldReason.ROLE,)


def test_c10_an_address_that_looks_like_one_on_file_is_told_of_and_stops_nothing():
    case = replace(ASKED, address=Address("аnna@example.org"))

    assert told_of(case, [ANNA]) == (HoldReason.LOOKALIKE,)
    assert told_of(case, [Address("vera@example.org")]) == told_of(ASKED, [ANNA]) == ()
    assert before([], case) == ()


def test_the_better_standing_of_two_twins_wins():
    assert better(PROVEN, than="Unproven")
    assert not better(UNPROVEN, than="Proven")
    assert not better(UNPROVEN, than="Unproven")
