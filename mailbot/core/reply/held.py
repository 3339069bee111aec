"""What is held about a person, as an access letter tells it: each category with its terms (A90, A91)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailbot.core.datamap import Holding, Holdings, Party, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One category: how many records, and its values so masked that only their owner knows them."""

    category: str
    rows: int
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Categories that came from the same source and are held on the same terms; said once for all of them."""

    data: tuple[Item, ...]
    purposes: tuple[Words, ...]
    grounds: tuple[Words, ...]
    sources: tuple[Words, ...]
    terms: tuple[Words, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Abroad:
    """Somebody in another country than the company's to whom data go (RU 152-FZ 14(7)(8); EU 15(2))."""

    name: str
    country: str  # ISO 3166 alpha-2
    ground: Words | str | None = None  # on which they may go there


def groups(holdings: Holdings) -> tuple[Group, ...]:
    """Every category that is held, in the map's order, with others of the same source and terms."""
    alike: dict[str, list[Holding]] = {}
    for one in holdings.held:
        alike.setdefault(repr((one.purposes, one.grounds, one.sources, one.retention)), []).append(one)
    return tuple(_group(several) for several in alike.values())


def _group(several: list[Holding]) -> Group:
    first = several[0]
    return Group(
        data=tuple(Item(category=one.category, rows=one.rows, shown=one.shown) for one in several),
        purposes=first.purposes,
        grounds=first.grounds,
        sources=first.sources,
        terms=first.retention,
    )


def abroad(parties: Iterable[Party], words: Mapping[str, Words], *, home: str) -> tuple[Abroad, ...]:
    """Those *parties* that are in another country than *home*; where *home* is not known, all that name one.

    *words* are the map's grounds.
    """
    return tuple(
        Abroad(name=one.name, country=one.country, ground=words.get(one.transfer))
        for one in dict.fromkeys(parties)
        if one.country and one.country != home
    )
