"""What own words say to a question we asked (amendment 4)."""

import re
from collections.abc import Sequence

from mailbot.core.model import ReplyWord
from mailbot.core.understanding.knowledge import Knowledge
from mailbot.core.understanding.letters import skeleton

_WORD = re.compile(r"[^\W\d_]+")
_KAZAKH_TO_RUSSIAN = str.maketrans("әғқңөұүһіё", "агкноуухие")
_LONGEST_CONFIRMATION = 6
"""Words of a confirmation with its greeting and thanks; in a longer letter "да" is just a word."""
_LONGEST_REPLY = 15
"""Words of a reply in which a denial or the wish for a person is looked for."""
_READ = 2000
_SHORT_WORD = 5


def reply_word(text: str, knowledge: Knowledge) -> ReplyWord | None:
    """CONFIRMS, DENIES, WANTS_PERSON or None.

    The wish for a person wins, then the denial: destroying is the one thing that cannot be taken back, so a
    confirmation must be all that the message says. Source: requirements, amendment 4.
    """
    words = _folded(_WORD.findall(text[:_READ]))
    said = {knowledge.replies.get(word) for word in words}
    short = len(words) <= _LONGEST_REPLY
    if short and ReplyWord.WANTS_PERSON in said:
        return ReplyWord.WANTS_PERSON
    if _denies(words, knowledge) or (short and ReplyWord.DENIES in said):
        return ReplyWord.DENIES
    beside = {word for word in words if word not in knowledge.replies} - knowledge.courtesies
    if ReplyWord.CONFIRMS in said and not beside and len(words) <= _LONGEST_CONFIRMATION:
        return ReplyWord.CONFIRMS
    return None


def folded(word: str) -> str:
    """*word* as it is looked up: a long one by its skeleton, a short one in lower case without Kazakh letters.

    Short words keep their alphabet, for the skeletons of "я" and "ия" are the same.
    """
    return skeleton(word) if len(word) > _SHORT_WORD else word.lower().translate(_KAZAKH_TO_RUSSIAN)


def _folded(words: Sequence[str]) -> list[str]:
    """Every word `folded`, the long ones all at once."""
    long = iter(skeleton("\n".join(word for word in words if len(word) > _SHORT_WORD)).split("\n"))
    return [next(long) if len(word) > _SHORT_WORD else folded(word) for word in words]


def _denies(words: Sequence[str], knowledge: Knowledge) -> bool:
    """Whether the letter begins with a denial, or says "не подтверждаю" anywhere."""
    if words and knowledge.replies.get(words[0]) is ReplyWord.DENIES:
        return True
    begins = {denial[0] for denial in knowledge.denials}
    return any(
        tuple(words[at : at + len(denial)]) == denial
        for at, word in enumerate(words)
        if word in begins
        for denial in knowledge.denials
    )
