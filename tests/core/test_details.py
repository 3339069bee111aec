import pathlib
import shutil
import time
from datetime import date

import msgspec
import pytest

from mailbot.adapters.knowledge import load_words
from mailbot.core.model import Channel, Correction, Details, Item, Reading, Right, Topic
from mailbot.core.understanding.details import details_of
from mailbot.core.understanding.stream import looked_up
from mailbot.errors import ConfigError

FOLDER = pathlib.Path(__file__).parents[2] / "config" / "knowledge"
KNOWLEDGE = load_words(FOLDER)
TODAY = date(2025, 1, 20)  # a Monday
RECTIFICATION, BLOCKING, UNSUBSCRIBE = Right.RECTIFICATION, Right.BLOCKING, Right.UNSUBSCRIBE


def told(text: str, *rights: Right, today: date | None = TODAY) -> Details:
    return details_of(looked_up(text, KNOWLEDGE), rights, KNOWLEDGE, today=today)


# ---------------------------------------------------------------- what into what


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("Исправьте: моя фамилия не Иванов, а Петров.", (Item.SURNAME, "Иванов", "Петров")),
        ("Имя в карточке: Глафира, не Графиня.", (Item.NAME, "Графиня", "Глафира")),
        ("Отчество напишите верно: Ефимович, а не Ефремович", (Item.NAME, "Ефремович", "Ефимович")),
        ("Меня зовут не Гульнара, а Гульнур, исправьте.", (Item.NAME, "Гульнара", "Гульнур")),
        ("Во-первых, я не «Лилия», а «Лейла».", (Item.NAME, "Лилия", "Лейла")),
        ("Вместо 8 777 000 22 18 теперь 8 700 000 13 66.", (Item.PHONE, "8 777 000 22 18", "8 700 000 13 66")),
        ("Мой новый номер +7 700 000 12 34, замените", (Item.PHONE, "", "+7 700 000 12 34")),
        ("тел старый не работает вот новый 87000002233", (Item.PHONE, "", "87000002233")),
        ("Поменяйте почту на gleb@example.org, пожалуйста", (Item.EMAIL, "", "gleb@example.org")),
        ("У вас адрес Сатпаева 8, а надо Сатпаева 3.", (Item.ADDRESS, "Сатпаева 8", "Сатпаева 3")),
        (
            "Мой адрес: не «Тюмень, ул. Садовая, 97», а «д. Дубки, ул. Сиреневая, 4».",
            (Item.ADDRESS, "Тюмень, ул. Садовая, 97", "д. Дубки, ул. Сиреневая, 4"),
        ),
        ("Адрес смените на: г. Тараз, ул. Абая, 40; спасибо", (Item.ADDRESS, "", "г. Тараз, ул. Абая, 40")),
        ("Я родилась не 03.02.1957, а 03.08.1967.", (Item.BIRTH_DATE, "03.02.1957", "03.08.1967")),
        ("Год рождения: не 1939, а 1942.", (Item.BIRTH_DATE, "1939", "1942")),
        ("Фамилия с лета другая: я снова Берг, а не Дудкина.", (Item.SURNAME, "Дудкина", "Берг")),
        ("В строке «адрес» вместо «Мира, 5» поставьте «Мира, 5А».", (Item.ADDRESS, "Мира, 5", "Мира, 5А")),
        ("Вместо Фроловой впишите Гринберг, это моя фамилия.", (Item.SURNAME, "Фроловой", "Гринберг")),
        ("Моя новая фамилия Берг, внесите.", (Item.SURNAME, "", "Берг")),
        ("Индекс: 420111, а не 420011.", (Item.ADDRESS, "420011", "420111")),
        ("Фамилиям Иванов емес, Петров.", (Item.SURNAME, "Иванов", "Петров")),
        ("Менің аты-жөнім қате: Ержан емес, Мейржан.", (Item.NAME, "Ержан", "Мейржан")),
        ("Атым дурыс емес: Кумискул емес Кумисгул.", (Item.NAME, "Кумискул", "Кумисгул")),
        ("Tegim Koishybaeva emes, Koishybai.", (Item.SURNAME, "Koishybaeva", "Koishybai")),
        ("Tegım «Kusainova» dep jazylğan, dūrysy — Qusaiyn.", (Item.SURNAME, "Kusainova", "Qusaiyn")),
        ("Мен Нурила емес, Нурланмын.", (Item.NAME, "Нурила", "Нурлан")),
        ("Туған күнім 12.05.1980 емес, 21.05.1980.", (Item.BIRTH_DATE, "12.05.1980", "21.05.1980")),
        ("Туған жылым 1957 деп тұр, дұрысы 1975.", (Item.BIRTH_DATE, "1957", "1975")),
        ("Жаңа нөмірім 8 700 000 73 64, ауыстырыңыздар", (Item.PHONE, "", "8 700 000 73 64")),
        ("jana nomerim 8 700 000 40 09, bazada auystyryp qoiynyzdar", (Item.PHONE, "", "8 700 000 40 09")),
        (
            "Ескі нөмірім 8 700 000 11 22, жаңасы 8 700 000 11 33.",
            (Item.PHONE, "8 700 000 11 22", "8 700 000 11 33"),
        ),
        ("Мекенжайым Абай 14 емес, Абай 41.", (Item.ADDRESS, "Абай 14", "Абай 41")),
        ("Атымды Алибек деп өзгертіңіз.", (Item.NAME, "", "Алибек")),
        ("Әкемнің аты «Кәрімұлы» орнына «Кәрібайұлы» болып тұр.", (Item.NAME, "Кәрібайұлы", "Кәрімұлы")),
        ("Тегімді «Ибраев» орнына «Ыбырай» деп жазыңыз.", (Item.SURNAME, "Ибраев", "Ыбырай")),
        ("Поштам ауысты, жаңасы aset@example.kz", (Item.EMAIL, "", "aset@example.kz")),
        ("My patronymic is Eduardovna, not Edvardovna.", (Item.NAME, "Edvardovna", "Eduardovna")),
        ("My surname is not Ivanov but Petrov.", (Item.SURNAME, "Ivanov", "Petrov")),
        ("My name is spelled Alina, not Allina.", (Item.NAME, "Allina", "Alina")),
        ("Please change my phone to +7 700 000 10 13.", (Item.PHONE, "", "+7 700 000 10 13")),
        ("Old: 8 700 000 01 20. New: 8 700 000 01 81.", (Item.PHONE, "8 700 000 01 20", "8 700 000 01 81")),
        ("My flat number is 114, not 141.", (Item.ADDRESS, "141", "114")),
        ("Should be no@example.org, you have on@example.org", (Item.EMAIL, "on@example.org", "no@example.org")),
        ("Please correct my surname to Abenova.", (Item.SURNAME, "", "Abenova")),
        ("Use Kunaev 18 instead of Lenin 18, it is my address.", (Item.ADDRESS, "Lenin 18", "Kunaev 18")),
        ("Фамилиям неправильно жазылған, Ибраева деп исправьте етіңіздер.", (Item.SURNAME, "", "Ибраева")),
    ],
)  # fmt: skip
def test_what_is_to_be_corrected_into_what(text, correction):
    assert told(text, RECTIFICATION).corrections == (Correction(*correction),)


