"""The law as files: `law/{kz,ru,eu}.toml` and the dated tables `law/calendar/{kz,ru}.toml`.

Numbers are configuration, because a lawyer confirms them and governments move days late (requirements B).
"""

import tomllib
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from mailbot.core.deadline import Duty, Ground, Law, Rule, Start, Statute, Unit
from mailbot.core.model import Right
from mailbot.core.working_days import WorkingDays
from mailbot.errors import ConfigError

File = TypeVar("File")
Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Rule(msgspec.Struct, forbid_unknown_fields=True):
    """One `[rules.RIGHT]` or `[duties.DUTY]` table; `Rule` says what the keys mean."""

    unit: Unit
    amount: Annotated[int, msgspec.Meta(ge=1)]
    start: Start
    norm: Text
    extension: str
    source: Text
    checked: date


class _Ground(msgspec.Struct, forbid_unknown_fields=True):
    """One `[refusals.KEY]` table; `Ground` says what the keys mean."""

    norm: Text
    rights: Annotated[tuple[Right, ...], msgspec.Meta(min_length=1)]
    says: Text
    source: Text
    checked: date


class _Statute(msgspec.Struct, forbid_unknown_fields=True):
    """`law/COUNTRY.toml`."""

    zone: Text
    rules: dict[Right, dict[str, object]]
    duties: dict[Duty, dict[str, object]]
    refusals: dict[Text, _Ground] = {}


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    """`law/calendar/COUNTRY.toml`."""

    known_through: int
    moved_through: int
    add_off: frozenset[date]
    add_work: frozenset[date]
    source: Text
    checked: date


def load_law(folder: Path) -> Law:
    """The law in *folder*, with its versions; raises `ConfigError` naming file and key."""
    plain = WorkingDays(country=None, known_through=0, version="Monday to Friday")
    return Law(
        kz=_statute(folder / "kz.toml", _working_days(folder / "calendar" / "kz.toml", country="KZ")),
        ru=_statute(folder / "ru.toml", _working_days(folder / "calendar" / "ru.toml", country="RU")),
        eu=_statute(folder / "eu.toml", plain),
    )


def _statute(path: Path, days: WorkingDays) -> Statute:
    raw = _read(path)
    file = _parse(raw, _Statute, path)
    rules = {one: _rule(entry, where=f"{path}: rules.{one}") for one, entry in file.rules.items()}
    duties = {one: _rule(entry, where=f"{path}: duties.{one}") for one, entry in file.duties.items()}
    missing = [f"rules.{one}" for one in Right if one not in rules]
    if missing := [*missing, *(f"duties.{one}" for one in Duty if one not in duties)]:
        raise ConfigError(f"{path}: {missing[0]} is missing")
    try:
        return Statute(
            zone=_zone(file.zone, path),
            rules=rules,
            duties=duties,
            days=days,
            version=_fingerprint(raw),
            refusals={key: Ground(norm=g.norm, rights=g.rights, says=g.says) for key, g in file.refusals.items()},
        )
    except ValueError as exc:
        raise ConfigError(f"{path}: refusals: {exc}") from exc


def _working_days(path: Path, *, country: str) -> WorkingDays:
    raw = _read(path)
    table = _parse(raw, _Table, path)
    if both := sorted(table.add_off & table.add_work):
        raise ConfigError(f"{path}: {both[0]} stands in both add_off and add_work")
    return WorkingDays(
        country=country,
        known_through=table.known_through,
        moved_through=table.moved_through,
        add_off=table.add_off,
        add_work=table.add_work,
        version=f"holidays {version('holidays')} {_fingerprint(raw)}",
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read: {exc.strerror}") from exc


def _parse(raw: bytes, kind: type[File], path: Path) -> File:
    try:
        return msgspec.convert(tomllib.loads(raw.decode()), kind)
    except ValueError as exc:  # neither UTF-8, nor TOML, nor these keys
        raise ConfigError(f"{path}: {exc}") from exc


def _rule(entry: dict[str, object], *, where: str) -> Rule:
    """One rule, converted by itself, since an error inside a mapping does not name its key."""
    try:
        return Rule(**msgspec.structs.asdict(msgspec.convert(entry, _Rule)))
    except msgspec.ValidationError as exc:
        raise ConfigError(f"{where}: {exc}") from exc


def _zone(name: str, path: Path) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as exc:  # ZoneInfoNotFoundError is a KeyError
        raise ConfigError(f"{path}: zone: no time zone is called {name!r}") from exc


def _fingerprint(raw: bytes) -> str:
    return f"sha256:{sha256(raw).hexdigest()}"
