"""Our own letter, quoted without a mark, is nobody's own words (issue 4, items 2 and 7)."""

import textwrap
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.own_words.ours import without_ours

RU = """От имени этого адреса пришла просьба удалить данные об этом человеке. Уничтоженные данные восстановить
нельзя, поэтому нам нужно убедиться, что просите Вы.

Если да, ответьте одним словом: ПОДТВЕРЖДАЮ. Уничтожим данные в течение рабочего дня и напишем Вам.

Если просили не Вы, ничего не делайте: без Вашего ответа данные не будут ни уничтожены, ни раскрыты.

Код (переписывать не нужно):
MBABCDEFGHJKMNPQRSTVWXYZ0123

--
ООО «Пример»
"""
KK = """Осы мекенжай атынан дербес деректерді жою туралы өтініш келіп түсті. Жойылған деректерді қалпына келтіру
мүмкін емес, сондықтан өтінген Сіз екеніңізге көз жеткізуіміз керек.

Егер солай болса, бір сөзбен жауап беріңіз: РАСТАЙМЫН.
"""
EN = """Somebody asked in the name of this address to delete the data of its owner. Deleted data cannot be
brought back, so we must make sure that it was you.

If so, answer with one word: CONFIRM.
"""
ANSWERS = {RU: "Подтверждаю", KK: "Растаймын", EN: "Yes, I confirm"}


def flat(letter: str) -> str:
    return " ".join(letter.split())


COME_BACK: dict[str, Callable[[str], str]] = {
    "as it was": lambda letter: letter,
    "lines broken anew": lambda letter: textwrap.fill(letter, 40),
    "one line": flat,
    "marked with pipes": lambda letter: textwrap.indent(letter, "| ", lambda _: True),
    "marked with initials": lambda letter: textwrap.indent(letter, "О> ", lambda _: True),
    "beginning cut off": lambda letter: letter[len(letter) // 3 :],
    "end cut off": lambda letter: letter[: len(letter) // 2],
    "other spaces and quotation marks": lambda letter: letter.replace(" ", "\u00a0").replace("«", '"').upper(),
    "blank lines between": lambda letter: letter.replace("\n", "\n\n"),
    "a link put in": lambda letter: letter.replace("\n\n", "\n\n<https://example.org/a?b=1>\n"),
}


@pytest.mark.parametrize("way", COME_BACK)
@pytest.mark.parametrize("letter", ANSWERS, ids=["ru", "kk", "en"])
@pytest.mark.parametrize("place", ["above", "below"])
def test_of_a_reply_that_holds_our_letter_only_what_was_written_remains(letter, way, place):
    said, ours = ANSWERS[letter], COME_BACK[way](letter)
    reply = f"{said}.\n\n{ours}" if place == "above" else f"{ours}\n\n{said}."

    left = without_ours(reply, letter)

    assert said in left
    assert len(left.split()) <= len(said.split()) + 9  # a word at the cut, marks, links
    assert not {"восстановить", "өтініш", "brought"} & set(left.casefold().split())


def test_the_whole_of_what_is_left_is_what_the_sender_wrote():
    assert without_ours(f"{RU}\nПодтверждаю.\nИван", RU) == "Подтверждаю.\nИван"
    assert without_ours(f"Подтверждаю. {flat(RU)}", RU) == "Подтверждаю."
    assert without_ours(f"Подтверждаю\n{RU}", RU) == "Подтверждаю"


def test_answers_between_our_lines_stay():
    first, second, *_ = RU.split("\n\n")

    assert without_ours(f"{first}\nДа, это я.\n{second}\nУдаляйте.", RU) == "Да, это я.\nУдаляйте."


@pytest.mark.parametrize(
    "said",
    [
        "ПОДТВЕРЖДАЮ",
        "Подтверждаю. MBABCDEFGHJKMNPQRSTVWXYZ0123",
        "MBABCDEFGHJKMNPQRSTVWXYZ0123",
        "Если просили не Вы: это просил я.",
        "Да, удалить данные об этом человеке.",
        "данные не будут",
        "",
        "> ",
    ],
)
def test_single_words_and_short_phrases_of_ours_are_the_senders(said):
    assert without_ours(said, RU) == said


def test_what_is_not_from_our_letter_stays_as_it_is():
    said = "Прошу:\n\n  1) удалить меня;\n\n\n  2) прислать акт.\n> да\n"

    assert without_ours(said, RU) == said
    assert without_ours(said, "") == said


def test_a_letter_that_is_only_ours_leaves_nothing():
    assert without_ours(RU, RU) == without_ours(flat(RU), RU) == ""


@given(st.text(alphabet="аб >\n.,", max_size=400), st.text(alphabet="аб \n.", max_size=400))
def test_nothing_is_added_and_nothing_raises(said, ours):
    left = without_ours(said, ours)

    assert len(left.split()) <= len(said.split())
    assert not set(left) - set(said)


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        pytest.param("а " * 500_000, "а " * 2_000, marks=pytest.mark.slow),
        pytest.param("а б " * 250_000, "а б а " * 2_000, marks=pytest.mark.slow),
        (RU * 500, RU),
        (flat(RU) + " ." * 100_000 + "x" + " ." * 100_000 + "x", RU),
        ("\n" * 1_000_000, RU),
        ("x" * 1_000_000, RU),
    ],
)
def test_time_grows_with_the_length_only(said, ours):
    started = time.process_time()

    without_ours(said, ours)

    assert time.process_time() - started < 5
