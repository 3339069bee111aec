"""What of a data map does not fit together; each line names store, table and key."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mailbot.core.datamap.table import (
    Blank,
    ByEmail,
    Column,
    Delete,
    Erasure,
    Flag,
    Keep,
    Remove,
    Table,
    Through,
    Way,
)
from mailbot.core.model import Language

if TYPE_CHECKING:
    from mailbot.core.datamap.map import DataMap, Store


def faults(datamap: "DataMap") -> Iterator[str]:
    """What does not fit together, in the order of the map."""
    names = [store.name for store in datamap.stores] + [store.name for store in datamap.manual]
    names += [kind for kind in ("ledger", "mailbox") if getattr(datamap, kind)]
    yield from _twice("store", names)
    if datamap.mailbox and not datamap.mailbox.folders:
        yield "mailbox, folders: name at least one folder in which a person's letters are looked for"
    for store in datamap.stores:
        yield from _twice(f"store {store.name}: table", [table.name for table in store.tables])
    if not any(table.persons for store in datamap.stores for table in store.tables):
        yield "stores: no table has persons = true, so nobody could ever be found"
    for store in datamap.stores:
        for table in store.tables:
            where = f"store {store.name}, table {table.name}"
            yield from (f"{where}: {fault}" for fault in _table_faults(store, table))
            yield from (f"{where}: {fault}" for fault in _word_faults(datamap, table))
    for party in datamap.parties:
        if party.transfer and set(Language) - datamap.words.get("ground", {}).get(party.transfer, {}).keys():
            yield f"{party.name}, transfer: words.ground has no {party.transfer} in every language"


def _twice(what: str, names: Sequence[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{what} {name} stands on the map twice"


def _table_faults(store: "Store", table: Table) -> Iterator[str]:
    """What is wrong with one table; stops at a broken chain, because everything else follows it."""
    broken = _chain_fault(store, table, (table.name,))
    if broken:
        yield broken
        return
    if not table.key or not table.columns:
        yield "key and columns must each name at least one column"
    yield from _person_faults(table)
    if table.obligations and (table.suppress or table.stop):
        yield "suppress and stop: an open order is never blocked (requirements, amendment 1)"
    if isinstance(table.stop, Remove):
        yield "stop: a block must be liftable, so it deletes nothing; use set_now, set or clear"
    for right, act in (("suppress", table.suppress), ("stop", table.stop)):
        found_by = {name for way in table.ways for name in _columns_of(way)}
        for name in act.columns if isinstance(act, Flag) else ():
            if name in found_by | set(table.key):
                yield f"{right}: writes into {name}, by which the row is found again"
    yield from _erase_faults(store, table)


def _columns_of(way: Way) -> tuple[str, ...]:
    return way.columns if isinstance(way, Through) else (way.column,)


def _blank_fault(column: Column) -> str:
    """What is wrong with a column of a row that stays; empty: nothing."""
    if column.erase is None:
        return f"column {column.name}: the row stays, so say erase = null, mask, hash or keep"
    if column.free_text and column.erase is Erasure.KEEP:
        return f"column {column.name}: people write anything into free text: null or mask, not keep"
    return ""


def _erase_faults(store: "Store", table: Table) -> Iterator[str]:
    """What would leave rows that nobody finds again, or columns of which nobody has said what becomes of them."""
    if isinstance(table.destroy, Blank):
        yield from filter(None, map(_blank_fault, table.columns))
    elif any(column.erase for column in table.columns):
        yield 'columns: erase says what becomes of columns of rows that stay: destroy = "columns"'
    stays = isinstance(table.destroy, Keep)
    if not stays or any(isinstance(way, ByEmail) for way in table.ways):
        return
    for parent in store.above(table):
        if isinstance(parent.destroy, Delete):
            yield (
                f"destroy: rows that stay are found through {parent.name}, which is deleted; "
                f"keep {parent.name} too, or find this table by an e-mail column of its own"
            )


def _person_faults(table: Table) -> Iterator[str]:
    if table.persons and not table.email:
        yield "persons: a person is found by email, not through another table"
    if table.last_contact and not table.persons:
        yield "last_contact: only a table of persons says when a person was last heard of"
    if table.newsletter_token and not table.email:
        yield "newsletter_token: whose it is says the table's own e-mail column; it has none"
    if table.same_person and not table.persons:
        yield "same_person: only rows that are persons can be one person"


def _chain_fault(store: "Store", table: Table, seen: tuple[str, ...]) -> str:
    """Why *table* cannot be reached from an address; empty when it can."""
    if not table.ways:
        return "say how a person is found, by email, phone or through"
    known = {one.name for one in store.tables}
    for link in table.links:
        if not link.columns or len(link.columns) != len(link.key):
            return "through: column and key must name as many columns as each other"
        if link.table not in known:
            return f"through: table {link.table} is not on the map of this store"
        if link.table in seen:
            return f"through: leads round in a circle at {link.table}"
        if fault := _chain_fault(store, store.table(link.table), (*seen, link.table)):
            return fault
    return ""


def _word_faults(datamap: "DataMap", table: Table) -> Iterator[str]:
    """Keys that have no words, or not in every language: an answer would be left without them."""
    for column in table.columns:
        terms = column.terms
        used = [("purpose", purpose) for purpose in terms.purposes]
        used += [("ground", terms.ground), ("source", terms.source), ("retention", terms.retention)]
        for kind, key in used:
            missing = set(Language) - datamap.words.get(kind, {}).get(key, {}).keys()
            if missing:
                yield f"column {column.name}, {kind}: words.{kind}.{key} lacks {', '.join(sorted(missing))}"
