"""Wiring: settings in, a working mailbot out. The only place that reads the clock and makes random tokens."""

from mailbot.app.chance import keys_from, real_chance, seeded_chance
from mailbot.app.parts import (
    company_url,
    ledger_url,
    make_archive,
    make_checkup,
    make_embedded_company,
    make_keys,
    make_ledger,
    make_mailbox,
    make_mailer,
    make_press,
    make_registry,
    make_renderer,
    make_resolver,
)
from mailbot.app.wiring import ACTOR, App, build, own_of, reloaded

__all__ = [
    "ACTOR",
    "App",
    "build",
    "company_url",
    "keys_from",
    "ledger_url",
    "make_archive",
    "make_checkup",
    "make_embedded_company",
    "make_keys",
    "make_ledger",
    "make_mailbox",
    "make_mailer",
    "make_press",
    "make_registry",
    "make_renderer",
    "make_resolver",
    "own_of",
    "real_chance",
    "reloaded",
    "seeded_chance",
]
