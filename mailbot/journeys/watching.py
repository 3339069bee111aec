"""watching: walks through the company's tables, in search of who was stopped or erased and is back; and its mail.

Hourly, and on demand. Of an address only its keyed hash is known here, until the company's own row shows it. The
place of each walk stands in the ledger: a restart goes on where it was (issue 5, item 4).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from mailbot import log
from mailbot.core.audit import Event, Plain
from mailbot.core.model import Language, Origin
from mailbot.core.reply import Heading, Waiting
from mailbot.errors import NotNow, Rejected, Unavailable
from mailbot.journeys import letters
from mailbot.journeys.desk import Desk
from mailbot.journeys.pause import paused
from mailbot.journeys.returned import DESTROYING, ERASED, STOPPED, WAITING, Hit, ordered, settle
from mailbot.journeys.rounds import each
from mailbot.ports import Book
from mailbot.ports.orders import Suppression
from mailbot.ports.walked import Batch, Sighting, Walk

logger = log.get(__name__)

AT_ONCE = 5000  # rows in one batch
MOST_WAITING = 200  # steps that wait to be taken: a whole base that was imported anew must not hold up requests
DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Seen:
    """What walks have found, counted; no personal data."""

    rows: int = 0
    suppressed: int = 0  # addresses and numbers on the suppression list that stand in the tables
    found: dict[tuple[str, Origin], int] = field(default_factory=dict)  # (event, origin) → how many people
    cases: set[str] = field(default_factory=set)  # of those people

    def note(self, name: str, origin: Origin) -> None:
        """Count one more."""
        key = (name, replace(origin, added=None))
        self.found[key] = self.found.get(key, 0) + 1

    def count(self, name: str) -> int:
        """How many people *name* was said of."""
        return sum(many for (told, _), many in self.found.items() if told == name)

    @property
    def came_back(self) -> int:
        """How many must not be there."""
        return self.count(STOPPED) + self.count(ERASED) + self.count(WAITING)


# ---------------------------------------------------------------- walks


async def watch(desk: Desk, *, alive: Callable[[], None] = lambda: None) -> int:
    """Walk through every table whose time has come; how many people must not be there. Nothing while paused."""
    every = desk.limits.watch_returns
    if every is None:
        return 0
    now = desk.chance.now()
    async with desk.ledger.read() as book:
        if await paused(book):
            return 0
        last = await book.walks()
    due = [walk for name in names(desk) if (walk := await _due(last.get(name), name, now, every, desk))]
    seen = Seen()
    await each(due, lambda walk: _walk(walk, seen, desk, alive=alive, keep=True), name="table", whole=False)
    return seen.came_back


async def walk_now(desk: Desk, *, full: bool = False, alive: Callable[[], None] = lambda: None) -> Seen:
    """Walk through every table at once, *full* through all their rows, beside the walks of the running program.

    Raises `NotNow` while paused: nothing was looked at then.
    """
    seen, now = Seen(), desk.chance.now()
    async with desk.ledger.read() as book:
        if await paused(book):
            raise NotNow("everything is paused, and nothing was looked at: `mailbot resume` first")
        last = await book.walks()
    for name in names(desk):
        before = None if full else last.get(name)
        walk = Walk(name=name, began_at=now, rows_since=await _rows_since(before, name, now, desk))
        await _walk(walk, seen, desk, alive=alive, keep=False)
    return seen


def names(desk: Desk) -> list[str]:
    """The tables with a column of addresses or numbers, as "store/table"."""
    stores = desk.datamap.stores
    return [f"{store.name}/{table.name}" for store in stores for table in store.tables if table.direct]


async def _due(last: Walk | None, name: str, now: datetime, every: timedelta, desk: Desk) -> Walk | None:
    """The walk to go on with or to begin; None: it is too early."""
    if last is not None and last.ended_at is None:
        return last
    if last is not None and now - last.began_at < every:
        return None
    since = await _rows_since(last, name, now, desk)
    whole_at = last.whole_at if last is not None and since else now
    return Walk(name=name, began_at=now, rows_since=since, whole_at=whole_at)


async def _rows_since(last: Walk | None, name: str, now: datetime, desk: Desk) -> date | None:
    """From which day on rows are looked at; None: all of them, once a day or where the map tells no day.

    A day more than needed: clocks, zones and transactions that end late must hide nobody.
    """
    if last is None or last.whole_at is None or last.ended_at is None or now - last.whole_at >= DAY:
        return None
    store, _, table = name.partition("/")
    if not await desk.registry.walks_fresh(store, table):
        return None
    return (last.began_at - DAY).date()


async def _walk(walk: Walk, seen: Seen, desk: Desk, *, alive: Callable[[], None], keep: bool) -> int:
    """Take one walk to its end, batch by batch; with *keep* its place stands in the ledger after each.

    It also waits at its place there while much of what it has found is still to be stopped.
    """
    before, rows = seen.came_back, seen.rows
    while True:
        async with desk.ledger.read() as book:
            room = MOST_WAITING - await book.stopping_again(now=desk.chance.now()) if keep else None
            if await paused(book) or (room is not None and room <= 0):
                return seen.came_back - before
            listed = any((await book.suppressed_by()).values())
        batch = await _batch(walk, desk) if listed else Batch(rows=0, sightings=())
        if not await _look(walk, batch, seen, desk, room=room):
            return seen.came_back - before
        alive()
        ended = desk.chance.now() if batch.after is None else None
        walk = replace(walk, after=batch.after, ended_at=ended)
        if keep:
            async with desk.ledger.write() as book:
                await book.save_walk(walk)
        if ended:
            logger.info("returned.walked", table=walk.name, rows=seen.rows - rows, whole=walk.rows_since is None)
            return seen.came_back - before


async def _batch(walk: Walk, desk: Desk) -> Batch:
    try:
        return await desk.registry.batch(walk, limit=AT_ONCE)
    except Rejected as exc:  # this table only, and later again
        raise Unavailable(f"return watch, {walk.name}: {exc}") from exc


# ---------------------------------------------------------------- who is there


async def _look(walk: Walk, batch: Batch, seen: Seen, desk: Desk, *, room: int | None) -> bool:
    """Look for the people of one batch on the suppression list, and at those who are; whether at all of them.

    *room*: how many may be stopped again now. Who was is not looked at when the same batch is read once more.
    """
    seen.rows += batch.rows
    hits = await _hits(walk, batch.sightings, desk)
    seen.suppressed += len({hit.whom for hit in hits})
    for hit in await _unsettled(hits, desk):
        if room is not None and room <= 0:
            return False
        name = await settle(hit, desk)
        if name and not (name == WAITING and hit.number in seen.cases):  # another row of who was just found
            seen.note(name, hit.origin)
            seen.cases.add(hit.number)
            room = room and room - (name in (STOPPED, ERASED))
    return True


async def _hits(walk: Walk, sightings: Iterable[Sighting], desk: Desk) -> list[Hit]:
    by_digest: dict[str, Sighting] = {}
    for one in sightings:
        for digest in desk.keys.suppression.digests(one.whom):
            by_digest.setdefault(digest, one)
    async with desk.ledger.read() as book:
        orders = await book.suppressed(by_digest)
    by_case: dict[tuple[str, str], list[Suppression]] = {}
    for order in orders:
        by_case.setdefault((by_digest[order.digest].whom, order.case_number), []).append(order)
    return [
        Hit(
            whom=whom,
            number=number,
            orders=tuple(found),
            origin=_origin(walk, by_digest[found[0].digest]),
        )
        for (whom, number), found in by_case.items()
    ]


def _origin(walk: Walk, sighting: Sighting) -> Origin:
    return Origin(store=walk.store, table=walk.table, source=_plain(sighting.source), added=sighting.added)


_LONGEST = 60
_PERSONAL = re.compile(r"\S*@\S*|\+?\d(?:[ ()\-]*\d){9,}")


def _plain(source: str) -> str:
    """What a row says of its source, without what looks like an address or a number: trail and mail tell it."""
    return _PERSONAL.sub("…", " ".join(source.split()))[:_LONGEST]


async def _unsettled(hits: Sequence[Hit], desk: Desk) -> list[Hit]:
    """Those of whom something may be there that must not: nearly all have been stopped, and stay so."""
    groups: dict[tuple[object, str], list[Hit]] = {}
    for hit in hits:
        for order in hit.orders:
            groups.setdefault((order.channel, order.topic), []).append(hit)
    moved: set[tuple[object, str, str]] = set()
    for (channel, topic), group in groups.items():
        step = ordered(group[0], [o for o in group[0].orders if (o.channel, o.topic) == (channel, topic)][:1])
        found = await desk.registry.reaches(replace(step, confirmed=True), [hit.whom for hit in group])
        moved |= {(channel, topic, whom) for whom in found}
    return [
        hit
        for hit in hits
        if any((o.channel, o.topic, hit.whom) in moved or o.reason in DESTROYING for o in hit.orders)
    ]


# ---------------------------------------------------------------- the operator

NOTICE = "notice"  # the walk that is none: when the operator was last told
MAIL_EVERY = timedelta(hours=1)
SETTLED = timedelta(minutes=1)  # what follows the first is told with it


async def tell(desk: Desk) -> bool:
    """One mail to the operator about everything since the last one, at most one an hour; whether it was queued."""
    now = desk.chance.now()
    async with desk.ledger.read() as book:
        before = (await book.walks()).get(NOTICE)
        if before is not None and now - (before.ended_at or before.began_at) < MAIL_EVERY:
            return False
        events = await book.noted([STOPPED, ERASED], since=before.began_at if before else None)
    if not events or now - events[-1].at < SETTLED:
        return False
    async with desk.ledger.write() as book:
        told = [await _waiting(one, book) for one in _by_source(events)]
        language = Language(desk.letterhead.operator_language)
        text = desk.renderer.notice("returned", language, *told[: letters.NAMED], more=len(told[letters.NAMED :]))
        heading = Heading(
            to=desk.letterhead.operator,
            message_id=letters.new_message_id(desk),
            date=now,
            automatic="auto-generated",
        )
        await letters.queue(await book.case(events[0].case), text, heading, (), book, desk)
        await book.save_walk(Walk(name=NOTICE, began_at=events[-1].at, ended_at=now))
    return True


def _by_source(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """Events of one source together; what a person decides stands first, each case by itself."""
    groups: dict[tuple[Plain, ...], list[Event]] = {}
    decided = {event.case for event in events if event.name == ERASED}
    told = [event for event in events if event.name == ERASED or event.case not in decided]
    for event in sorted(told, key=lambda one: one.name):  # erased, then stopped
        place = tuple(event.facts[name] for name in ("store", "table", "origin"))
        groups.setdefault((event.name, event.case if event.name == ERASED else "", *place), []).append(event)
    yield from groups.values()


async def _waiting(events: Sequence[Event], book: Book) -> Waiting:
    first = events[0]
    case = await book.case(first.case)
    return Waiting(
        case=case.number,
        rights=case.rights,
        reasons=case.holds,
        due=case.due_day,
        where=f"{first.facts['store']}.{first.facts['table']}",
        origin=str(first.facts["origin"]),
        rows=sum(_rows_of(event) for event in events),
        erased=first.name == ERASED,
    )


def _rows_of(event: Event) -> int:
    """How many rows an event tells of: in all, or by place."""
    rows = event.facts["rows"]
    return sum(int(str(many)) for many in rows.values()) if isinstance(rows, Mapping) else int(str(rows))
