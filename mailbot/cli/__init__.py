"""mailbot's commands: arguments to calls, outcomes to exit codes.

Exit codes: 0 done; 1 something was found wrong, or the verdict does not fit; 2 wrong settings or arguments;
3 another system cannot be reached.
"""

import click

from mailbot import __version__
from mailbot.cli.audit import audit
from mailbot.cli.autonomy import go_live
from mailbot.cli.cases import cases
from mailbot.cli.common import Commands
from mailbot.cli.db import db
from mailbot.cli.demo import demo
from mailbot.cli.doctor import doctor
from mailbot.cli.init import init
from mailbot.cli.old_mail import backlog, trial
from mailbot.cli.run import run


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="mailbot")
def main() -> None:
    """Keep the promise of a privacy policy: watch info@, carry data-subject requests out, answer, prove it.

    \b
    First hour:  mailbot init → mailbot db upgrade → mailbot doctor → mailbot trial → mailbot run
    Every day:   mailbot cases list → mailbot cases show N → mailbot cases approve N
    Exit codes:  0 done · 1 found wrong · 2 settings or arguments · 3 another system is away
    """


for command in (run, init, doctor, db, trial, backlog, go_live, cases, audit, demo):
    main.add_command(command)
