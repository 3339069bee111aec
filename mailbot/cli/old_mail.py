"""`mailbot trial` and `mailbot backlog`: the mail that was there before us."""

import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress as Bar

from mailbot import log
from mailbot.app import App, build
from mailbot.cli.common import console, go, opened, print_json, table, with_config, with_json, with_person
from mailbot.config import load
from mailbot.core.model import Message
from mailbot.journeys.old_mail import Found, Survey, hand_over, survey

_SPAN = re.compile(r"(\d{1,4})([dwm])")
_DAYS = {"d": 1, "w": 7, "m": 30}


class Span(click.ParamType[timedelta]):
    """A time span such as 90d, 12w or 3m (months of 30 days)."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Days, weeks or months as a timedelta."""
        if isinstance(value, timedelta):
            return value
        match = _SPAN.fullmatch(str(value))
        if match is None:
            self.fail(f"{value} is no time span; try 90d, 12w or 3m", param, ctx)
        return timedelta(days=int(match[1]) * _DAYS[match[2]])


async def _survey(app: App, since: datetime, *, quiet: bool) -> Survey:
    mailbox = app.mailbox()
    try:
        with Bar(transient=True, disable=quiet) as bar:
            task = bar.add_task("reading", total=None)
            return await survey(
                app.watches,
                mailbox,
                app.desk,
                since=since,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    finally:
        await mailbox.close()


@click.command()
@click.option("--last", default="90d", show_default=True, type=Span(), help="How far to look back.")
@with_json
@with_config
def trial(last: timedelta, *, as_json: bool, config: Path) -> None:
    """Read the mailbox and change nothing; say what looks like a request and what would be done.

    Needs neither ledger nor company data: it is the first thing to try.

    \b
    Example:  mailbot trial --last 90d
    """

    async def look() -> Survey:
        settings = load(config)
        log.set_up(level="WARNING", stream=sys.stderr)
        app = build(settings)
        try:
            return await _survey(app, app.desk.chance.now() - last, quiet=as_json)
        finally:
            await app.close()

    found = go(look())
    if as_json:
        for one in found.found:
            print_json(_plain(one))
        print_json({"messages": found.messages, "requests": len(found.found), "unanswered": len(found.unanswered)})
        return
    shown = table("received (UTC)", "message", "sender", "asks", "answered", "would be done")
    for one in found.found:
        plain = _plain(one)
        asks = ", ".join(plain["rights"]) or "unclear"
        at = f"{one.seen.mail.received_at:%Y-%m-%d %H:%M}"
        shown.add_row(at, plain["message"], plain["sender"], asks, "yes" if one.answered else "no", one.outcome)
    console().print(shown)
    click.echo(
        f"{found.messages} messages; {len(found.found)} look like requests; "
        f"{len(found.unanswered)} of them were never answered. Nothing was changed."
    )


def _plain(one: Found) -> dict[str, Any]:
    message = one.seen.message
    sender = message.author if isinstance(message, Message) else None
    return {
        "message": f"{one.seen.mail.place.folder};{one.seen.mail.place.uid}",
        "received_at": one.seen.mail.received_at.isoformat(),
        "sender": f"{sender or 'unclear'} ({type(one.standing).__name__})",
        "rights": [right.value for right in one.decision.rights],
        "answered": one.answered,
        "outcome": one.outcome,
    }


@click.command()
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day to look at.")
@click.option("--answered", is_flag=True, help="Those that seem answered, too.")
@click.option("--yes", is_flag=True, help="Do not ask before opening cases.")
@with_person
@with_config
def backlog(since: datetime, by: str, *, answered: bool, yes: bool, config: Path) -> None:
    """Hand old requests to a person: a case for each, no letter; sure unsubscribes are suppressed at once.

    \b
    Example:  mailbot backlog --since 2026-08-01
    """

    async def act() -> None:
        async with opened(config) as app:
            found = await _survey(app, since.replace(tzinfo=app.settings.zone), quiet=False)
            chosen = found.found if answered else found.unanswered
            click.echo(f"{found.messages} messages, {len(chosen)} requests to hand over")
            if not chosen or not (yes or click.confirm("open a case for each?")):
                return
            cases, suppressed = await hand_over(chosen, app.watches, by=by, desk=app.desk)
            click.echo(
                f"{cases} cases opened, {suppressed} of them suppressed without a letter; mailbot cases list"
            )

    go(act())
