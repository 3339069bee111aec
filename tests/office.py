"""A whole mailbot for tests of the journeys: real ledger, company data, templates, law and words; fake outside."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailbot.adapters import reference_schema as company
from mailbot.app import App, build, seeded_chance
from mailbot.config import load
from mailbot.core.case import Case
from mailbot.core.decide import Autonomy
from mailbot.core.model import Language, Right
from mailbot.core.switches import Rate
from mailbot.journeys.audit import verify_chain
from mailbot.journeys.autonomy import set_mode
from mailbot.journeys.clock import tick
from mailbot.journeys.decide import decide_waiting
from mailbot.journeys.deliver import deliver_due
from mailbot.journeys.desk import Desk
from mailbot.journeys.fulfil import fulfil_planned
from mailbot.journeys.receive import Watch, look
from tests import once
from tests.fakes import Clock, FakeMailbox, FakeMailer, FakeSenders

SECRETS = {"MAILBOT_IMAP_PASSWORD": "secret-of-imap", "MAILBOT_SECRET_KEY": "0123456789abcdef" * 3}

SETTINGS = """
[company]
name = "Example Roofs"
address = "Almaty, Example street 1"
policy_edition = "01.01.2022"
[company.responsible]
name = "Aigul Example"
post = "DPO"
phone = "+7 700 000 00 00"
[mailbox]
address = "info@example.kz"
host = "127.0.0.1"
tls = "none"
user = "info@example.kz"
[relay]
host = "127.0.0.1"
tls = "none"
[operator]
mail = "lawyer@example.kz"
[ledger]
url = "sqlite+aiosqlite:///{folder}/ledger.sqlite"
[data]
url = "sqlite+aiosqlite:///{folder}/company.sqlite"
[dns]
zone_file = "{folder}/zone.json"
"""


@dataclass
class Office:
    """A mailbot at work, one turn at a time."""

    app: App
    desk: Desk
    mailbox: FakeMailbox
    mailer: FakeMailer
    senders: FakeSenders
    clock: Clock
    data: AsyncEngine
    watches: tuple[Watch, ...] = (Watch(folder="INBOX"),)

    async def turn(self, times: int = 3) -> None:
        """Every journey in its order, as often as the daemon would in a few seconds."""
        for _ in range(times):
            for loop in ("receive", "decide", "fulfil", "deliver", "clock"):
                await self.loop(loop)

    async def loop(self, name: str) -> None:
        """One turn of one of the daemon's loops."""
        match name:
            case "receive":
                for watch in self.watches:
                    await look(watch, self.mailbox, self.desk)
            case "decide":
                await decide_waiting(self.desk)
            case "fulfil":
                await fulfil_planned(self.desk)
            case "deliver":
                await deliver_due(self.mailbox, self.mailer, self.desk)
            case "clock":
                await tick(self.desk)
            case _:
                raise ValueError(name)

    async def begin(self) -> None:
        """The first look, which takes the mailbox as it stands."""
        await self.turn(1)

    async def live(self, *rights: Right) -> None:
        """Let rights act without a person, in every language."""
        for right in rights or Right:
            await set_mode(right, list(Language), Autonomy.AGREE, by="operator", desk=self.desk)

    async def close(self) -> None:
        """Close the databases; the office can be opened again."""
        await self.data.dispose()
        await self.app.close()

    async def cases(self) -> Sequence[Case]:
        async with self.desk.ledger.read() as book:
            return sorted(await book.cases(), key=lambda case: case.id)

    async def only_case(self) -> Case:
        (case,) = await self.cases()
        return case

    async def events(self) -> list[str]:
        """Names of all events of the trail, which verifies."""
        async with self.desk.ledger.read() as book:
            await verify_chain(book)
            return [link.event.name for link in await book.links(limit=1_000_000)]

    def letters(self, address: str = "anna@example.org") -> list[EmailMessage]:
        """What *address* got from us."""
        return [message_from_bytes(raw, policy=default) for raw in self.mailer.to(address)]

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """The company's data as they are."""
        async with self.data.connect() as connection:
            found = await connection.execute(select(company.METADATA.tables[table]))
            return [dict(row._mapping) for row in found]

    async def add(self, table: str, **values: Any) -> None:
        async with self.data.begin() as connection:
            await connection.execute(insert(company.METADATA.tables[table]).values(**values))

    async def forget(self, table: str, key: int) -> None:
        """A row of the company's data goes, by no doing of ours."""
        async with self.data.begin() as connection:
            await connection.execute(delete(company.METADATA.tables[table]).where(text("id = :key")), {"key": key})

    async def add_person(self, key: int = 1, *, email: str = "anna@example.org") -> None:
        """Somebody on file, with everything the policy names."""
        since = datetime(2025, 3, 1, 12, 0)  # noqa: DTZ001 - the company's database keeps local times
        await self.add(
            "subjects",
            id=key,
            full_name="Anna Example",
            phone="+7 700 000 00 01",
            email=email,
            postal_address="Almaty, Example street 2",
            source="web form",
            since=since,
        )
        await self.add("subscriptions", id=key, subject_id=key, channel="email", topic="news", subscribed_at=since)
        await self.add(
            "consents",
            id=key,
            subject_id=key,
            purpose="marketing",
            policy_edition="01.01.2022",
            given_at=since,
            how="web form",
        )

    async def add_order(self, key: int = 1, *, until: date | None = None) -> None:
        await self.add("obligations", id=key, subject_id=key, kind="order", norm="RK Civil Code", until=until)


