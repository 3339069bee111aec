"""Own words of replies as mail clients write them (issue 4, item 2): tests/replies."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.automatic import Own
from mailbot.core.message import read
from mailbot.core.model import Address
from mailbot.core.own_words import rendered, says_forwarded, split, without_ours
from tests.command_lines import ROOT

FOLDER = ROOT / "tests/replies"


@dataclass(frozen=True)
class Said:
    """What a person writes to us in a language, in two pieces, and what they answer."""

    own: str
    own2: str
    quote: str
    quote2: str


SAID = {
    "kk": Said(
        "Иә, деректерімді жойыңыздар.\nРастап хат жазсаңыздар екен.",
        "Нөмірім ауысты, қазір басқа.",
        "Құрметті Айгүл, деректеріңізді жою туралы өтінішіңіз келді.",
        "Оны растайсыз ба? Код: MBAAAABBBBCCCCDDDDEEEE",
    ),
    "ru": Said(
        "Да, удалите мои данные.\nИ пришлите, пожалуйста, подтверждение.",
        "Номер у меня теперь другой.",
        "Уважаемый Иван, пришла просьба удалить Ваши данные.",
        "Подтверждаете ли Вы её? Код: MBAAAABBBBCCCCDDDDEEEE",
    ),
    "en": Said(
        "Yes, delete my data.\nAnd please send me a confirmation.",
        "My number has changed.",
        "Dear John, somebody asked us to delete your data.",
        "Do you confirm that? Code: MBAAAABBBBCCCCDDDDEEEE",
    ),
}
"""In other languages the client's words are theirs, and the writer's are English."""


def forms(kind: str) -> list[dict[str, Any]]:
    return [
        form
        for name in ("web", "desk", "phone")
        for form in tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")).get(kind, [])
    ]


def languages(form: dict[str, Any]) -> Iterator[str]:
    return (name for name in form if len(name) == 2)


TEXTS = {
    f"{form['client']}, {language}": (form, language) for form in forms("text") for language in languages(form)
}
PAGES = {
    f"{form['client']}, {language}, {place}": (form, language, place)
    for form in forms("html")
    for language in languages(form)
    for place in ("top", "bottom", "inline")
    if place in form
}
LETTERS = tomllib.loads((FOLDER / "letters.toml").read_text(encoding="utf-8"))["letter"]


def marked(text: str, form: dict[str, Any]) -> str:
    mark = form.get("mark", "> ")
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


def is_marked(form: dict[str, Any]) -> bool:
    return bool(form.get("mark", "> ").strip())


def shown(own: str) -> str:
    """Own words without the empty lines that quotations left."""
    return "\n".join(line for line in own.split("\n") if line)


@pytest.mark.parametrize(("form", "language"), TEXTS.values(), ids=TEXTS)
def test_words_above_the_quotation_are_all_that_is_read(form, language):
    said = SAID.get(language, SAID["en"])
    signed = form.get("signed", {}).get(language, "")
    quotation = f"{form[language]}\n{marked(said.quote, form)}{marked(said.quote2, form)}"

    words = split(f"{said.own}\n\n{signed}\n\n{quotation}")

    assert (words.own, words.unsure) == (said.own, False)


@pytest.mark.parametrize(("form", "language"), TEXTS.values(), ids=TEXTS)
def test_words_below_the_quotation_are_read_and_where_nothing_marks_it_a_person_looks(form, language):
    said = SAID.get(language, SAID["en"])

    words = split(f"{form[language]}\n{marked(said.quote, form)}{marked(said.quote2, form)}\n{said.own}\n")

    if is_marked(form):
        assert (words.own, words.unsure) == (said.own, False)
    else:
        assert said.own in words.own
        assert words.unsure


@pytest.mark.parametrize(("form", "language"), TEXTS.values(), ids=TEXTS)
def test_answers_between_the_quotations_are_read(form, language):
    said = SAID.get(language, SAID["en"])

    words = split(
        f"{form[language]}\n{marked(said.quote, form)}\n{said.own}\n\n{marked(said.quote2, form)}\n{said.own2}\n"
    )

    if is_marked(form):
        assert (shown(words.own), words.unsure) == (f"{said.own}\n{said.own2}", False)
    else:
        assert said.own in words.own
        assert said.own2 in words.own
        assert words.unsure


OURS = {
    "kk": """Осы мекенжай атынан дербес деректерді жою туралы өтініш келіп түсті. Жойылған деректерді қалпына
келтіру мүмкін емес, сондықтан өтінген Сіз екеніңізге көз жеткізуіміз керек.

Егер солай болса, бір сөзбен жауап беріңіз: РАСТАЙМЫН.

Код (көшірудің қажеті жоқ):
MBAAAABBBBCCCCDDDDEEEE

Құрметпен,
«Мысал» ЖШС
""",
    "ru": """От имени этого адреса пришла просьба удалить данные. Уничтоженные данные восстановить
нельзя, поэтому нам нужно убедиться, что просите Вы.

Если да, ответьте одним словом: ПОДТВЕРЖДАЮ.

Код (переписывать не нужно):
MBAAAABBBBCCCCDDDDEEEE

С уважением,
ООО «Пример»
""",
    "en": """Somebody asked in the name of this address to delete the data of its owner. Deleted data cannot be
brought back, so we must make sure that it was you.

If so, answer with one word: CONFIRM.

Code (no need to copy it):
MBAAAABBBBCCCCDDDDEEEE

