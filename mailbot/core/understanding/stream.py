"""A letter as the readers see it: words with their places, sentence marks, and the groups of meaning met."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailbot.core.model import Language, Message
from mailbot.core.understanding.find import Found, groups_in
from mailbot.core.understanding.knowledge import Knowledge
from mailbot.core.understanding.languages import tongues_of, without_english
from mailbot.core.understanding.letters import READ_AT_MOST, Word, words_of

_ANSWERED_OR_PASSED_ON = re.compile(r"\s*(re|fw|fwd|ha|отв|ответ|пересл\w*|жауап)\s*(\[\d+\])?\s*:", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|(?<!\S)\S+@\S+|\+?\d[\d\s().\-]{5,}\d")
_DIGIT = re.compile(r"\d")
_LONGEST_WORD = 24
_SUBJECT_ENDS = " .\n\n"
_WITHIN_A_SENTENCE = re.compile('[,:—«»"“”()]| - ')


@dataclass(frozen=True, slots=True)
class Looked:
    """A text, its words, and what the word lists find in them."""

    text: str
    plain: str  # the same with addresses and long numbers replaced, place for place
    subject_ends: int  # where the subject ends in `text`; 0 where there is none
    words: Sequence[Word]
    languages: tuple[Language, ...]
    found: Sequence[Found]


class Token(NamedTuple):
    """One word or mark of the stream."""

    form: str  # as it is looked up: folded, digits as 0; a mark stands for itself
    word: int  # number of the word in `Looked.words`; -1 for a mark


def own_text(message: Message) -> tuple[str, int]:
    """Subject and own words as one text, and where the subject ends in it.

    The subject of an answer or a forwarded letter is somebody else's.
    """
    subject = message.subject.strip()
    if not subject or _ANSWERED_OR_PASSED_ON.match(subject):
        return message.own_words, 0
    return f"{subject}{_SUBJECT_ENDS}{message.own_words}", len(subject)


def looked_up(text: str, knowledge: Knowledge, *, subject_ends: int = 0) -> Looked:
    """*text* with the languages of its words and every group met in them."""
    plain = without_addresses(text[:READ_AT_MOST])
    words = words_of(plain)
    languages = tongues_of(words, plain, knowledge)
    words = without_english(words, languages)
    return Looked(text, plain, subject_ends, words, languages, groups_in(words, knowledge))


def without_addresses(text: str) -> str:
    """*text* with links, e-mail addresses and long numbers replaced by words of the same length."""
    return _ADDRESS.sub(lambda match: _named(match.group()), text)


def _named(address: str) -> str:
    kind = "zmail" if "@" in address else "zurl" if address[0] in "hw" else "zphone"
    return kind.ljust(len(address)) if len(address) >= len(kind) else address


def tokens_of(looked: Looked) -> list[Token]:
    """The stream: words, "." "?" "!" between sentences, "," within them, "|" after the subject."""
    return list(_tokens(looked))


def _tokens(looked: Looked) -> Iterator[Token]:
    before = None
    for number, word in enumerate(looked.words):
        if before is not None:
            yield from _marks(before, word, looked)
        form = word.form or word.english
        yield Token((form if form.isalpha() else _DIGIT.sub("0", form))[:_LONGEST_WORD], number)
        before = word
    if before is not None and "?" in looked.plain[before.end : before.end + 10]:
        yield Token("?", -1)


def _marks(before: Word, word: Word, looked: Looked) -> Iterator[Token]:
    between = looked.plain[before.end : word.start]
    if before.sentence != word.sentence:
        yield Token("?" if "?" in between else "!" if "!" in between else ".", -1)
    elif len(between) > 1 and _WITHIN_A_SENTENCE.search(between):
        yield Token(",", -1)
    if before.end <= looked.subject_ends < word.start and looked.subject_ends:
        yield Token("|", -1)
