import base64
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.core.message import Own, read
from mailbot.core.message.charset import decode
from mailbot.core.model import Address, Machine, Message, MessageId, Unreadable

MAIL = Path(__file__).parent.parent / "mail"
OWN = Own(
    addresses=frozenset({Address("info@example.org")}),
    loop_id="example-1",
    trusted_borders=("mx.example.org",),
)
RUSSIAN = "Прошу удалить мои персональные данные и больше не присылать рекламу."
KAZAKH = "Жеке деректерімді өшіріп, жарнама жіберуді тоқтатуыңызды өтінемін, құрметпен Әлия."


def met(name: str) -> Message:
    message = read((MAIL / f"{name}.eml").read_bytes(), own=OWN)
    assert isinstance(message, Message)
    return message


def written(header: str, body: str | bytes = "Hello.") -> Message:
    octets = body if isinstance(body, bytes) else body.encode()
    message = read(header.encode() + b"\r\n\r\n" + octets, own=OWN)
    assert isinstance(message, Message)
    return message


def texts(value: object) -> Iterator[str]:
    """Every text in what was read, however deep."""
    match value:
        case str():
            yield value
        case Message() | Unreadable():
            yield from texts(astuple(value))
        case Mapping():
            yield from texts(tuple(value.items()))
        case tuple() | frozenset():
            for one in value:
                yield from texts(one)
        case _:
            return  # a flag or nothing


def storable(text: str) -> bool:
    """Whether a database and JSON take it."""
    return "\x00" not in text and text.encode("utf-8", "ignore").decode() == text


# ---------------------------------------------------------------- author


def author_of(value: str) -> Address | None:
    return written(f"From: {value}\r\nTo: info@example.org").author


@pytest.mark.parametrize(
    "value",
    [
        "ada@example.org",
        "<ada@example.org>",
        "Ada <ADA@Example.ORG>",
        "ada@example.org (Ada)",
        "=?utf-8?Q?=D0=90=D0=B4=D0=B0?= <ada@example.org>",
        "ada@example.org <ada@example.org>",
        '"Lovelace, Ada" <ada@example.org>',
        "Ada\r\n <ada@example.org>",
    ],
)
def test_one_author_is_found_however_clients_write_him(value):
    assert author_of(value) == "ada@example.org"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "ada",
        "<>",
        "ada@example.org <eve@example.net",
        "ada@example.org <eve@example.net>",
        "Ada <ada@example.org> <eve@example.net>",
        "ada@example.org, eve@example.net",
        "friends: ada@example.org;",
        "ada@example.org>",
        '"ada@example.org',
        "Ada (<ada@example.org>",
        '"ada"@example.org',
        "ada@[192.0.2.1]",
        "ada@exa mple.org",
        "ada@example..org",
        "a\u202eda@example.org",
        "ada@example.org\x00",
        "=?utf-8?Q?ada=40example.org?=",
        "Eve, Ada <ada@example.org>",
        "ada@example.org, , ",
        "> ada@example.org <",
        "Ada [home] <ada@example.org>",
        "(Ada\\",
    ],
)
def test_a_from_that_two_readers_could_read_differently_names_nobody(value):
    assert author_of(value) is None


def test_an_address_in_the_display_name_is_never_the_author():
    assert met("victim-in-display-name").author == "stranger@example.net"


def test_two_from_fields_are_both_told_and_neither_is_believed():
    message = met("two-from-fields")

    assert message.authors == ("aigul@example.kz", "victim@example.org")
    assert message.author is None
    assert message.from_defects == ("several From fields",)
    assert "From names no single author (C1)" in message.no_answer


def test_a_mail_without_from_is_a_message_of_nobody():
    message = written("To: info@example.org", "Delete my data.")

    assert message.from_defects == ("no From field",)
    assert message.own_words == "Delete my data."


def test_an_international_address_is_compared_as_the_store_has_it():
    assert met("international-address").author == "айгүл@xn--90aibs1l.xn--80ao21a"


def test_fields_behind_a_broken_line_make_the_author_doubtful():
    message = read(b"From: ada@example.org\r\nthis is no field\r\nFrom: eve@example.net\r\n\r\nHi.", own=OWN)

    assert isinstance(message, Message)
    assert message.author is None


