"""Whatever arrives is read, or said not to be: issue 4, item 1; requirements D48, D52, D53."""

import base64
import binascii
import email
import quopri
import re
import string
import tracemalloc
from collections.abc import Callable, Mapping
from email import policy
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.core.message import Own, read
from mailbot.core.message.charset import decode, decoded
from mailbot.core.message.fields import parameters
from mailbot.core.model import Address, Machine, Message, Unreadable

MAIL = Path(__file__).parents[1] / "mail"
OWN = Own(addresses=frozenset({Address("info@example.org")}), loop_id="example-1")
HEADER = b"From: Ivan <ivan@example.kz>\r\nTo: info@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
RUSSIAN = "Здравствуйте! Прошу удалить мои персональные данные из вашей базы. Спасибо, Иван Петров."
KAZAKH = "Сәлеметсіз бе! Менің жеке деректерімді базаңыздан өшіріп тастаңыздаршы. Рахмет, Қайрат Әбішұлы."
TEXTS = MappingProxyType(
    {"ru": RUSSIAN, "RU": RUSSIAN.upper(), "kk": KAZAKH, "KK": KAZAKH.upper(), "short": "Отпишите меня"}
)
CODECS = ("utf-8", "utf-8-sig", "cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic", "kz1048", "ptcp154")
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")
LABELS = (None, "", "us-ascii", "utf-8", "windows-1251", "koi8-r", "iso-8859-1", "unknown-8bit", "x-user-defined")
ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {"8bit": bytes, "base64": base64.encodebytes, "quoted-printable": quopri.encodestring}
)
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n"


def met(raw: bytes) -> Message:
    message = read(raw, own=OWN)
    assert isinstance(message, Message)
    return message


def lone(fields: bytes, body: bytes | str) -> Message:
    return met(HEADER + fields + b"\r\n" + (body if isinstance(body, bytes) else body.encode()))


def part(kind: str, body: bytes | str, fields: str = "") -> bytes:
    octets = body if isinstance(body, bytes) else body.encode()
    return f"Content-Type: {kind}\r\n{fields}\r\n".encode() + octets


def parted(*parts: bytes, kind: str = "multipart/mixed", before: str = "", after: str = "") -> Message:
    body = b"".join(b"--BB\r\n" + one + b"\r\n" for one in parts) + b"--BB--\r\n"
    around = before.encode() + b"\r\n" * bool(before) + body + after.encode()
    return lone(f"Content-Type: {kind}; boundary=BB\r\n".encode(), around)


def words(message: Message) -> str:
    return " ".join(message.own_words.split())


