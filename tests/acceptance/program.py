"""The real program as a process: told by a settings file, heard through its log and its words to systemd."""

import asyncio
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mailbot.adapters.ledger import SqlLedger
from mailbot.app import build
from mailbot.config import load
from mailbot.core.audit import Link
from mailbot.core.case import Case
from mailbot.core.decide import Autonomy
from mailbot.core.model import Language, Right
from mailbot.journeys.audit import PAGE, verify_chain
from mailbot.journeys.autonomy import set_mode
from tests.acceptance.company import Company
from tests.acceptance.ear import Ear
from tests.acceptance.people import DOMAIN, NAMES
from tests.acceptance.waiting import until
from tests.servers.dovecot import DovecotServer
from tests.servers.postfix import PostfixServer

SHIPPED = Path(__file__).parents[2] / "config/datamap.toml"
READY_WITHIN = 30.0  # seconds; it takes one and a half, a loaded machine gets more
OPERATOR = "lawyer@example.kz"

Sections = dict[str, dict[str, Any]]
_numbers = itertools.count(1)


class Program:
    """One installation in *folder*, with a mailbox of its own; `sections` can be changed before a start."""

    def __init__(self, folder: Path, dovecot: DovecotServer, postfix: PostfixServer) -> None:
        self.folder = folder
        self.ours = f"info-{os.getpid()}-{next(_numbers)}@example.kz"
        self.company = Company(f"sqlite+aiosqlite:///{folder}/company.sqlite")
        account = dovecot.account(self.ours)
        dovecot.account(OPERATOR)
        self.secrets = {
            "MAILBOT_IMAP_PASSWORD": account.password,
            "MAILBOT_SMTP_PASSWORD": account.password,
            "MAILBOT_SECRET_KEY": "an invented key for the tests of the whole program",
        }
        self.sections = self._sections(dovecot, postfix)
        self.ear = Ear()
        self._process: subprocess.Popen[bytes] | None = None

    def _sections(self, dovecot: DovecotServer, postfix: PostfixServer) -> Sections:
        ours = {"user": self.ours, "host": "localhost", "ca_file": str(dovecot.ca_file), "timeout_seconds": 10}
        return {
            "company": {"name": "Example Roofs", "address": "Almaty, Example street 1", "policy_edition": "2022"},
            "company.responsible": {"name": "Aigul Example", "post": "DPO", "phone": "+7 700 000 00 00"},
            "mailbox": {**ours, "address": self.ours, "port": dovecot.imaps_port, "tls": "implicit"},
            "relay": {**ours, "port": postfix.submission_port, "tls": "starttls"},
            "operator": {"mail": OPERATOR},
            "rules": {
                "letters_an_hour": 1000,
                "letters_leave_every_seconds": 1,
                "destructions_always": 1000,  # the breaker has tests of its own
            },
            "ledger": {"url": f"sqlite+aiosqlite:///{self.folder}/ledger.sqlite"},
            "data": {"url": self.company.url},
            "dns": {"zone_file": str(self.folder / "zone.json")},
        }

    # ------------------------------------------------------------ its files

    @property
    def config(self) -> Path:
        return self.folder / "mailbot.toml"

    @property
    def out(self) -> str:
        """All that it has written to standard output since the first start."""
        return self._written("stdout")

    @property
    def err(self) -> str:
        """The same of standard error."""
        return self._written("stderr")

    def _written(self, stream: str) -> str:
        file = self.folder / stream
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def write_settings(self) -> None:
        """Settings, the shipped data map, and an empty DNS zone where none was written.

        No server here delivers to the parties on that map: they are told of nothing.
        """
        lines: list[str] = []
        for name, keys in self.sections.items():
            lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        shipped = SHIPPED.read_text(encoding="utf-8")
        datamap = re.sub(r"^(email = .*@.*)$", r"\1\ntold = []", shipped, flags=re.MULTILINE)
        (self.folder / "datamap.toml").write_text(datamap, encoding="utf-8")
        zone = self.folder / "zone.json"
        if not zone.exists():
            zone.write_text("{}", encoding="utf-8")

    # ------------------------------------------------------------ its life

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another of its commands to the end, as the operator would."""
        return subprocess.run(
            [sys.executable, "-m", "mailbot", *words, "--config", str(self.config)],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *words: str) -> str:
        """Standard output of a command that ends well."""
        done = self.command(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def install(self) -> None:
        """Settings and `mailbot db upgrade`."""
        self.write_settings()
        self.must("db", "upgrade")

    def begin(self) -> None:
        """Start it; returns at once. It ends with us, by setpriv, however we end."""
        self.ear.said.clear()
        with (self.folder / "stdout").open("ab") as out, (self.folder / "stderr").open("ab") as err:
            self._process = subprocess.Popen(
                [
                    "setpriv",
                    "--pdeathsig",
                    "KILL",
                    "--",
                    sys.executable,
                    "-m",
                    "mailbot",
                    "run",
                    "--config",
                    self.config,
                ],
                env={**self._environment(), "NOTIFY_SOCKET": self.ear.path},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        self.begin()
        until(lambda: self.ready or not self.alive, READY_WITHIN, lambda: f"ready: {self.out}{self.err}")
        assert self.alive, f"{self.out}{self.err}"

    def live(self) -> None:
        """Let every right act without a person, in every language, once the mailbox has been looked at."""
        self.wait_for_status("watching")
        asyncio.run(self._live())

    async def _live(self) -> None:
        app = build(load(self.config, self.secrets))
        for right in Right:
            await set_mode(right, [*Language], Autonomy.AGREE, by="operator", desk=app.desk)
        await app.close()

    def _environment(self) -> dict[str, str]:
        host = {name: value for name, value in os.environ.items() if not name.startswith("MAILBOT_")}  # noqa: TID251 - the program needs a PATH
        return {**host, **self.secrets}

    @property
    def process(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("it has not been started")
        return self._process

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def ready(self) -> bool:
        return "READY=1" in self.ear.said

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, by pid."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, float]:
        """SIGTERM; its exit code, and how many seconds it took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        code = self.process.wait(READY_WITHIN)
        return code, time.monotonic() - began

    def close(self) -> None:
        """Leave nothing behind that runs."""
        if self.alive:
            self.kill()
        self.ear.close()

    # ------------------------------------------------------------ what it says

    @property
    def statuses(self) -> list[str]:
        """What `systemctl status` would have shown since the start, one after another."""
        return [words.removeprefix("STATUS=") for words in list(self.ear.said) if words.startswith("STATUS=")]

    @property
    def status(self) -> str:
        """What it would show now."""
        told = self.statuses
        return told[-1] if told else ""

    def says_steadily(self, words: str, *, times: int = 6) -> bool:
        """Whether the next *times* statuses, said within some seconds, all hold *words*."""
        before = len(self.statuses)
        told = until(lambda: self.statuses[before + times - 1 :] and self.statuses[before:], 30, lambda: self.out)
        return all(words in status for status in told)

    def wait_for_status(self, words: str, *, within: float = 15) -> None:
        """Wait until the status holds *words*."""
        until(lambda: words in self.status, within, lambda: f"{words!r} in {self.status!r}\n{self.out}")

    def log(self, event: str = "") -> list[dict[str, Any]]:
        """Its log lines, each a JSON object; only those of *event*, if given."""
        whole = self.out.rpartition("\n")[0]  # the last line may still be on its way
        lines = [json.loads(line) for line in whole.splitlines()]
        return [line for line in lines if not event or line["event"] == event]

    def wait_for(self, event: str, *, times: int = 1, within: float = 20) -> list[dict[str, Any]]:
        """Lines of *event*, once there are as many."""
        return until(
            lambda: (lines := self.log(event))[times - 1 :] and lines,
            within,
            lambda: f"{times} × {event} in the log:\n{self.out}{self.err}",
        )

    def indiscretions(self) -> list[str]:
        """What it should not have said: anything on stderr; an address, a name, a phone or a secret in its log."""
        personal = [f"@{DOMAIN}", self.ours, OPERATOR, *NAMES.values(), "+7 700", *self.secrets.values()]
        self.log()  # raises where a line is no JSON
        return [*self.err.splitlines(), *(word for word in personal if word in self.out)]

    # ------------------------------------------------------------ what it keeps

    def cases(self) -> Sequence[Case]:
        """Every case, in the order in which they were opened."""
        return asyncio.run(self._read(_cases))

    def trail(self) -> Sequence[Link]:
        """The audit trail, which verifies; raises AuditBroken where it does not."""
        return asyncio.run(self._read(_links))

    async def _read(self, look: Callable[[Any], Any]) -> Any:
        ledger = SqlLedger(self.sections["ledger"]["url"], actor="test")
        try:
            async with ledger.read() as book:
                return await look(book)
        finally:
            await ledger.close()


async def _cases(book: Any) -> list[Case]:
    return sorted(await book.cases(), key=lambda case: int(case.id))


async def _links(book: Any) -> list[Link]:
    await verify_chain(book)
    links: list[Link] = []
    while page := await book.links(after=links[-1].event.seq if links else 0, limit=PAGE):
        links += page
    return links
