"""`mailbot doctor --senders`: what proves senders in this mailbox, and whether that could be forged.

Reads the newest messages and changes nothing; DKIM is verified as of the moment each came. Counts only: no
address, no domain and no subject is told.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from mailbot import app
from mailbot.adapters.sender import DkimSenderCheck, TxtResolver
from mailbot.cli.checks.line import Line, fail, ok, warn
from mailbot.cli.checks.planted import Spot, believed, forgeries, marked, topmost
from mailbot.config import Settings
from mailbot.core.automatic import Own
from mailbot.core.message import read
from mailbot.core.message.border import BORDERS
from mailbot.core.model import Machine, Message, Proven, RawMail, Standing, Unproven
from mailbot.core.standing import vouched_for
from mailbot.errors import Unavailable
from mailbot.ports import Mailbox

MOST = 500  # messages
BATCH = 10  # in memory at once
PLANTED = 50  # messages that forgeries are made of
SILENT = 5  # names for which DNS does not answer before it is given up
FEW = 10  # signed messages below which no share is told
GOOD = 0.9  # share of signed mail that verifies, and of results that agree, above which all is well

_UNSIGNED = frozenset(
    {
        "no signature",
        "no signature speaks for the author's domain",
        "the header is too long",
        "the header has a line that is no field",
    }
)
_NOT_THROUGH_THE_BORDER = frozenset({Machine.OURSELVES, Machine.BOUNCE})
_CHANGED, _NO_KEY = "the signature does not hold", "there is no key"
_LATE = frozenset({"the signature was old when it came", "the signature had expired"})
_NO_DNS = "DNS does not answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One message by somebody else, as far as its sender goes."""

    raw: bytes  # its header only
    ours: Standing | None  # by our own verification; None: DNS did not answer
    signs: bool  # it has a signature of some domain

    @property
    def proven(self) -> bool:
        """Whether we verified it ourselves."""
        return isinstance(self.ours, Proven)

    @property
    def speaks(self) -> bool:
        """Whether it bears a signature of the author's own domain, good or not."""
        return self.proven or self.ours is None or (isinstance(self.ours, Unproven) and self.why not in _UNSIGNED)

    @property
    def why(self) -> str:
        """Why it is not proven."""
        return _NO_DNS if self.ours is None else getattr(self.ours, "why", "")


async def survey(settings: Settings, box: Mailbox) -> list[Line]:
    """Everything there is to say; takes a minute, or a few where letters are long."""
    resolver = _Remembering(app.make_resolver(settings))
    own = app.own_of(settings)
    met: list[Met] = []
    async for mail in _newest(settings, box):
        one = await _met(mail, own, resolver)
        met += [one] if one is not None else []
    if not met:
        return [warn("senders", "there is no mail of others to look at", "ask again once people have written")]
    return [_signed(met), *_border(met, own, settings.file.mailbox.border), *_forgery(met, own)]


async def _newest(settings: Settings, box: Mailbox) -> AsyncIterator[RawMail]:
    """The newest messages of the folders that are watched, junk left out."""
    left = MOST
    for folder in settings.file.mailbox.folders:
        await box.open(folder)
        uids = list(await box.uids(folder))[-left:] if left else []
        left -= len(uids)
        for start in range(0, len(uids), BATCH):
            for mail in await box.fetch(folder, uids[start : start + BATCH]):
                yield mail


async def _met(mail: RawMail, own: Own, resolver: TxtResolver) -> Met | None:
    """The message, verified without any border; None where it names no author, or our own server wrote it."""
    nobody = replace(own, trusted_borders=())
    message = None if mail.cut else read(mail.raw, own=nobody)
    if not isinstance(message, Message) or message.author is None or message.machine in _NOT_THROUGH_THE_BORDER:
        return None
    header = re.split(rb"\r?\n\r?\n", mail.raw, maxsplit=1)[0] + b"\r\n\r\n"
    signs = re.search(rb"^dkim-signature[ \t]*:", header, re.IGNORECASE | re.MULTILINE) is not None
    check = DkimSenderCheck(resolver=resolver, own=frozenset())
    try:
        standing = await check.standing(mail.raw, message, received_at=mail.received_at)
    except Unavailable:
        return Met(raw=header, ours=None, signs=signs)
    return Met(raw=header, ours=standing, signs=signs)


class _Remembering:
    """A resolver that asks once: five hundred messages have a few dozen keys."""

    def __init__(self, resolver: TxtResolver) -> None:
        self._resolver = resolver
        self._known: dict[str, bytes | Unavailable | None] = {}

    async def txt(self, name: str) -> bytes | None:
        """The TXT record at *name*; a DNS that has never answered is given up after a few names."""
        silent = len(self._known) >= SILENT and all(isinstance(one, Unavailable) for one in self._known.values())
        if silent:
            raise Unavailable(_NO_DNS)
        if name not in self._known:
            try:
                self._known[name] = await self._resolver.txt(name)
            except Unavailable as exc:
                self._known[name] = exc
        known = self._known[name]
        if isinstance(known, Unavailable):
            raise known
        return known


# ---------------------------------------------------------------- our own verification


