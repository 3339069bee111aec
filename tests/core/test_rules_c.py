"""Rules C1-C13 of the requirements, each by its number: who wrote it, and whose address it is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.core.lookalike import (
    MOST_TARGETS,
    candidates,
    held_as_lookalike,
    imitates,
    same_mailbox,
    shared,
    skeleton,
    targets,
)
from mailbot.core.message import Own, read
from mailbot.core.message.addresses import address
from mailbot.core.message.border import UNNAMED, bears, named, results
from mailbot.core.message.fields import Fields
from mailbot.core.model import Address, Failed, HoldReason, Malformed, Message, Proven, Unproven
from mailbot.core.standing import (
    FRESH,
    ONLY_SPF,
    Signature,
    aligned,
    judge,
    objection,
    out_of_time,
    path_agrees,
    policy_places,
    seal,
    settled,
    strictly,
    vouched_for,
)
from mailbot.core.understanding.named import names_another

US = frozenset({Address("info@example.org"), Address("info@example.kz")})
OWN = Own(addresses=US, loop_id="x", trusted_borders=("mx.example.org",))
ANNA = Address("anna@example.com")
LETTER = Message(authors=(ANNA,), to=(Address("info@example.org"),), date_field="Mon, 16 Nov 2026 10:00:00 +0500")
CAME = datetime(2026, 11, 16, 5, 0, 30, tzinfo=UTC)
TAGS = {
    "v": "1",
    "a": "rsa-sha256",
    "d": "example.com",
    "s": "s",
    "h": "from:to:subject:date",
    "bh": "A",
    "b": "A",
}


def header(*lines: str) -> Message:
    found = read(("\r\n".join(lines) + "\r\n\r\nHello.\r\n").encode(), own=OWN)
    assert isinstance(found, Message)
    return found


def by(author: str) -> Message:
    return replace(LETTER, authors=(Address(author),))


def settle(message: Message) -> object:
    return settled(message, fields=["from", "to", "date"], doubt="", own=US)


# ---------------------------------------------------------------- C1, C2: one author, read before it is decoded


@pytest.mark.parametrize(
    "lines",
    [
        ["From: anna@example.com", "From: boris@example.com"],
        ["From: anna@example.com, boris@example.com"],
        ["From: Friends: anna@example.com;"],
        ["To: info@example.org"],
        ["From: anna@example.com <boris@example.com>"],
        ["From: anna@example.com\x00@example.net"],
        ["From: <anna@example.com> <boris@example.com>"],
    ],
)
def test_c1_whoever_does_not_name_one_author_is_malformed_and_is_never_answered(lines: list[str]):
    message = header(*lines)

    assert isinstance(settle(message), Malformed)
    assert message.no_answer != ()


@pytest.mark.parametrize(
    "value",
    [
        '"victim@example.kz" <evil@example.net>',
        "=?utf-8?q?victim=40example=2Ekz_=3C?= <evil@example.net>",
        "=?utf-8?b?dmljdGltQGV4YW1wbGUua3o=?= <evil@example.net>",
        "(victim@example.kz) evil@example.net",
    ],
)
def test_c2_an_address_in_the_display_name_is_never_looked_up(value: str):
    assert header(f"From: {value}", "To: info@example.org").authors == (Address("evil@example.net"),)


@pytest.mark.parametrize("value", ["=?utf-8?q?victim=40example=2Ekz?=", "<=?utf-8?q?victim=40example=2Ekz?=>"])
def test_c2_an_address_that_appears_only_when_decoded_is_none(value: str):
    assert header(f"From: {value}", "To: info@example.org").author is None


# ---------------------------------------------------------------- C3: whose results count (more in test_border.py)

TRUE = "Authentication-Results: mx.example.org; dkim=fail header.d=example.com; dmarc=fail"
FORGED = "Authentication-Results: mx.example.org; dkim=pass header.d=example.com; dmarc=pass"


def test_c3_only_a_named_border_is_believed_and_only_above_the_first_foreign_received():
    below = header("Received: by mx.example.org", "Received: by evil", FORGED, "From: anna@example.com")
    renamed = header(
        FORGED.replace("mx.example.org", "mx.example.net"), "Received: by x", "From: anna@example.com"
    )
    sealed = header("ARC-" + FORGED, "Received: by mx.example.org", "From: anna@example.com")

    assert [one.border for one in (below, renamed, sealed)] == [{}, {}, {}]


def test_c3_a_forged_field_right_below_the_true_one_changes_nothing():
    message = header(TRUE, "Received: by mx.example.org", FORGED, "From: anna@example.com", "To: info@example.org")

    assert settle(message) == Failed("our border says: DMARC fail")


def test_c3_by_default_nobody_is_believed():
    assert Own(addresses=US, loop_id="x").trusted_borders == ()


# ---------------------------------------------------------------- C4: what a signature must be


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"l": "10"}, "signs only a part of the body"),
        ({"a": "rsa-sha1"}, "signed with an unknown or weak algorithm"),
        ({"h": "to:subject:date"}, "From is not signed"),
        ({"h": "from:to:date"}, "a field that matters is not signed"),
    ],
)
def test_c4_a_signature_proves_only_what_it_covers(change: Mapping[str, str], why: str):
    assert objection({**TAGS, **change}, ["from", "to", "subject", "date"]) == why


def test_c4_as_many_fields_must_be_signed_as_there_are():
    twice = {**TAGS, "h": "from:from:to:subject:date"}

    assert objection(TAGS, ["from", "from", "to", "subject", "date"]) != ""
    assert objection(twice, ["from", "from", "to", "subject", "date"]) == ""


@pytest.mark.parametrize(
    ("author", "signer", "speaks"),
    [("a@example.com", "example.com", 1), ("a@x.example.com", "example.com", 1), ("a@example.com", "evil.com", 0)],
)
def test_c4_the_signer_must_be_the_authors_domain_or_above_it(author: str, signer: str, speaks: int):
    assert aligned(by(author), signer) is bool(speaks)


def test_c4_a_domain_that_asks_for_strict_alignment_gets_it():
    """D44; what stands nearest to the author's domain decides."""
    message, parent = by("anna@mail.example.com"), Proven("example.com")
    strict, relaxed = b"v=DMARC1; p=reject; adkim=s;", b"v=DMARC1; adkim=r"

    assert policy_places("mail.example.com") == ("_dmarc.mail.example.com", "_dmarc.example.com")
    assert isinstance(strictly(parent, message, [strict, relaxed]), Unproven)
    assert isinstance(strictly(parent, message, [None, strict]), Unproven)
    assert strictly(parent, message, [relaxed, strict]) == parent
    assert strictly(parent, message, [b"v=spf1 -all", None]) == parent
    assert strictly(Proven("mail.example.com"), message, [strict]) == Proven("mail.example.com")


