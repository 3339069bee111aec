"""The access letter of level 1 tells the union of what three laws want told, point by point (A89-A92, B.4)."""

import re
from dataclasses import replace
from datetime import date

import pytest

from mailbot.core.datamap import Disclosed
from mailbot.core.model import Language, Letter
from mailbot.core.reply import Abroad
from tests.templates.test_letters import FULL, render, told

KK, RU, EN = Language.KK, Language.RU, Language.EN
BY_HAND = "user.payment"
ALL = replace(
    FULL,
    found=(*(FULL.found or ()), BY_HAND),
    recipients=FULL.processors,
    abroad=(Abroad(name="Hosting B.V.", country="NL", ground={KK: "келісім", RU: "согласие", EN: "consent"}),),
    disclosed=(Disclosed(recipient="КГД", ground="НК РК 26", day=date(2026, 11, 20)),),
    decisions=({KK: "жеңілдік мөлшері", RU: "размер скидки", EN: "the discount"},),
    withheld=2,
)
NOBODY = replace(FULL, recipients=(), processors=(), abroad=(), disclosed=(), decisions=())

FACT = {KK: "Иә, Сіздің дербес деректеріңізді сақтаймыз", RU: "Да, мы храним", EN: "Yes, we hold"}
PURPOSES = {KK: "Мақсаты: тапсырысты орындау.", RU: "Зачем: исполнение заказа.", EN: "Purpose: carrying out"}
SOURCES = {KK: "Қайдан: тапсырысыңыз.", RU: "Откуда: Ваш заказ.", EN: "Source: your order."}
METHODS = {KK: "Өңдеу тәсілі: ", RU: "Как обрабатываем: ", EN: "Method: "}
LIST = {KK: "пошта мекенжайы (1: i***@", RU: "почты (1: i***@", EN: "e-mail address (1: i***@"}
PERIODS = {KK: "Мерзімі: бес жыл.", RU: "Храним: пять лет.", EN: "Kept: five years."}
GROUNDS = {KK: "Негізі: шарт.", RU: "Основание: договор.", EN: "Ground: contract."}
OPERATOR = dict.fromkeys(Language, "«Мысал» ЖШС, 050000, Алматы, Үлгі көшесі, 7")
WITH_ACCESS = {
    KK: "Кімге беріледі: «Жеткізу» ЖШС, Алматы, Абай даңғылы, 1.",
    RU: "Кому передаём: «Жеткізу» ЖШС, Алматы, Абай даңғылы, 1.",
    EN: "Passed on to: «Жеткізу» ЖШС, Алматы, Абай даңғылы, 1.",
}
PROCESSORS = {
    KK: "өңдейтіндер: «Жеткізу» ЖШС, Алматы, Абай даңғылы, 1.",
    RU: "по нашему поручению: «Жеткізу» ЖШС, Алматы, Абай даңғылы, 1.",
    EN: "on our behalf by: «Жеткізу» ЖШС, Алматы, Абай даңғылы, 1.",
}
ABROAD = {
    KK: "Басқа елдерге: Hosting B.V. (Нидерланд; негізі: келісім).",
    RU: "В другие страны: Hosting B.V. (Нидерланды; основание: согласие).",
    EN: "To other countries: Hosting B.V. (the Netherlands; ground: consent).",
}
AUTHORITIES = {
    KK: "Мемлекеттік органдарға: КГД, 20.11.2026 (НК РК 26).",
    RU: "Государственным органам: КГД, 20.11.2026 (НК РК 26).",
    EN: "To authorities: КГД, 20 November 2026 (НК РК 26).",
}
EXERCISE = {KK: "Осы хатқа жауап беріп", RU: "Ответом на это письмо можно попросить", EN: "By replying you can"}
DUTIES = {KK: "саясатымызда жазылған (01.01.2022", RU: "политике (редакция 01.01.2022)", EN: "edition 01.01.2022"}
COMPLAINT = {KK: "сотқа шағымдана аласыз", RU: "можно пожаловаться", EN: "you may complain"}
DECISIONS = {
    KK: "шешімдер: жеңілдік мөлшері; және осы өтінішті бағдарлама орындады",
    RU: "Решения без участия человека: размер скидки; и эту просьбу выполнила программа",
    EN: "Decisions without a person: the discount; and a program carried out your request",
}
OBJECT = {KK: "қарсылық білдіре аласыз", RU: "возразить против обработки", EN: "object to the processing"}
PERSON = {KK: "АДАМ деп жауап беріңіз", RU: "ответьте ЧЕЛОВЕК", EN: "reply HUMAN"}

