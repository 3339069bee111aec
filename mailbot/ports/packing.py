"""What a copy of a person's data is put into: a page to read, an archive to send (access, level 2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from mailbot.core.model import Language
from mailbot.core.reply import Package


class Archive(Protocol):
    """Encrypted archives."""

    def archive(self, files: Mapping[str, bytes], password: str, *, at: datetime) -> bytes:
        """*files* by name under *password*; only their names and sizes can be seen without it."""
        ...


class Press(Protocol):
    """Pages for people."""

    def page(self, package: Package, language: Language) -> bytes:
        """A whole HTML page that needs nothing else and runs nothing, whatever the values hold."""
        ...