def test_c4_at_most_five_places_are_asked_about_a_long_name_and_none_is_for_sale():
    many = policy_places("a.b.c.d.e.f.g.example.com.kz")

    assert many[0] == "_dmarc.a.b.c.d.e.f.g.example.com.kz"
    assert many[-1] == "_dmarc.example.com.kz"
    assert len(many) == 5


# ---------------------------------------------------------------- C5, C6: SPF is weak; the classes


@pytest.mark.parametrize(
    "border",
    [
        {"spf": "pass", "spf.mailfrom": "anna@example.com"},
        {"spf": "pass", "spf.mailfrom": "example.com", "dkim": "fail"},
        {"dmarc": "pass", "spf": "pass"},
        {"dmarc": "pass"},
    ],
)
def test_c5_what_passed_by_spf_alone_is_unproven_and_says_so(border: dict[str, str]):
    message = replace(LETTER, border=border)

    assert vouched_for(message, []) is None
    assert judge(message, []) == Unproven(ONLY_SPF)


@pytest.mark.parametrize("border", [{"spf": "pass", "spf.mailfrom": "bounce@esp.example"}, {"spf": "pass"}, {}])
def test_c5_spf_of_somebody_else_says_nothing_about_the_author(border: dict[str, str]):
    assert judge(replace(LETTER, border=border), []) == Unproven("no signature")


def test_c6_the_classes():
    """TEMP is an exception, and tested where DNS is asked (tests/adapters/test_sender.py)."""
    signed = Signature(domain="example.com", valid=True)

    assert judge(LETTER, [signed]) == Proven("example.com")  # PASS_DKIM
    assert judge(replace(LETTER, border={"dmarc": "pass"}), []) == Unproven(ONLY_SPF)  # PASS_SPF
    assert judge(LETTER, []) == Unproven("no signature")  # NONE
    assert isinstance(settle(replace(LETTER, border={"dmarc": "fail"})), Failed)  # FAIL
    assert isinstance(settle(replace(LETTER, authors=())), Malformed)  # MALFORMED


