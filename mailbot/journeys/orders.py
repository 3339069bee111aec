"""The suppression list: what a step writes into it, and whether somebody stands in it (issue 5, item 4).

It lives in the ledger as keyed hashes, so that it outlives the erasure of everything else; whichever key has made
an entry, it answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product

from mailbot.core import phone
from mailbot.core.case import Case, Phase, PlannedStep
from mailbot.core.case import stands as still_set
from mailbot.core.lookalike import candidates
from mailbot.core.model import Address, Channel, Step, StepKind, Topic
from mailbot.core.reply import Facts, masked
from mailbot.journeys.desk import Desk
from mailbot.ports import Book, Keys
from mailbot.ports.orders import Suppression


def digest_of(address: Address | str, *, keys: Keys) -> str:
    """Keyed hash under which an address, or an E.164 number, is suppressed from now on."""
    return keys.suppression.digest(address)


def digests_of(address: Address | str, *, keys: Keys) -> tuple[str, ...]:
    """Those under which it may have been suppressed before."""
    return keys.suppression.digests(address)


async def orders_about(address: Address | str, book: Book, desk: Desk) -> Sequence[Suppression]:
    """What was ordered about an address or an E.164 number."""
    return await book.suppressed(digests_of(address, keys=desk.keys))


async def stands(address: Address | str, book: Book, desk: Desk) -> bool:
    """Whether all advertising to an address or a number is suppressed."""
    return any(order.channel is None and not order.topic for order in await orders_about(address, book, desk))


async def standing_order(planned: PlannedStep, case: Case, book: Book, desk: Desk) -> None:
    """Write what a step has done into the list, or strike what it has lifted.

    What was stopped again keeps the moment of the wish: who has agreed since then has agreed.
    """
    if planned.phase is Phase.AGAIN:
        return
    if planned.step.kind is StepKind.SUPPRESS:
        for whom, channel, topic in _orders(planned.step):
            order = Suppression(
                digest=digest_of(whom, keys=desk.keys),
                key_id=desk.keys.suppression.current.id,
                kind="phone" if whom.startswith("+") else "email",
                case_number=case.number,
                since=planned.at,
                channel=channel,
                topic=topic,
                reason=planned.step.right,
            )
            await book.suppress(order)
    elif planned.step.kind is StepKind.RESUME_ADVERTISING:
        for whom, channel, topic in _orders(planned.step):
            digests = digests_of(whom, keys=desk.keys)
            await book.release(digests, case_number=case.number, channel=channel, topic=topic)


async def unheld(step: Step, case: Case, book: Book, desk: Desk) -> Step | None:
    """What of *step*, which lifts a stop of advertising, no other case has ordered; None: all of it was.

    Whoever has asked for it: the case may be somebody else's, or forgotten by now, and the list knows.
    """
    held = [whom for whom in (step.address, *step.phones) if await _held(whom, step, case, book, desk)]
    phones = tuple(number for number in step.phones if number not in held)
    address = Address("") if step.address in held else step.address
    return replace(step, address=address, phones=phones) if address or phones else None


async def narrower(step: Step, case: Case, book: Book, desk: Desk) -> Sequence[tuple[Step, datetime]]:
    """What other cases have stopped of what *step* lifts, and when: it had stopped already, so they wrote nothing.

    Of the address alone: to whose rows a number leads only its own case knows.
    """
    orders = await book.ordered(digests_of(step.address, keys=desk.keys)) if step.address else ()
    others = [order for order in orders if order.case_number != case.number]
    lasting = [order for order in others if await _lasts(order.case_number, book)]
    return [(_ordered(order, step.address), order.since) for order in lasting]


def _ordered(order: Suppression, address: Address) -> Step:
    return Step(
        kind=StepKind.SUPPRESS,
        address=address,
        right=order.reason,
        channels=(order.channel,) if order.channel else (),
        topics=(order.topic,) if order.topic else (),
        unless_agreed=order.since,
    )


async def _held(whom: str, step: Step, case: Case, book: Book, desk: Desk) -> bool:
    """Whether other cases, which nobody is taking back, bar all that *step* would allow."""
    if whom == case.address and await book.holding(case.address, StepKind.SUPPRESS, besides=case.id, like=step):
        return True
    found = await book.ordered(digests_of(whom, keys=desk.keys))
    others = dict.fromkeys(order.case_number for order in found if order.case_number != case.number)
    lasting = [number for number in others if await _lasts(number, book)]
    orders = [order for order in found if order.case_number in lasting]
    meant = product(step.channels or (None,), step.topics or ("",))
    return all(
        any(order.channel in (None, channel) and order.topic in ("", topic) for order in orders)
        for channel, topic in meant
    )


async def _lasts(number: str, book: Book) -> bool:
    """Whether what a case has stopped is not being taken back; one that is not known any more has meant it."""
    try:
        case = await book.case(number)
    except KeyError:
        return True
    return still_set(await book.steps(case.id), StepKind.SUPPRESS)


def _orders(step: Step) -> Iterator[tuple[str, Channel | None, str]]:
    """Each address or number with each way and topic of *step*; e-mail comes to no number, calls come to numbers.

    No address begins with a plus that has no @ behind it: the two cannot be mistaken for each other.
    """
    topics = step.topics or ("",)
    yield from product((step.address,), step.channels or (None,), topics)
    yield from product(step.phones, step.channels or (None,), topics)


# ---------------------------------------------------------------- what letters say of it


def _set(steps: Sequence[PlannedStep]) -> list[Step]:
    """What has been stopped for a case, and looked at again."""
    return [p.step for p in steps if p.done and p.step.kind is StepKind.SUPPRESS and p.phase is not Phase.UNDO]


def all_stopped(steps: Sequence[PlannedStep]) -> bool:
    """Whether all advertising to the address has stopped."""
    return any(not step.channels and not step.topics for step in _set(steps))


def limited(facts: Facts, case: Case, steps: Sequence[PlannedStep], desk: Desk) -> Facts:
    """*facts* with the ways and topics that have stopped, where not all have, and with the numbers."""
    done = _set(steps)
    numbers = dict.fromkeys(phone.masked(number) for step in done for number in step.phones)
    own = {case.address, *candidates(case.address)} if case.address else set()
    others = dict.fromkeys(masked(step.address) for step in done if step.address not in own)
    facts = replace(facts, numbers_shown=tuple(numbers), others_shown=tuple(others))
    if not done or all_stopped(steps):
        return facts
    ours = {topic.value: topic for topic in Topic}
    ours |= {name: topic for topic, names in desk.policy.tells.topics.items() for name in names}
    named = {ours[name] for step in done for name in step.topics if name in ours}
    ways = {way for step in done for way in step.channels}
    return replace(
        facts,
        ways=tuple(way for way in Channel if way in ways),
        topics=tuple(topic for topic in Topic if topic in named),
    )
