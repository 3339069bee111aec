"""In which language own words are written."""

from collections import Counter
from collections.abc import Sequence

from mailbot.core.model import Language
from mailbot.core.understanding.knowledge import FOREIGN, Knowledge
from mailbot.core.understanding.letters import READ_AT_MOST, Word, words_of
from mailbot.core.understanding.others import NONE, Voice, claim, with_letters

_KAZAKH = frozenset("әғқңөұүһі")
_RUSSIAN = frozenset("щэъ")
_SLAVIC_TOO, _BACK_VOWELS = frozenset("і"), frozenset("аоы")
"""In a word of Kazakh і stands with і, е, ө, ү; in one of Ukrainian and Belarusian with any vowel."""
_SHORT_WORD = 4
_SECOND = 0.25
"""Share of the recognised words from which a further language counts as one of the letter's."""
_WORD, _ENDING = 2, 1
"""How much a word known as such, or by its letters, speaks for its language; and one known by its ending."""
_ENOUGH = 4
"""How much must speak for a language that we do not read, where anything speaks for one of ours."""
_FEW = 3
"""So many words may there be for each half a word that speaks for such a language, where none speaks for ours."""
_KNOWN = 3
"""One word in so many must be in the groups of words of the language of a text that has no other sign."""
_REMEMBERED = 20_000


def languages_of(text: str, knowledge: Knowledge) -> tuple[Language, ...]:
    """Languages of *text*, most of the words first; empty where it is in none that we know."""
    return tongues_of(words_of(text), text, knowledge)


def tongues_of(words: Sequence[Word], text: str, knowledge: Knowledge) -> tuple[Language, ...]:
    """As `languages_of`, for words already parted."""
    voices = [_voice(word, text[word.start : word.end], knowledge) for word in words]
    if _is_foreign(voices):
        return ()
    count: Counter[Language] = Counter()
    known: set[Language] = set()
    for word, voice in zip(words, voices, strict=True):
        if voice.ours is not None:
            count[voice.ours] += 1
            if voice.sure or word.cyrillic:
                known.add(voice.ours)
    for language in count.keys() - known:
        del count[language]  # Latin words that only end like Kazakh: German does too
    if not count:
        return _by_vocabulary(words, knowledge)
    total = sum(count.values())
    ranked = [(language, number) for language, number in count.most_common() if number >= _SECOND * total]
    order = list(Language)
    return tuple(language for language, _ in sorted(ranked, key=lambda pair: (-pair[1], order.index(pair[0]))))


def _by_vocabulary(words: Sequence[Word], knowledge: Knowledge) -> tuple[Language, ...]:
    """The language whose groups of words know most of a text without other signs; Cyrillic is Russian at worst."""
    cyrillic = sum(word.cyrillic for word in words) * 2 > len(words)
    known = Counter(told for word in words if (told := _listed_in(word, knowledge)) is not None)
    for language, number in known.most_common(1):
        if number * _KNOWN >= len(words) and number > 1 and number * 2 > known.total():
            return (language,)
    return (Language.RU,) if cyrillic else ()


def _listed_in(word: Word, knowledge: Knowledge) -> Language | None:
    """The only language of ours whose groups have *word*."""
    spoken = set()
    for form, english in ((word.form, False), (word.english, True)):
        listed = [*knowledge.whole.get(form, ())]
        for length in range(_SHORT_WORD, len(form) + 1):
            listed += knowledge.begins.get(form[:length], ())
        spoken |= {
            one.language for one in listed if (one.language is Language.EN) is english and one.group != FOREIGN
        }
    return spoken.pop() if len(spoken) == 1 else None


def without_english(words: Sequence[Word], languages: Sequence[Language]) -> tuple[Word, ...]:
    """*words* as they are to be looked up: Latin letters in an English text are not Kazakh or Russian."""
    if Language.EN not in languages:
        return tuple(words)
    return tuple([word if word.cyrillic else Word(*word[:3], "", *word[4:]) for word in words])


def asks_unspaced(text: str, knowledge: Knowledge) -> bool:
    """Whether *text* names a request in a script that parts no words: elsewhere the group "foreign" says so."""
    return any(said in text[:READ_AT_MOST] for said in knowledge.others.unspaced)


def _is_foreign(voices: Sequence[Voice]) -> bool:
    """Whether a language that we do not read is spoken for more than ours, words of both left out."""
    theirs: dict[str, int] = {}
    for voice in voices:
        for language, loud in voice.theirs.items():
            theirs[language] = theirs.get(language, 0) + loud
    if not theirs:
        return False
    ours = [voice for voice in voices if voice.loud]
    for language, loud in theirs.items():
        against = sum(voice.loud for voice in ours if language not in voice.silent)
        if loud > against and (loud >= _ENOUGH or (not against and loud * _FEW >= len(voices))):
            return True
        if loud >= _WORD and loud + sum(language in voice.maybe for voice in voices) > max(_ENOUGH, 2 * against):
            return True
    return False


def _voice(word: Word, spelled: str, knowledge: Knowledge) -> Voice:
    """What *word*, *spelled* so in the letter, says; remembered."""
    known = knowledge.voices.get(spelled)
    if known is None:
        if len(knowledge.voices) > _REMEMBERED:
            knowledge.voices.clear()
        known = knowledge.voices[spelled] = _heard(word, spelled.lower(), knowledge)
    return known


def _heard(word: Word, spelled: str, knowledge: Knowledge) -> Voice:
    ours, listed, letters = _ours(word, spelled, knowledge)
    claimed = claim(spelled, knowledge.others)
    silent = claimed.word | claimed.ending | claimed.shared | claimed.common
    if listed:
        loud = _WORD if len(word.form) > 1 or word.cyrillic else 0
        return Voice(ours, sure=True, loud=loud, maybe=claimed.word | claimed.common, silent=silent)
    theirs = dict.fromkeys(claimed.word, _WORD)
    if letters:
        also = with_letters(letters, knowledge.others)
        if letters == _SLAVIC_TOO and not _BACK_VOWELS.isdisjoint(spelled):
            return Voice(ours, sure=True, theirs=theirs | dict.fromkeys(also, _WORD))
        return Voice(ours, sure=True, loud=_WORD, theirs=theirs, silent=claimed.word | also)
    if ours is not None:
        return Voice(ours, loud=_ENDING if word.cyrillic else 0, theirs=theirs, silent=silent)
    return Voice(theirs=dict.fromkeys(claimed.ending, _ENDING) | theirs, maybe=claimed.common)


def _ours(word: Word, spelled: str, knowledge: Knowledge) -> tuple[Language | None, bool, frozenset[str]]:
    """The language of one word among ours, whether it is listed, and its letters beyond абв."""
    if not word.cyrillic and word.english in knowledge.tongues[Language.EN].words:
        return Language.EN, True, NONE
    listed = next((one for one in (Language.KK, Language.RU) if word.form in knowledge.tongues[one].words), None)
    letters = frozenset(spelled) if word.cyrillic else NONE
    if kazakh := letters & _KAZAKH:
        return Language.KK, listed is Language.KK, kazakh
    if russian := letters & _RUSSIAN:
        return Language.RU, listed is Language.RU, russian
    if listed is not None:
        return listed, True, NONE
    for language in (Language.KK, Language.RU):
        if len(word.form) > _SHORT_WORD and word.form.endswith(knowledge.tongues[language].endings):
            return language, False, NONE
    return None, False, NONE
