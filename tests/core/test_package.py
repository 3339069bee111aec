"""The password of a package, whom to call, and the file that a letter carries."""

import json
import re
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.datamap_file import load_datamap
from mailbot.app import seeded_chance
from mailbot.core.datamap import Copy, DataMap, Manual, Record
from mailbot.core.model import Language, Right
from mailbot.core.reply import Enclosed, Operator, compose, package
from mailbot.core.reply.package import as_json, counts, numbers, password, spoken
from tests.command_lines import ROOT
from tests.core.test_reply import HEADING, SENDER, TEXT
from tests.fakes import START

MAP = load_datamap(ROOT / "config/datamap.toml")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def person(**columns: str) -> Record:
    return Record(store="company", table="subjects", category="user.contact", columns=columns)


# ---------------------------------------------------------------- the password


def test_a_password_has_more_than_eighty_bits_and_only_digits_in_groups_to_be_read_out():
    made = [password(seeded_chance(seed).token()) for seed in range(200)]

    assert len(set(made)) == 200
    assert all(re.fullmatch(r"\d{25}", one) for one in made)  # 25 digits are 83 bits
    assert spoken("1234567890123456789012345") == "12345 67890 12345 67890 12345"


@given(st.text(CROCKFORD, min_size=26, max_size=26))
def test_every_token_makes_a_password_and_every_letter_of_it_counts(token: str):
    last = CROCKFORD[(CROCKFORD.index(token[-1]) + 1) % 32]

    assert password(token) != password(token[:-1] + last)


# ---------------------------------------------------------------- whom to call, and what is in it


def test_the_numbers_on_file_are_those_of_the_persons_own_rows_each_once():
    records = [person(phone="+7 700 000 00 01"), person(phone="8 (700) 000-00-01"), person(full_name="Анна")]

    assert numbers(records, MAP) == ("+7 700 000 00 01",)
    assert numbers([person(phone="спросить у мамы")], MAP) == ("спросить у мамы",)
    assert numbers([], MAP) == ()


def test_a_package_tells_each_value_with_its_terms_and_which_places_are_not_in_it():
    paper = Manual(
        name="paper", system="Архив", person="x", mail="x@example.kz", within_days=3, category="orders", rights=()
    )
    datamap = DataMap(stores=MAP.stores, words=MAP.words, manual=(paper,))
    copy = Copy(records=(person(full_name="Анна", language="kk"),), withheld=1)

    made = package("2026-0417", copy, datamap, operator=Operator(name="A", address="B"), made_at=START)
    told = json.loads(as_json(made, Language.EN))

    assert (told["case"], told["withheld"], told["elsewhere"]) == ("2026-0417", 1, ["Архив"])
    (part,) = told["tables"]
    assert part["system"] == "ИСПДн «Сайт ondutiss.pro»"
    assert part["rows"] == [{"full_name": "Анна", "language": "kk"}]
    assert list(part["columns"]) == ["full_name", "language"]
    assert part["columns"]["language"] == {
        "category": "user.contact",
        "purposes": ["keeping in touch with you, notices and questions"],
        "ground": "your consent",
        "source": "a form on the site",
        "kept": "until consent is withdrawn",
    }
    assert counts(copy.records) == {"company.subjects": 1}
    assert "Анна" not in repr(made)
    assert Right.ACCESS.value not in told


# ---------------------------------------------------------------- the letter with it


def test_a_letter_carries_one_file_beside_its_text():
    raw = compose(TEXT, HEADING, SENDER, Enclosed(name="access-2026-0417.zip", content=b"PK\x03\x04" * 100))
    read = message_from_bytes(raw, policy=default)
    (file,) = read.iter_attachments()

    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert (file.get_content_type(), file.get_filename()) == ("application/zip", "access-2026-0417.zip")
    assert file.get_content() == b"PK\x03\x04" * 100
    body = read.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == TEXT.body
    plain = message_from_bytes(compose(TEXT, HEADING, SENDER), policy=default)
    assert [(name, read[name]) for name in plain if not name.startswith("Content-")] == [
        (name, plain[name]) for name in plain if not name.startswith("Content-")
    ]


@pytest.mark.parametrize("name", ["", "анна.zip", 'a".zip', "a\r\nBcc: x@example.org", "../a.zip", "a b.zip"])
def test_a_files_name_that_could_say_or_do_something_is_refused(name: str):
    with pytest.raises(ValueError, match="enclosed"):
        compose(TEXT, HEADING, SENDER, Enclosed(name=name, content=b"x"))
