"""An office over two stores that can be closed, copied and opened again; a fulfilment in it may be killed.

python -m tests.rights.mortal FOLDER MOMENT     fulfil what is planned there; die for good at that moment
"""

import asyncio
import sys
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.app import build, seeded_chance
from mailbot.config import load
from mailbot.journeys.desk import Limits
from tests.fakes import Clock, FakeMailbox, FakeMailer, FakeSenders
from tests.office import SECRETS, SETTINGS, Office, open_office, without_own_stores
from tests.schemas import connected
from tests.servers.killer import Killer, exit_now

AT_ONCE = Limits(leave_after=timedelta(0))  # as tests.office has it
MAILING = """
[[stores]]
name = "mailing"
system = "ИСПДн «Рассылка»"
url_env = "MAILBOT_MAILING_URL"
obligations = "none"

[[stores.tables]]
name = "recipients"
key = "email"
email = "email"
email_is_lower_case = true
suppress = { set_now = "stopped_at" }
stop = { set_now = "stopped_at" }
destroy = "delete"
category = "subscriptions"
purpose = "promotion"
ground = "consent"
source = "web_form"
retention = "until_withdrawal"
[stores.tables.columns]
email = { category = "user.contact.email" }

[[stores.tables]]
name = "sendings"
key = "id"
through = { table = "recipients", column = "email", key = "email" }
destroy = "delete"
category = "user.behavior"
purpose = "promotion"
ground = "consent"
source = "web_form"
retention = "days_30"
[stores.tables.columns]
letter = { category = "user.behavior" }
"""
TABLES = (
    "CREATE TABLE recipients (email VARCHAR(99) PRIMARY KEY, stopped_at TIMESTAMP)",
    "CREATE TABLE sendings (id INTEGER PRIMARY KEY, email VARCHAR(99), letter VARCHAR(9))",
    "CREATE INDEX sendings_email ON sendings (email)",
    "INSERT INTO recipients (email) VALUES ('anna@example.org'), ('boris@example.org')",
    "INSERT INTO sendings (email, letter) VALUES ('anna@example.org', 'may'), ('boris@example.org', 'may')",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is no database and goes on while the program is dead."""

    clock: Clock
    mailbox: FakeMailbox
    mailer: FakeMailer
    senders: FakeSenders
    limits: Limits

    @classmethod
    def of(cls, office: Office) -> "Outside":
        """That of *office*, as it is now."""
        return cls(
            clock=office.clock,
            mailbox=office.mailbox,
            mailer=office.mailer,
            senders=office.senders,
            limits=office.desk.limits,
        ).copied()

    def copied(self) -> "Outside":
        """As it is now, and from now on by itself."""
        return deepcopy(self)


async def founded(folder: Path) -> Office:
    """An office over two stores with Anna and Boris in both, live in every right, its mailbox taken."""
    outside = await _moved_in(folder)
    shipped = without_own_stores(Path("config/datamap.toml").read_text(encoding="utf-8"))  # the child has no mail
    stores, others, words = shipped.partition("\n[[processors]]")
    (folder / "datamap.toml").write_text(f"{stores}{MAILING}{others}{words}", encoding="utf-8")
    (folder / "mailing.sqlite").touch()
    async with connected(_url(folder, "mailing")) as connection:
        for statement in TABLES:
            await connection.exec_driver_sql(statement)
    office = opened(folder, outside, seed=7)
    await office.add_person()
    await office.add_person(2, email="boris@example.org")
    await office.begin()
    await office.live()
    return office


async def _moved_in(folder: Path) -> Outside:
    """An office with an empty ledger and an empty company."""
    office = await open_office(folder)
    outside = Outside.of(office)
    await closed(office)
    return outside


def opened(folder: Path, outside: Outside, *, seed: int) -> Office:
    """The office as it stands in *folder*, in a new life."""
    (folder / "mailbot.toml").write_text(SETTINGS.format(folder=folder), encoding="utf-8")
    settings = load(folder / "mailbot.toml", {**SECRETS, "MAILBOT_MAILING_URL": _url(folder, "mailing")})
    app = build(settings, chance=seeded_chance(seed, now=outside.clock))
    return Office(
        app=app,
        desk=replace(app.desk, senders=outside.senders, limits=outside.limits, mailbox=outside.mailbox),
        mailbox=outside.mailbox,
        mailer=outside.mailer,
        senders=outside.senders,
        clock=outside.clock,
        data=create_async_engine(_url(folder, "company")),
    )


async def closed(office: Office) -> None:
    """The end of a life."""
    await office.data.dispose()
    await office.app.close()


def watched(office: Office, killer: Killer) -> None:
    """Let *killer* see what is said to the ledger and to every store."""
    killer.watch("ledger", office.app.ledger._writer)
    for database in office.app.registry._databases:
        killer.watch(database.store.name, database._writer)


def _url(folder: Path, store: str) -> str:
    return f"sqlite+aiosqlite:///{folder}/{store}.sqlite"


async def _die(folder: Path, moment: int) -> None:
    clock = Clock()
    outside = Outside(
        clock=clock, mailbox=FakeMailbox(clock), mailer=FakeMailer(), senders=FakeSenders(), limits=AT_ONCE
    )
    office = opened(folder, outside, seed=8)
    watched(office, Killer(at=moment, die=exit_now))
    await office.loop("fulfil")
    await closed(office)


if __name__ == "__main__":
    asyncio.run(_die(Path(sys.argv[1]), int(sys.argv[2])))
