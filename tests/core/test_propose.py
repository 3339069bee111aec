"""What a name or a value tells of a person, and what it does not (issue 5, item 2)."""

import tomllib

import pytest

from mailbot.core.datamap.draft import draft
from mailbot.core.datamap.hints import by_name, hints, parts
from mailbot.core.datamap.propose import propose
from mailbot.core.datamap.relate import candidates
from mailbot.core.datamap.seen import Kind, SeenColumn, SeenTable, Shapes, phone_form, shapes


def text(name: str, *, filled: int = 0, emails: int = 0, ips: int = 0) -> SeenColumn:
    return SeenColumn(name=name, kind=Kind.TEXT, shapes=Shapes(filled=filled, emails=emails, ips=ips))


def number(name: str) -> SeenColumn:
    return SeenColumn(name=name, kind=Kind.NUMBER)


def table(name: str, *columns: SeenColumn, key: tuple[str, ...] = ("id",)) -> SeenTable:
    return SeenTable(place=name, name=name, schema=None, key=key, columns=(number("id"), *columns))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("userEmail", ("user", "email")),
        ("USER_EMAIL", ("user", "email")),
        ("comment_author_IP", ("comment", "author", "ip")),
        ("IPAddress", ("ip", "address")),
        ("address_1", ("address", "1")),
        ("Электронная почта", ("электронная", "почта")),
        ("ТелефонМоб", ("телефон", "моб")),
        ("әкесінің_аты", ("әкесінің", "аты")),
    ],
)
def test_a_name_is_read_by_its_words_however_they_are_joined(name: str, words: tuple[str, ...]):
    assert parts(name) == words


@pytest.mark.parametrize(
    "name",
    [
        *("email_sent", "email_template", "mail_count", "is_email", "smtp_host", "email_id", "mailing_list"),
        *("phone_verified", "phone_model", "mobile_theme", "address_type", "mac_address", "web_address"),
        *("file_name", "product_name", "company_name", "name", "state", "description", "ship", "zip_file_size"),
    ],
)
def test_a_name_that_only_sounds_like_a_person_is_none(name: str):
    assert by_name(text(name)) is None


def test_a_moment_or_a_flag_is_no_address():
    for kind in (Kind.MOMENT, Kind.FLAG, Kind.NUMBER):
        assert by_name(SeenColumn(name="email", kind=kind)) is None


def test_a_word_of_every_day_means_something_only_beside_a_person():
    alone = table("goods", text("name"), text("city"), text("state"))
    beside = table("goods", text("name"), text("city"), text("email"))

    assert hints(alone) == {}
    assert {name: hint.category for name, hint in hints(beside).items()} == {
        "name": "user.name",
        "city": "user.contact.address",
        "email": "user.contact.email",
    }


def test_values_are_surer_than_names():
    seen = hints(table("x", text("phone", filled=9, emails=9), text("z", filled=9, ips=9)))

    assert [hint.category for hint in seen.values()] == ["user.contact.email", "user.device.ip_address"]
    assert seen["phone"].why == "9 of 9 values looked at are e-mail addresses"


def test_bare_digits_are_no_telephone_number_unless_the_name_says_so():
    found = shapes(["87000000001", "87000000002"])

    assert (found.phones, found.plain_phones) == (2, 2)
    assert hints(table("x", SeenColumn(name="code", kind=Kind.TEXT, shapes=found))) == {}


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("+77000000001", "+7##########"),
        ("87000000001", "8##########"),
        ("8 (700) 000-00-01", "8 (###) ###-##-##"),
        ("+7 700 000 00 01", "+7 ### ### ## ##"),
        ("+493000000000", ""),
        ("192.0.2.77", None),
        ("2026-11-23", None),
        ("1234567", None),
        ("нет", None),
    ],
)
def test_a_number_is_told_by_its_form_and_no_digit_of_a_person_remains(value: str, form: str | None):
    assert phone_form(value) == form


def test_what_values_look_like_is_counted_and_nothing_of_them_kept():
    seen = shapes([" Anna@example.kz", "write to dina@example.kz please", "", None, "2001:db8::1", "RU", 5])

    assert seen == Shapes(filled=5, emails=1, mentions=2, capitals=1, ips=1, languages=1)


def test_a_column_refers_to_the_table_it_is_named_after_and_to_no_longer_name():
    order, line = table("oc_order", text("email")), table("oc_order_product", number("product_id"))
    review = table("oc_review", number("product_id"), number("order_id"))
    seen = {one.place: one for one in (order, line, review)}

    assert [link.parent for link in candidates(seen, review)] == ["oc_order"]


def test_a_table_found_by_nothing_but_itself_is_left():
    goods = table("goods", text("ip_address"))
    people = table("people", text("email"))

    proposal = propose({one.place: one for one in (goods, people)}, {})

    assert [one.table.name for one in proposal.tables] == ["people"]
    assert [one.name for one, _ in proposal.left] == ["goods"]


def test_names_that_toml_must_quote_are_quoted():
    odd = table('people "old"', text("E-Mail адрес"), text('say "hi" name'), key=())

    written = draft(propose({odd.place: odd}, {}), name="a b", about="one table")

    (found,) = tomllib.loads(written)["stores"][0]["tables"]
    assert (found["name"], found["email"]) == ('people "old"', "E-Mail адрес")


def test_a_name_with_a_line_end_says_nothing_outside_its_comment():
    trap = table('x\n[[stores]]\nname = "y"', text("email"), text("ip\u2028a = 1"))

    written = draft(propose({trap.place: trap}, {}), name="company", about="one table")

    (store,) = tomllib.loads(written)["stores"]
    assert store["tables"][0]["name"] == trap.name
