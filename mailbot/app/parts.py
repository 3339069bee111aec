"""The parts, each made from the settings by itself: `build` joins them, `mailbot doctor` tries them singly.

*patience* is the longest silence in seconds that is borne; None: as long as the settings say.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.adapters import reference_schema
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.package import AesZip
from mailbot.adapters.registry import Checkup, SqlRegistry
from mailbot.adapters.render import PagePress, TemplateRenderer
from mailbot.adapters.sender import DnsTxt, TxtResolver, ZoneTxt
from mailbot.adapters.smtp import SmtpMailer
from mailbot.app.chance import keys_from
from mailbot.config import Settings, share
from mailbot.core.datamap import DataMap, Store
from mailbot.errors import ConfigError
from mailbot.ports import Key, Keys


def _seconds(setting: int, patience: float | None) -> float:
    return float(setting) if patience is None else min(patience, float(setting))


def make_mailbox(settings: Settings, *, patience: float | None = None, reads_only: bool = False) -> ImapMailbox:
    """The mailbox as the settings name it; connects at the first call. *reads_only*: no change is possible."""
    box = settings.file.mailbox
    return ImapMailbox(
        host=box.host,
        port=box.port,
        tls=box.tls,
        user=box.user,
        password=settings.secrets.imap_password,
        ca_file=box.ca_file or None,
        timeout=_seconds(box.timeout_seconds, patience),
        reads_only=reads_only,
    )


def make_mailer(settings: Settings, *, patience: float | None = None) -> SmtpMailer:
    """The way out as the settings name it; raises ConfigError where `relay.ca_file` cannot be read."""
    relay = settings.file.relay
    return SmtpMailer(
        host=relay.host,
        port=relay.port,
        tls=relay.tls,
        user=relay.user or None,
        password=settings.secrets.smtp_password,
        ca_file=Path(relay.ca_file) if relay.ca_file else None,
        local_hostname=settings.file.mailbox.address.rpartition("@")[2],
        timeout=_seconds(relay.timeout_seconds, patience),
    )


def make_registry(
    settings: Settings, datamap: DataMap, *, today: Callable[[], date], mask_key: Key | None = None
) -> SqlRegistry:
    """The company's databases; *today* is the company's local date."""
    return SqlRegistry(datamap=datamap, urls=_store_urls(settings, datamap), today=today, mask_key=mask_key)


def make_checkup(settings: Settings, datamap: DataMap) -> Checkup:
    """What tries the data map against the company's live databases."""
    return Checkup(datamap=datamap, urls=_store_urls(settings, datamap))


def _store_urls(settings: Settings, datamap: DataMap) -> dict[str, str]:
    """The URL of each store by its name, where the map itself gives none."""
    named = {store.name: settings.url_named(store.url_env) or "" for store in datamap.stores if store.url_env}
    urls = {store.name: company_url(settings) for store in datamap.stores if _is_the_company(store, datamap)}
    return urls | named


def _is_the_company(store: Store, datamap: DataMap) -> bool:
    """Whether the settings' own URL is meant: one store's that names none; no other is acted on by it."""
    return not store.url and not store.url_env and (store.name == "company" or len(datamap.stores) == 1)


def make_renderer(settings: Settings) -> TemplateRenderer:
    """The templates, the operator's own before the program's."""
    folders = dict.fromkeys((settings.templates, share("templates")))
    return TemplateRenderer(folders=tuple(folders), zone=settings.zone)


def make_press(settings: Settings) -> PagePress:
    """The pages of copies that people are given."""
    folders = dict.fromkeys((settings.templates, share("templates")))
    return PagePress(folders=tuple(folders), zone=settings.zone)


def make_archive() -> AesZip:
    """The archives that copies are sent in."""
    return AesZip()


def make_resolver(settings: Settings, *, patience: float | None = None) -> TxtResolver:
    """Where DKIM keys are looked up; raises ConfigError where `dns.zone_file` cannot be read."""
    dns = settings.file.dns
    if not dns.zone_file:
        seconds = _seconds(dns.timeout_seconds, patience)
        return DnsTxt(timeout=seconds, nameservers=dns.nameservers, port=dns.port)
    try:
        records = json.loads(Path(dns.zone_file).read_text(encoding="utf-8"))
        return ZoneTxt({str(name): str(text).encode() for name, text in records.items()})
    except (OSError, ValueError, AttributeError):
        raise ConfigError("dns.zone_file: cannot be read as JSON {name: text}") from None


def make_keys(settings: Settings) -> Keys:
    """The keys of every use, by the secrets there are and what [keys] says."""
    secrets = settings.secrets
    chosen = msgspec.structs.asdict(settings.file.keys)
    return keys_from(secrets.secret_key, old=secrets.old_secret_keys, chosen=chosen)


def make_ledger(settings: Settings, *, actor: str) -> SqlLedger:
    """Mailbot's own memory; opens at the first use."""
    keys = make_keys(settings)
    return SqlLedger(ledger_url(settings), actor=actor, prefix=settings.file.ledger.prefix, seals=keys.audit)


def ledger_url(settings: Settings) -> str:
    """The ledger's URL; the secret one wins, because it may hold a password."""
    return settings.secrets.ledger_url or settings.file.ledger.url


def company_url(settings: Settings) -> str:
    """The URL of the company's data; the secret one wins, because it may hold a password."""
    return settings.secrets.company_url or settings.file.data.url


async def make_embedded_company(settings: Settings) -> Path | None:
    """The company's SQLite file, made with the reference schema if there is none; None where nothing was made."""
    url = make_url(company_url(settings))
    path = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not url.database or path.exists():  # noqa: ASYNC240 - one look at a file
        return None
    if not path.parent.is_dir():
        raise ConfigError(f"data.url: there is no folder {path.parent} for the company's data")
    engine = create_async_engine(url)
    try:
        await reference_schema.create(engine)
    except OperationalError:
        raise ConfigError(f"data.url: {path} cannot be made; may this user write there?") from None
    finally:
        await engine.dispose()
    return path
