"""Only that person's rows: six households whose members share something (C22; RU 152-FZ 14(2); GDPR 15(4))."""

import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pyzipper

from mailbot.adapters.package import AesZip
from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.render import PagePress
from mailbot.core.datamap import ByEmail, ByPhone, DataMap, Everything, Line, Through
from mailbot.core.model import Address, Language
from mailbot.core.reply import Operator, package
from mailbot.core.reply.package import as_json
from mailbot.errors import Rejected
from tests.adapters.registry.club import FORMS, club, table
from tests.adapters.registry.company import TODAY, execute

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Almaty"))
TEMPLATES = Path(__file__).parents[3] / "templates"

SCHEMA = """
CREATE TABLE members (number INTEGER PRIMARY KEY, mail VARCHAR(99), full_name VARCHAR(99), phone VARCHAR(32),
    home VARCHAR(99));
CREATE TABLE orders (number INTEGER PRIMARY KEY, member INTEGER, mail VARCHAR(99), goods VARCHAR(99));
CREATE TABLE calls (number INTEGER PRIMARY KEY, phone VARCHAR(32), about VARCHAR(99));
INSERT INTO members VALUES
    (1, 'boris@example.org', 'Борис Образцов', '+77000000002', 'Образцовая 1'),
    (2, 'vera@example.org', 'Вера Образцова', '+77000000002', 'Образцовая 2'),
    (3, 'galina@example.kz', 'Галина Примерова', '+77000000003', 'Общая 7'),
    (4, 'damir@example.kz', 'Дамир Примеров', '+77000000004', 'Общая 7'),
    (5, 'couple@example.kz', 'Ерлан Мысалов', '+77000000005', 'Мысал 5'),
    (6, 'Couple@example.kz', 'Фатима Мысалова', '+77000000006', 'Мысал 5'),
    (7, 'anna@example.kz', 'Анна Примерова', '+77000000007', 'Седьмая 7'),
    (8, 'anna@example.org', 'Анна Примерова', '+77000000008', 'Восьмая 8'),
    (9, 'reused@example.kz', 'Ильяс Прежний', NULL, 'Прежняя 9'),
    (10, 'reused@example.kz', 'Жанна Новая', '+77000000010', 'Новая 10');
INSERT INTO orders VALUES (1, 1, NULL, 'goods-boris'), (2, 2, NULL, 'goods-vera'), (3, 3, NULL, 'goods-galina'),
    (4, 4, NULL, 'goods-damir'), (5, 5, NULL, 'goods-erlan'), (6, 6, NULL, 'goods-fatima'),
    (7, 7, NULL, 'goods-anna-kz'), (8, 8, NULL, 'goods-anna-org'), (9, 9, NULL, 'goods-ilyas'),
    (10, 10, NULL, 'goods-zhanna'), (11, NULL, 'guest@example.org', 'goods-guest'),
    (12, NULL, 'couple@example.kz', 'goods-of-one-of-the-couple'), (13, NULL, 'other@example.org', 'goods-other');
INSERT INTO calls VALUES (1, '87000000002', 'call-boris-or-vera'), (2, '87000000003', 'call-galina'),
    (3, '87000000005', 'call-erlan')"""

PEOPLE = table(
    "members",
    "number",
    ByEmail(column="mail"),
    ByPhone(column="phone", stored=FORMS),
    columns="mail full_name phone home",
    persons=True,
)
ORDERS = table(
    "orders",
    "number",
    ByEmail(column="mail"),
    Through(table="members", columns=("member",), key=("number",)),
    columns="goods",
)
CALLS = table("calls", "number", ByPhone(column="phone", stored=FORMS), columns="phone about")
MAP = club(PEOPLE, ORDERS, CALLS)


async def opened(url: str, datamap: DataMap = MAP) -> SqlRegistry:
    await execute(url, *SCHEMA.split(";"))
    return SqlRegistry(datamap=datamap, urls={"company": url}, today=lambda: TODAY)


async def handed_out(registry: SqlRegistry, address: str) -> tuple[str, int]:
    """All the text that a person would find in the archive, and how many rows were withheld."""
    copy = await registry.values(Address(address))
    made = package("2026-0001", copy, MAP, operator=Operator(name="X", address="Y"), made_at=NOON)
    press = PagePress(folders=(TEMPLATES,), zone=ZoneInfo("Asia/Almaty"))
    files = {"my-data.json": as_json(made, Language.RU), "my-data-ru.html": press.page(made, Language.RU)}
    with pyzipper.AESZipFile(BytesIO(AesZip().archive(files, "12345", at=NOON))) as archive:
        archive.setpassword(b"12345")
        read = {name: archive.read(name).decode() for name in archive.namelist()}
    told = json.loads(read["my-data.json"])
    goods = [row["goods"] for part in told["tables"] for row in part["rows"] if "goods" in row]
    assert goods
    assert all(text in read["my-data-ru.html"] for text in goods)
    return "\n".join(read.values()), copy.withheld


