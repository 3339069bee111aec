"""The decision table C.3 as amended, a test for every cell, named by its row and its column.

A cell says what is done at once (S: advertising stops, B: processing stops), what waits for the token, who
decides, and whether anything may be answered.
Rows are letters as people write them, read by the shipped knowledge.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.case import Case
from mailbot.core.decide import (
    Autonomy,
    Circumstances,
    Policy,
    Ties,
    decide,
    holds_before_fulfilment,
    judge_reply,
)
from mailbot.core.model import (
    Address,
    CaseState,
    Concern,
    Decision,
    Failed,
    Language,
    Letter,
    Machine,
    Malformed,
    Message,
    Proven,
    Reading,
    ReplyWord,
    Right,
    Standing,
    StepKind,
    Unproven,
)
from mailbot.core.standing import ONLY_SPF
from mailbot.core.understanding import understand

KNOWLEDGE = load_knowledge(Path(__file__).parents[2] / "config/knowledge")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = Address("anna@example.org")
LETTER = Message(authors=(ANNA,), to=(Address("info@example.kz"),), return_path=ANNA)
LIVE = Policy(autonomy={(right, language): Autonomy.AGREE for right in Right for language in Language})
AROUND = Circumstances(received_at=NOW - timedelta(minutes=1))

STANDINGS: dict[str, Standing] = {
    "D": Proven("example.org"),
    "P": Unproven(ONLY_SPF),  # amendment 5: no more than nothing (C5)
    "N": Unproven("no signature"),
    "F": Failed("dmarc"),
    "TEMP": Unproven("DNS did not answer for an hour"),
    "X": Proven("example.org"),  # and the letter names another's address
    "M": Malformed("two From"),
}

ROWS = {
    "unsubscribe": "Отпишите меня от рассылки, пожалуйста.",
    "withdraw consent": "Отзываю согласие на обработку моих персональных данных.",
    "stop processing": "Прошу прекратить обработку моих персональных данных.",
    "block": "Заблокируйте мои персональные данные до конца проверки.",
    "unblock": "Снимите блокировку с моих персональных данных.",
    "access 1": "Какие мои персональные данные вы храните?",
    "access 2": "Пришлите копию всех моих данных со значениями.",
    "rectify": "Исправьте мой адрес: Алматы, ул. Примерная 1.",
    "rectify e-mail": "Замените мою почту на anna.new@example.org.",
    "erase": "Прошу удалить все мои персональные данные.",
    "objection": "Возражаю против автоматизированной обработки моих данных.",
    "complaint": "Жалуюсь в прокуратуру: вы незаконно храните мои персональные данные.",
    "representative": "Я представитель Ивана Петрова по доверенности, удалите его данные.",
    "unsure": "Кажется, что-то про мои данные надо сделать, разберитесь.",
    "unsure, with unsubscribe": "Отпишите меня от рассылки, а иначе подам в суд.",
    "several kinds": "Отпишите меня от рассылки и удалите все мои персональные данные.",
}

PERSON = "person, receipt"
PERSON_S = "S, person, receipt"
SILENT, SILENT_S = "person, silent", "S, person, silent"
BY_HAND = {"D": PERSON, "P": PERSON, "N": PERSON, "F": SILENT, "TEMP": PERSON, "X": PERSON, "M": SILENT}
BY_HAND_S = {name: cell.replace("person", "S, person") if name != "M" else cell for name, cell in BY_HAND.items()}
"""A person decides, and advertising stops meanwhile; nobody's where From names nobody."""

CELLS = {
    "unsubscribe": {
        **dict.fromkeys(("D", "P", "N", "TEMP"), "S"),
        "F": "S, silent",
        "X": PERSON_S,
        "M": SILENT,
    },
    "withdraw consent": {
        "D": "S+B, asks: stop_processing+destroy",
        **dict.fromkeys(("P", "N", "TEMP"), "S, asks: stop_processing+destroy"),
        "F": SILENT_S,
        "X": PERSON_S,
        "M": SILENT,
    },
    "stop processing": BY_HAND_S,
    "block": BY_HAND,
    "unblock": BY_HAND,
    "access 1": {
        **dict.fromkeys(("D", "P", "N", "TEMP"), "asks: disclose"),
        "F": SILENT,
        "X": PERSON,
        "M": SILENT,
    },
    "access 2": {  # no program discloses values: the token brings the categories of level 1 (C20)
        **dict.fromkeys(("D", "P", "N", "TEMP"), "asks: disclose"),
        "F": SILENT,
        "X": PERSON,
        "M": SILENT,
    },
    "rectify": BY_HAND,
    "rectify e-mail": BY_HAND,
    "erase": {
        **dict.fromkeys(("D", "P", "N", "TEMP"), "S, asks: destroy"),
        "F": SILENT_S,
        "X": PERSON_S,
        "M": SILENT,
    },
    "objection": BY_HAND_S,
    "complaint": BY_HAND,
    "representative": BY_HAND_S,
    "unsure": BY_HAND,
    "unsure, with unsubscribe": BY_HAND_S,
    "several kinds": {
        **dict.fromkeys(("D", "P", "N", "TEMP"), "S, asks: destroy"),
        "F": SILENT_S,
        "X": PERSON_S,
        "M": SILENT,
    },
}


