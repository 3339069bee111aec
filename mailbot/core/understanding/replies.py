"""What own words say to a question we asked (amendment 4).

Destroying is the one thing that cannot be taken back: a confirmation must be all that a message says, beside
courtesies, a repetition of what is confirmed, and a signature.
"""

import re
from collections.abc import Iterator, Sequence

from mailbot.core.model import ReplyWord
from mailbot.core.understanding.knowledge import Answers, Knowledge, Sayings
from mailbot.core.understanding.letters import skeleton

_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"\bMB[0-9A-Z]{26}\b", re.IGNORECASE)
_KAZAKH_TO_RUSSIAN = str.maketrans("әғқңөұүһіё", "агкноуухие")
_LONGEST_CONFIRMATION = 15
"""Words of a confirmation with its greeting and thanks; in a longer letter "да" is just a word."""
_LONGEST_REPLY = 15
"""Words of a reply in which a denial or the wish for a person is looked for word by word."""
_LONGEST_NOTICE = 80
_LONGEST_SLIP = 60
"""Characters after which somebody sees that another keyboard is switched on."""
_READ = 2000
_SHORT_WORD = 5
_END = re.compile(r"[.!,;:…\n\r()\"«»—–]+|\s-\s")
_MARKS = " \t\r\n.,:;<>()[]\"'«»*_-–—"
_SENTENCE = re.compile(r"[.!?\n]+")
_ASKS = re.compile(r"[?？]")

# ---------------------------------------------------------------- the wrong keyboard

_LATIN, _CYRILLIC = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё"
_KAZAKH_KEYS = str.maketrans("234589-=0", "әіңғүұөһқ")
_TO_RUSSIAN, _TO_LATIN = str.maketrans(_LATIN, _CYRILLIC), str.maketrans(_CYRILLIC, _LATIN)


def reply_word(text: str, knowledge: Knowledge) -> ReplyWord | None:
    """CONFIRMS, DENIES, WANTS_PERSON or None.

    The wish for a person wins, then the denial. What says nothing as it stands is read once more as if it had been
    typed with another keyboard switched on. Source: requirements, amendment 4.
    """
    read, codes = _TOKEN.subn("", text[:_READ])
    said = _said(read, knowledge, coded=bool(codes))
    if said is None and len(read) <= _LONGEST_SLIP:
        said = next((said for other in _typed_wrong(read) if (said := _said(other, knowledge))), None)
    return said


def says_away(text: str, knowledge: Knowledge) -> bool:
    """Whether *text* is an absence notice and nothing that answers us."""
    words = _folded(_WORD.findall(text[:_READ]))
    notice = len(words) <= _LONGEST_NOTICE and _has(words, knowledge.answers.away)
    return notice and not (_ASKS.search(text) or _said(text, knowledge))


def objects_to_program(text: str, knowledge: Knowledge) -> bool:
    """Whether the letter objects to being decided on by a program: a person's to answer (KZ 94-V 19-1, C.3)."""
    read, answers = text[:_READ], knowledge.answers
    return _objects(read, answers) and any(_objects(sentence, answers) for sentence in _SENTENCE.split(read))


def _objects(text: str, answers: Answers) -> bool:
    forms = skeleton("\n".join(_WORD.findall(text))).split("\n")
    return bool(answers.objection) and all(any(form in one for form in forms) for one in answers.objection)


def folded(word: str) -> str:
    """*word* as it is looked up: a long one by its skeleton, a short one in lower case without Kazakh letters.

    Short words keep their alphabet, for the skeletons of "я" and "ия" are the same.
    """
    return skeleton(word) if len(word) > _SHORT_WORD else _in_plain_letters(word)


def _folded(words: Sequence[str]) -> list[str]:
    """Every word `folded`, all at once."""
    long = iter(skeleton("\n".join([word for word in words if len(word) > _SHORT_WORD])).split("\n"))
    short = iter(_in_plain_letters("\n".join([word for word in words if len(word) <= _SHORT_WORD])).split("\n"))
    return [next(long if len(word) > _SHORT_WORD else short) for word in words]


