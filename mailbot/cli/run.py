"""`mailbot run`."""

from pathlib import Path

import click

from mailbot.cli.common import go, with_config
from mailbot.daemon import serve


@click.command()
@with_config
def run(config: Path) -> None:
    """Watch the mailbox until told to stop (SIGTERM); SIGHUP reads the settings again.

    \b
    Example:  mailbot run --config /etc/mailbot/mailbot.toml
    Exits 2 before anything starts where a setting is wrong or missing.
    """
    go(serve(config))
