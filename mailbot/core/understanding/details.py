"""What a request says beyond its right: by which way, until when, what into what.

Precision before recall: what is not plain stays empty, for a person reads the letter anyway.
"""

from collections.abc import Collection, Sequence
from datetime import date

from mailbot.core.model import Correction, Details, Right
from mailbot.core.understanding.corrections import corrections_in
from mailbot.core.understanding.knowledge import Knowledge
from mailbot.core.understanding.limits import Limits, limits_of
from mailbot.core.understanding.phrases import Said, said_in
from mailbot.core.understanding.stream import Looked
from mailbot.core.understanding.until import Span, until_in
from mailbot.core.understanding.until_day import day_of
from mailbot.core.understanding.values import values_in

_BANS = frozenset({"not_use", "not_send", "not_call", "freeze", "stop", "unsubscribe", "wish", "process", "keep"})
_OBJECTS = frozenset({"data", "record", "contact", "mine", "consent"})
_STANDS_STILL = {
    Right.BLOCKING: frozenset({"freeze", "not_use", "process", "stop"}),
    Right.UNSUBSCRIBE: frozenset({"not_send", "not_call", "stop", "unsubscribe"}),
}
"""Groups in whose sentence it is said until when."""
_COMMON = ("item.", "mark.", "other.skip", "unit.", "stopping.", "until.")


def details_of(looked: Looked, rights: Collection[Right], knowledge: Knowledge, *, today: date | None) -> Details:
    """The details of a letter that asks for *rights*; dates without a year are the next ones from *today* on."""
    if not {Right.RECTIFICATION, Right.BLOCKING, Right.UNSUBSCRIBE}.intersection(rights):
        return Details()
    said = said_in(looked.words, knowledge.phrases)
    until = _until(looked, said, rights)
    limits = limits_of(looked, said) if Right.UNSUBSCRIBE in rights else Limits()
    return Details(
        channels=limits.channels,
        kept_channels=limits.kept_channels,
        topics=limits.topics,
        kept_topics=limits.kept_topics,
        phones=limits.phones,
        unclear=limits.unclear,
        until=until.told(looked.text, looked.words) if until else "",
        until_day=day_of(looked.text, looked.words, said, until, today) if until and today else None,
        corrections=_corrections(looked, said, knowledge) if Right.RECTIFICATION in rights else (),
    )


def _corrections(looked: Looked, said: Sequence[Said], knowledge: Knowledge) -> tuple[Correction, ...]:
    common = {place for one in said if one.role.startswith(_COMMON) for place in range(one.first, one.last + 1)}
    parts = {one.first for one in said if one.role == "other.parts"}
    ordinary = frozenset().union(*(tongue.words for tongue in knowledge.tongues.values()))
    common.update(
        place for place, word in enumerate(looked.words) if word.form in ordinary or word.english in ordinary
    )
    values = values_in(looked.text, looked.words, common=common, parts=parts)
    return corrections_in(looked.text, looked.words, said, values)


# ---------------------------------------------------------------- until when


def _until(looked: Looked, said: Sequence[Said], rights: Collection[Right]) -> Span | None:
    """The first end that is said beside what is to stand still."""
    bans = frozenset(one.places[0] for one in looked.found if one.group in _BANS)
    objects = frozenset(one.places[0] for one in looked.found if one.group in _OBJECTS)
    still = {one.sentence for right in rights for one in looked.found if one.group in _STANDS_STILL.get(right, ())}
    spans = until_in(looked.text, looked.words, said, bans=bans, objects=objects)
    near = [span for span in spans if looked.words[span.first].sentence in still]
    return near[0] if near else None
