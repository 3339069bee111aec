import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from mailbot.core.datamap import (
    Blank,
    ByEmail,
    Column,
    DataMap,
    Delete,
    Erasure,
    Flag,
    Found,
    Keep,
    Mark,
    ObligationColumns,
    Store,
    Table,
    Terms,
    Through,
    Words,
    holdings,
)
from mailbot.core.model import Language

TERMS = Terms(purposes=("orders",), ground="contract", source="form", retention="year")
PEOPLE = Table(
    name="people",
    key=("id",),
    category="user.contact",
    ways=(ByEmail(column="mail"),),
    persons=True,
    columns=(Column(name="mail", category="user.contact.email", terms=TERMS),),
    destroy=Delete(),
)
ORDERS = replace(
    PEOPLE,
    name="orders",
    persons=False,
    ways=(Through(table="people", columns=("person",), key=("id",)),),
    columns=(Column(name="note", category="user.content", terms=replace(TERMS, purposes=("orders", "help"))),),
)
ITEMS = replace(ORDERS, name="items", ways=(Through(table="orders", columns=("order",), key=("id",)),))
OWED = ObligationColumns(kind="kind", norm="norm", until="until", fulfilled="done")


def words(*keys: str) -> Mapping[str, Words]:
    return {key: {language: f"{key} {language}" for language in Language} for key in keys}


WORDS = {
    "purpose": words("orders", "help"),
    "ground": words("contract"),
    "source": words("form"),
    "retention": words("year"),
}


def map_of(*tables: Table) -> DataMap:
    return DataMap(stores=(Store(name="shop", system="shop", tables=tables),), words=WORDS)


def test_rows_that_hang_on_others_are_deleted_first():
    (store,) = map_of(PEOPLE, ITEMS, ORDERS).stores

    assert [table.name for table in store.children_first] == ["items", "orders", "people"]


def test_without_a_table_of_obligations_none_are_known():
    assert not map_of(PEOPLE, ORDERS).obligations_known
    assert map_of(PEOPLE, replace(ORDERS, obligations=OWED)).obligations_known


def test_a_table_names_every_column_it_needs_once():
    table = replace(
        ORDERS, stop=Mark(columns=("off",), where={"way": "email"}), obligations=OWED, language="tongue"
    )

    named = sorted(("id", "note", "off", "tongue", "person", "way", "kind", "norm", "until", "done"))
    assert sorted(table.named_columns) == named


@pytest.mark.parametrize(
    ("tables", "fault"),
    [
        ((replace(PEOPLE, persons=False),), "no table has persons = true"),
        (
            (PEOPLE, replace(ORDERS, stop=Flag(values={"person": None}))),
            "store shop, table orders: stop: writes into person, by which the row is found again",
        ),
        (
            (PEOPLE, replace(ORDERS, suppress=Flag(values={"note": "", "id": 0}))),
            "store shop, table orders: suppress: writes into id, by which the row is found again",
        ),
        ((PEOPLE, PEOPLE), "store shop: table people stands on the map twice"),
        ((PEOPLE, ITEMS), "table items: through: table orders is not on the map of this store"),
        ((PEOPLE, replace(ORDERS, persons=True)), "table orders: persons: a person is found by email"),
        ((replace(PEOPLE, columns=()),), "table people: key and columns must each name at least one column"),
        (
            (PEOPLE, replace(ORDERS, ways=(Through(table="people", columns=("a", "b"), key=("id",)),))),
            "table orders: through: column and key must name as many columns as each other",
        ),
        (
            (PEOPLE, replace(ORDERS, ways=(Through(table="items", columns=("item",), key=("id",)),)), ITEMS),
            "table orders: through: leads round in a circle at orders",
        ),
        (
            (PEOPLE, replace(ORDERS, destroy=Keep("tax code"))),
            "table orders: destroy: rows that stay are found through people, which is deleted",
        ),
        (
            (PEOPLE, replace(ORDERS, obligations=OWED, stop=Mark(columns=("off",)))),
            "table orders: suppress and stop: an open order is never blocked",
        ),
        (
            (replace(PEOPLE, columns=(replace(PEOPLE.columns[0], terms=replace(TERMS, source="fair")),)),),
            "table people: column mail, source: words.source.fair lacks en, kk, ru",
        ),
    ],
)
def test_a_map_that_does_not_fit_together_says_where(tables: tuple[Table, ...], fault: str):
    with pytest.raises(ValueError, match=re.escape(fault)):
        map_of(*tables)


def test_every_fault_is_told_at_once():
    with pytest.raises(ValueError, match=r"items.*\n.*persons"):
        map_of(PEOPLE, ITEMS, replace(ORDERS, name="gifts", persons=True))


def test_holdings_name_each_category_once_with_all_its_terms():
    datamap = map_of(PEOPLE, ORDERS, ITEMS)
    found = [Found(table=ORDERS, filled={"note": 2}), Found(table=ITEMS, filled={"note": 5}, sources=("fair",))]

    (held,) = holdings(datamap, found).held

    assert (held.category, held.rows) == ("user.content", 5)
    assert held.purposes == (WORDS["purpose"]["orders"], WORDS["purpose"]["help"])
    assert held.sources == (WORDS["source"]["form"], dict.fromkeys(Language, "fair"))


def test_a_column_without_a_value_is_not_held():
    assert holdings(map_of(PEOPLE), [Found(table=PEOPLE, filled={"mail": 0})]).held == ()


def test_free_text_of_a_row_that_stays_is_never_kept_as_it_is():
    """Issue 5, item 7: people write anything into it."""
    (column,) = ORDERS.columns[:1]
    kept = replace(column, erase=Erasure.KEEP, free_text=True)
    with pytest.raises(ValueError, match="free text: null or mask, not keep"):
        map_of(PEOPLE, replace(ORDERS, destroy=Blank(), columns=(kept, *ORDERS.columns[1:])))
