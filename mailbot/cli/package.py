"""`mailbot package`: a copy of a person's data, which a person looks at and releases (access, level 2)."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from mailbot.app import make_archive, make_press
from mailbot.cli.common import console, go, opened, print_json, visible, with_config, with_json, with_person
from mailbot.core import phone
from mailbot.core.reply.package import counts
from mailbot.journeys import package as journey
from mailbot.journeys.package import Contents, Hand, Released


@click.group()
def package() -> None:
    """Hand out a copy of the data of somebody who asked for access and confirmed it: values, not only categories.

    \b
    mailbot package show 2026-0417      what would be in it
    mailbot package release 2026-0417   send it; you get the password, and call the number on file
    """


@package.command()
@click.argument("number")
@click.option("--values", is_flag=True, help="Show the values too; the look goes into the audit trail.")
@with_person
@with_json
@with_config
def show(number: str, *, values: bool, by: str, as_json: bool, config: Path) -> None:
    """Show what would be in the package of a case: categories, rows, what is withheld. Sends nothing.

    \b
    Example:  mailbot package show 2026-0417
    """

    async def look() -> Contents:
        async with opened(config) as app:
            authority = app.settings.file.people.authority
            return await journey.show(number, by=by, authority=authority, values=values, desk=app.desk)

    contents = go(look())
    if as_json:
        print_json(_plain(contents, values=values))
    else:
        _print(contents, console(), values=values)


@package.command()
@click.argument("number")
@click.option(
    "--no-call",
    "told_how",
    default="",
    help="Nobody is called: how the password is told instead, e.g. 'in person, by passport, at the office'.",
)
@with_person
@with_config
def release(number: str, told_how: str, by: str, config: Path) -> None:
    """Send the package to the address of the case, and show you the password, once.

    Only for logins that mailbot.toml names in [people] authority. The password is kept nowhere. Call the number on
    file, make sure who answers, and read it out. If it is lost, release again: a new archive, a new password.

    \b
    Example:  mailbot package release 2026-0417 --as lawyer
    """

    async def act() -> Released:
        async with opened(config) as app:
            hand = Hand(
                by=by,
                authority=app.settings.file.people.authority,
                press=make_press(app.settings),
                archive=make_archive(),
            )
            return await journey.release(number, hand=hand, told_how=told_how.strip(), desk=app.desk)

    _print_released(go(act()), told_how.strip())


def _plain(contents: Contents, *, values: bool) -> dict[str, Any]:
    made = contents.package
    return {
        "case": made.case,
        "rows": counts(contents.copy.records),
        "categories": list(_categories(contents)),
        "withheld": made.withheld,
        "elsewhere": list(made.elsewhere),
        "numbers_on_file": [_masked(one) for one in contents.phones],
        **({"records": _records(contents)} if values else {}),
    }


def _records(contents: Contents) -> list[dict[str, Any]]:
    return [
        {"table": f"{record.store}.{record.table}", "columns": dict(record.columns)}
        for record in contents.copy.records
    ]


def _categories(contents: Contents) -> tuple[str, ...]:
    found = (kind.category for part in contents.package.parts for kind in part.kinds)
    return tuple(dict.fromkeys(found))


def _print(contents: Contents, to: Console, *, values: bool) -> None:
    made = contents.package
    to.print(f"[bold]№ {made.case}[/] would be handed out: {', '.join(_categories(contents))}")
    for place, rows in counts(contents.copy.records).items():
        to.print(f"  {_safe(place)}: {rows}")
    if made.withheld:
        to.print(f"withheld: {made.withheld} rows of a number or key that somebody else has too")
    for place in made.elsewhere:
        to.print(f"not in it, no database: {_safe(place)}: add what is there by hand")
    if values:
        for record in contents.copy.records:
            to.print(f"[bold]{_safe(record.store)}.{_safe(record.table)}[/]")
            for name, value in record.columns.items():
                to.print(f"  {_safe(name)}: {_safe(value)}")
    told = ", ".join(_masked(one) for one in contents.phones)
    to.print(f"the password is told by calling {told}" if told else "no number on file: see release --no-call")
    to.print(f"next: mailbot package release {made.case}")


def _print_released(done: Released, told_how: str) -> None:
    number = done.case.number
    click.echo(f"released: {done.rows} rows, an archive of {done.size} octets; the letter is on its way")
    click.echo(f"\n    password:  {done.password}\n")
    click.echo("It is shown this once and kept nowhere: 25 digits, typed without the spaces.")
    if told_how:
        click.echo(f"Tell it as you said: {visible(told_how)}.")
    else:
        click.echo(f"Call {' or '.join(visible(one) for one in done.phones)}, the number on file, no other one.")
        click.echo("Ask for the person, make sure who speaks, tell it to nobody else and to no machine.")
    click.echo(f"Lost? mailbot package release {number} again: a new archive, a new password.")


def _masked(number: str) -> str:
    return phone.masked(phone.normal(number) or number)


def _safe(text: str) -> str:
    return escape(visible(text))
