"""`mailbot retention`: what mailbot itself keeps of people, and forgets when its term is over."""

from pathlib import Path

import click

from mailbot.cli.common import console, go, opened, print_json, with_config, with_json, with_person
from mailbot.errors import NotNow
from mailbot.journeys.desk import Desk
from mailbot.journeys.retention import Due, carry_out, due


@click.command()
@click.option("--dry-run", is_flag=True, help="Only count what is due.")
@with_json
@with_person
@with_config
def retention(*, dry_run: bool, as_json: bool, by: str, config: Path) -> None:
    """Forget the people of cases that ended long ago, in the mailbox and in mailbot's own ledger.

    [ledger] and [mailbox] of the data map say how many days after a case was last heard of. The running daemon
    does so by itself once a day. What was done, when and by what norm stays, and the audit trail still verifies;
    open cases, dated steps and open tasks are waited for; the suppression list stays.

    \b
    Examples:   mailbot retention --dry-run
                mailbot retention --json
    """

    async def act() -> Due:
        async with opened(config) as app:
            _expect_terms(app.desk)
            return await (due(app.desk) if dry_run else carry_out(app.desk, by=by))

    found = go(act())
    if as_json:
        print_json({"dry_run": dry_run, "copies": found.copies, "cases": found.cases, "letters": found.letters})
        return
    verb = "due" if dry_run else "done"
    to = console()
    to.print(f"letters in the mailbox {verb}: of {found.copies} cases")
    to.print(f"cases of which the ledger forgets whom they were about, {verb}: {found.cases}")
    to.print(f"letters of no case, {verb}: {found.letters}")


def _expect_terms(desk: Desk) -> None:
    if desk.datamap.ledger is None and desk.datamap.mailbox is None:
        raise NotNow("the data map has neither [ledger] nor [mailbox]: nothing says how long anything is kept")
