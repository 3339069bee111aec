"""Where the company keeps personal data, why, and what each step does to it there.

The map is written by the company (config/datamap.toml is the example) and cannot be wrong in itself: `DataMap`
refuses what does not fit together. Whether it fits the live databases is the registry's `check`.

Source: issue 5, items 1-3; requirements A12 (purposes and fields are stored), A22 (information system), A89-A92.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.core.model import Language

Words = Mapping[Language, str]
"""One phrase in every language we answer in."""


# ---------------------------------------------------------------- a table


@dataclass(frozen=True, slots=True, kw_only=True)
class ByEmail:
    """A table found by an e-mail address in one of its columns."""

    column: str
    folded: bool = False  # the company stores it in lower case: a plain index serves, else one on lower(column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """A table found through another table of its store: `columns` here equal `key` there, in this order."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Write the moment of the step into `columns` where they are still null, in rows that fit `where`."""

    columns: tuple[str, ...]
    where: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delete:
    """Destruction deletes the row."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Destruction leaves the row, because a law says so; the person is told the norm (requirements A68)."""

    norm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationColumns:
    """How a row says that the law or a contract keeps a person's data.

    A row is live while `fulfilled` is null. Its date alone ends it only for the kinds in `lapses`, on the day
    after `until`: a legal hold lapses, an order that is late is still owed (KZ 94-V art. 8(2)).
    """

    kind: str
    norm: str
    until: str
    fulfilled: str
    lapses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms data are held; each word is a key of `DataMap.words`."""

    purposes: tuple[str, ...]
    ground: str
    source: str
    retention: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column with personal data."""

    name: str
    category: str  # Fideslang name, e.g. user.contact.email
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with personal data, and what the steps do to its rows."""

    name: str
    key: tuple[str, ...]
    category: str  # of the whole row, for `Change.category`; a Fideslang name
    found: ByEmail | Through
    columns: tuple[Column, ...]
    destroy: Delete | Keep
    persons: bool = False  # each row is a person: what `find` returns
    language: str | None = None  # column with the person's language (kk, ru, en)
    last_contact: str | None = None  # column with the day or moment at which a person was last heard of
    source_column: str | None = None  # column that says where the row came from (requirements A90)
    suppress: Mark | None = None
    stop: Mark | None = None
    obligations: ObligationColumns | None = None

    @property
    def data_columns(self) -> tuple[str, ...]:
        """Names of the columns with personal data, in the map's order."""
        return tuple(column.name for column in self.columns)

    @property
    def moments(self) -> tuple[str, ...]:
        """Columns into which a step writes its moment."""
        marks = (self.suppress, self.stop)
        return tuple(dict.fromkeys(name for mark in marks if mark for name in mark.columns))

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Every column the map names: what the live table must have."""
        names: list[str | None] = [*self.key, *self.data_columns, *self.moments]
        names += (self.language, self.last_contact, self.source_column)
        names += self.found.columns if isinstance(self.found, Through) else (self.found.column,)
        for mark in filter(None, (self.suppress, self.stop)):
            names += mark.where
        if owed := self.obligations:
            names += (owed.kind, owed.norm, owed.until, owed.fulfilled)
        return tuple(dict.fromkeys(name for name in names if name))


# ---------------------------------------------------------------- stores and the whole map


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One database."""

    name: str
    system: str  # registered name of the information system, for the act of destruction (requirements A22)
    tables: tuple[Table, ...]
    url: str | None = field(default=None, repr=False)  # SQLAlchemy async URL; may hold a password
    url_env: str | None = None  # or the environment variable or credential that holds it

    def table(self, name: str) -> Table:
        """The table called *name*; raises KeyError."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    def above(self, table: Table) -> Iterator[Table]:
        """The tables through which *table* is found, nearest first."""
        while isinstance(table.found, Through):
            table = self.table(table.found.table)
            yield table

    @property
    def children_first(self) -> tuple[Table, ...]:
        """Tables in the order in which rows can be deleted: what is found through others goes first."""
        return tuple(sorted(self.tables, key=lambda table: -len(list(self.above(table)))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody to whom data go: a processor or a recipient (requirements A92)."""

    name: str
    address: str
    email: str = ""
    country: str = ""  # ISO 3166 alpha-2


