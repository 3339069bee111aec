"""What every command shares: the settings file, errors as exit codes, output for people and programs."""

import asyncio
import getpass
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from mailbot import log
from mailbot.app import App, build
from mailbot.config import DEFAULT_PATH, load
from mailbot.daemon import check_revision
from mailbot.errors import AuditBroken, ConfigError, Conflict, MailbotError, OutsideError
from mailbot.journeys.verdict import NotNow

FOUND_WRONG, MISUSED, AWAY = 1, 2, 3

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])


class Commands(click.Group):
    """A group whose commands end our own errors with one clear line and the exit code that fits."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see `mailbot.cli` for the exit codes."""
        try:
            return super().invoke(ctx)
        except (NotNow, Conflict, AuditBroken) as exc:
            raise Failed(str(exc), FOUND_WRONG) from None
        except ConfigError as exc:
            raise Failed(str(exc), MISUSED) from None
        except OutsideError as exc:
            raise Failed(str(exc), AWAY) from None
        except MailbotError as exc:
            raise Failed(str(exc), FOUND_WRONG) from None


class Failed(click.ClickException):
    """One clear line on standard error, and an exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # declared for the class, read from the instance


def with_config(command: Command) -> Command:
    """Add --config to a command; it arrives as `config: Path`."""
    option = click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        default=DEFAULT_PATH,
        envvar="MAILBOT_CONFIG",
        show_default=True,
        help="Settings file.",
    )
    return option(command)


def with_json(command: Command) -> Command:
    """Add --json to a command; it arrives as `as_json: bool`."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")(command)


def with_person(command: Command) -> Command:
    """Add --as to a command; it arrives as `by: str`, the login of the person who decides (requirements A108)."""
    return click.option(
        "--as",
        "by",
        default=getpass.getuser,
        show_default="your login",
        help="Who decides; goes into the audit trail.",
    )(command)


def go(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* to its end."""
    return asyncio.run(work)


@asynccontextmanager
async def opened(config: Path) -> AsyncIterator[App]:
    """A mailbot put together from *config*, its ledger at the right revision."""
    settings = load(config)
    log.set_up(level="WARNING", stream=sys.stderr)
    await check_revision(settings)
    app = build(settings)
    try:
        yield app
    finally:
        await app.close()


def print_json(value: object) -> None:
    """One JSON object on one line."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def console() -> Console:
    """Where people read: as wide as the terminal, or wide enough for a table where it goes into a file."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def spelled(words: Iterable[str]) -> str:
    """Codes such as "withdraw_consent" as people read them."""
    return ", ".join(word.replace("_", " ") for word in words)


def table(*columns: str) -> Table:
    """An empty table with these headings."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made
