"""An invented company on the reference schema, and what its tables hold now."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mailbot.adapters import reference_schema as schema
from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.registry import SqlRegistry
from mailbot.core.datamap import DataMap
from mailbot.core.model import Address, Right, Step, StepKind

MAP = load_datamap(Path("config/datamap.toml"))
TODAY = date(2026, 11, 23)
MAY = datetime(2025, 5, 4, 9, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

ANNA = Address("anna@example.kz")
BORIS = Address("boris@example.org")

RIGHTS = {
    StepKind.SUPPRESS: Right.UNSUBSCRIBE,
    StepKind.STOP_PROCESSING: Right.WITHDRAW_CONSENT,
    StepKind.RESUME_ADVERTISING: Right.UNSUBSCRIBE,
    StepKind.RESUME_PROCESSING: Right.WITHDRAW_CONSENT,
    StepKind.DISCLOSE: Right.ACCESS,
    StepKind.DESTROY: Right.ERASURE,
}


def step(kind: StepKind, address: Address = ANNA) -> Step:
    return Step(kind=kind, address=address, right=RIGHTS[kind])


def registry_of(url: str, datamap: DataMap = MAP, **urls: str) -> SqlRegistry:
    return SqlRegistry(datamap=datamap, urls={"company": url, **urls}, today=lambda: TODAY)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def execute(url: str, *statements: str) -> None:
    async with connected(url) as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def fill(url: str) -> None:
    """Anna, with something in every table; Boris, who never wrote to us; a visitor without a name."""
    engine = create_async_engine(url)
    await schema.create(engine)
    await engine.dispose()
    await add_person(url, 1, email="Anna@Example.KZ", full_name="Анна Примерова", phone="+7 700 000 00 01")
    await add_person(url, 2, email="boris@example.org", full_name="Борис Образцов")
    async with connected(url) as connection:
        await connection.execute(
            schema.SITE_VISITS.insert(),
            [
                {"subject_id": whose, "page": "/roof", "ip": "192.0.2.7", "browser": "x", "visited_at": MAY}
                for whose in (1, 1, 2, None)
            ],
        )


async def add_person(url: str, number: int, **columns: Any) -> None:
    """A person with three subscriptions (e-mail twice, sms) and a consent."""
    async with connected(url) as connection:
        await connection.execute(
            schema.SUBJECTS.insert(), {"id": number, "source": "web_form", "since": MAY, **columns}
        )
        await connection.execute(
            schema.SUBSCRIPTIONS.insert(),
            [
                {"subject_id": number, "channel": channel, "topic": topic, "subscribed_at": MAY}
                for channel, topic in (("email", "news"), ("email", "prices"), ("sms", "news"))
            ],
        )
        await connection.execute(
            schema.CONSENTS.insert(),
            {
                "subject_id": number,
                "purpose": "P8",
                "policy_edition": "01.01.2022",
                "given_at": MAY,
                "how": "form",
            },
        )


async def owe(url: str, number: int, **columns: Any) -> None:
    """An obligation to the person with *number*."""
    async with connected(url) as connection:
        values = {"subject_id": number, "kind": "order", "norm": "договор № 7", **columns}
        await connection.execute(schema.OBLIGATIONS.insert(), values)


async def contents(url: str, *, without: Sequence[int] = ()) -> Mapping[str, Sequence[tuple[Any, ...]]]:
    """Every row of every table, but for the people in *without*; what must not change is compared whole."""
    held = {}
    async with connected(url) as connection:
        for table in schema.METADATA.sorted_tables:
            whose = table.c.id if table is schema.SUBJECTS else table.c.subject_id
            query = sa.select(table).where(sa.or_(whose.is_(None), whose.not_in(without))).order_by(table.c.id)
            held[table.name] = [tuple(row) for row in await connection.execute(query)]
    return held


async def column(url: str, of: sa.Column[Any], *, number: int = 1) -> Sequence[Any]:
    """One column of one person's rows, in the order of their ids; moments as aware UTC."""
    whose = of.table.c.id if of.table is schema.SUBJECTS else of.table.c.subject_id
    async with connected(url) as connection:
        values = await connection.scalars(sa.select(of).where(whose == number).order_by(of.table.c.id))
        return [_utc(value) for value in values]


def _utc(value: object) -> object:
    if not isinstance(value, datetime):
        return value
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
