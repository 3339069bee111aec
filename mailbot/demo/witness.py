"""Looks at what came of a message: in the ledger, in the company's data and in the mailboxes."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from types import TracebackType
from typing import Self

from mailbot.adapters.imap import ImapMailbox
from mailbot.core.audit import Event
from mailbot.core.case import Case, OutState, StoredLetter
from mailbot.core.model import Address, CaseState, Language, Letter, Message, Proven, RawMail, Reading
from mailbot.demo.company import Changed, Rows, changes, held
from mailbot.demo.stage import INBOX, OPERATOR, Stage
from mailbot.demo.story import Outcome, Person
from mailbot.journeys.clock import NOTICE_EVERY
from mailbot.journeys.orders import stands
from mailbot.journeys.receive import see

SETTLES_WITHIN = 20.0  # seconds from a message to the last thing that comes of it
QUIET = 0.03  # seconds without a write into the ledger, after which it is worth a look
_UNDERWAY = (OutState.QUEUED, OutState.SENDING, OutState.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Rows of one address as the screen shows them."""

    changed: Changed
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that came of one message or act."""

    outcome: Outcome
    message: Message | None  # as the program read it
    reading: Reading | None
    standing: str  # with its reason
    case: Case | None
    lines: tuple[Line, ...]
    strangers: tuple[str, ...]  # addresses of rows that changed and are not the person's own
    letters: tuple[EmailMessage, ...] = field(repr=False)


class Witness:
    """Remembers how everything stood, and says what is new."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._seq = 0  # of the newest event of the audit trail that was read
        self._events: list[Event] = []  # read, and not yet told of
        self._rows: Rows = {}
        self._mailboxes: dict[str, ImapMailbox] = {}
        self._uids: dict[str, int] = {}
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._rows = await self._stage.company.rows()
        await self._take_events("")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._closing.aclose()

    def mailbox(self, address: str) -> ImapMailbox:
        """A mail program that stays logged in."""
        if address not in self._mailboxes:
            self._mailboxes[address] = box = self._stage.mailbox(address)
            self._closing.push_async_callback(box.close)
        return self._mailboxes[address]

    async def new_mail(self, address: str) -> Sequence[RawMail]:
        """What has come into the INBOX of *address* since the last look."""
        box = self.mailbox(address)
        uids = await box.uids(INBOX, above=self._uids.get(address, 0))
        if not uids:
            return ()
        self._uids[address] = uids[-1]
        return await box.fetch(INBOX, uids)

    async def settle(self, mail: RawMail | None) -> None:
        """Wait until *mail* has been looked at and nothing is under way any more."""
        uid = mail.place.uid if mail else 0
        try:
            async with asyncio.timeout(SETTLES_WITHIN):
                await self._quiet()
                while not await self._settled(uid):
                    self._stage.check()
                    await self._quiet()
        except TimeoutError:
            raise self._stage.fault(f"not finished after {SETTLES_WITHIN:.0f} s") from None

    async def _quiet(self) -> None:
        """Wait until the ledger has not been written for a moment: a look costs more than a glance at its file."""
        before = -1
        while before != (now := self._stage.written()):
            before = now
            await asyncio.sleep(QUIET)

    async def _settled(self, uid: int) -> bool:
        """One look at a ledger that stands still while it is looked at."""
        now = self._stage.app.desk.chance.now()
        later = now + timedelta(days=1)  # what was put off counts as under way
        async with self._stage.app.ledger.read() as book:
            progress = await book.progress(INBOX)
            if progress is None or progress.seen_up_to < uid:
                return False
            if await book.undecided(now=later, limit=1) or await book.unfinished(now=later):
                return False
            if await book.outbox(now=later, states=_UNDERWAY):
                return False
            if all(case.nudged_at for case in await book.cases(states=[CaseState.PERSON])):
                return True
            return await book.sent_since(now - NOTICE_EVERY, recipient=Address(OPERATOR)) > 0  # told later

    # ------------------------------------------------------------ what came of it

    async def look(self, person: Person, mail: RawMail | None, *, number: str = "") -> Seen:
        """What is new since the last look.

        *mail* is the message it came of; None after an act of a person, who decided the case *number*.
        """
        events = await self._take_events(number)
        letter, case, suppressed = await self._of(person, events)
        letters = [_parsed(one) for one in await self.new_mail(person.address)]
        told = await self.new_mail(OPERATOR)
        lines = await self._lines()
        read = None if mail is None else see(mail, self._stage.app.desk)
        message = read.message if read and isinstance(read.message, Message) else None
        return Seen(
            outcome=Outcome(
                asked=letter.reading.rights if letter else (),
                standing=_word(events, "standing"),
                reply=_word(events, "means"),
                case=case.state if case else None,
                holds=case.holds if case else (),
                letters=_letters(events)[: len(letters)],
                languages=_languages(events) if letters else (),
                operator=bool(told),
                suppressed=suppressed,
                changes=_counted(lines),
            ),
            message=message,
            reading=read.reading if read else None,
            standing=await self._standing(mail, message) if letter else "",
            case=case,
            lines=lines,
            strangers=tuple(sorted({line.changed.address for line in lines} - {person.address})),
            letters=tuple(letters),
        )

    async def _take_events(self, number: str) -> Sequence[Event]:
        """The new events of the case *number*, or all; the others are kept for the next look."""
        async with self._stage.app.ledger.read() as book:
            links = await book.links(after=self._seq)
        events = [*self._events, *(link.event for link in links)]
        self._seq = links[-1].event.seq if links else self._seq
        self._events = [event for event in events if number not in {"", event.case}]
        return [event for event in events if number in {"", event.case}]

    async def _of(self, person: Person, events: Sequence[Event]) -> tuple[StoredLetter | None, Case | None, bool]:
        """The letter and the case that *events* tell of, and whether the person gets no advertising now."""
        desk = self._stage.app.desk
        numbers = [event.case for event in events if event.case]
        kept = [event.facts["letter"] for event in events if event.name == "letter.received"]
        async with desk.ledger.read() as book:
            case = await book.case(numbers[-1]) if numbers else None
            letter = await book.letter(int(str(kept[-1]))) if kept else None
            return letter, case, await stands(Address(person.address), book, desk)

    async def _lines(self) -> tuple[Line, ...]:
        before, self._rows = self._rows, await self._stage.company.rows()
        return tuple(
            Line(changed=one, before=held(before, one), after=held(self._rows, one))
            for one in changes(before, self._rows)
        )

    async def _standing(self, mail: RawMail | None, message: Message | None) -> str:
        """What speaks for the sender, in words."""
        if mail is None or message is None:
            return ""
        senders = self._stage.app.desk.senders
        standing = await senders.standing(mail.raw, message, received_at=mail.received_at)
        return f"proven by {standing.by}" if isinstance(standing, Proven) else f"unproven: {standing.why}"


def _parsed(mail: RawMail) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(mail.raw)


def _word(events: Sequence[Event], fact: str) -> str:
    """The first that *events* say about *fact*."""
    return next((str(event.facts[fact]) for event in events if fact in event.facts), "")


def _letters(events: Sequence[Event]) -> tuple[Letter, ...]:
    """Those to the person; parties are told beside (A93)."""
    return tuple(Letter(one) for one in _each(events, "answer.sent", "letters") if one != Letter.PARTY)


def _languages(events: Sequence[Event]) -> tuple[Language, ...]:
    return tuple(dict.fromkeys(Language(one) for one in _each(events, "answer.queued", "languages")))


def _each(events: Sequence[Event], name: str, fact: str) -> Iterator[str]:
    for event in events:
        values = event.facts.get(fact, ()) if event.name == name else ()
        if isinstance(values, list | tuple):
            yield from map(str, values)


def _counted(lines: Sequence[Line]) -> Mapping[str, int]:
    count: Counter[str] = Counter()
    for line in lines:
        count[line.changed.name] += line.changed.rows
    return dict(count)
