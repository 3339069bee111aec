"""What an attack is: a name, the rule it tries, what is played, and what must have become of it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum

from mailbot.core.model import StepKind
from tests.drills.spoof.stage import Stage


class End(StrEnum):
    """What became of a message."""

    IGNORED = "ignored"  # no case
    ASKED = "asked"  # the question waits for its owner
    PERSON = "person"
    SUPPRESSED = "suppressed"  # advertising to the author's address stopped, which harms nobody
    SERVED = "served"  # done or closed, after the owner had a say


class Heard(StrEnum):
    """Who may get a letter from us before the owner of the address has had a say."""

    VICTIM = "victim"
    ATTACKER = "attacker"  # as the one author of their own message


ASKED, PERSON, IGNORED, SUPPRESSED, SERVED = End.ASKED, End.PERSON, End.IGNORED, End.SUPPRESSED, End.SERVED
HARMLESS = frozenset({StepKind.SUPPRESS})

Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack, named; the drill plays it in two worlds: the victim is on file, and is not."""

    name: str
    rule: str  # the requirement it tries
    play: Play = field(repr=False)
    ends: frozenset[End]
    heard: frozenset[Heard] = frozenset({Heard.VICTIM})
    may: frozenset[StepKind] = HARMLESS  # what may be done to the victim's data before the owner has a say
    signs: bool = False  # whether the victim's provider signs
    compare: bool = True  # whether the two worlds must look alike from outside
    queries: bool = False  # and the databases be asked the same in both (C19): no token comes back in it
    hindered_by: str = ""  # why the real request may wait for a person: the rule that says so
    crowd: bool = False  # cases of strangers are part of it, and end as they may
    local: str = ""  # the victim's address begins so, where it is not their name


def attack(
    name: str,
    rule: str,
    play: Play,
    *ends: End,
    heard: Collection[Heard] = (Heard.VICTIM,),
    may: Collection[StepKind] = HARMLESS,
    signs: bool = False,
    compare: bool = True,
    queries: bool = False,
    hindered_by: str = "",
    crowd: bool = False,
    local: str = "",
) -> Attack:
    """An attack, with collections as they are easily written."""
    return Attack(
        name=name,
        rule=rule,
        play=play,
        ends=frozenset(ends),
        heard=frozenset(heard),
        may=frozenset(may),
        signs=signs,
        compare=compare,
        queries=queries,
        hindered_by=hindered_by,
        crowd=crowd,
        local=local,
    )
