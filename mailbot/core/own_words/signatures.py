"""What people and their clients put below a letter: sign-offs, names, posts and numbers.

Losing own words is worse than keeping a signature: a block goes only if all of it looks the part.
"""

import re
from collections.abc import Sequence
from typing import Final

from mailbot.core.own_words.hints import lines_with

_LONGEST_SIGNATURE: Final = 12  # lines with something on them
_LONGEST_SIGN_OFF: Final = 6
_LOOK_AT: Final = 300  # characters of a line

_DELIMITER = re.compile(r"(?:--|—|––|—-|- -)\s{0,2}$")
_DASHES = re.compile("[—–]|- -")
_PHRASE = (
    r"(?:с (?:глубоким |большим |искренним )?уважением|с ув\.?|с наилучшими(?: пожеланиями)?|с благодарностью"
    r"|всего (?:доброго|хорошего|наилучшего)|всех благ|(?:зор |терең )?құрметпен|ізгі (?:ниетпен|тілекпен)|ізетпен"
    r"|жылы лебізбен|з повагою|hurmat bilan|mit freundlichen grüßen|(?:best|kind|warm|with kind|with best) regards"
    r"|regards|kind wishes|best wishes|many thanks and regards|thanks and regards|thanks & regards"
    r"|(?:yours )?sincerely(?: yours)?|yours (?:truly|faithfully)|respectfully(?: yours)?|cheers)"
)
SIGN_OFF_HINTS: Final = (
    *("уважением", "с ув", "с наилуч", "благодарност", "всего ", "всех благ", "метпен", "ниетпен", "тілекпен"),
    *("ізетпен", "лебізбен", "повагою", "hurmat", "grüßen", "regards", "wishes", "sincerely", "yours"),
    *("respectfully", "cheers"),
)
_SIGN_OFF = re.compile(rf"{_PHRASE}(?: и .{{1,30}})?\s?[,.!]?$", re.IGNORECASE)
_INITIAL = r"(?:[A-ZА-ЯӘҒҚҢӨҰҮҺІЁ]\.)"
_CAPITALISED = r"(?:[A-ZА-ЯӘҒҚҢӨҰҮҺІЁ«\"“][\w'’«»\"“”-]{0,30})"
_NAME = rf"(?:{_INITIAL}{{1,3}}|{_CAPITALISED})(?:\s{{1,2}}(?:{_INITIAL}{{1,3}}|{_CAPITALISED})){{0,3}}"
_SIGNED = re.compile(rf"(?i:{_PHRASE})\s?[,.!—–-]{{0,2}}\s{{1,3}}{_NAME}\s?[,.!]?$")
"""The phrase and the name on one line."""
_LAST_SENTENCE = re.compile(
    rf"(?<=[.!?…)])[ \t\u00a0]{{1,4}}(?=(?i:{_PHRASE})\s?[,.!—–-]{{0,2}}(?:\s{{1,3}}{_NAME}\s?[,.!]?)?\s*$)"
)
_POSTSCRIPT = re.compile(r"(?:p\.? ?s\.?|п\.? ?с\.?|з\.? ?ы\.?|постскриптум)(?:[\s:,.]|$)", re.IGNORECASE)

_WHO = re.compile(
    r"адвокат|юрист|нотариус|прокур|приста[вй]|следовател|министерств|по доверенности|представител|опекун"
    r"|приложени|қорғаушы|заңгер|сенімхат|өкіл|қамқоршы|қосымша|lawyer|attorney|advocate|solicitor|counsel|representative"
    r"|guardian|prosecutor|encl|attach|\bсуд|\bсот",
    re.IGNORECASE,
)
"""A signature that says who is really asking, or what is enclosed, is part of the request."""

_NAME_LINE = re.compile(rf"{_NAME}\s?[,.]?$")
_CONTACT = re.compile(
    r"\+?\d[\d\s()-]{8,}\d|\b(?:www\.|https?://)|(?:тел|моб|сот|tel|mob|phone|ұялы)\w{0,6}[.:]", re.IGNORECASE
)
_POST = re.compile(
    r"\b(?:менеджер|инженер|директор|бухгалтер|специалист|начальник|руководитель|заместитель|отдел|маман|бастығы|бөлім"
    r"|manager|engineer|director|specialist|department|head of|ceo|тоо|жшс|ооо|ао|ип|жк|ltd|llc)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"[:,]\s*$|вместо|нов(?:ый|ая|ое|ые)\b|измен|исправ|заменит|обнов|следующ|друг(?:ой|ого|ая)|жаңа|өзгерт|түзет|ауыстыр"
    r"|келесі|ниже|актуализ|в подписи|төменде|қолтаңба"
    r"|amend|below|signature|up to date|\bnew\b|chang|correct|replac|update|instead|follow",
    re.IGNORECASE,
)
"""Above a block of name and number, words like these say that it is what the letter is about."""


