"""What clients and companies add to a letter: device lines, disclaimers, newsletter footers; and signatures.

Losing own words is worse than keeping a signature: a block goes only if all of it looks the part.
"""

import re
from collections.abc import Sequence
from typing import Final

from mailbot.core.own_words.hints import lines_with
from mailbot.core.own_words.signatures import (
    SIGN_OFF_HINTS,
    mark_bare_signature,
    mark_sign_offs,
    mark_signature,
    with_sign_off_apart,
)

_LOOK_AT: Final = 300  # characters of a line

_DEVICE_WORD = (
    r"(?:iphone|ipad|ios|galaxy|samsung|xiaomi|redmi|poco|huawei|honor|android|blackberry|outlook|gmail|yahoo|mail\.ru"
    r"|яндекс|yandex|почта|mymail|proton|құрылғы|телефон|смартфон|қосымша|қолданба|пошта|пристр|handy)"
)
_DEVICE = re.compile(
    r"(?:[-*<]|-- )?\s?(?:sent (?:from|via|with|using) (?:my |the )?(?:outlook|yahoo"
    r"|mail|proton|gmail|samsung|iphone"
    r"|ipad|spark|android|xiaomi|galaxy|tuta|huawei|honor|oppo|redmi|poco|mobile|phone|tablet|zoho|nine\b|bluemail"
    r"|typeapp|aquamail|blackberry|aol|yandex|k-9|fairemail|pixel|nokia|sony|lg\b|handheld|mymail)[^,:;!?]{0,60}"
    r"|sent from my [^,:;!?]{1,40}"
    r"|sent from <https?:.{0,120}"
    r"|get outlook for .{0,60}|(?:скачать?|получить|получите) outlook .{0,60}"
    r"|.{0,30}outlook .{0,20}жүктеп ал.{0,60}"
    r"|(?:получено|загрузить|скачайте) (?:с помощью )?(?:почту|outlook|приложение) .{0,60}"
    r"|(?:сообщение |письмо )?отправлено (?:с|из|со|через) [^,:;!?]{1,60}|пересылалось с [^,:;!?]{1,60}"
    r"|(?:надіслано|відправлено) (?:з|із|через) [^,:;!?]{1,60}|von meinem .{1,30}gesendet"
    rf"|[^,:;!?]{{0,40}}{_DEVICE_WORD}[^,:;!?]{{0,20}}[нтд][ае]н (?:жіберілд?і|жіберілген)\.?"
    r"|[^,:;!?]{0,40}(?:құрылғымнан|телефонымнан|қолданбасынан|қосымшасынан) жіберілді\.?"
    r"|(?:\S{1,20} ){1,3}арқылы жіберілді\.?"
    rf"|[^,:;!?]{{0,40}}{_DEVICE_WORD}[^,:;!?]{{0,20}}(?:dan yuborildi|dan gönderildi))$",
    re.IGNORECASE,
)
_DEVICE_HINTS: Final = (
    *("sent ", "outlook", "отправлен", "пересылал", "жібер", "надіслано", "gesendet", "yuborildi", "gönderildi"),
    *("получено", "загруз", "скачайте", "[image", "[cid", "[inline", "[logo", "[картинка", "[изображ"),
)
"""What each of these lines holds."""
_PLACEHOLDER = re.compile(
    r"\[(?:image|cid|inline image|logo|картинка|изображение)\b[^\]]{0,200}\]$", re.IGNORECASE
)
_RULE = re.compile(r"[-_=*~—–]{3,}$")

_CONFIDENTIAL = re.compile(
    r"[\s*_\[(-]{0,10}(?:(?:confidentiality|legal) (?:notice|disclaimer)|disclaimer\b"
    r"|(?:please note:?(?: that)? )?(?:this|the) (?:e-?mail|message|transmission|communication)\b"
    r"|the (?:content|information)\b|if you (?:have received|are not the)|privileged"
    r"|уведомление о конфиденциальности|конфиденциально\b"
    r"|(?:внимание|предупреждение)\s?[!:.]"
    r"|(?:это|данное|настоящее) (?:электронное )?(?:письмо|сообщение|послание)\b|содержание данного"
    r"|информация, (?:содержащаяся|содержащиеся) в|если вы получили (?:это|данное|настоящее)|если вы не являетесь"
    r"|құпиялылық туралы ескерту|назар аударыңыз|(?:бұл|осы) (?:электрондық )?(?:хат|хабарлама)"
    r"|diese e-?mail)",
    re.IGNORECASE,
)
_CONFIDENTIAL_SIGNS = tuple(
    re.compile(sign, re.IGNORECASE)
    for sign in (
        r"confidential|privileged|конфиденциальн|құпия|vertraulich",
        r"\bintended|предназначен|арналған",
        r"recipient|addressee|адресат|получател[яюь]|алушы",
        r"in error|by mistake|ошиб|қате|irrtümlich",
        r"information contained|информация, содержащаяся",
        r"disclos|copying|distribut|dissemin|копирова|распростран|разглаш|раскрыти|тарату|көшір",
    )
)
_NOTICE_AT_MOST = 2_000  # characters of a paragraph that may be a disclaimer

