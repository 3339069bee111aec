"""Looking back: what persons decided about what was read, told by the trail.

The trail names the letter with which a case began, every change a person made and how the case ended; the ledger
keeps what was read in that letter. Nothing is written for this: it can be asked at any time, of any time.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime

from mailbot.core.audit import Event, Plain
from mailbot.core.decide import BY_HAND, Autonomy
from mailbot.core.decide.agreement import Cell, Verdict, cells
from mailbot.core.model import Language, Reading, Right, Route
from mailbot.ports import Book

_PAGE = 1000
_OPENED, _BETTER, _CHANGED, _CLOSED = "case.opened", "case.better_standing", "case.changed", "case.closed"
_ANSWERED, _MODE = "case.answered", "autonomy.set"
_AGREED = frozenset({"case.approved", "case.refused"})  # a refusal, too, says that this was asked for
_ATTACHED = frozenset({"letter.twin", "letter.reply"})
NAMES = _AGREED | _ATTACHED | {_OPENED, _BETTER, _CHANGED, _CLOSED, _ANSWERED, _MODE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What persons decided, by right and language."""

    cells: tuple[Cell, ...]
    verdicts: int
    versions: int  # of word lists and model, by which those letters were read


@dataclass(slots=True, kw_only=True)
class _Told:
    """What the trail has told of one case so far."""

    letter: int  # whose reading the case rests on
    newest: int  # that was attached last
    live: frozenset[tuple[Right, Language]]
    rights: frozenset[Right] | None = None  # as a person changed them
    end: str = ""  # the event by which a person decided; empty: nobody has
    at: datetime | None = None  # when a person last decided something


@dataclass(slots=True)
class _Trail:
    """Hears events in their order."""

    cases: dict[str, _Told] = field(default_factory=dict)
    modes: dict[tuple[Right, Language], Autonomy] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """One event more."""
        if event.name == _MODE:
            mode = Autonomy(str(event.facts["mode"]))
            right = Right(str(event.facts["right"]))
            self.modes.update({(right, Language(one)): mode for one in _words(event.facts["languages"])})
        elif event.name == _OPENED:
            letter = int(str(event.facts["letter"]))
            self.cases[event.case] = _Told(letter=letter, newest=letter, live=self._live())
        elif (told := self.cases.get(event.case)) is not None and not told.end:
            self._hear_of(told, event)

    def _hear_of(self, told: _Told, event: Event) -> None:
        """What an event says of a case that no person has ended yet."""
        if event.name in _ATTACHED:
            told.newest = int(str(event.facts["letter"]))
        elif event.name == _BETTER:  # it rests on another letter now, whatever was decided about the first
            told.letter, told.live, told.rights, told.at = told.newest, self._live(), None, None
        elif event.name == _CHANGED:
            told.rights, told.at = frozenset(Right(one) for one in _words(event.facts["rights"])), event.at
        elif event.name in {*_AGREED, _CLOSED} or event.facts.get("closed"):
            told.end, told.at = event.name, event.at

    def _live(self) -> frozenset[tuple[Right, Language]]:
        return frozenset(cell for cell, mode in self.modes.items() if mode is Autonomy.AGREE)


def _words(value: Plain) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


async def agreement(book: Book, *, since: datetime | None = None) -> Agreement:
    """Everything persons decided about readings, or what they decided from *since* on."""
    trail = _Trail()
    async for event in _events(book):
        trail.hear(event)
    told = [one for one in trail.cases.values() if one.at is not None and (since is None or one.at >= since)]
    readings = await book.readings({one.letter for one in told})
    judged = [(one, readings[one.letter]) for one in told if one.letter in readings]
    verdicts = [(verdict, reading) for one, reading in judged if (verdict := _verdict(one, reading)) is not None]
    return Agreement(
        cells=cells((verdict for verdict, _ in verdicts), await book.autonomy()),
        verdicts=len(verdicts),
        versions=len({reading.knowledge for _, reading in verdicts}),
    )


async def _events(book: Book) -> AsyncIterator[Event]:
    after = 0
    while page := await book.events(NAMES, after=after, limit=_PAGE):
        for event in page:
            yield event
        after = page[-1].seq


def _verdict(told: _Told, reading: Reading) -> Verdict | None:
    """What a person decided about the reading; None where it says nothing about it.

    A case that was closed although a person had said what it asks for was no empty one. An answer in a person's
    own words agrees with nothing but a right that only persons carry out.
    """
    read = frozenset(reading.rights)
    changed = told.rights is not None and told.rights != read
    decided = told.rights if changed and told.rights is not None else read
    closed = told.end == _CLOSED and not changed
    by_hand = told.end == _ANSWERED and bool(decided) and decided <= BY_HAND
    if not (changed or closed or by_hand or told.end in _AGREED):
        return None
    return Verdict(
        read=read,
        decided=frozenset() if closed else decided,
        closed=closed,
        languages=reading.languages,
        sure=reading.route is Route.ACT,
        live=told.live,
    )
