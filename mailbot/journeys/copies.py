"""copies: a case's term in the mailbox is over ─▶ requests and answers are destroyed there, and looked for again.

They were kept as proof, with ground and day (requirements A68). The ledger still knows their bytes and
Message-IDs: it forgets them only after this.
"""

from collections.abc import Collection, Sequence

from mailbot.core.case import Case, Outgoing, StoredLetter
from mailbot.core.datamap import OwnStore
from mailbot.core.model import Address, MessageId, Place
from mailbot.errors import Rejected
from mailbot.journeys.desk import Desk
from mailbot.journeys.own_mail import Found, alone, connection, letters_in, proof_among


async def destroy(case: Case, desk: Desk) -> int:
    """Destroy the copies of everything that belongs to *case*; how many. Raises `Rejected` where some stay."""
    own = desk.datamap.mailbox
    if own is None:
        return 0
    places = await _places(case, own, desk)
    if places:
        await connection(desk).expunge(places)
        if await _places(case, own, desk):
            raise Rejected("the mailbox says that copies are destroyed, and they are still there")
    return len(places)


async def _places(case: Case, own: OwnStore, desk: Desk) -> Sequence[Place]:
    """Where its letters lie in the folders of the map."""
    async with desk.ledger.read() as book:
        letters = await book.letters_of(case.id)
        out = [letter for letter, _ in await book.letters_out(case.id)]
    seen = await _seen(case, out, own, desk)
    digests, ids = {letter.sha256 for letter in letters}, {letter.message_id for letter in out}
    mine = [one for one in seen if one.digest in digests or one.head.message_id in ids]
    hanging = await _hanging(mine, ids, seen, case, desk)
    known = {one.place for one in (*mine, *hanging)}
    return sorted(known | await _where_they_lay(letters, own, desk), key=lambda place: (place.folder, place.uid))


async def _seen(case: Case, out: Sequence[Outgoing], own: OwnStore, desk: Desk) -> Sequence[Found]:
    """All letters from or to the person, and from or to those whom we have told of the case."""
    whom = {case.address, *(letter.recipient for letter in out if letter.letters)} - {Address("")}
    return [
        one
        for folder in own.folders
        for address in sorted(whom)
        async for one in letters_in(folder, address, desk)
    ]


async def _hanging(
    mine: Sequence[Found], ids: Collection[MessageId], seen: Sequence[Found], case: Case, desk: Desk
) -> Sequence[Found]:
    """What hangs on the case's letters and on no other case's: a colleague's answer, the person's thanks."""
    async with desk.ledger.read() as book:
        known = await proof_among(seen, book)
    ours = {one.head.message_id for one in mine if one.head.message_id} | set(ids)
    own, proof = {one.place for one in mine}, {one.place for one in known}
    others = {one.head.message_id for one in known if one.place not in own}
    return [
        one
        for one in seen
        if one.place not in proof
        and alone(one, case.address, desk)
        and _only_on(one.head.answers_to, ours, others)
    ]


def _only_on(
    answers_to: Collection[MessageId], ours: Collection[MessageId], others: Collection[MessageId | None]
) -> bool:
    return not set(answers_to).isdisjoint(ours) and set(answers_to).isdisjoint(others)


async def _where_they_lay(letters: Sequence[StoredLetter], own: OwnStore, desk: Desk) -> set[Place]:
    """Requests that are still where they were seen last: so are found that name nobody, or came only in part."""
    places = [one.place for one in letters if one.place.folder in own.folders and one.place.uid]
    return {place for place in places if await connection(desk).flags(place) is not None}
