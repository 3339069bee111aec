"""`mailbot lexicon`: the word lists and rules in an editor's hands, tested at once."""

import shutil
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from mailbot.adapters.knowledge import examples_in, load_words
from mailbot.adapters.lexicon import Addition, Edited, edited, groups, keep, personal, rules
from mailbot.cli.common import FOUND_WRONG, Failed, console, print_json, table, visible, with_json, with_knowledge
from mailbot.core.model import Language
from mailbot.core.understanding import Knowledge, rules_said_by
from mailbot.core.understanding.rules import held_rules
from mailbot.core.understanding.stream import looked_up
from mailbot.errors import ConfigError

INSTALLED = frozenset({"site-packages", "dist-packages", "_share"})
INVENT = (
    "letters of people are never training material (policy A48): invent the example, "
    "with example.org, example.kz or +7 700 000 where it needs an address or a number"
)


@click.group()
def lexicon() -> None:
    """The word lists and rules by which messages are read: look, test, and add to them.

    Examples are invented. Letters of people are never training material (policy A48): say anew, in your own words
    and about nobody, what was not understood.

    \b
    When a request was not understood:
        mailbot lexicon find "…"     which groups and rules hold in such a sentence
        mailbot lexicon add …        one more way of saying it, with an example, tested at once
        mailbot lexicon check        whether every example still says what its rule claims
    """


# ---------------------------------------------------------------- testing


@dataclass(frozen=True, slots=True)
class Wrong:
    """An example that does not say what its rule claims."""

    rule: str
    text: str
    must_hold: bool

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.rule} {'must' if self.must_hold else 'must not'} hold in: {visible(self.text)}"

    def plain(self) -> dict[str, object]:
        """For programs."""
        return {"rule": self.rule, "text": self.text, "must_hold": self.must_hold}


def tested(folder: Path) -> tuple[int, list[Wrong]]:
    """How many examples and counterexamples the rules of *folder* have, and those that are wrong."""
    known, shown = load_words(folder), list(examples_in(folder))
    wrong = [
        Wrong(rule, text, holds)
        for rule, text, holds in shown
        if (rule in rules_said_by(text, known)) is not holds
    ]
    return len(shown), wrong


@lexicon.command()
@with_knowledge
@with_json
def check(knowledge: Path, *, as_json: bool) -> None:
    """Test every example and counterexample of every rule; exits 1 and names those that are wrong.

    \b
    Example:  mailbot lexicon check --knowledge /etc/mailbot/knowledge
    --json:   {"rule", "text", "must_hold"} for each wrong one, then {"examples", "wrong"}
    """
    number, wrong = tested(knowledge)
    for one in wrong:
        if as_json:
            print_json(one.plain())
        else:
            click.echo(f"wrong: {one}")
    if as_json:
        print_json({"examples": number, "wrong": len(wrong)})
    else:
        click.echo(f"{number} examples, {len(wrong)} wrong")
    if wrong:
        raise click.exceptions.Exit(FOUND_WRONG)


# ---------------------------------------------------------------- adding


@lexicon.command()
@click.argument("language", type=click.Choice([language.value for language in Language]))
@click.argument("group")
@click.argument("entry")
@click.option("--rule", required=True, help="The rule that the entry is for; it gets the examples.")
@click.option(
    "--example",
    "examples",
    required=True,
    multiple=True,
    help="Invented: what somebody writes; the rule must hold.",
)
@click.option("--counter", "counters", multiple=True, help="Invented: in which the rule must not hold.")
@with_knowledge
def add(  # noqa: PLR0913 - one entry has that many sides, each named on the command line
    *,
    language: str,
    group: str,
    entry: str,
    rule: str,
    examples: Sequence[str],
    counters: Sequence[str],
    knowledge: Path,
) -> None:
    """Add one ENTRY to the words of GROUP in LANGUAGE, and an example to a rule; test all examples at once.

    If any example of any rule is wrong then, nothing is written. An entry is удалите (this word), удал* (a word
    that begins so), личн* кабинет* (words one after another) or "не … удал*" (at most three words between).

    Examples must be invented: letters of people are never training material (policy A48). One with an e-mail
    address or phone number other than …@example.org, …@example.kz, +7 700 000 … is refused.

    \b
    Example:  mailbot lexicon add ru erase "выпилит*" --rule erasure.delete-me --example "Выпилите меня отовсюду"
    Exits 0 where the entry was added, 1 where an example is wrong, 2 where an argument is, or a file cannot be
    written.
    After many entries: `make model` in a clone trains and measures the reader with them.
    """
    for text in (entry, *examples, *counters):
        _invented(text)
    _own_folder(knowledge)
    _named("group", group, groups(knowledge))
    _named("rule", rule, rules(knowledge))
    addition = Addition(
        language=Language(language),
        group=group,
        entry=entry,
        rule=rule,
        examples=tuple(examples),
        counters=tuple(counters),
    )
    files = edited(knowledge, addition)
    needless = [one for one in examples if rule in rules_said_by(one, load_words(knowledge))]
    number, wrong = _tried(knowledge, files)
    if wrong:
        told = "\n".join(f"  {one}" for one in wrong)
        raise Failed(
            f"nothing was written: {len(wrong)} of {number} examples would be wrong:\n{told}", FOUND_WRONG
        )
    keep(files)
    click.echo(f"{' and '.join(str(path) for path in files)}: written; {number} examples hold")
    for one in needless:
        click.echo(f"note: {rule} held before, without the entry, in: {visible(one)}", err=True)


