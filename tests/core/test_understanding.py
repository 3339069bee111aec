import pathlib
import time
from dataclasses import replace
from typing import Any

import pytest

from mailbot.adapters.knowledge import load_knowledge
from mailbot.core.model import (
    Address,
    Concern,
    Evidence,
    Language,
    Machine,
    Message,
    Reading,
    ReplyWord,
    Right,
    Route,
)
from mailbot.core.understanding import languages_of, reply_word, understand

KNOWLEDGE = load_knowledge(pathlib.Path(__file__).parents[2] / "config" / "knowledge")
LETTER = Message(authors=(Address("somebody@example.kz"),))


def read(own_words: str, **others: Any) -> Reading:
    return understand(replace(LETTER, own_words=own_words, **others), KNOWLEDGE)


@pytest.mark.parametrize(
    ("own_words", "right"),
    [
        ("Здравствуйте! Больше не присылайте мне рекламу, пожалуйста.", Right.UNSUBSCRIBE),
        ("Маған енді жарнама жібермеңіздер, өтінемін.", Right.UNSUBSCRIBE),
        ("Please stop sending me your newsletter.", Right.UNSUBSCRIBE),
        ("Отзываю своё согласие на обработку моих персональных данных.", Right.WITHDRAW_CONSENT),
        ("Жеке деректерімді өңдеуге берген келісімімді кері қайтарып аламын.", Right.WITHDRAW_CONSENT),
        ("I withdraw my consent to the processing of my personal data.", Right.WITHDRAW_CONSENT),
        ("Прошу удалить все мои персональные данные из вашей базы.", Right.ERASURE),
        ("Менің барлық деректерімді жойыңыздар.", Right.ERASURE),
        ("Please delete all my personal data.", Right.ERASURE),
        ("Какие данные обо мне у вас хранятся? Сообщите, пожалуйста.", Right.ACCESS),
        ("Мен туралы қандай деректер бар екенін айтыңыздар.", Right.ACCESS),
        ("Tell me what data you hold about me.", Right.ACCESS),
        ("Исправьте, пожалуйста, мою фамилию в карточке.", Right.RECTIFICATION),
        ("Менің фамилиямды түзетіңіздерші.", Right.RECTIFICATION),
        ("Please correct my surname in your records.", Right.RECTIFICATION),
        ("Заблокируйте мои данные, пока идёт проверка.", Right.BLOCKING),
        ("Тексеру біткенше менің деректерімді бұғаттай тұрыңыздар.", Right.BLOCKING),
        ("Freeze my data until the check is finished.", Right.BLOCKING),
    ],
)
def test_a_clear_request_is_acted_upon(own_words, right):
    reading = read(own_words)

    assert (reading.rights, reading.route) == ((right,), Route.ACT)


@pytest.mark.parametrize(
    "own_words",
    [
        "Маған енді жарнама жібермеңіздер",
        "Маган енди жарнама жибермениздер",
        "Mağan endi jarnama jibermeñizder",
        "Maǵan endi jarnama jibermeńizder",
        "Mag'an endi jarnama jibermen'izder",
        "Magan endi zharnama zhibermenizder",
    ],
)
def test_kazakh_is_read_in_every_way_it_is_typed(own_words):
    reading = read(own_words)

    assert (reading.rights, reading.languages) == ((Right.UNSUBSCRIBE,), (Language.KK,))


@pytest.mark.parametrize(
    "own_words",
    [
        "Don't unsubscribe me",
        "Never unsubscribe me",
        "Unsubscribe? No thanks.",
        "Please don't stop sending me your offers",
        "Never delete my data!",
        "Do not correct my address, it is right",
        "I am not withdrawing my consent",
        "Don't block my data",
        "Не отпишите меня",
        "Не отписывайте меня от рассылки, пожалуйста",
        "Не прекращайте рассылку",
        "Не хочу, чтобы вы удаляли мои данные",
        "Не исправляйте мою фамилию",
        "Я не отзываю своё согласие на обработку данных",
        "Не блокируйте мои данные",
        "Мені жазылымнан шығармаңыз",
        "Жазылымнан шығарудың қажеті жоқ",
        "Жарнаманы тоқтатпаңыз",
        "Деректерімді жоймаңыз",
        "Мекенжайымды түзетпеңіз",
        "Келісімімді қайтарып алмаймын",
        "Деректерімді бұғаттамаңыз",
    ],
)
def test_nothing_is_done_that_somebody_asks_not_to_do(own_words):
    assert read(own_words).route is not Route.ACT


