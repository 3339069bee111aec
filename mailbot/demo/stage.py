"""What the demo runs on: a folder, mail servers on loopback, two databases, and the daemon as a real process."""

import asyncio
import json
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiosmtplib
from sqlalchemy.ext.asyncio import create_async_engine

import mailbot
from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.ledger.migrate import upgrade
from mailbot.app import App, build, ledger_url, real_chance
from mailbot.config import load, share
from mailbot.core.decide import Autonomy
from mailbot.core.model import Language, Right
from mailbot.demo.company import Company
from mailbot.demo.letters import Posted, Writer
from mailbot.demo.servers import HOST, EmbeddedMail
from mailbot.demo.story import How, Story
from mailbot.errors import MailbotError
from mailbot.journeys.autonomy import set_mode

OURS, OPERATOR = "info@example.kz", "lawyer@example.kz"
SETTINGS, LEDGER, COMPANY, LOG = "mailbot.toml", "ledger.sqlite", "company.sqlite", "mailbot.log"
INBOX = "INBOX"
STOP_WITHIN = 10.0  # seconds, as systemd gives it
READY_WITHIN = 20.0  # seconds
LAST_LINES = 8  # of the log, where something goes wrong
BY = "demo"  # who decides, in the audit trail

_SETTINGS = """\
# Written by `mailbot demo`. Everything here is invented and runs on this machine alone.
[company]
name = "«Көкжиек Шатыр» ЖШС"
address = "050000, Алматы, Үлгі көшесі, 1"
policy_edition = "01.01.2022"

[company.responsible]
name = "Айгүл Әлиева"
post = "жеке деректерге жауапты / ответственная за персональные данные"
phone = "+7 700 000 00 00"

[mailbox]
address = "{ours}"
host = "{host}"
port = {imap_port}
tls = "none"
user = "{ours}"
poll_seconds = 1

[relay]
host = "{host}"
port = {smtp_port}
tls = "none"

[operator]
mail = "{operator}"

[ledger]
url = "sqlite+aiosqlite:///{ledger}"

[data]
url = "sqlite+aiosqlite:///{company}"

[rules]
letters_leave_every_seconds = 1
destructions_always = 20

[dns]
zone_file = "{folder}/zone.json"
"""


class StageFault(MailbotError):
    """The demo itself cannot go on; the message says what is missing or broken."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the story is played on."""

    folder: Path
    mail: EmbeddedMail
    passwords: Mapping[str, str] = field(repr=False)
    app: App  # our own eyes: the same ledger and settings, in this process
    company: Company
    writer: Writer
    daemon: Process

    @property
    def settings(self) -> Path:
        """The mailbot.toml that the daemon runs on."""
        return self.folder / SETTINGS

    @property
    def log(self) -> Path:
        """All that the daemon and the commands have logged."""
        return self.folder / LOG

    def written(self) -> int:
        """When the ledger was last written, in nanoseconds: changes with every commit."""
        return (self.folder / f"{LEDGER}-wal").stat().st_mtime_ns

    def mailbox(self, address: str) -> ImapMailbox:
        """A mail program that looks into somebody's mailbox over IMAP; close it after use."""
        return ImapMailbox(
            host=HOST, port=self.mail.imap_port, tls="none", user=address, password=self.passwords[address]
        )

    async def post(self, posted: Posted, to: str) -> None:
        """Send a message over SMTP, as anybody's mail server would."""
        async with aiosmtplib.SMTP(
            hostname=HOST, port=self.mail.smtp_port, start_tls=False, local_hostname="client.example.org"
        ) as client:
            await client.sendmail(posted.mail_from, [to], posted.raw)

    async def command(self, *words: str) -> str:
        """Run `mailbot …` as its own process; what it printed. Raises StageFault where it fails."""
        with self.log.open("ab") as log:
            process = await _mailbot(self.folder, *words, stdout=PIPE, stderr=log.fileno())
            printed, _ = await process.communicate()
        if process.returncode:
            raise self.fault(f"`mailbot {' '.join(words[:2])}` ended with {process.returncode}")
        return printed.decode()

    def check(self) -> None:
        """Raise StageFault where the daemon has ended."""
        if self.daemon.returncode is not None:
            raise self.fault(f"the daemon ended with {self.daemon.returncode}")

    def fault(self, why: str) -> StageFault:
        """*why* the demo cannot go on, and what was logged last."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return StageFault("\n".join((why, "the log ends:", *lines[-LAST_LINES:])))


@asynccontextmanager
async def staged(story: Story, folder: Path, *, seed: int) -> AsyncIterator[Stage]:
    """Servers started, people filled in, everything live, and the daemon watching; all stopped afterwards."""
    chance = real_chance()
    writer = Writer(OURS, seed=seed)
    parties = [party.email for party in load_datamap(share("config/datamap.toml")).parties if party.email]
    passwords = {address: f"{address.partition('@')[0]}-demo" for address in (*_addresses(story), *parties)}
    async with EmbeddedMail(passwords, now=chance.now) as mail:
        _write_files(folder, mail, story, writer, password=passwords[OURS], key=chance.token() * 2)
        settings = load(folder / SETTINGS, environ=environment(folder))
        company = Company(create_async_engine(settings.file.data.url))
        app = build(settings)
        try:
            await upgrade(ledger_url(settings))
            await _before_our_time(story, mail, writer, app)
            async with _running(folder) as daemon:
                stage = Stage(folder, mail, passwords, app, company, writer, daemon)
                await company.fill(list(story.people.values()), seed=seed, now=chance.now())
                for right in Right:
                    await set_mode(right, list(Language), Autonomy.AGREE, by=BY, desk=app.desk)
                await _watching(stage)
                yield stage
        finally:
            await company.close()
            await app.close()


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[Process]:
    """`mailbot run`, ended as systemd does it."""
    with (folder / LOG).open("ab") as log:
        daemon = await _mailbot(folder, "run", stdout=log.fileno(), stderr=log.fileno())
    try:
        yield daemon
    finally:
        with suppress(ProcessLookupError):
            daemon.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await daemon.wait()
        except TimeoutError:
            daemon.kill()
            await daemon.wait()


def environment(folder: Path) -> dict[str, str]:
    """What the demo's mailbot processes see: secrets as systemd hands them over, and where the program lies."""
    return {
        "CREDENTIALS_DIRECTORY": str(folder / "credentials"),
        "PYTHONPATH": str(Path(mailbot.__file__).parents[1]),
        "LANG": "C.UTF-8",
    }