def test_c6_what_is_aligned_exactly_counts_before_a_parents():
    parent, own = Signature(domain="example.com", valid=True), Signature(domain="mail.example.com", valid=True)

    assert judge(by("anna@mail.example.com"), [parent, own]) == Proven("mail.example.com")


# ---------------------------------------------------------------- C7: replay

FIELDS = [
    (b"From", b"anna@example.com"),
    (b"To", b"info@example.org"),
    (b"Subject", b"Delete"),
    (b"Date", b"Mon, 16 Nov 2026 10:00:00 +0500"),
    (b"Message-ID", b"<1@example.com>"),
]


def test_c7_a_signed_letter_has_one_seal_whatever_is_changed_that_nobody_signed():
    first = seal(FIELDS, b"\r\nDelete my data.\r\n")
    again = [(b"received", b"by evil"), *FIELDS[:4], (b"message-id", b"<2@evil>"), (b"DKIM-Signature", b"b=other")]
    refolded = [(name.upper(), value.replace(b" ", b"\r\n\t")) for name, value in again]

    assert seal(again, b"\r\nDelete my data.\r\n") == first
    assert seal(refolded, b"\nDelete  my data. \n\n") == first


@pytest.mark.parametrize("at", range(4))
def test_c7_whatever_is_signed_makes_another_seal(at: int):
    other = [(name, value + b"x") if index == at else (name, value) for index, (name, value) in enumerate(FIELDS)]

    assert seal(other, b"Delete") != seal(FIELDS, b"Delete")
    assert seal(FIELDS, b"Delete") != seal(FIELDS, b"Keep")
    assert seal([*FIELDS, (b"Cc", b"b@example.com")], b"Delete") != seal(FIELDS, b"Delete")


def test_c7_words_moved_from_one_field_into_the_next_make_another_seal():
    moved = [(b"From", b"anna@example.com"), (b"Subject", b"De"), (b"To", b"info@example.orglete")]

    assert seal(moved, b"") != seal([(b"From", b"anna@example.com"), (b"Subject", b"Delete"), *FIELDS[1:2]], b"")


def test_c7_a_letter_signed_for_somebody_else_proves_nothing_to_us():
    assert settle(replace(LETTER, to=(Address("shop@example.net"),))) == Unproven("not addressed to us")


@pytest.mark.parametrize(
    ("tags", "date", "later", "why"),
    [
        ({}, LETTER.date_field, timedelta(0), ""),
        ({}, LETTER.date_field, FRESH - timedelta(minutes=1), ""),
        ({}, LETTER.date_field, FRESH + timedelta(hours=1), "the signature was old when it came"),
        ({"t": "1794805200"}, "Mon, 16 Nov 2020 10:00:00 +0500", timedelta(0), ""),
        ({"t": "1794805200"}, "", FRESH + timedelta(hours=1), "the signature was old when it came"),
        ({}, "Mon, 16 Nov 2027 10:00:00 +0500", timedelta(0), "the signature is dated in the future"),
        ({}, "", timedelta(0), "nothing signed tells when it was written"),
        ({}, "yesterday", timedelta(0), "nothing signed tells when it was written"),
        ({}, "Mon, 16 Nov 2026 10:00:00 -0000", timedelta(hours=5), ""),
        ({"x": "1794805200"}, LETTER.date_field, timedelta(days=1), "the signature had expired"),
        ({"t": "9" * 5000}, "", timedelta(0), "the signature's time cannot be read"),
        ({"t": "1794805200", "x": "1794805100"}, "", timedelta(0), "the signature's time cannot be read"),
    ],
)
def test_c7_old_signed_words_are_not_said_again(tags: dict[str, str], date: str, later: timedelta, why: str):
    """t= tells when it was signed, else the signed Date; INTERNALDATE tells when it came (B.4)."""
    assert out_of_time({**TAGS, **tags}, date, CAME + later) == why


# ---------------------------------------------------------------- C8, C9: whose mailbox


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Anna@Example.COM", "anna@example.com"),
        ("anna@пример.рф", "anna@xn--e1afmkfd.xn--p1ai"),
        ("анна@example.kz", "анна@example.kz"),
        ("АННА@example.kz", "анна@example.kz"),
        ("jose\u0301@example.kz", "jos\u00e9@example.kz"),
        ("a.n.n.a+shop@gmail.com", "a.n.n.a+shop@gmail.com"),
        ("anna@ya.ru", "anna@ya.ru"),
        ("anna@googlemail.com", "anna@googlemail.com"),
    ],
)
def test_c8_addresses_are_compared_as_they_stand_but_for_case_and_form(written: str, compared: str):
    """No plus tag, no dot and no provider's other domain is taken away where something is decided."""
    assert address(written) == compared


