"""config/datamap.toml → `DataMap`."""

import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from mailbot.core.datamap import (
    ByEmail,
    Column,
    DataMap,
    Delete,
    Keep,
    Mark,
    ObligationColumns,
    Party,
    Store,
    Table,
    Terms,
    Through,
)
from mailbot.core.model import Language
from mailbot.errors import ConfigError

Text = Annotated[str, msgspec.Meta(min_length=1)]
Names = Text | Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]  # "id" or ["order_no", "line_no"]
Shape = TypeVar("Shape", bound=msgspec.Struct)


class _Lines(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of the file's tables: an unknown key is a fault, or a typing slip would switch a protection off."""


class _ThroughLines(_Lines):
    table: Text
    column: Names
    key: Names


class _MarkLines(_Lines):
    set_now: Names
    where: dict[str, str | int | bool] = {}


class _KeepLines(_Lines):
    keep: Text


class _ObligationLines(_Lines):
    kind: Text
    norm: Text
    until: Text
    fulfilled: Text
    lapses: frozenset[str] = frozenset()


class _ColumnLines(_Lines):
    category: Text
    purpose: Names | None = None
    ground: Text | None = None
    source: Text | None = None
    retention: Text | None = None


class _TableLines(_Lines):
    name: Text
    key: Names
    category: Text
    purpose: Names
    ground: Text
    source: Text
    retention: Text
    destroy: Literal["delete"] | _KeepLines
    columns: dict[str, _ColumnLines]
    email: Text | None = None
    email_is_lower_case: bool = False
    through: _ThroughLines | None = None
    persons: bool = False
    language: Text | None = None
    last_contact: Text | None = None
    source_column: Text | None = None
    suppress: _MarkLines | None = None
    stop: _MarkLines | None = None
    obligations: _ObligationLines | None = None


class _StoreLines(_Lines):
    name: Text
    system: Text
    url: Text | None = None
    url_env: Text | None = None
    tables: tuple[dict[str, Any], ...] = ()


class _PartyLines(_Lines):
    name: Text
    address: Text
    email: str = ""
    country: str = ""


class _WordLines(_Lines):
    purpose: dict[str, dict[Language, Text]]
    ground: dict[str, dict[Language, Text]]
    source: dict[str, dict[Language, Text]]
    retention: dict[str, dict[Language, Text]]


class _MapLines(_Lines):
    stores: tuple[dict[str, Any], ...]
    words: _WordLines
    processors: tuple[dict[str, Any], ...] = ()
    recipients: tuple[dict[str, Any], ...] = ()


def load_datamap(path: Path) -> DataMap:
    """The map in *path*; raises ConfigError that names file, store, table and key."""
    try:
        raw = path.read_bytes()
        lines = _read(_MapLines, tomllib.loads(raw.decode()), where="top level")
        return DataMap(
            stores=tuple(_store(store) for store in lines.stores),
            processors=tuple(_party(party, "processors") for party in lines.processors),
            recipients=tuple(_party(party, "recipients") for party in lines.recipients),
            words=msgspec.structs.asdict(lines.words),
            version=sha256(raw).hexdigest()[:12],
        )
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read: {exc.strerror}") from exc
    except ValueError as exc:  # not UTF-8, not TOML, not the shape, or DataMap's own faults
        raise ConfigError(f"{path}: {exc}") from exc


def _read(shape: type[Shape], lines: Mapping[str, Any], *, where: str) -> Shape:
    """*lines* as *shape*; raises ValueError that says where."""
    try:
        return msgspec.convert(lines, shape)
    except msgspec.ValidationError as exc:
        raise ValueError(f"{where}: {exc}") from exc


def _store(raw: Mapping[str, Any]) -> Store:
    where = f"store {raw.get('name', '(no name)')}"
    lines = _read(_StoreLines, raw, where=where)
    if lines.url and lines.url_env:
        raise ValueError(f"{where}: give url or url_env, not both")
    return Store(
        name=lines.name,
        system=lines.system,
        url=lines.url,
        url_env=lines.url_env,
        tables=tuple(_table(table, where) for table in lines.tables),
    )


def _table(raw: Mapping[str, Any], store: str) -> Table:
    where = f"{store}, table {raw.get('name', '(no name)')}"
    lines = _read(_TableLines, raw, where=where)
    return Table(
        name=lines.name,
        key=_names(lines.key),
        category=lines.category,
        found=_found(lines, where),
        columns=tuple(_column(name, column, lines) for name, column in lines.columns.items()),
        destroy=Keep(lines.destroy.keep) if isinstance(lines.destroy, _KeepLines) else Delete(),
        persons=lines.persons,
        language=lines.language,
        last_contact=lines.last_contact,
        source_column=lines.source_column,
        suppress=_mark(lines.suppress),
        stop=_mark(lines.stop),
        obligations=_obligations(lines.obligations),
    )


def _found(lines: _TableLines, where: str) -> ByEmail | Through:
    match lines.email, lines.through:
        case str(column), None:
            return ByEmail(column=column, folded=lines.email_is_lower_case)
        case None, _ThroughLines(table=table, column=column, key=key):
            return Through(table=table, columns=_names(column), key=_names(key))
        case _:
            raise ValueError(f"{where}: say how a person is found, by email or by through, one of the two")


def _column(name: str, lines: _ColumnLines, table: _TableLines) -> Column:
    """A column; terms it does not give are its table's."""
    return Column(
        name=name,
        category=lines.category,
        terms=Terms(
            purposes=_names(lines.purpose or table.purpose),
            ground=lines.ground or table.ground,
            source=lines.source or table.source,
            retention=lines.retention or table.retention,
        ),
    )


def _mark(lines: _MarkLines | None) -> Mark | None:
    return Mark(columns=_names(lines.set_now), where=lines.where) if lines else None


def _obligations(lines: _ObligationLines | None) -> ObligationColumns | None:
    return ObligationColumns(**msgspec.structs.asdict(lines)) if lines else None


def _party(raw: Mapping[str, Any], where: str) -> Party:
    lines = _read(_PartyLines, raw, where=f"{where}, {raw.get('name', '(no name)')}")
    return Party(**msgspec.structs.asdict(lines))


def _names(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names
