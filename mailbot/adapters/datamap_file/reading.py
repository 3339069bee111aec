"""config/datamap.toml → `DataMap`."""

import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mailbot.adapters.datamap_file.lines import (
    ActLines,
    ColumnLines,
    KeepLines,
    ManualLines,
    MapLines,
    Names,
    ObligationLines,
    OwnLines,
    PartyLines,
    StoreLines,
    SuppressLines,
    TableLines,
    ThroughLines,
    WayLines,
)
from mailbot.core.datamap import (
    Act,
    Blank,
    ByEmail,
    ByPhone,
    Column,
    ConsentColumns,
    DataMap,
    Delete,
    Flag,
    Keep,
    Manual,
    Mark,
    ObligationColumns,
    OwnStore,
    Party,
    Reach,
    Remove,
    Scalar,
    Store,
    Table,
    Terms,
    Through,
    Until,
    Way,
)
from mailbot.errors import ConfigError

Shape = TypeVar("Shape", bound=msgspec.Struct)


def load_datamap(path: Path) -> DataMap:
    """The map in *path*; raises ConfigError that names file, store, table and key."""
    try:
        raw = path.read_bytes()
        lines = _read(MapLines, tomllib.loads(raw.decode()), where="top level")
        return DataMap(
            stores=tuple(_store(store) for store in lines.stores),
            manual=tuple(_manual(store) for store in lines.manual),
            ledger=_own(lines.ledger),
            mailbox=_own(lines.mailbox),
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
    lines = _read(StoreLines, raw, where=where)
    if lines.url and lines.url_env:
        raise ValueError(f"{where}: give url or url_env, not both")
    return Store(
        name=lines.name,
        system=lines.system,
        url=lines.url,
        url_env=lines.url_env,
        owes_nothing=lines.obligations == "none",
        tables=tuple(_table(table, where) for table in lines.tables),
    )


def _manual(raw: Mapping[str, Any]) -> Manual:
    lines = _read(ManualLines, raw, where=f"manual, {raw.get('name', '(no name)')}")
    return Manual(**msgspec.structs.asdict(lines))


def _own(lines: OwnLines | None) -> OwnStore | None:
    return OwnStore(**msgspec.structs.asdict(lines)) if lines else None


def _table(raw: Mapping[str, Any], store: str) -> Table:
    where = f"{store}, table {raw.get('name', '(no name)')}"
    lines = _read(TableLines, raw, where=where)
    return Table(
        name=lines.name,
        relation=lines.table,
        schema=lines.schema,
        where=lines.where,
        key=_names(lines.key),
        category=lines.category,
        ways=_ways(lines, where),
        columns=tuple(_column(name, column, lines) for name, column in lines.columns.items()),
        destroy=_destroy(lines.destroy),
        persons=lines.persons,
        same_person=lines.same_person,
        language=lines.language,
        last_contact=lines.last_contact,
        source_column=lines.source_column,
        newsletter_token=lines.newsletter_token,
        added=lines.added,
        consent=ConsentColumns(**msgspec.structs.asdict(lines.consent)) if lines.consent else None,
        suppress=_act(lines.suppress, f"{where}, suppress"),
        reach=_reach(lines.suppress),
        stop=_act(lines.stop, f"{where}, stop"),
        obligations=_obligations(lines.obligations),
    )


def _ways(lines: TableLines, where: str) -> tuple[Way, ...]:
    """By what rows are found: `email`, `through` or the list `found`, one of the three."""
    match lines.email, lines.through, lines.found:
        case str(column), None, ():
            return (ByEmail(column=column, folded=lines.email_is_lower_case),)
        case None, ThroughLines(table=table, column=column, key=key), ():
            return (Through(table=table, columns=_names(column), key=_names(key)),)
        case None, None, several if several:
            return tuple(_way(way, where) for way in several)
        case _:
            raise ValueError(f"{where}: say how a person is found, by email, through or found, one of the three")


def _way(lines: WayLines, where: str) -> Way:
    match lines:
        case WayLines(email=str(column), phone=None, table=None):
            return ByEmail(column=column, folded=lines.lower_case)
        case WayLines(phone=str(column), email=None, table=None) if lines.stored:
            return ByPhone(column=column, stored=lines.stored)
        case WayLines(table=str(table), email=None, phone=None) if lines.column and lines.key:
            return Through(table=table, columns=_names(lines.column), key=_names(lines.key))
        case _:
            raise ValueError(
                f"{where}, found: each is {{email}}, {{phone, stored}} or {{table, column, key}}, one of the three"
            )


def _destroy(lines: str | KeepLines) -> Delete | Keep | Blank:
    match lines:
        case KeepLines(keep=norm, until=until):
            return Keep(norm, Until(**msgspec.structs.asdict(until)) if until else None)
        case "columns":
            return Blank()
        case _:
            return Delete()


def _column(name: str, lines: ColumnLines, table: TableLines) -> Column:
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
        erase=lines.erase,
        free_text=lines.free_text,
    )


def _act(lines: ActLines | None, where: str) -> Act | None:
    """What a step does to a row: exactly one of set_now, set with clear, delete."""
    if lines is None:
        return None
    cleared: dict[str, Scalar | None] = dict.fromkeys(_names(lines.clear)) if lines.clear else {}
    values = {**cleared, **(lines.set or {})}
    match bool(lines.set_now), bool(values), lines.delete:
        case True, False, False if lines.set_now:
            return Mark(columns=_names(lines.set_now), where=lines.where)
        case False, True, False:
            return Flag(values=values, where=lines.where)
        case False, False, True:
            return Remove(where=lines.where)
        case _:
            raise ValueError(f"{where}: give one of set_now, set (and clear), delete = true")


def _reach(lines: SuppressLines | None) -> Reach | None:
    if lines is None or not (lines.channel or lines.only or lines.topic):
        return None
    return Reach(
        channel=lines.channel, channels=lines.channels, only=lines.only, topic=lines.topic, topics=lines.topics
    )


def _obligations(lines: ObligationLines | None) -> ObligationColumns | None:
    return ObligationColumns(**msgspec.structs.asdict(lines)) if lines else None


def _party(raw: Mapping[str, Any], where: str) -> Party:
    lines = _read(PartyLines, raw, where=f"{where}, {raw.get('name', '(no name)')}")
    return Party(**msgspec.structs.asdict(lines))


def _names(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names