KAZAKHSTAN = {  # 94-V 24(1)(1); 19-1; policy A89-A92
    "confirmation of the fact": FACT,
    "purpose": PURPOSES,
    "sources": SOURCES,
    "methods": METHODS,
    "list": LIST,
    "periods": PERIODS,
    "processors with name and address (A92)": PROCESSORS,
    "authorities that had them (A74)": AUTHORITIES,
    "automated decisions, and how to object (19-1)": DECISIONS,
    "that an objection is heard (19-1)": OBJECT,
    "that a person decides (19-1)": PERSON,
}
RUSSIA = {  # 152-FZ 14(7)
    "1 confirmation": FACT,
    "2 grounds": GROUNDS,
    "2 purposes": PURPOSES,
    "3 methods": METHODS,
    "4 name and place of the operator": OPERATOR,
    "4 who has access but employees": WITH_ACCESS,
    "5 the data": LIST,
    "5 their source": SOURCES,
    "6 periods": PERIODS,
    "7 how to exercise rights": EXERCISE,
    "8 cross-border transfer": ABROAD,
    "9 who processes on behalf, name and address": PROCESSORS,
    "9.1 how duties are met": DUTIES,
}
EUROPE = {  # GDPR 15(1)-(2)
    "a purposes": PURPOSES,
    "b categories": LIST,
    "c recipients": WITH_ACCESS,
    "d period": PERIODS,
    "e rights": EXERCISE,
    "e objection": OBJECT,
    "f complaint": COMPLAINT,
    "g source": SOURCES,
    "h automated decisions": DECISIONS,
    "2 transfer to another country and its ground": ABROAD,
}

each_language = pytest.mark.parametrize("language", Language)


@each_language
@pytest.mark.parametrize("point", KAZAKHSTAN)
def test_kazakhstans_list_is_told_whole(point: str, language: Language):
    assert KAZAKHSTAN[point][language] in render(Letter.ACCESS, language, ALL)


@each_language
@pytest.mark.parametrize("point", RUSSIA)
def test_russias_list_is_told_whole(point: str, language: Language):
    assert RUSSIA[point][language] in render(Letter.ACCESS, language, ALL)


@each_language
@pytest.mark.parametrize("point", EUROPE)
def test_europes_list_is_told_whole(point: str, language: Language):
    assert EUROPE[point][language] in render(Letter.ACCESS, language, ALL)


def test_each_category_stands_with_its_own_source_purpose_ground_and_term():
    body = told(Letter.ACCESS, RU, ALL)

    assert (
        "— имя (1), адрес электронной почты (1: i***@e***.kz), номер телефона (1: +7 *** ** 01), "
        "почтовый адрес (1).\n"
        "Откуда: форма на сайте. Зачем: рассылка рекламы и новостей; связь с Вами. Основание: согласие. "
        "Храним: до отзыва согласия.\n"
    ) in body
    assert (
        "— заказы (2).\nОткуда: Ваш заказ. Зачем: исполнение заказа. Основание: договор. Храним: пять лет.\n"
    ) in body


@pytest.mark.parametrize(
    ("language", "nobody"),
    [
        (KK, ("беріледі: ешкімге.", "өңдейтіндер: жоқ.", "елдерге: берілмейді.", "органдарға: берілген жоқ.")),
        (RU, ("передаём: никому.", "поручению: никто.", "страны: не передаём.", "органам: не передавали.")),
        (EN, ("on to: nobody.", "behalf by: nobody.", "countries: none.", "authorities: none so far.")),
    ],
)
def test_where_there_is_nobody_that_is_said(language: Language, nobody: tuple[str, ...]):
    body = told(Letter.ACCESS, language, NOBODY)

    assert [line for line in nobody if line not in body] == []


@pytest.mark.parametrize(
    ("language", "only"),
    [(KK, "шешімдер: тек осы өтінішті"), (RU, "человека: только эту"), (EN, "none but this:")],
)
def test_where_the_map_names_no_decision_by_programs_this_one_alone_is_told(language: Language, only: str):
    assert only in told(Letter.ACCESS, language, NOBODY)


@pytest.mark.parametrize(
    ("language", "kept", "hidden"),
    [
        (KK, "төлем", "(2) көрсетілмеді"),
        (RU, "— платёжные данные: не в базах данных", "Не показаны записи (2)"),
        (EN, "not in a database", "Not shown: records (2)"),
    ],
)
def test_what_is_no_database_and_what_is_somebody_elses_too_is_named(language: Language, kept: str, hidden: str):
    body = told(Letter.ACCESS, language, ALL)

    assert kept in body.lower() or kept in body
    assert hidden in body


@each_language
def test_no_value_stands_in_it_that_is_not_masked(language: Language):
    body = told(Letter.ACCESS, language, replace(ALL, policy=""))

    assert set(re.findall(r"\S+@\S+", body)) == {"i***@e***.kz),"}
    assert re.findall(r"\+\d[\d ()-]{6,}", body) == []


@each_language
def test_lines_are_short_and_a_country_without_a_word_is_told_by_its_code(language: Language):
    body = told(Letter.ACCESS, language, replace(ALL, abroad=(Abroad(name="X", country="ZZ"),)))

    assert "X (ZZ)." in body
    assert max(len(paragraph) for paragraph in body.splitlines()) <= 230


@each_language
def test_who_is_not_on_file_but_was_told_of_to_an_authority_learns_it(language: Language):
    body = told(Letter.ACCESS, language, replace(ALL, found=(), held=()))

    assert "КГД" in body