def _signed(met: Sequence[Met]) -> Line:
    """How much of the mail proves its sender by our own verification."""
    speaking = [one for one in met if one.speaks]
    good = sum(one.proven for one in speaking)
    verify = _share(good, len(speaking))
    said = f"{len(met)} messages; {len(speaking)} signed for the author's domain, {verify} verify"
    if len(speaking) < FEW or good >= GOOD * len(speaking):
        return ok("signatures", said)
    reasons = Counter(one.why for one in speaking if not one.proven).most_common(3)
    told = ", ".join(f"{why} ({count})" for why, count in reasons)
    return warn("signatures", f"{said}; the others: {told}", _remedy(reasons[0][0]))


def _remedy(why: str) -> str:
    if why == _NO_DNS:
        return "look at dns.nameservers, or at /etc/resolv.conf and UDP port 53"
    if why == _CHANGED:
        return (
            "something changes mail on its way into this mailbox (a footer, a mark in the subject, a scanner): "
            "let it leave signed mail alone, or believe the border that looked before it (mailbox.border)"
        )
    if why == _NO_KEY:
        return "old mail loses its keys when senders change them: look again at newer mail"
    if why in _LATE:
        return "the mailbox was moved, and its dates with it: look again at newer mail"
    return "whoever signs so is asked to confirm; nothing to do here"


# ---------------------------------------------------------------- what the border says


def _border(met: Sequence[Met], own: Own, chosen: str) -> list[Line]:
    """How often the border's results are there and agree with us; which preset would fit, where none is set."""
    if not own.trusted_borders:
        return [ok("border", f"nobody's results are believed{_would_fit(met, own)}")]
    here, agree, phantom = _agreement(met, own)
    where, same = _share(here, len(met)), _share(agree, here)
    said = f"{chosen or 'own'}: results on {where} of the messages, agreeing with us on {same}"
    if phantom:
        remedy = 'take the trust out (mailbox.border = ""), or correct its name and mailbox.border_hops'
        return [fail("border", f"{said}; {phantom} say DKIM passed where no signature stands", remedy)]
    if here < GOOD * len(met) or agree < GOOD * here:
        remedy = "correct mailbox.border, trusted_borders and border_hops, or take them out: our own DKIM goes on"
        return [warn("border", said, remedy)]
    return [ok("border", said)]


def _agreement(met: Iterable[Met], own: Own) -> tuple[int, int, int]:
    """How many messages bear results, on how many these agree with us, how many tell of what is not there."""
    here = agree = phantom = 0
    for one in met:
        if one.ours is None or not marked(one.raw, own):
            continue
        here += 1
        vouched = _vouched(one, own)
        agree += vouched == one.proven
        phantom += vouched and not one.signs
    return here, agree, phantom


def _vouched(one: Met, own: Own) -> bool:
    message = read(one.raw, own=own)
    return isinstance(message, Message) and vouched_for(message, ()) is not None


def _would_fit(met: Sequence[Met], own: Own) -> str:
    """Which preset describes this mailbox; a fact, no advice: our own verification needs none."""
    for name, border in BORDERS.items():
        as_if = replace(own, trusted_borders=border.names, border_hops=border.hops)
        here, agree, phantom = _agreement(met, as_if)
        if here >= GOOD * len(met) and not phantom:
            return f"; those of {name} are on {_share(here, len(met))}, agreeing with us on {_share(agree, here)}"
    [(one, count)] = Counter(topmost(one.raw) for one in met).most_common(1)
    if one is None or count < GOOD * len(met):
        return ""
    lines = f'border = "own", trusted_borders = ["{one.name}"], border_hops = {one.received}'
    return f"; those of one server are on {_share(count, len(met))} ({lines})"


# ---------------------------------------------------------------- the planted forgery


def _forgery(met: Sequence[Met], own: Own) -> list[Line]:
    """Whether somebody else's word passes for the border's."""
    if not own.trusted_borders:
        return [ok("forgery", "none can pass: nobody's results are believed")]
    whole = [one for one in met if marked(one.raw, own)][-PLANTED:]
    bare = [one for one in met if not marked(one.raw, own)]
    through = sum(_passes(one, own, spots={Spot.FIRST, Spot.BELOW}) for one in whole)
    if through:
        remedy = 'take the trust out (mailbox.border = "", trusted_borders = []), or lower mailbox.border_hops'
        return [fail("forgery", f"planted in {len(whole)} messages, believed in {through}", remedy)]
    if any(_passes(one, own, spots={Spot.ALONE}) for one in bare[-PLANTED:]):
        silent = _share(len(bare), len(met))
        said = f"believed wherever the border is silent, and it was on {silent} of the messages"
        remedy = "let the border write its results on every message, or take the trust out"
        return [fail("forgery", said, remedy)]
    planted = len(whole) + len(bare[-PLANTED:])
    return [ok("forgery", f"planted in {planted} messages below what the border wrote, believed in none")]


def _passes(one: Met, own: Own, *, spots: Collection[Spot]) -> bool:
    return any(believed(forgery, own) for forgery in forgeries(one.raw, own) if forgery.spot in spots)


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part // whole} %)" if whole else "0"
