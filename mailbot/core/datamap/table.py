"""One table with personal data: by what its rows are found, on what terms they are held, what rights do to them.

Source: issue 5, item 1; requirements A12 (purposes and fields are stored), A68 (what is kept), A90 (sources).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailbot.core.model import Channel, Right, Topic

Scalar = str | int | bool
"""A value that a map may write or compare."""


# ---------------------------------------------------------------- how rows are found


@dataclass(frozen=True, slots=True, kw_only=True)
class ByEmail:
    """Rows with an e-mail address in one of the table's columns."""

    column: str
    folded: bool = False  # the company stores it in lower case: a plain index serves, else one on lower(column)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPhone:
    """Rows with a telephone number in one of the table's columns.

    `stored` are the forms in which the company writes a number, each # a digit of the national number:
    "+7##########", "8 (###) ###-##-##". A number is looked up in all of them, by a plain index.
    """

    column: str
    stored: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Through:
    """Rows found through another table of the store: `columns` here equal `key` there, in this order."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


Way = ByEmail | ByPhone | Through


# ---------------------------------------------------------------- what a right does to a row


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Write the moment of the step into `columns` where they are still null, in rows that fit `where`."""

    columns: tuple[str, ...]
    where: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Write these values (None: null) where others stand, in rows that fit `where`.

    What stood there is kept with the step, so that it can be put back.
    """

    values: Mapping[str, Scalar | None]
    where: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """What it writes into."""
        return tuple(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Delete the rows that fit `where`: a mailing tool's list knows no other way. Never before a confirmation."""

    where: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """It writes into none."""
        return ()


Act = Mark | Flag | Remove


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How a row says by which way and about what advertising comes: so that one can be stopped and not all."""

    channel: str | None = None  # column with the channel
    channels: Mapping[str, Channel] = field(default_factory=dict)  # its values → ours; empty: ours themselves
    only: Channel | None = None  # or every row is of this one channel
    topic: str | None = None  # column with the topic
    topics: Mapping[str, Topic] = field(default_factory=dict)  # its values → ours; empty: ours themselves


# ---------------------------------------------------------------- what destruction leaves


@dataclass(frozen=True, slots=True)
class Delete:
    """Destruction deletes the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """The last day on which a row is kept: so much after the day in `column` (local date)."""

    column: str
    years: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Keep:
    """Destruction leaves the row, because a law says so; the person is told the norm (requirements A68)."""

    norm: str
    until: Until | None = None  # after it the row is destroyed too; None: a person decides when


@dataclass(frozen=True, slots=True)
class Blank:
    """Destruction leaves the row and does to each column what that column's `erase` says."""


class Erasure(StrEnum):
    """What destruction does to one column of a row that stays."""

    NULL = "null"  # the column is emptied
    MASK = "mask"  # the text is replaced by a fixed word that says nothing
    HASH = "hash"  # a keyed hash in its place: rows of one person still belong together, nobody knows whose
    KEEP = "keep"  # it says nothing about a person once the rest is gone


# ---------------------------------------------------------------- a table


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
class ConsentColumns:
    """When the person agreed to what a row is for: who came back freely is left alone (issue 5, item 4)."""

    given: str
    withdrawn: str | None = None
    where: Mapping[str, Scalar] = field(default_factory=dict)  # only these rows are consent to advertising


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
    erase: Erasure | None = None  # for rows that stay; see Blank
    free_text: bool = False  # people write into it: it may name anybody, so it never stays as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with personal data, and what the steps do to its rows."""

    name: str  # unique on the map; of the table too, unless `relation` says another
    key: tuple[str, ...]
    category: str  # of the whole row, for `Change.category`; a Fideslang name
    ways: tuple[Way, ...]  # a row is found by any of them
    columns: tuple[Column, ...]
    destroy: Delete | Keep | Blank
    relation: str = ""  # the table's name in the database; empty: `name`
    schema: str | None = None  # None: the usual one
    where: Mapping[str, Scalar] = field(default_factory=dict)  # only these rows of it are meant, for every step
    persons: bool = False  # each row is a person: what `find` returns
    same_person: tuple[str, ...] = ()  # rows of several tables that agree here and in the address are one person
    language: str | None = None  # column with the person's language (kk, ru, en)
    last_contact: str | None = None  # column with the day or moment at which a person was last heard of
    newsletter_token: str | None = None  # column with the token in the newsletter's link for unsubscribing
    source_column: str | None = None  # column that says where the row came from (requirements A90)
    added: str | None = None  # column with the moment at which the row came into the table
    consent: ConsentColumns | None = None
    suppress: Act | None = None
    reach: Reach | None = None
    stop: Act | None = None
    obligations: ObligationColumns | None = None

    @property
    def real_name(self) -> str:
        """Its name in the database, without schema."""
        return self.relation or self.name

    @property
    def place(self) -> str:
        """Where it is in the database: with its schema where that is not the usual one."""
        return f"{self.schema}.{self.real_name}" if self.schema else self.real_name

    @property
    def links(self) -> tuple[Through, ...]:
        """The ways that lead through other tables."""
        return tuple(way for way in self.ways if isinstance(way, Through))

    @property
    def direct(self) -> tuple[ByEmail | ByPhone, ...]:
        """The ways that need no other table."""
        return tuple(way for way in self.ways if not isinstance(way, Through))

    @property
    def email(self) -> ByEmail | None:
        """The column with an e-mail address by which rows are found, if there is one."""
        return next((way for way in self.ways if isinstance(way, ByEmail)), None)

    @property
    def data_columns(self) -> tuple[str, ...]:
        """Names of the columns with personal data, in the map's order."""
        return tuple(column.name for column in self.columns)

    @property
    def moments(self) -> tuple[str, ...]:
        """Columns into which a step writes its moment."""
        marks = (act for act in (self.suppress, self.stop) if isinstance(act, Mark))
        return tuple(dict.fromkeys(name for mark in marks for name in mark.columns))

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Every column the map names: what the live table must have."""
        return tuple(dict.fromkeys(name for name in self._named() if name))

    def _named(self) -> Iterator[str | None]:
        yield from (*self.key, *self.data_columns, *self.where, *self.same_person)
        yield from (self.language, self.last_contact, self.source_column, self.added, self.newsletter_token)
        for way in self.ways:
            yield from way.columns if isinstance(way, Through) else (way.column,)
        for act in (self.suppress, self.stop):
            if act is not None:
                yield from (*act.columns, *act.where)
        if reach := self.reach:
            yield from (reach.channel, reach.topic)
        if owed := self.obligations:
            yield from (owed.kind, owed.norm, owed.until, owed.fulfilled)
        if consent := self.consent:
            yield from (consent.given, consent.withdrawn, *consent.where)
        if isinstance(self.destroy, Keep) and self.destroy.until:
            yield self.destroy.until.column


TOLD = (Right.WITHDRAW_CONSENT, Right.ERASURE, Right.UNSUBSCRIBE, Right.RECTIFICATION)
"""What those who hold data for the company, or had them from it, are told of (issue 5, item 8; A93)."""
