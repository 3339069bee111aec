"""What the run is told about: each scene with what came of it, and what must hold at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mailbot.core.model import RawMail
from mailbot.demo.story import Person, Scene
from mailbot.demo.witness import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A scene and all that came of it."""

    number: int
    scene: Scene
    person: Person
    mail: RawMail | None  # as it lies in our INBOX; None: no message, an act of a person
    seen: Seen
    seconds: float

    @property
    def faults(self) -> tuple[str, ...]:
        """What came otherwise than the story says; empty: nothing."""
        strangers = tuple(f"rows of somebody else changed: {address}" for address in self.seen.strangers)
        return self.scene.expect.differences(self.seen.outcome) + strangers

    @property
    def left_alone(self) -> bool:
        """Whether the message was none of mailbot's business."""
        return self.mail is not None and self.seen.case is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold for the whole run."""

    holds: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole run."""

    played: Sequence[Played]
    checks: Sequence[Check]
    seconds: float

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that came otherwise than it must; empty: nothing."""
        told = [f"{one.number}. {one.scene.title}: {fault}" for one in self.played for fault in one.faults]
        return (*told, *(check.said for check in self.checks if not check.holds))

    def plain(self) -> dict[str, Any]:
        """For programs."""
        return {
            "ok": not self.faults,
            "messages": sum(one.mail is not None for one in self.played),
            "verdicts": sum(one.mail is None for one in self.played),
            "left_alone": sum(one.left_alone for one in self.played),
            "letters": sum(len(one.seen.letters) for one in self.played),
            "checks": [check.said for check in self.checks],
            "faults": list(self.faults),
            "seconds": round(self.seconds, 1),
        }