def letter(row: str, column: str) -> Message:
    """The letter of a cell: column X names another's address in it, column M has two authors."""
    words = ROWS[row]
    if column == "X" and row != "rectify e-mail":
        words = f"{words} Адрес: ivan@other.example.kz"
    authors = (ANNA, Address("eve@example.org")) if column == "M" else (ANNA,)
    return replace(LETTER, own_words=words, authors=authors)


def decided(row: str, column: str) -> Decision:
    message = letter(row, column)
    reading = understand(message, KNOWLEDGE)
    return decide(message, reading, STANDINGS[column], AROUND, now=NOW, policy=LIVE)


def cell_of(decision: Decision) -> str:
    """A decision in the words of the table."""
    signs = {StepKind.SUPPRESS: "S", StepKind.STOP_PROCESSING: "B"}
    steps = decision.meanwhile if decision.holds else decision.now
    said = ["+".join(signs[step.kind] for step in steps)]
    if decision.holds:
        said += ["person", "receipt" if decision.letter is Letter.RECEIPT else "silent"]
    elif decision.confirmed:
        said.append("asks: " + "+".join(step.kind.value for step in decision.confirmed))
    elif not decision.may_answer:
        said.append("silent")
    return ", ".join(part for part in said if part)


@pytest.mark.parametrize(("row", "column"), [(row, column) for row in CELLS for column in CELLS[row]])
def test_a_cell_of_the_table(row: str, column: str):
    assert cell_of(decided(row, column)) == CELLS[row][column]


def test_every_row_has_every_column():
    assert {row: sorted(cells) for row, cells in CELLS.items()} == dict.fromkeys(ROWS, sorted(STANDINGS))


# ---------------------------------------------------------------- T: the token came back from the same address

TOKEN = Ties(token=True, thread=True)
AFTER_TOKEN = {
    "withdraw consent": "stop_processing+destroy",
    "access 1": "disclose",
    "access 2": "disclose",
    "erase": "destroy",
    "several kinds": "destroy",
}


def asked(decision: Decision) -> Case:
    return Case(
        id=1,
        number="2026-0001",
        state=CaseState.CONFIRMATION,
        address=ANNA,
        received_at=NOW,
        opened_at=NOW,
        due_at=NOW,
        due_day=NOW.date(),
        due_norm="n",
        languages=(Language.RU,),
        standing="Unproven",
        decision=decision,
        letter_id=1,
        token_hash="h",
    )


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("column", ["D", "P", "N", "TEMP"])
def test_column_t_carries_out_what_was_asked_about_and_nothing_that_a_person_decides(row: str, column: str):
    decision = decided(row, column)
    if row not in AFTER_TOKEN:
        assert decision.holds or not decision.confirmed
        return
    case = asked(decision)
    yes = Reading(reply_word=ReplyWord.CONFIRMS, languages=(Language.RU,))
    means = judge_reply(LETTER, yes, STANDINGS["N"], case, ties=TOKEN)

    assert means.answer.value == "confirmed"
    assert holds_before_fulfilment(case, [], policy=LIVE, today=NOW.date()) == ()
    assert "+".join(step.kind.value for step in decision.confirmed) == AFTER_TOKEN[row]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row not in AFTER_TOKEN and row != "unsure, with unsubscribe"]
)
def test_what_a_person_decides_is_never_destroyed_by_pressing_the_button(row: str):
    """Stop processing, objections: the proposal holds no destruction that nobody asked for."""
    kinds = {step.kind for step in (*decided(row, "D").now, *decided(row, "D").confirmed)}

    assert StepKind.DESTROY not in kinds or Right.ERASURE in decided(row, "D").rights


# ---------------------------------------------------------------- M: the mark of a machine


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("machine", [Machine.LIST, Machine.ROBOT, Machine.ABSENCE])
def test_column_m_under_the_mark_of_a_machine_a_person_decides_or_nothing_is_done(row: str, machine: Machine):
    message = replace(letter(row, "D"), machine=machine, no_answer=(f"machine: {machine}",))
    reading = understand(message, KNOWLEDGE)
    decision = decide(message, reading, STANDINGS["D"], AROUND, now=NOW, policy=LIVE)

    assert decision.holds
    assert (decision.letter, decision.may_answer) == (None, False)
    if row == "erase":
        assert Concern.BY_MACHINE in reading.concerns


def test_column_m_a_button_that_unsubscribes_is_pressed_and_not_answered():
    button = replace(LETTER, machine=Machine.UNSUBSCRIBE_BUTTON, no_answer=("auto-submitted",))
    decision = decide(button, understand(button, KNOWLEDGE), STANDINGS["N"], AROUND, now=NOW, policy=LIVE)

    assert cell_of(decision) == "S, silent"


@pytest.mark.parametrize("column", STANDINGS)
@pytest.mark.parametrize("row", ROWS)
def test_any_refusal_is_a_persons(row: str, column: str):
    assert decided(row, column).letter is not Letter.REFUSED
