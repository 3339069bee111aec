"""What others have to do about a right, and when they are reminded of it (issue 5, items 1 and 8; A93)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailbot.adapters.datamap_file import load_datamap
from mailbot.core.case import Case, Phase, PlannedStep
from mailbot.core.datamap import DataMap, Manual, Party
from mailbot.core.model import Address, CaseState, Change, Decision, Language, MessageId, Right, Step, StepKind
from mailbot.core.tasks import (
    Task,
    TaskKind,
    TaskState,
    Warned,
    again,
    duties,
    first_of,
    of_rights,
    rights_to_pass_on,
    warning,
)
from tests.command_lines import ROOT

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANNA = Address("anna@example.org")
EVERYTHING = (Right.UNSUBSCRIBE, Right.WITHDRAW_CONSENT, Right.ERASURE)
ARCHIVE = Manual(
    name="archive",
    system="Archive",
    person="Bolat",
    mail="bolat@example.kz",
    within_days=3,
    category="orders",
    rights=EVERYTHING,
)
HOST = Party(name="Host", address="Almaty")
SHIPPED = load_datamap(ROOT / "config" / "datamap.toml")


def datamap(*, manual: tuple[Manual, ...] = (ARCHIVE,), both: bool = False) -> DataMap:
    return replace(SHIPPED, manual=manual, processors=(HOST,), recipients=(HOST,) if both else ())


def step(kind: StepKind, phase: Phase, *, done: bool = True, rows: int = 1) -> PlannedStep:
    change = Change(store="company", table="subjects", operation="destruction", rows=rows)
    right = Right.WITHDRAW_CONSENT
    taken = Step(kind=kind, address=ANNA, right=right)
    return PlannedStep(id=1, case_id=1, phase=phase, step=taken, at=NOW, done=done, intended=(change,))


def case(*, standing: str = "Unproven", confirmed: bool = False) -> Case:
    return Case(
        id=1,
        number="2026-0001",
        state=CaseState.FULFILLING,
        address=ANNA,
        received_at=NOW,
        opened_at=NOW,
        due_at=NOW,
        due_day=date(2026, 11, 24),
        due_norm="",
        languages=(Language.RU,),
        standing=standing,
        decision=Decision(rights=EVERYTHING),
        letter_id=1,
        confirmed=confirmed,
    )


# ---------------------------------------------------------------- what is passed on


@pytest.mark.parametrize(
    ("kind", "phase", "passed_on"),
    [
        (StepKind.SUPPRESS, Phase.NOW, (Right.UNSUBSCRIBE,)),
        (StepKind.STOP_PROCESSING, Phase.NOW, ()),  # lifted where nobody confirms (amendment 1)
        (
            StepKind.STOP_PROCESSING,
            Phase.STOP,
            (Right.UNSUBSCRIBE,),
        ),  # destroyed by nobody before a person decides
        (StepKind.STOP_PROCESSING, Phase.CONFIRMED, ()),  # the destruction follows at once, and tells both
        (StepKind.DESTROY, Phase.CONFIRMED, (Right.WITHDRAW_CONSENT, Right.ERASURE)),
        (StepKind.DESTROY, Phase.LATER, ()),
        (StepKind.SUPPRESS, Phase.MEANWHILE, ()),
    ],
)
def test_only_what_is_done_for_good_is_passed_on(kind, phase, passed_on):
    assert rights_to_pass_on([step(kind, phase)], EVERYTHING) == passed_on
    assert rights_to_pass_on([step(kind, phase, done=False)], EVERYTHING) == ()


def test_who_has_to_do_several_things_is_asked_for_the_one_that_ends_most():
    asked = [(duty.place.name, duty.right) for duty in of_rights(EVERYTHING, datamap())]

    assert asked == [("archive", Right.ERASURE), ("Host", Right.ERASURE)]


def test_a_place_is_asked_only_for_what_the_map_says_is_done_there():
    only = replace(ARCHIVE, rights=(Right.UNSUBSCRIBE,))

    assert [duty.right for duty in of_rights(EVERYTHING, datamap(manual=(only,)))] == [
        Right.UNSUBSCRIBE,
        Right.ERASURE,
    ]


def test_who_is_processor_and_recipient_is_told_once():
    assert len(of_rights([Right.ERASURE], datamap(manual=(), both=True))) == 1


@pytest.mark.parametrize(
    ("standing", "confirmed", "rows", "told"),
    [
        ("Unproven", False, 0, False),
        ("Unproven", False, 1, True),
        ("Unproven", True, 0, True),
        ("Proven", False, 0, True),
    ],
)
def test_parties_are_not_told_of_somebody_whom_nobody_has_proven_and_who_is_unknown(
    standing, confirmed, rows, told
):
    steps = [step(StepKind.SUPPRESS, Phase.NOW, rows=rows)]
    due = duties(case(standing=standing, confirmed=confirmed), steps, datamap())

    assert [duty.kind for duty in due] == [TaskKind.STORE, *([TaskKind.PARTY] if told else [])]


def test_old_mail_that_a_person_hands_over_at_once_is_passed_on_to_no_party():
    steps = [step(StepKind.SUPPRESS, Phase.NOW)]
    handed = replace(
        case(standing="Proven"), released=True, decision=Decision(rights=EVERYTHING, may_answer=False)
    )

    assert [duty.kind for duty in duties(handed, steps, datamap())] == [TaskKind.STORE]


# ---------------------------------------------------------------- reminders


def task(
    kind: TaskKind = TaskKind.STORE, *, state: TaskState = TaskState.OPEN, warned: float | None = None
) -> Task:
    """Opened now, due in four days; warned so many days after now."""
    return Task(
        id=1,
        case_id=1,
        kind=kind,
        name="archive",
        right=Right.ERASURE,
        person="Bolat",
        opened_at=NOW,
        due_at=NOW + timedelta(days=4),
        state=state,
        warned_at=None if warned is None else NOW + timedelta(days=warned),
    )


@pytest.mark.parametrize(
    ("about", "after", "said"),
    [
        (task(), 2.9, None),
        (task(), 3.0, Warned.NEAR),
        (task(warned=3.0), 3.5, None),
        (task(warned=3.0), 4.1, Warned.LATE),
        (task(warned=4.1), 5.0, None),
        (task(warned=4.1), 5.1, Warned.LATE),
        (task(TaskKind.PARTY), 3.9, None),
        (task(TaskKind.PARTY), 4.1, Warned.LATE),
        (task(TaskKind.PARTY, warned=4.1), 11.0, None),
        (task(TaskKind.PARTY, warned=4.1), 11.1, Warned.LATE),
        (task(state=TaskState.REPLIED), 4.1, Warned.LATE),
        (task(state=TaskState.DONE), 4.1, None),
        (task(state=TaskState.CANNOT), 4.1, None),
    ],
)
def test_who_does_it_is_reminded_once_before_its_day_and_all_are_warned_again_and_again_after(about, after, said):
    assert warning(about, NOW + timedelta(days=after), before=timedelta(days=1)) is said


def test_a_short_task_is_not_reminded_of_in_its_first_half():
    short = task()
    assert warning(short, NOW + timedelta(days=1.9), before=timedelta(days=3)) is None
    assert warning(short, NOW + timedelta(days=2), before=timedelta(days=3)) is Warned.NEAR


# ---------------------------------------------------------------- Message-IDs


def test_a_reminder_has_an_id_of_its_own_by_which_the_first_letter_is_found():
    first = MessageId("c0ffee@example.kz")

    reminded = [again(first, times) for times in (1, 2)]

    assert len({first, *reminded}) == 3
    assert first_of(reminded) == (first,)
    assert first_of([MessageId("other.again@example.kz")]) == (MessageId("other.again@example.kz"),)


@pytest.mark.parametrize(
    ("state", "kind", "holds_up"),
    [
        (TaskState.OPEN, TaskKind.STORE, True),
        (TaskState.REPLIED, TaskKind.STORE, True),
        (TaskState.CANNOT, TaskKind.STORE, True),
        (TaskState.DONE, TaskKind.STORE, False),
        (TaskState.NOTHING, TaskKind.STORE, False),
        (TaskState.DROPPED, TaskKind.STORE, False),
        (TaskState.OPEN, TaskKind.PARTY, False),
    ],
)
def test_only_a_place_that_nobody_has_seen_to_holds_its_case_up(state, kind, holds_up):
    assert task(kind, state=state).holds_up is holds_up
