"""Own words → `Reading`: which rights, on what evidence, how sure, and why a person must look.

Word lists say what the words mean; the model (docs/adr/0014) weighs them. Only where both readers of the model
name the same rights, and are sure that nothing else is asked, is anything done without a person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from mailbot.core.model import (
    Ask,
    Concern,
    Details,
    Evidence,
    Language,
    Machine,
    Message,
    Reading,
    ReplyWord,
    Right,
    Route,
)
from mailbot.core.own_words.signatures import above_signature
from mailbot.core.understanding.details import details_of
from mailbot.core.understanding.disguise import disguised
from mailbot.core.understanding.evidence import evidence_for
from mailbot.core.understanding.knowledge import Knowledge
from mailbot.core.understanding.languages import asks_unspaced
from mailbot.core.understanding.letters import READ_AT_MOST
from mailbot.core.understanding.model import Judgement, judge
from mailbot.core.understanding.named import names_another
from mailbot.core.understanding.net import REACH
from mailbot.core.understanding.pointing import only_attached, points_below
from mailbot.core.understanding.replies import folded, objects_to_program, reply_word
from mailbot.core.understanding.rules import Held, held_rules
from mailbot.core.understanding.stream import Looked, looked_up, own_text, tokens_of

_RATHER = 0.9
"""How likely something must be asked on foreign ground for a person to look."""
_AT_HOME = 0.5
"""Share of its words that our lists know in a letter of the kind that the model has learnt; 99 % have more."""
_WITHOUT_A_RULE = 0.85
"""How sure the model must be to act where no rule speaks for what is asked."""
_BESIDE_A_MACHINE = 0.97
"""How sure the model must be that a right is asked for, for a person to look at what bears a machine's mark."""
_MAY_BE_A_PERSON = frozenset({Machine.LIST, Machine.ROBOT, Machine.ABSENCE, Machine.CALENDAR})
_KEEPS_DATA = frozenset({Right.RECTIFICATION, Right.BLOCKING})
"""Rights that keep the data which an erasure destroys."""


def understand(message: Message, knowledge: Knowledge, *, today: date | None = None) -> Reading:
    """What the sender's own words ask for; never what is quoted below them.

    Of a very long message the first `READ_AT_MOST` characters are read, and a person looks at the rest. *today* is
    the day the message came, local to the controller: it tells of which year a day is that is named without one.
    """
    if message.machine is not None:
        return _by_machine(message, knowledge)
    text, subject_ends = own_text(message)
    looked = looked_up(text, knowledge, subject_ends=subject_ends)
    tokens = tokens_of(looked)
    held = held_rules(looked.found, looked.words, knowledge)
    judged = judge(looked, tokens, _names(held), knowledge.model, quoted=bool(message.cut_away.strip()))
    judged = _of_few_words(held, len(looked.words)) or judged
    said = evidence_for(judged.asked, looked, tokens, held, knowledge.model.linear)
    concerns = {
        *_concerns(judged, looked, held, knowledge),
        *_vetoes(judged, held),
        *_beyond_words(message, looked, judged, knowledge),
    }
    if len(tokens) > REACH and (judged.asked or any(one.rule.right for one in held)):
        concerns.add(Concern.UNSURE)  # what stands far down only rules have read
    if _asks_below_signature(message, judged.asked, knowledge):
        concerns.add(Concern.UNSURE)
    return Reading(
        asks=tuple(Ask(right=right, sure=round(judged.rights[right], 3), evidence=said[right]) for right in said),
        concerns=tuple(concern for concern in Concern if concern in concerns),
        languages=looked.languages or _language_of_every_word(looked, knowledge),
        reply_word=reply_word(message.own_words, knowledge),
        knowledge=knowledge.version,
        details=details_of(looked, judged.asked, knowledge, today=today) if judged.asked else Details(),
    )


def rules_said_by(text: str, knowledge: Knowledge) -> frozenset[str]:
    """Names of the rules that hold in *text*, whatever the model makes of them: what examples are tested on."""
    looked = looked_up(text, knowledge)
    return frozenset(one.rule.name for one in held_rules(looked.found, looked.words, knowledge))


def _by_machine(message: Message, knowledge: Knowledge) -> Reading:
    """A button is pressed; a clear request, a yes or a no under a machine's mark is a person's (C.3, column M).

    A newsletter must not be: what the model is not sure of is left alone there. "Are you human" is a challenge's.
    """
    if message.machine is Machine.UNSUBSCRIBE_BUTTON or message.complaint_of is not None:
        button = Evidence(text="List-Unsubscribe", by="unsubscribe-button")
        pressed = button if message.complaint_of is None else Evidence(text="Feedback-Type", by="spam-complaint")
        ask = Ask(right=Right.UNSUBSCRIBE, sure=1.0, evidence=(pressed,))
        return Reading(asks=(ask,), knowledge=knowledge.version)
    if message.machine not in _MAY_BE_A_PERSON:
        return Reading(knowledge=knowledge.version)
    reading = understand(replace(message, machine=None), knowledge)
    likely = message.machine is not Machine.ABSENCE and any(ask.sure >= _BESIDE_A_MACHINE for ask in reading.asks)
    if reading.route is Route.ACT or likely:  # an absence notice may hold our own letter, without a mark
        return replace(reading, concerns=(*reading.concerns, Concern.BY_MACHINE))
    challenges = reading.reply_word is ReplyWord.WANTS_PERSON and message.machine is not Machine.LIST
    return Reading(knowledge=knowledge.version, reply_word=None if challenges else reading.reply_word)


