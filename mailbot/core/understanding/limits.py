"""By which ways, about what and to which numbers advertising is to stop, where not all of it is (issue 5, item 4).

Precision before recall: what is plain is told; where a way, a topic or a number is spoken of and it is not plain
what is meant, that is said instead, for a person to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from mailbot.core.model import Channel, Topic
from mailbot.core.understanding.phrases import Said
from mailbot.core.understanding.pieces import Piece, Way, pieces_of
from mailbot.core.understanding.stream import Looked
from mailbot.core.understanding.values import numbers_in

_TO_A_NUMBER = (Channel.SMS, Channel.CALLS, Channel.MESSENGER)
_ALL = "limit.all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is plainly said of it; `unclear`: more is said than that."""

    channels: tuple[Channel, ...] = ()
    kept_channels: tuple[Channel, ...] = ()
    topics: tuple[Topic, ...] = ()
    kept_topics: tuple[Topic, ...] = ()
    phones: tuple[str, ...] = ()
    unclear: bool = False


def limits_of(looked: Looked, said: Sequence[Said]) -> Limits:
    """The limits that a letter sets which asks that advertising stop."""
    pieces = pieces_of(looked, said, numbers_in(looked.text, looked.words))
    heard = _Heard(pieces)
    if heard.unclear:
        return Limits(unclear=True)
    if heard.everything:
        return Limits(phones=heard.phones(Way.STOP))
    phones = heard.phones(Way.STOP)
    ways = heard.ways(Way.STOP)
    if ways and not phones and ways <= set(_TO_A_NUMBER):
        phones = heard.own_numbers
    if phones and not ways:
        ways = frozenset(_TO_A_NUMBER)
    return Limits(
        channels=tuple(way for way in Channel if way in ways),
        kept_channels=tuple(way for way in Channel if way in heard.ways(Way.KEEP) - ways),
        topics=tuple(topic for topic in Topic if topic in heard.stopped_topics),
        kept_topics=tuple(topic for topic in Topic if topic in heard.topics(Way.KEEP)),
        phones=phones,
    )


