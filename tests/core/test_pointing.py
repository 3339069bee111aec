"""What has no words of its own, or hardly any, and may be a request all the same (issue 4, items 2; C28)."""

from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.model import Address, Concern, Message, MessageId, Reading, Route
from mailbot.core.understanding import understand

KNOWLEDGE = load_knowledge(Path(__file__).parents[2] / "config" / "knowledge")
FORWARDED = "---------- Forwarded message ---------\nОт: Иван\nТема: данные\n\n"
REQUEST = f"{FORWARDED}Прошу удалить мои персональные данные."
TRADE = f"{FORWARDED}Сколько стоит лист красного цвета, и есть ли он на складе?"


def read(own_words: str = "", **others: Any) -> Reading:
    message = Message(authors=(Address("somebody@example.kz"),), own_words=own_words, **others)
    return understand(message, KNOWLEDGE)


@pytest.mark.parametrize("subject", ["", "IMG_0042", "Документ", "Скан", "Scan from a printer", "Fwd: письмо"])
@pytest.mark.parametrize("kind", ["application/pdf", "image/jpeg", "message/rfc822"])
def test_an_attachment_of_which_nothing_is_said_may_be_a_written_request(subject, kind):
    assert Concern.ATTACHMENT_ONLY in read(subject=subject, attachments=(kind,)).concerns


@pytest.mark.parametrize(
    "own_words",
    ["Документ во вложении.", "Please find attached.", "Құжат қоса беріледі", "Добрый день! Заявление прилагаю."],
)
def test_words_that_only_speak_of_the_attachment_say_nothing_of_it(own_words):
    assert Concern.ATTACHMENT_ONLY in read(own_words, attachments=("image/jpeg",)).concerns


@pytest.mark.parametrize(
    "others",
    [
        {"subject": "Счёт 4471"},
        {"subject": "Фото крыши"},
        {"subject": "Шатырдың фотосы"},
        {"subject": "Roof photo"},
        {"subject": "Re: Заказ 55"},
        {"subject": "ТТН"},
        {"own_words": "Счёт во вложении"},
        {"own_words": "Фото кровли прилагаю"},
        {"own_words": "Прайс қоса берілді"},
        {"own_words": "Please find attached our price list"},
    ],
)
def test_an_invoice_or_a_picture_of_a_roof_is_ordinary_mail(others):
    assert read(**others, attachments=("image/jpeg",)).route is Route.IGNORE


def test_a_signature_or_a_logo_below_words_of_ones_own_is_no_attachment_that_matters():
    assert read("Спасибо, получили!", attachments=("image/png",)).route is Route.IGNORE
    assert Concern.ATTACHMENT_ONLY not in read("", attachments=("application/pkcs7-signature",)).concerns


def test_a_file_in_somebodys_thread_counts_if_the_subject_names_a_request():
    thread: dict[str, Any] = {"attachments": ("application/pdf",), "answers_to": (MessageId("a@example.org"),)}

    assert read(subject="Re: Вопрос", **thread).route is Route.IGNORE
    assert Concern.ATTACHMENT_ONLY in read(subject="Re: удаление данных", **thread).concerns


@pytest.mark.parametrize("own_words", ["", "Присоединяюсь к просьбе", "FYI", "Коллеги, посмотрите, пожалуйста."])
@pytest.mark.parametrize("subject", ["Fwd: данные", "FW: данные", "Пересл: данные", "данные"])
def test_a_request_that_is_passed_on_with_hardly_a_word_is_shown_to_a_person(own_words, subject):
    reading = read(own_words, subject=subject, cut_away=REQUEST)

    assert Concern.POINTS_AT_QUOTE in reading.concerns


@pytest.mark.parametrize("own_words", ["", "Присоединяюсь к просьбе"])
def test_what_is_passed_on_is_no_request_of_the_sender(own_words):
    assert read(own_words, subject="Fwd: x", cut_away=REQUEST).rights == ()


def test_mail_of_trade_that_is_passed_on_is_ordinary():
    assert read(subject="Fwd: цены", cut_away=TRADE).route is Route.IGNORE


def test_thanks_above_a_request_that_was_answered_are_ordinary():
    thanks = read("Спасибо!", subject="Re: данные", cut_away="> Прошу удалить мои персональные данные.")

    assert thanks.route is Route.IGNORE


def test_a_long_letter_above_a_forwarded_request_speaks_for_itself():
    letter = "Добрый день! Посылаю вам вчерашнюю переписку с заводом, чтобы вы видели сроки. " * 3
    reading = read(f"{letter}Листы придут во вторник.", subject="Fwd: сроки", cut_away=REQUEST)

    assert Concern.POINTS_AT_QUOTE not in reading.concerns


# ---------------------------------------------------------------- below a signature's "--"

BELOW = {
    "ru": ("Спасибо за заказ!", "Прошу удалить все мои персональные данные."),
    "en": ("Thank you for the order!", "Please delete all my personal data."),
    "kk": ("Тапсырыс үшін рахмет!", "Менің барлық дербес деректерімді жоюыңызды сұраймын."),
}


@pytest.mark.parametrize("dashes", ["-- ", "--", "—", "––"])
@pytest.mark.parametrize("language", BELOW)
def test_what_is_asked_only_below_a_signatures_dashes_is_asked_back_by_a_person(language, dashes):
    thanks, request = BELOW[language]
    reading = read(f"{thanks}\n\n{dashes}\n{request}")

    assert reading.rights  # not lost
    assert reading.route is not Route.ACT
    assert Concern.UNSURE in reading.concerns


@pytest.mark.parametrize("language", BELOW)
def test_a_sentence_below_the_dashes_holds_up_no_request_above_them(language):
    _, request = BELOW[language]

    assert read(f"{request}\n\n-- \nАО «Пример». Мы работаем для вас с 1994 года.").route is Route.ACT
    assert read(f"-- \n{request}").route is Route.ACT  # nothing above: it is no signature


def test_many_dashes_are_read_once():
    assert read("да\n-- \nнет.\n" * 5000).route is not Route.ACT
