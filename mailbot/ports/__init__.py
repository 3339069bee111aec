"""What the journeys need from outside, as small protocols. The promises stand in the docstrings."""

from mailbot.ports.asked import Thread
from mailbot.ports.keys import Key, Keys, Ring
from mailbot.ports.ledger import AuditHead, Book, Draft, Ledger, NewCase, Progress
from mailbot.ports.outside import (
    Chance,
    Deferred,
    Delivery,
    FolderState,
    Mailbox,
    Mailer,
    Refused,
    Registry,
    Rendered,
    Renderer,
    SenderCheck,
    Sent,
    Unknown,
)

__all__ = [
    "AuditHead",
    "Book",
    "Chance",
    "Deferred",
    "Delivery",
    "Draft",
    "FolderState",
    "Key",
    "Keys",
    "Ledger",
    "Mailbox",
    "Mailer",
    "NewCase",
    "Progress",
    "Refused",
    "Registry",
    "Rendered",
    "Renderer",
    "Ring",
    "SenderCheck",
    "Sent",
    "Thread",
    "Unknown",
]
