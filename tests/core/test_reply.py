import email
import re
from dataclasses import MISSING, dataclass, fields, replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.deadline import Jurisdiction
from mailbot.core.model import (
    Address,
    Failed,
    Language,
    Letter,
    Machine,
    Malformed,
    Message,
    MessageId,
    Proven,
    Right,
    Unproven,
)
from mailbot.core.reply import (
    Facts,
    Heading,
    Operator,
    Responsible,
    Sender,
    compose,
    letters_for,
    masked,
    may_answer,
)


@dataclass(frozen=True)
class Text:
    subject: str = "№ 2026-0417: жарнама тоқтатылды"
    body: str = "Сәлеметсіз бе!\n\nЖарнама жіберу тоқтатылды.\n"
    languages: tuple[Language, ...] = (Language.KK,)


TEXT = Text()
SENDER = Sender(name="«Мысал» ЖШС", address=Address("info@example.kz"), loop_id="example-kz-1")
HEADING = Heading(
    to=Address("ivan@example.org"),
    message_id=MessageId("c0ffee@example.kz"),
    date=datetime(2026, 11, 23, 5, 42, tzinfo=UTC),
    automatic="auto-replied",
    case="2026-0417",
)
PARENT = Message(
    authors=(Address("ivan@example.org"),), return_path="ivan@example.org", message_id=MessageId("q@example.org")
)
FACTS = Facts(
    case="2026-0417",
    operator=Operator(name="«Мысал» ЖШС", address="Алматы"),
    responsible=Responsible(name="Айгүл Үлгіқызы", post="заңгер", phone="+7 700 000 00 00"),
    jurisdiction=Jurisdiction.KZ,
)


