"""One world in which an attack is played: real journeys, ledger, company's database and DKIM; mail in memory.

Every question to the company's database moves the clock, so a letter that waits for one is seen to be late.
"""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.registry import SqlRegistry
from mailbot.adapters.sender import DkimSenderCheck, ZoneTxt
from mailbot.app import seeded_chance
from mailbot.core.case import Case
from mailbot.core.datamap import DataMap, Table
from mailbot.core.model import Language, Right
from mailbot.journeys.desk import Desk
from mailbot.journeys.receive import Watch
from mailbot.ports import Delivery
from tests.drills.spoof.cast import Cast, Person, zone_of
from tests.drills.spoof.costly import costly
from tests.drills.spoof.harm import Fault, Harm
from tests.drills.spoof.wire import honest, quoting, tokens_of
from tests.drills.spoof.words import ASKS, YES
from tests.fakes import START, Clock, FakeMailbox, FakeMailer, FakeSenders
from tests.office import Office, open_office

SLOT = 120  # seconds; longer than any letter may be kept back so that its moment tells nothing (C19)
TABLES = ("subjects", "subscriptions", "consents", "site_visits", "obligations")
WATCHES = (Watch(folder="INBOX"), Watch(folder="Junk", junk=True))


@dataclass
class Post(FakeMailer):
    """Takes every letter and notes when."""

    clock: Clock = field(default_factory=Clock)
    times: list[datetime] = field(default_factory=list)

    async def send(self, mail_from: str, recipient: Any, raw: bytes) -> Delivery:
        self.times.append(self.clock.now)
        return await super().send(mail_from, recipient, raw)


@dataclass(frozen=True, slots=True)
class Base:
    """What all worlds share: a migrated ledger with everything live, an empty company, loaded knowledge."""

    folder: Path
    office: Office


@asynccontextmanager
async def prepared(folder: Path) -> AsyncIterator[Base]:
    """The base of all worlds, in *folder*."""
    office = await open_office(folder)
    office.mailbox.put(b"From: nobody@example.org\r\n\r\nbefore us\r\n", folder="Junk")
    office.watches = WATCHES
    await office.begin()
    await office.live()
    await office.data.dispose()
    await office.app.close()
    yield Base(folder=folder, office=office)