def test_every_correction_of_a_letter_is_told():
    text = "Тегім Қасымова емес, Бекенова. Телефоным да ауысты, жаңасы 8 700 000 55 66."

    assert told(text, RECTIFICATION).corrections == (
        Correction(Item.SURNAME, "Қасымова", "Бекенова"),
        Correction(Item.PHONE, "", "8 700 000 55 66"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "Исправьте, пожалуйста, мою фамилию, в ней ошибка.",
        "Не Онищенко ли у вас менеджер? Фамилию мою исправьте.",
        "Я не прораб, а пенсионер, исправьте.",
        "Последние две цифры телефона поменяйте местами.",
        "Добавьте мне второй номер, он в подписи.",
        "Телефонымнын сонын 71 деп тузетиниздер.",
        "ИИН-де бір сан қате, дұрыстаңыздар.",
        "I'm not a debtor. Take that mark off my card.",
        "Petropavlovsk-Kamchatsky isn't Petropavl, move me back.",
        "ИСПРАВЬТЕ МОИ ДАННЫЕ НЕ ПОЗДНЕЕ СРЕДЫ",
        "Номер заказа 4471, исправьте мои данные.",
        "",
    ],
)
def test_what_is_not_plain_is_no_correction(text):
    assert told(text, RECTIFICATION).corrections == ()


# ---------------------------------------------------------------- until when