_FOOTER = re.compile(
    r"[\s*_\[(-]{0,10}(?:(?:external e-?mail|caution|внимание|warning)\s?[!:].{0,60}(?:external|outside|внешн)"
    r"|(?:you (?:are receiving|receive|received) this|this (?:e-?mail|message) was sent to you because)\b.{0,60}"
    r"\b(?:because|as you|since)\b"
    r"|please consider the environment|virus-free\b|unsubscribe[^.!?]{0,40}\|"
    r"|вы получили это (?:письмо|сообщение),? (?:потому|так как|поскольку)"
    r"|вы получаете (?:это|эту|данн)\w{0,3} .{0,60}(?:потому|так как|поскольку)"
    r"|(?:пожалуйста, )?(?:берегите природу|подумайте об окружающей среде)|без вирусов\.|проверено антивирусом"
    r"|(?:это (?:электронное )?(?:письмо|сообщение) )?(?:было )?проверено на (?:наличие )?вирус"
    r"|отписаться[^.!?]{0,40}\||(?:бұл хатты сіз|сіз бұл хатты).{0,120}(?:алып отырсыз|алдыңыз)"
    r"|жазылымнан бас тарту[^.!?]{0,40}\|)",
    re.IGNORECASE,
)
_WAY_OUT = re.compile(
    r"[\s*_\[(-]{0,10}(?:(?:if you (?:no longer wish|do not wish|don['’]t want) to receive"
    r"|to (?:unsubscribe|opt out|stop receiving))\b.{0,120}\b(?:click|visit|follow|https?:)"
    r"|(?:чтобы|для того,? чтобы|если вы (?:больше )?не хотите).{0,80}(?:отписаться|отказаться|получать).{0,80}"
    r"(?:нажмите|перейдите|пройдите|кликните|https?:)"
    r"|(?:жазыл\w{1,8}|хабарлама\w{1,8}).{0,40}бас тарту үшін.{0,80}(?:басыңыз|өтіңіз|https?:))",
    re.IGNORECASE,
)
_MYSELF = re.compile(
    r"\b(?:я|меня|мне|мо[йяёию]|моих|моего|i|me|my|мен|мені|маған|менің|\w+[ыі]м[дн][ыі]\w*)\b", re.IGNORECASE
)
"""Who speaks of himself writes that the link does not work; a newsletter says where it is."""
_NOTICE_HINTS: Final = (
    *(
        "confiden",
        "disclaim",
        "recipient",
        "address",
        "receiv",
        "sent to you",
        "environment",
        "virus",
        "unsubscri",
    ),
    *("opt out", "external", "outside", "внешн", "конфиденц", "адресат", "получ", "природ", "окружающ", "вирус"),
    *("отпис", "отказ", "құпия", "алушы", "алып отырсыз", "алдыңыз", "бас тарту", "vertraulich", "intended"),
    *("предназнач", "распростран", "copying", "тарату", "privileged"),
)
_NOTICE = re.compile(rf"{_CONFIDENTIAL.pattern}|{_FOOTER.pattern}|{_WAY_OUT.pattern}", re.IGNORECASE)
_LIST = re.compile(r".{0,80}(?:mailing list|список рассылки|groups\.google\.com)\b", re.IGNORECASE)


def without_furniture(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """(what stays, what was taken out), each in its order."""
    apart = with_sign_off_apart(lines)
    small = [line.lower() for line in apart]
    marked = [False] * len(apart)
    _mark_single_lines(apart, marked, lines_with(_DEVICE_HINTS, small))
    if lines_with(_NOTICE_HINTS, small):
        _mark_notices(apart, marked)
    _mark_list_footer(apart, marked)
    mark_signature(apart, marked)
    mark_sign_offs(apart, marked, lines_with(SIGN_OFF_HINTS, small))
    mark_bare_signature(apart, marked)
    _mark_bare_rules_at_end(apart, marked)
    stays = [line for line, gone in zip(apart, marked, strict=True) if not gone]
    return stays, [line for line, gone in zip(apart, marked, strict=True) if gone]


def _mark_single_lines(lines: Sequence[str], marked: list[bool], hinted: Sequence[int]) -> None:
    """Device lines and picture placeholders stand alone: what is written around them stays."""
    for at in hinted:
        shown = lines[at].strip()
        if len(shown) <= _LOOK_AT and (_DEVICE.match(shown) or _PLACEHOLDER.match(shown)):
            marked[at] = True


def _mark_notices(lines: Sequence[str], marked: list[bool]) -> None:
    """A disclaimer or footer goes from its first line to the end of its paragraph, wherever it stands."""
    end = 0
    for at, line in enumerate(lines):
        if at < end or not line.strip():
            continue
        looked_at = line[:_LOOK_AT]
        if not _NOTICE.match(looked_at):
            continue
        end = _end_of_paragraph(lines, at)
        if _FOOTER.match(looked_at) or _is_notice(looked_at, " ".join(lines[at:end])):
            marked[at:end] = [True] * (end - at)


def _end_of_paragraph(lines: Sequence[str], at: int) -> int:
    return next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))


def _is_notice(begins: str, paragraph: str) -> bool:
    """Two different signs of a lawyer's text: "this message is intended for your privacy team" has one."""
    if len(paragraph) > _NOTICE_AT_MOST:
        return False
    if _WAY_OUT.match(begins):
        return not _MYSELF.search(paragraph)
    return sum(bool(sign.search(paragraph)) for sign in _CONFIDENTIAL_SIGNS) >= 2


def _mark_list_footer(lines: Sequence[str], marked: list[bool]) -> None:
    """What a mailing list adds below its rule, in the last lines."""
    for at in range(len(lines) - 1, max(len(lines) - 8, 0), -1):
        if _RULE.match(lines[at - 1].strip()[:_LOOK_AT]) and _LIST.match(lines[at][:_LOOK_AT]):
            marked[at - 1 :] = [True] * (len(lines) - at + 1)


def _mark_bare_rules_at_end(lines: Sequence[str], marked: list[bool]) -> None:
    """Lines of dashes that now separate nothing."""
    for at in range(len(lines) - 1, -1, -1):
        shown = lines[at].strip()
        if shown and not marked[at]:
            if not _RULE.match(shown[:_LOOK_AT]) or len(shown) > _LOOK_AT:
                return
            marked[at] = True
