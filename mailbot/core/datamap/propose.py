"""A first map of a database that nobody has mapped: which tables hold people, and how each row leads to one.

A proposal with its reasons, for a person to correct. What it cannot know (purposes, grounds, words, what a law
keeps) it leaves open, and the loader refuses it until it is filled in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.core.datamap.hints import ADDRESS, EMAIL, IP, NAME, PEOPLE, PHONE, Hint, hints, parts
from mailbot.core.datamap.seen import Kind, Seen, SeenColumn, SeenLink, SeenTable

_FEW_LINKS = 3  # ways through others in one table
_ABOUT_PEOPLE = frozenset({NAME, PHONE, ADDRESS, "user.demographic.date_of_birth", "user.government_id"})
_PERSON = 4  # points from which a table is one of persons


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedWay:
    """How a row leads to a person: one of email, phone and link; and why."""

    why: str
    email: str = ""
    lower_case: bool = False
    phone: str = ""
    stored: tuple[str, ...] = ()
    link: SeenLink | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """One table of the proposal."""

    table: SeenTable
    hints: Mapping[str, Hint]
    ways: tuple[ProposedWay, ...]
    persons: bool = False
    instead: tuple[SeenLink, ...] = ()  # several tables that one column without foreign key may mean

    @property
    def has_email(self) -> bool:
        """Whether its rows are found by an address of their own."""
        return any(way.email for way in self.ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The whole of it; `left` are tables that seem to hold something of people, and nothing leads there."""

    tables: tuple[Proposed, ...]
    left: tuple[tuple[SeenTable, Mapping[str, Hint]], ...]


@dataclass(slots=True, kw_only=True)
class _Work:
    """What is placed on the map so far, in an order in which a chain can only lead upwards."""

    seen: Seen
    found: Mapping[str, Mapping[str, Hint]]
    links: Mapping[str, Sequence[SeenLink]]  # of each table, declared ones first
    placed: dict[str, Proposed] = field(default_factory=dict)


def propose(seen: Seen, links: Mapping[str, Sequence[SeenLink]]) -> Proposal:
    """A map of *seen*; *links* are the references of each table, declared ones first, likeliest next."""
    work = _Work(seen=seen, found={place: hints(table) for place, table in seen.items()}, links=links)
    direct = [place for place in seen if _addresses(work, place)]
    points = {place: _points(work, place, direct) for place in direct}
    for place in _parents_first(work, direct, points):
        _place(work, place, persons=points[place] >= _PERSON)
    _first_is_a_person(work)
    while _next_wave(work):
        pass
    left = tuple((seen[place], found) for place, found in work.found.items() if found and place not in work.placed)
    return Proposal(tables=tuple(work.placed.values()), left=left)


def _addresses(work: _Work, place: str) -> list[SeenColumn]:
    """Columns of *place* that hold e-mail addresses and can be looked up."""
    found, table = work.found[place], work.seen[place]
    return [one for one in table.columns if one.name in found and found[one.name].category == EMAIL]


def _points(work: _Work, place: str, direct: Sequence[str]) -> int:
    """How much a table looks as if each of its rows were a person."""
    table, categories = work.seen[place], {hint.category for hint in work.found[place].values()}
    last = parts(table.name)[-1:]
    points = 4 * bool(PEOPLE & set(last)) + 2 * bool(PEOPLE & set(parts(table.name)))
    points += 2 * (NAME in categories) + (PHONE in categories) + 2 * ("user.account.username" in categories)
    points += 0 if len(table.key) == 1 else -_PERSON
    return points - 5 * any(link.parent in direct for link in work.links.get(place, ()) if link.parent != place)


def _parents_first(work: _Work, direct: Sequence[str], points: Mapping[str, int]) -> Iterator[str]:
    """*direct*, the likeliest persons first, but none before what it refers to, as far as that is possible."""
    waiting = sorted(direct, key=lambda place: -points[place])
    while waiting:
        free = (place for place in waiting if not _refers(work, place, waiting))
        chosen = next(free, waiting[0])
        waiting.remove(chosen)
        yield chosen


def _refers(work: _Work, place: str, others: Sequence[str]) -> bool:
    return any(link.parent in others for link in work.links.get(place, ()) if link.parent != place)


def _first_is_a_person(work: _Work) -> None:
    """Somebody must be found, or the map finds nobody: the likeliest table, where no table says so itself."""
    if work.placed and not any(one.persons for one in work.placed.values()):
        place, one = next(iter(work.placed.items()))
        work.placed[place] = Proposed(table=one.table, hints=one.hints, ways=one.ways, persons=True)


