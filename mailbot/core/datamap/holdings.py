"""What is held about one person, as an access letter of level 1 tells it: categories and terms, no values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Everything an access letter of level 1 tells (requirements A81, A89-A92). `held` empty: nothing is."""

    held: tuple[Holding, ...]
    processors: tuple[Party, ...]
    recipients: tuple[Party, ...]


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