# ---------------------------------------------------------------- header


def test_the_return_path_may_be_missing_null_or_somebody():
    assert written("From: ada@example.org").return_path is None
    assert written("Return-Path: <>\r\nFrom: ada@example.org").return_path == ""
    assert written("Return-Path: <Ada@Example.org>\r\nFrom: ada@example.org").return_path == "ada@example.org"
    assert written("Return-Path: <>\r\nReturn-Path: <a@b.org>\r\nFrom: ada@example.org").return_path == ""


def test_a_reply_names_its_parents_nearest_first():
    message = written(
        "From: ada@example.org\r\nMessage-ID: <4@example.org>\r\nIn-Reply-To: <3@example.org>\r\n"
        "References: <1@example.org> <2@example.org>\r\n <3@example.org>"
    )

    assert message.message_id == "4@example.org"
    assert message.answers_to == ("3@example.org", "2@example.org", "1@example.org")
    assert message.references == ("1@example.org", "2@example.org", "3@example.org")


def test_a_letter_cut_in_two_by_encoded_words_is_whole_again():
    assert met("letter-split-between-encoded-words").subject == "Деректерімді жойыңыз"


def test_a_header_in_plain_utf8_is_read():
    message = met("raw-kazakh-header")

    assert message.subject == "Жеке деректерім"
    assert message.author == "aigul@example.kz"


def test_a_subject_cannot_carry_lines_or_direction_marks():
    encoded = base64.b64encode("удалите\r\nBcc: x@y.z\u202e".encode()).decode()

    assert written(f"From: ada@example.org\r\nSubject: =?utf-8?B?{encoded}?=").subject == "удалите Bcc: x@y.z"


def test_a_message_id_without_brackets_is_one_and_chatter_is_none():
    message = written("From: a@b.org\r\nMessage-ID: 4@example.org\r\nIn-Reply-To: your letter of Monday, a@b.org")

    assert (message.message_id, message.answers_to) == ("4@example.org", ())


@pytest.mark.parametrize("odd", ["a\x00b@x.org", "a\u0431@x.org", "a\x7fb@x.org", "=?utf-7?q?+2AA-?=\xff@x.org"])
def test_a_message_id_that_is_no_printable_ascii_is_none(odd):
    message = written(
        f"From: a@b.org\r\nMessage-ID: {odd}\r\nIn-Reply-To: <{odd}> <5@example.org>\r\nReferences: {odd}"
    )

    assert (message.message_id, message.answers_to, message.references) == (None, ("5@example.org",), ())


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Type: text/plain; charset=utf-7", "Delete +2AA- it."),
        ("Content-Type: text/html", "Delete &#xD800;&#0;\x00 it."),
        ("Content-Type: text/html; charset=utf-7", "Delete +2AA- it."),
        ("Content-Type: text/plain", "Delete \x00 it."),
        (
            "Subject: =?utf-7?q?+2AA-?=\x00\r\nDate: =?utf-7?q?+2AA-?=\r\nReturn-Path: <=?utf-7?q?+2AA-?=\x00>",
            "",
        ),
        ("Content-Type: application/\x00\ud800", ""),
        ("Authentication-Results: mx.example.org; dkim=pass header.d=\x00\ud800", ""),
    ],
)
def test_half_characters_and_nuls_never_get_into_what_is_read(header, body):
    raw = f"{header}\r\nFrom: a@b.org\r\nReceived: x\r\n\r\n{body}".encode("utf-8", "surrogatepass")
    message = read(raw, own=OWN)

    assert isinstance(message, Message)
    assert [text for text in texts(message) if not storable(text)] == []


def test_neighbouring_encoded_words_of_two_charsets_are_both_read():
    first, second = (
        base64.b64encode(word.encode(cs)).decode() for word, cs in (("Да", "koi8-r"), ("Иә", "utf-8"))
    )

    message = written(f"From: a@b.org\r\nSubject: x =?koi8-r?B?{first}?= =?utf-8?B?{second}?= y")

    assert message.subject == "x ДаИә y"


