"""`mailbot db`: the ledger's revisions."""

from pathlib import Path

import click

from mailbot.adapters.ledger.migrate import NEWEST, revision, upgrade
from mailbot.app import ledger_url, make_embedded_company
from mailbot.cli.common import FOUND_WRONG, go, with_config
from mailbot.config import load


@click.group()
def db() -> None:
    """The ledger's own database: show its revision, bring it up to date."""


@db.command("upgrade")
@with_config
def upgrade_(config: Path) -> None:
    """Bring the ledger to the revision of this program; make a copy of it first.

    Where the company's data are an SQLite file that does not exist yet, it is made with the reference schema.

    \b
    Example:  mailbot db upgrade --config /etc/mailbot/mailbot.toml
    """
    settings = load(config)
    url = ledger_url(settings)
    before = go(revision(url))
    go(upgrade(url))
    click.echo(f"ledger: {before or 'empty'} → {NEWEST}")
    made = go(make_embedded_company(settings))
    if made is not None:
        click.echo(f"company data: made {made} with the reference schema; empty, for a first look")


@db.command("revision")
@with_config
def revision_(config: Path) -> None:
    """Show the ledger's revision and the program's; exits 1 where they differ.

    \b
    Example:  mailbot db revision
    """
    found, wanted = go(revision(ledger_url(load(config)))), NEWEST
    click.echo(f"ledger: {found or 'empty'}, program: {wanted}")
    raise SystemExit(0 if found == wanted else FOUND_WRONG)