@pytest.mark.parametrize(
    ("one", "suggested"),
    [
        ("anna+shop@example.kz", {"anna@example.kz"}),
        (
            "a.nna@gmail.com",
            {"a.nna@googlemail.com", "anna@gmail.com", "anna@googlemail.com"},
        ),
        (
            "anna@ya.ru",
            {"anna@yandex.ru", "anna@yandex.kz", "anna@yandex.com", "anna@yandex.by"},
        ),
        ("anna@mail.ru", set()),  # inbox.ru, list.ru and bk.ru are other people's
        ("anna.b@example.kz", set()),
    ],
)
def test_c9_another_spelling_of_a_mailbox_is_only_suggested(one: str, suggested: set[str]):
    assert set(candidates(Address(one))) == suggested


def test_c9_dots_and_dashes_are_one_thing_at_yandex():
    assert Address("a-b@yandex.ru") in candidates(Address("a.b@ya.ru"))


def test_c9_two_spellings_may_be_one_mailbox():
    assert same_mailbox(Address("an.na+x@gmail.com"), Address("anna@googlemail.com"))
    assert not same_mailbox(ANNA, Address("hanna@example.com"))


# ---------------------------------------------------------------- C10: homographs


@pytest.mark.parametrize(
    ("author", "why"),
    [
        ("\u0430nna@example.com", "the address mixes scripts that look alike"),  # а, Cyrillic
        ("anna@ex\u0430mple.com", "the address mixes scripts that look alike"),
        ("anna@\u0440\u0430\u0443.com", "the domain is written in letters that look Latin"),  # рау
        ("anna@xn--80ak6aa92e.com", "the domain is written in letters that look Latin"),  # аррӏе
        ("anna@examp1e.org", "the domain looks like our own"),
        ("anna@exarnple.org", "the domain looks like our own"),
        ("anna@exampIe.org", "the domain looks like our own"),  # a capital I
        ("anna@mail.examp1e.org", "the domain looks like our own"),
        ("anna@ex\u00e1mple.org", "the domain looks like our own"),
        ("anna@xn--999999999.kz", "a part of the domain cannot be shown"),
    ],
)
def test_c10_an_address_made_to_be_taken_for_another_is_malformed(author: str, why: str):
    message = by(address(author))

    assert settle(message) == Malformed(why)
    assert message.author is not None
    assert message.author not in why


@pytest.mark.parametrize(
    "author",
    [
        "анна@example.kz",
        "anna@пример.рф",
        "сор@сор.рф",  # in a zone of its own script a word of letters that look Latin is a word
        "anna@пошта.kz",
        "әсел.ұзақ@example.kz",
        "anna@münchen.example",
        "anna@例え.example",
        "anna1990@example.com",
        "info@example.org",
        "anna@mail.example.org",
    ],
)
def test_c10_people_who_write_in_their_own_script_are_not_suspected(author: str):
    assert imitates(address(author), US) == ""


@pytest.mark.parametrize(
    "author",
    [
        "anna@exampIe.com",
        "\u0430nn\u0430@example.com",
        "anna@examp1e.com",
        "anna@exarnple.com",
        "аннa@example.com",
    ],
)
def test_c10_what_looks_like_an_address_on_file_is_a_persons(author: str):
    looks_like = {"аннa@example.com": Address("ahha@example.com")}.get(author, ANNA)

    assert held_as_lookalike(address(author), [looks_like]) is HoldReason.LOOKALIKE


def test_c10_the_address_on_file_itself_is_not_held():
    assert held_as_lookalike(ANNA, [ANNA, Address("boris@example.com")]) is None


@pytest.mark.parametrize(
    ("author", "meant"),
    [
        ("анна@example.com", "ahha@example.com"),
        ("сора@example.com", "copa@example.com"),
        ("an1a@example.com", "anla@example.com"),
        ("anna@exarnple.com", "anna@example.com"),
        ("0lga@example.com", "olga@example.com"),
        ("0lga.m@grnaii.com", "olga.m@gmail.com"),  # two in the domain, one before it
        ("0lga.petr0va@gmail.com", "olga.petrova@gmail.com"),
        ("anna@xn--80ak6aa92e.com", "anna@apple.com"),
    ],
)
def test_c10_what_an_address_may_have_been_made_after_can_be_looked_up(author: str, meant: str):
    """Each can be asked of the company's data by an exact question; what is found goes into the rule above."""
    found = targets(Address(author))

    assert Address(meant) in found
    assert Address(author) not in found
    assert held_as_lookalike(Address(author), [Address(meant)]) is HoldReason.LOOKALIKE