def test_what_is_not_wanted_hides_no_wish_beside_it():
    assert read("Удалять мои данные не надо, просто не шлите рекламу.").rights == (Right.UNSUBSCRIBE,)


def test_transliterated_russian_is_read():
    assert Right.ERASURE in read("Zdravstvuyte, udalite moi dannye iz vashey bazy").rights


def test_several_rights_in_one_letter_are_all_found_in_the_order_of_a_case():
    reading = read("Сообщите, какие данные обо мне у вас есть. Потом удалите все мои данные. И рекламу не шлите.")

    assert reading.rights == (Right.ACCESS, Right.UNSUBSCRIBE, Right.ERASURE)


def test_what_is_not_to_be_deleted_is_not_asked_to_be_deleted():
    reading = read("Не надо удалять мои данные, просто не шлите мне рекламу.")

    assert reading.rights == (Right.UNSUBSCRIBE,)


@pytest.mark.parametrize(
    "own_words", ["Деректерімді өшірмеңіздер", "Не удаляйте мои данные", "Do not delete my data"]
)
def test_a_plea_to_keep_the_data_is_no_request_to_destroy_them(own_words):
    assert Right.ERASURE not in read(own_words).rights


@pytest.mark.parametrize(
    "own_words",
    [
        "Как удалить аккаунт на вашем сайте?",
        "Аккаунтымды қалай жоюға болады?",
        "How do I delete my account?",
    ],
)
def test_a_question_about_the_procedure_goes_to_a_person(own_words):
    reading = read(own_words)

    assert reading.route is Route.REVIEW
    assert Concern.PROCEDURE in reading.concerns


@pytest.mark.parametrize(
    "own_words",
    [
        "Добрый день! Пришлите счёт на 40 листов и гвозди, оплатим завтра.",
        "Прошу удалить строку 3 из заказа 20418, остальные листы без изменений.",
        "Откройте, пожалуйста, доступ к прайсу для дилеров, просим выслать цены.",
        "Сәлеметсіз бе! 120 парақ жасыл ондулин қанша тұрады, жеткізе аласыздар ма?",
        "Hello, please send the invoice for 48 sheets and nails. When will the truck come?",
        "Даю согласие на обработку персональных данных для участия в тендере.",
    ],
)
def test_ordinary_business_is_left_alone(own_words):
    assert read(own_words).route is Route.IGNORE


@pytest.mark.parametrize(
    "own_words",
    [
        *("Спасибо!", "Спасибо вам большое!", "Ок", "Добрый день", "Хорошо, займусь завтра.", "Пожалуйста!"),
        *("Перезвоните мне", "Понял, спасибо", "👍", "До встречи!"),
        *("Рахмет!", "Сізге де рахмет", "Сәлеметсіз бе", "Жақсы", "Маған қоңырау шалыңызшы"),
        *("Thanks", "Thank you very much!", "ok", "Got it, thanks.", "Call me back please"),
    ],
)
def test_a_courtesy_makes_no_case(own_words):
    assert read(own_words).route is Route.IGNORE


@pytest.mark.parametrize("own_words", ["мои данные", "менің деректерім", "my data", "спам!"])
def test_a_short_message_that_names_what_requests_are_about_goes_to_a_person(own_words):
    assert read(own_words).route is Route.REVIEW


@pytest.mark.parametrize(
    ("own_words", "languages"),
    [
        ("unsubscribe", (Language.EN,)),
        ("Unsubscribe!", (Language.EN,)),
        ("Отписка", (Language.RU,)),
        ("отписаться", (Language.RU,)),
        ("жазылудан бас тарту", (Language.KK,)),
    ],
)
def test_a_bare_word_that_can_mean_only_one_thing_is_acted_upon_in_its_language(own_words, languages):
    reading = read(own_words)

    assert (reading.rights, reading.route) == ((Right.UNSUBSCRIBE,), Route.ACT)
    assert reading.languages == languages


@pytest.mark.parametrize("own_words", ["удалить", "отмена", "өшір", "cancel", "Remove", "stop"])
def test_a_bare_word_that_can_mean_anything_is_no_ask_and_goes_to_a_person(own_words):
    reading = read(own_words)

    assert (reading.asks, reading.concerns) == ((), (Concern.TOO_LITTLE,))


def test_a_brush_off_is_not_acted_upon_as_a_wish_to_leave():
    assert read("Это отписка!").route is not Route.ACT


