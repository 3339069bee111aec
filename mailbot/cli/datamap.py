"""`mailbot datamap check` and `mailbot datamap discover`: the map beside the live databases."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from mailbot import log
from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.registry import Checkup, Finding, Pace, State, discover_map
from mailbot.app import make_checkup
from mailbot.cli.common import FOUND_WRONG, Commands, Failed, go, print_json, visible, with_config, with_json
from mailbot.config import load

_COLOURS = {State.FAULT: "red", State.REMARK: "yellow", State.NOTE: "blue"}
_CLEARED = "\r\x1b[K"  # the line of a terminal, from its beginning
_SHOWN = {State.FAULT: "FAULT", State.REMARK: "warn ", State.NOTE: "note "}


@click.group(cls=Commands)
def datamap() -> None:
    """The data map: whether it fits the live databases, and a first one for a database nobody has mapped."""


@datamap.command()
@click.option("--grants", is_flag=True, help="Print instead what the DBA should allow: a reader and a writer.")
@click.option("--seconds", default=60.0, show_default=True, help="How long each look may take.")
@click.option("--sample", default=1000, show_default=True, help="Rows of each table that are looked at.")
@with_json
@with_config
def check(*, grants: bool, seconds: float, sample: int, as_json: bool, config: Path) -> None:
    """Try the data map against the live databases: a line each, with the remedy. Changes nothing.

    Tables, columns and types; foreign keys that destroy or stop; indexes; what the user of the URL may do;
    triggers; addresses that nobody would find; tables with addresses or telephone numbers that are not on the
    map. Values are counted and never shown. `mailbot doctor` takes the same looks, a little shorter.

    \b
    Examples:  mailbot datamap check
               mailbot datamap check --grants
    Exits 0 where the map fits (warnings allowed), 1 where a line says FAULT, 2 for wrong settings.
    With --json each line is {"state", "store", "table", "column", "said", "remedy"}.
    """
    log.set_up(level="ERROR", stream=sys.stderr)
    settings = load(config)
    checkup = make_checkup(settings, load_datamap(settings.datamap))
    if grants:
        go(_grants(checkup, as_json=as_json))
        return
    with _waiting() as tell:
        found = go(_looked(checkup, Pace(seconds=seconds, sample=sample), tell, as_json=as_json))
    if not found and not as_json:
        click.echo("the data map fits")
    raise SystemExit(FOUND_WRONG if any(one.state is State.FAULT for one in found) else 0)


async def _looked(checkup: Checkup, pace: Pace, tell: Callable[[str], None], *, as_json: bool) -> list[Finding]:
    """Everything that is found, said as it is found."""
    found = []
    try:
        async for finding in checkup.findings(pace, tell=tell):
            found.append(finding)
            tell("")
            if as_json:
                print_json(_fields(finding))
            else:
                click.echo(_shown(finding))
    finally:
        await checkup.close()
    return found


def _fields(finding: Finding) -> dict[str, str]:
    names = ("state", "store", "table", "column", "said", "remedy")
    return {name: str(getattr(finding, name)) for name in names}


def _shown(finding: Finding) -> str:
    state = click.style(_SHOWN[finding.state], fg=_COLOURS[finding.state])
    return f"{state}  {visible(f'{finding.store}: {finding.said}')}\n       → {visible(finding.remedy)}"


async def _grants(checkup: Checkup, *, as_json: bool) -> None:
    """The statements, ready to be read by the DBA and run."""
    try:
        asked = await checkup.grants()
    finally:
        await checkup.close()
    for store, roles in asked.items():
        if as_json:
            print_json({"store": store, "grants": {role: list(lines) for role, lines in roles.items()}})
            continue
        if not roles:
            click.echo(
                f"-- store {store}: SQLite knows no users; let the file belong to mailbot's alone (chmod 600)"
            )
        for role, lines in roles.items():
            click.echo(f"-- store {store}: {role}; make it first, or put the name of your own user in its place")
            click.echo("".join(f"{line};\n" for line in lines))


@datamap.command()
@click.argument("url", envvar="MAILBOT_DISCOVER_URL")
@click.option("--schema", help="Another schema than the usual one.")
@click.option("--sample", default=200, show_default=True, help="Rows of each table that are looked at; 0: none.")
@click.option("--name", default="company", show_default=True, help="What the store is called on the map.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; never one that exists."
)
def discover(url: str, schema: str | None, sample: int, name: str, out: Path | None) -> None:
    """Look at the database at URL and propose a data map for it: TOML, with a reason for every line.

    A proposal, for a person to edit: names and shapes of values are guesses, and purposes, grounds and words only
    you know. What must be filled in stands as "", which mailbot refuses until it is. No value of the database is
    ever written. A URL with a password is better given as MAILBOT_DISCOVER_URL.

    \b
    Examples:  mailbot datamap discover sqlite+aiosqlite:////var/lib/shop/shop.db
               mailbot datamap discover postgresql+asyncpg://reader@db.example.kz/shop --out shop.toml
    """
    log.set_up(level="ERROR", stream=sys.stderr)
    if out is not None and out.exists():
        raise click.BadParameter(f"{out} exists; nothing is written over it", param_hint="--out")
    with _waiting() as tell:
        text = go(discover_map(url, name=name, schema=schema, sample=sample, tell=tell))
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise Failed(f"{out}: {exc.strerror}", FOUND_WRONG) from None
    click.echo(f'{out} is written; fill in every "", read every reason, then: mailbot datamap check')


@contextmanager
def _waiting() -> Iterator[Callable[[str], None]]:
    """Where a long look is, on one line of a terminal; nothing where nobody watches."""
    watched = sys.stderr.isatty()

    def tell(where: str) -> None:
        if watched:
            click.echo(f"{_CLEARED}looking at {where} …" if where else _CLEARED, nl=False, err=True)

    try:
        yield tell
    finally:
        tell("")
