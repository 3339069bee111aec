"""To whom the company's own newsletter went, by the token in its link (issue 5, item 4)."""

from collections.abc import Sequence

import sqlalchemy as sa

from mailbot.adapters.registry.database import Database
from mailbot.adapters.registry.scope import Scope
from mailbot.core.message.addresses import address
from mailbot.core.model import Address


async def recipient_of(databases: Sequence[Database], token: str) -> Address | None:
    """The one address under which *token* stands; None where there is none, or more than one."""
    found: set[Address] = set()
    for database in databases:
        if any(table.newsletter_token for table in database.store.tables):
            found |= await _in(database, token)
    return found.pop() if len(found) == 1 else None


async def _in(database: Database, token: str) -> set[Address]:
    values: set[str] = set()
    async with database.reading() as connection:
        scope = Scope(store=database.store, live=await database.tables(connection), address=Address(""))
        for table in database.store.tables:
            if table.newsletter_token and table.email:
                live = scope.live[table.name]
                here = (live.columns[table.newsletter_token] == token, scope.meant(table))
                query = sa.select(live.columns[table.email.column]).where(*here).limit(2)
                values.update(str(value) for value in await connection.scalars(query) if value)
    return {one for value in values if (one := _plain(value)) is not None}


def _plain(value: str) -> Address | None:
    try:
        return address(value.strip())
    except ValueError:
        return None
