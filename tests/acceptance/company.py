"""The invented company's data, in the reference schema, on any database."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.adapters import reference_schema as schema
from tests.acceptance.people import Person

SINCE = datetime(2025, 3, 1, 12, 0)  # noqa: DTZ001 - SQLite keeps no zone


@dataclass(frozen=True, slots=True)
class Company:
    """Read and written from outside the program, a connection for each look."""

    url: str

    def open(self, people: Sequence[Person]) -> None:
        """Make the tables and put *people* on file, each with everything the policy names."""
        asyncio.run(self._open(people))

    async def _open(self, people: Sequence[Person]) -> None:
        engine = create_async_engine(self.url)
        await schema.create(engine)
        since = SINCE if engine.dialect.name == "sqlite" else SINCE.astimezone()
        async with engine.begin() as connection:
            for person in people:
                for table, values in _everything(person, since).items():
                    row = {"id": person.key, **values}
                    await connection.execute(insert(schema.METADATA.tables[table]).values(**row))
        await engine.dispose()

    def rows(self, table: str) -> dict[int, dict[str, Any]]:
        """Rows by the key of the person they are about; here each table has one row a person."""
        return asyncio.run(self._rows(table))

    async def _rows(self, table: str) -> dict[int, dict[str, Any]]:
        engine = create_async_engine(self.url)
        async with engine.connect() as connection:
            found = (await connection.execute(select(schema.METADATA.tables[table]))).mappings().all()
        await engine.dispose()
        return {row["id"]: dict(row) for row in found}

    def look(self) -> dict[str, dict[int, dict[str, Any]]]:
        """Every table at once."""
        return {table: self.rows(table) for table in ("subjects", "subscriptions", "consents", "site_visits")}


def _everything(person: Person, since: datetime) -> dict[str, dict[str, Any]]:
    whose = {"subject_id": person.key}
    return {
        "subjects": {
            "full_name": person.name,
            "phone": person.phone,
            "email": person.address,
            "postal_address": person.street,
            "source": "web form",
            "since": since,
        },
        "subscriptions": {**whose, "channel": "email", "topic": "news", "subscribed_at": since},
        "consents": {
            **whose,
            "purpose": "marketing",
            "policy_edition": "2022",
            "given_at": since,
            "how": "web form",
        },
        "site_visits": {**whose, "page": "/roofs", "ip": "192.0.2.7", "browser": "Example", "visited_at": since},
    }
