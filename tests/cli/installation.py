"""An invented company's installation in one folder: settings, secrets, ledger, company data, DNS in a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailbot.adapters.ledger import SqlLedger
from mailbot.app import seeded_chance
from mailbot.cli.checks import Line, State, examine
from mailbot.ports import Chance
from tests import once

INFO, PASSWORD, KEY = "info@example.kz", "an invented password 7", "k" * 40
DMARC = {"_dmarc.example.kz": "v=DMARC1; p=none"}


def _toml(sections: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for name, keys in sections.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
    return "\n".join(lines)


@dataclass
class Installation:
    """Healthy as it is made; `sections` can be changed before `write`."""

    folder: Path
    imap_port: int
    smtp_port: int
    sections: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        host = {"host": "127.0.0.1", "tls": "none"}
        self.sections = {
            "company": {
                "name": "Ондулин",
                "address": "Алматы",
                "policy_edition": "01.01.2022",
                "jurisdiction": "ru",  # its calendar is confirmed, so that a healthy house has no warning of it
            },
            "company.responsible": {"name": "A. Example", "post": "DPO", "phone": "+7 700 000 00 00"},
            "mailbox": {**host, "address": INFO, "user": INFO, "port": self.imap_port, "junk": ["Junk"]},
            "relay": {**host, "port": self.smtp_port},
            "operator": {"mail": "lawyer@example.kz"},
            "ledger": {"url": self.ledger_url},
            "data": {"url": self._sqlite("company")},
            "dns": {"zone_file": str(self.folder / "zone.json")},
        }

    @property
    def config(self) -> Path:
        return self.folder / "mailbot.toml"

    @property
    def ledger_url(self) -> str:
        return self._sqlite("ledger")

    def file(self, name: str) -> Path:
        """The SQLite file of "ledger" or "company"."""
        return self.folder / f"{name}.sqlite"

    def _sqlite(self, name: str) -> str:
        return f"sqlite+aiosqlite:///{self.file(name)}"

    async def make(self) -> None:
        """Databases and DNS; one event in the audit trail."""
        (self.folder / "zone.json").write_text(json.dumps(DMARC))
        await once.empty_ledger(self.file("ledger"))
        await once.empty_company(self.file("company"))
        ledger, chance = SqlLedger(self.ledger_url, actor="test"), seeded_chance(1)
        async with ledger.write() as book:
            await book.record("folder.begun", at=chance.now(), facts={"messages": 2000})
        await ledger.close()

    def write(self) -> None:
        """The settings file, as `sections` are now."""
        self.config.write_text(_toml(self.sections))

    async def report(self, *, letter: bool = False, chance: Chance | None = None) -> list[Line]:
        """What doctor says about it."""
        self.write()
        said: list[Line] = []
        await examine(self.config, letter=letter, chance=chance or seeded_chance(1), say=said.append)
        return said


def states(lines: list[Line]) -> dict[str, State]:
    """Check → state, in the order in which they were said."""
    return {line.check: line.state for line in lines}


def line_of(check: str, lines: list[Line]) -> Line:
    """The one line of *check*."""
    [line] = [line for line in lines if line.check == check]
    return line


def not_ok(lines: list[Line]) -> dict[str, State]:
    """Check → state of what is not well."""
    return {line.check: line.state for line in lines if line.state is not State.OK}
