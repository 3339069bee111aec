"""A person at a terminal types what README says, in an empty folder, with a company's mail servers on loopback."""

import asyncio
import json
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import aiosmtplib
from sqlalchemy.ext.asyncio import create_async_engine

from mailbot.adapters import reference_schema
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.store import SqlBook
from mailbot.core.audit import Link
from mailbot.core.case import Case
from mailbot.demo.servers import HOST, EmbeddedMail
from tests.command_lines import ROOT, program

ANNA, INFO, OPERATOR = "anna@example.org", "info@example.kz", "lawyer@example.kz"
PASSWORDS = {ANNA: "invented-1", INFO: "invented-2", OPERATOR: "invented-3"}
ANSWERS = {  # what a person would answer to `mailbot init`
    "--address": INFO,
    "--imap-host": HOST,
    "--imap-tls": "none",
    "--smtp-host": HOST,
    "--smtp-tls": "none",
    "--smtp-user": "-",
    "--company": "«Үлгі» ЖШС",
    "--company-address": "050000, Алматы, Үлгі көшесі, 1",
    "--policy-edition": "01.01.2022",
    "--responsible": "Айгүл Әлиева",
    "--phone": "+7 700 000 00 00",
    "--operator-mail": OPERATOR,
}
LETTER = """\
From: Anna <{sender}>
To: {to}
Subject: {subject}
Message-ID: <{subject}@example.org>
Date: Mon, 23 Nov 2026 10:00:00 +0500
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
"""
PATIENCE = 60.0  # seconds until something must have happened, on a machine with much else to do
NUMBER = re.compile(r"\d{4}-\d{4}")

T = TypeVar("T")


