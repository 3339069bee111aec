"""How much text looks like words: what tells one Cyrillic charset from another where no label does.

The table says what a letter costs after another in Russian and Kazakh, in bits (hexadecimal; 15 is "never"), as
counted in the invented letters of tests/corpus. Rows and columns: what stands around a word, then the letters.
"""

import re
from dataclasses import dataclass

_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяёәғқңөұүһі"
_ROWS = """
f444745455e474444644587966dfcf8a7f895f788f9 3e6575775a45343b53446a89869ffff77bf666fffff
62acf92aa4f85b73e48b5fbfee674bca7b7fdf758f4 32ca983e84f6586386465f9b989b46df78ffdfffffd
53a8c52ce4f94a82c5b86fffcfff6ffefecfdfbf8f3 62c7ca28a4f76a6475885fd9adfb38fd989fefe89f3
2c7755887b54453a6344779a878ffffac9fff7fffff 628eb53cf4f8a953fc8c5fffb8ff58dcfa6fff665f4
22656259b5f88666d79b6fda98fb48fa7bc7cfffff5 28667649566544487543a86766afafd75bbddcffffa
1c9f747bb7f75469c843eaac99bf3fefcff79ffdff5 32b8ce3aa4f75b8385644fe7f9ff7fedffafbf5d6f5
43be6438c3f775749f675fbeb9ef44f658b5afffff5 239c842cd5f887548c7b5eaed9df4adf7a6abfb89f5
238b8438b3f6c954eb766af996cf37fa69a8cf89df5 3d445565664544476444b89a56bfffa878f868fffff
24bffa4cf4f76d9282656fcdbadf79ff8baf9ffcff7 3388553784f665639b655c9bb7bf48ea79b79ff8ef4
33a6b94bf4f4566457636b9e79fc35da578f7f97af4 33a6a93c85f5a97365655ddc9afe34fc99af8f866f5
256653756956455b6455db7d569f5fc6af86bffffd7 53bdcb4e72eb7b81d5976afbfeff99fff7ffffffffd
12966a9dc6fb8563a4678fbffdff7fdfffffcffdffe 43c5cc2ec1e8cab588a95fcafeff4effefffaeffffd
53fffe2ef3f49e4acbc24ffff8ffd6ffc5fffffffff 43adef2ef3f55b768a753effffff39fef7af7fcacf3
83dddc2dd1dccc7bcacb5fffedffc8ffe3ffeeffffc 78aab91ba9a99988a998adcecbef9bed24dcbbdddfa
2c96885d3c57443f4446ff6e97efffffaff754fffff 1d79776c57f5e53abe54fae9b48feff679ffefffffe
6ac8b6ad8b83367a8661b7a8e8ffbdffdffebeffffc 1b5c85b99dc8676ce554efbb495fbff8fdf9ffffffe
1d7586686967566ea864af77897feff68ff77afffff 1bb787b67c96434c9472df7ff97fcfffefffefffffd
6b6da6b66c44264c72455ffff7ffceffefffe7ffffd 90fff7cbf8febc85ecdd8fffffff2ffffffffff9ffe
31bffebbe8fcd7c36b538fcff7ff3fffffff6ff4bff 258f646ef9faab8efe8afffffbff2ffffff6bfffff2
9c6e9dcd2d65334c7373effff3ffdffffffff3ffffe ac8ef6c56d6d446d6146cf7ff8ffdfff7ff54bffffe
ab8e48ce4d34463c8335effff3ffdffffffffaffffd 327776577376665565657a9a87bd68b98aa98899af6
2e5f78fe3ff5533f5457ffeff7fffffffffdd3ffffe
"""
_BITS = {
    before + after: float(int(bits, 16))
    for before, row in zip(" " + _LETTERS, _ROWS.split(), strict=True)
    for after, bits in zip(" " + _LETTERS, row, strict=True)
}
_CASE = 10.0  # a capital in the middle of a word
_PAIRS = (
    _BITS
    | {pair.upper(): bits for pair, bits in _BITS.items()}
    | {pair.capitalize(): bits for pair, bits in _BITS.items()}
    | {
        pair[0] + pair[1].upper(): bits + _CASE * (pair[0] != " ")
        for pair, bits in _BITS.items()
        if pair[1] != " "
    }
)
_CYRILLIC = _LETTERS + _LETTERS.upper()

DOUBTFUL = 6.5  # bits a letter: no words in any language that the table knows
FOREIGN = 12.0  # a Macedonian or Serbian letter: nobody here writes them, misread Kazakh is full of them
_NEVER = 15.0
_OUTSIDE = 10.0
_GLUED = 13.0  # a sign where none stands in real text
_USUAL = 3.0

_WORD = re.compile(rb"[A-Za-z]?[\x80-\xff][A-Za-z\x80-\xff]*+")
_LETTERS_OF_A_WORD = re.compile(f"[{_CYRILLIC}]+")
_OTHER = re.compile(f"(?:(?<=(.))|)([^\\x00-\\x7f{_CYRILLIC}])(?=(.?))", re.DOTALL)
_BESIDE_LATIN = re.compile(f"[A-Za-z][{_CYRILLIC}]|[{_CYRILLIC}][A-Za-z]")
_UKRAINIAN = frozenset("єїґЄЇҐ")
_BESIDE_WORDS = frozenset("«»“”„‘’…")
_CLOSING = frozenset("»”‘’")
_APART = frozenset("—–№©®•°§·€\u00a0\ufeff")


def sample(data: bytes, at_most: int = 500) -> bytes:
    """The first words of *data* that are not ASCII: octets enough to tell charsets apart."""
    words: list[bytes] = []
    length = 0
    for word in _WORD.finditer(data):
        words.append(word[0][: at_most - length])
        length += len(words[-1]) + 1
        if length >= at_most:
            break
    return b" ".join(words)


@dataclass(frozen=True, slots=True)
class Cost:
    """What the characters beyond ASCII cost: the mean is about 3.5 bits for words, over 7 for anything misread."""

    mean: float
    worst: float


def cost(text: str) -> Cost:
    """How much *text* looks like words."""
    costs = [
        _PAIRS[before + after]
        for word in _LETTERS_OF_A_WORD.findall(text)
        for before, after in zip(" " + word, word + " ", strict=True)
    ]
    costs += [_other(found[1] or "", found[2], found[3]) for found in _OTHER.finditer(text)]
    costs += [_OUTSIDE for _ in _BESIDE_LATIN.findall(text)]
    return Cost(sum(costs) / len(costs), max(costs)) if costs else Cost(0.0, 0.0)


def _other(before: str, here: str, after: str) -> float:
    """A character that is no letter of ours."""
    words = (before.isalpha(), after.isalpha())
    if here in _BESIDE_WORDS:
        return _GLUED if all(words) or (here in _CLOSING and words[1]) or (here == "«" and words[0]) else _USUAL
    if here in _APART:
        return _GLUED if words[1] or (words[0] and here not in "®©°") else _USUAL
    if here in _UKRAINIAN:
        return 6.0
    if "\u0400" <= here <= "\u04ff":
        return FOREIGN
    if here == "\ufffd" or here < "\xa0":
        return _NEVER
    return 3.5 if here.isalpha() and (_is_latin(before) or _is_latin(after)) else _OUTSIDE


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()
