"""What every command shares: the settings file, errors as exit codes, output for people and programs.

What takes long to load (the databases, the journeys) is loaded by what needs it: `mailbot explain` needs neither.
"""

import asyncio
import getpass
import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from mailbot.config import DEFAULT_PATH, load, share
from mailbot.errors import ConfigError, MailbotError, OutsideError

if TYPE_CHECKING:
    from mailbot.app import App

FOUND_WRONG, MISUSED, AWAY = 1, 2, 3

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
"""What moves the cursor, turns text round or cannot be seen: Unicode's Cc, Cf, Cs, Zl, Zp, but \\t and \\n."""

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])


class Commands(click.Group):
    """A group whose commands end our own errors with one clear line and the exit code that fits."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see `mailbot.cli` for the exit codes."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except ConfigError as exc:
            raise Failed(str(exc), MISUSED) from None
        except OutsideError as exc:
            raise Failed(str(exc), AWAY) from None
        except MailbotError as exc:
            raise Failed(str(exc), FOUND_WRONG) from None


class Loading(MutableMapping[str, click.Command]):
    """A group's commands by name, each loaded from its module when it is first asked for.

    Its function has the command's name, with `_` for `-`.
    """

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = dict(modules)
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            module = import_module(self._modules[name])
            self._loaded[name] = getattr(module, name.replace("-", "_"))
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._modules[name] = command.__module__
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._modules[name]
        self._loaded.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


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


def with_knowledge(command: Command) -> Command:
    """Add --knowledge to a command; it arrives as `knowledge: Path`."""
    option = click.option(
        "--knowledge",
        type=click.Path(path_type=Path, file_okay=False),
        default=lambda: share("config/knowledge"),
        show_default="the program's own",
        help="Folder of word lists and rules.",
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
async def opened(config: Path) -> "AsyncIterator[App]":
    """A mailbot put together from *config*, its ledger at the right revision."""
    from mailbot import log  # noqa: PLC0415 - these three and all below them: half a second
    from mailbot.app import build  # noqa: PLC0415 - see above
    from mailbot.daemon import check_revision  # noqa: PLC0415 - see above

    settings = load(config)
    log.set_up(level="WARNING", stream=sys.stderr)
    await check_revision(settings)
    app = build(settings)
    try:
        yield app
    finally:
        await app.close()


def print_json(value: object) -> None:
    """One JSON object on one line: UTF-8 wherever it goes, with what cannot be seen spelled as JSON spells it."""
    told = json.dumps(value, ensure_ascii=False, default=str)
    click.echo(_UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], told).encode())


def visible(text: str) -> str:
    """A stranger's *text* as a terminal may show it: what cannot be seen or acts on the screen by its number."""
    return _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text)


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
