"""What is held about one person: categories and terms (access, level 1), and the values themselves (level 2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mailbot.core.datamap.map import DataMap, Party, Words
from mailbot.core.datamap.table import Column, Table
from mailbot.core.model import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one table holds about a person: how many rows have a value in each column."""

    table: Table
    filled: Mapping[str, int]
    sources: tuple[str, ...] = ()  # values of `source_column`


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One category of data held about a person, and on what terms; no values (access, level 1)."""

    category: str
    rows: int  # of the column that has most
    purposes: tuple[Words, ...]
    grounds: tuple[Words, ...]
    sources: tuple[Words, ...]
    retention: tuple[Words, ...]
    shown: tuple[str, ...] = ()  # values so masked that only their owner knows them


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """An authority that had the data, because the law said so (requirements A74)."""

    recipient: str
    ground: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Everything an access letter of level 1 tells (requirements A81, A89-A92). `held` empty: nothing is."""

    held: tuple[Holding, ...]
    processors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    disclosed: tuple[Disclosed, ...] = ()
    withheld: int = 0  # rows that are told of nobody: see `Copy`


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row about one person, with its values as text; columns that hold nothing are left out (access, level 2).

    On what terms each value is held is said by the map: `DataMap` → store → table → column.
    """

    store: str
    table: str  # its name on the map
    category: str  # of the whole row
    columns: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """All that is held about one person, row by row, in the map's order.

    `withheld` counts rows that are found by a number or key which somebody else has too: nobody can say whose they
    are, so nobody gets them without a person's look.
    """

    records: tuple[Record, ...]
    withheld: int = 0


def holdings(datamap: DataMap, found: Sequence[Found]) -> Holdings:
    """What is held, one entry for each category, in the map's order."""
    by_category: dict[str, list[tuple[Found, Column]]] = {}
    for one in found:
        for column in one.table.columns:
            if one.filled.get(column.name):
                by_category.setdefault(column.category, []).append((one, column))
    return Holdings(
        held=tuple(_holding(datamap, category, parts) for category, parts in by_category.items()),
        processors=datamap.processors,
        recipients=datamap.recipients,
    )


def _holding(datamap: DataMap, category: str, parts: Sequence[tuple[Found, Column]]) -> Holding:
    def said(kind: str, keys: Iterable[str]) -> tuple[Words, ...]:
        known = datamap.words[kind]
        return tuple(known.get(key) or dict.fromkeys(Language, key) for key in dict.fromkeys(keys))

    return Holding(
        category=category,
        rows=max(one.filled[column.name] for one, column in parts),
        purposes=said("purpose", (key for _, column in parts for key in column.terms.purposes)),
        grounds=said("ground", (column.terms.ground for _, column in parts)),
        sources=said("source", (key for one, column in parts for key in one.sources or (column.terms.source,))),
        retention=said("retention", (column.terms.retention for _, column in parts)),
    )
