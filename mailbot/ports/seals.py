"""The head of the trail under a key: who cuts the chain back, or makes another, cannot seal its end (issue 5)."""

import hmac

from mailbot.ports.keys import Ring
from mailbot.ports.ledger import AuditHead

SEALED = "audit.sealed"  # the event with which it began; a head without a seal is one from before it


def sealed_text(head: AuditHead) -> str:
    """What the seal of *head* covers."""
    return f"{head.seq} {head.hash}"


def broken_seal(head: AuditHead, seals: Ring, *, began: bool) -> str:
    """What is wrong with the seal of *head*; empty: nothing. *began*: the chain says that heads are sealed."""
    if not head.mac:
        return "its head has lost its seal" if began else ""
    key = seals.get(head.key_id)
    if key is None:
        return f"its head is sealed with key {head.key_id}, which is not among the secrets"
    if not hmac.compare_digest(key.digest(sealed_text(head)), head.mac):
        return f"its head is not the one that key {head.key_id} has sealed: events are missing, or were made anew"
    return ""
