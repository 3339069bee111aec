from collections.abc import Sequence
from dataclasses import replace

import pytest

from mailbot.core.model import Address, Failed, Malformed, Message, Proven, Standing, Unproven
from mailbot.core.standing import Signature, aligned, judge, key_objection, objection, settled, vouched_for

US = frozenset({Address("info@example.org")})
LETTER = Message(authors=(Address("aigul@mail.example.kz"),), to=(Address("info@example.org"),))
FIELDS = ["from", "to", "subject", "date", "received", "received"]
TAGS = {"a": "rsa-sha256", "d": "example.kz", "h": "From : To:subject:Date"}


BORDER_PASS = replace(LETTER, border={"dkim": "pass", "dkim.d": "Example.KZ"})


def settle(letter: Message, *, fields: Sequence[str] = FIELDS, doubt: str = "") -> Standing | None:
    return settled(letter, fields=fields, doubt=doubt, own=US)


def written_by(address: str) -> Message:
    return replace(LETTER, authors=(Address(address),))


# ---------------------------------------------------------------- before any signature


def test_an_ordinary_letter_is_left_to_its_signatures():
    assert settle(LETTER) is None


@pytest.mark.parametrize(
    "letter",
    [
        replace(LETTER, authors=()),
        replace(LETTER, authors=(Address("a@example.kz"), Address("b@example.kz"))),
        replace(LETTER, from_defects=("duplicate",)),
    ],
)
def test_a_letter_without_exactly_one_author_is_malformed(letter: Message):
    assert settle(letter) == Malformed("From does not name exactly one author")


@pytest.mark.parametrize("name", ["from", "subject", "date", "to", "content-type"])
def test_a_field_that_may_stand_once_makes_a_letter_malformed_when_it_stands_twice(name: str):
    assert isinstance(settle(LETTER, fields=[name, "received", name]), Malformed)


def test_a_trusted_border_that_saw_dmarc_fail_is_believed_over_everything_but_the_form():
    letter = replace(LETTER, border={"dmarc": "fail", "dkim": "pass", "dkim.d": "example.kz"})

    assert settle(letter) == Failed("our border says: DMARC fail")


def test_a_header_that_parsers_divide_differently_proves_nothing():
    assert settle(LETTER, doubt="the header has a line that is no field") == Unproven(
        "the header has a line that is no field"
    )


def test_a_letter_once_written_to_somebody_else_proves_nothing_to_us():
    assert settle(replace(LETTER, to=(Address("shop@example.com"),))) == Unproven("not addressed to us")


def test_without_addresses_of_our_own_the_recipient_is_not_asked():
    assert settled(replace(LETTER, to=()), fields=FIELDS, doubt="", own=frozenset()) is None


# ---------------------------------------------------------------- what our border vouches for


@pytest.mark.parametrize("objections", [[], [""], ["signs only a part of the body", ""]])
def test_a_trusted_border_that_saw_an_aligned_signature_proves_the_author(objections: list[str]):
    assert vouched_for(BORDER_PASS, objections) == Proven("example.kz")


def test_a_border_cannot_vouch_for_what_the_signature_leaves_open():
    assert vouched_for(BORDER_PASS, ["signs only a part of the body"]) is None


@pytest.mark.parametrize(
    "border",
    [
        {"dkim": "pass", "dkim.d": "example.com"},
        {"dkim": "pass"},
        {"dkim": "fail", "dkim.d": "example.kz"},
        {"dmarc": "pass", "spf": "pass"},
    ],
)
def test_a_border_without_an_aligned_signature_vouches_for_nobody(border: dict[str, str]):
    assert vouched_for(replace(LETTER, border=border), []) is None


# ---------------------------------------------------------------- whose signature counts


