"""File and environment to one checked value."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from mailbot.config.schema import File, Tls
from mailbot.errors import ConfigError

DEFAULT_PATH = Path("/etc/mailbot/mailbot.toml")
SECRETS = ("imap_password", "smtp_password", "secret_key", "old_secret_keys", "company_url", "ledger_url")
_SHORTEST_KEY = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What must not stand in the file; none of it prints."""

    imap_password: str = field(repr=False)
    secret_key: str = field(repr=False)
    old_secret_keys: Mapping[int, str] = field(default_factory=dict, repr=False)  # by number; secret_key is next
    smtp_password: str | None = field(default=None, repr=False)
    company_url: str | None = field(default=None, repr=False)
    ledger_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the program is told from outside, checked."""

    file: File
    secrets: Secrets
    zone: ZoneInfo
    templates: Path
    law: Path
    knowledge: Path
    datamap: Path
    url_named: Callable[[str], str | None] = field(repr=False)  # what a store's `url_env` names
    notify_socket: str | None = None
    watchdog: timedelta | None = None  # how often systemd wants to hear from us


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read *path* and the environment; raises ConfigError naming the setting at fault."""
    env = os.environ if environ is None else environ  # noqa: TID251 - the one door
    file = _read(path)
    _guarded("mailbox", file.mailbox.tls, file.mailbox.host)
    _guarded("relay", file.relay.tls, file.relay.host)
    _addresses(file.dns.nameservers)
    if file.dns.zone_file:
        beside = path.parent / file.dns.zone_file
        file = msgspec.structs.replace(file, dns=msgspec.structs.replace(file.dns, zone_file=str(beside)))
    secrets = _secrets(env)
    _chosen_keys(file, secrets)
    return Settings(
        file=file,
        secrets=secrets,
        zone=_zone(file.company.zone),
        templates=_folder(file.paths.templates, path, "templates"),
        law=_folder(file.paths.law, path, "law"),
        knowledge=_folder(file.paths.knowledge, path, "knowledge"),
        datamap=_datamap(file.data.map, path),
        url_named=partial(_named, env=env),
        notify_socket=env.get("NOTIFY_SOCKET") or None,
        watchdog=_watchdog(env.get("WATCHDOG_USEC", "")),
    )


def _read(path: Path) -> File:
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(tree, File)
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read ({exc.strerror}); `mailbot init` writes one") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8") from None
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{path} is not TOML: {exc}") from None
    except msgspec.ValidationError as exc:
        raise ConfigError(f"{path}: {_plain(str(exc))}") from None


def _guarded(section: str, tls: Tls, host: str) -> None:
    """Mail and passwords leave this host only under TLS (policy A80)."""
    if tls == "none" and host not in {"localhost", "::1"} and not host.startswith("127."):
        raise ConfigError(f'{section}.tls: "none" is for this host itself only; use "implicit" or "starttls"')


def _addresses(nameservers: tuple[str, ...]) -> None:
    for one in nameservers:
        try:
            ip_address(one)
        except ValueError:
            raise ConfigError("dns.nameservers: name servers are given as IP addresses") from None


def _plain(message: str) -> str:
    """The message of msgspec with the setting first: "mailbox.port: Expected `int`, got `str`"."""
    what, _, where = message.partition(" - at `$")
    return f"{where.strip('`.')}: {what}" if where else what


def _secrets(env: Mapping[str, str]) -> Secrets:
    found = {name: value for name in SECRETS if (value := _secret(name, env)) is not None}
    for name in ("imap_password", "secret_key"):
        if not found.get(name):
            raise ConfigError(
                f"the secret {name} is missing: set MAILBOT_{name.upper()} "
                f"or give systemd LoadCredential={name}:/etc/mailbot/credentials/{name}"
            )
    if len(found["secret_key"]) < _SHORTEST_KEY:
        raise ConfigError("the secret secret_key is shorter than 32 characters; make one: openssl rand -hex 32")
    old = _old_keys(found.pop("old_secret_keys", ""))
    if found["secret_key"] in old.values():
        raise ConfigError("the secret secret_key is one of old_secret_keys; make a new one: openssl rand -hex 32")
    return Secrets(**found, old_secret_keys=old)


def _old_keys(text: str) -> dict[int, str]:
    """Older secrets with their numbers: "1:… 2:…", parted by white space. No message shows what was read."""
    keys: dict[int, str] = {}
    for part in text.split():
        number, colon, secret = part.partition(":")
        if not (colon and number.isdecimal() and int(number) and len(secret) >= _SHORTEST_KEY):
            raise ConfigError("the secret old_secret_keys is written 1:SECRET 2:SECRET, each of 32 characters")
        if int(number) in keys:
            raise ConfigError(f"the secret old_secret_keys has two with the number {int(number)}")
        keys[int(number)] = secret
    return keys


def _chosen_keys(file: File, secrets: Secrets) -> None:
    """The uses in [keys] name secrets that are there."""
    newest = max(secrets.old_secret_keys, default=0) + 1
    for use, number in msgspec.structs.asdict(file.keys).items():
        if number not in {0, newest, *secrets.old_secret_keys}:
            raise ConfigError(f"keys.{use}: there is no secret {number}; secret_key is number {newest}")


def _secret(name: str, env: Mapping[str, str]) -> str | None:
    """A systemd credential first, then the environment; one trailing line end is not part of it."""
    return _credential(name, env) or env.get(f"MAILBOT_{name.upper()}") or None


def _named(variable: str, *, env: Mapping[str, str]) -> str | None:
    """The same of a *variable* the operator has named: MAILBOT_SHOP_URL, or a credential so called or shop_url."""
    short = variable.removeprefix("MAILBOT_").lower()
    return _credential(short, env) or _credential(variable, env) or env.get(variable) or None


def _credential(name: str, env: Mapping[str, str]) -> str | None:
    folder = env.get("CREDENTIALS_DIRECTORY")
    if folder:
        path = Path(folder) / name
        try:
            return path.read_text(encoding="utf-8").removesuffix("\n") or None
        except FileNotFoundError:
            pass
        except (OSError, UnicodeDecodeError):
            raise ConfigError(f"the credential {name} cannot be read") from None
    return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(f"company.zone: no time zone is called {name!r}; try Asia/Almaty") from None


def share(kind: str) -> Path:
    """The program's own *kind* ("templates", "config/law" …): in the wheel, or in the checkout beside it."""
    package = Path(__file__).parent.parent
    wheel = package / "_share" / kind
    return wheel if wheel.exists() else package.parent / kind


def _folder(chosen: str, file: Path, kind: str) -> Path:
    own = share(kind if kind == "templates" else f"config/{kind}")
    if not chosen:
        beside = file.parent / kind
        return beside if beside.is_dir() else own
    path = file.parent / chosen
    if not path.is_dir():
        raise ConfigError(f"paths.{kind}: there is no folder {path}")
    return path


def _datamap(chosen: str, file: Path) -> Path:
    if not chosen:
        beside = file.parent / "datamap.toml"
        return beside if beside.is_file() else share("config/datamap.toml")
    path = file.parent / chosen
    if not path.is_file():
        raise ConfigError(f"data.map: there is no file {path}")
    return path


def _watchdog(usec: str) -> timedelta | None:
    return timedelta(microseconds=int(usec)) if usec.isdigit() and int(usec) else None
