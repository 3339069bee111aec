"""Our own newsletter below a letter names the address that it went to (issue 5, item 4).

People read at one address and write from another. What is quoted is the sender's claim like everything else: it
names an address to which no more advertising goes, which harms nobody (amendment 1), and nothing more. Where it
names several, it names none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailbot.core.message.addresses import address
from mailbot.core.model import Address, Message

_LOOK_AT = 20_000  # characters of what is quoted
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_LINES = re.IGNORECASE | re.MULTILINE
_FROM = re.compile(
    r"^[ \t>*_|]{0,20}(?:from|от(?:\s+кого)?|кімнен|жіберуші|отправитель)[*_]{0,2}\s?:(.{1,300})$", _LINES
)
_TO = re.compile(r"^[ \t>*_|]{0,20}(?:to|кому|кімге|алушы|получатель)[*_]{0,2}\s?:(.{1,300})$", _LINES)
_WROTE = re.compile(r"^.{0,200}(?:wrote|пишет|написала?|жазды|писал[аи]?)\s?(?:\(.{0,20}\))?\s?:[ \t]*$", _LINES)
_BECAUSE = re.compile(
    r"(?:вы (?:получили|получаете)|письмо (?:отправлено|пришло)|рассылк\w{1,3} (?:отправлена|пришла)"
    r"|подписан|подписк|this (?:e-?mail|message|newsletter) (?:was|is) (?:sent|intended)"
    r"|you (?:received?|are receiving|get|are subscribed)"
    r"|хат .{0,40}(?:жіберілді|жолданды)|жазылған|сізге .{0,40}(?:келді|жіберілді))",
    re.IGNORECASE,
)
_NEAR = 200
_UNGUESSED = 16  # characters of a token; whose it is must not be learnt by guessing
TOKEN, ADDRESS = "{token}", "{address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """How our own newsletter is known: whom it comes from, and its links for unsubscribing."""

    senders: frozenset[Address] = frozenset()
    links: tuple[str, ...] = ()  # https://example.kz/off?id={token}, or …?email={address}


@dataclass(frozen=True, slots=True)
class Named:
    """What a quoted newsletter of ours names."""

    address: Address | None = field(default=None, repr=False)
    token: str = field(default="", repr=False)  # of its link: whose it is only the company's data know

    def __bool__(self) -> bool:
        return bool(self.address or self.token)


def named_below(message: Message, ours: Newsletter) -> Named:
    """Whom our newsletter below *message* went to; nobody where it names several, the author, or is not ours."""
    text = message.cut_away[:_LOOK_AT]
    if message.machine is not None or not (ours.senders or ours.links) or not text.strip():
        return Named()
    tokens = dict.fromkeys(_in_links(text, ours, TOKEN))
    linked = [one for value in _in_links(text, ours, ADDRESS) if (one := _plain(value.replace("%40", "@")))]
    if not (_from_us(text, ours) or tokens or linked):
        return Named()
    addresses = dict.fromkeys((*linked, *_recipients(text)))
    house = {sender.rpartition("@")[2] for sender in ours.senders}
    named = [one for one in addresses if one.rpartition("@")[2] not in house and one not in message.to]
    if len(named) == 1 and named[0] != message.author:
        return Named(address=named[0])
    token = next(iter(tokens)) if len(tokens) == 1 and not named else ""
    return Named(token=token if len(token) >= _UNGUESSED else "")


def _from_us(text: str, ours: Newsletter) -> bool:
    """Whether a head of what is quoted names one of our senders."""
    heads = (match.group() for pattern in (_FROM, _WROTE) for match in pattern.finditer(text))
    return any(one in ours.senders for head in heads for one in _addresses(head))


def _recipients(text: str) -> Iterator[Address]:
    for match in _TO.finditer(text):
        yield from _addresses(match[1])
    for match in _BECAUSE.finditer(text):
        around = text[max(match.start() - _NEAR, 0) : match.end() + _NEAR]
        yield from _addresses(around)


def _addresses(text: str) -> Iterator[Address]:
    for match in _ADDRESS.finditer(text):
        if (found := _plain(match.group())) is not None:
            yield found


def _plain(text: str) -> Address | None:
    try:
        return address(text.strip(" .,<>"))
    except ValueError:
        return None


def _in_links(text: str, ours: Newsletter, place: str) -> Iterator[str]:
    """What stands at *place* in links of ours."""
    for link in ours.links:
        if place in link:
            before, _, after = link.partition(place)
            pattern = re.escape(before) + r"([\w.%@+~=-]{4,200})" + re.escape(after)
            yield from (match[1] for match in re.finditer(pattern, text))
