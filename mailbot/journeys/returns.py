"""What comes back: the case a letter belongs to, and the address by which a bounce finds it (D12, D22).

With CASE in `relay.bounce_address` each case's letters leave with an envelope sender of their own. It holds the
case's number and a keyed hash of it: who has had no letter of ours cannot make a bounce that reaches its case.
"""

import hmac
import re

from mailbot.core.model import Machine, Message
from mailbot.journeys.desk import Desk, token_hashes
from mailbot.ports import Book, Thread

CASE = "CASE"  # stands for the case in the setting
NO_CASE = "operator"  # in its place where a letter is about none: its bounce moves nothing
_DIGITS = 16  # of the keyed hash, 64 bits
_NUMBER_AND_TAG = rf"([a-z]{{0,8}}-?\d{{4}}-\d{{4,9}})-([0-9a-f]{{{_DIGITS}}})"


def envelope_sender(case_number: str, desk: Desk) -> str:
    """The envelope sender of a letter of this case; of a letter of no case where the number is empty."""
    pattern = desk.letterhead.bounce
    named = f"{case_number.lower()}-{_tag(case_number, desk)}" if case_number else NO_CASE
    return pattern.replace(CASE, named)


def _tag(case_number: str, desk: Desk) -> str:
    return _tags(case_number, desk)[0]


def _tags(case_number: str, desk: Desk) -> list[str]:
    """By every key, the current one's first: letters of ours are on their way while a key changes."""
    return [digest[:_DIGITS] for digest in desk.keys.token.digests(f"bounce of {case_number.upper()}")]


async def thread_of(message: Message, book: Book, desk: Desk) -> Thread | None:
    """The case a letter belongs to by our Message-IDs, by a token, or, for a bounce, by the address it came to."""
    ids = (*message.answers_to, *message.reports_on)
    found = await book.thread(ids, token_hashes(message, keys=desk.keys))
    if found is not None or message.machine is not Machine.BOUNCE:
        return found
    return await _by_address(message, book, desk)


async def _by_address(message: Message, book: Book, desk: Desk) -> Thread | None:
    for number in _numbers(message, desk):
        try:
            case = await book.case(number)
        except KeyError:
            continue
        return Thread(case_id=case.id, token=False, thread=True)
    return None


def _numbers(message: Message, desk: Desk) -> list[str]:
    """Case numbers in the addresses a message came to, those that we have written there ourselves."""
    pattern = desk.letterhead.bounce
    if CASE not in pattern:
        return []
    ours = re.compile(re.escape(pattern.lower()).replace(CASE.lower(), _NUMBER_AND_TAG))
    matches = [found for to in (*message.to, *message.arrived_at) if (found := ours.fullmatch(to.lower()))]
    return [number for number, tag in (found.groups() for found in matches) if _ours(number.upper(), tag, desk)]


def _ours(number: str, tag: str, desk: Desk) -> bool:
    return any(hmac.compare_digest(one, tag) for one in _tags(number, desk))
