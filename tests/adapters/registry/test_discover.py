"""`mailbot datamap discover`: a first map, a reason for every line, no value in it, a person to finish it."""

import re
import tomllib
from pathlib import Path

import pytest

from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.registry import Checkup, Pace, State, discover_map
from mailbot.core.datamap import DataMap, Keep
from mailbot.errors import ConfigError, Rejected, Unavailable
from tests.adapters.registry import strangers
from tests.adapters.registry.company import execute
from tests.adapters.registry.strangers import ADDRESS, EMAIL, IP, NAME, PHONE, Holds
from tests.schemas import Schema, furnish
from tests.schemas.reference import SCHEMA as REFERENCE
from tests.schemas.three_levels import SCHEMA as THREE_LEVELS
from tests.schemas.woocommerce import SCHEMA as WOOCOMMERCE

TELLING = {EMAIL, PHONE, NAME, ADDRESS, IP}

# Bitrix as its documentation describes it, and what programmers here write in Latin letters
BITRIX = """
CREATE TABLE b_user (
    "ID" INTEGER PRIMARY KEY, "LOGIN" VARCHAR(50), "PASSWORD" VARCHAR(255), "ACTIVE" CHAR(1), "NAME" VARCHAR(50),
    "LAST_NAME" VARCHAR(50), "SECOND_NAME" VARCHAR(50), "EMAIL" VARCHAR(255), "PERSONAL_PHONE" VARCHAR(255),
    "PERSONAL_MOBILE" VARCHAR(255), "PERSONAL_FAX" VARCHAR(255), "PERSONAL_STREET" TEXT,
    "PERSONAL_CITY" VARCHAR(255), "PERSONAL_ZIP" VARCHAR(255), "WORK_PHONE" VARCHAR(255), "WORK_STREET" TEXT,
    "DATE_REGISTER" TIMESTAMP,
    "CONFIRM_CODE" VARCHAR(8), "TIME_ZONE" VARCHAR(50));
CREATE TABLE b_sale_order (
    "ID" INTEGER PRIMARY KEY, "USER_ID" INTEGER, "PRICE" DECIMAL(18, 4), "USER_DESCRIPTION" TEXT,
    "STATUS_ID" CHAR(2));
CREATE TABLE b_sale_order_props_value (
    "ID" INTEGER PRIMARY KEY, "ORDER_ID" INTEGER, "NAME" VARCHAR(255), "VALUE" VARCHAR(500), "CODE" VARCHAR(50));
CREATE TABLE b_subscription (
    "ID" INTEGER PRIMARY KEY, "USER_ID" INTEGER, "EMAIL" VARCHAR(255), "CONFIRMED" CHAR(1));
CREATE TABLE b_event_type ("ID" INTEGER PRIMARY KEY, "NAME" VARCHAR(100), "EMAIL_TEMPLATE_ID" INTEGER);
CREATE TABLE b_catalog ("ID" INTEGER PRIMARY KEY, "NAME" VARCHAR(100), "PRODUCT_NAME" TEXT, "STATE" VARCHAR(9))"""
BITRIX_HOLDS = {
    "b_user": {
        **dict.fromkeys(("NAME", "LAST_NAME", "SECOND_NAME"), NAME),
        **dict.fromkeys(("PERSONAL_PHONE", "PERSONAL_MOBILE", "PERSONAL_FAX", "WORK_PHONE"), PHONE),
        **dict.fromkeys(("PERSONAL_STREET", "PERSONAL_CITY", "PERSONAL_ZIP", "WORK_STREET"), ADDRESS),
        "EMAIL": EMAIL,
    },
    "b_subscription": {"EMAIL": EMAIL},
}
HOME_MADE = """
CREATE TABLE klienty (
    id INTEGER PRIMARY KEY, fio VARCHAR(99), el_pochta VARCHAR(99), telefon VARCHAR(20), sotovyi BIGINT,
    adres TEXT, gorod TEXT, iin VARCHAR(12), data_rozhdeniya DATE, skidka INTEGER);
CREATE TABLE tutynushylar (
    id INTEGER PRIMARY KEY, aty_zhoni VARCHAR(99), poshta VARCHAR(99), uyaly_telefon VARCHAR(20), mekenzhai TEXT,
    tugan_kuni DATE, zhsn VARCHAR(12));
CREATE TABLE "заявки" (
    id INTEGER PRIMARY KEY, "имя" TEXT, "почта" TEXT, "телефон" TEXT, "адрес" TEXT, "сумма" INTEGER);
CREATE TABLE zakazy (nomer INTEGER PRIMARY KEY, klient_id INTEGER, summa INTEGER, primechanie TEXT);
CREATE TABLE tovary (id INTEGER PRIMARY KEY, nazvanie TEXT, mesto TEXT)"""
HOME_MADE_HOLDS = {
    "klienty": {
        "fio": NAME,
        "el_pochta": EMAIL,
        "telefon": PHONE,
        "sotovyi": PHONE,
        "adres": ADDRESS,
        "gorod": ADDRESS,
    },
    "tutynushylar": {"aty_zhoni": NAME, "poshta": EMAIL, "uyaly_telefon": PHONE, "mekenzhai": ADDRESS},
    "заявки": {"имя": NAME, "почта": EMAIL, "телефон": PHONE, "адрес": ADDRESS},
}
REFERENCE_HOLDS = {
    "subjects": {"full_name": NAME, "phone": PHONE, "email": EMAIL, "postal_address": ADDRESS},
    "site_visits": {"ip": IP},
}
THREE_LEVELS_HOLDS = {
    "customers": {"mail": EMAIL, "full_name": NAME, "phone": PHONE},
    "calls": {"phone": PHONE},
    "invoices": {"mail": EMAIL, "full_name": NAME},
    "reviews": {"mail": EMAIL, "author": NAME},
}
WOOCOMMERCE_HOLDS = {
    "wp_users": {"user_email": EMAIL, "display_name": NAME},
    "wp_wc_orders": {"billing_email": EMAIL, "ip_address": IP},
    "wp_wc_order_addresses": {
        "first_name": NAME,
        "last_name": NAME,
        "address_1": ADDRESS,
        "city": ADDRESS,
        "email": EMAIL,
        "phone": PHONE,
    },
    "wp_wc_customer_lookup": {"first_name": NAME, "last_name": NAME, "email": EMAIL, "city": ADDRESS},
    "wp_comments": {"comment_author": NAME, "comment_author_email": EMAIL, "comment_author_IP": IP},
    "wp_newsletter": {"name": NAME, "email": EMAIL, "ip": IP},
}


