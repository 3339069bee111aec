"""What clients and companies add to a letter: device lines, signatures, disclaimers, newsletter footers.

Losing own words is worse than keeping a signature: a block goes only if all of it looks the part.
"""

import re
from collections.abc import Sequence
from typing import Final

_LOOK_AT: Final = 300  # characters of a line
_LONGEST_SIGNATURE: Final = 12  # lines with something on them
_LONGEST_SIGN_OFF: Final = 6

_DEVICE = re.compile(
    r"(?:[-*<]|-- )?\s?(?:sent (?:from|via|with) (?:my |outlook|yahoo|mail|proton|gmail|samsung|iphone"
    r"|ipad)[^,:;!?]{0,60}"
    r"|sent from <https?:.{0,120}"
    r"|get outlook for .{0,40}|скачать? outlook .{0,40}|получить outlook .{0,40}"
    r"|отправлено (?:с|из|со) [^,:;!?]{1,60}|пересылалось с [^,:;!?]{1,60}"
    r"|[^,:;!?]{0,40}(?:құрылғымнан|телефонымнан|қолданбасынан|қосымшасынан) жіберілді\.?"
    r"|(?:\S{1,20} ){1,3}арқылы жіберілді\.?)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\[(?:image|cid|inline image|logo)\b[^\]]{0,200}\]$", re.IGNORECASE)
_RULE = re.compile(r"[-_=*~—–]{3,}$")
_DELIMITER = re.compile(r"(?:--|—|––)\s{0,2}$")
_SIGN_OFF = re.compile(
    r"(?:с (?:глубоким |большим )?уважением(?: и .{1,30})?|с ув\.?|с наилучшими пожеланиями"
    r"|всего (?:доброго|хорошего)|құрметпен|ізгі (?:ниетпен|тілекпен)|ізетпен"
    r"|(?:(?:best|kind|warm|with kind|with best) )?regards|best wishes|sincerely(?: yours)?"
    r"|yours (?:truly|sincerely|faithfully)|thanks and regards|cheers)\s?[,.!]?$",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"(?:p\.? ?s\.?|п\.? ?с\.?|з\.? ?ы\.?|постскриптум)(?:[\s:,.]|$)", re.IGNORECASE)

_WHO = re.compile(
    r"адвокат|юрист|нотариус|прокур|приста[вй]|следовател|министерств|по доверенности|представител|опекун"
    r"|приложени|қорғаушы|заңгер|сенімхат|өкіл|қамқоршы|қосымша|lawyer|attorney|advocate|solicitor|counsel|representative"
    r"|guardian|prosecutor|encl|attach|\bсуд|\bсот",
    re.IGNORECASE,
)
"""A signature that says who is really asking, or what is enclosed, is part of the request."""

_CONFIDENTIAL = re.compile(
    r"[\s*_\[(-]{0,10}(?:confidentiality notice|disclaimer\b|this (?:e-?mail|message|transmission)\b"
    r"|the (?:content|information)\b|if you (?:have received|are not the)"
    r"|уведомление о конфиденциальности|(?:это|данное|настоящее) (?:электронное )?(?:письмо|сообщение)\b"
    r"|информация, содержащаяся в|если вы получили (?:это|данное|настоящее)"
    r"|құпиялылық туралы ескерту|(?:бұл|осы) (?:электрондық )?(?:хат|хабарлама))",
    re.IGNORECASE,
)
_CONFIDENTIAL_SIGNS = tuple(
    re.compile(sign, re.IGNORECASE)
    for sign in (
        r"confidential|privileged|конфиденциальн|құпия",
        r"\bintended|предназначен|арналған",
        r"recipient|addressee|адресат|получател[яюь]|алушы",
        r"in error|by mistake|ошиб|қате",
        r"information contained|информация, содержащаяся",
        r"disclos|copying|distribut|dissemin|копирова|распростран|разглаш|раскрыти|тарату|көшір",
    )
)
_NOTICE_AT_MOST = 2_000  # characters of a paragraph that may be a disclaimer

