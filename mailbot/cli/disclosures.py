"""`mailbot disclosures`: data given to authorities, entered by hand (requirements A74)."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.markup import escape

from mailbot.cli.common import console, go, opened, print_json, table, visible, with_config, with_json, with_person
from mailbot.core.model import Address
from mailbot.journeys import disclosures as journey
from mailbot.ports.disclosed import Disclosure


@click.group()
def disclosures() -> None:
    """Whose data were disclosed to an authority; told to the person who asks for access.

    \b
    Example:  mailbot disclosures list
    """


@disclosures.command()
@click.argument("address")
@click.option("--to", "authority", required=True, help="The authority, as the person will read it.")
@click.option("--ground", required=True, help="The norm that required it, e.g. 'RK Tax Code, art. 26'.")
@click.option("--on", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day of the disclosure.")
@with_person
@with_config
def add(address: str, authority: str, ground: str, day: datetime, by: str, config: Path) -> None:
    """Enter a disclosure. The address is kept as a keyed hash alone.

    \b
    Example:  mailbot disclosures add anna@example.org --to "Tax office" --ground "Tax Code 26" --on 2026-11-20
    """
    if "@" not in address:
        raise click.BadParameter(f"{address!r} is no e-mail address", param_hint="ADDRESS")

    async def enter() -> Disclosure:
        async with opened(config) as app:
            whose = Address(address.strip().lower())
            return await journey.add(
                whose, to=authority.strip(), ground=ground.strip(), day=day.date(), by=by, desk=app.desk
            )

    entered = go(enter())
    click.echo(f"entered: {entered.recipient}, {entered.day}; an access letter to this person will name it")


@disclosures.command("list")
@click.option("--about", default="", help="Only those of the person with this e-mail address.")
@with_json
@with_config
def list_(about: str, *, as_json: bool, config: Path) -> None:
    """List disclosures; about whom they were is not kept, and can only be asked.

    \b
    Example:  mailbot disclosures list --about anna@example.org
    """

    async def read() -> Sequence[Disclosure]:
        async with opened(config) as app, app.ledger.read() as book:
            whose = Address(about.strip().lower())
            return await (journey.of(whose, book, app.desk) if about else book.disclosures())

    found = go(read())
    shown = table("no.", "day", "to", "ground", "entered by")
    for one in found:
        if as_json:
            print_json(_plain(one))
        words = (escape(visible(text)) for text in (one.recipient, one.ground, one.entered_by))
        shown.add_row(str(one.id), one.day.isoformat(), *words)
    if not as_json:
        console().print(shown if found else "none")


def _plain(one: Disclosure) -> dict[str, str | int]:
    return {
        "disclosure": one.id,
        "day": one.day.isoformat(),
        "to": one.recipient,
        "ground": one.ground,
        "entered_by": one.entered_by,
    }