@pytest.mark.parametrize("own_words", ["stop", "iptal", "widerruf"])
def test_a_bare_word_of_two_languages_or_of_a_foreign_one_is_in_none_of_ours(own_words):
    assert read(own_words).languages == ()


@pytest.mark.parametrize(
    "subject",
    [
        *("Заявление", "Персональные данные", "Отзыв согласия", "Өтініш", "Request", "Отписка"),
        "Запрос по ст. 24 закона",
    ],
)
def test_an_attachment_under_a_subject_that_points_at_a_request_goes_to_a_person(subject):
    reading = read("", subject=subject, attachments=("application/pdf",))

    assert Concern.ATTACHMENT_ONLY in reading.concerns


@pytest.mark.parametrize("subject", ["Счёт 4471", "Invoice 4471", "Шот 4471", "Запрос цены на 40 листов"])
def test_an_attachment_with_nothing_that_points_at_a_request_is_ordinary_mail(subject):
    assert read("", subject=subject, attachments=("application/pdf",)).route is Route.IGNORE


@pytest.mark.parametrize(
    ("own_words", "language"),
    [
        ("Какие мои персональные данные вы храните?", "ru"),
        ("Отпишите меня от рассылки", "ru"),
        ("Менің қандай деректерім бар?", "kk"),
    ],
)
def test_the_evidence_is_in_a_language_of_the_letter(own_words, language):
    reading = read(own_words)

    assert {said.by.split(".")[0] for ask in reading.asks for said in ask.evidence} == {language, "model"}


@pytest.mark.parametrize(
    ("own_words", "concern"),
    [
        ("Моя мама просит удалить её номер и все мои данные из вашей базы.", Concern.THIRD_PARTY),
        ("По доверенности от моего доверителя прошу удалить все его данные из базы.", Concern.REPRESENTATIVE),
        ("Удалите мои данные, иначе подам жалобу в прокуратуру.", Concern.THREAT),
        ("Если не ответите до пятницы, удалите мои данные.", Concern.CONDITIONAL),
        ("удалите", Concern.TOO_LITTLE),
    ],
)
def test_what_a_person_must_see_goes_to_a_person_with_the_reason(own_words, concern):
    reading = read(own_words)

    assert reading.route is Route.REVIEW
    assert concern in reading.concerns


def test_a_likely_request_with_a_doubt_in_it_is_an_ask_for_a_person():
    reading = read("Если вы мне не ответите до пятницы, удалите все мои данные")

    assert (reading.rights, reading.route) == ((Right.ERASURE,), Route.REVIEW)


def test_the_evidence_is_the_senders_own_words_and_the_rule():
    (ask,) = read("Уважаемые господа, отзываю своё согласие на обработку моих данных.").asks

    assert (
        Evidence(text="отзываю своё согласие на обработку моих", by="ru.withdraw.take-back-consent")
        in ask.evidence
        or Evidence(text="отзываю своё согласие", by="ru.withdraw.take-back-consent") in ask.evidence
    )


def test_the_footer_of_a_quoted_newsletter_is_nobodys_wish():
    reading = read(
        "Добрый день, сколько стоят 40 листов с доставкой?",
        cut_away="> Чтобы отписаться, нажмите. Удалите мои данные. Отзываю согласие на обработку моих данных.",
    )

    assert reading.route is Route.IGNORE


def test_own_words_that_point_at_a_quoted_request_go_to_a_person():
    reading = read("См. ниже, жду ответа", cut_away="> Прошу удалить все мои данные из базы.")

    assert Concern.POINTS_AT_QUOTE in reading.concerns


def test_the_subject_counts_unless_it_is_an_answer_to_us():
    asked = read("С уважением, Анна", subject="Отпишите меня от рассылки")
    answered = read("Спасибо, всё получила", subject="Re: Отпишите меня от рассылки")

    assert (asked.rights, answered.rights) == ((Right.UNSUBSCRIBE,), ())


MAY_BE_A_PERSON = (Machine.LIST, Machine.ROBOT, Machine.ABSENCE, Machine.CALENDAR)


@pytest.mark.parametrize(
    "machine", [one for one in Machine if one not in (*MAY_BE_A_PERSON, Machine.UNSUBSCRIBE_BUTTON)]
)
def test_a_machine_asks_for_nothing(machine):
    reading = read("Удалите все мои данные", machine=machine)

    assert reading == Reading(knowledge=KNOWLEDGE.version)


