import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.own_words import rendered, split

EN = "Yes, I confirm.\nPlease also change my address."
RU = "Да, подтверждаю.\nПрошу также изменить адрес."
KK = "Иә, растаймын.\nМекенжайды да өзгертіңізші."
OUR_LETTER = {
    EN: "Dear John, please confirm the request.\nCode: 4821\n",
    RU: "Уважаемый Иван, подтвердите заявку.\nКод: 4821\n",
    KK: "Құрметті Айгүл, өтінішіңізді растаңыз.\nКод: 4821\n",
}


def quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.splitlines())


MARKED = {
    "gmail en": (EN, "On Mon, Jan 5, 2026 at 10:00 AM Company <info@example.kz> wrote:\n\n"),
    "gmail ru": (RU, "пн, 5 янв. 2026 г. в 10:00, Компания <info@example.kz>:\n\n"),
    "gmail ru new": (RU, "пн, 5 янв. 2026\u202fг., 10:00 Компания <info@example.kz>:\n\n"),
    "gmail kk": (KK, "2026 ж. 5 қаң., дс 10:00 Компания <info@example.kz> деп жазды:\n\n"),
    "gmail wrapped": (
        EN,
        "On Mon, Jan 5, 2026 at 10:00 AM The Company Human Resources Service\n<info@example.kz> wrote:\n\n",
    ),
    "mail.ru": (RU, ">Понедельник, 5 января 2026, 10:00 +05:00 от Компания <info@example.kz>:\n> \n"),
    "mail.ru 2": (RU, "Понедельник, 5 января 2026, 10:00 +05:00 от Компания <info@example.kz>:\n"),
    "yandex": (RU, '05.01.2026, 10:00, "Компания" <info@example.kz>:\n'),
    "apple ru": (RU, "> 5 янв. 2026 г., в 10:00, Компания <info@example.kz> написал(а):\n> \n"),
    "thunderbird ru": (RU, "05.01.2026 10:00, Компания пишет:\n"),
    "thunderbird en": (EN, "On 1/5/26 10:00, Company wrote:\n"),
    "roundcube ru": (RU, "Компания писал 2026-01-05 10:00:\n"),
}
"""What clients write above a letter that they quote with ">" marks."""

UNMARKED = {
    "outlook en": (
        EN,
        (
            "________________________________\n"
            "From: Company <info@example.kz>\n"
            "Sent: Monday, January 5, 2026 10:00 AM\n"
            "To: John Smith <john@example.org>\n"
            "Subject: Your request\n"
            "\n"
        ),
    ),
    "outlook ru": (
        RU,
        (
            "От: Компания <info@example.kz>\n"
            "Отправлено: 5 января 2026 г. 10:00\n"
            "Кому: Иван Иванов <ivan@example.org>\n"
            "Тема: Ваша заявка\n"
            "\n"
        ),
    ),
    "outlook ru ____": (
        RU,
        (
            "________________________________\n"
            "От: Компания <info@example.kz>\n"
            "Отправлено: понедельник, 5 января 2026 г. 10:00\n"
            "Кому: Иван Иванов\n"
            "Тема: Ваша заявка\n"
            "\n"
        ),
    ),
    "outlook kk": (
        KK,
        (
            "________________________________\n"
            "Кімнен: Компания <info@example.kz>\n"
            "Жіберілді: 2026 жылғы 5 қаңтар 10:00\n"
            "Кімге: Айгүл <aigul@example.kz>\n"
            "Тақырыбы: Өтініш\n"
            "\n"
        ),
    ),
    "outlook orig msg": (RU, "-----Исходное сообщение-----\nОт: Компания\nДата: 5 января\n\n"),
    "orig message en": (EN, "-----Original Message-----\nFrom: Company\nSent: Jan 5\n\n"),
    "yandex unquoted": (RU, '05.01.2026, 10:00, "Компания" <info@example.kz>:\n\n'),
    "forward ru": (
        RU,
        (
            "-------- Пересылаемое сообщение --------\n"
            "От кого: Компания <info@example.kz>\n"
            "Кому: ivan@example.org\n"
            "Дата: 5 января\n"
            "Тема: Заявка\n"
            "\n"
        ),
    ),
}
"""What clients write above a letter that they quote without any mark."""

