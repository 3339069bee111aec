import time

import pytest

from mailbot.core.understanding.disguise import disguised


@pytest.mark.parametrize(
    "text",
    [
        "Уда\u200bлите мои да\u200bнные",
        "Del\u200dete my data",
        "Удали\u00adте мои данные",
        "Деректерімді жо\u2060йыңыз",
        "dele\ufeffte",
        "уда\u202eтил\u202cе",
        "\u202eатад ым eteleD",
        "\u2067Удалите\u2069 \u2067мои\u2069 \u2067данные\u2069",
        "Уда\0лите мои данные",
        "dele\0te",
        "удал\U000e0061ите",
        "удал\ufe0fите",
        "Удaлитe мoи дaнныe",  # Latin a, e, o
        "Oтпишитe меня oт рассылки",
        "Dеlеtе my dаtа",  # Cyrillic е, а
        "Delete mу dаta, stор writing",
        "Деpектepiмдi жoйыңыз",
        "Dεlεtε my data",  # Greek
        "Дεлοте",
        "𝐃𝐞𝐥𝐞𝐭𝐞 my data",
        "𝓭𝓮𝓵𝓮𝓽𝓮",
        "Ｄｅｌｅｔｅ ｍｙ ｄａｔａ",
        "ⓓⓔⓛⓔⓣⓔ my data",
        "🅳🅴🅻🅴🆃🅴 my data",
        "ᴅᴇʟᴇᴛᴇ my data",
        "dɑlɐtɘ ɱy",
        "cохpанить мeня",
        "у̶д̶а̶л̶и̶т̶е̶ данные",
        "d͓̽e͓̽l͓̽e͓̽t͓̽e͓̽",
        "🗑️🗑️🗑️🙏🙏🙏🔥🔥🔥 да 🔥🔥",
    ],
)
def test_a_letter_that_hides_its_words_is_disguised(text):
    assert disguised(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please delete my data",
        "Удалите мои данные",
        "Менің деректерімді жойыңыздар",
        "Бiз сiздерден хат алғымыз келмейдi",  # Latin i on the typist's keyboard
        "Бəрін өшіріңіз, əкемнің нөмірі",  # Latin ə
        "Жаһан, ақыhет, hәм",  # Latin h
        "Maǵan endi jarnama jibermeńizder, qoıyńyz",
        "Mağan endi jarnama jıbermeñızder, öşırıñızder",
        "Ондулин-Smart, «Ондулин Smart» и ONDULINE",
        "smsті тоқтатыңыз, emailіме жазбаңыз, WhatsAppқа да",
        "MAXтан жазыңыз, TOOға хат",
        "PDFті ашу мүмкін емес, SMSтер келе береді",
        "Счёт No 5 на 10мм и 12x15, лист А4, сорт A1, 3кг",
        "cчёт получили",  # one slip of the keyboard
        "Cот шешімі шықты",
        "+7 \u200e700 000 12 34\u200e, \u202a+7 700 000 12 34\u202c",  # copied from a telephone
        "Спасибо\u200b",
        "\ufeffДобрый день",
        "пауза \u00ad и тире",
        "Спасибо! 👍👍👍",
        "👍",
        "❤️ рахмет 🤦\u200d♀️",
        "рассылка 🛑\nзвонки 🛑\nсмс 🛑",
        "ё и й: е\u0308 и\u0306",  # as a Mac writes them
        "қой\u0301ыңыз",
        "угол α = 15°, μm, Ω",
        "我的个人信息，ＯＫ，ＡＢＣ",
        "\u2067שלום\u2069, Onduline",
        "می\u200cخواهم اطلاعات من را حذف کنید",
        "Ελληνικά γράμματα",
        "Հայերեն և русский",
        "№ 5, ™, ℃, ½, ²",
        "────────── ▪ ● →",
        "Kraków, Łódź, naïve café, Reykjavík",
        "Việt Nam: xóa dữ liệu",
    ],
)
def test_how_people_write_is_no_disguise(text):
    assert not disguised(text)


@pytest.mark.parametrize(
    "piece", ["Удалите мои данные ", "aж ", "a\u0301", "\u200b", "у\u200b ", "α ", "ж" + "a" * 999, "👍", "Ａ "]
)
def test_a_megabyte_is_looked_through_in_bounded_time(piece):
    text = piece * (1_000_000 // len(piece))
    start = time.perf_counter()
    disguised(text)

    assert time.perf_counter() - start < 2
