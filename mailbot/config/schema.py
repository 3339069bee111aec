"""The settings file's shape: every table and line of it, with its default."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

Tls = Literal["implicit", "starttls", "none"]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
MailAddress = Annotated[str, msgspec.Meta(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]


class Release(StrEnum):
    """What happens to a request's message once the ledger has it."""

    LEAVE = "leave"
    KEYWORD = "keyword"
    MOVE = "move"


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; unknown settings are errors."""


class Worded(_Section, frozen=True, kw_only=True):
    """The same words in each language."""

    kk: Text
    ru: Text
    en: Text


class Responsible(_Section, frozen=True, kw_only=True):
    """Who answers for personal data (policy A99; KZ 25(2)(10))."""

    name: Text
    post: Text | Worded
    phone: Text


class Company(_Section, frozen=True, kw_only=True):
    """The operator, as printed in every letter (policy A2, A3)."""

    name: Text | Worded
    address: Text | Worded
    jurisdiction: Literal["kz", "ru", "eu", "unknown"] = "unknown"
    country: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2})?$")] = ""
    zone: Text = "Asia/Almaty"
    policy_edition: Text
    responsible: Responsible


class MailboxSettings(_Section, frozen=True, kw_only=True):
    """The mailbox that is watched."""

    address: MailAddress
    aliases: tuple[MailAddress, ...] = ()
    host: Text
    port: Port = 993
    tls: Tls = "implicit"
    user: Text
    ca_file: str = ""
    folders: tuple[Text, ...] = ("INBOX",)
    junk: tuple[Text, ...] = ()
    sent: Text = "Sent"
    release: Release = Release.LEAVE
    keyword: Text = "$Mailbot"
    handled: Text = "Handled"
    complaint_reporters: tuple[Text, ...] = ()
    poll_seconds: Annotated[int, msgspec.Meta(ge=1, le=600)] = 60
    timeout_seconds: Positive = 30
    border: Literal["", "yandex360", "mailru", "gmail", "microsoft365", "own"] = ""
    trusted_borders: tuple[Text, ...] = ()
    border_hops: Annotated[int, msgspec.Meta(ge=0, le=20)] | None = None


class Relay(_Section, frozen=True, kw_only=True):
    """The way out."""

    host: Text
    port: Port = 587
    tls: Tls = "starttls"
    user: str = ""
    ca_file: str = ""
    bounce_address: Annotated[str, msgspec.Meta(pattern=r"^([^@\s<>]+@[^@\s<>]+)?$")] = ""
    timeout_seconds: Positive = 60


class LedgerSettings(_Section, frozen=True, kw_only=True):
    """mailbot's own database."""

    url: str = "sqlite+aiosqlite:////var/lib/mailbot/ledger.sqlite"
    prefix: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{1,8}-)?$")] = ""


class Data(_Section, frozen=True, kw_only=True):
    """The company's data."""

    url: str = "sqlite+aiosqlite:////var/lib/mailbot/company.sqlite"
    map: str = ""


class Rules(_Section, frozen=True, kw_only=True):
    """Limits of what is done without a person."""

    act_within_days: Positive = 7
    confirm_within_days: Positive = 14
    letters_per_case: Positive = 3
    letters_per_address_a_day: Positive = 10
    letters_an_hour: Positive = 200
    unproven_unsubscribes_an_hour: Positive = 60
    destructions_an_hour: Positive = 20
    destructions_percent_an_hour: Positive = 1
    destructions_always: Positive = 3
    unproven_suppressions_an_hour: Positive = 2000
    unproven_suppressions_percent_an_hour: Positive = 10
    unproven_suppressions_always: Positive = 500
    letters_leave_every_seconds: Positive = 10
    warn_before_due_hours: Positive = 24
    watch_returns_hours: NotNegative = 1


class KeysSettings(_Section, frozen=True, kw_only=True):
    """Which key each use has come to, by number; 0: the newest."""

    token: NotNegative = 0
    twin: NotNegative = 0
    subject: NotNegative = 0
    suppression: NotNegative = 0
    vault: NotNegative = 0
    audit: NotNegative = 0


class NewsletterSettings(_Section, frozen=True, kw_only=True):
    """How our own newsletter is known where somebody quotes it."""

    senders: tuple[MailAddress, ...] = ()
    links: tuple[Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s{}]*\{(address|token)\}[^\s{}]*$")], ...] = ()


class Operator(_Section, frozen=True, kw_only=True):
    """Who is told when something waits for a person."""

    mail: MailAddress
    language: Literal["kk", "ru", "en"] = "ru"


class People(_Section, frozen=True, kw_only=True):
    """Who may do what with people's data."""

    authority: tuple[Text, ...] = ()


class Dns(_Section, frozen=True, kw_only=True):
    """Where DKIM keys are looked up; empty: the host's resolver."""

    nameservers: tuple[Text, ...] = ()
    port: Port = 53
    timeout_seconds: Positive = 5
    zone_file: str = ""


class LogSettings(_Section, frozen=True, kw_only=True):
    """What is logged."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Paths(_Section, frozen=True, kw_only=True):
    """Where templates, law and word lists are; empty: /etc/mailbot if it has them, else the program's own."""

    templates: str = ""
    law: str = ""
    knowledge: str = ""


class File(_Section, frozen=True, kw_only=True):
    """The whole file."""

    company: Company
    mailbox: MailboxSettings
    relay: Relay
    operator: Operator
    people: People = People()
    ledger: LedgerSettings = LedgerSettings()
    data: Data = Data()
    rules: Rules = Rules()
    keys: KeysSettings = KeysSettings()
    newsletter: NewsletterSettings = NewsletterSettings()
    dns: Dns = Dns()
    log: LogSettings = LogSettings()
    paths: Paths = Paths()