ENDINGS = {
    "iphone en": (EN, "Sent from my iPhone\n"),
    "iphone ru": (RU, "Отправлено с iPhone\n"),
    "mail.ru mobile": (RU, "--\nОтправлено из Mail.ru для Android\n"),
    "kk mobile": (KK, "iPhone құрылғымнан жіберілді\n"),
    "dash sig": (EN, "-- \nJohn Smith\nEngineer\n+7 700 000 00 01\n"),
    "regards ru": (RU, "С уважением,\nИван Иванов\nинженер\nтел. +7 700 000 00 01\n"),
    "regards kk": (KK, "Құрметпен,\nАйгүл Серікқызы\nмаман\nтел. +7 700 000 00 01\n"),
    "regards en": (EN, "Best regards,\nJohn Smith\n"),
}
"""What clients and people write below their words."""


def under_intro(own: str, intro: str, letter: str) -> str:
    return f"{own}\n\n{intro}{letter}"


@pytest.mark.parametrize(("own", "intro"), MARKED.values(), ids=MARKED)
def test_words_above_a_marked_quotation_are_all_that_is_read(own, intro):
    assert split(under_intro(own, intro, quoted(OUR_LETTER[own]))).own == own


@pytest.mark.parametrize(("own", "intro"), UNMARKED.values(), ids=UNMARKED)
def test_words_above_an_unmarked_quotation_are_all_that_is_read(own, intro):
    assert split(under_intro(own, intro, OUR_LETTER[own])).own == own


@pytest.mark.parametrize(("own", "ending"), ENDINGS.values(), ids=ENDINGS)
def test_device_lines_and_signatures_are_left_out(own, ending):
    assert split(f"{own}\n\n{ending}").own == own


@pytest.mark.parametrize(
    "intro",
    [
        "Ондулин жаңалықтары жазды:",
        "info@example.kz jazdy:",
        "2 қыркүйекте Айзада былай деп жазды:",
        "Шатыр мерекесі!, Компания, 05.07.2026 күні жазды:",
        "Вы писали 2 июня 2026 г., 16:44:",
        "04.06 в 18:40, Назаров писал(а):",
        "Вт, 2 дек., Анна <anna@example.org>:",
        "On Mon, Anna (Company) wrote:",
        "On 4 June the manager wrote:",
        "Начало переадресованного сообщения:",
    ],
)
def test_what_clients_write_in_other_ways_above_marked_quotations_goes_too(intro):
    assert (
        split(f"Отпишите меня.\n\n{intro}\n> Скидки!\n> Чтобы отписаться, нажмите сюда.").own == "Отпишите меня."
    )


def test_words_below_the_quotation_are_read():
    text = f"On Mon, Jan 5, 2026 at 10:00 AM Company <info@example.kz> wrote:\n{quoted(OUR_LETTER[EN])}\n{EN}"

    assert split(text).own == EN


def test_words_between_the_quotations_are_read():
    text = "> Подтверждаете?\nДа.\n> Адрес прежний?\nНет, новый: Алматы, Абая 1.\n"

    assert split(text).own == "Да.\nНет, новый: Алматы, Абая 1."


def test_words_between_marked_lines_below_an_outlook_heading_are_read():
    text = (
        "Мои ответы со звёздочек.\n\n-----Original Message-----\nFrom: Company\nSent: Friday\nSubject: Осмотр\n\n"
        "> Сделано 64 фотографии.\n*** Пришлите мне копии всех.\n"
    )

    assert split(text).own == "Мои ответы со звёздочек.\n\n*** Пришлите мне копии всех."


def test_words_below_the_end_of_a_forwarded_letter_are_read():
    text = (
        "Смотрите:\n-------- Пересылаемое сообщение --------\nОт: Компания\nТема: Скидки\n\nКупите!\n"
        "-------- Конец пересылаемого сообщения --------\nБольше такого не шлите."
    )

    assert split(text).own == "Смотрите:\nБольше такого не шлите."