def test_the_date_and_the_recipients_are_kept_as_they_stand():
    message = written("From: ada@example.org\r\nDate: yesterday\r\nTo: B <b@x.org>, a@x.org\r\nCc: A <a@x.org>")

    assert message.date_field == "yesterday"
    assert message.to == ("b@x.org", "a@x.org")


# ---------------------------------------------------------------- charsets


@pytest.mark.parametrize("codec", ["utf-8", "cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic", "utf-16"])
def test_russian_is_read_under_its_right_label(codec):
    assert decode(RUSSIAN.encode(codec), codec) == RUSSIAN


@pytest.mark.parametrize("codec", ["utf-8", "cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize("label", ["", "us-ascii", "iso-8859-1", "utf-8", "x-unknown", "windows-1251", "koi8-r"])
def test_russian_is_read_under_a_wrong_label(codec, label):
    assert decode(RUSSIAN.encode(codec), label) == RUSSIAN
    assert decode(RUSSIAN.upper().encode(codec), label) == RUSSIAN.upper()


@pytest.mark.parametrize("label", ["kz-1048", "strk1048-2002", "windows-1251", "", "iso-8859-1"])
def test_kazakh_of_the_national_standard_is_read(label):
    assert decode(KAZAKH.encode("kz1048"), label) == KAZAKH


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("ФИО", "cp1251", "windows-1251"),
        ("all of it — every line", "cp1251", "windows-1251"),
        ("Ich möchte keine Werbung für Dächer mehr", "cp1252", "iso-8859-1"),
        ("個人情報を削除してください", "iso2022_jp", "iso-2022-jp"),
        ("请删除我的数据", "gb18030", "gb2312"),
    ],
)
def test_few_letters_and_other_languages_keep_their_label(text, codec, label):
    assert decode(text.encode(codec), label) == text


def test_a_label_that_is_no_charset_does_no_harm():
    assert decode(b"hello", "punycode") == "hello"
    assert decode(b"hello", "../../etc/passwd") == "hello"
    assert decode(b"\xff" * 10, "base64") != ""


def test_mail_with_a_lying_label_is_read():
    assert met("koi8-called-latin1").own_words == "Прошу больше не присылать мне рекламу."
    assert met("kazakh-in-kz1048-called-1251").own_words.startswith("Құрметті мамандар, жеке деректерімді өңдеуге")


# ---------------------------------------------------------------- body


def test_answers_between_the_quotes_are_own_words_and_the_quotes_are_not():
    message = met("gmail-answers-between-quotes")

    assert message.own_words.split("\n\n") == ["Здравствуйте!", "Нет, отпишите меня.", "Запись оставьте."]
    assert "> Оставить Вам рассылку?" in message.cut_away


def test_indented_words_are_own_words():
    assert met("indented-own-words").own_words == "Сәлеметсіз бе!\nДеректерімді өшіріңізші."


def test_a_plain_part_that_only_points_at_the_html_is_passed_over():
    assert met("plain-part-points-at-html").own_words == "Жарнама жібермеңіздерші."


def test_text_that_nobody_can_see_is_dropped_and_said():
    message = met("text-nobody-can-see")

    assert message.own_words == "How much is a sheet?\n\nGreen, please."
    assert message.hidden_text


def test_text_around_a_picture_is_one_letter_and_the_picture_only_a_type():
    message = met("photo-below-the-words")

    assert message.own_words == "Мекенжайымды өзгертіңіз."
    assert message.cut_away == "Отправлено с iPhone"
    assert message.attachments == ("image/jpeg",)


def test_clear_signed_text_is_read_without_its_armour():
    assert met("clear-signed").own_words == "What do you hold about me?"


def test_what_is_encrypted_is_said_to_be():
    assert met("encrypted").encrypted
    assert written("From: a@b.org", "-----BEGIN PGP MESSAGE-----\n\nhQEM\n").encrypted
    assert written("From: a@b.org\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data").encrypted
    assert not met("clear-signed").encrypted


def test_words_are_kept_where_the_parts_cannot_be_told_apart():
    message = met("boundary-that-never-comes")

    assert "Отпишите меня." in message.own_words
    assert message.from_defects == ("MIME parts cannot be told apart",)


def test_a_request_in_the_subject_alone_is_a_message():
    message = written(f"From: ada@example.org\r\nSubject: =?utf-8?Q?{quote('Отпишите').replace('%', '=')}?=", "")

    assert (message.subject, message.own_words, message.from_defects) == ("Отпишите", "", ())