@pytest.mark.parametrize(
    ("text", "until", "day"),
    [
        ("Заблокируйте мои данные до 1 марта.", "до 1 марта", date(2025, 3, 1)),
        ("Заблокируйте мои данные до 15 января.", "до 15 января", date(2026, 1, 15)),
        ("До 31 августа 2026 года мои данные не используйте.", "До 31 августа 2026 года", date(2026, 8, 31)),
        ("Приостановите обработку моих данных до 01.03.2025", "до 01.03.2025", date(2025, 3, 1)),
        ("Не трогайте мои данные до 30-го.", "до 30-го", date(2025, 1, 30)),
        ("Не трогайте мои данные до 12 числа.", "до 12 числа", date(2025, 2, 12)),
        ("Заморозьте карточку до конца месяца.", "до конца месяца", date(2025, 1, 31)),
        ("Заморозьте мои данные до пятницы.", "до пятницы", date(2025, 1, 24)),
        ("Заморозьте мои данные на две недели.", "на две недели", date(2025, 2, 3)),
        ("Приостановите обработку на срок шесть месяцев.", "на срок шесть месяцев", date(2025, 7, 20)),
        ("Заблокируйте мои данные, пока не проверите адрес.", "пока не проверите адрес", None),
        ("До окончания проверки мои данные не используйте.", "До окончания проверки", None),
        ("До выяснения заблокируйте мои данные.", "До выяснения", None),
        ("На время расследования заблокировать мои данные.", "На время расследования", None),
        ("Заморозьте мои данные до весны.", "до весны", None),
        ("Тексергенше деректерімді бұғаттай тұрыңыздар.", "Тексергенше", None),
        ("Сот шешімі шыққанша деректерімді пайдаланбаңыздар.", "Сот шешімі шыққанша", None),
        ("Аныкталганша менин деректеримди колданбай турыныздар.", "Аныкталганша", None),
        ("Tekseru aiaqtalğanşa derekterimdi būğattaŋyzdar.", "Tekseru aiaqtalğanşa", None),
        ("Деректерімді 1 наурызға дейін бұғаттап қойыңыз.", "1 наурызға дейін", date(2025, 3, 1)),
        ("derekterimdi 1 jeltoqsanga deiin bugattap qoiynyzdar", "1 jeltoqsanga deiin", date(2025, 12, 1)),
        ("Деректерімді бір айға тоқтата тұрыңыздар.", "бір айға", date(2025, 2, 20)),
        ("Freeze my data until 15 April.", "until 15 April", date(2025, 4, 15)),
        ("Do not use my data till Friday.", "till Friday", date(2025, 1, 24)),
        ("Please suspend the processing of my data for two months.", "for two months", date(2025, 3, 20)),
        ("Freeze my data until you have checked the address.", "until you have checked the address", None),
        ("While you look into it, don't use my data.", "While you look into it", None),
    ],
)
def test_until_when_data_are_to_stand_still(text, until, day):
    details = told(text, BLOCKING)

    assert (details.until, details.until_day) == (until, day)


def test_advertising_is_to_pause_until_a_day():
    details = told("Не присылайте мне рекламу до 1 сентября.", UNSUBSCRIBE)

    assert (details.until, details.until_day) == ("до 1 сентября", date(2025, 9, 1))


@pytest.mark.parametrize(
    "text",
    [
        "Заблокируйте мои данные.",
        "Временно не используйте мои данные.",
        "Пока не звоните мне и не используйте мои данные.",
        "Не пользуйтесь пока моими данными.",
        "Заморозьте мои данные. Пока!",
        "Везите до склада 12 листов, а мои данные заблокируйте.",
        "Деректерімді бұғаттаңыздар, қанша айттым!",
        "Шарт бойынша деректерімді қолданбаңыздар.",
        "Block my data, please.",
    ],
)
def test_where_no_end_is_named_none_is_told(text):
    assert told(text, BLOCKING).until == ""


def test_a_day_that_is_no_day_of_the_calendar_is_told_in_words_only():
    details = told("Заблокируйте мои данные до 31 февраля.", BLOCKING)

    assert (details.until, details.until_day) == ("до 31 февраля", None)


def test_without_a_today_words_name_no_day():
    assert told("Заблокируйте мои данные до 1 марта.", BLOCKING, today=None).until_day is None