def _in_plain_letters(text: str) -> str:
    return text.lower().translate(_KAZAKH_TO_RUSSIAN)


def _typed_wrong(text: str) -> Iterator[str]:
    """*text* as other keyboards would have written it: gjlndth;lf., b2, нуы."""
    lower = text.strip().lower()
    if lower.isascii():
        yield lower.rstrip(".,!").translate(_TO_RUSSIAN)
        yield lower.translate(_TO_RUSSIAN)
        yield lower.rstrip(".,!").translate(_KAZAKH_KEYS).translate(_TO_RUSSIAN)
    else:
        yield lower.translate(_TO_LATIN)


# ---------------------------------------------------------------- what is said


def _said(text: str, knowledge: Knowledge, *, coded: bool = False) -> ReplyWord | None:
    spelled = _WORD.findall(text)
    words = _folded(spelled)
    if _wants_person(spelled, words, knowledge):
        return ReplyWord.WANTS_PERSON
    if _denies(text, words, knowledge):
        return ReplyWord.DENIES
    return ReplyWord.CONFIRMS if _confirms(text, knowledge, coded=coded) else None


def _wants_person(spelled: Sequence[str], words: Sequence[str], knowledge: Knowledge) -> bool:
    """Whether a person is called: by one word in a short reply or in capitals, by a phrase in any other."""
    answers, left = knowledge.answers, _without(words, knowledge.answers.instructions)
    if _has([words[at] for at in left], answers.calls):
        return True
    called = {at for at in left if knowledge.replies.get(words[at]) is ReplyWord.WANTS_PERSON}
    shouted = all(word.isupper() for word in spelled)
    return bool(called) and (
        len(left) <= _LONGEST_REPLY or (not shouted and any(spelled[at].isupper() for at in called))
    )


def _denies(text: str, words: Sequence[str], knowledge: Knowledge) -> bool:
    """Whether the letter says "не подтверждаю" anywhere, or nothing but a denial: "нет, спасибо"."""
    short = len(words) <= _LONGEST_REPLY
    if _has(words, knowledge.denials) or (short and _has(words, knowledge.answers.negations)):
        return True
    courteous = knowledge.courtesies
    pieces = [_WORD.findall(piece) for piece in _END.split(text)]
    head = next((at for at, piece in enumerate(pieces) if not _is_denial(piece, knowledge)), len(pieces))
    if all(courteous.issuperset(_folded(piece)) for piece in pieces[:head]):
        return False
    left = [piece for piece in pieces[head:] if not courteous.issuperset(_folded(piece))]
    return _is_signature(text, left, knowledge)


def _is_denial(words: Sequence[str], knowledge: Knowledge) -> bool:
    """Whether *words* deny, or are courtesies."""
    return all(
        word in knowledge.courtesies or knowledge.replies.get(word) is ReplyWord.DENIES for word in _folded(words)
    )


def _has(words: Sequence[str], sayings: Sayings) -> bool:
    return len(_without(words, sayings)) < len(words)


def _without(words: Sequence[str], sayings: Sayings) -> list[int]:
    """Numbers of *words* that stand in none of *sayings*."""
    spoken = {
        at + offset
        for at, word in enumerate(words)
        for phrase in sayings.get(word, ())
        if tuple(words[at : at + len(phrase)]) == phrase
        for offset in range(len(phrase))
    }
    return [at for at in range(len(words)) if at not in spoken]


# ---------------------------------------------------------------- a confirmation


def _confirms(text: str, knowledge: Knowledge, *, coded: bool) -> bool:
    """Whether *text* confirms and says nothing else; our code alone, taken out of *text*, confirms too (C17)."""
    if _ASKS.search(text):
        return False
    pieces = [_WORD.findall(piece) for piece in _END.split(text)]
    pieces = [piece for piece in pieces if piece]
    head = next((at for at, piece in enumerate(pieces) if not _is_beside(piece, knowledge)), len(pieces))
    said = [word for piece in pieces[:head] for word in piece]
    confirmed = any(_is_yes(word, knowledge) for word in said) or (coded and not text.strip(_MARKS))
    if len(said) > _LONGEST_CONFIRMATION or _names_no_act(said, knowledge.answers):
        return False
    return confirmed and _is_signature(text, pieces[head:], knowledge)


