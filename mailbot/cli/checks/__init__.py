"""Everything `mailbot doctor` looks at: each check by itself, all within a minute, in a stable order."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from mailbot.app import make_mailbox
from mailbot.cli.checks import databases, house, names, own, relay, senders
from mailbot.cli.checks.line import PATIENCE, Line, State, guarded, not_looked_at
from mailbot.cli.checks.mailbox import mailbox
from mailbot.config import Settings
from mailbot.ports import Chance

__all__ = ["Line", "State", "examine", "examine_senders"]

QUICK = 12.0  # seconds for what answers or does not
LONG = 45.0  # seconds for what takes its time: the letter, a long audit trail
READING = 900.0  # seconds for five hundred messages, attachments and all
_MAILBOX = {"": "run `mailbot doctor` first: it tells what is wrong with the mailbox, and what to do"}

Check = Coroutine[Any, Any, list[Line]]


async def examine(path: Path, *, letter: bool, chance: Chance, say: Callable[[Line], None]) -> None:
    """Look at everything the settings in *path* tell of, and say each line once those before it are said.

    *letter*: whether a letter is really sent. No line is lost when another check fails.
    """
    read = house.read(path)
    for line in read.lines:
        say(line)
    if read.settings is None:
        say(not_looked_at("everything else", "the settings"))
        return
    today = chance.now().astimezone(read.settings.zone).date()
    checks: list[Check] = [
        house.house(read.settings, today=today),
        names.dns(read.settings, until=_in(QUICK)),
    ]
    if read.secrets:
        checks += [
            databases.ledger(read.settings, until=_in(QUICK), audit_until=_in(LONG)),
            databases.company(read.settings, until=_in(LONG)),
            _mail(read.settings, chance, letter=letter),
        ]
    else:
        checks.append(_without_secrets())
    async with asyncio.TaskGroup() as group:
        for task in [group.create_task(check) for check in checks]:
            for line in await task:
                say(line)


async def examine_senders(path: Path, *, say: Callable[[Line], None]) -> None:
    """Look at who writes to the mailbox that the settings in *path* name, and say each line."""
    read = house.read(path)
    for line in read.lines:
        say(line)
    if read.settings is None or not read.secrets:
        say(not_looked_at("senders", "the settings and secrets"))
        return
    box = make_mailbox(read.settings, reads_only=True)
    try:
        for line in await guarded("senders", senders.survey(read.settings, box), _MAILBOX, until=_in(READING)):
            say(line)
    finally:
        await box.close()


def _in(seconds: float) -> float:
    """That far from now, by the event loop's clock."""
    return asyncio.get_running_loop().time() + seconds


async def _without_secrets() -> list[Line]:
    names = ("ledger", "audit", "company data", "IMAP", "SMTP", "letter", "clock")
    return [not_looked_at(name, "the secrets") for name in names]


async def _mail(settings: Settings, chance: Chance, *, letter: bool) -> list[Line]:
    """IMAP and SMTP beside each other; then, if both let us in, the letter."""
    box = make_mailbox(settings, patience=PATIENCE)
    try:
        async with asyncio.TaskGroup() as group:
            arriving = group.create_task(mailbox(box, settings.file.mailbox, until=_in(QUICK)))
            leaving = group.create_task(relay.relay(settings, until=_in(QUICK)))
        lines = [*arriving.result()]
        if lines[0].state is not State.FAIL:
            sent = settings.file.mailbox.sent
            lines += await own.own(box, settings.datamap, sent=sent, until=_in(QUICK))
        lines += leaving.result()
        post = relay.Post(settings=settings, mailbox=box, chance=chance)
        let_in = State.FAIL not in {arriving.result()[0].state, leaving.result()[0].state}
        if letter and let_in:
            lines += await relay.letter(post, until=_in(LONG))
        elif letter:
            lines.append(not_looked_at("letter", "IMAP and SMTP"))
        return [*lines, relay.clock(post)]
    finally:
        await box.close()
