"""What is known about mail providers, for `mailbot init`; what differs in a mailbox, `mailbot doctor` says."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.config import Tls


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How to reach a server; `host` empty: every company has its own."""

    host: str
    port: int
    tls: Tls


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One provider, as it is set up unless somebody changed it."""

    imap: Server
    smtp: Server
    sent: str  # folder; mailboxes made in another language may call it otherwise
    junk: str
    notes: tuple[str, ...]  # what a person has to know or do first


_BORDER = "Whether its results about senders may be believed (mailbox.border), `mailbot doctor --senders` says."
_NAMES_VARY = "Folder names follow the language the mailbox was made in: `mailbot doctor` says the right ones."

PRESETS: Mapping[str, Preset] = {
    "dovecot": Preset(
        imap=Server(host="", port=993, tls="implicit"),
        smtp=Server(host="", port=587, tls="starttls"),
        sent="Sent",
        junk="Junk",
        notes=(
            "Your own server: Dovecot, Cyrus, or any other that speaks IMAP4rev1 with a password.",
            'OpenDKIM, OpenDMARC, rspamd: mailbox.border = "own" and their name in mailbox.trusted_borders.',
            _BORDER,
        ),
    ),
    "yandex360": Preset(
        imap=Server(host="imap.yandex.ru", port=993, tls="implicit"),
        smtp=Server(host="smtp.yandex.ru", port=465, tls="implicit"),
        sent="Sent",
        junk="Spam",
        notes=(
            "Allow mail programs with app passwords: mail.yandex.ru → Все настройки → Почтовые программы.",
            "In Yandex 360 the administrator must allow mail programs, too.",
            "Make an app password of the kind «Почта»: https://id.yandex.ru/security/app-passwords",
            "Yandex may keep a copy of sent mail by itself; copies bear the same Message-ID.",
            _BORDER,
            _NAMES_VARY,
        ),
    ),
    "mailru": Preset(
        imap=Server(host="imap.mail.ru", port=993, tls="implicit"),
        smtp=Server(host="smtp.mail.ru", port=465, tls="implicit"),
        sent="Отправленные",
        junk="Спам",
        notes=(
            "Make a password for mail: https://account.mail.ru → Безопасность → Пароли для внешних приложений",
            _BORDER,
            _NAMES_VARY,
        ),
    ),
    "gmail": Preset(
        imap=Server(host="imap.gmail.com", port=993, tls="implicit"),
        smtp=Server(host="smtp.gmail.com", port=465, tls="implicit"),
        sent="[Gmail]/Sent Mail",
        junk="[Gmail]/Spam",
        notes=(
            "Switch 2-Step Verification on, then make an app password: https://myaccount.google.com/apppasswords",
            "In Google Workspace the administrator must allow app passwords.",
            "Gmail keeps a copy of sent mail by itself; it shows copies with the same Message-ID as one.",
            _BORDER,
            _NAMES_VARY,
        ),
    ),
    "exchange": Preset(
        imap=Server(host="", port=993, tls="implicit"),
        smtp=Server(host="", port=587, tls="starttls"),
        sent="Sent Items",
        junk="Junk Email",
        notes=(
            "Exchange on your own premises works once its IMAP service is started (it is off by default).",
            "Microsoft 365 does not work: since 2022 it takes no password over IMAP; XOAUTH2 is not spoken yet.",
            "With Microsoft 365: let it redirect to a Dovecot of your own, answer by your own relay (dovecot).",
            'There mailbox.border = "microsoft365", with mailbox.border_hops more by the Received fields you add.',
            _NAMES_VARY,
        ),
    ),
}


def is_microsoft_365(host: str) -> bool:
    """Whether *host* is Microsoft's cloud, which takes no password over IMAP."""
    name = "." + host.lower().rstrip(".")
    return name.endswith((".office365.com", ".outlook.com", ".office365.us"))