_FOOTER = re.compile(
    r"[\s*_\[(-]{0,10}(?:(?:external e-?mail|caution)\s?[:!].{0,60}(?:external|outside)"
    r"|(?:you (?:are receiving|receive|received) this|this (?:e-?mail|message) was sent to you because)\b.{0,60}"
    r"\b(?:because|as you|since)\b"
    r"|please consider the environment|virus-free\b|unsubscribe[^.!?]{0,40}\|"
    r"|вы получили это (?:письмо|сообщение),? (?:потому|так как|поскольку)"
    r"|(?:пожалуйста, )?(?:берегите природу|подумайте об окружающей среде)|без вирусов\.|проверено антивирусом"
    r"|отписаться[^.!?]{0,40}\||(?:бұл хатты сіз|сіз бұл хатты).{0,120}(?:алып отырсыз|алдыңыз)"
    r"|жазылымнан бас тарту[^.!?]{0,40}\|)",
    re.IGNORECASE,
)


def without_furniture(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """(what stays, what was taken out), each in its order."""
    marked = [False] * len(lines)
    _mark_single_lines(lines, marked)
    _mark_notices(lines, marked)
    _mark_signature(lines, marked)
    _mark_sign_offs(lines, marked)
    _mark_bare_rules_at_end(lines, marked)
    stays = [line for line, gone in zip(lines, marked, strict=True) if not gone]
    return stays, [line for line, gone in zip(lines, marked, strict=True) if gone]


def _mark_single_lines(lines: Sequence[str], marked: list[bool]) -> None:
    """Device lines and picture placeholders stand alone: what is written around them stays."""
    for at, line in enumerate(lines):
        shown = line.strip()
        if len(shown) <= _LOOK_AT and (_DEVICE.match(shown) or _PLACEHOLDER.match(shown)):
            marked[at] = True


def _mark_notices(lines: Sequence[str], marked: list[bool]) -> None:
    """A disclaimer or footer goes from its first line to the end of its paragraph, wherever it stands."""
    end = 0
    for at, line in enumerate(lines):
        if at < end or not line.strip():
            continue
        if _FOOTER.match(line[:_LOOK_AT]) or _CONFIDENTIAL.match(line[:_LOOK_AT]):
            end = _end_of_paragraph(lines, at)
            if _FOOTER.match(line[:_LOOK_AT]) or _is_disclaimer(" ".join(lines[at:end])):
                marked[at:end] = [True] * (end - at)


def _end_of_paragraph(lines: Sequence[str], at: int) -> int:
    return next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))


def _is_disclaimer(paragraph: str) -> bool:
    """Two different signs of a lawyer's text: "this message is intended for your privacy team" has one."""
    if len(paragraph) > _NOTICE_AT_MOST:
        return False
    return sum(bool(sign.search(paragraph)) for sign in _CONFIDENTIAL_SIGNS) >= 2


def _mark_signature(lines: Sequence[str], marked: list[bool]) -> None:
    """From the last "--" to the end, if short and without a sentence."""
    at = next((n for n in range(len(lines) - 1, -1, -1) if _DELIMITER.match(lines[n].strip()[:8])), 0)
    tail = [n for n in range(at + 1, len(lines)) if lines[n].strip() and not marked[n]]
    if not _something_before(lines, at) or len(tail) > _LONGEST_SIGNATURE:
        return
    if all(_may_sign(lines[n]) for n in tail):
        marked[at:] = [True] * (len(lines) - at)


def _mark_sign_offs(lines: Sequence[str], marked: list[bool]) -> None:
    """A closing phrase goes with the lines below it up to the next empty one; a postscript stays."""
    for at, line in enumerate(lines):
        if len(line) < 60 and _SIGN_OFF.match(line.strip()) and _something_before(lines, at):
            _mark_sign_off(lines, marked, at)


def _mark_sign_off(lines: Sequence[str], marked: list[bool], at: int) -> None:
    first = at + 1
    while first < min(at + 3, len(lines)) and not lines[first].strip():
        first += 1
    last = first
    while last < len(lines) and lines[last].strip():
        last += 1
        if last - first > _LONGEST_SIGN_OFF:
            return
    if all(marked[n] or _may_sign(lines[n]) for n in range(first, last)):
        marked[at:last] = [True] * (last - at)


def _mark_bare_rules_at_end(lines: Sequence[str], marked: list[bool]) -> None:
    """Lines of dashes that now separate nothing."""
    for at in range(len(lines) - 1, -1, -1):
        shown = lines[at].strip()
        if shown and not marked[at]:
            if not _RULE.match(shown[:_LOOK_AT]) or len(shown) > _LOOK_AT:
                return
            marked[at] = True


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