def _is_yes(word: str, knowledge: Knowledge) -> bool:
    """Whether *word* confirms, a slip of the hand in a long one forgiven."""
    looked_up = folded(word)
    said = knowledge.replies.get(looked_up)
    if said is not None or len(looked_up) < _SURELY_LONG or word in knowledge.courtesies:
        return said is ReplyWord.CONFIRMS
    yes = (one for one, means in knowledge.replies.items() if means is ReplyWord.CONFIRMS)
    return any(len(one) >= _SURELY_LONG and one[:2] == looked_up[:2] and _one_slip(looked_up, one) for one in yes)


_SURELY_LONG = 7
"""Letters of a word in which one may be wrong and it is still that word."""


def _one_slip(word: str, other: str) -> bool:
    """Whether one letter is missing, added, another, or two have changed places."""
    if abs(len(word) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), len(word))
    one, two = word[start:], other[start:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or (one[:2] == two[1::-1] and one[2:] == two[2:])


def _is_beside(words: Sequence[str], knowledge: Knowledge) -> bool:
    """Whether *words* may stand beside a confirmation without changing it."""
    answers = knowledge.answers
    return all(
        folded(word) in knowledge.courtesies
        or _is_yes(word, knowledge)
        or any(skeleton(word) in one for one in (answers.beside, answers.acts, answers.objects))
        for word in words
    )


def _names_no_act(words: Sequence[str], answers: Answers) -> bool:
    """Whether *words* name data, a consent, a newsletter, and not what is to be done to it."""
    forms = [skeleton(word) for word in words]
    acts = any(form in answers.acts for form in forms)
    return not acts and any(form in answers.objects for form in forms)


# ---------------------------------------------------------------- a signature below it

_LONGEST_LINE, _MOST_LINES = 8, 10
_REQUESTS = ("ите", "йте", "ьте", "ңіз", "ңыз", "ніз", "ныз", "ңіздер", "ңыздар")
"""Endings of what asks somebody to do something."""


def _is_signature(text: str, pieces: Sequence[Sequence[str]], knowledge: Knowledge) -> bool:
    """Whether the rest of the letter, in *pieces*, only says who writes."""
    if not pieces:
        return True
    answers = knowledge.answers
    if len(pieces) > _MOST_LINES or any(_says_something(piece, answers) for piece in pieces):
        return False
    first = pieces[0]
    said = tuple(_folded(first))
    parted = any(said[: len(parting)] == parting for parting in answers.partings.get(said[0], ()))
    return parted or (_is_name(first, knowledge) and (len(first) > 1 or _stands_alone(first[0], text)))


def _says_something(words: Sequence[str], answers: Answers) -> bool:
    if len(words) > _LONGEST_LINE:
        return True
    return any(skeleton(word) in answers.turns or (word.islower() and word.endswith(_REQUESTS)) for word in words)


def _is_name(words: Sequence[str], knowledge: Knowledge) -> bool:
    """Whether *words* are a name: each with a capital, none a word that we know."""
    known = knowledge.whole.keys()
    frequent = [tongue.words for tongue in knowledge.tongues.values()]
    forms = [skeleton(word) for word in words]
    capitals = all(word[0].isupper() and (len(word) == 1 or not word.isupper()) for word in words)
    return capitals and not any(
        form in known or any(form in some for some in frequent) or word.lower().endswith(_REQUESTS)
        for form, word in zip(forms, words, strict=True)
        if len(word) > 1
    )


def _stands_alone(word: str, text: str) -> bool:
    """Whether *word* has a line of its own: after a full stop any word has a capital."""
    return any(line.strip(" \t.,") == word for line in text.splitlines())