def read(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def letter(**changes) -> EmailMessage:
    return read(compose(TEXT, replace(HEADING, **changes), SENDER))


def with_subject(subject: str) -> bytes:
    return compose(replace(TEXT, subject=subject), HEADING, SENDER)


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


def answer_to(**changes) -> EmailMessage:
    return letter(parent=replace(PARENT, **changes))


# ---------------------------------------------------------------- what stands above the text


def test_a_letter_says_who_writes_to_whom_what_it_is_and_in_which_language():
    fields = letter()

    assert dict(fields.items()) == {
        "From": "«Мысал» ЖШС <info@example.kz>",
        "To": "ivan@example.org",
        "Subject": "№ 2026-0417: жарнама тоқтатылды",
        "Date": "Mon, 23 Nov 2026 05:42:00 +0000",
        "Message-ID": "<c0ffee@example.kz>",
        "X-Auto-Response-Suppress": "All",
        "X-Mailbot-Loop": "example-kz-1",
        "Content-Language": "kk",
        "X-Mailbot-Case": "2026-0417",
        "Auto-Submitted": "auto-replied",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "base64",
        "MIME-Version": "1.0",
    }


def test_the_text_arrives_as_it_was_written():
    assert text_of(letter()) == TEXT.body


def test_an_english_letter_can_be_read_in_the_raw():
    english = replace(TEXT, body="Advertising stopped.\n", languages=(Language.EN,))

    assert b"\r\n\r\nAdvertising stopped.\r\n" in compose(english, HEADING, SENDER)


def test_a_letter_in_two_languages_names_both():
    text = replace(TEXT, languages=(Language.KK, Language.RU))

    assert read(compose(text, HEADING, SENDER))["Content-Language"] == "kk, ru"


def test_every_line_ends_as_smtp_wants_it():
    raw = compose(TEXT, HEADING, SENDER)

    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_a_reminder_is_marked_as_generated_and_not_as_an_answer():
    assert letter(automatic="auto-generated").get_all("Auto-Submitted") == ["auto-generated"]


def test_a_letter_written_by_a_person_is_not_marked_as_automatic():
    assert "Auto-Submitted" not in letter(automatic="person")


def test_a_mail_about_several_cases_names_none_above_the_text():
    assert "X-Mailbot-Case" not in letter(case=None)


def test_a_company_name_with_a_comma_and_quotes_stays_one_name():
    sender = replace(SENDER, name='"Example" LLP, Almaty')

    mailbox = read(compose(TEXT, HEADING, sender))["From"].addresses

    assert [(one.display_name, one.addr_spec) for one in mailbox] == [('"Example" LLP, Almaty', "info@example.kz")]


def test_a_recipient_with_a_local_part_in_kazakh_is_written_as_it_is():
    raw = compose(TEXT, replace(HEADING, to=Address("әсел@example.org")), SENDER)

    assert "\r\nTo: әсел@example.org\r\n".encode() in raw


def test_a_lone_surrogate_in_a_persons_words_does_not_keep_a_letter_from_leaving():
    raw = compose(replace(TEXT, body="Сәлем \udcff\n"), HEADING, SENDER)

    assert text_of(read(raw)) == "Сәлем ?\n"


# ---------------------------------------------------------------- threading (requirements D18)


def test_an_answer_continues_the_references_of_its_parent():
    answer = answer_to(references=(MessageId("a@x.org"), MessageId("b@x.org")), answers_to=(MessageId("b@x.org"),))

    assert answer["In-Reply-To"] == "<q@example.org>"
    assert answer["References"].split() == ["<a@x.org>", "<b@x.org>", "<q@example.org>"]


def test_a_parent_without_references_is_threaded_by_what_it_answered():
    assert answer_to(answers_to=(MessageId("a@x.org"),))["References"].split() == ["<a@x.org>", "<q@example.org>"]


def test_a_parent_that_says_it_answers_two_is_threaded_by_itself_alone():
    answer = answer_to(answers_to=(MessageId("a@x.org"), MessageId("b@x.org")))

    assert answer["References"] == "<q@example.org>"


def test_a_parent_without_a_message_id_is_not_named_at_all():
    answer = answer_to(message_id=None, references=(MessageId("a@x.org"),))

    assert (answer["In-Reply-To"], answer["References"]) == (None, None)


def test_a_long_message_id_of_a_large_provider_stays_whole():
    long = MessageId("AM0PR04MB" + "0123456789ABCDEF" * 5 + "@AM0PR04MB4321.eurprd04.prod.outlook.example")

    assert f"<{long}>".encode() in compose(TEXT, replace(HEADING, parent=replace(PARENT, message_id=long)), SENDER)


def test_a_long_thread_keeps_its_root_and_its_end():
    answer = answer_to(references=tuple(MessageId(f"{number}@x.org") for number in range(400)))

    ids = answer["References"].split()
    assert (len(ids), ids[0], ids[1], ids[-1]) == (10, "<0@x.org>", "<392@x.org>", "<q@example.org>")


@pytest.mark.parametrize(
    "hostile",
    ["a@x\r\nBcc: spy@x.org", "=?utf-8?q?a=0ABcc:_spy@x.org?=", "a> <b@x", "ә@x.org", "a b@x.org", "a" * 300],
)
def test_a_hostile_message_id_is_not_repeated(hostile):
    answer = answer_to(message_id=MessageId(hostile))

    assert (answer["In-Reply-To"], answer["References"], answer["Bcc"]) == (None, None, None)


# ---------------------------------------------------------------- nothing gets in between the headers


@pytest.mark.parametrize(
    "subject",
    [
        "№ 1: done\n",
        "№ 1: done\r\nBcc: spy@example.org",
        "№ 1: done\n\n<html>",
        "=?utf-8?q?done=0D=0ABcc:_spy@example.org?=",
        "=?utf-8?b?ZG9uZQpCY2M6IHNweUBleGFtcGxlLm9yZw==?=",
        "№ 1:\x00\x85\u2028\u202edone\x0bBcc: spy@example.org",
    ],
)
def test_no_subject_adds_or_ends_a_header(subject):
    mail = read(with_subject(subject))

    assert mail.keys() == letter().keys()
    assert text_of(mail) == TEXT.body
    assert mail.defects == []


def test_no_fact_of_the_operators_adds_a_header():
    sender = replace(SENDER, name="Example\r\nBcc: spy@example.org", loop_id="x\nBcc: spy@example.org")

    mail = read(compose(TEXT, replace(HEADING, case="1\r\nBcc: spy@example.org"), sender))

    assert mail.keys() == letter().keys()


@pytest.mark.parametrize(
    "to",
    [
        "a@x.org, b@x.org",
        "a@x.org\r\nBcc: b@x.org",
        "a",
        "",
        "<a@x.org>",
        "a b@x.org",
        "Ada <a@x.org>",
        "a@x.org ",
    ],
)
def test_a_letter_has_one_recipient_or_is_not_written_and_the_error_names_nobody(to):
    with pytest.raises(ValueError, match="the recipient or the Message-ID of a letter is malformed"):
        compose(TEXT, replace(HEADING, to=Address(to)), SENDER)


def test_a_line_break_in_our_own_address_is_refused_and_not_sent():
    sender = replace(SENDER, address=Address("info@example.kz>\r\nBcc: <spy@example.org"))

    with pytest.raises(ValueError, match="From: a header value is one line"):
        compose(TEXT, HEADING, sender)


def test_our_own_message_id_must_be_one():
    with pytest.raises(ValueError, match="malformed"):
        compose(TEXT, replace(HEADING, message_id=MessageId("a@x>\r\nBcc: b@x")), SENDER)


@given(st.text(alphabet="әғқңөұүһіӘҒҚҢӨҰҮҺІабвгдеж АБВ №:,.\"'<>@=?_-()\n\r\t abcXYZ 0123456789", max_size=200))
def test_any_subject_comes_back_as_it_was_within_the_limits_of_rfc_2047(subject):
    raw = with_subject(subject)

    head = raw.partition(b"\r\n\r\n")[0]
    assert read(raw)["Subject"] == " ".join(subject.split())
    assert all(len(word) <= 75 for word in re.findall(rb"=\?\S+\?=", head))
    assert all(len(line) <= 76 for line in head.split(b"\r\n") if b"=?" in line)


@given(st.text(max_size=120))
def test_no_text_at_all_adds_a_header(text):
    sender = replace(SENDER, name=text, loop_id=text)

    mail = read(compose(replace(TEXT, subject=text), replace(HEADING, case=text), sender))

    assert mail.keys() == letter().keys()
    assert mail["From"].addresses[0].addr_spec == "info@example.kz"


# ---------------------------------------------------------------- which letter


def test_what_was_done_is_told_once_each_and_access_before_erasure():
    done = [Right.ERASURE, Right.UNSUBSCRIBE, Right.ACCESS, Right.WITHDRAW_CONSENT, Right.ERASURE]

    assert letters_for(done) == (Letter.ACCESS, Letter.UNSUBSCRIBED, Letter.WITHDRAWN, Letter.ERASED)


def test_what_a_person_carried_out_a_person_tells():
    assert letters_for([Right.BLOCKING, Right.RECTIFICATION]) == (Letter.WRITTEN,)


# ---------------------------------------------------------------- whether a program may answer


def test_a_persons_letter_is_answered_whether_its_sender_is_proven_or_not():
    assert may_answer(PARENT, Proven("example.org"), in_junk=False) == ()
    assert may_answer(PARENT, Unproven("no signature"), in_junk=False) == ()


def test_what_the_reader_of_the_message_found_counts():
    message = replace(PARENT, no_answer=("list-id",))

    assert may_answer(message, Proven("example.org"), in_junk=False) == ("list-id",)


def test_a_letter_that_fails_dmarc_is_not_answered():
    assert may_answer(PARENT, Failed("p=reject"), in_junk=False) == ("dmarc fail",)


def test_a_letter_from_nobody_in_particular_is_not_answered():
    two = replace(PARENT, authors=(Address("a@x.org"), Address("b@x.org")))

    assert may_answer(two, Unproven("none"), in_junk=False) == ("malformed",)
    assert may_answer(PARENT, Malformed("two From fields"), in_junk=False) == ("malformed",)


def test_a_machine_is_not_answered():
    message = replace(PARENT, machine=Machine.ABSENCE)

    assert may_answer(message, Proven("example.org"), in_junk=False) == ("machine: absence",)


def test_the_null_return_path_is_never_answered_not_even_when_proven():
    message = replace(PARENT, return_path="")

    assert may_answer(message, Proven("example.org"), in_junk=False) == ("null return-path",)


def test_a_missing_return_path_is_no_null_one_where_the_sender_is_proven():
    message = replace(PARENT, return_path=None)

    assert may_answer(message, Proven("example.org"), in_junk=False) == ()
    assert may_answer(message, Unproven("none"), in_junk=False) == ("no return-path and not proven",)


def test_out_of_junk_only_proven_senders_are_answered():
    assert may_answer(PARENT, Proven("example.org"), in_junk=True) == ()
    assert may_answer(PARENT, Unproven("none"), in_junk=True) == ("junk and not proven",)


# ---------------------------------------------------------------- facts


def test_an_address_is_shown_so_that_only_its_owner_knows_it():
    shown = [masked(Address(one)) for one in ("ivan@example.kz", "a@mail.example.co.uk", "әсел@xn--80ak6aa.kz")]

    assert shown == ["i***@e***.kz", "a***@m***.uk", "ә***@x***.kz"]


def test_what_is_not_known_is_not_among_the_facts():
    said_anyway = {one.name for one in fields(Facts) if one.default not in (MISSING, None)}

    assert set(FACTS.mapping()) == {"case", "operator", "responsible", "jurisdiction"} | said_anyway
    assert said_anyway & {"token", "found", "held", "destroyed", "kept", "person_text"} == set()


def test_what_is_known_to_be_nothing_is_a_fact():
    facts = replace(FACTS, destroyed=(), suppressed=False, due=date(2026, 11, 26)).mapping()

    assert (facts["destroyed"], facts["suppressed"], facts["due"]) == ((), False, date(2026, 11, 26))


def test_facts_do_not_print_the_token_nor_a_persons_words():
    printed = repr(replace(FACTS, token="PkV3w0c9bV1mJ2aYd8sQ", person_text="тайна"))

    assert "PkV3w0c9bV1mJ2aYd8sQ" not in printed
    assert "тайна" not in printed