def _addresses(story: Story) -> list[str]:
    return [OURS, OPERATOR, *(person.address for person in story.people.values())]


def _write_files(
    folder: Path, mail: EmbeddedMail, story: Story, writer: Writer, *, password: str, key: str
) -> None:
    filled = _SETTINGS.format(
        ours=OURS,
        operator=OPERATOR,
        host=HOST,
        imap_port=mail.imap_port,
        smtp_port=mail.smtp_port,
        folder=folder,
        ledger=folder / LEDGER,
        company=folder / COMPANY,
    )
    (folder / SETTINGS).write_text(filled, encoding="utf-8")
    shutil.copy(share("config/datamap.toml"), folder / "datamap.toml")
    domains = {person.address.partition("@")[2] for person in story.people.values() if person.signs}
    zone = {name: text for domain in sorted(domains) for name, text in writer.signer.records(domain).items()}
    (folder / "zone.json").write_text(json.dumps(zone, indent=1), encoding="utf-8")
    credentials = folder / "credentials"
    credentials.mkdir(mode=0o700)
    for name, secret in (("imap_password", password), ("secret_key", key)):
        (credentials / name).write_text(secret, encoding="utf-8")


async def _before_our_time(story: Story, mail: EmbeddedMail, writer: Writer, app: App) -> None:
    """Put last year's mail where it lies when mailbot comes."""
    at = app.desk.chance.now() - timedelta(days=300)
    for scene in story.scenes:
        if scene.how is How.OLD:
            posted = writer.write(scene, story.whose(scene), at=at)
            await mail.deliver(posted.raw, posted.mail_from, OURS, at=at)


async def _mailbot(folder: Path, *words: str, stdout: int, stderr: int) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "mailbot",
        *words,
        "--config",
        str(folder / SETTINGS),
        env=environment(folder),
        stdin=DEVNULL,
        stdout=stdout,
        stderr=stderr,
    )


async def _watching(stage: Stage) -> None:
    """Wait until the daemon has taken the mailbox as it stands for its beginning."""
    async with asyncio.timeout(READY_WITHIN):
        while True:
            stage.check()
            async with stage.app.ledger.read() as book:
                if await book.progress(INBOX) is not None:
                    return
            await asyncio.sleep(0.02)