@pytest.mark.parametrize(
    ("author", "domain", "speaks"),
    [
        ("aigul@example.kz", "example.kz", True),
        ("aigul@mail.example.kz", "example.kz", True),
        ("aigul@example.kz", "mail.example.kz", False),  # a child speaks for itself only
        ("aigul@example.kz", "badexample.kz", False),
        ("aigul@badexample.kz", "example.kz", False),
        ("aigul@example.kz", "kz", False),
        ("aigul@example.com.kz", "com.kz", False),
        ("aigul@example.co.uk", "co.uk", False),
        ("aigul@shop.msk.ru", "msk.ru", False),
        ("aigul@gov.kz", "gov.kz", True),  # the very domain
        ("aigul@mail.example.com.kz", "example.com.kz", True),
        ("aigul@example.kz", "", False),
    ],
)
def test_a_signature_speaks_for_its_own_domain_and_those_below_it(author: str, domain: str, speaks: bool):  # noqa: FBT001 - a table of facts
    assert aligned(written_by(author), domain) is speaks


def test_nobody_speaks_for_a_letter_without_an_author():
    assert not aligned(replace(LETTER, authors=()), "example.kz")


# ---------------------------------------------------------------- what speaks against a signature


def test_nothing_speaks_against_a_signature_over_everything_that_matters():
    assert objection(TAGS, FIELDS) == ""


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({**TAGS, "l": "100"}, "signs only a part of the body"),
        ({**TAGS, "a": "rsa-sha1"}, "signed with an unknown or weak algorithm"),
        ({**TAGS, "h": "to:subject:date"}, "From is not signed"),
        ({**TAGS, "h": ":".join(["from"] * 129)}, "signs too many fields"),
        ({}, "signed with an unknown or weak algorithm"),
    ],
)
def test_signatures_that_prove_nothing_are_named(tags: dict[str, str], why: str):
    assert objection(tags, FIELDS) == why


@pytest.mark.parametrize("name", ["to", "subject", "date", "cc"])
def test_a_field_that_is_there_must_be_signed(name: str):
    others = {**TAGS, "h": ":".join({"from", "to", "subject", "date", "cc"} - {name})}

    assert objection(others, [*FIELDS, "cc"]) == "a field that matters is not signed"
    assert objection(others, [field for field in FIELDS if field != name]) == ""


def test_a_second_field_on_top_of_the_signed_one_is_not_signed():
    assert objection({**TAGS, "h": TAGS["h"] + ":cc"}, [*FIELDS, "cc", "cc"]) != ""


@pytest.mark.parametrize(
    ("key", "tags", "why"),
    [
        ({"p": "x", "t": "y"}, TAGS, "the key is only being tested"),
        ({"p": "x", "t": "s : y"}, TAGS, "the key is only being tested"),
        ({"p": "x", "h": "sha1"}, TAGS, "the key is not for this algorithm"),
        ({"p": "x", "h": "sha1:sha256"}, TAGS, ""),
        ({"p": "x", "t": "s"}, {**TAGS, "i": "@mail.example.kz"}, "the key does not speak for subdomains"),
        ({"p": "x", "t": "s"}, {**TAGS, "i": "aigul@Example.kz"}, ""),
        ({"p": "x", "t": "s"}, TAGS, ""),
        ({"p": "x"}, {**TAGS, "i": "@mail.example.kz"}, ""),
    ],
)
def test_a_key_says_itself_what_it_may_not_prove(key: dict[str, str], tags: dict[str, str], why: str):
    assert key_objection(key, tags) == why


# ---------------------------------------------------------------- the verdict


def test_no_signature_proves_nothing():
    assert judge(LETTER, []) == Unproven("no signature")


def test_one_aligned_signature_that_holds_is_enough():
    broken = Signature(domain="mail.example.kz", valid=False, why="the signature does not hold")
    foreign = Signature(domain="example.com", valid=True)
    good = Signature(domain="example.kz", valid=True)

    assert judge(LETTER, [foreign, broken, good]) == Proven("example.kz")


def test_a_signature_of_another_domain_proves_nothing_however_valid():
    assert judge(LETTER, [Signature(domain="example.com", valid=True)]) == Unproven(
        "no signature speaks for the author's domain"
    )


def test_a_broken_signature_says_why():
    broken = Signature(domain="example.kz", valid=False, why="there is no key")

    assert judge(LETTER, [broken]) == Unproven("there is no key")
