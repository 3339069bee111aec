"""`mailbot demo`: the whole of it on this machine alone, with invented people."""

import asyncio
import sys
from pathlib import Path

import click

from mailbot import log
from mailbot.cli.common import FOUND_WRONG, MISUSED, Failed, go, print_json, with_json

_EXTRA = frozenset({"aiosmtpd", "proxyprotocol", "pymap", "pysasl"})
"""What the embedded servers are made of; not installed with mailbot itself."""


@click.command()
@click.option("--keep", is_flag=True, help="Leave it running afterwards and say how to send it mail.")
@click.option(
    "--seed", default=2026, show_default=True, help="Another number: other bystanders, other Message-IDs."
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Work in this empty folder and leave it: settings, ledger, company data, log.",
)
@with_json
def demo(*, keep: bool, seed: int, folder: Path | None, as_json: bool) -> None:
    """Show everything at work: mail servers, databases and the daemon on loopback, about thirty invented messages.

    What comes of each is looked up afterwards and compared with what must come; exits 1 where anything differs.
    With --json the last line is one JSON object.

    \b
    Example:  mailbot demo
              mailbot demo --keep
    """
    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise Failed(f"{folder} is not empty: the demo wants a folder of its own", MISUSED)
    try:
        from mailbot.demo.run import perform  # noqa: PLC0415 - its servers are an extra: asked for only here
    except ModuleNotFoundError as exc:
        if (exc.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise Failed("the demo needs its mail servers: pip install 'mailbot[demo]'", MISUSED) from None
    log.set_up(level="ERROR", stream=sys.stderr)
    try:
        report = go(perform(seed=seed, keep=keep, folder=folder))
    except asyncio.CancelledError:
        raise click.Abort from None
    if as_json:
        print_json(report.plain())
    raise SystemExit(FOUND_WRONG if report.faults else 0)
