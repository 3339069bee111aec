"""`mailbot undo`: take back, in one step, what a flood of forged requests has set."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from mailbot.cli.common import console, go, opened, print_json, with_config, with_json, with_person
from mailbot.journeys.undo import Undone, undo_since

_SPAN = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@click.command()
@click.option(
    "--since",
    required=True,
    metavar="TIME",
    help="From when: 2h, 30m, 1d, or 2026-11-22T14:30 (the company's time, or with a zone).",
)
@click.option("--dry-run", is_flag=True, help="Only say how many would be taken back.")
@with_person
@with_json
@with_config
def undo(since: str, by: str, *, dry_run: bool, as_json: bool, config: Path) -> None:
    """Lift every stop of advertising that somebody unproven has asked for since TIME.

    For after a flood of forged requests. What a proven sender asked for, what its owner confirmed and what you
    approved stays. Cases that waited only because of the flood are closed; nobody is written to. Audited; twice is
    once. The daemon carries it out within seconds.

    \b
    Examples:  mailbot undo --since 2h --dry-run          how many are there?
               mailbot undo --since 2026-11-22T14:30      take them back
    """

    async def take_back() -> tuple[datetime, Undone]:
        async with opened(config) as app:
            moment = moment_of(since, now=app.desk.chance.now(), zone=app.desk.zone)
            return moment, await undo_since(moment, by=by, desk=app.desk, dry_run=dry_run)

    moment, undone = go(take_back())
    if as_json:
        counts = {"cases": undone.cases, "addresses": undone.addresses, "closed": undone.closed}
        print_json({"since": moment.isoformat(), "dry_run": dry_run, **counts})
        return
    verb = "would be" if dry_run else "are"
    console().print(
        f"since {moment:%Y-%m-%d %H:%M %Z}: stops of advertising of {undone.addresses} addresses "
        f"({undone.cases} cases) {verb} lifted, {undone.closed} cases that the flood held {verb} closed"
    )


def moment_of(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment that *text* names; raises BadParameter where it names none."""
    span = _SPAN.fullmatch(text.strip())
    if span is not None:
        return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no time: 2h, 30m, 1d or 2026-11-22T14:30", param_hint="--since"
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
