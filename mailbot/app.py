"""Wiring: settings in, a working mailbot out. The only place that reads the clock and makes random tokens."""

import hmac
import json
import random  # noqa: TID251 - the one door for chance
import secrets  # noqa: TID251 - the one door for chance
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from mailbot import __version__
from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.knowledge import load_knowledge
from mailbot.adapters.law import load_law
from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.render import TemplateRenderer
from mailbot.adapters.sender import DkimSenderCheck, DnsTxt, TxtResolver, ZoneTxt
from mailbot.adapters.smtp import SmtpMailer
from mailbot.config import Settings, share
from mailbot.core.automatic import Own
from mailbot.core.deadline import Jurisdiction, Law
from mailbot.core.decide import Policy
from mailbot.core.model import Address
from mailbot.errors import ConfigError
from mailbot.journeys.desk import Desk, Letterhead, Limits
from mailbot.journeys.receive import Release, Watch
from mailbot.ports import Chance, Keys

ACTOR = f"mailbot/{__version__}"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U; 26 letters are 130 bits
_RESTART_ONLY = ("mailbox", "relay", "ledger", "data", "dns")


def real_chance() -> Chance:
    """The host's clock and the operating system's randomness."""
    return Chance(now=lambda: datetime.now(UTC), token=_token_from(secrets.choice))  # noqa: TID251 - the one door


def seeded_chance(seed: int, *, now: Callable[[], datetime] | None = None) -> Chance:
    """Tokens that a seed reproduces, for tests and the demo; never for real mail."""
    numbers = random.Random(seed)  # noqa: S311 - reproducible on purpose
    return Chance(
        now=now or (lambda: datetime.now(UTC)),  # noqa: TID251 - the one door
        token=_token_from(numbers.choice),
    )


def _token_from(choice: Callable[[str], str]) -> Callable[[], str]:
    return lambda: "".join(choice(_ALPHABET) for _ in range(26))


def keys_from(secret: str) -> Keys:
    """Separate keys for separate uses, each HMAC-SHA-256 of its name under the secret."""

    def key(name: str) -> bytes:
        return hmac.new(secret.encode(), f"mailbot/{name}/1".encode(), sha256).digest()

    return Keys(token=key("token"), twin=key("twin"), subject=key("subject"), suppression=key("suppression"))


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A mailbot put together; `desk` for the journeys, the rest for whoever runs them."""

    settings: Settings
    desk: Desk
    ledger: SqlLedger
    registry: SqlRegistry
    renderer: TemplateRenderer
    resolver: TxtResolver
    watches: tuple[Watch, ...]

    def mailbox(self) -> ImapMailbox:
        """A mailbox with a connection of its own: each loop has one."""
        box = self.settings.file.mailbox
        return ImapMailbox(
            host=box.host,
            port=box.port,
            tls=box.tls,
            user=box.user,
            password=self.settings.secrets.imap_password,
            ca_file=box.ca_file,
            timeout=float(box.timeout_seconds),
        )

    def mailer(self) -> SmtpMailer:
        """The way out, with a connection of its own."""
        relay = self.settings.file.relay
        return SmtpMailer(
            host=relay.host,
            port=relay.port,
            tls=relay.tls,
            user=relay.user,
            password=self.settings.secrets.smtp_password,
            ca_file=Path(relay.ca_file) if relay.ca_file else None,
            local_hostname=self.settings.file.mailbox.address.rpartition("@")[2],
            timeout=float(relay.timeout_seconds),
        )

    async def close(self) -> None:
        """Close the databases."""
        await self.ledger.close()
        await self.registry.close()


def build(settings: Settings, *, chance: Chance | None = None) -> App:
    """Put a mailbot together; raises ConfigError before anything is opened or started."""
    file, secret = settings.file, settings.secrets
    ledger = SqlLedger(ledger_url(settings), actor=ACTOR, prefix=file.ledger.prefix)
    url = secret.company_url or file.data.url
    datamap = load_datamap(settings.datamap)
    the_chance = chance or real_chance()
    registry = SqlRegistry(
        datamap=datamap,
        urls={store.name: url for store in datamap.stores if store.url is None},
        today=lambda: the_chance.now().astimezone(settings.zone).date(),
    )
    resolver = _resolver(settings)
    renderer = _renderer(settings)
    desk = _desk(settings, ledger, registry, renderer, resolver, the_chance)
    return App(
        settings=settings,
        desk=desk,
        ledger=ledger,
        registry=registry,
        renderer=renderer,
        resolver=resolver,
        watches=_watches(settings),
    )


def reloaded(app: App, settings: Settings) -> tuple[App, tuple[str, ...]]:
    """*app* with what can be reloaded, and the sections that changed and want a restart.

    Raises ConfigError where anything in the new settings is wrong: the caller keeps the old ones.
    """
    stale = tuple(
        name for name in _RESTART_ONLY if getattr(app.settings.file, name) != getattr(settings.file, name)
    )
    kept = {name: getattr(app.settings.file, name) for name in stale}
    new = replace(settings, file=msgspec.structs.replace(settings.file, **kept))
    renderer = _renderer(new)
    desk = _desk(new, app.ledger, app.registry, renderer, app.resolver, app.desk.chance)
    return replace(app, settings=new, desk=desk, renderer=renderer), stale


def ledger_url(settings: Settings) -> str:
    """The ledger's URL; the secret one wins, because it may hold a password."""
    return settings.secrets.ledger_url or settings.file.ledger.url