async def furnished(url: str, schema: Schema | str) -> str:
    dialect = url.partition("+")[0]
    if isinstance(schema, Schema):
        await furnish(schema, dialect, {next(iter(schema.stores(dialect))): url})
    else:
        await execute(url, *schema.split(";"))
    return url


def proposed(text: str) -> Holds:
    """Category of each column that is proposed, of those that tell how to find or reach somebody."""
    tables = tomllib.loads(text)["stores"][0]["tables"]
    found = {table["name"]: {name: one["category"] for name, one in table["columns"].items()} for table in tables}
    return {
        name: {column: category for column, category in columns.items() if category in TELLING}
        for name, columns in found.items()
    }


def pairs(holds: Holds) -> set[tuple[str, str, str]]:
    return {(table, column, category) for table, columns in holds.items() for column, category in columns.items()}


def filled_in(text: str, folder: Path) -> DataMap:
    """The file once a person has written something wherever nothing stands."""
    path = folder / "proposed.toml"
    path.write_text(re.sub(r'= ""', '= "слова"', text), encoding="utf-8")
    return load_datamap(path)


EVERY = [
    pytest.param(REFERENCE, REFERENCE_HOLDS, id="reference"),
    pytest.param(THREE_LEVELS, THREE_LEVELS_HOLDS, id="three_levels"),
    pytest.param(WOOCOMMERCE, WOOCOMMERCE_HOLDS, id="woocommerce"),
    pytest.param(BITRIX, BITRIX_HOLDS, id="bitrix"),
    pytest.param(HOME_MADE, HOME_MADE_HOLDS, id="home-made"),
]