def _of_few_words(held: Sequence[Held], words: int) -> Judgement | None:
    """What a letter of a word or two says, where a rule for such letters holds: it is too little to weigh."""
    short = [one.rule for one in held if one.rule.at_most_words]
    doubtful = words == 1 and any(rule.concern for rule in short)
    sure = {} if doubtful else {rule.right: rule.sure for rule in short if rule.right}
    if not (doubtful or sure):
        return None
    rights = {right: sure.get(right, 0.0) for right in Right}
    return Judgement(rights=rights, person=float(doubtful), anything=1.0, agreed=not doubtful)


def _names(held: Sequence[Held]) -> list[str]:
    return sorted({one.rule.name for one in held})


def _concerns(judged: Judgement, looked: Looked, held: Sequence[Held], knowledge: Knowledge) -> Iterator[Concern]:
    """Why a person must look where the model is not sure enough to act or to leave the letter alone."""
    if _acts(judged, looked, held, knowledge) or _is_ordinary(judged, looked, knowledge):
        return
    said = [one.rule for one in held if not one.rule.vetoes]
    named = {rule.concern for rule in said if rule.concern and (judged.asked or not rule.with_ask)}
    if Right.ERASURE in judged.asked and _KEEPS_DATA & {*judged.asked}:
        named.add(Concern.CONTRADICTORY)
    yield from named or {Concern.UNSURE}


def _vetoes(judged: Judgement, held: Sequence[Held]) -> Iterator[Concern]:
    """Why a person must look however sure the model is: "do not delete", "me and my husband"."""
    asked = {*judged.asked}
    yield from (one.rule.concern for one in held if one.rule.concern and one.rule.vetoes & asked)


def _acts(judged: Judgement, looked: Looked, held: Sequence[Held], knowledge: Knowledge) -> bool:
    """Whether both readers agree and are sure; surer where no rule speaks for it: it may be foreign ground.

    How sure is sure enough depends on the language: each has as many wrong acts, not as many acts.
    """
    bound = max(knowledge.model.act_above[language] for language in looked.languages or Language)
    if not any(one.rule.right in judged.asked for one in held):
        bound = max(bound, _WITHOUT_A_RULE)
    return bool(judged.asked) and judged.agreed and judged.exactly >= bound


def _is_ordinary(judged: Judgement, looked: Looked, knowledge: Knowledge) -> bool:
    """Whether nothing is asked: it is nothing but courtesies, the model is sure of it, or it is foreign ground.

    Foreign ground, where it is unsure of anything: no language that we know, words that hardly meet our lists, or
    none that speaks of requests.
    """
    if not judged.asked and all(folded(word) in knowledge.courtesies for word in _words(looked)):
        return True
    met = {place for one in looked.found for place in one.places}
    at_home = (
        looked.languages
        and len(met) >= _AT_HOME * len(looked.words)
        and any(one.group in knowledge.topics for one in looked.found)
    )
    return not judged.asked and judged.anything < (knowledge.model.look_above if at_home else _RATHER)


def _words(looked: Looked) -> Iterator[str]:
    return (looked.text[word.start : word.end] for word in looked.words)


def _beyond_words(message: Message, looked: Looked, judged: Judgement, knowledge: Knowledge) -> Iterator[Concern]:
    """Why a person must look although the words themselves may ask for nothing, or ask for it surely."""
    present = {one.group for one in looked.found}
    if len(message.own_words) > READ_AT_MOST or (judged.asked and disguised(looked.text)):
        yield Concern.UNSURE
    if (
        not looked.languages
        and (_asks_abroad(looked, present, knowledge) or judged.asked)
        and not _language_of_every_word(looked, knowledge)
    ):
        yield Concern.UNKNOWN_LANGUAGE
    if points_below(message, present, knowledge):
        yield Concern.POINTS_AT_QUOTE
    yield from _never_a_programs(message, looked, judged.asked, present, knowledge)
    if message.unread_text:
        yield Concern.UNREAD_TEXT
    if only_attached(message, looked, present, knowledge):
        yield Concern.ATTACHMENT_ONLY


def _asks_below_signature(message: Message, asked: Sequence[Right], knowledge: Knowledge) -> bool:
    """Whether something is asked for only below a signature's "--", where it may be anybody's standing words."""
    above = above_signature(message.own_words) if asked else None
    if above is None:
        return False
    return not {*asked} <= {*understand(replace(message, own_words=above), knowledge).rights}


def _never_a_programs(
    message: Message, looked: Looked, asked: Sequence[Right], present: set[str], knowledge: Knowledge
) -> Iterator[Concern]:
    """What would be another's (C12; corrections name others), or more than was asked, or objects to programs."""
    own_spellings = {*asked} == {Right.UNSUBSCRIBE}
    if asked and Right.RECTIFICATION not in asked and names_another(message, spellings=own_spellings):
        yield Concern.THIRD_PARTY
    if Right.WITHDRAW_CONSENT in asked and not (Right.ERASURE in asked or "consent" in present):
        yield Concern.STOP_ONLY
    if objects_to_program(looked.text, knowledge):
        yield Concern.AUTOMATION


def _asks_abroad(looked: Looked, present: set[str], knowledge: Knowledge) -> bool:
    return "foreign" in present or asks_unspaced(looked.text, knowledge)


def _language_of_every_word(looked: Looked, knowledge: Knowledge) -> tuple[Language, ...]:
    """The language of a text of nothing but our words: "unsubscribe", but not "stop", which is Russian too."""
    if any(one.group == "foreign" for one in looked.found):
        return ()
    ours = [one for one in looked.found if one.group in knowledge.in_rules]
    spoken = {one.language for one in ours}
    covered = {place for one in ours for place in one.places}
    return tuple(spoken) if len(spoken) == 1 and len(covered) == len(looked.words) else ()