def _next_wave(work: _Work) -> bool:
    """Place what leads to a table that is placed; False: nothing does any more."""
    before = len(work.placed)
    known = tuple(work.placed)
    for place in work.seen:
        if place in work.placed:
            continue
        leads = any(link.parent in known for link in work.links.get(place, ()))
        if leads or _phones(work, place) or _referred(work, place, known):
            _place(work, place)
    return len(work.placed) > before


def _place(work: _Work, place: str, *, persons: bool = False) -> None:
    known = tuple(work.placed)
    by_mail = [_by_mail(work, column, place) for column in _addresses(work, place)]
    through, instead = _through(work, place, known)
    if by_mail:  # a row that is somebody else's is worse than one that is missed
        through = [way for way in through if way.link and not _doubtful(way.link, instead)]
    ways = [*by_mail, *through]
    if not ways:
        ways = [*_referred(work, place, known), *_phones(work, place)]
    kept = [way.link for way in ways]
    work.placed[place] = Proposed(
        table=work.seen[place],
        hints=work.found[place],
        ways=tuple(ways),
        persons=persons,
        instead=tuple(link for link in instead if link not in kept),
    )


def _by_mail(work: _Work, column: SeenColumn, place: str) -> ProposedWay:
    shapes = column.shapes
    folded = shapes.emails > 0 and not shapes.capitals and shapes.emails == shapes.filled
    why = work.found[place][column.name].why
    return ProposedWay(why=why, email=column.name, lower_case=folded)


def _through(work: _Work, place: str, known: Sequence[str]) -> tuple[list[ProposedWay], list[SeenLink]]:
    """Ways through tables that are placed, one for each column; and what the same column might mean besides."""
    ways: dict[tuple[str, ...], ProposedWay] = {}
    instead: list[SeenLink] = []
    for link in work.links.get(place, ()):
        if link.parent not in known or link.parent == place:
            continue
        if link.columns in ways:
            first = ways[link.columns].link
            instead += [link] if first is None or first in instead else [first, link]
        elif len(ways) < _FEW_LINKS:
            ways[link.columns] = ProposedWay(why=reason(link), link=link)
    return list(ways.values()), instead


def _doubtful(link: SeenLink, instead: Sequence[SeenLink]) -> bool:
    return not link.declared and link in instead


def reason(link: SeenLink) -> str:
    """Why rows are believed to lead along *link*."""
    if link.declared:
        return "its foreign key"
    named = (
        f"no foreign key says so, but {', '.join(link.columns)} is named after {link.parent} and of its key's type"
    )
    return f"{named}; {link.found} of {link.looked} values looked at stand there" if link.looked else named


def _referred(work: _Work, place: str, known: Sequence[str]) -> list[ProposedWay]:
    """A table of addresses or names to which a placed table refers: what stands there is that person's."""
    if not _ABOUT_PEOPLE & {hint.category for hint in work.found[place].values()}:
        return []
    for parent in known:
        for link in work.links.get(parent, ()):
            if link.parent == place and link.declared and not _leads_to(work, parent, place):
                turned = SeenLink(parent=parent, columns=link.key, key=link.columns)
                return [ProposedWay(why=f"{parent} refers to it by a foreign key", link=turned)]
    return []


def _leads_to(work: _Work, start: str, place: str) -> bool:
    """Whether the chain of *start* runs through *place*: then it must not be turned round."""
    one = work.placed.get(start)
    parents = [way.link.parent for way in one.ways if way.link] if one else []
    return place in parents or any(_leads_to(work, parent, place) for parent in parents)


def _phones(work: _Work, place: str) -> list[ProposedWay]:
    """Rows that only a telephone number leads to, where the way it is written could be seen."""
    found = work.found[place]
    return list(_by_phone(work.seen[place], found))


def _by_phone(table: SeenTable, found: Mapping[str, Hint]) -> Iterator[ProposedWay]:
    for column in table.columns:
        hint, stored = found.get(column.name), column.shapes.stored
        if hint and hint.category == PHONE and stored and column.kind is Kind.TEXT:
            why = f"{hint.why}; a number that several persons share leads to each of them"
            yield ProposedWay(why=why, phone=column.name, stored=stored)
            return


ONLY_DEVICES = frozenset({IP, "user.device", "user.device.cookie_id"})