@pytest.mark.parametrize("sample", [200, 0], ids=["with values", "by names alone"])
@pytest.mark.parametrize(("schema", "holds"), EVERY)
async def test_nearly_every_way_to_a_person_is_found_and_hardly_anything_else(
    url: str, schema: Schema | str, holds: Holds, sample: int
):
    text = await discover_map(await furnished(url, schema), name="company", sample=sample)

    found, wanted = pairs(proposed(text)), pairs(holds)
    # where only a number leads to somebody, values must show how it is written
    reachable = wanted if sample else {one for one in wanted if one[0] != "calls"}
    assert len(found & reachable) >= 0.95 * len(reachable), reachable - found
    assert len(found - wanted) <= 0.05 * len(wanted), found - wanted


@pytest.mark.parametrize("name", strangers.EVERY)
async def test_it_is_so_for_programs_that_it_was_not_made_for(url: str, name: str, tmp_path: Path):
    statements, holds = strangers.EVERY[name]

    text = await discover_map(await furnished(url, statements), name="company")

    found, wanted = pairs(proposed(text)), pairs(holds)
    assert len(found & wanted) >= 0.9 * len(wanted), wanted - found  # by names alone: there are no rows
    assert len(found - wanted) <= 0.05 * len(wanted), found - wanted
    assert filled_in(text, tmp_path).stores[0].tables


@pytest.mark.parametrize(("schema", "holds"), EVERY)
async def test_what_is_proposed_is_refused_until_a_person_has_filled_it_in_and_loads_then(
    url: str, schema: Schema | str, holds: Holds, tmp_path: Path
):
    text = await discover_map(await furnished(url, schema), name="company")

    (tmp_path / "raw.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        load_datamap(tmp_path / "raw.toml")
    datamap = filled_in(text, tmp_path)

    assert any(table.persons for table in datamap.stores[0].tables)
    assert holds.keys() <= {table.name for table in datamap.stores[0].tables}


@pytest.mark.parametrize("schema", [REFERENCE, WOOCOMMERCE], ids=["reference", "woocommerce"])
async def test_what_is_proposed_fits_the_database_it_was_proposed_for(url: str, schema: Schema, tmp_path: Path):
    text = await discover_map(await furnished(url, schema), name="company")
    checkup = Checkup(datamap=filled_in(text, tmp_path), urls={"company": url})

    faults = [one async for one in checkup.findings(Pace()) if one.state is State.FAULT]
    await checkup.close()

    assert faults == []


@pytest.mark.parametrize("schema", [REFERENCE, THREE_LEVELS, WOOCOMMERCE], ids=lambda schema: schema.name)
async def test_no_value_of_the_database_is_written(url: str, schema: Schema):
    text = (await discover_map(await furnished(url, schema), name="company")).lower()

    values = {str(value) for rows in schema.rows.values() for row in rows for value in row.values()}
    telling = {value for value in values if re.search(r"[@а-яё]|\d{3}", value, re.IGNORECASE) and len(value) > 4}
    assert len(telling) > 20
    assert [value for value in telling if value.lower() in text] == []


@pytest.mark.parametrize(("schema", "holds"), EVERY)
async def test_every_line_that_is_a_guess_has_its_reason(url: str, schema: Schema | str, holds: Holds):
    text = await discover_map(await furnished(url, schema), name="company")

    guesses = re.compile(r"^(?:key|email|through|suppress|stop|category|persons) = |^  \{|= \{ category = ")
    assert [line for line in text.splitlines() if guesses.search(line) and "  # " not in line] == []


# ---------------------------------------------------------------- how rows are found


async def maps(url: str, tmp_path: Path, *statements: str) -> DataMap:
    await execute(url, *statements)
    return filled_in(await discover_map(url, name="company"), tmp_path)


async def test_a_chain_without_foreign_keys_is_followed_by_the_names_of_its_columns(url: str, tmp_path: Path):
    text = await discover_map(await furnished(url, WOOCOMMERCE), name="company")
    store = filled_in(text, tmp_path).stores[0]

    (meta,) = store.table("wp_wc_orders_meta").links
    assert (meta.table, meta.columns, meta.key) == ("wp_wc_orders", ("order_id",), ("id",))
    assert store.table("wp_wc_order_addresses").links[0].table == "wp_wc_orders"
    assert "no foreign key says so, but order_id is named after wp_wc_orders" in text
    assert "values looked at stand there" in text


async def test_a_column_that_may_mean_two_tables_is_left_to_a_person(url: str, tmp_path: Path):
    """wp_wc_orders.customer_id is a user's number, and wp_wc_customer_lookup has a key of that very name."""
    text = await discover_map(await furnished(url, WOOCOMMERCE), name="company")

    assert filled_in(text, tmp_path).stores[0].table("wp_wc_orders").links == ()
    doubts = [line for line in text.splitlines() if line.startswith("# one of these, if any: ")]
    assert len(doubts) == 2


async def test_a_number_that_stands_nowhere_there_leads_nowhere(url: str, tmp_path: Path):
    datamap = await maps(
        url,
        tmp_path,
        "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id INTEGER, note TEXT)",
        "INSERT INTO users VALUES (1, 'anna@example.kz'), (2, 'boris@example.org')",
        "INSERT INTO notes VALUES (1, 77, 'x'), (2, 78, 'y')",
    )

    assert [table.name for table in datamap.stores[0].tables] == ["users"]


async def test_a_table_of_addresses_is_found_through_those_who_live_there(url: str, tmp_path: Path):
    datamap = await maps(
        url,
        tmp_path,
        "CREATE TABLE places (id INTEGER PRIMARY KEY, street TEXT, postcode TEXT)",
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, place_id INTEGER REFERENCES places (id))",
    )

    (link,) = datamap.stores[0].table("places").links
    assert (link.table, link.columns, link.key) == ("people", ("id",), ("place_id",))


