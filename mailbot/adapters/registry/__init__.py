"""The company's databases, reached through the data map."""

from mailbot.adapters.registry.check import Checkup, Finding, Pace, State
from mailbot.adapters.registry.discover import discover_map
from mailbot.adapters.registry.sql import SqlRegistry

__all__ = ["Checkup", "Finding", "Pace", "SqlRegistry", "State", "discover_map"]