def test_a_lone_text_that_calls_itself_a_file_is_read():
    header = "From: ada@example.org\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt"

    assert written(header, "Delete my data.").own_words == "Delete my data."


def test_base64_with_a_plain_footer_behind_it_is_read():
    header = (
        "From: ada@example.org\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/plain; charset=utf-8"
    )

    assert RUSSIAN in written(header, base64.encodebytes(RUSSIAN.encode()) + b"\r\n--\r\n").own_words


# ---------------------------------------------------------------- machines and the border


def test_a_bounce_names_the_letter_that_came_back():
    message = met("bounce-of-our-letter")

    assert message.machine is Machine.BOUNCE
    assert message.reports_on == (MessageId("our-letter-17@example.org"),)


def test_a_bounce_without_mime_keeps_the_returned_request_out_of_its_own_words():
    message = met("qmail-failure-notice")

    assert message.reports_on == (MessageId("our-letter-18@example.org"),)
    assert "Please delete everything." not in message.own_words
    assert "Please delete everything." in message.cut_away


def test_a_receipt_names_the_letter_that_was_read():
    message = met("read-receipt")

    assert message.machine is Machine.RECEIPT
    assert message.reports_on == (MessageId("our-letter-20@example.org"),)


@pytest.mark.parametrize(
    ("name", "machine"),
    [
        ("exchange-out-of-office", Machine.ABSENCE),
        ("gmail-unsubscribe-button", Machine.UNSUBSCRIBE_BUTTON),
        ("invitation", Machine.CALENDAR),
        ("request-through-a-group", None),
    ],
)
def test_machines_are_told_from_people(name, machine):
    assert met(name).machine is machine


def test_the_borders_own_results_are_told():
    assert met("border-results").border == {
        "dkim": "pass",
        "dkim.d": "example.kz",
        "dkim.i": "@example.kz",
        "spf": "softfail",
        "spf.mailfrom": "bounce@example.kz",
        "dmarc": "pass",
        "dmarc.from": "example.kz",
    }


def test_results_that_came_with_the_mail_are_not_believed():
    assert met("forged-border-results").border == {}


@pytest.mark.parametrize(
    "value",
    [
        "mx.example.net; dkim=pass header.d=example.kz",
        "mx.example.org 2; dkim=pass header.d=example.kz",
        "mx.example.org; dkim=none (dkim=pass header.d=example.kz",
        "mx.example.org; none",
        "spf=pass smtp.mailfrom=example.org; dkim=pass",
        'mx.example.org; x="; dkim=pass',
        "mx.example.org; dkim=yes header.d=example.kz",
        "mx.example.org; arc=pass",
        "mx.example.org; dkim=pass )",
        "",
    ],
)
def test_border_results_that_are_not_ours_or_not_well_formed_say_nothing(value):
    header = f"Authentication-Results: {value}\r\nReceived: by mx.example.org\r\nFrom: aigul@example.kz"

    assert written(header).border == {}


def test_no_border_is_trusted_unless_configured():
    raw = (MAIL / "border-results.eml").read_bytes()
    message = read(raw, own=Own(addresses=frozenset(), loop_id="x"))

    assert isinstance(message, Message)
    assert message.border == {}


def test_versions_and_unknown_words_in_border_results_are_passed_over():
    value = "mx.example.org 1; dkim/1=pass header.d= header.s=x/y policy.other=z; spf=none"

    message = written(f"Authentication-Results: {value}\r\nReceived: by mx\r\nFrom: aigul@example.kz")

    assert message.border == {"dkim": "pass", "dkim.s": "x/y", "dkim.other": "z", "spf": "none"}


def test_only_the_topmost_result_of_our_border_counts():
    header = (
        "Authentication-Results: mx.example.org; dmarc=fail header.from=example.kz\r\n"
        "Authentication-Results: mx.example.org; dmarc=pass header.from=example.kz\r\n"
        "Received: by mx.example.org\r\nFrom: aigul@example.kz"
    )

    assert written(header).border["dmarc"] == "fail"