@dataclass(frozen=True, slots=True, kw_only=True)
class DataMap:
    """The whole map. Raises ValueError, a line for each fault, when it does not fit together."""

    stores: tuple[Store, ...]
    processors: tuple[Party, ...] = ()
    recipients: tuple[Party, ...] = ()
    words: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)  # purpose|ground|source|retention → key
    version: str = ""  # of the file; a case keeps the version it began with

    def __post_init__(self) -> None:
        faults = tuple(_faults(self))
        if faults:
            raise ValueError("\n".join(faults))

    @property
    def obligations_known(self) -> bool:
        """Whether the map says where live obligations stand; if not, destruction is a person's (issue 5)."""
        return any(table.obligations for store in self.stores for table in store.tables)


def _faults(datamap: DataMap) -> Iterator[str]:
    """What does not fit together; each line names store, table and key."""
    yield from _twice("store", [store.name for store in datamap.stores])
    for store in datamap.stores:
        yield from _twice(f"store {store.name}: table", [table.name for table in store.tables])
    if not any(table.persons for store in datamap.stores for table in store.tables):
        yield "stores: no table has persons = true, so nobody could ever be found"
    for store in datamap.stores:
        for table in store.tables:
            where = f"store {store.name}, table {table.name}"
            yield from (f"{where}: {fault}" for fault in _table_faults(store, table))
            yield from (f"{where}: {fault}" for fault in _word_faults(datamap, table))


def _twice(what: str, names: Sequence[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{what} {name} stands on the map twice"


def _table_faults(store: Store, table: Table) -> Iterator[str]:
    """What is wrong with one table; stops at a broken chain, because everything else follows it."""
    broken = _chain_fault(store, table)
    if broken:
        yield broken
        return
    if not table.key or not table.columns:
        yield "key and columns must each name at least one column"
    yield from _person_faults(table)
    if table.obligations and (table.suppress or table.stop):
        yield "suppress and stop: an open order is never blocked (requirements, amendment 1)"
    if isinstance(table.destroy, Keep):
        for parent in store.above(table):
            if isinstance(parent.destroy, Delete):
                yield (
                    f"destroy: rows that stay are found through {parent.name}, which is deleted; "
                    f"keep {parent.name} too, or find this table by an e-mail column of its own"
                )


def _person_faults(table: Table) -> Iterator[str]:
    if table.persons and not isinstance(table.found, ByEmail):
        yield "persons: a person is found by email, not through another table"
    if table.last_contact and not table.persons:
        yield "last_contact: only a table of persons says when a person was last heard of"


def _chain_fault(store: Store, table: Table) -> str:
    """Why *table* cannot be reached from an e-mail column; empty when it can."""
    seen, here = {table.name}, table
    while isinstance(here.found, Through):
        link = here.found
        if not link.columns or len(link.columns) != len(link.key):
            return "through: column and key must name as many columns as each other"
        if link.table not in {known.name for known in store.tables}:
            return f"through: table {link.table} is not on the map of this store"
        if link.table in seen:
            return f"through: leads round in a circle at {link.table}"
        seen.add(link.table)
        here = store.table(link.table)
    return ""


def _word_faults(datamap: DataMap, table: Table) -> Iterator[str]:
    """Keys that have no words, or not in every language: an answer would be left without them."""
    for column in table.columns:
        terms = column.terms
        used = [("purpose", purpose) for purpose in terms.purposes]
        used += [("ground", terms.ground), ("source", terms.source), ("retention", terms.retention)]
        for kind, key in used:
            missing = set(Language) - datamap.words.get(kind, {}).get(key, {}).keys()
            if missing:
                yield f"column {column.name}, {kind}: words.{kind}.{key} lacks {', '.join(sorted(missing))}"