def _renderer(settings: Settings) -> TemplateRenderer:
    own = share("templates")
    folders = (settings.templates,) if settings.templates == own else (settings.templates, own)
    return TemplateRenderer(folders=folders, zone=settings.zone)


def _resolver(settings: Settings) -> TxtResolver:
    dns = settings.file.dns
    if not dns.zone_file:
        return DnsTxt(timeout=float(dns.timeout_seconds), nameservers=dns.nameservers, port=dns.port)
    try:
        records = json.loads(Path(dns.zone_file).read_text(encoding="utf-8"))
        return ZoneTxt({str(name): str(text).encode() for name, text in records.items()})
    except (OSError, ValueError, AttributeError):
        raise ConfigError("dns.zone_file: cannot be read as JSON {name: text}") from None


def _watches(settings: Settings) -> tuple[Watch, ...]:
    box = settings.file.mailbox
    return tuple(
        Watch(
            folder=folder,
            junk=folder in box.junk,
            release=Release(box.release),
            keyword=box.keyword,
            handled=box.handled,
        )
        for folder in (*box.folders, *box.junk)
    )


def own_of(settings: Settings) -> Own:
    """What is ours, for telling our own mail and border from others'."""
    box = settings.file.mailbox
    return Own(
        addresses=frozenset(Address(a.lower()) for a in (box.address, *box.aliases)),
        loop_id=sha256(f"{box.address}/{settings.file.ledger.prefix}".lower().encode()).hexdigest()[:16],
        trusted_borders=box.trusted_borders,
        border_hops=box.border_hops,
    )


def _desk(
    settings: Settings,
    ledger: SqlLedger,
    registry: SqlRegistry,
    renderer: TemplateRenderer,
    resolver: TxtResolver,
    chance: Chance,
) -> Desk:
    own = own_of(settings)
    knowledge, law, datamap = (
        load_knowledge(settings.knowledge),
        load_law(settings.law),
        load_datamap(settings.datamap),
    )
    rules = settings.file.rules
    return Desk(
        ledger=ledger,
        registry=registry,
        senders=DkimSenderCheck(resolver=resolver, own=own.addresses),
        renderer=renderer,
        chance=chance,
        keys=keys_from(settings.secrets.secret_key),
        own=own,
        knowledge=knowledge,
        law=law,
        policy=Policy(
            act_within=timedelta(days=rules.act_within_days),
            confirm_within=timedelta(days=rules.confirm_within_days),
            letters_per_case=rules.letters_per_case,
            obligations_known=datamap.obligations_known,
        ),
        limits=Limits(
            letters_per_address_a_day=rules.letters_per_address_a_day,
            letters_an_hour=rules.letters_an_hour,
            warn_before_due=timedelta(hours=rules.warn_before_due_hours),
            smtp_patience=timedelta(seconds=2 * settings.file.relay.timeout_seconds),
        ),
        letterhead=_letterhead(settings),
        sent_folder=settings.file.mailbox.sent,
        zone=settings.zone,
        versions=_versions(settings, law, renderer, {"knowledge": knowledge.version, "map": datamap.version}),
    )


def _letterhead(settings: Settings) -> Letterhead:
    file = settings.file
    return Letterhead(
        company=file.company.name,
        address=file.company.address,
        responsible=file.company.responsible.name,
        post=file.company.responsible.post,
        phone=file.company.responsible.phone,
        mailbox=Address(file.mailbox.address.lower()),
        bounce=file.relay.bounce_address or file.mailbox.address,
        operator=Address(file.operator.mail.lower()),
        operator_language=file.operator.language,
        jurisdiction=Jurisdiction(file.company.jurisdiction),
    )


def _versions(settings: Settings, law: Law, renderer: TemplateRenderer, more: Mapping[str, str]) -> str:
    """What a case began with, as one line: it keeps it for its whole life."""
    parts = {
        "law.kz": law.kz.version,
        "law.ru": law.ru.version,
        "law.eu": law.eu.version,
        "templates": renderer.version,
        **more,
    }
    told = [f"{name} {_short(version)}" for name, version in parts.items()]
    return "; ".join((*told, f"policy {settings.file.company.policy_edition}"))


def _short(version: str) -> str:
    """The first twelve digits of a fingerprint: enough to tell versions apart, short enough to read."""
    return version.removeprefix("sha256:")[:12]
