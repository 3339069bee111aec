"""Options that say which part of advertising is meant: for a person's verdict, and for looks at the list."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import click

from mailbot.cli.common import Command, visible
from mailbot.core import phone
from mailbot.core.decide import Limit
from mailbot.core.model import Channel

_WAYS = click.Choice([way.value for way in Channel])


def with_limits(command: Command) -> Command:
    """Add --channel and --topic: what somebody is about to send."""
    by = click.option("--channel", type=_WAYS, help="What is to be sent: sms …")
    about = click.option("--topic", default="", help="About what, as the data map's topic column names it.")
    return by(about(command))


def with_limit(command: Callable[..., None]) -> Callable[..., None]:
    """Add --only and --number; they arrive as `limit: Limit`."""

    @click.option(
        "--only", "ways", multiple=True, type=_WAYS, help="Unsubscribe by this way only; may be several."
    )
    @click.option("--number", "numbers", multiple=True, help="Unsubscribe this telephone number as well.")
    @functools.wraps(command)
    def limited(*args: Any, ways: Sequence[str], numbers: Sequence[str], **options: Any) -> None:
        limit = Limit(channels=tuple(map(Channel, ways)), phones=tuple(map(_number, numbers)))
        command(*args, limit=limit, **options)

    return limited


def _number(text: str) -> str:
    number = phone.normal(text)
    if number is None:
        raise click.BadParameter(f"{visible(text)!r} is no telephone number", param_hint="--number")
    return number
