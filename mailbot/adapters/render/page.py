"""Pages that people are given to keep: HTML in which every value is text, whatever it holds."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.adapters.render.files import read_words
from mailbot.adapters.render.renderer import word_of
from mailbot.core.model import Language
from mailbot.core.reply import Package, Said
from mailbot.errors import ConfigError

PAGE = "package/page.html"


class PagePress:
    """Implements `ports.packing.Press`, from `package/page.html` and the words of its language.

    The first of *folders* that has the page wins, as it is with letters. Everything is escaped; the page asks for
    nothing from elsewhere and forbids itself to run anything, and spreadsheets are told that its cells are text.
    """

    def __init__(self, *, folders: Sequence[Path], zone: ZoneInfo) -> None:
        self._words = {language: read_words(folders, language) for language in Language}
        self._zone = zone
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader({PAGE: _read(folders)}),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, package: Package, language: Language) -> bytes:
        """A whole HTML page; see `ports.packing.Press`."""
        words = self._words[language]

        def moment(value: datetime) -> str:
            return value.astimezone(self._zone).strftime(words["form"]["moment"])

        def word(key: str, table: str) -> str:
            return word_of(words, language, table, key)

        def said(phrase: Said) -> str:
            return phrase if isinstance(phrase, str) else phrase[language]

        environment = self._environment.overlay()
        environment.filters = {**environment.filters, "word": word, "said": said, "moment": moment}
        text = environment.get_template(PAGE).render(made=package, language=language.value)
        return text.encode("utf-8", "xmlcharrefreplace")


def _read(folders: Sequence[Path]) -> str:
    for folder in folders:
        if (path := folder / PAGE).exists():
            return path.read_text(encoding="utf-8-sig")
    raise ConfigError(f"templates: there is no {PAGE}")