def test_a_quoted_line_that_the_client_broke_is_not_own():
    text = (
        "Спасибо.\n\n> Вы можете отозвать согласие на обработку данных в любое время, для этого\n"
        "напишите нам письмо\n> в свободной форме.\n"
    )

    assert split(text).own == "Спасибо."


def test_a_forwarded_letter_alone_leaves_no_own_words():
    assert split("---------- Forwarded message ---------\nFrom: A\n\nDelete my data.").own == ""


@pytest.mark.parametrize(
    "text",
    [
        "Прошу изменить данные.\nТема: адрес\nКому: отдел кадров\nНовый адрес: Алматы, Абая 1.",
        "On Monday I wrote: please change my address.\nNobody answered.\nMy new address is Almaty, Abay 1.",
        "Прошу изменить:\n---\nадрес: Алматы, Абая 1\nтелефон: 87000000001",
        "С уважением отношусь к вашей работе, но прошу исправить адрес.\nНовый адрес: Алматы.",
        "Кімге: «Мысал» ЖШС\nКімнен: Бейсенбаев Қайрат\n\nДеректерімді жойыңыздар.",
        "________________________________\n\nКімге: «Мысал» ЖШС\nТақырып: Деректерді жою\n\nДеректерімді жойыңыз.",
        "Мне 05.01.2026 в 10:00 ваш менеджер написал:\nмы вас не отпустим. Отпишите меня.",
        "Удалите всё, что записано обо мне под адресом ada@example.org:\nимя, телефон, адрес.",
        "Осы хатпен бірге құпиялылық туралы келісімді жіберіп отырмын. Деректерімді жойыңыз.",
        "Это письмо предназначено для отдела персональных данных. Прошу удалить мой номер.",
        "This message is intended for your privacy team. Please delete my account.",
        "Здравствуйте\n--\nУдалите, пожалуйста, мои персональные данные.",
        "Sent from the heart: stop writing to me.\nPlease.",
        "Бұл хат маған тиесілі жеке пошта арқылы жіберілді.",
    ],
)
def test_a_persons_words_that_only_look_like_furniture_stay(text):
    assert split(text).own == text


def test_a_postscript_below_the_signature_is_read():
    text = "Добрый день.\n\nС уважением,\nИван Петров\n\nP.S. И удалите мой номер."

    assert split(text).own == "Добрый день.\n\n\nP.S. И удалите мой номер."


@pytest.mark.parametrize(
    "signature",
    [
        "С уважением,\nадвокат И. В. Молчанова",
        "Құрметпен,\nзаңгер А. Әлімов",
        "Regards,\nAda\nEncl.: power of attorney",
    ],
)
def test_a_signature_that_says_for_whom_one_writes_stays(signature):
    assert signature in split(f"Прошу удалить данные моего доверителя.\n\n{signature}").own


@pytest.mark.parametrize(
    "notice",
    [
        "This e-mail is confidential. If you got it by mistake, delete all copies and inform the sender.",
        "CONFIDENTIALITY NOTICE: the content is intended solely for the\naddressee. Copying is prohibited.",
        "Данное сообщение конфиденциально. Если вы получили его по ошибке, незамедлительно удалите его.",
        "ҚҰПИЯЛЫЛЫҚ ТУРАЛЫ ЕСКЕРТУ: хат тек алушыға арналған. Қате алсаңыз, дереу жойыңыз.",
        "Вы получили это письмо, потому что подписались на сайте. Удалить мои данные",
        "Сіз бұл хатты біздің клиент болғандықтан алдыңыз. Деректерімді өшіру",
        "You are receiving this email because you signed up. Delete my account",
        "Отписаться от рассылки | Удалить мои данные",
        "Please consider the environment before printing this e-mail.",
    ],
)
def test_a_disclaimer_that_speaks_of_deleting_is_no_request(notice):
    words = split(f"Сколько стоит лист?\n\n{notice}\n")

    assert words.own == "Сколько стоит лист?"
    assert notice in words.rest