def test_c10_a_guess_is_bounded():
    assert len(targets(Address("0101010101rnrnrnvvvv@" + "o0l1." * 30 + "com"))) <= MOST_TARGETS


def test_c10_any_text_has_a_skeleton():
    assert skeleton("@") == "@"
    assert skeleton("xn--\u0430.kz").endswith(".kz")


# ---------------------------------------------------------------- C11, C12, C13


@pytest.mark.parametrize(
    "local", ["info", "buh", "BUH", "sales-kz", "office.almaty", "info2", "info+x", "бухгалтерия", "zakaz_1"]
)
def test_c11_addresses_that_several_people_read_are_told(local: str):
    assert shared(address(f"{local}@example.kz"))


@pytest.mark.parametrize(
    "local",
    ["anna", "informatika", "buharov", "postnikov", "a.office", "mailer", "salesa", "mail.ivanova", "post_anna"],
)
def test_c11_names_of_people_are_not(local: str):
    assert not shared(address(f"{local}@example.kz"))


@pytest.mark.parametrize(
    "words",
    [
        "Удалите все данные ivan@other.kz",
        "пришлите ответ на <Petr.New@gmail.com>.",
        "Отпишите адрес ivan@other.kz",
    ],
)
def test_c12_a_letter_about_somebody_elses_address_is_seen(words: str):
    assert names_another(replace(LETTER, own_words=words))


@pytest.mark.parametrize(
    "words", ["Удалите anna@example.com", "вы писали с info@example.org, удалите", "собака @", ""]
)
def test_c12_the_senders_own_address_and_ours_are_not_somebody_elses(words: str):
    assert not names_another(replace(LETTER, own_words=words))


@pytest.mark.parametrize(
    ("path", "agrees"),
    [
        ("anna@example.com", True),
        ("other@example.com", True),
        ("bounce@mail.example.com", True),
        (None, True),  # amendment 6
        ("", False),
        ("bounce@esp.example", False),
        ("anna@example.net", False),
        ("anna@notexample.com", False),
        ("nonsense", False),
    ],
)
def test_c13_whose_return_path_is_somebody_elses_gets_no_automatic_answer(path: str | None, agrees: bool):  # noqa: FBT001 - a table of facts
    assert path_agrees(replace(LETTER, return_path=path)) is agrees


def test_c13_a_providers_other_domain_is_the_same_provider_and_a_zone_for_sale_is_not():
    yandex = replace(by("anna@ya.ru"), return_path="anna@yandex.ru")
    strangers = replace(by("anna@com.kz"), return_path="anna@example.com.kz")

    assert path_agrees(yandex)
    assert not path_agrees(strangers)


# ---------------------------------------------------------------- whatever is written

ANY = st.text(
    st.sampled_from("aAоО0l1і.@-+_ xn\u0301ß\u200d'\"(;=\\<>\x00\udcd0漢") | st.characters(codec="utf-8"),
    max_size=60,
)


@given(ANY, ANY)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_text_at_all_can_be_asked_about(one: str, other: str):
    """Hostile addresses, dates and words raise nothing, and every guess is an address to be looked up."""
    author = Address(f"{one}@{other}")
    message = replace(LETTER, authors=(author,), return_path=one)

    assert isinstance(imitates(author, US), str)
    assert all("@" in target for target in targets(author))
    assert author not in candidates(author)
    assert isinstance(out_of_time({"t": one, "x": other}, other, CAME), str)
    assert isinstance(out_of_time({}, one, CAME), str)
    assert path_agrees(message) in {True, False}
    assert shared(author) in {True, False}
    assert names_another(replace(message, own_words=one)) in {True, False}
    assert named(one, (other,)) in {True, False}
    assert bears(one, (UNNAMED, other)) in {True, False}


@given(st.lists(ANY, max_size=6), st.integers(0, 3))
def test_any_border_header_at_all_can_be_read(values: list[str], hops: int):
    names = ("received", "authentication-results", "received-spf")
    fields = Fields(tuple((names[at % 3], value) for at, value in enumerate(values)))

    found = results(fields, trusted=("*", UNNAMED), hops=hops, domain="example.kz")

    assert all(isinstance(value, str) for value in found.values())
