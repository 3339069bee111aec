"""`mailbot doctor`."""

import sys
from pathlib import Path

import click

from mailbot import log
from mailbot.app import real_chance
from mailbot.cli.checks import Line, State, examine, examine_senders
from mailbot.cli.common import FOUND_WRONG, go, print_json, with_config, with_json

_COLOURS = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}


@click.command()
@click.option("--no-letter", is_flag=True, help="Send no letter from the mailbox to itself.")
@click.option("--senders", is_flag=True, help="Look at the last 500 messages instead: what proves who wrote them.")
@with_json
@with_config
def doctor(*, no_letter: bool, senders: bool, as_json: bool, config: Path) -> None:
    """Look at settings, mailbox, relay, databases, DNS, templates and clock: a line each, with the remedy.

    Takes a minute at most. Changes nothing, but leaves a letter to itself in the mailbox (not with --no-letter).

    With --senders it reads mail, marks nothing, and tells in numbers how much of it proves its sender, whether the
    border's results agree (mailbox.border), and whether a forgery planted in memory would be believed.

    \b
    Examples:  mailbot doctor --config /etc/mailbot/mailbot.toml
               mailbot doctor --senders
    Exits 1 where a line says FAIL. With --json each line is {"check", "state", "said", "remedy"}.
    """
    log.set_up(level="ERROR", stream=sys.stderr)
    said: list[Line] = []

    def say(line: Line) -> None:
        said.append(line)
        if as_json:
            print_json({"check": line.check, "state": line.state, "said": line.said, "remedy": line.remedy})
        else:
            click.echo(_shown(line))

    if senders:
        go(examine_senders(config, say=say))
    else:
        go(examine(config, letter=not no_letter, chance=real_chance(), say=say))
    raise SystemExit(FOUND_WRONG if any(line.state is State.FAIL for line in said) else 0)


def _shown(line: Line) -> str:
    state = click.style(f"{line.state:<5}", fg=_COLOURS[line.state])
    text = " ".join(f"{line.check:<13} {line.said}".split("\n"))
    return f"{state} {text}  — {line.remedy}" if line.remedy else f"{state} {text}"
