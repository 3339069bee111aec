"""`mailbot audit`: the trail."""

from collections.abc import AsyncIterator
from pathlib import Path

import click

from mailbot.cli.common import go, opened, print_json, with_config, with_json
from mailbot.core.audit import Link, Plain
from mailbot.core.model import Address
from mailbot.errors import AuditBroken
from mailbot.journeys.audit import verify_chain
from mailbot.journeys.trail import pseudonyms_of
from mailbot.ports import Book

PAGE = 1000
DIGEST = 64  # hex digits of a SHA-256: the first twelve are enough for people


@click.group()
def audit() -> None:
    """The audit trail: one chained event for every step, without personal data."""


@audit.command()
@click.option("-n", "count", default=20, show_default=True, help="How many of the newest events.")
@click.option("--case", "number", default="", help="Only this case.")
@click.option(
    "--about", default="", metavar="ADDRESS", help="Only of this address, by every key it had a name of."
)
@with_json
@with_config
def tail(count: int, number: str, about: str, *, as_json: bool, config: Path) -> None:
    """Show the newest events, a line each.

    \b
    Example:  mailbot audit tail -n 50 --case 2026-0417
    """

    async def read() -> list[Link]:
        async with opened(config) as app, app.ledger.read() as book:
            names = pseudonyms_of(Address(about.strip().lower()), app.desk) if about else []
            wanted = [link async for link in _links(book) if not number or link.event.case == number]
            return [link for link in wanted if not about or link.event.subject in names][-count:]

    links = go(read())
    if as_json:
        for link in links:
            print_json(_plain(link))
        return
    for link in links:
        click.echo(_line(link))


def _line(link: Link) -> str:
    """One event on one line, for people: grep finds it whole."""
    event = link.event
    facts = " ".join(f"{key}={_short(value)}" for key, value in event.facts.items())
    about = " ".join(part for part in (event.case, event.subject) if part)
    return f"{event.seq:>6}  {event.at:%Y-%m-%d %H:%M:%S}  {event.name:<18}  {about}  by {event.actor}  {facts}"


def _short(value: Plain) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{text[:12]}…" if len(text) == DIGEST else text


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

    Its head is sealed with a key: a trail that somebody has cut back or written anew is found as well.

    \b
    Example:  mailbot audit verify
    """

    async def check() -> tuple[int, str]:
        async with opened(config) as app, app.ledger.read() as book:
            return await verify_chain(book, app.desk.keys.audit)

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
