"""Own words → `Reading`: which rights, on what evidence, how sure, and why a person must look."""

import re
from collections.abc import Iterator, Sequence

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
_KEEPS_DATA = frozenset({Right.RECTIFICATION, Right.BLOCKING})
"""Rights that keep the data which an erasure destroys."""


def understand(message: Message, knowledge: Knowledge) -> Reading:
    """What the sender's own words ask for; never what is quoted below them.

    Of a very long message the first `READ_AT_MOST` characters are read, and a person looks at the rest.
    """
    if message.machine is not None:
        return _by_machine(message.machine, knowledge)
    text = _own_text(message)
    words, languages, found = _looked_up(text, knowledge)
    held = held_rules(found, words, knowledge)
    hinted = speaks_of_request(found, held, words, knowledge)
    asks: tuple[Ask, ...] = ()
    concerns: set[Concern] = set()
    if hinted >= knowledge.enough_to_look:
        asks = _asks(held, found, words, text, knowledge, hinted=hinted)
        concerns.update(_concerns(held, asks))
    concerns.update(_beyond_words(message, languages, found, knowledge))
    return Reading(
        asks=asks,
        concerns=tuple(concern for concern in Concern if concern in concerns),
        languages=languages,
        reply_word=reply_word(message.own_words, knowledge),
        knowledge=knowledge.version,
    )


def rules_said_by(text: str, knowledge: Knowledge) -> frozenset[str]:
    """Names of the rules that hold in *text*, however far it speaks of a request: what examples are tested on."""
    words, _, found = _looked_up(text, knowledge)
    return frozenset(one.rule.name for one in held_rules(found, words, knowledge))


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


def _looked_up(text: str, knowledge: Knowledge) -> tuple[Sequence[Word], tuple[Language, ...], list[Found]]:
    words = words_of(text)
    languages = tongues_of(words, text, knowledge)
    words = without_english(words, languages)
    return words, languages, groups_in(words, knowledge)


def _asks(
    held: Sequence[Held],
    found: Sequence[Found],
    words: Sequence[Word],
    text: str,
    knowledge: Knowledge,
    *,
    hinted: float,
) -> tuple[Ask, ...]:
    present = {one.group for one in found} | length_of(words)
    doubt = sum(weight for group, weight in knowledge.doubts.items() if group in present)
    if hinted < knowledge.enough_to_act:
        doubt += _TOO_LITTLE_SAID
    evidence: dict[Right, list[tuple[float, Evidence]]] = {}
    for one in held:
        if one.rule.right is not None:
            evidence.setdefault(one.rule.right, []).append((one.rule.sure, _evidence(one, words, text)))
    return tuple(
        Ask(
            right=right,
            sure=round(max(max(sure for sure, _ in told) - doubt, _UNLIKELY), 2),
            evidence=tuple(dict.fromkeys(said for _, said in told))[:_MOST_EVIDENCE],
        )
        for right in Right
        if (told := evidence.get(right))
    )


def _evidence(one: Held, words: Sequence[Word], text: str) -> Evidence:
    start, end = words[min(one.places)].start, words[max(one.places)].end
    return Evidence(text=text[start:end][:_LONGEST_EVIDENCE], by=f"{one.language}.{one.rule.name}")


def _concerns(held: Sequence[Held], asks: Sequence[Ask]) -> Iterator[Concern]:
    """Why a person must look at a message that speaks of its sender's data."""
    named = {one.rule.concern for one in held if one.rule.concern and (asks or not one.rule.with_ask)}
    yield from named
    if not named and not asks:
        yield Concern.UNSURE
    rights = {ask.right for ask in asks}
    if Right.ERASURE in rights and rights & _KEEPS_DATA:
        yield Concern.CONTRADICTORY


def _beyond_words(
    message: Message, languages: Sequence[Language], found: Sequence[Found], knowledge: Knowledge
) -> Iterator[Concern]:
    """Why a person must look although the words themselves may ask for nothing."""
    present = {one.group for one in found}
    if len(message.own_words) > READ_AT_MOST:
        yield Concern.UNSURE
    if not languages and "foreign" in present:
        yield Concern.UNKNOWN_LANGUAGE
    if "below" in present and _asks_surely(message.cut_away, knowledge):
        yield Concern.POINTS_AT_QUOTE
    if not message.own_words.strip() and message.attachments and present & {"data", "consent", "unsubscribe"}:
        yield Concern.ATTACHMENT_ONLY


def _asks_surely(cut_away: str, knowledge: Knowledge) -> bool:
    words, _, found = _looked_up(cut_away, knowledge)
    return any(one.rule.right and one.rule.sure >= SURE for one in held_rules(found, words, knowledge))