class _Heard:
    """The pieces of one letter, and what they say together."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces

    def _at(self, pointing: Way) -> list[Piece]:
        return [piece for piece in self._pieces if piece.pointing is pointing]

    def ways(self, pointing: Way) -> frozenset[Channel]:
        """The ways that pieces pointing there name."""
        return frozenset(way for piece in self._at(pointing) for way in _ways(piece))

    def topics(self, pointing: Way) -> frozenset[Topic]:
        """The topics that pieces pointing there name."""
        return frozenset(Topic(name) for piece in self._at(pointing) for name in piece.named("topic"))

    def phones(self, pointing: Way) -> tuple[str, ...]:
        """The numbers that pieces pointing there name; not who says "my number is …" beside what is to stop."""
        named = (piece for piece in self._at(pointing) if piece.own or not piece.says("limit.mine"))
        return tuple(dict.fromkeys(number for piece in named for number in piece.phones))

    @cached_property
    def own_numbers(self) -> tuple[str, ...]:
        """The numbers that somebody calls their own."""
        mine = (piece for piece in self._pieces if piece.says("limit.mine") and piece.pointing is not Way.KEEP)
        return tuple(dict.fromkeys(number for piece in mine for number in piece.phones))

    @cached_property
    def contrast(self) -> bool:
        """Whether one topic is told from others: another is to go on, or this one only is to stop."""
        stopping = [piece for piece in self._at(Way.STOP) if piece.named("topic")]
        kept = bool(self.topics(Way.KEEP)) or any(piece.says("limit.rest") for piece in self._at(Way.KEEP))
        return bool(stopping) and (kept or any(piece.says("limit.only") for piece in stopping))

    @cached_property
    def stopped_topics(self) -> frozenset[Topic]:
        """The topics that are to stop, where others are not."""
        return self.topics(Way.STOP) if self.contrast else frozenset()

    @cached_property
    def everything(self) -> bool:
        """Whether advertising as a whole is to stop, or nothing less is named."""
        limited = bool(self.ways(Way.STOP) or self.phones(Way.STOP) or self.stopped_topics)
        return not limited or bool(self.general)

    @cached_property
    def general(self) -> list[Piece]:
        """Pieces by which all of it is to stop."""
        return [piece for place, piece in enumerate(self._pieces) if self._is_general(place, piece)]

    def _is_general(self, place: int, piece: Piece) -> bool:
        if piece.pointing is not Way.STOP or not piece.own or piece.named("channel") or piece.phones:
            return False
        if piece.named("topic") and self.contrast:
            return False
        if not piece.says("stopping.general") and not piece.groups & {"unsubscribe", "not_send"}:
            return False
        return piece.says(_ALL) or not self._goes_on(place)

    def _goes_on(self, place: int) -> bool:
        """Whether the sentence goes on with what is meant: "отпишите меня, наконец, от смс"."""
        sentence = self._pieces[place].sentence
        later = [piece for piece in self._pieces[place + 1 :] if piece.sentence == sentence]
        return any(piece.limits and not piece.own and piece.pointing is Way.STOP for piece in later)

    @cached_property
    def unclear(self) -> bool:
        """Whether more is said of ways, topics and numbers than is plain."""
        stops, keeps = self.ways(Way.STOP), self.ways(Way.KEEP)
        heard = (
            self._excepts(),
            self._keeps_only(),
            bool(stops & keeps) and not (self.phones(Way.STOP) and self.phones(Way.KEEP)),
            bool(self.stopped_topics & self.topics(Way.KEEP)),
            self.everything and (bool(keeps) or bool(self.phones(Way.KEEP)) or self._keeps_more()),
            not self.everything and (self._keeps_what_is_general() or self._stops_more()),
            any(piece.unread and self._of_numbers(piece) for piece in self._at(Way.STOP)),
            not self.general and bool(self.ways(Way.NEITHER) - stops),
        )
        return any(heard)

    def _excepts(self) -> bool:
        """Whether it is "nothing but …": what goes on is named, and not what stops."""
        return any(
            piece.says("limit.except")
            and (piece.limits or piece.says("stopping.general"))
            and not self._ordered(piece)
            for piece in self._pieces
        )

    def _keeps_only(self) -> bool:
        """Whether it is "write by e-mail only": everything else is to stop, and it is not said what that is."""
        only = (piece for piece in self._pieces if piece.says("limit.only") and piece.limits)
        return any(not (piece.own and piece.pointing is Way.STOP) and not self._ordered(piece) for piece in only)

    def _keeps_more(self) -> bool:
        """Something of what is to stop is to go on."""
        rest = any(piece.says("limit.rest") and not self._ordered(piece) for piece in self._at(Way.KEEP))
        return rest or bool(self.topics(Way.KEEP))

    def _stops_more(self) -> bool:
        """Whether it is "no texts and letters of yours": what stands beside the way is more than the way."""
        return any(piece.says(_ALL) and piece.pointing is Way.STOP and not piece.limits for piece in self._pieces)

    def _keeps_what_is_general(self) -> bool:
        return any(
            piece.says(_ALL) and not piece.limits and not piece.says("limit.rest") and not self._ordered(piece)
            for piece in self._at(Way.KEEP)
        )

    @staticmethod
    def _ordered(piece: Piece) -> bool:
        """Whether it is of orders and bills, which go on anyway."""
        return piece.says("limit.orders")

    @staticmethod
    def _of_numbers(piece: Piece) -> bool:
        ways = piece.named("channel")
        return piece.says("limit.number") or bool(ways & {way.value for way in _TO_A_NUMBER})


def _ways(piece: Piece) -> frozenset[Channel]:
    """The ways that are named; who names paper speaks of no e-mail: "почта" is both."""
    named = frozenset(Channel(name) for name in piece.named("channel"))
    return named - {Channel.EMAIL} if Channel.POST in named else named