# ---------------------------------------------------------------- by which way


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("Больше не звоните мне.", (Channel.CALLS,)),
        ("Хватит СМС, каждый день по две штуки.", (Channel.SMS,)),
        ("Не надо мне ни смс, ни звонков.", (Channel.SMS, Channel.CALLS)),
        ("Уберите меня из вашего ватсапа.", (Channel.MESSENGER,)),
        ("Маған енді қоңырау шалмаңыздар.", (Channel.CALLS,)),
        ("маган смс салмандар енди", (Channel.SMS,)),
        ("zvondamanyzdarshy endi", (Channel.CALLS,)),
        ("Stop calling me.", (Channel.CALLS,)),
        ("No viber, no telegram, no sms.", (Channel.SMS, Channel.MESSENGER)),
        ("Please no more emails.", (Channel.EMAIL,)),
        ("Не присылайте мне больше СМС. На почту пишите дальше.", (Channel.SMS,)),
        ("Не присылайте мне больше СМС с рекламой, на почту пишите дальше", (Channel.SMS,)),
        ("СМС не шлите, звонить можно.", (Channel.SMS,)),
        ("Отпишите меня, пожалуйста, от СМС.", (Channel.SMS,)),
        ("Отключите смс-рассылку, остальное оставьте", (Channel.SMS,)),
        ("Вы мне звоните каждый день, прекратите", (Channel.CALLS,)),
        ("Маған СМС жібермеңіздер, поштаға жаза беріңіздер.", (Channel.SMS,)),
        ("Ватсапқа жарнама жібермеңіздер", (Channel.MESSENGER,)),
        ("Поштаға қағаз каталог жібермеңіздер", (Channel.POST,)),
        ("Stop texting me, emails are fine.", (Channel.SMS,)),
        ("Not a word more by whatsapp, please; you may keep the letters", ()),
        ("Отныне не желаю видеть ваши промо ни в ватсапе, ни на почте", (Channel.EMAIL, Channel.MESSENGER)),
    ],
)
def test_by_which_way_advertising_is_to_stop(text, channels):
    assert told(text, UNSUBSCRIBE).channels == channels


@pytest.mark.parametrize(
    "text",
    [
        "Больше не присылайте мне рекламу.",
        "Не шлите рекламу и не звоните.",
        "Отпишите меня от рассылки. И не звоните больше.",
        "Не пишите мне и не звоните.",
        "Не надо мне рекламы и звонков",
        "Надоели ваши смс! Отпишите меня от рассылки.",
        "Отпишите меня от рекламы, письма о заказах оставьте",
        "Маған жарнама жібермеңіздер, қоңырау да шалмаңыздар.",
        "Unsubscribe me. My phone is not for calls with offers.",
        "Stop the newsletter, the SMS are fine.",
        "отпишите, email тот же, с которого пишу",
    ],
)
def test_where_more_than_one_way_may_be_meant_none_is_told(text):
    assert told(text, UNSUBSCRIBE).channels == ()


@pytest.mark.parametrize(
    ("text", "stop", "keep"),
    [
        ("отпишите от акций, новости оставьте", (Topic.PROMOTIONS,), (Topic.NEWS,)),
        ("Отпишите меня от рассылки акций, а новости пусть приходят.", (Topic.PROMOTIONS,), (Topic.NEWS,)),
        ("от новостной рассылки отпишите, скидки интересны", (Topic.NEWS,), (Topic.PROMOTIONS,)),
        ("Акциялардан шығарыңыздар, жаңалықтар келе берсін.", (Topic.PROMOTIONS,), (Topic.NEWS,)),
        ("Жеңілдіктер туралы жазбаңыздар, жаңалықтарды қалдырыңыздар.", (Topic.PROMOTIONS,), (Topic.NEWS,)),
        ("Unsubscribe me from promotions, keep the news.", (Topic.PROMOTIONS,), (Topic.NEWS,)),
        ("Отпишите только от акций", (Topic.PROMOTIONS,), ()),
        ("Не шлите мне ваши акции и скидки", (), ()),
        ("Unsubscribe me from your news", (), ()),
    ],
)
def test_about_what_advertising_is_to_stop_where_something_else_goes_on(text, stop, keep):
    details = told(text, UNSUBSCRIBE)

    assert (details.topics, details.kept_topics, details.unclear) == (stop, keep, False)


@pytest.mark.parametrize(
    "text",
    [
        "Не звоните мне на +7 (700) 000-00-01.",
        "не звоните на 8 700 000 00 01",
        "Прекратите звонить! Мой номер 8 700 000 00 01.",
        "Уберите мой телефон 8-700-000-00-01 из обзвона",
        "87000000001 номеріне қоңырау шалмаңыздар",
        "8 (700) 000-00-01 деген нөмірге енді қоңырау шалмаңыздар",
        "Don't call +7 700 000 00 01 any more. You can still email me.",
        "Не звоните на 700 000 00 01, звоните на 8 700 000 00 02.",
    ],
)
def test_the_number_on_which_nobody_is_to_call(text):
    details = told(text, UNSUBSCRIBE)

    assert (details.channels, details.phones, details.unclear) == ((Channel.CALLS,), ("+77000000001",), False)


