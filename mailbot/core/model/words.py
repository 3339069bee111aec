"""Addresses, rights and languages: the words everything else is said in."""

from enum import StrEnum
from typing import NewType

Address = NewType("Address", str)
"""Lower-case addr-spec, NFC local part, domain as A-label; no display name (requirements C8)."""

MessageId = NewType("MessageId", str)
"""A Message-ID without its angle brackets. The sender chooses it: it proves nothing (DESIGN, three keys)."""


class Right(StrEnum):
    """What a person may ask for; the order is the order in which one case carries several out."""

    ACCESS = "access"  # first: what is destroyed can no longer be told (amendment 7)
    UNSUBSCRIBE = "unsubscribe"
    WITHDRAW_CONSENT = "withdraw_consent"
    ERASURE = "erasure"
    RECTIFICATION = "rectification"
    BLOCKING = "blocking"


class Language(StrEnum):
    """Languages we read and answer in; the order is the order of a letter in several (issue 2, item 5)."""

    KK = "kk"
    RU = "ru"
    EN = "en"