ALONE = {
    "boris@example.org": ({"goods-boris", "Борис Образцов"}, 1),  # the number of two: its call is nobody's
    "vera@example.org": ({"goods-vera", "Вера Образцова"}, 1),
    "galina@example.kz": ({"goods-galina", "Галина Примерова", "call-galina", "Общая 7"}, 0),  # one postal address
    "damir@example.kz": ({"goods-damir", "Дамир Примеров", "Общая 7"}, 0),
    "anna@example.kz": ({"goods-anna-kz", "Анна Примерова", "Седьмая 7"}, 0),  # namesakes
    "anna@example.org": ({"goods-anna-org", "Анна Примерова", "Восьмая 8"}, 0),
    "guest@example.org": ({"goods-guest"}, 0),  # an order without an account
}
EVERYTHING = {
    *("goods-boris", "goods-vera", "goods-galina", "goods-damir", "goods-erlan", "goods-fatima"),
    *("goods-anna-kz", "goods-anna-org", "goods-ilyas", "goods-zhanna", "goods-guest"),
    *("goods-of-one-of-the-couple", "goods-other", "call-boris-or-vera", "call-galina", "call-erlan"),
    *("Борис Образцов", "Вера Образцова", "Галина Примерова", "Дамир Примеров", "Ерлан Мысалов"),
    *("Фатима Мысалова", "Анна Примерова", "Ильяс Прежний", "Жанна Новая", "Седьмая 7", "Восьмая 8", "Общая 7"),
}


@pytest.mark.parametrize("address", ALONE)
async def test_a_copy_holds_every_row_of_the_person_and_no_word_of_anybody_elses(url: str, address: str):
    registry = await opened(url)
    own, hidden = ALONE[address]

    text, withheld = await handed_out(registry, address)

    assert {word for word in EVERYTHING if word in text} == own
    assert withheld == hidden
    await registry.close()


@pytest.mark.parametrize("address", ["couple@example.kz", "reused@example.kz"])
async def test_where_two_persons_stand_under_one_address_nothing_is_handed_out(url: str, address: str):
    registry = await opened(url)

    with pytest.raises(Rejected, match="several persons"):
        await registry.values(Address(address))
    await registry.close()


def told(lines: tuple[Line, ...]) -> list[str]:
    """Of each row what tells whose it is."""
    return [line.columns.get("full_name") or line.columns.get("goods") or line.columns["about"] for line in lines]


def shown(held: Everything) -> tuple[list[list[str]], list[str], int]:
    return [told(person.lines) for person in held.persons], told(held.shared), held.withheld


async def test_a_person_with_authority_sees_a_couple_apart_and_what_is_nobody_knows_whose(url: str):
    registry = await opened(url)

    held = await registry.everything(Address("couple@example.kz"))

    assert shown(held) == (
        [["Ерлан Мысалов", "goods-erlan"], ["Фатима Мысалова", "goods-fatima"]],
        ["goods-of-one-of-the-couple", "call-erlan"],
        0,
    )
    await registry.close()


async def test_who_had_an_address_before_is_shown_apart_from_who_has_it_now(url: str):
    registry = await opened(url)

    held = await registry.everything(Address("reused@example.kz"))

    assert shown(held) == ([["Ильяс Прежний", "goods-ilyas"], ["Жанна Новая", "goods-zhanna"]], [], 0)
    await registry.close()


async def test_a_guest_is_shown_though_no_table_of_persons_knows_them(url: str):
    registry = await opened(url)

    assert shown(await registry.everything(Address("guest@example.org"))) == ([], ["goods-guest"], 0)
    assert shown(await registry.everything(Address("nobody@example.org"))) == ([], [], 0)
    await registry.close()


async def test_each_row_says_how_it_was_found_and_what_is_somebody_elses_too_is_only_counted(url: str):
    registry = await opened(url)
    await execute(url, "UPDATE orders SET mail = 'galina@example.kz' WHERE number = 3")

    galina = await registry.everything(Address("galina@example.kz"))
    boris = await registry.everything(Address("boris@example.org"))

    assert [(line.table, dict(line.key), line.found) for person in galina.persons for line in person.lines] == [
        ("members", {"number": "3"}, ("e-mail in mail", "number in phone")),
        ("orders", {"number": "3"}, ("e-mail in mail", "through members (member = number)")),
        ("calls", {"number": "2"}, ("number in phone",)),
    ]
    assert shown(boris) == ([["Борис Образцов", "goods-boris"]], [], 1)
    await registry.close()