@pytest.mark.parametrize("machine", MAY_BE_A_PERSON)
def test_a_clear_request_under_the_mark_of_a_list_or_a_robot_is_shown_to_a_person(machine):
    asked = read("Удалите все мои данные", machine=machine)
    newsletter = read("Осенние скидки до 30 %. Отписаться от рассылки можно по ссылке.", machine=machine)

    assert (asked.rights, asked.concerns, newsletter.asks) == ((Right.ERASURE,), (Concern.BY_MACHINE,), ())


def test_text_that_could_not_be_shown_is_opened_by_a_person():
    assert read("Добрый день", unread_text=True).route is Route.REVIEW


def test_the_unsubscribe_button_unsubscribes():
    reading = read("", machine=Machine.UNSUBSCRIBE_BUTTON)

    assert (reading.rights, reading.route) == ((Right.UNSUBSCRIBE,), Route.ACT)


def test_a_letter_in_a_language_we_do_not_know_goes_to_a_person_if_it_may_be_a_request():
    reading = read("Sehr geehrte Damen und Herren, bitte löschen Sie meine Daten vollständig.")

    assert (reading.languages, reading.route) == ((), Route.REVIEW)
    assert Concern.UNKNOWN_LANGUAGE in reading.concerns


def test_a_megabyte_of_text_is_read_in_bounded_time_and_seen_by_a_person():
    start = time.perf_counter()
    reading = read("Удалите мои данные, не шлите рекламу без конца " * 22_000)

    assert time.perf_counter() - start < 2
    assert Concern.UNSURE in reading.concerns


@pytest.mark.parametrize("own_words", ["", " ", "\n\n", "'", "…", "👍", "> ", "ь"])
def test_next_to_nothing_is_read_as_nothing(own_words):
    assert read(own_words).asks == ()


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Сәлеметсіз бе, жауап күтемін", (Language.KK,)),
        ("Салеметсиз бе, менин отинишим бар еди", (Language.KK,)),
        ("Salemetsiz be, menin otinishim bar edi", (Language.KK,)),
        ("Здравствуйте, у меня к вам вопрос", (Language.RU,)),
        ("рассылка", (Language.RU,)),
        ("Hello, I have a question for you", (Language.EN,)),
        ("Здравствуйте, прошу вас. Менің деректерімді маған жіберіңіздер", (Language.KK, Language.RU)),
        ("Guten Morgen Herr Schmidt", ()),
        ("", ()),
    ],
)
def test_the_languages_of_a_letter(text, languages):
    assert languages_of(text, KNOWLEDGE) == languages


# ---------------------------------------------------------------- replies (amendment 4)


@pytest.mark.parametrize(
    "text",
    [
        "ПОДТВЕРЖДАЮ",
        "подтверждаю.",
        "Здравствуйте! Да, подтверждаю. Спасибо",
        "РАСТАЙМЫН",
        "Иә, растаймын!",
        "rastaimyn",
        "rastaymyn",
        "CONFIRM",
        "I confirm",
        "да",
        "Да!!!",
        "иә",
        "ия",
        "иа",
        "Yes, please",
    ],
)
def test_a_confirmation_is_all_that_the_message_says(text):
    assert reply_word(text, KNOWLEDGE) is ReplyWord.CONFIRMS


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "ок",
        "Ок, спасибо",
        "👍",
        "Рахмет",
        "thanks",
        "я",
        "",
        "Да, но сначала пришлите копию",
        "Да уж, крыша у нас что надо, соседи завидуют, всем советую",
        "А когда приедет машина?",
    ],
)
def test_less_or_more_than_a_confirmation_destroys_nothing(text):
    assert reply_word(text, KNOWLEDGE) is None


@pytest.mark.parametrize(
    "text",
    [
        "нет",
        "Нет, это не я",
        "жоқ",
        "ЖОК",
        "no",
        "STOP",
        "не подтверждаю",
        "да нет, не надо",
        "растамаймын",
        "Я не подтверждаю это и вообще не понимаю, о чём речь, никакого письма вам я не посылала никогда",
    ],
)
def test_a_denial_wins_over_a_confirmation(text):
    assert reply_word(text, KNOWLEDGE) is ReplyWord.DENIES


@pytest.mark.parametrize("text", ["АДАМ", "ЧЕЛОВЕК", "human", "Нет, человек", "Да, адам"])
def test_the_wish_for_a_person_wins_over_all(text):
    assert reply_word(text, KNOWLEDGE) is ReplyWord.WANTS_PERSON
