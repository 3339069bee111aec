"""Where the sender's own words point: at what stands below them, or at a file nobody opens (issue 4, item 2).

A request in a forwarded or quoted part is no request of the sender, and an attachment is never opened (C28); but
a person looks where there are no words of one's own, or hardly any, to say that it is something else.
"""

import re

from mailbot.core.model import Message
from mailbot.core.understanding.knowledge import Knowledge
from mailbot.core.understanding.model import judge
from mailbot.core.understanding.rules import held_rules
from mailbot.core.understanding.stream import Looked, looked_up, tokens_of

_FEW_WORDS = 15
"""Own words above a forwarded letter, or beside an attachment, that leave open what is wanted."""
_REQUESTED = frozenset({"data", "consent", "unsubscribe", "leave"})
_TRADE = frozenset({"order", "goods", "business"})
_TRADE_AT_LARGE = _TRADE | {
    *(
        "n_building",
        "n_catalogue",
        "n_company",
        "n_contract",
        "n_dealer",
        "n_delivery",
        "n_event",
        "n_goods",
        "n_invoice",
    ),
    *("n_job", "n_material_tool", "n_measure", "n_order", "n_requisites", "n_warehouse"),
}
_PASSED_ON = re.compile(r"\s*(?:fwd?|пересл\w*|переадр\w*|қайта жіберілген\w*)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_PASSED_ON_BELOW = re.compile(
    r"forwarded|пересыла|пересланн|переадресов|перенаправл|қайта (?:жіберілген|бағытталған)"
    r"|below this line is a copy",
    re.IGNORECASE,
)
_ANSWER_OR_PASSED_ON = re.compile(
    r"\s*(?:(?:re|fwd?|ha|отв|ответ|пересл\w*|жауап)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE
)
_SPEAKS_OF_A_FILE = re.compile(
    r"attach|enclos|\bscan|вложен|прилага|приложе|прикреп|\bскан|документ|заявлени|құжат|қоса (?:берілді|беріледі"
    r"|жібер|тірке)"
    r"|тіркелді|тіркеп|тіркедім|өтініш|салынған",
    re.IGNORECASE,
)
_NO_FILE_OF_A_PERSON = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "text/calendar"}
)


def points_below(message: Message, present: set[str], knowledge: Knowledge) -> bool:
    """Whether the sender hands on what is asked below: by saying so, or with hardly a word beside it."""
    if not message.cut_away.strip():
        return False
    few = len(message.own_words.split()) <= _FEW_WORDS
    hands_on = "below" in present or not message.own_words.strip() or (few and _passed_on(message))
    return hands_on and _asks_in(message.cut_away, knowledge)


def _passed_on(message: Message) -> bool:
    """Whether the letter below was forwarded, and not answered."""
    return bool(_PASSED_ON.match(message.subject) or _PASSED_ON_BELOW.search(message.cut_away[:500]))


def _asks_in(text: str, knowledge: Knowledge) -> bool:
    """Whether *text*, which is somebody else's, asks for something."""
    looked = looked_up(text, knowledge)
    held = held_rules(looked.found, looked.words, knowledge)
    names = sorted({one.rule.name for one in held})
    return bool(judge(looked, tokens_of(looked), names, knowledge.model, quoted=False).asked)


def only_attached(message: Message, looked: Looked, present: set[str], knowledge: Knowledge) -> bool:
    """Whether what is wanted stands in a file: a written request perhaps, and no invoice and no picture of a roof.

    An answer in somebody's thread counts only if its subject names a request.
    """
    if not set(message.attachments) - _NO_FILE_OF_A_PERSON:
        return False
    silent = not message.own_words.strip()
    subject = _ANSWER_OR_PASSED_ON.sub("", message.subject, count=1)
    if silent and _names_a_request(present | _groups(subject, knowledge)):
        return True
    few = len(looked.words) <= _FEW_WORDS and bool(_SPEAKS_OF_A_FILE.search(message.own_words))
    if message.answers_to or not (silent or few):
        return False
    beside_the_file = _SPEAKS_OF_A_FILE.sub(" ", f"{subject}. {message.own_words}")
    return not _groups(beside_the_file, knowledge) & _TRADE_AT_LARGE


def _groups(text: str, knowledge: Knowledge) -> set[str]:
    return {one.group for one in looked_up(text, knowledge).found}


def _names_a_request(present: set[str]) -> bool:
    """Whether a subject with nothing but an attachment below it may be a written request, and not an invoice."""
    return bool(present & _REQUESTED) or ("petition" in present and not present & _TRADE)