def _invented(text: str) -> None:
    if what := personal(text):
        raise ConfigError(f"refused, it holds {what}: {INVENT}")
    if visible(text) != text:
        raise ConfigError(f"refused, it holds characters that cannot be seen: {visible(text)}")


def _own_folder(folder: Path) -> None:
    """What a package manager put there is not edited: the next upgrade would undo it."""
    if INSTALLED & set(folder.resolve().parts):
        raise ConfigError(
            f"{folder} belongs to the installed program and is replaced with it: copy it (cp -r {folder} "
            "/etc/mailbot/knowledge), let paths.knowledge in mailbot.toml name the copy if it lies elsewhere, "
            "and say --knowledge /etc/mailbot/knowledge"
        )


def _named(kind: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        near = get_close_matches(name, [*known], n=3)
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise ConfigError(f"there is no {kind} {visible(name)!r}{hint}")


def _tried(folder: Path, files: Mapping[Path, Edited]) -> tuple[int, list[Wrong]]:
    """The examples of *folder* as it would be; what is wrong with it is said as if it were there already."""
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name) / "knowledge"
        shutil.copytree(folder, trial)
        for path, one in files.items():
            (trial / path.name).write_bytes(one.after)
        try:
            return tested(trial)
        except ConfigError as exc:
            raise ConfigError(f"nothing was written: {exc}".replace(str(trial), str(folder))) from None


# ---------------------------------------------------------------- looking


@lexicon.command()
@click.argument("text")
@with_knowledge
@with_json
def find(text: str, knowledge: Path, *, as_json: bool) -> None:
    """Show which groups are met and which rules hold in TEXT, and by which words; - reads standard input.

    \b
    Example:  mailbot lexicon find "Больше не шлите мне ваши акции"
    --json:   {"languages", "groups": [{"group", "language", "text"}], "rules": [{"rule", "right", "concern",
              "sure", "text"}]}
    """
    read = sys.stdin.read() if text == "-" else text
    seen = looked_at(read, load_words(knowledge))
    if as_json:
        print_json(seen)
        return
    screen = console()
    screen.print(f"languages: {', '.join(seen['languages']) or 'none that is known'}\n", markup=False)
    met = table("group", "of", "words")
    for one in seen["groups"]:
        met.add_row(one["group"], one["language"], _cell(one["text"]))
    screen.print(met if seen["groups"] else "no group is met")
    held = table("rule", "says", "sure", "words")
    for one in seen["rules"]:
        sure = f"{one['sure']:.0%}" if one["right"] else ""
        held.add_row(one["rule"], one["right"] or one["concern"], sure, _cell(one["text"]))
    screen.print()
    screen.print(held if seen["rules"] else "no rule holds")


def looked_at(text: str, known: Knowledge) -> dict[str, Any]:
    """Which groups and rules hold in *text*, whatever `understand` makes of them."""
    looked = looked_up(text, known)
    words, languages, found = looked.words, looked.languages, looked.found

    def said(places: Sequence[int]) -> str:
        return text[words[min(places)].start : words[max(places)].end]

    return {
        "languages": [language.value for language in languages],
        "groups": [
            {"group": one.group, "language": one.language.value, "text": said(one.places)} for one in found
        ],
        "rules": [
            {
                "rule": one.rule.name,
                "right": one.rule.right,
                "concern": one.rule.concern,
                "sure": one.rule.sure,
                "text": said(one.places),
            }
            for one in held_rules(found, words, known)
        ],
    }


def _cell(text: str) -> str:
    return visible(" ".join(text.split())).replace("[", "\\[")
