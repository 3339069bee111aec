"""Values so masked that only their owner knows them: all that a letter of level 1 shows of them (C20)."""

from collections.abc import Iterable
from dataclasses import replace

from mailbot.core import phone
from mailbot.core.datamap import Copy, DataMap, Holdings
from mailbot.core.model import Address
from mailbot.core.reply.facts import masked
from mailbot.core.reply.package import NUMBER

EMAIL = "user.contact.email"
MOST = 3  # of one category: more of them say less


def with_masks(holdings: Holdings, copy: Copy, datamap: DataMap) -> Holdings:
    """*holdings* with the masked addresses and numbers of *copy*, and how many rows of it are withheld."""
    shown: dict[str, dict[str, None]] = {EMAIL: {}, NUMBER: {}}
    for category, value in _values(copy, datamap):
        if category in shown and (text := _masked(category, value)):
            shown[category][text] = None
    held = [replace(one, shown=tuple(shown.get(one.category, {}))[:MOST]) for one in holdings.held]
    return replace(holdings, held=tuple(held), withheld=copy.withheld)


def _values(copy: Copy, datamap: DataMap) -> Iterable[tuple[str, str]]:
    tables = {(store.name, table.name): table for store in datamap.stores for table in store.tables}
    for record in copy.records:
        for column in tables[record.store, record.table].columns:
            if column.name in record.columns:
                yield column.category, record.columns[column.name]


def _masked(category: str, value: str) -> str:
    """*value* masked; empty: it is not what its category says, and nobody knows what would show."""
    if category == EMAIL:
        local, at, domain = value.strip().lower().partition("@")
        plain = local and at and "." in domain and not set(value.strip()) & set(' \t<>",;')
        return masked(Address(f"{local}@{domain}")) if plain and "@" not in domain else ""
    number = phone.normal(value)
    return phone.masked(number) if number else ""
