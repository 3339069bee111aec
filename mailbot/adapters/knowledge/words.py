"""Word lists and rules from config/knowledge/{kk,ru,en,others,details,rules,replies}.toml and its thesaurus."""

import hashlib
import pathlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mailbot.adapters.knowledge.others_file import others_in, requests_in
from mailbot.core.model import Concern, Language, ReplyWord, Right
from mailbot.core.understanding.knowledge import (
    Answers,
    Forms,
    Knowledge,
    Rule,
    Sayings,
    Tongue,
    Written,
    indexes_of,
    written,
)
from mailbot.core.understanding.letters import plain, skeleton
from mailbot.core.understanding.others import Others
from mailbot.core.understanding.phrases import Phrases, phrase_of
from mailbot.core.understanding.phrases import index_of as index_of_phrases
from mailbot.core.understanding.replies import folded
from mailbot.errors import ConfigError

_RULE_KEYS = frozenset(
    {"name", "right", "concern", "sure", "say", "within", "unless", "unless_anywhere", "also", "with_ask"}
    | {"vetoes", "at_most_words", "examples", "counter"}
)


class _File:
    """One data file, and how to say where in it something is wrong."""

    def __init__(self, path: pathlib.Path, *, may_miss: bool = False) -> None:
        self.path = path
        try:
            self.raw = b"" if may_miss and not path.exists() else path.read_bytes()
            self.text = self.raw.decode()
            self.data: dict[str, Any] = tomllib.loads(self.text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
            raise ConfigError(f"{path}: cannot be read: {exc}") from exc

    def wrong(self, what: str, *, near: str) -> ConfigError:
        """An error that names the file and the first line where *near* stands."""
        line = self.text[: max(self.text.find(near), 0)].count("\n") + 1
        return ConfigError(f"{self.path}:{line}: {what}")

    def table(self, key: str) -> Mapping[str, Any]:
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(f"{key} must be a table", near=key)
        return value


def load_words(folder: pathlib.Path) -> Knowledge:
    """The word lists and rules of *folder*; ConfigError with file and line of the first bad entry."""
    tongues = {language: _File(folder / f"{language}.toml") for language in Language}
    by_meaning = folder / "thesaurus"
    thesaurus = {one: _File(by_meaning / f"{one}.toml") for one in Language} if by_meaning.is_dir() else {}
    rules_file, replies_file = _File(folder / "rules.toml"), _File(folder / "replies.toml")
    others_file, details_file = (_File(folder / f"{name}.toml", may_miss=True) for name in ("others", "details"))
    listed = [*tongues.items(), *thesaurus.items()]
    others, foreign = _others(others_file)
    entries = _once([*foreign, *(entry for language, file in listed for entry in _entries(file, language))])
    groups = frozenset([entry.group for entry in entries])
    whole, begins = indexes_of(entries)
    files = (*tongues.values(), *thesaurus.values(), others_file, details_file, rules_file, replies_file)
    digest = hashlib.sha256(b"\0".join(file.raw for file in files))
    replies = _replies(replies_file)
    rules = tuple(_rule(rules_file, given, groups) for given in rules_file.data.get("rule", ()))
    return Knowledge(
        version=digest.hexdigest()[:12],
        rules=rules,
        in_rules=frozenset().union(*(rule.groups() for rule in rules)),
        groups=groups,
        topics=_topics(rules_file, groups),
        whole=whole,
        begins=begins,
        tongues={language: _tongue(file, language) for language, file in tongues.items()},
        others=others,
        phrases=_phrases(details_file),
        replies=replies,
        denials=_sayings(replies_file, "denials"),
        courtesies=frozenset(folded(word) for word in _list(replies_file, "courtesies")),
        answers=_answers(replies_file),
    )


def examples_in(folder: pathlib.Path) -> Iterator[tuple[str, str, bool]]:
    """Every example of the rules: (rule's name, what somebody writes, whether the rule must hold)."""
    for rule in _File(folder / "rules.toml").data.get("rule", ()):
        yield from ((rule["name"], text, True) for text in rule.get("examples", ()))
        yield from ((rule["name"], text, False) for text in rule.get("counter", ()))


def _entries(file: _File, language: Language) -> Iterator[Written]:
    for table, excluded in (("words", False), ("except", True)):
        listed = []
        for group, texts in file.table(table).items():
            if not isinstance(texts, str):
                raise file.wrong(f"{group} must be a text of words with commas between", near=f"\n{group}")
            listed += [(group, text) for text in map(str.strip, texts.split(",")) if text]
        try:
            yield from written(listed, language=language, excluded=excluded)
        except ValueError as exc:
            raise file.wrong(str(exc), near=str(exc).split("'")[-2]) from exc


def _once(entries: Iterable[Written]) -> list[Written]:
    """*entries* without those that a later file has as well: a Russian word among the Kazakh ones is Russian."""
    by_words = {(one.group, one.text, one.excluded, one.language is Language.EN): one for one in entries}
    return list(by_words.values())


def _rule(file: _File, given: Mapping[str, Any], groups: frozenset[str]) -> Rule:
    name = str(given.get("name", ""))
    near = f'name = "{name}"'
    if unknown := given.keys() - _RULE_KEYS:
        raise file.wrong(f"rule {name!r} has an unknown key: {min(unknown)}", near=near)
    if not name or ("right" in given) is ("concern" in given) or not given.get("say"):
        raise file.wrong(f"rule {name!r} needs a name, say, and either right or concern", near=near)
    if "vetoes" in given and "concern" not in given:
        raise file.wrong(f"rule {name!r} vetoes a right, so it needs a concern: why a person must look", near=near)
    try:
        return Rule(
            name=name,
            right=Right(given["right"]) if "right" in given else None,
            concern=Concern(given["concern"]) if "concern" in given else None,
            sure=float(given.get("sure", 0.0)),
            say=tuple(_alternatives(part, groups) for part in given["say"]),
            within=int(given.get("within", 8)),
            unless=_alternatives(" | ".join(given.get("unless", ())), groups),
            unless_anywhere=_alternatives(" | ".join(given.get("unless_anywhere", ())), groups),
            also=tuple(_alternatives(part, groups) for part in given.get("also", ())),
            with_ask=bool(given.get("with_ask", False)),
            vetoes=_vetoed(given.get("vetoes", ())),
            at_most_words=int(given.get("at_most_words", 0)),
        )
    except (ValueError, TypeError) as exc:
        raise file.wrong(f"rule {name!r}: {exc}", near=near) from exc


def _vetoed(named: Iterable[str]) -> frozenset[Right]:
    return frozenset(Right) if list(named) == ["all"] else frozenset(Right(name) for name in named)


def _alternatives(part: str, groups: frozenset[str]) -> frozenset[str]:
    """The groups named in ``"one | other"``; ValueError where no language has words for one of them."""
    named = frozenset(name.strip() for name in part.split("|") if name.strip())
    if unknown := named - groups:
        raise ValueError(f"no words for the group {min(unknown)!r}")
    return named


def _topics(file: _File, groups: frozenset[str]) -> frozenset[str]:
    try:
        return _alternatives(" | ".join(_list(file, "topics")), groups)
    except ValueError as exc:
        raise file.wrong(f"topics: {exc}", near="topics") from exc


def _tongue(file: _File, language: Language) -> Tongue:
    fold = plain if language is Language.EN else skeleton
    told = file.table("language")
    return Tongue(
        words=frozenset(fold(str(told.get("words", ""))).split()),
        endings=tuple(fold(str(told.get("endings", ""))).split()),
    )


def _phrases(file: _File) -> Phrases:
    listed = []
    for table in file.data:
        for key, texts in file.table(table).items():
            for text in filter(None, (" ".join(part.split()) for part in str(texts).split(","))):
                try:
                    listed.append(phrase_of(f"{table}.{key}", text))
                except ValueError as exc:
                    raise file.wrong(str(exc), near=text) from exc
    return index_of_phrases(listed)


def _others(file: _File) -> tuple[Others, list[Written]]:
    tables = {code: file.table(code) for code in file.data}
    try:
        return others_in(tables), requests_in(tables)
    except (ValueError, TypeError) as exc:
        raise file.wrong(str(exc), near=str(exc).rpartition(": ")[2].strip("'")) from exc


def _replies(file: _File) -> dict[str, ReplyWord]:
    return {folded(word): reply for reply in ReplyWord for word in _list(file, reply.value)}


def _answers(file: _File) -> Answers:
    def words(name: str) -> Forms:
        listed = _list(file, name)
        return Forms(
            whole=frozenset(skeleton(word) for word in listed if not word.endswith("*")),
            begins=tuple(skeleton(word[:-1]) for word in listed if word.endswith("*")),
        )

    def phrases(name: str) -> Sayings:
        return _sayings(file, name)

    return Answers(
        beside=words("beside"),
        acts=words("acts"),
        objects=words("objects"),
        turns=words("turns"),
        negations=phrases("negations"),
        calls=phrases("calls"),
        instructions=phrases("instructions"),
        partings=phrases("partings"),
        away=phrases("away"),
        objection=(words("automation"), words("deciding"), words("against")),
    )


def _sayings(file: _File, key: str) -> Sayings:
    sayings: dict[str, list[tuple[str, ...]]] = {}
    for said in _list(file, key):
        words = tuple(folded(word) for word in said.split())
        sayings.setdefault(words[0], []).append(words)
    return sayings


def _list(file: _File, key: str) -> list[str]:
    listed = file.data.get(key, [])
    if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
        raise file.wrong(f"{key} must be a list of words", near=key)
    return listed