def uuencoded(data: bytes) -> bytes:
    lines = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 letter.txt\r\n" + lines + b"`\r\nend\r\n"


TEXT_PART = part("text/plain; charset=utf-8", RUSSIAN)
PICTURE = part("image/png", "AAAA", "Content-Transfer-Encoding: base64\r\n")

# ---------------------------------------------------------------- mail that surprised us


@pytest.mark.parametrize(
    ("name", "own_words", "unread"),
    [
        ("iso-8859-5-undeclared", "Добрый день!\n\nОтпишите меня от рассылки.\n\nСерик", False),
        ("mac-capitals-called-1251", "ПРОШУ УДАЛИТЬ МОИ ДАННЫЕ. Вера", False),
        ("utf-16-undeclared", "Мекенжайымды өзгертіңізші.", False),
        (
            "two-charsets-in-one-part",
            "Удалите мои данные из базы.",
            False,
        ),
        ("encoding-called-base-64", "Менің деректерімді жойыңыз.", False),
        ("words-behind-the-parts", "Уберите мой номер из рассылки, Ольга", False),
        ("request-in-an-attached-message", "Смотрите вложенное письмо.", False),
        ("second-fragment", "", True),
        ("boundary-nobody-declared", "Заблокируйте мои данные.", False),
        ("subject-folded-without-space", "Жарнама жібермеңіздер.", False),
        ("parts-below-a-line-of-spaces", "Исправьте мою фамилию.", False),
        ("lines-cut-inside-words", "Прошу прекратить обработку моих персональных данных.", False),
        ("tnef-alone", "", True),
        ("spaces-and-mark-before-the-header", "Кому вы передали мой адрес?", False),
    ],
)
def test_mail_that_surprised_us_is_read(name, own_words, unread):
    message = met((MAIL / f"{name}.eml").read_bytes())

    assert (message.own_words, message.unread_text) == (own_words, unread)


def test_base64_with_a_list_footer_keeps_both():
    message = met((MAIL / "base64-with-a-list-footer.eml").read_bytes())

    assert message.own_words.startswith("Что вы обо мне храните? Пришлите, пожалуйста, всё.")
    assert "Sent through the dealers list" in message.own_words + message.cut_away


def test_the_words_of_an_attached_message_lie_below_the_senders():
    message = met((MAIL / "request-in-an-attached-message.eml").read_bytes())

    assert "Удалите данные моей матери." in message.cut_away


# ---------------------------------------------------------------- charsets


def possible() -> list[tuple[str, str]]:
    """Languages with the codecs that can write them."""
    found = []
    for name, text in TEXTS.items():
        for codec in (*CODECS, *WIDE):
            try:
                text.encode(codec)
            except UnicodeEncodeError:
                continue
            found.append((name, codec))
    return found


@pytest.mark.parametrize(("name", "codec"), possible())
def test_d52_every_charset_is_read_under_every_label_and_transfer_encoding(name, codec):
    text = TEXTS[name]
    wrong = {}
    for label in (*LABELS, codec):
        for encoding, encode in ENCODINGS.items():
            kind = b"" if label is None else f"Content-Type: text/plain; charset={label}\r\n".encode()
            fields = kind + f"Content-Transfer-Encoding: {encoding}\r\n".encode()
            got = words(lone(fields, encode(text.encode(codec))))
            if got != text:
                wrong[label, encoding] = got

    assert wrong == {}


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic"])
def test_d52_two_words_in_an_undeclared_charset_are_enough(codec):
    asked = (
        "Отпишите меня",
        "удалите данные",
        "прошу отписать",
        "Хватит рекламы",
        "ОТПИШИТЕ МЕНЯ",
        "больше не надо",
    )

    assert [text for text in asked if decode(text.encode(codec)) != text] == []


def test_two_charsets_in_one_part_are_both_read():
    old, new = "Прошу удалить мои данные. ", "Отпишите меня от рассылки, пожалуйста."

    assert words(
        lone(b"Content-Type: text/plain; charset=windows-1251\r\n", old.encode("cp1251") + new.encode())
    ) == (old + new)
    assert words(lone(PLAIN, new.encode() + b"\r\n" + old.encode("koi8-r"))) == f"{new} {old}".strip()


def test_two_legacy_charsets_on_two_lines_are_both_read():
    first, second = "Прошу удалить мои персональные данные.", "Отпишите меня от рассылки, пожалуйста."

    assert decode(first.encode("cp1251") + b"\n" + second.encode("koi8-r")) == f"{first}\n{second}"


def test_each_part_has_its_own_charset():
    message = parted(
        part("text/plain; charset=koi8-r", RUSSIAN.encode("koi8-r")),
        part("text/plain", RUSSIAN.encode("iso8859-5")),
        part("text/plain; charset=utf-8", KAZAKH),
    )

    assert words(message) == f"{RUSSIAN} {RUSSIAN} {KAZAKH}"


def test_a_damaged_octet_or_a_lost_end_does_not_make_another_charset_of_utf8():
    assert decode(RUSSIAN.encode() + b"\xff", "utf-8") == f"{RUSSIAN}\ufffd"
    assert decode(RUSSIAN.encode()[:-2], "utf-8").startswith(RUSSIAN[:-2])
    assert decode(b"\xd0 " + RUSSIAN.encode(), "windows-1251") == f"\ufffd {RUSSIAN}"


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("Žádám o vymazání svých údajů, děkuji", "iso8859-2", "iso-8859-2"),
        ("Please delete my data — naïve café", "cp1252", "windows-1252"),
        ("Ich möchte keine Werbung für Dächer mehr", "cp1252", ""),
        ("Прошу видалити мої персональні дані, їх забагато", "koi8-u", "koi8-u"),
        ("個人情報を削除してください", "shift_jis", "shift_jis"),
        ("개인정보를 삭제해 주세요", "euc-kr", "ks_c_5601-1987"),
        ("Lütfen bütün verilerimi silin", "cp1254", "windows-1254"),
    ],
)
def test_other_languages_are_read_and_are_not_doubtful(text, codec, label):
    found = decoded(text.encode(codec), label)

    assert (found.text, found.doubtful) == (text, False)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Παρακαλώ διαγράψτε τα δεδομένα μου άμεσα", "cp1253"),
        ("נא למחוק את הנתונים האישיים שלי תודה", "cp1255"),
        ("حذف بياناتي من فضلكم الآن", "cp1256"),
        ("请删除我的个人数据谢谢", "gb18030"),
        ("個人情報を削除してください", "shift_jis"),
        ("개인정보를 삭제해 주세요", "euc-kr"),
    ],
)
def test_octets_that_are_no_words_in_any_charset_we_guess_are_said_to_be_doubtful(text, codec):
    labelled = f"Content-Type: text/plain; charset={codec}\r\n".encode()

    assert lone(b"Content-Type: text/plain\r\n", text.encode(codec)).unread_text
    assert (lone(labelled, text.encode(codec)).own_words, lone(labelled, text.encode(codec)).unread_text) == (
        text,
        False,
    )


@pytest.mark.parametrize(
    ("written", "misread"),
    [
        ("utf-8", "cp1251"),
        ("utf-8", "latin-1"),
        ("cp1251", "latin-1"),
        ("koi8-r", "cp1251"),
        ("cp1251", "koi8-r"),
        ("cp1251", "cp866"),
    ],
)
@pytest.mark.parametrize("text", [RUSSIAN, "Отпишите меня от рассылки", "Удалите мои данные, Иван"])
def test_text_that_a_gateway_misread_before_us_is_put_right(written, misread, text):
    spoilt = "".join(bytes([octet]).decode(misread, "ignore") or chr(octet) for octet in text.encode(written))

    assert decode(spoilt.encode(), "utf-8") == text
    assert words(lone(PLAIN, f"Good day!\r\n{spoilt}\r\n")) == f"Good day! {text}"


@pytest.mark.parametrize(
    "text",
    [
        "Мой вКонтакте и еСПЧ, СССР, РФ, ТОО «СтройДом», ИИН.",
        "РСФСР, С°, Р№, Сѓ: обозначения на чертеже",
        "Köln, Ångström, À bientôt, señor Núñez, Øystein",
        "Ñandú Ñoño",
        "РЈРѕ",
    ],
)
def test_text_that_only_looks_misread_is_left_alone(text):
    assert decode(text.encode(), "utf-8") == text


# ---------------------------------------------------------------- transfer encodings


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        *(
            (name, base64.encodebytes)
            for name in ("base-64", "base64 (x)", '"base64"', "Base64;", "x-base64", "b64")
        ),
        *(
            (name, quopri.encodestring)
            for name in ("quoted printable", "quoted-printable (RFC 2045)", "QP", "quotedprintable")
        ),
        *((name, base64.encodebytes) for name in ("", "7bit", "8bit", "x-unknown")),
        *((name, quopri.encodestring) for name in ("", "7bit", "x-unknown")),
        ("x-uuencode", uuencoded),
        ("uuencode", uuencoded),
    ],
)
def test_transfer_encodings_are_read_however_they_are_called(encoding, encode):
    fields = PLAIN + f"Content-Transfer-Encoding: {encoding}\r\n".encode()

    assert words(lone(fields, encode(RUSSIAN.encode()))) == RUSSIAN


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (RUSSIAN.encode(), RUSSIAN),
        (b"Please delete my data.\r\nThank you", "Please delete my data. Thank you"),
        (base64.b64encode(RUSSIAN.encode()[:31]) + b"\r\n" + base64.b64encode(RUSSIAN.encode()[31:]), RUSSIAN),
        (
            base64.encodebytes(RUSSIAN.encode()) + b"\r\n_______\r\nour list footer here\r\n",
            f"{RUSSIAN} our list footer here",
        ),
        (
            b"Checked by nobody at all:\r\n" + base64.encodebytes(RUSSIAN.encode()),
            f"Checked by nobody at all: {RUSSIAN}",
        ),
        (base64.encodebytes(RUSSIAN.encode()).replace(b"\n", b"!\r\n \t"), RUSSIAN),
        (base64.b64encode(RUSSIAN.encode()).rstrip(b"="), RUSSIAN),
    ],
    ids=["not encoded", "not encoded, ASCII", "two encoders", "footer", "note above", "rubbish", "no padding"],
)
def test_damaged_base64_is_read(body, expected):
    assert words(lone(PLAIN + b"Content-Transfer-Encoding: base64\r\n", body)) == expected


def test_quoted_printable_that_is_not_encoded_is_left_alone():
    assert words(lone(PLAIN + b"Content-Transfer-Encoding: quoted-printable\r\n", RUSSIAN)) == RUSSIAN
    assert lone(PLAIN, "2+2=4, a=b, c=d e=f; x=DE y=AD").own_words == "2+2=4, a=b, c=d e=f; x=DE y=AD"


def test_letters_written_as_numbers_are_letters():
    assert words(lone(PLAIN, "".join(f"&#{ord(one)};" if one > "\x7f" else one for one in RUSSIAN))) == RUSSIAN


def test_lines_cut_inside_a_word_are_whole_again():
    fields = b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n"

    message = lone(
        fields, "Прошу удалить мои персо \r\nнальные данные  \r\nи всё.\r\n> ваше пис \r\n> ьмо\r\n-- \r\nИван"
    )

    assert message.own_words == "Прошу удалить мои персональные данные и всё."
    assert "> ваше письмо" in message.cut_away


# ---------------------------------------------------------------- which parts are the letter


@pytest.mark.parametrize(
    "message",
    [
        parted(PICTURE, before=RUSSIAN),
        parted(part("text/plain", ""), after=RUSSIAN),
        parted(part("text/plain; charset=utf-8", RUSSIAN, "Content-Disposition: inline; filename=letter.txt\r\n")),
        parted(
            part("text/html; charset=utf-8", f"<p>{RUSSIAN}", "Content-Disposition: inline; filename=a.html\r\n")
        ),
        parted(part("text/enriched; charset=utf-8", f"<param>red</param><bold>{RUSSIAN}</bold>")),
        parted(part("text/x-unheard-of; charset=utf-8", RUSSIAN)),
        parted(part("application/octet-stream", RUSSIAN)),
        lone(b"Content-Type: application/octet-stream\r\n", RUSSIAN),
        lone(
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: attachment; filename=a\r\n", RUSSIAN
        ),
        lone(b"Content-Type: text\r\n", RUSSIAN),
        lone(b"Content-Type: text/plain charset=koi8-r\r\n", RUSSIAN.encode("koi8-r")),
        lone(b"Content-Type: ;;;\r\n", RUSSIAN),
        lone(b"Content-Type: text/plain; charset=utf-8\r\nContent-Type: text/html\r\n", RUSSIAN),
    ],
)
def test_the_letter_is_found_wherever_it_stands(message):
    assert (words(message), message.attachments in {(), ("image/png",)}, message.unread_text) == (
        RUSSIAN,
        True,
        False,
    )


def test_the_note_for_old_programs_is_no_letter():
    note = "This is a multi-part message in MIME format.\r\nYour mail reader does not understand it."

    assert words(parted(TEXT_PART, before=note)) == RUSSIAN
    assert words(parted(TEXT_PART, before="Это сообщение в формате MIME, состоящее из частей.")) == RUSSIAN


def test_text_beside_the_parts_is_read_with_them():
    assert words(parted(TEXT_PART, before="Здравствуйте все,", after="Жду ответа сегодня.")) == (
        f"Здравствуйте все, {RUSSIAN} Жду ответа сегодня."
    )


def test_a_file_is_a_file():
    text_file = part("text/plain; charset=utf-8", KAZAKH, "Content-Disposition: attachment; filename=a.txt\r\n")
    octets = part("application/octet-stream; name=a.bin", KAZAKH)
    sheet = part("text/csv; charset=utf-8", KAZAKH)

    message = parted(TEXT_PART, text_file, octets, sheet)

    assert words(message) == RUSSIAN
    assert message.attachments == ("text/plain", "application/octet-stream", "text/csv")
    assert not message.unread_text


def test_an_attached_message_is_somebody_elses_words():
    inner = HEADER + PLAIN + b"\r\n" + KAZAKH.encode()

    message = parted(TEXT_PART, part("message/rfc822", inner))

    assert words(message) == RUSSIAN
    assert KAZAKH in message.cut_away
    assert (message.attachments, message.unread_text) == (("message/rfc822",), False)


def test_an_attached_message_that_is_encoded_is_opened():
    inner = base64.encodebytes(HEADER + PLAIN + b"\r\n" + KAZAKH.encode())

    message = parted(TEXT_PART, part("message/rfc822", inner, "Content-Transfer-Encoding: base64\r\n"))

    assert KAZAKH in message.cut_away


def test_a_short_plain_text_that_is_only_the_beginning_gives_way_to_the_html():
    html = part(
        "text/html; charset=utf-8", f"<style>{'p{color:#000}' * 400}</style><p>Здравствуйте.<p>" + RUSSIAN * 6
    )

    assert RUSSIAN in words(
        parted(part("text/plain; charset=utf-8", "Здравствуйте."), html, kind="multipart/alternative")
    )
    assert words(parted(TEXT_PART, html, kind="multipart/alternative")) == RUSSIAN


# ---------------------------------------------------------------- what could not be shown

TNEF = part(
    "application/ms-tnef; name=winmail.dat",
    base64.encodebytes(b"\x78\x9f\x3e\x22" + b"x" * 200),
    "Content-Transfer-Encoding: base64\r\n",
)
RICH = part("text/rtf", r"{\rtf1 Hello}")
FRAGMENT = part("message/partial; id=a@example.kz; number=2; total=3", "нальные данные")
BINARY = part("text/plain", bytes(range(256)) * 4)


@pytest.mark.parametrize("one", [TNEF, RICH, FRAGMENT, BINARY])
def test_text_that_cannot_be_shown_is_said_to_be_there(one):
    assert parted(one).unread_text
    assert met(HEADER + one).unread_text


def test_the_first_fragment_is_shown_and_the_rest_is_said_to_be_missing():
    inner = b"Subject: inner\r\n" + PLAIN + b"\r\n" + RUSSIAN.encode()

    message = lone(b"Content-Type: message/partial; id=a@example.kz; number=1; total=2\r\n", inner)

    assert (words(message), message.unread_text) == (RUSSIAN, True)


def test_text_longer_than_anybody_reads_is_said_not_to_be_read():
    assert lone(PLAIN, "слово и дело\r\n" * 100_000).unread_text
    assert lone(PLAIN, "x\r\n" * 30_000).unread_text
    assert lone(b"Content-Type: text/html\r\n", b"<p>word" * 300_000).unread_text
    assert not lone(PLAIN, "слово и дело\r\n" * 1_000).unread_text


def test_a_picture_in_the_html_itself_does_not_count_as_text():
    picture = "<img src='data:image/png;base64," + "QUJD" * 700_000 + "'>"

    message = lone(b"Content-Type: text/html; charset=utf-8\r\n", f"<p>{RUSSIAN}</p>{picture}<p>До свидания.</p>")

    assert (words(message), message.unread_text) == (f"{RUSSIAN} До свидания.", False)


@pytest.mark.parametrize(
    "one", [TNEF, RICH, PICTURE, part("application/pdf", "%PDF"), part("text/calendar", "BEGIN:V")]
)
def test_what_is_shown_makes_up_for_another_form_of_it(one):
    assert not parted(TEXT_PART, one).unread_text


@pytest.mark.parametrize(
    "one", [PICTURE, part("application/pdf", "%PDF"), part("application/octet-stream", b"\x00\x01" * 99)]
)
def test_ordinary_attachments_are_no_unread_text(one):
    assert not parted(one).unread_text
    assert not parted(part("text/html", "<p><img src=cid:x></p>"), one, kind="multipart/related").unread_text


@pytest.mark.parametrize(
    ("fields", "machine"),
    [
        (b"List-Id: <news.example.com>\r\n", Machine.LIST),
        (b"X-Failed-Recipients: a@example.com\r\n", Machine.BOUNCE),
    ],
)
def test_a_machines_mail_is_never_unread_text(fields, machine):
    message = met(fields + HEADER + BINARY)

    assert (message.machine, message.unread_text) == (machine, False)


# ---------------------------------------------------------------- parts that cannot be told apart

TEXT_LINES = b"Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: base64\r\n\r\n"
ENCODED = base64.encodebytes(RUSSIAN.encode("koi8-r"))


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Type: multipart/mixed; boundary=OTHER\r\n",
        b"Content-Type: multipart/mixed\r\n",
        b"Content-Type: multipart/mixed; boundary=\r\n",
        b"",
    ],
    ids=["another boundary", "none", "empty", "no type at all"],
)
def test_the_parts_are_found_by_their_look_where_the_header_does_not_tell_them(fields):
    message = lone(fields, b"--xyz\r\n" + TEXT_LINES + ENCODED + b"--xyz--\r\n")

    assert words(message) == RUSSIAN
    assert message.from_defects == ("MIME parts cannot be told apart",)


def test_a_part_behind_the_closing_delimiter_is_read():
    message = lone(
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"--b\r\n\r\n\r\n--b--\r\n--b\r\n" + TEXT_LINES + ENCODED + b"--b--\r\n",
    )

    assert (words(message), message.from_defects) == (RUSSIAN, ())


@pytest.mark.parametrize(
    "ending",
    [b"--b--\r\n", b"--b--", b"--b  \r\n", b"", b"--b--\t\r\nx"],
)
def test_the_last_part_ends_where_it_can(ending):
    message = lone(b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\t\r\n\r\nDelete my data.\r\n" + ending)

    assert (message.own_words, message.from_defects) == ("Delete my data.", ())


def test_a_multipart_that_is_encoded_as_a_whole_is_read():
    inner = base64.encodebytes(b"--b\r\n" + TEXT_PART + b"\r\n--b--\r\n")

    assert (
        words(lone(b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n", inner))
        == RUSSIAN
    )


def test_an_empty_multipart_is_only_empty():
    message = lone(b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\r\n--b--\r\n")

    assert (message.own_words, message.from_defects, message.unread_text) == ("", (), False)


def test_a_status_with_hundreds_of_recipients_is_read():
    status = "Reporting-MTA: dns; mx.example.com\r\n\r\n" + "".join(
        f"Final-Recipient: rfc822; a{at}@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        for at in range(500)
    )

    message = parted(
        TEXT_PART, part("message/delivery-status", status), kind="multipart/report; report-type=delivery-status"
    )

    assert message.machine is Machine.BOUNCE


# ---------------------------------------------------------------- header


@pytest.mark.parametrize(
    "before",
    [
        *(b"\r\n", b"\n", b" \r\n", b"\xef\xbb\xbf", b"From ivan@example.kz Mon Jan  5 10:00:00 2026\r\n"),
        *(b">From ivan@example.kz Mon Jan  5 10:00:00 2026\r\n", b"\r\n>From x\r\n\xef\xbb\xbf\r\n"),
    ],
)
def test_what_stands_before_the_header_does_not_hide_it(before):
    message = met(before + HEADER + PLAIN + b"\r\n" + RUSSIAN.encode())

    assert (message.author, words(message)) == ("ivan@example.kz", RUSSIAN)


@pytest.mark.parametrize("ending", [b"\r\n", b"\n", b"\r"])
def test_every_kind_of_line_end_is_one(ending):
    raw = HEADER + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + TEXT_PART + b"\r\n--b--\r\n"

    assert words(met(raw.replace(b"\r\n", ending))) == RUSSIAN


def test_a_folded_line_that_lost_its_space_does_not_show_the_rest_of_the_header_as_text():
    message = met(b"Subject: a long\r\nsubject\r\n" + HEADER + TEXT_LINES + ENCODED)

    assert words(message) == RUSSIAN
    assert message.author is None


def test_a_blank_line_of_spaces_ends_the_header_where_no_field_follows():
    message = met(
        HEADER + b"Content-Type: multipart/mixed; boundary=b\r\n \r\n--b\r\n" + TEXT_PART + b"\r\n--b--\r\n"
    )

    assert words(message) == RUSSIAN


def test_a_body_right_below_the_header_is_the_body():
    assert words(met(HEADER + RUSSIAN.encode())) == RUSSIAN


def test_c1_a_from_with_space_before_its_colon_is_a_from():
    assert met(b"From : eve@example.net\r\n" + HEADER + b"\r\nx").author is None


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("=?utf-8?B?0J7RgtC/0LjRiNC40YLQtSDQvNC10L3Rjw", "Отпишите меня"),
        ("=?utf-8?Q?=D0=9A=D0=B0=D0=BA=3F?? да?=", "Как??? да"),
        ("=?windows-1251*ru?B?zvLv6Pjo8uU=?= =?windows-1251?B?IOzl7f8=?=", "Отпишите меня"),
        ("=?koi8-r?Q?=EF=D4=D0=C9=DB=C9=D4=C5_=CD=C5=CE=D1?=", "Отпишите меня"),
        ("=?x-unknown?B?zvLv6Pjo8uUg7OXt/w==?=", "Отпишите меня"),
        ("a =?utf-8?Q?=D0=9A?= =?bad =?utf-8?Q?=D0=B0=D0=BA?=", "a К =?bad ак"),
        ("=?utf-8?B??=", ""),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
    ],
)
def test_d46_broken_encoded_words_are_read(value, subject):
    assert (
        met(f"Subject: {value}\r\n".encode() + HEADER.replace(b"Subject: x\r\n", b"") + b"\r\n").subject == subject
    )


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "utf-8", "cp866", "iso8859-5"])
def test_a_subject_in_raw_octets_is_read(codec):
    subject = "Прошу удалить мои данные"

    assert (
        met(
            b"Subject: " + subject.encode(codec) + b"\r\n" + HEADER.replace(b"Subject: x\r\n", b"") + b"\r\n"
        ).subject
        == subject
    )


# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/plain; charset=koi8-r", {"charset": "koi8-r"}),
        ("text/plain charset=koi8-r", {"charset": "koi8-r"}),
        ('text/plain;charset = "koi8-r" ; format=flowed', {"charset": "koi8-r", "format": "flowed"}),
        ("text/plain; charset=a; charset=b", {"charset": "a"}),
        ("text/plain; charset*=us-ascii'en-us'koi8-r", {"charset": "koi8-r"}),
        ("x/y; name*=utf-8'ru'%D0%90.txt", {"name": "А.txt"}),
        ("x/y; name*0*=utf-8''%D0%90; name*1=b; name*2*=%D0%91", {"name": "АbБ"}),
        ('x/y; name*1=b; name*0=a; name*2="; c"', {"name": "ab; c"}),
        ("x/y; name*=%D0%90", {"name": "А"}),
        ('x/y; boundary="a\\"b;c=d"; x=', {"boundary": 'a"b;c=d', "x": ""}),
        ("x/y; name=plain; name*=utf-8''star", {"name": "plain"}),
        ("x/y; b*" + "9" * 5000 + "=x", {"b*" + "9" * 5000: "x"}),
        (';;; = ; =x; "', {}),
    ],
)
def test_d48_parameters_are_read_in_all_their_forms(value, expected):
    assert parameters(value) == expected


def test_d48_a_boundary_and_a_charset_in_pieces_are_found():
    fields = b"Content-Type: multipart/mixed; boundary*0=B;\r\n boundary*1=B\r\n"
    koi8 = part("text/plain; charset*0=koi8; charset*1=-r", RUSSIAN.encode("koi8-r"))

    assert words(lone(fields, b"--BB\r\n" + koi8 + b"\r\n--BB--\r\n")) == RUSSIAN


# ---------------------------------------------------------------- what it costs


@pytest.mark.parametrize(
    "kind", ["application/pdf", pytest.param("text/plain; charset=utf-8", marks=pytest.mark.slow)]
)
def test_d53_a_message_of_25_mb_is_not_copied_again_and_again(kind):
    body = ("Прошу удалить мои данные\r\n" * 600_000).encode()[: 25 * 1024 * 1024 - 1000]
    raw = HEADER + f"Content-Type: {kind}\r\n\r\n".encode() + body

    assert most_memory(raw) <= 5 * len(raw)  # and once for the octets themselves


def test_d53_a_message_over_the_limit_costs_nothing():
    assert most_memory(b"From: a@b.org\r\n\r\n" + b"x" * (30 * 1024 * 1024)) < 100_000


def most_memory(raw: bytes) -> int:
    tracemalloc.start()
    try:
        read(raw, own=OWN)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# ---------------------------------------------------------------- properties

WORD = st.text("бвгджзклмнпрст", min_size=8, max_size=12)


@st.composite
def leaves(draw: st.DrawFn) -> tuple[str, bytes]:
    """A word, and a part of text that says it in some charset, transfer encoding and kind."""
    word = draw(WORD)
    text = f"Прошу удалить мои персональные данные: {word} и всё."
    codec = draw(st.sampled_from(["utf-8", "cp1251", "koi8-r", "cp866", "iso8859-5", "utf-16"]))
    label = draw(st.sampled_from([codec, "", "us-ascii", "utf-8"]))
    encoding = draw(st.sampled_from(list(ENCODINGS) if codec != "utf-16" else ["base64"]))
    kind = draw(st.sampled_from(["text/plain", "text/html", "text/x-other"]))
    fields = f"Content-Type: {kind}; charset={label}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return word, fields.encode() + ENCODINGS[encoding](text.encode(codec))


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> tuple[tuple[str, ...], bytes]:
    """Words that must be read, and a part that says them, perhaps many times nested."""
    if depth > 3 or draw(st.booleans()):
        word, octets = draw(leaves())
        return (word,), octets
    inner = [draw(trees(depth=depth + 1)) for _ in range(draw(st.integers(1, 3)))]
    boundary = f"b{depth}" + "".join(draw(st.lists(st.sampled_from(string.ascii_letters), max_size=5)))
    kind = draw(st.sampled_from(["multipart/mixed", "multipart/related", "multipart/signed", "multipart/weird"]))
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), octets) for _, octets in inner)
    ending = draw(st.sampled_from([b"", f"--{boundary}--".encode()]))
    head = f"Content-Type: {kind}; boundary={boundary}\r\n\r\n".encode()
    return tuple(word for words, _ in inner for word in words), head + body + ending


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(trees())
def test_every_word_of_every_text_part_is_shown_or_said_to_be_unread(tree):
    expected, octets = tree

    message = met(HEADER + octets)

    shown = message.own_words + message.cut_away
    assert message.unread_text or [word for word in expected if word not in shown] == []


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(trees())
def test_well_formed_mail_has_the_parts_that_the_standard_library_finds(tree):
    _, octets = tree
    raw = HEADER + octets
    theirs = email.message_from_bytes(raw, policy=policy.compat32)

    ours = read(raw, own=OWN)

    leaves = sum(not one.is_multipart() for one in theirs.walk())
    assert isinstance(ours, Message)
    assert len(re.findall("Прошу удалить", ours.own_words + ours.cut_away)) == leaves


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=200), st.sampled_from(["utf-8", "utf-16", "utf-32", "gb18030"]))
def test_decoding_never_raises_and_finds_what_its_label_says(text, codec):
    encoded = text.encode(codec, "replace")

    assert decode(encoded, codec).isprintable() in {True, False}
    assert not isinstance(read(HEADER + b"\r\n" + encoded, own=OWN), Unreadable)
