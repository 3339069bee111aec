"""What the day of a case was counted by, so that it is counted anew when any of it changes (issue 4, item 10)."""

from collections.abc import Sequence
from datetime import datetime

from mailbot.core.deadline import Jurisdiction, Law, statutes
from mailbot.core.model import Right

_WORLD = ("calendar.", "rights", "objection")
"""What may lengthen a term that nobody was told: the days off, what is asked, what it turned into. A new rule may
not: a request is judged by no longer term than the one it came under."""


def basis(
    law: Law, jurisdiction: Jurisdiction, rights: Sequence[Right], objected_at: datetime | None = None
) -> str:
    """Everything that goes into the day of a case, as one line: equal lines, equal days."""
    parts = {"jurisdiction": jurisdiction.value}
    for whose, statute in statutes(law, jurisdiction):
        parts[f"rules.{whose}"] = _short(statute.version)
        parts[f"calendar.{whose}"] = _short(statute.days.version)
    parts["rights"] = ", ".join(right.value for right in rights) or "all"
    if objected_at is not None:
        parts["objection"] = objected_at.isoformat()
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def causes(before: str, after: str) -> tuple[str, ...]:
    """The parts of a basis that have changed, e.g. ("calendar.kz",).

    ("upgrade",) for a case from the time when none was kept.
    """
    if not before:
        return ("upgrade",)
    old, new = _parts(before), _parts(after)
    return tuple(name for name in {**new, **old} if old.get(name) != new.get(name))


def may_lengthen(changed: Sequence[str]) -> bool:
    """Whether a day may move later for these causes, where nobody was told it."""
    return bool(changed) and all(name.startswith(_WORLD) for name in changed)


def _parts(line: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition(" ") for part in line.split("; "))}


def _short(version: str) -> str:
    """Fingerprints by their first twelve digits: enough to tell versions apart, short enough to read."""
    words = version.split(" ")
    return " ".join(word.removeprefix("sha256:")[:12] if word.startswith("sha256:") else word for word in words)
