"""The invented company's data: the people of the story, others who never write, and what becomes of their rows."""

import random  # noqa: TID251 - seeded, so that every run holds the same people
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from mailbot.adapters import reference_schema as schema
from mailbot.core.model import Language
from mailbot.demo.story import Person

OTHERS = 60  # people on file who never write, and of whose rows none may change
VISITS = 2  # of each person of the story
SUBSCRIPTIONS = (("email", "news"), ("email", "prices"), ("sms", "news"))

_FIRST = ("Арман", "Гүлнар", "Данияр", "Евгений", "Жанна", "Karen", "Людмила", "Мадина", "Peter", "Талғат")
_LAST = ("Abbott", "Бережной", "Дәулетов", "Иманбек", "Clark", "Мороз", "Оразбек", "Щука", "Төребек", "Young")
_LANGUAGES = tuple(Language)
_PAGES = ("/", "/roof", "/prices", "/delivery")
_BROWSERS = ("Firefox 146", "Chrome 143", "Safari 26")
_EMAIL = list(schema.SUBJECTS.c.keys()).index("email")

Row = tuple[Any, ...]
Rows = Mapping[str, Mapping[int, Row]]
"""Table → primary key → the whole row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Rows of one address to which the same happened."""

    table: str
    column: str  # empty: the whole row
    what: str  # "destroyed", "added", "set", "cleared", "changed"
    address: str
    rows: int

    @property
    def name(self) -> str:
        """As story.toml calls it, e.g. "subscriptions.stopped_at set"."""
        return f"{self.table}{'.' if self.column else ''}{self.column} {self.what}"


class Company:
    """What the company holds, in the reference schema."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def fill(self, people: Sequence[Person], *, seed: int, now: datetime) -> None:
        """Create the tables and put everybody into them."""
        numbers = random.Random(seed)
        known = [(name, person) for person in people if person.on_file for name in person.names]
        rows: dict[sa.Table, list[dict[str, Any]]] = {table: [] for table in schema.METADATA.sorted_tables}
        for number, (name, person) in enumerate((*known, *_others(numbers)), start=1):
            _enter(rows, number, name, person, numbers=numbers, now=now)
        await schema.create(self._engine)
        async with self._engine.begin() as connection:
            for table, values in rows.items():
                await connection.execute(table.insert(), values)

    async def rows(self) -> Rows:
        """Every row of every table, as it stands."""
        async with self._engine.connect() as connection:
            return {
                table.name: {row[0]: tuple(row) for row in await connection.execute(sa.select(table))}
                for table in schema.METADATA.sorted_tables
            }

    async def close(self) -> None:
        """Close the database."""
        await self._engine.dispose()


def _others(numbers: random.Random) -> Iterator[tuple[str, Person]]:
    for number in range(OTHERS):
        name = f"{numbers.choice(_FIRST)} {numbers.choice(_LAST)}"
        address, language = f"customer{number}@example.org", numbers.choice(_LANGUAGES)
        yield name, Person(names=(name,), address=address, language=language)


def _enter(
    rows: Mapping[sa.Table, list[dict[str, Any]]],
    number: int,
    name: str,
    person: Person,
    *,
    numbers: random.Random,
    now: datetime,
) -> None:
    """One person with three subscriptions, a consent, visits to the site and perhaps an order."""
    since = now - timedelta(days=numbers.randint(100, 900))
    whose = {"subject_id": number}
    rows[schema.SUBJECTS].append(
        {
            "id": number,
            "full_name": name,
            "phone": f"+7 700 000 {number // 100:02} {number % 100:02}",
            "email": person.address,
            "postal_address": f"Алматы, Үлгі көшесі, {number}",
            "source": "web_form",
            "since": since,
            "language": person.language.value,
        }
    )
    rows[schema.SUBSCRIPTIONS] += [
        {**whose, "channel": channel, "topic": topic, "subscribed_at": since} for channel, topic in SUBSCRIPTIONS
    ]
    rows[schema.CONSENTS].append(
        {**whose, "purpose": "promotion", "policy_edition": "01.01.2022", "given_at": since, "how": "web form"}
    )
    rows[schema.SITE_VISITS] += [
        {
            **whose,
            "page": numbers.choice(_PAGES),
            "ip": f"192.0.2.{numbers.randint(1, 254)}",
            "browser": numbers.choice(_BROWSERS),
            "language": person.language.value,
            "visited_at": now - timedelta(days=numbers.randint(1, 29)),
        }
        for _ in range(VISITS)
    ]
    if person.order:
        rows[schema.OBLIGATIONS].append({**whose, "kind": "order", "norm": person.order})


# ---------------------------------------------------------------- what becomes of them


def changes(before: Rows, after: Rows) -> Sequence[Changed]:
    """What became of the rows between two looks, by table, column and address."""
    subjects = {**before["subjects"], **after["subjects"]}
    addresses = {number: str(row[_EMAIL]) for number, row in subjects.items()}
    count: Counter[tuple[str, str, str, str]] = Counter()
    for table in schema.METADATA.sorted_tables:
        for number in {**before[table.name], **after[table.name]}:
            was, now = before[table.name].get(number), after[table.name].get(number)
            whose = addresses.get(_owner(table, now or was), "nobody")
            for column, what in _became(table, was, now):
                count[table.name, column, what, whose] += 1
    return [
        Changed(table=table, column=column, what=what, address=address, rows=rows)
        for (table, column, what, address), rows in count.items()
    ]


def _owner(table: sa.Table, row: Row | None) -> int:
    column = "id" if table is schema.SUBJECTS else "subject_id"
    return -1 if row is None else row[list(table.c.keys()).index(column)]


def _became(table: sa.Table, was: Row | None, now: Row | None) -> Iterator[tuple[str, str]]:
    """What happened to a row: the column it happened to (empty: all of it), and in a word what."""
    if was is None or now is None:
        yield "", "destroyed" if now is None else "added"
        return
    for column, old, new in zip(table.c.keys(), was, now, strict=True):
        if old != new:
            yield column, "set" if old is None else "cleared" if new is None else "changed"


def held(rows: Rows, changed: Changed) -> int:
    """Of how many rows *changed* could speak in this look: those of the address, with a value in the column."""
    table = schema.METADATA.tables[changed.table]
    numbers = {number for number, row in rows["subjects"].items() if row[_EMAIL] == changed.address}
    mine = [row for row in rows[table.name].values() if _owner(table, row) in numbers]
    if not changed.column:
        return len(mine)
    place = list(table.c.keys()).index(changed.column)
    return sum(row[place] is not None for row in mine)
