"""A club whose tables know flags, numbers, channels and columns to blank: what its map says is each test's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from mailbot.adapters.registry import SqlRegistry
from mailbot.core.datamap import Column, DataMap, Delete, Erasure, Store, Table, Terms, Way
from mailbot.core.model import Change
from mailbot.ports import Key
from tests.adapters.registry.company import MAP, TODAY, connected, execute

TERMS = Terms(purposes=("promotion",), ground="consent", source="web_form", retention="until_withdrawal")
VAULT = Key(3, b"a vault of tests")

SCHEMA = """
CREATE TABLE members (
    number INTEGER PRIMARY KEY, mail VARCHAR(99), full_name VARCHAR(99), phone VARCHAR(32), state VARCHAR(9),
    blocked_at TIMESTAMP NULL);
CREATE TABLE readers (mail VARCHAR(99), way VARCHAR(9), topic VARCHAR(20), wants {bool}, score FLOAT);
CREATE TABLE calls (number INTEGER PRIMARY KEY, phone VARCHAR(32), about VARCHAR(99));
CREATE TABLE orders (
    number INTEGER PRIMARY KEY, member INTEGER, norm VARCHAR(99), until DATE, closed_on DATE NULL);
CREATE TABLE lines (number INTEGER PRIMARY KEY, order_number INTEGER, engraving VARCHAR(99));
CREATE TABLE reviews (
    number INTEGER PRIMARY KEY, mail VARCHAR(99) {must}, author VARCHAR(99), said VARCHAR(99), stars INTEGER);
CREATE TABLE invoices (number INTEGER PRIMARY KEY, mail VARCHAR(99), closed_on DATE NULL)"""

FILLED = """
INSERT INTO members VALUES
    (1, 'Anna@Example.KZ', 'Анна Примерова', '+77000000001', 'active', NULL),
    (2, 'boris@example.org', 'Борис Образцов', '+77000000002', 'active', NULL),
    (3, 'vera@example.org', 'Вера Образцова', '+77000000002', 'asleep', NULL);
INSERT INTO readers VALUES
    ('anna@example.kz', 'mail', 'news', {yes}, 1.5), ('anna@example.kz', 'text', 'news', {yes}, 2),
    ('anna@example.kz', 'mail', 'prices', {no}, NULL), ('anna@example.kz', 'call', NULL, NULL, NULL),
    ('boris@example.org', 'mail', 'news', {yes}, 1);
INSERT INTO calls VALUES (1, '87000000001', 'роза'), (2, '8 (700) 000-00-01', NULL), (3, '+77000000002', 'мак'),
    (4, '87000000009', NULL);
INSERT INTO orders VALUES (1, 1, 'договор № 7', '2026-12-31', NULL), (2, 1, 'договор № 8', NULL, '2026-11-01'),
    (3, 2, 'договор № 9', NULL, NULL);
INSERT INTO lines VALUES (1, 1, 'Анна'), (2, 2, 'Пётр'), (3, 3, 'Вера');
INSERT INTO reviews VALUES (1, 'anna@example.kz', 'Анна', 'Анна довольна', 5), (2, 'ANNA@example.kz', NULL, '', 4),
    (3, 'boris@example.org', 'Борис', 'Анна советовала', 3);
INSERT INTO invoices VALUES (1, 'anna@example.kz', '2020-11-23'), (2, 'anna@example.kz', '2021-11-22'),
    (3, 'anna@example.kz', '2021-11-23'), (4, 'anna@example.kz', NULL), (5, 'boris@example.org', '2015-01-01')"""

FORMS = ("+7##########", "8##########", "8 (###) ###-##-##")


def table(name: str, key: str, *ways: Way, columns: str = "", **more: Any) -> Table:
    """A table of the map; each of *columns* may say what becomes of it: "author=null"."""
    said = [one.partition("=") for one in (columns or key).split()]
    made = tuple(
        Column(name=named, category="user.content", terms=TERMS, erase=Erasure(erase) if erase else None)
        for named, _, erase in said
    )
    values: dict[str, Any] = {"category": "user.content", "destroy": Delete(), **more}
    return Table(name=name, key=tuple(key.split()), ways=ways, columns=made, **values)


def club(*tables: Table, **more: Any) -> DataMap:
    """A map of these tables."""
    store = Store(name="company", system="ИСПДн «Клуб»", tables=tables, owes_nothing=True, **more)
    return DataMap(stores=(store,), words=MAP.words)


async def opened(url: str, datamap: DataMap, *, key: Key | None = VAULT, must: str = "") -> SqlRegistry:
    """The club, furnished, behind *datamap*."""
    real = url.startswith("postgresql")
    spelled = {"bool": "BOOLEAN", "yes": "true" if real else "1", "no": "false" if real else "0", "must": must}
    for text in (SCHEMA, FILLED):
        await execute(url, *text.format(**spelled).split(";"))
    return SqlRegistry(datamap=datamap, urls={"company": url}, today=lambda: TODAY, mask_key=key)


async def held(url: str, what: str) -> list[tuple[Any, ...]]:
    """Rows of a SELECT, without the word."""
    async with connected(url) as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(f"SELECT {what}")]


def rows(changes: Sequence[Change], *operations: str) -> Mapping[str, int]:
    """Rows by table, of these operations alone if any is given."""
    return {one.table: one.rows for one in changes if not operations or one.operation in operations}
