"""What foreign keys do to a destruction: what they eat, cut off and stop."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mailbot.adapters.registry.cascades import ForeignKey, cut_off, deletes, eats, follows, places
from mailbot.adapters.registry.check.finding import Finding, Patient, fault, remark
from mailbot.core.datamap import Blank, Delete, Erasure, Store, Table

STOPPING = frozenset({"", "NO ACTION", "RESTRICT"})


async def keys(patient: Patient) -> Iterable[Finding]:
    """Every foreign key that destroys what nobody has counted, or forbids what the map says."""
    eaten = [fault(loss.said, loss.remedy, table=loss.table) for loss in eats(patient.store, patient.links)]
    lost = [remark(loss.said, loss.remedy, table=loss.table) for loss in cut_off(patient.store, patient.links)]
    return [*eaten, *stops(patient.store, patient.links), *lost]


def stops(store: Store, links: Iterable[ForeignKey]) -> Iterator[Finding]:
    """Keys without ON DELETE, by which the database refuses a destruction while rows hang on it."""
    mapped = places(store)
    for link in links:
        parents = [table for table in mapped.get(link.parent, ()) if deletes(table)]
        if parents and link.on_delete in STOPPING:
            yield from _stops(store, mapped, link)


def _stops(store: Store, mapped: Mapping[str, Sequence[Table]], link: ForeignKey) -> Iterator[Finding]:
    tables, columns = mapped.get(link.table, ()), ", ".join(link.columns)
    stopped = f"rows of table {link.table} stop the destruction of {link.parent} by their foreign key {columns}"
    if not tables:
        remedy = "put it on the map, or let the key be ON DELETE SET NULL"
        yield fault(f"{stopped}, and they are not on the map", remedy, table=link.table)
        return
    left = [table for table in tables if not _lets_go(table, link)]
    if left:
        remedy = f"keep {link.parent} too (destroy), or let the key be ON DELETE SET NULL"
        yield fault(f"{stopped}, because the map keeps them", remedy, table=left[0].name)
        return
    following = [table for table in tables if follows(store, table, link)]
    if any(not table.where for table in following) or any(isinstance(table.destroy, Blank) for table in tables):
        return
    if following:
        remedy = "put the whole table on the map, or let the key be ON DELETE SET NULL"
        yield fault(f"{stopped} where the map does not speak of them (where)", remedy, table=following[0].name)
    elif not _goes_first(store, tables[0], link):
        remedy = f"let the map find it through {link.parent} too, so that it goes first"
        yield fault(stopped, remedy, table=tables[0].name)
    else:
        remedy = f"let the map find it through {link.parent} too, or let the key be ON DELETE SET NULL"
        yield remark(f"{stopped} where they are somebody else's", remedy, table=tables[0].name)


def _lets_go(table: Table, link: ForeignKey) -> bool:
    """Whether a destruction takes the row away, or empties the column that holds on to the parent."""
    if isinstance(table.destroy, Blank):
        return any(one.name in link.columns and one.erase is Erasure.NULL for one in table.columns)
    return isinstance(table.destroy, Delete)


def _goes_first(store: Store, table: Table, link: ForeignKey) -> bool:
    """Whether rows of *table* are deleted before those of the key's parent."""
    order = [one.place for one in store.children_first]
    return table.place == link.parent or order.index(table.place) < order.index(link.parent)
