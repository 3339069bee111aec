"""The company's databases, reached through the data map."""

from mailbot.adapters.registry.sql import SqlRegistry

__all__ = ["SqlRegistry"]
