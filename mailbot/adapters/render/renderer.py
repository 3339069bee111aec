"""Letters from Jinja templates: `templates/LETTER/LANGUAGE/{subject,body,gist}.txt`, in plain text.

Everything is read once, when the renderer is made: what `version` names is what is rendered, whatever happens to
the files meanwhile.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, StrictUndefined, TemplateError, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.adapters.render.files import digest, read_texts, read_words
from mailbot.adapters.render.samples import SAMPLE_WAITING, samples
from mailbot.core.model import Language, Letter
from mailbot.core.reply import Notice, Said, Waiting
from mailbot.ports import Rendered

Words = Mapping[str, Mapping[str, str]]

UNKNOWN_READER = (Language.KK, Language.RU)
"""For a person whose language is not known: Kazakhstan's law on consumers asks for both (requirements B.1)."""

_ASKS = (Letter.CONFIRM, Letter.REMINDER, Letter.INTERIM)
"""Letters that ask the person to act: in a mail of several theirs is the subject."""

_OTHER = {Language.KK: Language.RU, Language.RU: Language.KK, Language.EN: Language.RU}
"""The language of the two lines under a letter in one language."""

_RULE = "\n\n" + "—" * 24 + "\n\n"


class TemplateRenderer:
    """Implements `ports.Renderer`.

    *folders* are searched in their order, so that `/etc/mailbot/templates` before ours overrides single files,
    and single keys of `words/LANGUAGE.toml`. Moments are shown in *zone*. Raises `ConfigError` naming the file
    that cannot be read.
    """

    def __init__(self, *, folders: Sequence[Path], zone: ZoneInfo) -> None:
        texts = read_texts(folders)
        self._words = {language: read_words(folders, language) for language in Language}
        self._zone = zone
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader(texts),
            undefined=StrictUndefined,
            autoescape=False,  # text/plain: nothing to escape
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "day": self._day,
            "moment": self._moment,
            "word": self._word,
            "words": self._several_words,
            "said": _said,
            "series": self._series,
            "country": self._country,
        }
        self.version = digest([texts, self._words])
        """Of all templates and words together: a case keeps the version it began with."""

    # ------------------------------------------------------------ letters

    def render(
        self, letters: Sequence[Letter], languages: Sequence[Language], facts: Mapping[str, Any]
    ) -> Rendered:
        """One letter that tells all of *letters*; see `ports.Renderer`. *facts* as `Facts.mapping` gives them.

        Several languages follow each other, each whole, in the order of `Language`; none: `UNKNOWN_READER`.
        In one language, a letter that asks to act or tells of destruction has its gist in another one below.
        """
        if not letters:
            raise ValueError("a letter that tells nothing")
        spoken = tuple(language for language in Language if language in (languages or UNKNOWN_READER))
        subject = self._file(_subject(letters), spoken[0], "subject", letters, facts)
        gists = self._gists(letters, _OTHER[spoken[0]], facts) if len(spoken) == 1 else []
        wholes = [self._whole(letters, language, gists, facts) for language in spoken]
        return Rendered(subject=subject, body=_RULE.join(wholes) + "\n", languages=spoken)

    def notice(self, kind: Notice, language: Language, *cases: Waiting, more: int = 0) -> Rendered:
        """A mail to the operator about *cases* and *more* that it only counts; no personal data (A5)."""
        facts = {"cases": cases, "more": more}
        subject, body = (self._file(f"operator/{kind}", language, part, (), facts) for part in ("subject", "body"))
        return Rendered(subject=subject, body=body + "\n", languages=(language,))

    def check(self, categories: Iterable[str] = ()) -> tuple[str, ...]:
        """What would not render, a line for each fault; empty: every letter does, in every language.

        *categories* are those of the data map; each must have a word.
        """
        faults = [self._fault(letter, language) for letter in Letter for language in Language]
        faults += [self._notice_fault(kind, language) for kind in get_args(Notice) for language in Language]
        for language in Language:
            faults += [_missing(self._words[language], language, category) for category in categories]
        return tuple(dict.fromkeys(fault for fault in faults if fault))

    # ------------------------------------------------------------ parts

    def _whole(
        self, letters: Sequence[Letter], language: Language, gists: Sequence[str], facts: Mapping[str, Any]
    ) -> str:
        """Greeting, what each letter tells, gists, footer."""
        bodies = [self._file(letter, language, "body", letters, facts) for letter in letters]
        greeting = self._file("layout", language, "greeting", letters, facts)
        footer = self._file("layout", language, "footer", letters, facts)
        return "\n\n".join([greeting, *bodies, *gists, footer])

    def _gists(self, letters: Sequence[Letter], language: Language, facts: Mapping[str, Any]) -> list[str]:
        known = self._environment.list_templates()
        told = [letter for letter in letters if f"{letter}/{language}/gist.txt" in known]
        return [self._file(letter, language, "gist", letters, facts) for letter in told]

    def _file(
        self, folder: str, language: Language, part: str, letters: Sequence[Letter], facts: Mapping[str, Any]
    ) -> str:
        """One rendered file, without empty lines at its ends and never more than one between paragraphs."""
        template = self._environment.get_template(f"{folder}/{language}/{part}.txt")
        text = template.render({**facts, "language": language, "letters": tuple(letters)})
        return re.sub(r"\n\s*\n", "\n\n", text.strip())

    # ------------------------------------------------------------ filters

    @pass_context
    def _day(self, context: Context, value: date) -> str:
        local = value.astimezone(self._zone) if isinstance(value, datetime) else value
        return local.strftime(self._words[context["language"]]["form"]["day"])

    @pass_context
    def _moment(self, context: Context, value: datetime) -> str:
        if value.tzinfo is None:
            raise ValueError("a moment in a letter must be timezone-aware")
        return value.astimezone(self._zone).strftime(self._words[context["language"]]["form"]["moment"])

    @pass_context
    def _word(self, context: Context, key: str, table: str) -> str:
        return word_of(self._words[context["language"]], context["language"], table, key)

    @pass_context
    def _several_words(self, context: Context, keys: Iterable[str], table: str) -> list[str]:
        return [self._word(context, key, table) for key in keys]

    @pass_context
    def _country(self, context: Context, code: str) -> str:
        """The country's name, or its code where the words have none."""
        return self._words[context["language"]].get("country", {}).get(code, code)

    @pass_context
    def _series(self, context: Context, items: Iterable[str]) -> str:
        """The items as people write them: "a, b and c"."""
        *most, last = items  # raises ValueError where there is nothing to say
        joined = ", ".join(most)
        return f"{joined} {self._words[context['language']]['form']['and']} {last}" if most else last

    # ------------------------------------------------------------ faults

    def _fault(self, letter: Letter, language: Language) -> str:
        try:
            for facts in (sample.mapping() for sample in samples()):
                self._whole([letter], language, self._gists([letter], language, facts), facts)
                for folder in (letter, "several"):
                    self._file(folder, language, "subject", [letter], facts)
        except (TemplateError, LookupError, ValueError, TypeError) as error:
            return f"{letter}/{language}: {error}"
        return ""

    def _notice_fault(self, kind: Notice, language: Language) -> str:
        try:
            self.notice(kind, language, SAMPLE_WAITING, more=3)
        except (TemplateError, LookupError, ValueError, TypeError) as error:
            return f"operator/{kind}/{language}: {error}"
        return ""


def _subject(letters: Sequence[Letter]) -> str:
    """The folder whose subject stands above the mail."""
    asking = [letter for letter in letters if letter in _ASKS]
    return asking[0] if asking else letters[0] if len(letters) == 1 else "several"


@pass_context
def _said(context: Context, phrase: Said) -> str:
    """A phrase of the company's own, in the reader's language, on one line."""
    text = phrase if isinstance(phrase, str) else phrase[context["language"]]
    return " ".join(text.split())


def word_of(words: Words, language: Language, table: str, key: str) -> str:
    """The word for *key*, or for its nearest parent: user.contact.fax is called by user.contact."""
    known, name = words.get(table, {}), str(key)
    while name not in known:
        name, dot, _ = name.rpartition(".")
        if not dot:
            raise LookupError(f"words/{language}.toml: [{table}] has no {key}")
    return known[name]


def _missing(words: Words, language: Language, category: str) -> str:
    try:
        word_of(words, language, "category", category)
    except LookupError as error:
        return str(error.args[0])
    return ""
