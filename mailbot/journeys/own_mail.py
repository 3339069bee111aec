"""own mail: a destruction is carried out ─▶ the person's letters in the mailbox go too, and are looked for again.

The mailbox is a store on the map: erasing the database while the mailbox keeps the letter is no erasure (issue 5,
item 1). Requests and our answers are the company's proof and stay until their day; other letters go where the map
says `erase`. What was not looked at yet may be a new request, and is never touched.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from mailbot.core.datamap import OwnStore
from mailbot.core.datamap.own import Pile
from mailbot.core.message.envelope import Envelope, envelope
from mailbot.core.model import Address, Change, Place, RawMail, Step, StepKind
from mailbot.errors import Rejected, Unavailable
from mailbot.journeys.desk import Desk
from mailbot.ports import Book, Mailbox

AT_ONCE = 50  # messages asked for in one command
OCTETS_AT_ONCE = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One message that names the person, without its text."""

    place: Place
    digest: str  # empty: it did not come whole, so nobody can say what it is
    head: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """The letters of one folder."""

    folder: str
    goes: tuple[Place, ...] = ()
    proof: int = 0
    stays: int = 0  # somebody else takes part, or the map says that they stay

    @property
    def pile(self) -> Pile:
        """How many there are."""
        return Pile(folder=self.folder, goes=len(self.goes), proof=self.proof, stays=self.stays)


@dataclass(frozen=True, slots=True)
class OwnMail:
    """The mailbox, as a store in which one step is carried out; nothing where the map has none.

    *spared*: an order is open; letters about it are needed as long as the order's rows are.
    """

    step: Step
    desk: Desk
    spared: bool = False

    async def plan(self) -> tuple[Change, ...]:
        """What would become of letters in the mailbox, and which of them stay until when."""
        return self._changes(await self._folders())

    async def carry_out(self) -> tuple[Change, ...]:
        """Destroy them, each by its UID (requirements D64); raises `Rejected` where the server cannot."""
        found = await self._folders()
        for one in found:
            if one.goes:
                await connection(self.desk).expunge(one.goes)
        return self._changes(found)

    async def remaining(self) -> tuple[Change, ...]:
        """Look again: letters that should have gone and are still there. Empty: done."""
        return tuple(change for change in await self.plan() if not change.kept_for)

    def _changes(self, found: Sequence[_Sorted]) -> tuple[Change, ...]:
        own, desk = self.desk.datamap.mailbox, self.desk
        if own is None:
            return ()
        until = desk.chance.now().astimezone(desk.zone).date() + timedelta(days=own.keep_days)
        return tuple(change for one in found for change in one.pile.changes(own, until=until))

    async def _folders(self) -> Sequence[_Sorted]:
        """The person's letters, folder by folder."""
        own, address, desk = self.desk.datamap.mailbox, self.step.address, self.desk
        if own is None or self.step.kind is not StepKind.DESTROY or not address:
            return ()
        letters = [letter for folder in own.folders async for letter in letters_in(folder, address, desk)]
        async with desk.ledger.read() as book:
            proof = await _proof(letters, book)  # of all folders: what hangs on it may lie in another
        return [self._sorted(folder, letters, proof, own) for folder in own.folders]

    def _sorted(self, folder: str, letters: Sequence[Found], proof: Collection[Place], own: OwnStore) -> _Sorted:
        here = [letter for letter in letters if letter.place.folder == folder]
        rest = [letter for letter in here if letter.place not in proof]
        go = own.erase and not self.spared
        goes = tuple(one.place for one in rest if go and alone(one, self.step.address, self.desk))
        return _Sorted(folder=folder, goes=goes, proof=len(here) - len(rest), stays=len(rest) - len(goes))


def connection(desk: Desk) -> Mailbox:
    """The mailbox; raises `Rejected` where this program has none."""
    if desk.mailbox is None:
        raise Rejected("the mailbox is on the data map, and this program has no connection to it")
    return desk.mailbox


# ---------------------------------------------------------------- looking


async def letters_in(folder: str, address: Address, desk: Desk) -> AsyncIterator[Found]:
    """Letters in *folder* from or to *address* that have been looked at, a few at a time."""
    places = {place.uid: place for place in await _no_news(folder, await _search(folder, address, desk), desk)}
    waiting = sorted(places)
    while waiting:
        mails = await connection(desk).fetch(folder, waiting[:AT_ONCE], most=OCTETS_AT_ONCE)
        up_to = mails[-1].place.uid if mails else waiting[:AT_ONCE][-1]
        for mail in mails:
            if places.get(mail.place.uid) == mail.place:
                yield _seen(mail)
        waiting = [uid for uid in waiting if uid > up_to]


def _seen(mail: RawMail) -> Found:
    digest = "" if mail.cut else sha256(mail.raw).hexdigest()
    return Found(place=mail.place, digest=digest, head=envelope(mail.raw))


async def _search(folder: str, address: Address, desk: Desk) -> Sequence[Place]:
    """Where they are; Sent is made with our first letter, any other folder on the map must be there."""
    places = await connection(desk).search(folder, address)
    if places is None and folder != desk.sent_folder:
        raise Rejected("a folder that the data map names under [mailbox] is not in the mailbox")
    return places or ()


async def _no_news(folder: str, places: Sequence[Place], desk: Desk) -> Collection[Place]:
    """Those that are no news: a request that nobody has read yet must not be lost.

    Raises `Unavailable` where a watched folder has new numbers and was not looked through since.
    """
    async with desk.ledger.read() as book:
        progress = await book.progress(folder)
    if progress is None:
        return places
    if any(place.uidvalidity != progress.uidvalidity for place in places):
        raise Unavailable("a folder of the mailbox has new numbers and was not looked through since")
    return [place for place in places if place.uid <= progress.seen_up_to]


# ---------------------------------------------------------------- what is what


async def proof_among(letters: Sequence[Found], book: Book) -> Sequence[Found]:
    """Requests of any case, and our answers."""
    requests = await book.requests_among({one.digest for one in letters if one.digest})
    answers = await book.answers_among({one.head.message_id for one in letters if one.head.message_id})
    return [one for one in letters if one.digest in requests or one.head.message_id in answers]


async def _proof(letters: Sequence[Found], book: Book) -> Collection[Place]:
    """These, and what hangs on them: a colleague's answer, the person's thanks."""
    known = await proof_among(letters, book)
    ids = {one.head.message_id for one in known if one.head.message_id}
    hanging = {one.place for one in letters if ids & one.head.answers_to}
    return hanging | {one.place for one in known}


def alone(letter: Found, address: Address, desk: Desk) -> bool:
    """Whether a letter is between the person and the company only: a neighbour's is not the person's to destroy.

    What did not come whole may be a request, and who is named in a way nobody can read may be somebody: it stays.
    """
    sure = bool(letter.digest) and not letter.head.doubtful
    return sure and all(one == address or _ours(one, address, desk) for one in letter.head.named)


def _ours(one: Address, address: Address, desk: Desk) -> bool:
    """Whether *one* is the company's: its own address, or a colleague's, where the domain tells who is one."""
    domain = desk.letterhead.mailbox.rpartition("@")[2]
    colleague = one.rpartition("@")[2] == domain != address.rpartition("@")[2]
    return colleague or one in desk.own.addresses or one == desk.letterhead.operator
