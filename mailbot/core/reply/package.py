"""A copy of one person's data as it is handed out, and its password (access, level 2; requirements C20)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from mailbot.core import phone
from mailbot.core.datamap import Column, Copy, DataMap, Record, Words
from mailbot.core.model import Language
from mailbot.core.reply.facts import Operator

NUMBER = "user.contact.phone_number"
_DIGITS = 25  # 83 bits
_GROUP = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of value, and on what terms it is held."""

    column: str
    category: str
    purposes: tuple[Words, ...]
    ground: Words
    source: Words
    retention: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows of one table."""

    system: str  # registered name of the information system
    table: str
    category: str
    kinds: tuple[Kind, ...]  # those of which there is a value
    rows: tuple[Mapping[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Everything that goes into the archive, and what does not."""

    case: str
    made_at: datetime
    operator: Operator
    parts: tuple[Part, ...]
    withheld: int  # rows of which nobody can say whose they are
    elsewhere: tuple[str, ...]  # places that are no database: what is there, a person adds


def package(case: str, copy: Copy, datamap: DataMap, *, operator: Operator, made_at: datetime) -> Package:
    """What is handed out of *copy*; the map says on what terms."""
    return Package(
        case=case,
        made_at=made_at,
        operator=operator,
        parts=tuple(_parts(copy.records, datamap)),
        withheld=copy.withheld,
        elsewhere=tuple(place.system for place in datamap.manual),
    )


def _parts(records: Sequence[Record], datamap: DataMap) -> Iterator[Part]:
    by_table: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        by_table.setdefault((record.store, record.table), []).append(record)
    for store in datamap.stores:
        for table in store.tables:
            if here := by_table.get((store.name, table.name)):
                filled = {name for record in here for name in record.columns}
                yield Part(
                    system=store.system,
                    table=table.name,
                    category=table.category,
                    kinds=tuple(_kind(column, datamap) for column in table.columns if column.name in filled),
                    rows=tuple(record.columns for record in here),
                )


def _kind(column: Column, datamap: DataMap) -> Kind:
    words, terms = datamap.words, column.terms
    return Kind(
        column=column.name,
        category=column.category,
        purposes=tuple(words["purpose"][key] for key in terms.purposes),
        ground=words["ground"][terms.ground],
        source=words["source"][terms.source],
        retention=words["retention"][terms.retention],
    )


def as_json(made: Package, language: Language) -> bytes:
    """The same for programs (EU 20: structured, commonly used, machine-readable), UTF-8."""
    told = {
        "case": made.case,
        "made_at": made.made_at.isoformat(),
        "operator": _said(made.operator.name, language),
        "tables": [
            {
                "system": part.system,
                "table": part.table,
                "category": part.category,
                "columns": {one.column: _plain(one, language) for one in part.kinds},
                "rows": [dict(row) for row in part.rows],
            }
            for part in made.parts
        ],
        "withheld": made.withheld,
        "elsewhere": list(made.elsewhere),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")


def _plain(one: Kind, language: Language) -> dict[str, object]:
    return {
        "category": one.category,
        "purposes": [purpose[language] for purpose in one.purposes],
        "ground": one.ground[language],
        "source": one.source[language],
        "kept": one.retention[language],
    }


def _said(phrase: str | Mapping[Language, str], language: Language) -> str:
    return phrase if isinstance(phrase, str) else phrase[language]


# ---------------------------------------------------------------- the password, and whom to call


def numbers(records: Iterable[Record], datamap: DataMap) -> tuple[str, ...]:
    """The telephone numbers in the person's own rows, as they stand there, each once."""
    found: dict[str, str] = {}
    for text in _numbers(records, datamap):
        found.setdefault(phone.normal(text) or text, text)
    return tuple(found.values())


def _numbers(records: Iterable[Record], datamap: DataMap) -> Iterator[str]:
    for store in datamap.stores:
        for table in store.tables:
            names = [one.name for one in table.columns if one.category == NUMBER]
            here = (one for one in records if (one.store, one.table) == (store.name, table.name))
            yield from (record.columns[name] for record in here for name in names if name in record.columns)


def password(token: str) -> str:
    """Digits made of *token*, which has at least 128 random bits: 83 of them are left.

    Digits are said the same way in every language and look like nothing else.
    """
    return f"{int(sha256(token.encode()).hexdigest(), 16) % 10**_DIGITS:0{_DIGITS}d}"


def spoken(secret: str) -> str:
    """*secret* in groups, as it is read out."""
    return " ".join(secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP))


def counts(records: Sequence[Record]) -> dict[str, int]:
    """How many rows of each table, as the audit trail keeps them."""
    names = [f"{one.store}.{one.table}" for one in records]
    return {name: names.count(name) for name in dict.fromkeys(names)}
