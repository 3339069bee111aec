"""Which rows are of the channels and about the topics whose advertising is to stop (issue 5, item 4)."""

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from mailbot.adapters.registry.consent import agreed_later
from mailbot.adapters.registry.scope import Condition, among
from mailbot.core.datamap import Act, Reach, Table
from mailbot.core.model import Channel, Step, StepKind

ADVERTISING = frozenset({StepKind.SUPPRESS, StepKind.RESUME_ADVERTISING})
LIFTING = frozenset({StepKind.RESUME_ADVERTISING, StepKind.RESUME_PROCESSING})


def reached(table: Table, step: Step, live: sa.Table) -> Condition:
    """Rows of *table* that *step* means by its channels and topics; all of them where it names none.

    But for those to which the person has agreed since, where a step says since when.
    """
    if step.kind not in ADVERTISING:
        return sa.true()
    meant = _named(table, step, live)
    agreed = step.unless_agreed
    return sa.and_(meant, sa.not_(agreed_later(table, live, agreed))) if agreed and table.consent else meant


def stopped_by(table: Table, step: Step) -> Act | None:
    """What stops advertising in *table*; naming ways or topics, a step is not bound to those of the map's `where`.

    A map stops e-mail alone where an e-mail address was named and nothing else; who names another way means that.
    """
    act, reach = table.suppress, table.reach
    if act is None or reach is None or not (step.channels or step.topics):
        return act
    where = {name: value for name, value in act.where.items() if name not in (reach.channel, reach.topic)}
    return replace(act, where=where)


def _named(table: Table, step: Step, live: sa.Table) -> Condition:
    if not (step.channels or step.topics):
        return sa.true()
    reach = table.reach
    if reach is None or not _tells_apart(reach, step):
        return sa.false()
    parts: list[Condition] = []
    if step.channels and reach.channel:
        values = tuple((value,) for value in _values(reach.channels, step.channels))
        parts.append(among([live.columns[reach.channel]], values))
    if step.topics and reach.topic:
        parts.append(among([live.columns[reach.topic]], tuple((topic,) for topic in step.topics)))
    return sa.and_(sa.true(), *parts)


def _tells_apart(reach: Reach, step: Step) -> bool:
    """Whether rows can be said to be of what *step* names: of one of its channels, and about one of its topics."""
    of_channel = not step.channels or reach.channel is not None or reach.only in step.channels
    return of_channel and (not step.topics or reach.topic is not None)


def _values(stored: Mapping[str, Channel], channels: tuple[Channel, ...]) -> tuple[str, ...]:
    """What the channel column holds for *channels*; where the map says nothing, our own names."""
    if not stored:
        return tuple(channel.value for channel in channels)
    return tuple(value for value, channel in stored.items() if channel in channels)
