"""In which language own words are written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.model import Language
from mailbot.core.understanding.knowledge import Knowledge
from mailbot.core.understanding.letters import Word, words_of

_KAZAKH = frozenset("әғқңөұүһіӘҒҚҢӨҰҮҺІ")
_RUSSIAN = frozenset("щэъЩЭЪ")
_SHORT_WORD = 4
_SECOND = 0.25
"""Share of the recognised words from which a further language counts as one of the letter's."""


def languages_of(text: str, knowledge: Knowledge) -> tuple[Language, ...]:
    """Languages of *text*, most of the words first; empty where it is in none that we know."""
    return tongues_of(words_of(text), text, knowledge)


def tongues_of(words: Sequence[Word], text: str, knowledge: Knowledge) -> tuple[Language, ...]:
    """As `languages_of`, for words already parted."""
    count: Counter[Language] = Counter()
    known: set[Language] = set()
    for word in words:
        language, sure = _tongue(word, text, knowledge)
        if language is not None:
            count[language] += 1
            if sure or word.cyrillic:
                known.add(language)
    for language in count.keys() - known:
        del count[language]  # Latin words that only end like Kazakh: German does too
    if not count:
        cyrillic = sum(word.cyrillic for word in words)
        return (Language.RU,) if cyrillic * 2 > len(words) else ()
    total = sum(count.values())
    ranked = [(language, number) for language, number in count.most_common() if number >= _SECOND * total]
    order = list(Language)
    return tuple(language for language, _ in sorted(ranked, key=lambda pair: (-pair[1], order.index(pair[0]))))


def without_english(words: Sequence[Word], languages: Sequence[Language]) -> tuple[Word, ...]:
    """*words* as they are to be looked up: Latin letters in an English text are not Kazakh or Russian."""
    if Language.EN not in languages:
        return tuple(words)
    return tuple(word if word.cyrillic else replace(word, form="") for word in words)


def _tongue(word: Word, text: str, knowledge: Knowledge) -> tuple[Language | None, bool]:
    """The language of one word, and whether it is more than an ending that says so."""
    spelled = text[word.start : word.end]
    if word.cyrillic and not _KAZAKH.isdisjoint(spelled):
        return Language.KK, True
    if word.cyrillic and not _RUSSIAN.isdisjoint(spelled):
        return Language.RU, True
    if not word.cyrillic and word.english in knowledge.tongues[Language.EN].words:
        return Language.EN, True
    for language in (Language.KK, Language.RU):
        tongue = knowledge.tongues[language]
        if word.form in tongue.words:
            return language, True
        if len(word.form) > _SHORT_WORD and word.form.endswith(tongue.endings):
            return language, False
    return None, False
