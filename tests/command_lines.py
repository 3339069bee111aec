"""Command lines as people type them: read out of documents, and parsed without being run."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from mailbot.cli import main

ROOT = Path(__file__).parent.parent

_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
_ASSIGNMENT = re.compile(r"\w+=.*")


def blocks(text: str) -> list[list[list[str]]]:
    """Fenced ```sh blocks: lists of commands, each a list of words without comments and FOO=1 in front."""
    return [
        [words for line in block.splitlines() if (words := _words(line))]
        for block in _BLOCK.findall(text.replace("\\\n", " "))
    ]


def _words(line: str) -> list[str]:
    words = shlex.split(line, comments=True)
    while words and _ASSIGNMENT.fullmatch(words[0]):
        words.pop(0)
    return words


def program(words: Sequence[str]) -> str:
    """The program's name, wherever it lies and whoever runs it."""
    plain = [word for word in words if word != "sudo"]
    return Path(plain[0]).name


def is_ours(words: Sequence[str]) -> bool:
    """Whether this calls mailbot."""
    return program(words) in {"mailbot", "mailbot-admin"}


def parsed(words: Sequence[str]) -> click.Context:
    """What mailbot makes of the command line; raises click.UsageError where a word of it is unknown or missing."""
    rest = [word for word in words if word != "sudo" and not word.startswith("@")][1:]
    command: click.Command = main
    context: click.Context | None = None
    name = "mailbot"
    while isinstance(command, click.Group):
        context = click.Context(command, info_name=name, parent=context)
        found, sub, rest = command.resolve_command(context, rest)
        if sub is None or found is None:
            raise click.UsageError(f"no command in {' '.join(words)}")
        name, command = found, sub
    return command.make_context(name, rest, parent=context)


def leaves(
    command: click.Command = main, path: tuple[str, ...] = ("mailbot",)
) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    for name, sub in command.commands.items():
        yield from leaves(sub, (*path, name))


def examples(command: click.Command) -> list[list[str]]:
    """The command lines shown in its docstring, without what is said beside them."""
    lines = re.findall(r"^\s*(?:Examples?:)?\s*(mailbot .*)$", command.help or "", re.MULTILINE)
    return [shlex.split(re.split(r"\s{3,}", line)[0]) for line in lines]
