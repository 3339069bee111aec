"""Settings: one TOML file, secrets from the environment or systemd credentials, one frozen value, once.

The only module that reads the environment. Every fault is a ConfigError that names the setting and says
what to do; no message prints a value, because a value may be a secret in the wrong place.
"""

from mailbot.config.loading import DEFAULT_PATH, SECRETS, Secrets, Settings, load, share
from mailbot.config.schema import (
    Company,
    Data,
    Dns,
    File,
    LedgerSettings,
    LogSettings,
    MailboxSettings,
    Operator,
    Paths,
    Relay,
    Release,
    Responsible,
    Rules,
    Tls,
    Worded,
)

__all__ = [
    "DEFAULT_PATH",
    "SECRETS",
    "Company",
    "Data",
    "Dns",
    "File",
    "LedgerSettings",
    "LogSettings",
    "MailboxSettings",
    "Operator",
    "Paths",
    "Relay",
    "Release",
    "Responsible",
    "Rules",
    "Secrets",
    "Settings",
    "Tls",
    "Worded",
    "load",
    "share",
]