Kind regards,
Example LLP
""",
}
WORD = {"kk": "Растаймын", "ru": "Подтверждаю", "en": "CONFIRM"}
OUR_TEXTS = {name: one for name, one in TEXTS.items() if one[1] in OURS}


@pytest.mark.parametrize("place", ["above", "below"])
@pytest.mark.parametrize(("form", "language"), OUR_TEXTS.values(), ids=OUR_TEXTS)
def test_of_an_answer_to_our_letter_only_the_answer_remains_wherever_it_stands(form, language, place):
    """Issue 4, items 2 and 7: phones that quote badly; the letter that is answered is known."""
    ours, word = OURS[language], WORD[language]
    quotation = f"{form[language]}\n{marked(ours, form)}"

    own = split(f"{word}\n\n{quotation}" if place == "above" else f"{quotation}\n{word}\n").own

    assert without_ours(own, ours) == word


@pytest.mark.parametrize(("form", "language", "place"), PAGES.values(), ids=PAGES)
def test_of_a_page_all_that_is_read_is_what_the_person_wrote(form, language, place):
    said = SAID.get(language, SAID["en"])
    page = form[place].replace("{head}", form[language]["head"])
    page = page.replace("{signed}", form.get("signed", {}).get(language, ""))
    for name in ("own", "own2", "quote", "quote2"):
        page = page.replace(f"{{{name}}}", getattr(said, name).replace("\n", "<br>"))

    seen = rendered(page)
    words = split(seen.text)

    assert shown(words.own) == (f"{said.own}\n{said.own2}" if place == "inline" else said.own)
    assert (words.unsure, seen.hidden, seen.unread) == (False, False, False)


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter["name"])
def test_a_whole_letter_is_cut_as_a_person_would_cut_it(letter):
    text = rendered(letter["html"]).text if "html" in letter else letter["text"]

    words = split(text, forwarded=letter.get("forwarded", False))

    assert (words.own, words.unsure) == (letter["own"].strip("\n"), letter.get("unsure", False))


def test_there_are_twenty_clients_and_each_of_our_languages_stands_above_beside_and_between():
    clients = {form["client"] for form in (*forms("text"), *forms("html"))}

    assert len(clients) >= 20
    assert {language for _, language in TEXTS.values()} >= {"kk", "ru", "en", "uk", "de", "uz", "zh"}
    assert {(language, place) for _, language, place in PAGES.values()} >= {
        (language, place) for language in SAID for place in ("top", "bottom", "inline")
    }


# ---------------------------------------------------------------- never empty where something was written


def message(text: str, subject: str = "Re: x"):
    head = f"From: Ivan <ivan@example.org>\r\nTo: info@example.kz\r\nSubject: {subject}\r\n"
    raw = head + "Message-ID: <1@example.org>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text
    return read(raw.encode(), own=Own(addresses=frozenset({Address("info@example.kz")}), loop_id="x"))


BELOW = """От: Анна <anna@example.org>
Отправлено: понедельник, 5 января 2026 г. 10:00
Кому: Иван
Тема: данные

Удалите все мои данные.
"""


def test_a_message_whose_answer_may_stand_below_an_unmarked_quotation_is_for_a_person():
    answered, passed_on, written = message(BELOW), message(BELOW, "Fwd: x"), message(f"Смотрите.\n\n{BELOW}")

    assert (answered.own_words, answered.unread_text) == ("Удалите все мои данные.", True)
    assert (passed_on.own_words, passed_on.unread_text) == ("", False)
    assert (written.own_words, written.unread_text) == ("Смотрите.", False)


def test_what_is_over_the_limit_of_own_words_is_for_a_person():
    assert split("word " * 200_001).unsure
    assert not split("word " * 200_000).unsure


def test_of_a_page_that_is_all_quoted_where_people_may_write_on_a_person_reads_more():
    """Yahoo and others put answers between the lines into the element that holds the quotation."""
    head = "<div>On Monday, January 5, 2026, 10:00:00 AM GMT+5, Example &lt;info@example.kz&gt; wrote:</div>"
    quoted = f"<div class=yahoo_quoted>{head}<p>Do you confirm?</p><p>Yes, I confirm.</p></div>"

    assert rendered(quoted).unread
    assert not rendered(f"<p>Yes.</p>{quoted}").unread
    assert not rendered("<blockquote type=cite>Do you confirm?</blockquote>").unread


@pytest.mark.parametrize(
    "subject",
    ["Fwd: x", "FW: x", "Re: Fwd: x", "Пересл: x", "Fwd[2]: x", "ҚЖБ: x", "WG: x", "转发：x"],
)
def test_a_subject_says_that_a_message_was_passed_on(subject):
    assert says_forwarded(subject)


@pytest.mark.parametrize(
    "subject", ["Re: x", "", "Forward the tiles", "Fwd", "Пересчёт: x", "From: x", "Түсінік: x"]
)
def test_other_subjects_do_not(subject):
    assert not says_forwarded(subject)


HEADS = [form[language] for form in forms("text") for language in languages(form) if not is_marked(form)]
WRITTEN = ["Удалите мои данные.", "Растаймын.", "I confirm", "да", "С уважением, Пётр", "Пётр Образцов", "--", ""]


@given(st.lists(st.sampled_from([*WRITTEN, *HEADS, "> Подтверждаете?", "Sent from my iPhone"]), max_size=12))
def test_own_words_are_never_empty_where_something_was_written(pieces):
    """If in doubt text is own, or a person sees the message (issue 4, item 2)."""
    words = split("\n".join(pieces))

    if set(pieces) & set(WRITTEN[:4]):
        assert words.own or words.unsure