@dataclass
class Stage:
    """The world an attack is played in."""

    cast: Cast
    office: Office
    folder: Path
    known: bool  # whether the victim is on file
    rightful: int | None = None  # how many letters were out when somebody first asked rightfully
    wrote: list[bytes] = field(default_factory=list)  # all that was posted, for whoever reproduces it
    attackers: list[str] = field(default_factory=list)  # addresses the attacker writes from as themselves
    faults: list[Fault] = field(default_factory=list)  # what the play itself saw go wrong
    baseline: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)  # to every database, as they were put

    def trust(self, *borders: str) -> None:
        """The operator trusts these borders' headers."""
        desk = self.office.desk
        self.office.desk = replace(desk, own=replace(desk.own, trusted_borders=borders))

    # -- mail

    def post(self, *raws: bytes, folder: str = "INBOX") -> None:
        """Mail arrives."""
        for raw in raws:
            self.wrote.append(raw)
            self.office.mailbox.put(raw, folder=folder)

    async def turn(self) -> None:
        """Every journey in its order, and once more when letters that wait for their minute are due."""
        for _ in range(2):
            await self.office.turn(1)
            clock = self.office.clock
            passed = (clock.now - START).total_seconds()
            clock.now = START + timedelta(seconds=(passed // SLOT + 1) * SLOT)

    async def deliver(self, *raws: bytes) -> None:
        """Mail arrives, and everything that follows happens."""
        self.post(*raws)
        await self.turn()

    def letters(self, address: str) -> list[EmailMessage]:
        """What *address* got from us."""
        return self.office.letters(address)

    def question(self, address: str) -> EmailMessage | None:
        """The newest letter to *address* with a code in it."""
        return next((letter for letter in reversed(self.letters(address)) if tokens_of(letter)), None)

    async def question_about(self, address: str, right: Right) -> EmailMessage | None:
        """The newest question that *address* holds about *right*."""
        cases = [case for case in await self.cases() if case.address == address and right in case.rights]
        async with self.office.desk.ledger.read() as book:
            ours = {out.message_id for case in cases for out, _ in await book.letters_out(case.id)}
        about = [letter for letter in self.letters(address) if letter["Message-ID"].strip("<>") in ours]
        return next((letter for letter in reversed(about) if tokens_of(letter)), None)

    def begin_rightful(self) -> None:
        """From here on the owner of the address has a say: what the owner hears may depend on what is held."""
        self.rightful = len(self.office.mailer.letters) if self.rightful is None else self.rightful

    async def asks(
        self, person: Person, right: Right, language: Language = Language.RU, *, number: str = ""
    ) -> None:
        """*person* writes for themselves."""
        await self.deliver(honest(person, ASKS[right][language], number=number))

    async def answers(self, person: Person, words: str, letter: EmailMessage | None) -> None:
        """*person* answers a question of ours; nothing where they hold none."""
        if letter is not None:
            self.begin_rightful()
            await self.deliver(honest(person, quoting(letter, words), answers=letter["Message-ID"]))

    async def insists(self, person: Person, right: Right, language: Language = Language.RU) -> None:
        """What a real person does to be served: write, and confirm the newest question they hold."""
        self.begin_rightful()
        await self.asks(person, right, language, number="real")
        if right is not Right.UNSUBSCRIBE:
            await self.answers(person, YES[language], await self.question_about(person.address, right))

    def expect(self, true: bool, harm: Harm, what: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Note *what* as a harm unless it is *true*."""
        if not true:
            self.faults.append(Fault(harm, what))

    def settle(self) -> None:
        """The company's data stand as they should: what changes from here on is the attack's doing."""
        people = (self.cast.victim, *self.cast.on_file)
        self.baseline = {person.address: self.rows(person) for person in people}

    # -- what has become of it

    async def cases(self) -> Sequence[Case]:
        return await self.office.cases()

    async def case_of(self, person: Person) -> Case:
        """The newest case of *person*."""
        return [case for case in await self.cases() if case.address == person.address][-1]

    def rows(self, person: Person) -> dict[str, list[dict[str, Any]]]:
        """All that the company holds of *person*; found by the key they were filed under."""
        with closing(sqlite3.connect(self.folder / "company.sqlite")) as data:
            data.row_factory = sqlite3.Row
            return {
                table: [
                    dict(row)
                    for row in data.execute(
                        f"SELECT * FROM {table} WHERE {'id' if table == 'subjects' else 'subject_id'} = ?",  # noqa: S608 - our own names
                        (_key(person),),
                    )
                ]
                for table in TABLES
            }

    def change(self, sql: str, *values: object) -> None:
        """The company changes its own data."""
        with closing(sqlite3.connect(self.folder / "company.sqlite")) as data:
            data.execute(sql, values)
            data.commit()

    def key(self, person: Person) -> int:
        """The key *person* is filed under."""
        return _key(person)


def _key(person: Person) -> int:
    return int.from_bytes(sha256(f"{person.name}\0{person.address}".encode()).digest()[:6])


_SQL = {
    "subjects": "INSERT INTO subjects(id, full_name, phone, email, postal_address, source, since) "
    "VALUES (?, ?, ?, ?, ?, 'web form', '2026-03-01 12:00:00')",
    "subscriptions": "INSERT INTO subscriptions(id, subject_id, channel, topic, subscribed_at) "
    "VALUES (?, ?, 'email', 'news', '2026-03-01 12:00:00')",
    "consents": "INSERT INTO consents(id, subject_id, purpose, policy_edition, given_at, how) "
    "VALUES (?, ?, 'marketing', '01.01.2022', '2026-03-01 12:00:00', 'web form')",
}


def file(folder: Path, person: Person) -> None:
    """Put *person* into the company's data."""
    key = _key(person)
    with closing(sqlite3.connect(folder / "company.sqlite")) as data:
        data.execute(_SQL["subjects"], (key, person.name, person.phone, person.address, person.home))
        data.execute(_SQL["subscriptions"], (key, key))
        data.execute(_SQL["consents"], (key, key))
        data.commit()


@asynccontextmanager
async def staged(base: Base, folder: Path, cast: Cast, *, known: bool) -> AsyncIterator[Stage]:
    """A world of its own in *folder*, with the victim on file or not."""
    for name in ("ledger.sqlite", "company.sqlite"):
        shutil.copy(base.folder / name, folder / name)
    for person in (*cast.on_file, *((cast.victim,) if known else ())):
        file(folder, person)
    clock = Clock()
    mailbox = FakeMailbox(clock)
    desk = replace(_desk(base.office.desk, folder, cast, clock), mailbox=mailbox)
    office = Office(
        app=base.office.app,
        desk=desk,
        mailbox=mailbox,
        mailer=Post(clock=clock),
        senders=FakeSenders(),
        clock=clock,
        data=create_async_engine(f"sqlite+aiosqlite:///{folder}/company.sqlite"),
        watches=WATCHES,
    )
    office.mailbox.put(b"From: nobody@example.org\r\n\r\nbefore us\r\n", folder="Junk")
    statements: list[str] = []
    with costly(folder, clock, statements):
        yield Stage(
            cast=cast,
            office=office,
            folder=folder,
            known=known,
            attackers=[cast.attacker.address],
            statements=statements,
        )
    await desk.ledger.close()  # type: ignore[attr-defined]  # the port has no close; ours does
    await desk.registry.close()  # type: ignore[attr-defined]  # see above


def _desk(desk: Desk, folder: Path, cast: Cast, clock: Clock) -> Desk:
    domains = [person.domain for person in (cast.victim, cast.attacker, cast.bystander)]
    parents = ["example.org", "example.net", "example.kz", "com.kz"]
    below = [f"{name}.{domain}" for domain in domains for name in ("mail", "news")]
    datamap = company_map()
    url = f"sqlite+aiosqlite:///{folder}/company.sqlite"
    return replace(
        desk,
        limits=replace(desk.limits, leave_after=desk.limits.leave_every),
        ledger=SqlLedger(f"sqlite+aiosqlite:///{folder}/ledger.sqlite", actor="mailbot/drill", prefix=""),
        registry=SqlRegistry(
            datamap=datamap,
            urls={store.name: url for store in datamap.stores if store.url is None},
            today=lambda: clock.now.astimezone(desk.zone).date(),
        ),
        senders=DkimSenderCheck(resolver=ZoneTxt(zone_of(*domains, *parents, *below)), own=desk.own.addresses),
        chance=seeded_chance(7, now=clock),
    )


def company_map() -> DataMap:
    """The program's own data map, with a column that says when a person was last heard of."""
    datamap = load_datamap(Path(__file__).parents[3] / "config/datamap.toml")
    return replace(datamap, stores=tuple(replace(store, tables=_heard(store.tables)) for store in datamap.stores))


def _heard(tables: Sequence[Table]) -> tuple[Table, ...]:
    return tuple(replace(table, last_contact="since") if table.persons else table for table in tables)
