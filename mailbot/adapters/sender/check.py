"""The port: letter and DNS → standing."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from mailbot.adapters.sender.claims import claims, doubt, field_names, fields_of, header_of
from mailbot.adapters.sender.hashing import Key, verified
from mailbot.adapters.sender.resolver import TxtResolver
from mailbot.core.model import Address, Message, Proven, Standing, Unproven
from mailbot.core.standing import (
    aligned,
    domain_of,
    judge,
    policy_places,
    seal,
    settled,
    strictly,
    vouched_for,
)
from mailbot.errors import Unavailable

T = TypeVar("T")

IN_LOOP = 256 * 1024  # octets; longer messages are hashed in a thread (131 ms for 10 MB)


class DkimSenderCheck:
    """Implements `ports.SenderCheck`."""

    def __init__(self, *, resolver: TxtResolver, own: frozenset[Address]) -> None:
        """Judge letters to *own*, our addresses; empty switches the replay rule C7 off."""
        self._resolver = resolver
        self._own = own

    async def standing(self, raw: bytes, message: Message, *, received_at: datetime) -> Standing:
        """The standing of the author of *message*, which was read from *raw* and came at *received_at*."""
        header = header_of(raw)
        known = settled(message, fields=field_names(header), doubt=doubt(header), own=self._own)
        if known is not None:
            return known
        found = await self._judged(raw, header, message, received_at)
        if isinstance(found, Proven):
            found = await self._by_policy(found, message)
        return replace(found, seal=await _at_leisure(raw, lambda: seal(fields_of(header), raw[len(header) :])))

    async def _judged(
        self, raw: bytes, header: bytes, message: Message, received_at: datetime
    ) -> Proven | Unproven:
        """What the border vouches for, else what the signatures are worth."""
        found = claims(header, message, received_at)
        vouched = vouched_for(message, [claim.objection for claim in found if aligned(message, claim.domain)])
        if vouched is not None:
            return vouched
        keys = await self._txt({claim.key_place for claim in found if not claim.objection})
        own = domain_of(message)
        signatures = await _at_leisure(raw, lambda: verified(raw, found, keys, domain=own))
        return _unless_unanswered(judge(message, signatures), keys.values())

    async def _by_policy(self, standing: Proven, message: Message) -> Proven | Unproven:
        """Ask DMARC only where a parent signed: while it does not answer, neither do we (D42, D44)."""
        if standing.by == domain_of(message):
            return standing
        places = policy_places(domain_of(message))
        records = await self._txt(places)
        asked = [records[place] for place in places]
        for record in asked:
            if isinstance(record, Unavailable):
                raise record
            if record is not None:
                break
        return strictly(standing, message, [one for one in asked if not isinstance(one, Unavailable)])

    async def _txt(self, places: Iterable[str]) -> dict[str, Key]:
        """TXT records by name, all asked at once."""
        names = sorted(places)
        return dict(zip(names, await asyncio.gather(*(self._one(name) for name in names)), strict=True))

    async def _one(self, name: str) -> Key:
        try:
            return await self._resolver.txt(name)
        except Unavailable as exc:
            return exc


def _unless_unanswered(standing: Proven | Unproven, keys: Iterable[Key]) -> Proven | Unproven:
    """*standing*, unless DNS still owes us a key that might prove the sender (C6, D42)."""
    for key in keys:
        if isinstance(key, Unavailable) and isinstance(standing, Unproven):
            raise key
    return standing


async def _at_leisure(raw: bytes, work: Callable[[], T]) -> T:
    """What *work* finds; in a thread where *raw* is long, so that the loop goes on."""
    return await asyncio.to_thread(work) if len(raw) > IN_LOOP else work()
