"""Not all of the advertising, but what comes by one way, about one topic or to one number (issue 5, item 4).

What is plainly said is done and no more. What is said and not plain, or what the company's data cannot tell apart,
a person decides; meanwhile what is plain stands on the suppression list, and nothing else is stopped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailbot.core.datamap import DataMap, Table
from mailbot.core.model import Channel, Details, Right, Topic

_OF_EVERYTHING = frozenset({Right.ERASURE, Right.WITHDRAW_CONSENT})
"""Rights for which all advertising stops, whatever is said of ways beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tells:
    """What the company's data can tell apart of its advertising, wherever that is stopped."""

    channels: frozenset[Channel] = frozenset(Channel)
    topics: Mapping[Topic, tuple[str, ...]] = field(
        default_factory=lambda: {topic: (topic.value,) for topic in Topic}
    )  # ours → as the data call them


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a step is limited to; nothing named: all advertising."""

    channels: tuple[Channel, ...] = ()
    topics: tuple[str, ...] = ()
    phones: tuple[str, ...] = field(default=(), repr=False)

    @property
    def partial(self) -> bool:
        """Whether some advertising goes on."""
        return bool(self.channels or self.topics)


def tells(datamap: DataMap) -> Tells:
    """What every table tells in which advertising is stopped: where one does not, nothing is told apart."""
    tables = [table for store in datamap.stores for table in store.tables if table.suppress is not None]
    channels = [_channels(table) for table in tables]
    topics = [_topics(table) for table in tables]
    return Tells(
        channels=frozenset().union(*channels) if all(channels) else frozenset(),
        topics={topic: _called(topic, topics) for topic in Topic if topics and all(topics)},
    )


def _channels(table: Table) -> frozenset[Channel]:
    reach = table.reach
    if reach is None:
        return frozenset()
    if reach.channel is None:
        return frozenset({reach.only} if reach.only else ())
    return frozenset(reach.channels.values() or Channel)


def _topics(table: Table) -> Mapping[str, Topic]:
    """The table's words for our topics; where the map has none, they are ours."""
    if table.reach is None or table.reach.topic is None:
        return {}
    return table.reach.topics or {topic.value: topic for topic in Topic}


def _called(topic: Topic, tables: Sequence[Mapping[str, Topic]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for table in tables for name, ours in table.items() if ours is topic))


def limit_of(details: Details, known: Tells) -> Limit:
    """What is to stop, by what is plainly said.

    E-mail alone, where no other way is said to go on, is all that data can mean which tell no ways apart.
    """
    if details.unclear:
        return Limit()
    whole = details.channels == (Channel.EMAIL,) and not (
        details.kept_channels or details.topics or details.phones
    )
    channels = () if whole and not known.channels else details.channels
    topics = [name for topic in details.topics for name in known.topics.get(topic) or (topic.value,)]
    return Limit(channels=channels, topics=tuple(dict.fromkeys(topics)), phones=details.phones)


def for_a_person(rights: Sequence[Right], details: Details, known: Tells) -> bool:
    """Whether a person must say what stops: more is said than understood, or than the data can tell apart."""
    if Right.UNSUBSCRIBE not in rights or _OF_EVERYTHING & set(rights):
        return False
    limit = limit_of(details, known)
    by_topic = all(known.topics.get(topic) for topic in details.topics)
    return details.unclear or not set(limit.channels) <= known.channels or not by_topic