@pytest.mark.parametrize(
    "text", ["Уберите номер +7 700 000 00 01 из рассылки.", "stop sending ads to my phone +77000000001"]
)
def test_of_a_number_without_a_way_every_way_that_comes_to_a_number_stops(text):
    details = told(text, UNSUBSCRIBE)

    assert details.channels == (Channel.SMS, Channel.CALLS, Channel.MESSENGER)
    assert details.phones == ("+77000000001",)


@pytest.mark.parametrize(
    "text",
    [
        "Перестаньте звонить мне с номера 8 727 000 00 01.",
        "+7 727 000 00 01 нөмірінен қоңырау шалмаңыздар",
        "Stop calling me from +7 727 000 00 01",
        "Не звоните мне с 8 800 000 00 01",
        "Отпишите меня от рассылки, мой номер 8 700 000 00 01",
        "Отпишите меня от рассылки. Анна, тел. 8 700 000 00 01",
    ],
)
def test_neither_the_number_that_calls_nor_that_of_a_signature_is_one_to_be_stopped(text):
    assert told(text, UNSUBSCRIBE).phones == ()


@pytest.mark.parametrize(
    "text",
    [
        "ничего не шлите кроме новостей",
        "Пишите только на почту, звонить не надо.",
        "Қоңырау шалмаңыздар, тек поштаға жазыңыздар",
        "Please stop the texts but keep the newsletter.",
        "Stop the newsletter, the SMS are fine.",
        "Unsubscribe me from everything except news.",
        "Не звоните на 250-12-34",
        "Не звоните на 8 700 *** 00 01",
        "Texts at 6am about gutters. Stop.",
        "Без ваших смс и писем-напоминалок, отключите их.",
        "Звоните, но не звоните на 250-12-34",
    ],
)
def test_what_is_said_of_ways_topics_and_numbers_and_is_not_plain_is_said_to_be_unclear(text):
    details = told(text, UNSUBSCRIBE)

    assert details == Details(unclear=True)
    assert details


# ---------------------------------------------------------------- the whole


def test_only_details_of_the_rights_asked_for_are_told():
    text = "Фамилия не Иванов, а Петров. Не звоните мне. До 1 марта данные заблокируйте."

    assert told(text, Right.ACCESS, Right.ERASURE) == Details()
    assert told(text, RECTIFICATION) == Details(corrections=(Correction(Item.SURNAME, "Иванов", "Петров"),))


def test_a_reading_that_was_kept_before_there_were_details_has_none():
    kept = msgspec.json.decode(b'{"asks":[],"concerns":["unsure"],"knowledge":"x"}', type=Reading)

    assert kept.details == Details()


def test_details_are_kept_with_the_reading():
    details = Details(
        channels=(Channel.SMS,),
        until="до 1 марта",
        until_day=date(2025, 3, 1),
        corrections=(Correction(Item.PHONE, "", "+7 700 000 12 34"),),
    )
    reading = Reading(details=details)

    assert msgspec.json.decode(msgspec.json.encode(reading), type=Reading) == reading


def test_nothing_that_a_person_wrote_stands_in_the_log():
    details = told("Фамилия не Иванов, а Петров", RECTIFICATION)

    assert "Петров" not in repr(Reading(details=details))


@pytest.mark.parametrize(
    "text",
    ["не Иванов, а Петров ", "А. ", "« ", "1 ", "a@b.", "емес Аб ", "пока не ", "до 1 ", "новый Аб старый Вб "],
)
def test_twenty_thousand_characters_are_looked_through_in_bounded_time(text):
    looked = looked_up(text * 20_000, KNOWLEDGE)
    start = time.perf_counter()
    details_of(looked, list(Right), KNOWLEDGE, today=TODAY)

    assert time.perf_counter() - start < 2


def test_a_bad_phrase_is_named_with_its_file_and_line(tmp_path):
    folder = pathlib.Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))
    text = (folder / "details.toml").read_text(encoding="utf-8")
    text = text.replace('surname = "фамили*', 'surname = "фа*мили')
    line = text.split("фа*мили")[0].count("\n") + 1
    (folder / "details.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=rf"details\.toml:{line}: item\.surname: not a phrase: 'фа\*мили'"):
        load_words(folder)


def test_a_folder_from_before_there_were_details_still_loads(tmp_path):
    folder = pathlib.Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))
    (folder / "details.toml").unlink()
    known = load_words(folder)

    assert details_of(looked_up("Не звоните", known), [UNSUBSCRIBE], known, today=TODAY) == Details()
