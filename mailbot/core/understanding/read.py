"""Own words → `Reading`: which rights, on what evidence, how sure, and why a person must look."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.core.model import SURE, Ask, Concern, Evidence, Language, Machine, Message, Reading, Right
from mailbot.core.understanding.find import Found, groups_in
from mailbot.core.understanding.knowledge import Knowledge
from mailbot.core.understanding.languages import tongues_of, without_english
from mailbot.core.understanding.letters import READ_AT_MOST, Word, words_of
from mailbot.core.understanding.replies import reply_word
from mailbot.core.understanding.rules import Held, held_rules, length_of, speaks_of_request

_ANSWERED_OR_PASSED_ON = re.compile(r"\s*(re|fw|fwd|ha|отв|ответ|пересл\w*|жауап)\s*(\[\d+\])?\s*:", re.IGNORECASE)
_LONGEST_EVIDENCE = 200
_MOST_EVIDENCE = 12
_UNLIKELY = 0.1
"""How sure an ask is of which every doubt has taken its share: still an ask, for a person to look at."""
_TOO_LITTLE_SAID = 0.3
"""Taken from every ask where the message as a whole hardly speaks of its sender's data."""
_REQUESTED = frozenset({"data", "consent", "unsubscribe", "leave"})
_TRADE = frozenset({"order", "goods", "business"})
_KEEPS_DATA = frozenset({Right.RECTIFICATION, Right.BLOCKING})
"""Rights that keep the data which an erasure destroys."""


def understand(message: Message, knowledge: Knowledge) -> Reading:
    """What the sender's own words ask for; never what is quoted below them.

    Of a very long message the first `READ_AT_MOST` characters are read, and a person looks at the rest.
    """
    if message.machine is not None:
        return _by_machine(message.machine, knowledge)
    looked = _looked_up(_own_text(message), knowledge)
    held = held_rules(looked.found, looked.words, knowledge)
    hinted = speaks_of_request(looked.found, held, looked.words, knowledge)
    asks: tuple[Ask, ...] = ()
    concerns: set[Concern] = set()
    if hinted >= knowledge.enough_to_look:
        asks = _asks(held, looked, knowledge, hinted=hinted)
        concerns.update(_concerns(held, asks))
    concerns.update(_beyond_words(message, looked, knowledge))
    return Reading(
        asks=asks,
        concerns=tuple(concern for concern in Concern if concern in concerns),
        languages=looked.languages,
        reply_word=reply_word(message.own_words, knowledge),
        knowledge=knowledge.version,
    )


def rules_said_by(text: str, knowledge: Knowledge) -> frozenset[str]:
    """Names of the rules that hold in *text*, however far it speaks of a request: what examples are tested on."""
    looked = _looked_up(text, knowledge)
    return frozenset(one.rule.name for one in held_rules(looked.found, looked.words, knowledge))


def _by_machine(machine: Machine, knowledge: Knowledge) -> Reading:
    if machine is not Machine.UNSUBSCRIBE_BUTTON:
        return Reading(knowledge=knowledge.version)
    pressed = Evidence(text="List-Unsubscribe", by="unsubscribe-button")
    ask = Ask(right=Right.UNSUBSCRIBE, sure=1.0, evidence=(pressed,))
    return Reading(asks=(ask,), knowledge=knowledge.version)


def _own_text(message: Message) -> str:
    """Subject and own words; the subject of an answer or a forwarded letter is somebody else's."""
    if not message.subject or _ANSWERED_OR_PASSED_ON.match(message.subject):
        return message.own_words
    return f"{message.subject} .\n\n{message.own_words}"


@dataclass(frozen=True, slots=True)
class _Looked:
    """A text and what the word lists find in it."""

    text: str
    words: Sequence[Word]
    languages: tuple[Language, ...]
    found: Sequence[Found]


def _looked_up(text: str, knowledge: Knowledge) -> _Looked:
    words = words_of(text)
    languages = tongues_of(words, text, knowledge)
    words = without_english(words, languages)
    found = groups_in(words, knowledge)
    return _Looked(text, words, languages or _language_of_every_word(found, len(words)), found)


def _language_of_every_word(found: Sequence[Found], words: int) -> tuple[Language, ...]:
    """The language of a text of nothing but our words: "unsubscribe", but not "stop", which is Russian too."""
    if any(one.group == "foreign" for one in found):
        return ()
    spoken = {one.language for one in found}
    covered = {place for one in found for place in one.places}
    return tuple(spoken) if len(spoken) == 1 and len(covered) == words else ()


def _asks(held: Sequence[Held], looked: _Looked, knowledge: Knowledge, *, hinted: float) -> tuple[Ask, ...]:
    present = {one.group for one in looked.found} | length_of(looked.words)
    doubt = sum(weight for group, weight in knowledge.doubts.items() if group in present)
    if hinted < knowledge.enough_to_act:
        doubt += _TOO_LITTLE_SAID
    told: dict[Right, list[Held]] = {}
    for one in held:
        if one.rule.right is not None:
            told.setdefault(one.rule.right, []).append(one)
    return tuple(
        Ask(
            right=right,
            sure=round(max(max(one.rule.sure for one in told[right]) - doubt, _UNLIKELY), 2),
            evidence=_evidence(told[right], looked),
        )
        for right in Right
        if right in told
    )


def _evidence(told: Sequence[Held], looked: _Looked) -> tuple[Evidence, ...]:
    """The words and rules that told it: those in a language of the text, where there are such.

    Kazakh borrows Russian words, so that its rules hold in Russian letters as well.
    """
    of_the_text = [one for one in told if one.language in looked.languages]
    return tuple(dict.fromkeys(_said(one, looked) for one in of_the_text or told))[:_MOST_EVIDENCE]


def _said(one: Held, looked: _Looked) -> Evidence:
    start, end = looked.words[min(one.places)].start, looked.words[max(one.places)].end
    return Evidence(text=looked.text[start:end][:_LONGEST_EVIDENCE], by=f"{one.language}.{one.rule.name}")


def _concerns(held: Sequence[Held], asks: Sequence[Ask]) -> Iterator[Concern]:
    """Why a person must look at a message that speaks of its sender's data."""
    named = {one.rule.concern for one in held if one.rule.concern and (asks or not one.rule.with_ask)}
    yield from named
    if not named and not asks:
        yield Concern.UNSURE
    rights = {ask.right for ask in asks}
    if Right.ERASURE in rights and rights & _KEEPS_DATA:
        yield Concern.CONTRADICTORY


def _beyond_words(message: Message, looked: _Looked, knowledge: Knowledge) -> Iterator[Concern]:
    """Why a person must look although the words themselves may ask for nothing."""
    present = {one.group for one in looked.found}
    if len(message.own_words) > READ_AT_MOST:
        yield Concern.UNSURE
    if not looked.languages and "foreign" in present:
        yield Concern.UNKNOWN_LANGUAGE
    if "below" in present and _asks_surely(message.cut_away, knowledge):
        yield Concern.POINTS_AT_QUOTE
    if message.attachments and not message.own_words.strip() and _names_a_request(present):
        yield Concern.ATTACHMENT_ONLY


def _names_a_request(present: set[str]) -> bool:
    """Whether a subject with nothing but an attachment below it may be a written request, and not an invoice."""
    return bool(present & _REQUESTED) or ("petition" in present and not present & _TRADE)


def _asks_surely(cut_away: str, knowledge: Knowledge) -> bool:
    looked = _looked_up(cut_away, knowledge)
    held = held_rules(looked.found, looked.words, knowledge)
    return any(one.rule.right and one.rule.sure >= SURE for one in held)