async def ready_office(folder: Path, *, live: bool = True) -> Office:
    """An office with Anna on file and an empty mailbox taken for its beginning; *live* in every right.

    It begins with a copy of the databases of the first such one, as a mailbot that is started again does.
    """
    kept = once.folder() / f"office-{live}"
    if not kept.exists():
        begun = once.folder() / f"office-{live}-begun"
        begun.mkdir()
        await _begun(begun, live=live)
        begun.rename(kept)
    return await open_office(folder, like=kept)


async def _begun(folder: Path, *, live: bool) -> None:
    office = await open_office(folder)
    await office.add_person()
    await office.begin()
    if live:
        await office.live()
    await office.close()


TELLS_NOBODY = re.sub(
    r"^\[\[(processors|recipients)\]\]$",
    r"[[\1]]\ntold = []",
    (Path(__file__).parents[1] / "config/datamap.toml").read_text(encoding="utf-8"),
    flags=re.MULTILINE,
)
"""The shipped map, but that no party is told of anything: letters to them are tests/journeys/test_parties.py's."""


def without_own_stores(datamap: str) -> str:
    """The text of a map, without ledger and mailbox as stores."""
    return re.sub(r"^\[(ledger|mailbox)\].*?(?=^\[|^# -{20})", "", datamap, flags=re.MULTILINE | re.DOTALL)


KEEPS_ALL = without_own_stores(TELLS_NOBODY)
"""The same, without ledger and mailbox as stores."""


NEVER_TRIPS = Rate(an_hour=1_000_000, share=1.0, least=1_000_000)


async def open_office(folder: Path, *, like: Path | None = None) -> Office:
    """An office in *folder*, with an empty company; with *like* it has the databases of that folder."""
    (folder / "mailbot.toml").write_text(SETTINGS.format(folder=folder), encoding="utf-8")
    (folder / "zone.json").write_text("{}", encoding="utf-8")
    if not (folder / "datamap.toml").exists():
        (folder / "datamap.toml").write_text(TELLS_NOBODY, encoding="utf-8")
    if like is None:
        await once.empty_ledger(folder / "ledger.sqlite")
        await once.empty_company(folder / "company.sqlite")
    else:
        for name in ("ledger.sqlite", "company.sqlite"):
            shutil.copyfile(like / name, folder / name)
    data = create_async_engine(f"sqlite+aiosqlite:///{folder}/company.sqlite")
    clock, senders = Clock(), FakeSenders()
    mailbox = FakeMailbox(clock)
    app = build(load(folder / "mailbot.toml", SECRETS), chance=seeded_chance(7, now=clock))
    at_once = replace(
        app.desk.limits,
        leave_after=timedelta(0),  # test_oracle waits as the program does
        destructions=NEVER_TRIPS,  # test_pause has the breaker
        unproven_suppressions=NEVER_TRIPS,
    )
    return Office(
        app=app,
        desk=replace(app.desk, senders=senders, limits=at_once, mailbox=mailbox),
        mailbox=mailbox,
        mailer=FakeMailer(),
        senders=senders,
        clock=clock,
        data=data,
    )
