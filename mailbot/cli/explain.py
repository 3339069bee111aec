"""`mailbot explain`: what a message is read as, and by which of its words. No settings, network or database."""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console

from mailbot.adapters.knowledge import load_knowledge
from mailbot.cli.common import MISUSED, console, print_json, with_json, with_knowledge
from mailbot.cli.explained import Explained, line_of, show
from mailbot.core.message import Own, read
from mailbot.core.message.mime import MAX_MESSAGE
from mailbot.core.model import Concern, Message, Reading, Unreadable
from mailbot.core.understanding import Knowledge, understand

STDIN = "-"
NOBODY = Own(addresses=frozenset(), loop_id="")  # without settings no address is known to be ours


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH…", type=click.Path(path_type=str))
@with_json
@with_knowledge
@click.pass_context
def explain(ctx: click.Context, paths: Sequence[str], *, as_json: bool, knowledge: Path) -> None:
    """Show what messages are read as, by which words, and whether a person would be asked. Changes nothing.

    PATH is a message, or a folder: every *.eml in it and below it. Without one, or where it is -, one message is
    read from standard input. No settings are needed: word lists and rules are the program's own, every right
    counts as live and every sender as proven. Which addresses are yours is not known here: a request that came
    through a list of your own counts as list mail.

    \b
    Examples:  mailbot explain letter.eml
               mailbot explain --json archive/ > read.jsonl
               mailbot explain < letter.eml
    Routes:    act (would be done without a person) · review (a person decides) · ignore (left as it was)
    --json:    {"file", "readable", "language", "automatic", "own_words", "requests": [right],
               "route", "why", "evidence": [{"request", "text", "by"}]}, one object a line
    Exits 0; 2 where a PATH could not be read (the others are shown first) or the word lists are wrong.
    """
    if list(paths).count(STDIN) > 1:
        raise click.UsageError("standard input can be read only once")
    known = load_knowledge(knowledge)
    to = None if as_json else _screen()
    missed = _Missed()
    for name in _files(paths or (STDIN,), missed):
        try:
            raw = _octets(name)
        except OSError as exc:
            missed.say(name, exc)
            continue
        one = explained(name, raw, known)
        if as_json:
            print_json(one.plain())
        else:
            show(one, to)
    ctx.exit(MISUSED if missed.some else 0)


def _screen() -> Console | None:
    """The terminal, or None where standard output goes elsewhere: then nothing is coloured or wrapped."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that knows no Kazakh letters
    return console() if sys.stdout.isatty() else None


def explained(name: str, raw: bytes, knowledge: Knowledge) -> Explained:
    """Read and understand one message; whatever goes wrong with it, the next is read all the same."""
    message: Message | Unreadable
    try:
        message = read(raw, own=NOBODY)
        reading = understand(message, knowledge) if isinstance(message, Message) else _unread(knowledge)
    except Exception as exc:  # noqa: BLE001 - a bug, or mail nobody imagined: a person looks, the rest goes on
        message, reading = Unreadable(why=f"the reader failed ({type(exc).__name__})"), _unread(knowledge)
    return Explained(file=name, message=message, reading=reading)


def _unread(knowledge: Knowledge) -> Reading:
    return Reading(concerns=(Concern.UNSURE,), knowledge=knowledge.version)


# ---------------------------------------------------------------- files


@dataclass
class _Missed:
    """What could not be read: said at once, and remembered for the exit code."""

    some: bool = False

    def say(self, name: str, exc: OSError) -> None:
        """Say which and why."""
        self.some = True
        click.echo(f"Error: {line_of(name)}: {exc.strerror or exc}", err=True)


def _files(paths: Sequence[str], missed: _Missed) -> Iterator[str]:
    """Every message named by *paths*, in their order."""
    for path in paths:
        if path == STDIN or not os.path.isdir(path):  # noqa: PTH112 - paths are shown as they were given
            yield path
            continue
        empty = True
        for name in _below(path, missed):
            empty = False
            yield name
        if empty:
            click.echo(f"{line_of(path)}: no *.eml in it", err=True)


def _below(folder: str, missed: _Missed) -> Iterator[str]:
    """Messages in *folder* and below it, by name; links to folders are not followed."""
    waiting = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield path
            continue
        try:
            with os.scandir(path) as entries:
                inside = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as exc:
            missed.say(path, exc)
            continue
        folders = {one.path: one.is_dir(follow_symlinks=False) for one in inside}
        waiting.extend((one.path, folders[one.path]) for one in inside if folders[one.path] or _is_mail(one))


def _is_mail(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file to be read: no pipe, and of links those that lead to a file, or nowhere."""
    lost = entry.is_symlink() and not os.path.exists(entry.path)  # noqa: PTH110 - as above
    return entry.name.lower().endswith(".eml") and (entry.is_file() or lost)


def _octets(name: str) -> bytes:
    """A message, or so much of it as shows that it is larger than is read (requirements D53)."""
    if name == STDIN:
        if sys.stdin.isatty():
            click.echo("reading one message from standard input; Ctrl-D ends it", err=True)
        return _most(sys.stdin.buffer)
    with Path(name).open("rb") as file:
        return _most(file)


def _most(file: BinaryIO) -> bytes:
    return file.read(MAX_MESSAGE + 1)
