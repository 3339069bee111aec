"""The story as story.toml tells it: who is known, what is written, and what must come of it."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from mailbot.core.model import CaseState, HoldReason, Language, Letter, Right

STORY = Path(__file__).with_name("story.toml")

Text = Annotated[str, msgspec.Meta(min_length=1)]


class How(StrEnum):
    """How something comes about."""

    WRITTEN = "written"  # by the person, to us
    OLD = "old"  # written so, but lay in the mailbox before mailbot ever looked
    FORGED = "forged"  # by a stranger who puts the person's address into From
    REPLY = "reply"  # by the person, to our newest letter, which is quoted below
    ABSENCE = "absence"  # by the person's mail program, out of office, quoting our newest letter
    BOUNCE = "bounce"  # by a mail server that could not deliver our newest letter to the person
    NEWSLETTER = "newsletter"
    ENCRYPTED = "encrypted"  # with OpenPGP
    REFUSE = "refuse"  # `mailbot cases refuse`, by the operator's person
    APPROVE = "approve"  # `mailbot cases approve`, likewise


VERDICTS = (How.REFUSE, How.APPROVE)


class Quote(StrEnum):
    """How the person's mail program quotes the letter that is answered."""

    GMAIL = "gmail"
    OUTLOOK = "outlook"
    PHONE = "phone"


class _Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; unknown keys are errors."""


class Person(_Told, frozen=True, kw_only=True):
    """Whoever writes."""

    names: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]  # several: they share the address
    address: Text
    language: Language
    on_file: bool = True
    order: str = ""  # an open order: the contract, as the company's data names it
    signs: bool = False  # the provider signs with DKIM

    @property
    def name(self) -> str:
        """Who writes, where several share the address."""
        return self.names[0]


class Outcome(_Told, frozen=True, kw_only=True):
    """What comes of a message; left out: nothing. The same words for what must come and for what came."""

    asked: tuple[Right, ...] = ()
    standing: str = ""  # "Proven", "Unproven" …; empty: nobody asked
    reply: str = ""  # what an answer to our question was taken for, a value of `core.decide.Answer`
    case: CaseState | None = None  # None: left alone
    holds: tuple[HoldReason, ...] = ()
    letters: tuple[Letter, ...] = ()  # that lie in the person's mailbox now
    languages: tuple[Language, ...] = ()  # of these letters
    operator: bool = False  # whether the operator was told that something waits
    suppressed: bool = False  # whether the address stands on the list of those who get no advertising, afterwards
    changes: Mapping[str, int] = {}  # rows of the whole database by what became of them; see `company.changes`

    def differences(self, other: "Outcome") -> tuple[str, ...]:
        """Where *other*, what came, differs from this, what was expected."""
        return tuple(
            f"{name}: expected {_plain(wanted)}, came {_plain(came)}"
            for name in self.__struct_fields__
            if (wanted := getattr(self, name)) != (came := getattr(other, name))
        )


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {count}" for key, count in value.items()) or "nothing"
    if isinstance(value, tuple):
        return ", ".join(value) or "nothing"
    return str(value) or "nothing"


class Scene(_Told, frozen=True, kw_only=True):
    """One message, or one act of the operator's person."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=92)]  # a line on the screen
    who: Text
    how: How = How.WRITTEN
    quote: Quote = Quote.GMAIL
    subject: str = ""
    text: str = ""
    norm: str = ""
    expect: Outcome


class Story(_Told, frozen=True, kw_only=True):
    """Everything, in its order."""

    people: Mapping[str, Person]
    scenes: tuple[Scene, ...]

    def whose(self, scene: Scene) -> Person:
        """Whose address a scene is about."""
        return self.people[scene.who]


def load_story(path: Path = STORY) -> Story:
    """The story in *path*; raises ValueError where it cannot be told."""
    story = msgspec.toml.decode(path.read_bytes(), type=Story)
    unknown = {scene.who for scene in story.scenes} - set(story.people)
    if unknown:
        raise ValueError(f"scenes name people who are nobody: {', '.join(sorted(unknown))}")
    return story