async def test_a_circle_of_foreign_keys_is_opened(url: str, tmp_path: Path):
    await execute(url, "CREATE TABLE teams (id INTEGER PRIMARY KEY, email TEXT, head_id INTEGER)")
    await execute(
        url, "CREATE TABLE staff (id INTEGER PRIMARY KEY, email TEXT, team_id INTEGER REFERENCES teams (id))"
    )
    if url.startswith("postgresql"):
        await execute(url, "ALTER TABLE teams ADD FOREIGN KEY (head_id) REFERENCES staff (id)")

    assert {table.name for table in (await maps(url, tmp_path)).stores[0].tables} == {"teams", "staff"}


async def test_rows_that_a_law_may_keep_are_not_proposed_for_deletion(url: str, tmp_path: Path):
    text = await discover_map(await furnished(url, THREE_LEVELS), name="company")

    assert 'destroy = { keep = "" }  # FILL IN' in text
    assert isinstance(filled_in(text, tmp_path).stores[0].table("invoices").destroy, Keep)


async def test_what_nothing_leads_to_is_told_at_the_end(url: str):
    await execute(url, "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)")
    await execute(url, "CREATE TABLE banned (n INTEGER PRIMARY KEY, ip TEXT)")

    text = await discover_map(url, name="company")

    assert "# banned: ip (user.device.ip_address: its name speaks of an IP address)" in text


@pytest.mark.servers
async def test_another_schema_is_looked_at_where_it_is_named(request: pytest.FixtureRequest, tmp_path: Path):
    url = request.getfixturevalue("postgres").database()
    await execute(url, "CREATE SCHEMA shop", "CREATE TABLE shop.buyers (id INT PRIMARY KEY, email TEXT)")

    text = await discover_map(url, name="shop", schema="shop")

    assert filled_in(text, tmp_path).stores[0].table("buyers").place == "shop.buyers"


async def test_a_database_that_is_not_there_is_an_error_without_its_password():
    with pytest.raises((Rejected, Unavailable)) as caught:
        await discover_map("postgresql+asyncpg://mailbot:geheim@127.0.0.1:1/shop", name="shop")

    assert "geheim" not in str(caught.value)
