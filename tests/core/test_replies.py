"""What a reply says, form by form (amendment 4); what becomes of it: tests/journeys/test_confirmation.py."""

from pathlib import Path

import pytest

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.model import Concern, Message, ReplyWord, Right
from mailbot.core.understanding import reply_word, says_away, understand

KNOWLEDGE = load_knowledge(Path(__file__).parents[2] / "config/knowledge")
TOKEN = "MB" + "A1B2" * 6 + "ZZ"


@pytest.mark.parametrize(
    "text",
    [
        "Подтверждаю удаление всех моих персональных данных",
        "Подтверждаю отзыв согласия на обработку персональных данных",
        "Здравствуйте! Запрос отправил я, подтверждаю удаление моих данных.",
        "Подтверждаю.\nИван",
        "Подтверждаю\n\nИван Петров\nТОО «Ромашка»\nтел. +7 700 000 00 55\nivan@example.org",
        "Да.\n\nС уважением, Иван Петров, начальник отдела",
        f"Подтверждаю {TOKEN}",
        TOKEN,
        TOKEN.lower(),
        "потдверждаю",
        "потверждаю",
        "подтврждаю",
        "Келісімімді қайтарып алуды растаймын",
        "Иә, бұл мен, деректерімді өшіріңіз",
        "Растаймын. Құрметпен, Айгүл Сәрсенова",
        "растаймн",
        "Yes, please delete my data. Thanks!",
        "I confirm that I sent this request",
        "Yes.\n\nKind regards,\nJohn Smith",
        "comfirm",
    ],
)
def test_a_confirmation_may_say_what_it_confirms_and_who_writes(text):
    assert reply_word(text, KNOWLEDGE) is ReplyWord.CONFIRMS


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gjlndth;lf.", ReplyWord.CONFIRMS),
        ("lf", ReplyWord.CONFIRMS),
        ("hfcnfqvsy", ReplyWord.CONFIRMS),
        ("b2", ReplyWord.CONFIRMS),
        ("сщташкь", ReplyWord.CONFIRMS),
        ("нуы", ReplyWord.CONFIRMS),
        ("ytn", ReplyWord.DENIES),
        ("xtkjdtr", ReplyWord.WANTS_PERSON),
        ("рьфт", None),
    ],
)
def test_what_was_typed_on_the_wrong_keyboard_is_read_as_it_was_meant(typed, meant):
    assert reply_word(typed, KNOWLEDGE) is meant


@pytest.mark.parametrize(
    "text",
    [
        "Подтверждаю согласие на обработку моих данных",  # the opposite of what we asked
        "I confirm my consent",
        "Келісімімді растаймын",
        "Подтверждаю рассылку",
        "Подтверждаю получение письма",
        "I confirm receipt of your letter",
        "Подтверждаю?",
        "Подтверждаю. Верните деньги",
        "Да. Наверное",
        "Да\nПотом",
        "Да, удаляйте, но заказ оставьте",
        "Да, только телефон",
        "Yes, but keep my order",
        "Иә, бірақ кейін",
        "Stop processing my data",
        "Please stop sending me letters",
        "Нет, вы меня не так поняли",
        "У меня нет доступа к почте",
        "Спасибо",
        "ok",
        "👍",
        f"👍 {TOKEN}",
        f"ok {TOKEN}",
        f"Спасибо!\n{TOKEN}",
        "",
        "\n \n",
    ],
)
def test_what_is_neither_yes_nor_no_is_neither(text):
    assert reply_word(text, KNOWLEDGE) is None


@pytest.mark.parametrize(
    "text",
    [
        "Нет",
        "нет спасибо",
        "Нет.\nИван Петров",
        f"НЕТ {TOKEN}",
        "Не удаляйте мои данные",
        "Ничего не надо удалять, это не я писал",
        "Я передумала",
        "Жоқ, рахмет",
        "Иә, өшірмеңіз",
        "Мен емес",
        "неподтверждаю",
        "No, thank you.",
        "STOP!",
        "I did not request this",
        "Please do not delete anything",
    ],
)
def test_a_no_is_heard(text):
    assert reply_word(text, KNOWLEDGE) is ReplyWord.DENIES


def test_our_own_instructions_call_nobody():
    quoted = "Письмо подготовила программа; чтобы решил сотрудник, ответьте ЧЕЛОВЕК."

    assert reply_word(quoted, KNOWLEDGE) is None
    assert reply_word(f"{quoted}\nЧЕЛОВЕК", KNOWLEDGE) is ReplyWord.WANTS_PERSON


@pytest.mark.parametrize(
    ("text", "away"),
    [
        ("Я в отпуске до 15 января, отвечу по возвращении.", True),
        ("Мен демалыстамын.", True),
        ("Thank you for your email. I am out of office until Monday.", True),
        ("Я в отпуске, можно подтвердить с телефона?", False),
        ("Подтверждаю", False),
        ("Нет, я в отпуске и ничего не просил", False),
        ("Удалите меня", False),
    ],
)
def test_an_absence_notice_is_known_by_its_words(text, away):
    assert says_away(text, KNOWLEDGE) is away


@pytest.mark.parametrize(
    ("text", "concern"),
    [
        ("Прошу прекратить обработку моих персональных данных.", Concern.STOP_ONLY),
        ("Stop processing my data", Concern.STOP_ONLY),
        ("Деректерімді өңдеуді тоқтатыңыз", Concern.STOP_ONLY),
        ("Возражаю против автоматизированной обработки моих данных", Concern.AUTOMATION),
        ("I object to automated decisions about me", Concern.AUTOMATION),
        ("Автоматтандырылған өңдеуге қарсымын", Concern.AUTOMATION),
    ],
)
def test_to_stop_processing_and_to_object_to_programs_is_a_persons(text, concern):
    assert concern in understand(Message(authors=(), own_words=text), KNOWLEDGE).concerns


@pytest.mark.parametrize(
    "text",
    [
        "Отзываю согласие на обработку персональных данных",
        "Прекратите обработку и удалите мои персональные данные",
    ],
)
def test_a_withdrawal_and_an_erasure_are_what_they_were(text):
    reading = understand(Message(authors=(), own_words=text), KNOWLEDGE)

    assert reading.concerns == ()
    assert {Right.WITHDRAW_CONSENT, Right.ERASURE} & set(reading.rights)
