"""Whether own words name somebody else's address or telephone (requirements C12, amendment 2).

Mailbot acts on the address that writes and on no other: a letter about another one goes to a person. Precision
matters less than in reading a request, but people name their own telephone to be found by, so a number counts only
where it is what the request is about and nobody says "my".
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from mailbot.core.lookalike import same_mailbox
from mailbot.core.model import Address, Message
from mailbot.core.understanding.stream import own_text

_READ = 20_000
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'«»@]{1,64}@[^\s<>()\[\],;:\"'«»@]{1,253}")
_SPELLED = re.compile(r"(?<=\w)\s?[\[(]\s?(?:at|собака|собачка)\s?[\])]\s?(?=\w)", re.IGNORECASE)
_DOTTED = re.compile(r"(?<=\w)\s?[\[(]\s?(?:dot|точка)\s?[\])]\s?(?=\w)", re.IGNORECASE)
_ENDING = re.compile(r"(?:[-’'][а-яәғқңөұүһі]{1,6})?[.!?…-]*$", re.IGNORECASE)
_SENDS = re.compile(
    r"(?:\b(?:с|со|от|from)\s+(?:адреса\s+|почты\s+|ящика\s+|address\s+)?|\b(?:через|via|through)\s+)$",
    re.IGNORECASE,
)
_SENDS_AFTER = re.compile(r"[-\s]*(?:дан|ден|тан|тен|нан|нен|мекенжайынан|поштасынан)\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w@./-])(?:\+|№\s?)?\(?\d[\d\s().\-]{8,16}\d(?![\w@-])")
_ABOUT_A_NUMBER = re.compile(
    r"\b(?:(?:удал|уничт|сотр|стер|убер|забуд|вычерк|отпиш|отключ|прекрат|заблок|пришл|выда|сообщ|предостав)\w*"
    r"|delete|erase|remove|forget|unsubscribe|send|disclose|stop)\b"
    r"[^.!?\n]{0,60}?\b(?:номер\w*|телефон\w*|абонент\w*|number|phone|subscriber)\W{0,3}$",
    re.IGNORECASE,
)
_NUMBER_BEFORE = re.compile(
    r"^\W{0,3}(?:нөмір|номер|телефон)\w*[^.!?\n]{0,60}\b(?:өшір|жой|алып таста|тоқтат)\w*", re.IGNORECASE
)
_NEAR = 32  # characters beside a number in which "my" is about it, and not about the data
_MINE = re.compile(
    r"\b(?:мо[йяеёию]|моего|моей|моему|моим|моих|мне|меня|я|свой|своего|своему|mine|my|me|i|менің|маған|мені)\b"
    r"|\w{2,}(?:ым|ім|імді|ымды|імнің|ымның|іме|ыма|імнен|ымнан)\b",
    re.IGNORECASE,
)


def names_another(message: Message, *, spellings: bool = False) -> bool:
    """Whether the sender's own words are about an address or a number that is not known to be the sender's.

    *spellings*: what may be the sender's own mailbox spelled otherwise is the sender's (C9): advertising stops
    there as well. What is shown, changed or destroyed is only what stands under the address that writes.
    """
    text = own_text(message)[0][:_READ]
    if "[" in text or "(" in text:
        text = _DOTTED.sub(".", _SPELLED.sub("@", text))
    return ("@" in text and any(_other_addresses(text, message, spellings=spellings))) or any(_other_numbers(text))


def _other_addresses(text: str, message: Message, *, spellings: bool) -> Iterator[Address]:
    """Addresses in *text* beside the sender's and ours."""
    ours = message.to[0] if len(message.to) == 1 else None
    for match in _ADDRESS.finditer(text):
        found = _plain(match.group())
        if "." not in found.rpartition("@")[2] or found in {message.author, ours}:
            continue
        if spellings and message.author is not None and same_mailbox(message.author, found):
            continue
        if ours and found.rpartition("@")[2] == ours.rpartition("@")[2] and _is_sender(text, match):
            continue  # "mail from news@example.kz": the newsletter, not a person
        yield found


def _plain(written: str) -> Address:
    """*written* as addresses are compared, endings of words and of sentences taken off (C8)."""
    local, _, domain = _ENDING.sub("", written).rpartition("@")
    with suppress(UnicodeError):
        domain = domain if domain.isascii() else domain.encode("idna").decode()
    return Address(f"{local.casefold()}@{domain.lower()}")


def _is_sender(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 40) : match.start()].rstrip("<\"'«")
    ends = match.start() + len(_ENDING.sub("", match.group()))
    return bool(_SENDS.search(before) or _SENDS_AFTER.match(text[ends : ends + 30]))


def _other_numbers(text: str) -> Iterator[str]:
    """Telephone numbers that a request is about, where nobody says whose they are."""
    for match in _PHONE.finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        before = text[max(line, match.start() - 120) : match.start()]
        after = text[match.end() : match.end() + 80].partition("\n")[0]
        asked_about = _ABOUT_A_NUMBER.search(before) or _NUMBER_BEFORE.match(after)
        if asked_about and not _MINE.search(before[-_NEAR:] + after[:_NEAR]):
            yield match.group()
