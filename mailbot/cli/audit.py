"""`mailbot audit`: the trail."""

from collections.abc import AsyncIterator
from pathlib import Path

import click

from mailbot.cli.common import console, go, opened, print_json, table, with_config, with_json
from mailbot.core.audit import Link
from mailbot.errors import AuditBroken
from mailbot.journeys.audit import verify_chain
from mailbot.ports import Book

PAGE = 1000


@click.group()
def audit() -> None:
    """The audit trail: one chained event for every step, without personal data."""


@audit.command()
@click.option("-n", "count", default=20, show_default=True, help="How many of the newest events.")
@click.option("--case", "number", default="", help="Only this case.")
@with_json
@with_config
def tail(count: int, number: str, *, as_json: bool, config: Path) -> None:
    """Show the newest events.

    \b
    Example:  mailbot audit tail -n 50 --case 2026-0417
    """

    async def read() -> list[Link]:
        async with opened(config) as app, app.ledger.read() as book:
            return [link async for link in _links(book) if not number or link.event.case == number][-count:]

    links = go(read())
    if as_json:
        for link in links:
            print_json(_plain(link))
        return
    shown = table("seq", "at (UTC)", "event", "case", "subject", "by", "facts")
    for link in links:
        event = link.event
        facts = " ".join(f"{key}={value}" for key, value in event.facts.items())
        at = f"{event.at:%Y-%m-%d %H:%M:%S}"
        shown.add_row(str(event.seq), at, event.name, event.case, event.subject, event.actor, facts)
    console().print(shown)


async def _links(book: Book) -> AsyncIterator[Link]:
    after = 0
    while page := await book.links(after=after, limit=PAGE):
        for link in page:
            yield link
        after = page[-1].event.seq


def _plain(link: Link) -> dict[str, object]:
    event = link.event
    return {
        "seq": event.seq,
        "at": event.at.isoformat(),
        "name": event.name,
        "case": event.case,
        "subject": event.subject,
        "by": event.actor,
        "facts": dict(event.facts),
        "before": link.before,
        "hash": link.hash,
    }


@audit.command()
@with_json
@with_config
def verify(*, as_json: bool, config: Path) -> None:
    """Recompute the whole chain; exits 1 and names the first bad event where it does not hold.

    \b
    Example:  mailbot audit verify
    """

    async def check() -> tuple[int, str]:
        async with opened(config) as app, app.ledger.read() as book:
            return await verify_chain(book)

    try:
        events, head = go(check())
    except AuditBroken as exc:
        if as_json:
            print_json({"ok": False, "why": str(exc)})
        raise
    if as_json:
        print_json({"ok": True, "events": events, "head": head})
    else:
        click.echo(f"the chain holds: {events} events, head {head}")
