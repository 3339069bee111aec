"""The ledger and the company's data."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from mailbot import app
from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.ledger import SqlLedger
from mailbot.adapters.ledger.migrate import NEWEST, revision
from mailbot.adapters.registry import Finding, Pace
from mailbot.adapters.registry import State as Weight
from mailbot.app import ACTOR, ledger_url
from mailbot.cli.checks.line import Line, State, fail, guarded, not_looked_at, ok, warn
from mailbot.config import Settings
from mailbot.errors import AuditBroken
from mailbot.journeys.audit import verify_chain

PACE = Pace(seconds=4, sample=200)
FAREWELL = 2.0  # seconds for saying what was found
UPGRADE = "run `mailbot db upgrade`"
_LEDGER = {
    "no usable database URL": "correct ledger.url, or the secret ledger_url",
    "": "start the database and look at ledger.url; for SQLite be the daemon's user (`mailbot-admin doctor`)",
}
_AUDIT = {"in time": "run `mailbot audit verify`: a long trail takes longer than doctor waits", **_LEDGER}
_COMPANY = {"": "correct data.url, the secret company_url, or the data map"}


async def ledger(settings: Settings, *, until: float, audit_until: float) -> list[Line]:
    """The ledger's revision and its audit trail."""
    lines = await guarded("ledger", _revision(settings), _LEDGER, until=until)
    if lines[0].state is State.FAIL:
        return [*lines, not_looked_at("audit", "the ledger")]
    lines += await guarded("switches", _switches(settings), _LEDGER, until=until)
    return [*lines, *await guarded("audit", _audit(settings), _AUDIT, until=audit_until)]


async def _switches(settings: Settings) -> Sequence[Line]:
    """What a person or the breaker has switched off: nothing is carried out, and nobody may wonder why."""
    kept = SqlLedger(ledger_url(settings), actor=ACTOR, prefix=settings.file.ledger.prefix)
    try:
        async with kept.read() as book:
            off = await book.switched_off()
    finally:
        await kept.close()
    if not off:
        return [ok("switches", "nothing is switched off")]
    return [
        warn(
            "switches",
            f"{one.switch.value} is off since {one.since:%Y-%m-%d %H:%M} UTC, by {one.by}: {one.why}",
            f"when it may go on: mailbot resume {one.switch.value}",
        )
        for one in off
    ]


async def _revision(settings: Settings) -> Sequence[Line]:
    url = ledger_url(settings)
    file = _sqlite_file(url)
    if file is not None and not file.exists():  # connecting would make it, with our owner and mode
        return [fail("ledger", f"there is no file {file}", f"make its folder if need be, then {UPGRADE}")]
    found, wanted = await revision(url), NEWEST
    if found == wanted:
        return [ok("ledger", f"reached, revision {found}")]
    said = f"at revision {found}" if found else "empty"
    return [fail("ledger", f"{said}, the program needs {wanted}", f"copy it if it holds anything, then {UPGRADE}")]


def _sqlite_file(url: str) -> Path | None:
    """The file behind *url*; None where there is none, or the URL is for others to judge."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None
    name = parsed.database or ""
    plain = parsed.get_backend_name() == "sqlite" and name and not name.startswith((":", "file:"))
    return Path(name) if plain else None


async def _audit(settings: Settings) -> Sequence[Line]:
    kept = SqlLedger(ledger_url(settings), actor=ACTOR, prefix=settings.file.ledger.prefix)
    try:
        async with kept.read() as book:
            events, head = await verify_chain(book)
    except AuditBroken as exc:
        remedy = "stop mailbot, keep a copy of the ledger, and compare it with the last good backup"
        return [fail("audit", str(exc), remedy)]
    finally:
        await kept.close()
    return [ok("audit", f"the chain holds: {events} events, head {head[:12]}")]


async def company(settings: Settings, *, until: float) -> list[Line]:
    """Whether the data map fits the company's live databases; one line for each thing that does not."""
    return await guarded("company data", _fits(settings, until=until - FAREWELL), _COMPANY, until=until)


async def _fits(settings: Settings, *, until: float) -> Sequence[Line]:
    """The same looks as `mailbot datamap check`, not as far: doctor has a minute for everything."""
    checkup = app.make_checkup(settings, load_datamap(settings.datamap))
    found: list[Finding] = []
    late: list[Line] = []
    try:
        async with asyncio.timeout_at(until):
            async for finding in checkup.findings(PACE):
                found.append(finding)  # noqa: PERF401 - what is found is told even where the rest is late
    except TimeoutError:
        late = [warn("company data", "not everything was looked at in time", "run `mailbot datamap check`")]
    finally:
        await checkup.close()
    faults = [fail("company data", _told(one), one.remedy) for one in found if one.state is Weight.FAULT]
    notes = [warn("company data", _told(one), one.remedy) for one in found if one.state is Weight.REMARK]
    well = [] if late else [ok("company data", "reached; the data map fits")]
    return [*(faults or well), *notes, *late]


def _told(finding: Finding) -> str:
    return f"store {finding.store}: {finding.said}"
