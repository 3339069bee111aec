"""Templates and words as files, in folders of which the first that has something wins."""

import json
import tomllib
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from mailbot.core.model import Language
from mailbot.errors import ConfigError


def read_texts(folders: Sequence[Path]) -> dict[str, str]:
    """Every template by its name; the first folder that has it wins."""
    found: dict[str, str] = {}
    for folder in reversed(folders):
        for path in sorted(folder.rglob("*.txt")):
            found[path.relative_to(folder).as_posix()] = _read(path)
    if not found:
        raise ConfigError(f"templates: there are none in {', '.join(map(str, folders)) or 'no folder at all'}")
    return found


def read_words(folders: Sequence[Path], language: Language) -> dict[str, dict[str, str]]:
    """The words of *language*; the first folder that has a key wins."""
    found: dict[str, dict[str, str]] = {}
    for path in (folder / "words" / f"{language}.toml" for folder in reversed(folders)):
        for table, words in _toml(path).items():
            found.setdefault(table, {}).update(words)
    return found


def _toml(path: Path) -> dict[str, dict[str, str]]:
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(_read(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    if not all(isinstance(words, dict) for words in tables.values()):
        raise ConfigError(f"{path}: every word stands in a table, e.g. [category]")
    return tables


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # editors on Windows begin a file with a mark
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})") from error


def digest(content: object) -> str:
    """Sixteen hexadecimal digits that change when *content* does."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
