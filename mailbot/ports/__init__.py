"""What the journeys need from outside, as small protocols. The promises stand in the docstrings."""

from mailbot.ports.asked import Thread
from mailbot.ports.ledger import AuditHead, Book, Draft, Ledger, NewCase, Progress
from mailbot.ports.outside import (
    Chance,
    Deferred,
    Delivery,
    FolderState,
    Keys,
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
    "SenderCheck",
    "Sent",
    "Thread",
    "Unknown",
]