# ---------------------------------------------------------------- limits and hostile input


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no header fields"),
        (b"\r\n\r\nonly a body", "no header fields"),
        (b"From: a@b.org\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", "header over 64 KiB"),
        (b"From: a@b.org\r\n\r\n" + b"x" * (25 * 1024 * 1024), "over 25 MiB"),
        (b"From: a@b.org\r\n\r\n" + b"\r\n" * 1_000_001, "over 1000000 lines"),
        (
            b"From: a@b.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 201,
            "over 200 parts",
        ),
        (b"From: a@b.org\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 25, "parts nested over 20 deep"),
    ],
    ids=["empty", "no-header", "header", "size", "lines", "parts", "depth"],
)
def test_what_is_over_the_limits_goes_to_a_person_unread(raw, why):
    assert read(raw, own=OWN) == Unreadable(why=why)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 60_000 + b"\r\n\r\n",
        b'From: "' + b'\\"' * 30_000 + b"\r\n\r\n",
        b"From: a@b.org\r\nContent-Type: text/plain" + b';"' * 30_000 + b"\r\n\r\n",
        b"From: a@b.org\r\nReferences: " + b"<" * 60_000 + b"\r\n\r\n",
        b"From: a@b.org\r\nSubject: " + b"=?utf-8?q?" * 6_000 + b"\r\n\r\n",
        b"From: a@b.org\r\nAuthentication-Results: mx.example.org; dkim=pass "
        + b"header.d=" * 6_000
        + b"\r\n\r\n",
        b"From: a@b.org\r\n\r\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n\n" * 5_000,
        b"From: a@b.org\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\n" + b" \n" * 50_000,
        b"From: a@b.org\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
        b"From: a@b.org\r\nContent-Type: text/html\r\n\r\n" + b"<!--" * 50_000,
        b"From: a@b.org\r\nContent-Type: text/html\r\n\r\n<p " + b"a=b " * 50_000,
        b"From: mailer-daemon@b.org\r\n\r\n" + b"message-id:\n" * 20_000,
        b'From: a@b.org\r\nContent-Type: text/plain; charset="u\x00"\r\n\r\n\xff',
        b"From: a@b.org\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\n\xff!\n",
        b"From: a@b.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\xd0--b--\r\n",
    ],
)
def test_hostile_mail_is_read_in_time_that_grows_with_its_length_only(raw):
    assert read(raw, own=OWN) is not None


@given(st.binary(max_size=2_000))
def test_reading_never_raises_whatever_the_bytes(raw):
    message = read(raw, own=OWN)

    assert [text for text in texts(message) if not storable(text)] == []


PIECES = (
    *(b"\r\n", b"\r", b"\x00", b"\xff", b"=?utf-8?b?", b"?=", b"<", b">", b'"', b"(", b";", b"--b", b"\r\n\r\n"),
    *(b"From: x@y.zz\r\n", b"Content-Type: multipart/alternative; boundary=b\r\n", b"charset=utf-16"),
    *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n", b"<blockquote>"),
    *(
        b"Content-Type: message/rfc822\r\n",
        b"Content-Type: text/html\r\n",
        b"charset=utf-7",
        b"+2AA-",
        b"&#xD800;",
    ),
    *(b"=?utf-7?q?+2AA-?=", b"Message-ID: <", b"In-Reply-To: <", b"\xed\xa0\x80", b"&#0;"),
)
LETTERS = sorted(MAIL.glob("*.eml"))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(LETTERS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES)), max_size=8),
)
def test_reading_never_raises_on_damaged_real_mail(letter, damages):
    raw = letter.read_bytes()
    for place, lost, put in damages:
        at = int(place * len(raw))
        raw = raw[:at] + put + raw[at + lost :]

    message = read(raw, own=OWN)

    assert [text for text in texts(message) if not storable(text)] == []
    assert isinstance(message, Unreadable) or all(
        "!" <= char <= "~"
        for one in (message.message_id or "", *message.answers_to, *message.references, *message.reports_on)
        for char in one
    )


def test_every_mail_of_the_corpus_is_explained_in_its_readme():
    explained = (MAIL / "README.md").read_text(encoding="utf-8")

    assert [letter.stem for letter in LETTERS if f"| {letter.stem} |" not in explained] == []
