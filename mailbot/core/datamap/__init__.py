"""Where personal data live, why, what each step does to them there, and what is held about one person."""

from mailbot.core.datamap.holdings import Found, Holding, Holdings, holdings
from mailbot.core.datamap.map import (
    ByEmail,
    Column,
    DataMap,
    Delete,
    Keep,
    Mark,
    ObligationColumns,
    Party,
    Store,
    Table,
    Terms,
    Through,
    Words,
)
from mailbot.core.datamap.traces import Key, Trace

__all__ = [
    "ByEmail",
    "Column",
    "DataMap",
    "Delete",
    "Found",
    "Holding",
    "Holdings",
    "Keep",
    "Key",
    "Mark",
    "ObligationColumns",
    "Party",
    "Store",
    "Table",
    "Terms",
    "Through",
    "Trace",
    "Words",
    "holdings",
]
