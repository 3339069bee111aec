"""Why no automatic answer may go (requirements D1-D16, C13)."""

import re
from collections.abc import Callable

from mailbot.core.automatic.signs import Own, Signs
from mailbot.core.automatic.writers import (
    MACHINE_FIELDS,
    REPLY_FIELDS,
    from_calendar,
    from_list,
    from_ourselves,
)

_ROBOT_LOCAL = re.compile(
    r"mailer-?daemon|post-?master|.*-request|owner-.*|.*-owner|.*-bounces?|bounces?(?:[+=-].*)?"
    r"|no-?_?reply(?:[+-].*)?|do-?not-?reply(?:[+-].*)?|listserv|majordomo",
)
_QUIET_FIELDS = (
    *("list-help", "feedback-id", "x-mailer-recptid", "x-failed-recipients", "x-ms-exchange-inbox-rules-loop"),
    "x-ms-exchange-generated-message-source",
)
_SUPPRESS = frozenset({"all", "oof", "autoreply"})

_SOLD_UNDER = frozenset(
    {"ac", "co", "com", "edu", "gob", "gov", "int", "mil", "msk", "ne", "net", "or", "org", "pp", "spb"}
)
"""Labels under which registries sell names: com.kz, co.uk (as in `core.standing`)."""

_ONE_PROVIDER = (
    frozenset({"gmail.com", "googlemail.com"}),
    frozenset({"ya.ru", "yandex.ru", "yandex.kz", "yandex.com", "yandex.by", "yandex.uz", "yandex.com.tr"}),
    frozenset({"icloud.com", "me.com", "mac.com"}),
    frozenset({"mail.ru", "inbox.ru", "bk.ru", "list.ru", "internet.ru", "xmail.ru"}),
)
"""Domains of one mailbox under several names."""


def no_answer(signs: Signs, own: Own) -> tuple[str, ...]:
    """Why no automatic answer may go; empty: it may. Phrases for the audit trail, without personal data."""
    return tuple(why for why, applies in _REASONS if applies(signs, own))


def _from_our_address(signs: Signs, own: Own) -> bool:
    return any(author in own.addresses for author in signs.authors)


def _from_role(signs: Signs, _: Own) -> bool:
    return any(_ROBOT_LOCAL.fullmatch(local) for local in signs.locals)


def _bulk(signs: Signs, own: Own) -> bool:
    return from_list(signs, own) or "auto_reply" in signs.words("precedence")


def _asks_for_silence(signs: Signs, _: Own) -> bool:
    quiet = signs.has(*_QUIET_FIELDS, *REPLY_FIELDS, *MACHINE_FIELDS)
    campaign = any(name.startswith("x-campaign") for name in signs.headers)
    autoresponder = "autoresponder" in signs.words("delivered-to")
    return quiet or campaign or autoresponder or bool(signs.words("x-auto-response-suppress") & _SUPPRESS)


def _not_to_us(signs: Signs, own: Own) -> bool:
    return bool(own.addresses) and not own.addresses & set(signs.to)


def _without_text(signs: Signs, _: Own) -> bool:
    return "application/ms-tnef" in signs.attachments and not signs.own_words


def _sent_for_another(signs: Signs, _: Own) -> bool:
    """Return-Path and From are of different houses: an answer might go to somebody who never wrote (D7, C13)."""
    if not signs.return_path or len(signs.authors) != 1:
        return False
    path, author = (one.rpartition("@")[2].lower() for one in (signs.return_path, signs.authors[0]))
    alike = _within(path, author) or _within(author, path) or any({path, author} <= one for one in _ONE_PROVIDER)
    return not alike


def _within(domain: str, parent: str) -> bool:
    """Whether *domain* is *parent* or below it; what a registry sells names under is nobody's parent."""
    labels = parent.split(".")
    sold = len(labels) < 2 or (len(labels) == 2 and labels[0] in _SOLD_UNDER)
    return domain == parent or (not sold and domain.endswith("." + parent))


_REASONS: tuple[tuple[str, Callable[[Signs, Own], bool]], ...] = (
    ("Auto-Submitted (D1)", lambda signs, _: signs.auto_submitted),
    ("null sender (D2)", lambda signs, _: signs.return_path == ""),
    ("role address (D3)", _from_role),
    ("list or bulk mail (D4)", _bulk),
    ("its sender asks for silence (D4)", _asks_for_silence),
    ("not addressed to us (D5)", _not_to_us),
    ("Return-Path of another domain (D7, C13)", _sent_for_another),
    ("no text but TNEF (D15)", _without_text),
    ("report (D12-D14)", lambda signs, _: bool(signs.report)),
    ("calendar (D15)", from_calendar),
    ("our own mail (D16)", from_ourselves),
    ("From is our own address (D16)", _from_our_address),
)
