"""Where the company keeps personal data, why, and what each step does to it there.

The map is written by the company (config/datamap.toml is the example) and cannot be wrong in itself: `DataMap`
refuses what does not fit together. Whether it fits the live databases is the registry's `check`.

Source: issue 5, items 1-3; requirements A12 (purposes and fields are stored), A22 (information system), A89-A92.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailbot.core.datamap.faults import faults
from mailbot.core.datamap.table import TOLD, Table
from mailbot.core.model import Language, Right

Words = Mapping[Language, str]
"""One phrase in every language we answer in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One database."""

    name: str
    system: str  # registered name of the information system, for the act of destruction (requirements A22)
    tables: tuple[Table, ...]
    url: str | None = field(default=None, repr=False)  # SQLAlchemy async URL; may hold a password
    url_env: str | None = None  # or the environment variable or credential that holds it
    owes_nothing: bool = False  # the company says: no obligation stands here or hangs on what is here

    def table(self, name: str) -> Table:
        """The table called *name*; raises KeyError."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    def above(self, table: Table) -> Iterator[Table]:
        """The tables through which *table* is found, nearest first, each once."""
        seen: dict[str, Table] = {}
        waiting = [self.table(link.table) for link in table.links]
        while waiting:
            parent = waiting.pop(0)
            if parent.name not in seen:
                seen[parent.name] = parent
                waiting += [self.table(link.table) for link in parent.links]
        yield from seen.values()

    def roots(self, table: Table) -> tuple[Table, ...]:
        """The tables by which the chains of *table* begin at an address or a number; itself where it is one."""
        return tuple(one for one in (table, *self.above(table)) if one.direct)

    @property
    def children_first(self) -> tuple[Table, ...]:
        """Tables in the order in which rows can be deleted: what is found through others goes first."""
        return tuple(sorted(self.tables, key=lambda table: -self._depth(table)))

    def _depth(self, table: Table) -> int:
        return max((1 + self._depth(self.table(link.table)) for link in table.links), default=0)

    @property
    def obligations_known(self) -> bool:
        """Whether it is said where live obligations stand here, or that there are none."""
        return self.owes_nothing or any(table.obligations for table in self.tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """A place that is no database (1C, Excel, paper, a mailing service): a task for a named person each time."""

    name: str
    system: str
    person: str  # who does it, as the operator calls them
    mail: str  # where the task is sent; one of the company's own
    within_days: int  # working days
    category: str
    rights: tuple[Right, ...]  # what must be done there when each of these is carried out
    how: str = ""  # what to do there, in the operator's language


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStore:
    """The ledger or the mailbox itself: what of a person stays there, why and how long (issue 5, item 1).

    `erase`: letters of the person in these folders that are no request go with an erasure.
    """

    system: str
    norm: str  # why requests and answers are kept
    keep_days: int  # after the case ended
    folders: tuple[str, ...] = ()
    erase: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody to whom data go: a processor or a recipient (requirements A92)."""

    name: str
    address: str
    email: str = ""
    country: str = ""  # ISO 3166 alpha-2; empty: the company's
    transfer: str = ""  # key of words.ground: on what ground data go to that country
    language: Language = Language.RU  # in which we write to them
    told: tuple[Right, ...] = TOLD  # of what (A93); empty: of nothing
    within_days: int = 10  # working days in which an answer is expected


@dataclass(frozen=True, slots=True, kw_only=True)
class DataMap:
    """The whole map. Raises ValueError, a line for each fault, when it does not fit together."""

    stores: tuple[Store, ...]
    manual: tuple[Manual, ...] = ()
    ledger: OwnStore | None = None
    mailbox: OwnStore | None = None
    processors: tuple[Party, ...] = ()
    recipients: tuple[Party, ...] = ()
    words: Mapping[str, Mapping[str, Words]] = field(
        default_factory=dict
    )  # purpose|ground|source|retention|decision → key
    version: str = ""  # of the file; a case keeps the version it began with

    def __post_init__(self) -> None:
        found = tuple(faults(self))
        if found:
            raise ValueError("\n".join(found))

    @property
    def obligations_known(self) -> bool:
        """Whether every store says where live obligations stand; if not, destruction is a person's (issue 5)."""
        return all(store.obligations_known for store in self.stores)

    @property
    def parties(self) -> tuple[Party, ...]:
        """Everybody who is told of what was done."""
        return (*self.processors, *self.recipients)
