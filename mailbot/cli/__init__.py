"""mailbot's commands: arguments to calls, outcomes to exit codes.

Exit codes: 0 done; 1 something was found wrong, or the verdict does not fit; 2 wrong settings or arguments;
3 another system cannot be reached.
"""

import click

from mailbot import __version__
from mailbot.cli.common import Commands, Loading

COMMANDS = {
    "run": "mailbot.cli.run",
    "init": "mailbot.cli.init",
    "doctor": "mailbot.cli.doctor",
    "db": "mailbot.cli.db",
    "datamap": "mailbot.cli.datamap",
    "trial": "mailbot.cli.old_mail",
    "backlog": "mailbot.cli.old_mail",
    "go-live": "mailbot.cli.autonomy",
    "cases": "mailbot.cli.cases",
    "tasks": "mailbot.cli.tasks",
    "disclosures": "mailbot.cli.disclosures",
    "subject": "mailbot.cli.subject",
    "package": "mailbot.cli.package",
    "undo": "mailbot.cli.undo",
    "suppressed": "mailbot.cli.suppressed",
    "returned": "mailbot.cli.returned",
    "retention": "mailbot.cli.retention",
    "keys": "mailbot.cli.keys",
    "pause": "mailbot.cli.pause",
    "resume": "mailbot.cli.pause",
    "explain": "mailbot.cli.explain",
    "lexicon": "mailbot.cli.lexicon",
    "report": "mailbot.cli.report",
    "audit": "mailbot.cli.audit",
    "demo": "mailbot.cli.demo",
}
"""Every command and where it lives; it is loaded when somebody types it."""


@click.group(cls=Commands, commands=Loading(COMMANDS))
@click.version_option(__version__, prog_name="mailbot")
def main() -> None:
    """Keep the promise of a privacy policy: watch info@, carry data-subject requests out, answer, prove it.

    \b
    First hour:  mailbot init → mailbot db upgrade → mailbot doctor → mailbot trial → mailbot run
    Every day:   mailbot cases list → mailbot cases show N → mailbot cases approve N
    Exit codes:  0 done · 1 found wrong · 2 settings or arguments · 3 another system is away
    """