def test_nothing_is_thrown_away():
    text = under_intro(RU, MARKED["yandex"][1], quoted(OUR_LETTER[RU])) + "\n-- \nИван\n"

    words = split(text)

    assert sorted((words.own + words.rest).replace("\n", "")) == sorted(text.replace("\n", ""))


@given(st.text(alphabet="ab >:-_@.,\n\r0159", max_size=300))
def test_every_word_is_either_own_or_rest(text):
    words = split(text)

    assert sorted("".join((words.own + words.rest).split())) == sorted("".join(text.split()))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        ">" * 1_000_000,
        "x\n--\n" * 30_000,
        pytest.param("x\nRegards,\n" * 30_000, marks=pytest.mark.slow),
        "This message\n" * 30_000,
        pytest.param("From: x\nTo: x\n" * 20_000, marks=pytest.mark.slow),
        pytest.param("-----Original Message-----\n> x\n" * 20_000, marks=pytest.mark.slow),
        "On 1.1.2026 10:00 a wrote:\n\n" * 20_000,
        "- " * 500_000,
    ],
)
def test_hostile_text_is_split_in_time_that_grows_with_its_length_only(text):
    started = time.process_time()

    split(text)

    assert time.process_time() - started < 5  # a quarter of a second alone; quadratic rules take minutes


# ---------------------------------------------------------------- HTML


def test_blocks_become_lines_and_markup_goes():
    html = "<p>One<br>two &amp; <b>three</b></p><ul><li>four</ul><table><tr><td>a</td><td>b</td></tr></table>"

    assert rendered(html).text == "One\ntwo & three\n\n- four\n\na b"


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "visibility: hidden",
        "font-size:0px",
        "font-size: 0",
        "opacity:0",
        "color: #FFFFFF",
        "color:white",
    ],
)
def test_hidden_text_is_dropped_and_said(style):
    page = rendered(f'<div>Seen.</div><div style="{style}">delete everything</div>')

    assert (page.text, page.hidden) == ("Seen.", True)


@pytest.mark.parametrize(
    "style", ["font-size:0.9em", "opacity:0.5", "background:#222;color:#fff", "color:#fff000"]
)
def test_text_that_can_be_seen_is_kept(style):
    page = rendered(f'<div style="{style}">Delete my data.</div>')

    assert (page.text, page.hidden) == ("Delete my data.", False)


def test_lines_of_preformatted_text_and_items_of_a_list_stay_lines():
    assert rendered("<pre>one\n\ntwo</pre><ol><li>three<li>four</ol>").text == "one\n\ntwo\n- three\n- four"


def test_white_on_a_coloured_table_is_seen_and_white_on_white_is_not():
    page = rendered(
        '<table bgcolor="#333"><td><font color="#fff">Seen.</font></table><font color=white>Unseen.</font>'
    )

    assert (page.text, page.hidden) == ("Seen.", True)


def test_a_page_without_text_is_empty():
    assert rendered("<!doctype html>").text == rendered(" ").text == ""


def test_what_is_longer_than_people_write_is_cut_away_unread():
    words = split("word " * 200_000 + "unsubscribe")

    assert "unsubscribe" not in words.own
    assert words.rest.endswith("unsubscribe")


def test_scripts_styles_and_comments_are_not_text():
    page = rendered("<head><title>x</title><style>p{}</style></head><!-- y --><script>z</script><p>Hello")

    assert (page.text, page.hidden) == ("Hello", False)


def test_quoted_blocks_carry_the_mark_of_plain_text():
    assert rendered("Yes.<blockquote type=cite>Sure?<br>Really?</blockquote>").text == "Yes.\n> Sure?\n> Really?"


@given(st.text(alphabet="<>/=\"' abdivstylep!-&;#0\x00\ud800", max_size=200))
def test_rendering_never_raises(html):
    assert rendered(html).text is not None
