"""What the languages that we do not read look like, word by word: no letter in one may be taken for ours."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import reduce

from mailbot.core.model import Language

Codes = frozenset[str]
"""Languages by their codes (ISO 639)."""

Grouped = Mapping[str, Mapping[str, Codes]]

NONE: Codes = frozenset()
_NOTHING: Mapping[str, Codes] = {}
SCRIPT = "script"
"""In the place of a code: letters neither Latin nor Cyrillic."""

OUR_LETTERS = frozenset("әғқңөұүһіщэъäöüūğşñıáǵńóúýç")
"""Letters of ours beyond abc and абв, with those of every Latin alphabet of Kazakh: they tell no language."""

_APOSTROPHES = str.maketrans(dict.fromkeys("'ʻʼ’‘`´"))
_WITHOUT_ACCENT = str.maketrans(
    dict(zip("әғқңөұүһҙҫҡўҳҷӣӯҗıłøđə", "агкноуухзскухчиужilode", strict=True)) | {"ß": "ss", "æ": "ae", "œ": "oe"}
)
_LONG_ENOUGH = 4
"""Letters of a word that is met without its accents as well: "là" without them is anything."""
FIRST, LAST = 3, 2
"""Letters by which stems and endings are found: none is shorter."""
_OTHER_SCRIPT = re.compile("[^\x00-\u02ff\u0300-\u036f\u0400-\u052f\u1c80-\u1c8f\u1e00-\u1eff\u2000-\u206f]")


@dataclass(frozen=True, slots=True)
class Claim:
    """Which of these languages one word may belong to."""

    word: Codes = NONE  # it is one of their words, or has a letter that none of ours has
    ending: Codes = NONE  # it ends as theirs do
    shared: Codes = NONE  # it ends as theirs do, and ours as well
    common: Codes = NONE  # it is a word of theirs and ours


@dataclass(frozen=True, slots=True)
class Voice:
    """What one word says about the language of its letter."""

    ours: Language | None = None
    sure: bool = False  # more than an ending says so
    loud: int = 0  # how much it speaks for `ours`
    theirs: Mapping[str, int] = field(default_factory=dict)  # how much it speaks for languages that we do not read
    maybe: Codes = NONE  # it may as well be theirs as ours
    silent: Codes = NONE  # these have the word as well: between them and `ours` it says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The lists of config/knowledge/others.toml, each by what is looked up in it."""

    words: Mapping[str, Codes] = field(default_factory=dict)
    common: Mapping[str, Codes] = field(default_factory=dict)  # words that ours have as well
    letters: Mapping[str, Codes] = field(default_factory=dict)  # beyond abc and абв, ours among them
    stems: Grouped = field(default_factory=dict)  # of words that may go on, by their `FIRST` letters
    endings: Grouped = field(default_factory=dict)  # by their `LAST` letters
    shared: Grouped = field(default_factory=dict)  # endings that ours have as well
    unspaced: tuple[str, ...] = ()  # requests in scripts that part no words


def spellings(word: str) -> frozenset[str]:
    """*word* as it is listed, and as it is typed where a keyboard has none of its letters."""
    word = bare(word)
    return frozenset({word, without_accents(word)} if len(word) >= _LONG_ENOUGH else {word})


def bare(word: str) -> str:
    """*word* in lower case without its apostrophes, as the lists have it."""
    return word.lower().replace("i\u0307", "i").translate(_APOSTROPHES)


def without_accents(word: str) -> str:
    """*word* in plain letters: "lutfen" for "lütfen", "очуруу" for "өчүрүү"."""
    word = word.translate(_WITHOUT_ACCENT)
    if "Ѐ" <= word[:1] <= "ӿ":  # й is no и with an accent
        return word
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def claim(word: str, others: Others) -> Claim:
    """What the lists say of *word*, in lower case."""
    if not word.isascii() and any(map(str.isalpha, _OTHER_SCRIPT.findall(word))):
        return Claim(word=frozenset({SCRIPT}))
    form = word if word.isalpha() and word.isascii() else bare(word)
    tell = () if form.isascii() else set(form) - OUR_LETTERS
    begins = [codes for stem, codes in others.stems.get(form[:FIRST], _NOTHING).items() if form.startswith(stem)]
    return Claim(
        word=others.words.get(form, NONE).union(*begins, *(others.letters.get(letter, NONE) for letter in tell)),
        ending=_ending(form, others.endings),
        shared=_ending(form, others.shared),
        common=others.common.get(form, NONE),
    )


def with_letters(letters: Collection[str], others: Others) -> Codes:
    """The languages that have every one of these *letters*, one at least."""
    return reduce(frozenset.intersection, (others.letters.get(letter, NONE) for letter in letters))


def _ending(form: str, listed: Grouped) -> Codes:
    near = listed.get(form[-LAST:], _NOTHING)
    return NONE.union(*(codes for end, codes in near.items() if len(end) < len(form) and form.endswith(end)))
