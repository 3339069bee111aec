"""Wiring: settings in, a working mailbot out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

import msgspec

from mailbot import __version__
from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.knowledge import load_knowledge
from mailbot.adapters.law import load_law
from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.render import TemplateRenderer
from mailbot.adapters.sender import DkimSenderCheck, TxtResolver
from mailbot.adapters.smtp import SmtpMailer
from mailbot.app.chance import real_chance
from mailbot.app.parts import (
    make_keys,
    make_ledger,
    make_mailbox,
    make_mailer,
    make_registry,
    make_renderer,
    make_resolver,
)
from mailbot.config import Settings, Worded
from mailbot.core.automatic import Own
from mailbot.core.deadline import Jurisdiction, Law
from mailbot.core.decide import Policy, tells
from mailbot.core.message.border import believed
from mailbot.core.model import Address, Language
from mailbot.core.newsletter import Newsletter
from mailbot.core.reply import Said
from mailbot.core.switches import Rate
from mailbot.journeys.desk import Desk, Letterhead, Limits
from mailbot.journeys.receive import Release, Watch
from mailbot.ports import Chance

ACTOR = f"mailbot/{__version__}"
_RESTART_ONLY = ("mailbox", "relay", "ledger", "data", "dns", "keys")


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
        return make_mailbox(self.settings)

    def mailer(self) -> SmtpMailer:
        """The way out, with a connection of its own."""
        return make_mailer(self.settings)

    async def close(self) -> None:
        """Close the databases, and the connection by which destructions look into the mailbox."""
        if self.desk.mailbox is not None:
            await self.desk.mailbox.close()
        await self.ledger.close()
        await self.registry.close()


def build(settings: Settings, *, chance: Chance | None = None) -> App:
    """Put a mailbot together; raises ConfigError before anything is opened or started."""
    the_chance = chance or real_chance()
    registry = make_registry(
        settings,
        load_datamap(settings.datamap),
        today=lambda: the_chance.now().astimezone(settings.zone).date(),
        mask_key=make_keys(settings).vault.current,
    )
    ledger = make_ledger(settings, actor=ACTOR)
    resolver, renderer = make_resolver(settings), make_renderer(settings)
    return App(
        settings=settings,
        desk=_desk(settings, ledger, registry, renderer, resolver, the_chance),
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
    renderer = make_renderer(new)
    desk = _desk(new, app.ledger, app.registry, renderer, app.resolver, app.desk.chance)
    desk = replace(desk, keys=app.desk.keys, mailbox=app.desk.mailbox or desk.mailbox)
    return replace(app, settings=new, desk=desk, renderer=renderer), stale


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
    border = believed(box.border, box.trusted_borders, box.border_hops)
    return Own(
        addresses=frozenset(Address(a.lower()) for a in (box.address, *box.aliases)),
        loop_id=sha256(f"{box.address}/{settings.file.ledger.prefix}".lower().encode()).hexdigest()[:16],
        trusted_borders=border.names,
        border_hops=border.hops,
        complaint_reporters=box.complaint_reporters,
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
        mailbox=make_mailbox(settings) if datamap.mailbox else None,
        keys=make_keys(settings),
        own=own,
        knowledge=knowledge,
        law=law,
        datamap=datamap,
        policy=Policy(
            act_within=timedelta(days=rules.act_within_days),
            confirm_within=timedelta(days=rules.confirm_within_days),
            letters_per_case=rules.letters_per_case,
            obligations_known=datamap.obligations_known,
            tells=tells(datamap),
        ),
        newsletter=Newsletter(
            senders=frozenset(Address(one.lower()) for one in settings.file.newsletter.senders),
            links=settings.file.newsletter.links,
        ),
        limits=Limits(
            letters_per_address_a_day=rules.letters_per_address_a_day,
            letters_an_hour=rules.letters_an_hour,
            unproven_unsubscribes_an_hour=rules.unproven_unsubscribes_an_hour,
            destructions=Rate(
                an_hour=rules.destructions_an_hour,
                share=rules.destructions_percent_an_hour / 100,
                least=rules.destructions_always,
            ),
            unproven_suppressions=Rate(
                an_hour=rules.unproven_suppressions_an_hour,
                share=rules.unproven_suppressions_percent_an_hour / 100,
                least=rules.unproven_suppressions_always,
            ),
            leave_every=timedelta(seconds=rules.letters_leave_every_seconds),
            leave_after=timedelta(seconds=rules.letters_leave_every_seconds),
            warn_before_due=timedelta(hours=rules.warn_before_due_hours),
            watch_returns=timedelta(hours=rules.watch_returns_hours) if rules.watch_returns_hours else None,
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
        company=_said(file.company.name),
        address=_said(file.company.address),
        responsible=file.company.responsible.name,
        post=_said(file.company.responsible.post),
        phone=file.company.responsible.phone,
        mailbox=Address(file.mailbox.address.lower()),
        bounce=file.relay.bounce_address or file.mailbox.address,
        operator=Address(file.operator.mail.lower()),
        operator_language=file.operator.language,
        jurisdiction=Jurisdiction(file.company.jurisdiction),
        country=file.company.country or {"kz": "KZ", "ru": "RU"}.get(file.company.jurisdiction, ""),
        policy_edition=file.company.policy_edition,
    )


def _said(words: str | Worded) -> Said:
    return words if isinstance(words, str) else {one: getattr(words, one.value) for one in Language}


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