@dataclass
class FirstHour:
    """What was typed, and what came of it."""

    folder: Path
    mail: EmbeddedMail
    environment: dict[str, str]
    daemon: Process | None = None
    said: list[tuple[str, str]] = field(default_factory=list)  # command, and what it printed

    async def type(self, words: Sequence[str]) -> None:
        """One line of README, as a person would type it; whatever it says about ending well must be true."""
        match [program(words), *words[1:]]:
            case ["make", "install"]:
                pass  # this is where the test runs
            case ["export", *assignments]:
                self._export(assignments)
            case ["cp", source, target]:
                (self.folder / target / Path(source).name).write_bytes((ROOT / source).read_bytes())
            case ["mailbot", "run"]:
                await self._run()
            case ["mailbot", "init"]:
                await self._command(["init", *self._answers()])
                await self._settle()
            case ["mailbot", "doctor"]:
                await self._command(["doctor"])
            case ["mailbot", *rest]:
                await self._command([await self._real(word) for word in rest])
            case other:
                raise ValueError(f"nobody knows how to type {other}")

    async def cases(self, hold: Callable[[Sequence[Case]], bool]) -> Sequence[Case]:
        """All cases, once they are so."""
        return await self._look(lambda book: book.cases(), hold)

    async def letters(self, address: str) -> Sequence[bytes]:
        """What *address* has got, once it has got something."""
        box = ImapMailbox(
            host=HOST, port=self.mail.imap_port, tls="none", user=address, password=PASSWORDS[address]
        )
        try:
            async with asyncio.timeout(PATIENCE):
                while not (uids := await box.uids("INBOX")):
                    await box.wait("INBOX", 1.0)
            return [mail.raw for mail in await box.fetch("INBOX", uids)]
        finally:
            await box.close()

    async def write(self, subject: str, text: str) -> None:
        """Anna writes to the company."""
        letter = LETTER.format(sender=ANNA, to=INFO, subject=subject, text=text).replace("\n", "\r\n")
        async with aiosmtplib.SMTP(hostname=HOST, port=self.mail.smtp_port, start_tls=False) as client:
            await client.sendmail(ANNA, [INFO], letter.encode())

    async def interrupt(self) -> int:
        """Ctrl-C; the daemon's exit code."""
        if self.daemon is None:
            raise ValueError("`mailbot run` was not typed")
        self.daemon.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE):
            await self.daemon.communicate()
        return self.daemon.returncode or 0

    # ------------------------------------------------------------ what stands behind a line

    def _export(self, assignments: Sequence[str]) -> None:
        for name, _, value in (one.partition("=") for one in assignments):
            if name != "PATH":
                self.environment[name] = value.replace("$PWD", str(self.folder))

    async def _command(self, arguments: Sequence[str]) -> None:
        process = await self._process(arguments, log=PIPE)
        printed, complained = await process.communicate()
        if process.returncode:
            raise AssertionError(f"mailbot {' '.join(arguments)}: {printed.decode()}{complained.decode()}")
        self.said.append((" ".join(arguments), printed.decode()))

    def _answers(self) -> list[str]:
        password = self.folder / "password"
        password.write_text(PASSWORDS[INFO])
        ports = ["--imap-port", str(self.mail.imap_port), "--smtp-port", str(self.mail.smtp_port)]
        answers = [word for option in ANSWERS.items() for word in option]
        return [*answers, *ports, "--password-file", str(password), "--yes"]

    async def _settle(self) -> None:
        """The company's data are there already; DNS comes from a file, because tests have none."""
        zone, settings = self.folder / "zone.json", self.folder / "state/mailbot.toml"
        zone.write_text(json.dumps({"_dmarc.example.kz": "v=DMARC1; p=none"}))
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace('# zone_file = ""', f'zone_file = "{zone}"'), encoding="utf-8")
        engine = create_async_engine(f"sqlite+aiosqlite:///{self.folder}/state/company.sqlite")
        await reference_schema.create(engine)
        await engine.dispose()

    async def _run(self) -> None:
        """Leave the daemon running; when it has taken the mailbox for its beginning, somebody writes."""
        with (self.folder / "daemon.log").open("wb") as log:
            self.daemon = await self._process(["run"], log=log.fileno())
        await self._look(lambda book: book.links(), lambda links: _begun(links) == 2)  # INBOX and Junk
        await self.write("request", "Маған енді жарнама жібермеңіздер.")
        await self.cases(lambda cases: len(cases) == 1)

    async def _real(self, word: str) -> str:
        """A case number in README stands for the case there is."""
        return (await self.cases(bool))[0].number if NUMBER.fullmatch(word) else word

    async def _look(
        self, read: Callable[[SqlBook], Awaitable[Sequence[T]]], hold: Callable[[Sequence[T]], bool]
    ) -> Sequence[T]:
        """What the ledger says, once it is so."""
        ledger = SqlLedger(f"sqlite+aiosqlite:///{self.folder}/state/ledger.sqlite", actor="test")
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    async with ledger.read() as book:
                        found = await read(book)
                    if hold(found):
                        return found
                    await asyncio.sleep(0.1)
        finally:
            await ledger.close()

    async def _process(self, arguments: Sequence[str], *, log: int) -> Process:
        words = [sys.executable, "-m", "mailbot", *arguments]
        return await asyncio.create_subprocess_exec(
            *words, cwd=self.folder, env=self.environment, stdout=log, stderr=log
        )


def _begun(links: Sequence[Link]) -> int:
    return sum(link.event.name == "folder.begun" for link in links)


@asynccontextmanager
async def first_hour(folder: Path) -> AsyncIterator[FirstHour]:
    """Mail servers, an empty folder, and nothing in the environment but where the program lies."""
    async with EmbeddedMail(PASSWORDS, now=lambda: datetime.now(UTC)) as mail:  # noqa: TID251 - real processes, real time
        hour = FirstHour(
            folder, mail, {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "LOGNAME": "operator", "COLUMNS": "200"}
        )
        try:
            yield hour
        finally:
            if hour.daemon is not None and hour.daemon.returncode is None:
                hour.daemon.kill()
                await hour.daemon.wait()
