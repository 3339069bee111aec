"""The ledger over SQLAlchemy: letters, cases, steps, our own letters, and the audit trail."""

from mailbot.adapters.ledger.store import SqlLedger

__all__ = ["SqlLedger"]
