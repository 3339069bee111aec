"""Access, level 1: categories with their terms, masked, from every place that knows (C20, A74, A89-A92)."""

import re
from datetime import date
from pathlib import Path

import pytest

from mailbot.adapters.datamap_file import load_datamap
from mailbot.core.datamap import Copy, Holding, Holdings, Record
from mailbot.core.model import Address
from mailbot.core.reply import with_masks
from mailbot.errors import ConfigError
from mailbot.journeys import disclosures
from tests.by_hand import SHIPPED
from tests.fakes import mail, reply
from tests.journeys.test_package import ASKS
from tests.office import SETTINGS, Office, open_office

pytestmark = pytest.mark.slow  # together they take longer than make check may

ANNA = Address("anna@example.org")


async def told(office: Office) -> str:
    """The letter that Anna gets when she has asked and confirmed."""
    office.mailbox.put(mail(ASKS))
    await office.turn()
    office.mailbox.put(reply(office.letters()[0], "Подтверждаю"))
    await office.turn()
    return str(office.letters()[-1].get_content()).replace("\r\n", "\n")


async def test_the_letter_tells_each_category_with_count_mask_source_purpose_ground_and_term(office: Office):
    await office.add_order()

    body = await told(office)

    assert (
        "— имя (1), номер телефона (1: +7 *** ** 01), адрес электронной почты (1: a***@e***.org), "
        "почтовый адрес (1).\nОткуда: web form. Зачем: связь с Вами, уведомления и вопросы; рассылка новостей, "
        "специальных предложений и сведений о ценах. Основание: Ваше согласие. Храним: до отзыва согласия."
    ) in body
    assert "— заказы (1).\nОткуда: Ваш заказ. Зачем: исполнение заказов. Основание: договор с Вами." in body
    assert "Кому передаём: ТОО «Пример Доставка», 010000, Астана, ул. Образцовая, 2.\n" in body
    assert "нашей политике (редакция 01.01.2022)" in body


async def test_no_value_of_the_person_stands_in_it(office: Office):
    body = await told(office)

    for value in ("Anna Example", "+7 700 000 00 01", "anna@example.org", "Example street 2"):
        assert value not in body


async def test_an_authority_that_had_the_data_is_named_with_day_and_ground(office: Office):
    await disclosures.add(
        ANNA, to="КГД МФ РК", ground="НК РК 26", day=date(2026, 11, 20), by="lawyer", desk=office.desk
    )

    assert "Государственным органам: КГД МФ РК, 20.11.2026 (НК РК 26)." in await told(office)


async def test_somebody_elses_disclosure_is_not_named(office: Office):
    await disclosures.add(
        Address("boris@example.org"), to="КГД", ground="НК", day=date(2026, 11, 20), by="lawyer", desk=office.desk
    )

    assert "Государственным органам: не передавали." in await told(office)


@pytest.mark.parametrize(
    ("company", "party", "abroad"),
    [
        ('country = "KZ"', 'country = "KZ"', "В другие страны: не передаём."),
        ('jurisdiction = "kz"', 'country = "KZ"', "В другие страны: не передаём."),
        ('country = "RU"', 'country = "KZ"', "В другие страны: ТОО «Пример Хостинг» (Казахстан)."),
        (
            'country = "KZ"',
            'country = "RU"\ntransfer = "consent"',
            "В другие страны: ТОО «Пример Хостинг» (Россия; основание: Ваше согласие).",
        ),
        ("", 'country = "KZ"', "В другие страны: ТОО «Пример Хостинг» (Казахстан)."),  # ours is not known
    ],
)
async def test_who_is_in_another_country_than_the_company_is_told_as_a_transfer_abroad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, company: str, party: str, abroad: str
):
    text = re.sub(r'country = "KZ" .*', party, SHIPPED.read_text("utf-8"), count=1)
    (tmp_path / "datamap.toml").write_text(text, "utf-8")
    monkeypatch.setattr("tests.office.SETTINGS", SETTINGS.replace("[company]\n", f"[company]\n{company}\n", 1))
    office = await open_office(tmp_path)
    await office.add_person()
    await office.begin()
    await office.live()

    assert abroad in await told(office)
    await office.close()


async def test_a_decision_that_the_map_names_is_told(tmp_path: Path):
    decision = '\n[words.decision]\nx = { kk = "жеңілдік", ru = "размер скидки", en = "the discount" }\n'
    (tmp_path / "datamap.toml").write_text(SHIPPED.read_text("utf-8") + decision, "utf-8")
    office = await open_office(tmp_path)
    await office.add_person()
    await office.begin()
    await office.live()

    assert "Решения без участия человека: размер скидки; и эту просьбу выполнила программа" in await told(office)
    await office.close()


async def test_a_ground_of_a_transfer_that_has_no_words_stops_the_map(tmp_path: Path):
    text = SHIPPED.read_text("utf-8").replace('country = "KZ" ', 'transfer = "nothing"\ncountry = "KZ" ', 1)
    (tmp_path / "datamap.toml").write_text(text, "utf-8")

    with pytest.raises(ConfigError, match=r"Хостинг», transfer: words\.ground has no nothing"):
        load_datamap(tmp_path / "datamap.toml")


# ---------------------------------------------------------------- masks


def holding(category: str) -> Holding:
    return Holding(category=category, rows=1, purposes=(), grounds=(), sources=(), retention=())


@pytest.mark.parametrize(
    ("column", "category", "value", "shown"),
    [
        ("email", "user.contact.email", "Anna@Example.ORG", ("a***@e***.org",)),
        ("email", "user.contact.email", "Anna <anna@example.org>, b@example.org", ()),
        ("email", "user.contact.email", "see the phone", ()),
        ("phone", "user.contact.phone_number", "8 (700) 000-00-01", ("+7 *** ** 01",)),
        ("phone", "user.contact.phone_number", "ask Boris, 87000000002", ()),
        ("full_name", "user.name", "Anna Example", ()),
    ],
)
def test_of_values_only_addresses_and_numbers_are_shown_masked_and_only_where_they_are_such(
    office: Office, column: str, category: str, value: str, shown: tuple[str, ...]
):
    record = Record(store="company", table="subjects", category="user.contact", columns={column: value})
    held = Holdings(held=(holding(category),), processors=(), recipients=())

    made = with_masks(held, Copy(records=(record,), withheld=3), office.desk.datamap)

    assert (made.held[0].shown, made.withheld) == (shown, 3)
