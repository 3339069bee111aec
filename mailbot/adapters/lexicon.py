"""Word lists and rules edited as an editor would by hand: comments, order and layout of the files stay.

A small scanner finds the place, which spares us a library for one command, and every edit is verified by parsing
both texts: exactly what was wanted is new, or the file is left to a person.
"""

import contextlib
import json
import os
import re
import tempfile
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailbot.core.model import Language
from mailbot.errors import ConfigError

WIDTH = 120  # characters of a line, after which a list goes on in the next
RULES = "rules.toml"

_HEADER = re.compile(r"[ \t]*\[\[?[ \t]*([\w-]+)[ \t]*\]\]?[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_KEY = re.compile(r"[ \t]*[\"']?([\w-]+)[\"']?[ \t]*=[ \t]*")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' + r"'''.*?'''|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|" + r"#[^\n]*|[\[\]{}]|\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Edited:
    """A file before and after."""

    before: bytes
    after: bytes


# ---------------------------------------------------------------- what an editor may write

_OURS = re.compile(r"[\w.+-]+@(?:[\w-]+\.)*example\.(?:org|kz)(?![\w-]|\.\w)", re.IGNORECASE)
_DATE = re.compile(
    r"(?<![\d.-])(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:\d{4}|\d{2})(?!\d)|(?<!\d)\d{4}-[01]\d-[0-3]\d(?!\d)"
)
_NUMBER = re.compile(r"\d(?:[\s().–-]{0,3}\d){6,}")
_INVENTED = re.compile(r"[78]?700000")


def personal(text: str) -> str:
    """What in *text* may be a real person's: an address outside example.org and example.kz, a number; or empty.

    A name cannot be told from a word: this catches letters that were copied, it does not make an example invented.
    """
    plain = unicodedata.normalize("NFKC", text)
    if "@" in _OURS.sub("", plain):
        return "an e-mail address"
    numbers = (re.sub(r"\D", "", number) for number in _NUMBER.findall(_DATE.sub("", plain)))
    return "a phone number or another long number" if any(not _INVENTED.match(one) for one in numbers) else ""


# ---------------------------------------------------------------- where things stand


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """A key's value, and where in the text it stands."""

    table: str
    number: int  # of the table's header in the file: rules all have the same name
    key: str
    start: int
    end: int


def _values(text: str) -> Iterator[_Value]:
    """Every `key = value` of the file, in order."""
    at, table, number = 0, "", 0
    while 0 <= at < len(text):
        if header := _HEADER.match(text, at):
            table, number, at = header[1], number + 1, header.end()
        elif key := _KEY.match(text, at):
            at = _end_of_value(text, key.end())
            yield _Value(table=table, number=number, key=key[1], start=key.end(), end=at)
        at = text.find("\n", at) + 1 or len(text)


def _end_of_value(text: str, start: int) -> int:
    depth = 0
    for token in _TOKEN.finditer(text, start):
        first = token[0][0]
        depth += (first in "[{") - (first in "]}")
        if not depth:
            return token.start() if first in "#\n" else token.end()
    return len(text)


# ---------------------------------------------------------------- edits


def _parsed(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_bytes().decode()
        return text, tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(f"{path}: cannot be read: {exc}") from None


def _listed(words: object) -> list[str]:
    return [" ".join(part.split()) for part in str(words).split(",") if part.strip()]


def groups(folder: Path) -> dict[str, frozenset[Language]]:
    """Every group, and the languages that have words for it."""
    found: dict[str, set[Language]] = {}
    for language in Language:
        for group in _parsed(folder / f"{language}.toml")[1].get("words", {}):
            found.setdefault(group, set()).add(language)
    return {group: frozenset(languages) for group, languages in found.items()}


def rules(folder: Path) -> tuple[str, ...]:
    """Names of the rules, in their order."""
    return tuple(str(rule.get("name", "")) for rule in _parsed(folder / RULES)[1].get("rule", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """An entry of a group, and what shows that it does what it is for."""

    language: Language
    group: str
    entry: str
    rule: str
    examples: tuple[str, ...] = field(repr=False)
    counters: tuple[str, ...] = field(repr=False, default=())


def edited(folder: Path, addition: Addition) -> Mapping[Path, Edited]:
    """The files of *folder* that *addition* changes; nothing is written. ConfigError where it cannot be made."""
    words, rules_file = folder / f"{addition.language}.toml", folder / RULES
    text, _ = _parsed(rules_file)
    after = text
    for kind, said in (("examples", addition.examples), ("counter", addition.counters)):
        for one in said:
            after = _with_example(after, addition.rule, kind, one, rules_file)
    before = _parsed(words)[0]
    return {
        words: Edited(before.encode(), _with_entry(before, addition, words).encode()),
        rules_file: Edited(text.encode(), after.encode()),
    }


def _with_entry(text: str, addition: Addition, path: Path) -> str:
    """*text* with the entry at the end of its group, or with a line for the group."""
    group, entry = addition.group, " ".join(addition.entry.split())
    wanted = tomllib.loads(text)
    had = _listed(wanted.get("words", {}).get(group, ""))
    if not entry or not {",", '"', "\\"}.isdisjoint(entry):
        raise ConfigError(f"{path}: {entry!r} is not one entry: add words one by one, without quotation marks")
    if entry.casefold() in (one.casefold() for one in had):
        raise ConfigError(f"{path}: {group} has {entry!r} already")
    here = [value for value in _values(text) if value.table == "words"]
    of_group = [value for value in here if value.key == group]
    if of_group:
        after = _with_word(text, of_group[0], entry)
    elif here:
        after = _with_line(text, here[-1], f'{group} = "{entry}"')
    else:
        raise _by_hand(path)
    got = _reparsed(after, path)
    if _listed(got.get("words", {}).get(group)) != [*had, entry]:
        raise _by_hand(path)
    wanted.setdefault("words", {})[group] = got["words"][group]
    return _verified(after, got, wanted, path)


def _with_word(text: str, value: _Value, entry: str) -> str:
    quote = re.match(r"\"\"\"|'''|[\"']", text[value.start : value.end])
    marks = len(quote[0]) if quote else 0
    listed = text[value.start + marks : value.end - marks].rstrip()
    at = value.start + marks + len(listed)
    room = at - text.rfind("\n", 0, at) + len(entry) + marks + 1 <= WIDTH
    gap = " " if room or marks == 1 else "\n  "
    comma = "" if not listed or listed.endswith(",") else ","
    return f"{text[:at]}{comma}{gap if listed else ''}{entry}{text[at:]}"


def _with_example(text: str, rule: str, kind: str, said: str, path: Path) -> str:
    """*text* with one of the rule's "examples" or "counter" more."""
    wanted = deepcopy(tomllib.loads(text))
    told = [one for one in wanted.get("rule", ()) if one.get("name") == rule]
    if not told:
        raise ConfigError(f"{path}: there is no rule {rule!r}")
    if said in told[0].get(kind, ()):
        raise ConfigError(f"{path}: {rule} has this example already: {said}")
    told[0].setdefault(kind, []).append(said)
    here = _of_rule(text, rule)
    quoted = json.dumps(said, ensure_ascii=False)
    of_kind = [value for value in here if value.key == kind]
    if of_kind:
        after = _with_item(text, of_kind[0], quoted)
    elif here:
        after = _with_line(text, here[-1], f"{kind} = [{quoted}]")
    else:
        raise _by_hand(path)
    return _verified(after, _reparsed(after, path), wanted, path)


def _of_rule(text: str, rule: str) -> list[_Value]:
    """The lines of a rule."""
    values = [value for value in _values(text) if value.table == "rule"]
    named = [v.number for v in values if v.key == "name" and text[v.start : v.end].strip("\"'") == rule]
    return [value for value in values if value.number in named[:1]]


def _with_item(text: str, value: _Value, quoted: str) -> str:
    listed = text[value.start : value.end - 1].rstrip()
    at = value.start + len(listed)
    room = at - text.rfind("\n", 0, at) + len(quoted) + 2 <= WIDTH
    comma = "" if listed.endswith(("[", ",")) else ","
    gap = "" if listed.endswith("[") else " " if room else "\n  "
    return f"{text[:at]}{comma}{gap}{quoted}{text[at:]}"


def _with_line(text: str, below: _Value, line: str) -> str:
    at = text.find("\n", below.end)
    at = len(text) if at < 0 else at
    return f"{text[:at]}\n{line}{text[at:]}"


def _reparsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise _by_hand(path) from None


def _verified(text: str, got: dict[str, Any], wanted: dict[str, Any], path: Path) -> str:
    if got != wanted:
        raise _by_hand(path)
    return text


def _by_hand(path: Path) -> ConfigError:
    return ConfigError(f"{path}: its layout is too special to be edited by a program; edit it by hand")


# ---------------------------------------------------------------- writing


def keep(files: Mapping[Path, Edited]) -> None:
    """Replace the files, each at once, after all have been written; ConfigError where nothing could be written."""
    with contextlib.ExitStack() as leftovers:
        written: list[tuple[Path, Path]] = []
        for path, one in files.items():
            true = path.resolve()
            try:
                if true.read_bytes() != one.before:
                    raise ConfigError(f"{path} was changed by somebody meanwhile; try again")
                fresh = _written_beside(true, one.after, leftovers)
            except OSError as exc:
                raise ConfigError(f"{path} cannot be written: {exc.strerror}") from None
            written.append((fresh, true))
        for fresh, true in written:
            fresh.replace(true)


def _written_beside(path: Path, octets: bytes, leftovers: contextlib.ExitStack) -> Path:
    """A new file with *octets* and the owner and rights of *path*: the daemon must go on reading it."""
    was = path.stat()
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    fresh = Path(name)
    leftovers.callback(fresh.unlink, missing_ok=True)
    with os.fdopen(number, "wb") as file:
        file.write(octets)
        os.fchown(number, was.st_uid, was.st_gid)
        os.fchmod(number, was.st_mode & 0o7777)
        file.flush()
        os.fsync(number)
    return fresh