def with_sign_off_apart(lines: Sequence[str]) -> list[str]:
    """*lines* with "Подтверждаю. С уважением, Иван" as two."""
    hinted = set(lines_with(SIGN_OFF_HINTS, [line.lower() for line in lines]))
    found: list[str] = []
    for number, line in enumerate(lines):
        at = _LAST_SENTENCE.search(line) if number in hinted and len(line) < _LOOK_AT else None
        found.extend((line[: at.start()], line[at.end() :]) if at else (line,))
    return found


def mark_signature(lines: Sequence[str], marked: list[bool]) -> None:
    """From the last "--" to the end, if short and without a sentence."""
    at = next((n for n in range(len(lines) - 1, -1, -1) if _DELIMITER.match(lines[n].strip()[:8])), 0)
    while at > 0 and _DELIMITER.match(lines[at - 1].strip()[:8]):
        at -= 1
    tail = [n for n in range(at + 1, len(lines)) if lines[n].strip() and not marked[n]]
    if not _something_before(lines, at) or len(tail) > _LONGEST_SIGNATURE:
        return
    if all(_may_sign(lines[n]) for n in tail):
        marked[at:] = [True] * (len(lines) - at)


def above_signature(text: str) -> str | None:
    """What stands above the first "--" that has something above it; None where there is none.

    What follows may be a signature with sentences in it, a company's or a joke: who asks only there is asked by a
    person whether they meant it.
    """
    if "--" not in text and not _DASHES.search(text):
        return None
    lines = text.split("\n")
    at = next((n for n in range(1, len(lines)) if _DELIMITER.match(lines[n].strip()[:8])), 0)
    return "\n".join(lines[:at]) if _something_before(lines, at) else None


def mark_sign_offs(lines: Sequence[str], marked: list[bool], hinted: Sequence[int]) -> None:
    """A closing phrase goes with the lines below it up to the next empty one; a postscript stays."""
    for at in hinted:
        shown = lines[at].strip()
        if len(shown) >= 100:
            continue
        signed = _SIGNED.match(shown) is not None and not _WHO.search(shown)
        if (signed or _SIGN_OFF.match(shown)) and _something_before(lines, at):
            _mark_sign_off(lines, marked, at, signed=signed)


def _mark_sign_off(lines: Sequence[str], marked: list[bool], at: int, *, signed: bool) -> None:
    first = at + 1
    while not signed and first < min(at + 3, len(lines)) and not lines[first].strip():
        first += 1
    last = first
    while last < len(lines) and lines[last].strip():
        last += 1
        if last - first > _LONGEST_SIGN_OFF:
            return
    if all(marked[n] or _may_sign(lines[n]) for n in range(first, last)):
        marked[at:last] = [True] * (last - at)


def mark_bare_signature(lines: Sequence[str], marked: list[bool]) -> None:
    """The last paragraph, where it is a name with posts and numbers below it, and no word announces it."""
    shown = [n for n in range(len(lines)) if not marked[n] and lines[n].strip()][-_LONGEST_SIGNATURE:]
    if not shown:
        return
    last = first = shown[-1]
    while first > 0 and lines[first - 1].strip() and not marked[first - 1] and last - first < _LONGEST_SIGNATURE:
        first -= 1
    block = lines[first : last + 1]
    above = [n for n in shown if n < first]
    if len(block) < 2 or not above or _TELLS.search(" ".join(lines[n][-300:] for n in above).strip()):
        return
    told = (_CONTACT.search(line) or _POST.search(line) or "@" in line for line in block[1:])
    if _NAME_LINE.match(block[0].strip()) and any(told) and all(map(_may_sign, block)):
        marked[first : last + 1] = [True] * len(block)


def _something_before(lines: Sequence[str], at: int) -> bool:
    """Whether anything stands above *at*; the nearest lines answer, so this is cheap."""
    return any(lines[n].strip() for n in range(at - 1, max(at - 50, -1), -1))


def _may_sign(line: str) -> bool:
    """Whether the line could be name, post or number: short, no sentence, no postscript."""
    shown = line.strip()
    if len(shown) > 100 or _POSTSCRIPT.match(shown) or _WHO.search(shown):
        return False
    words = shown.split()
    return len(words) <= 12 and not (len(words) >= 4 and shown[-1] in ".!?")
