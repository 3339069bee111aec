"""What is done about a letter that asks for something (requirements C.3 as amended)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from mailbot.core.decide.channels import Limit, for_a_person, limit_of
from mailbot.core.decide.policy import BY_HAND, Autonomy, Policy
from mailbot.core.lookalike import candidates
from mailbot.core.model import (
    Address,
    Concern,
    Decision,
    HoldReason,
    Letter,
    Malformed,
    Message,
    Proven,
    Reading,
    ReplyWord,
    Right,
    Route,
    Standing,
    Step,
    StepKind,
    Unproven,
    Unreadable,
)
from mailbot.core.reply import but_for_the_path, may_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known around a letter, apart from its words."""

    received_at: datetime
    in_junk: bool = False
    unmatched: bool = False  # see `NewLetter.unmatched`
    within_budget: bool = True  # requirements D6 as split by amendment 13
    named: Address | None = None  # to whom our own newsletter below the letter went, if not to its author
    flood: bool = False  # more unproven unsubscribes within the hour than the operator thinks possible


def decide(
    message: Message | Unreadable,
    reading: Reading,
    standing: Standing,
    around: Circumstances,
    *,
    now: datetime,
    policy: Policy,
) -> Decision:
    """What to do about a request that opens a case."""
    if isinstance(message, Unreadable) or message.author is None:
        reason = HoldReason.UNREADABLE if isinstance(message, Unreadable) else HoldReason.SENDER
        return Decision(rights=reading.rights, holds=(reason,), may_answer=False)
    address, rights = message.author, reading.rights
    silence = may_answer(message, standing, in_junk=around.in_junk)
    after = _after_confirmation(rights, address)
    answerable, asks = not silence, bool(after) and not but_for_the_path(silence)
    holds = _holds(message, reading, standing, around, now=now, policy=policy)
    limit = limit_of(reading.details, policy.tells)
    plan = Decision(
        rights=rights,
        now=(*_at_once(rights, address, standing, limit), *_at_the_other(rights, around.named, limit)),
        confirmed=after,
        holds=holds,
        may_answer=answerable or asks,
    )
    if not holds:
        return plan
    by_hand = bool(_FOR_A_PERSON_ALONE & set(reading.concerns))
    return Decision(
        rights=rights,
        now=() if by_hand else plan.now,
        confirmed=() if by_hand else plan.confirmed,
        meanwhile=() if reading.details.unclear and HoldReason.CHANNEL in holds else _meanwhile(plan, holds),
        letter=_receipt(reading, holds, policy) if answerable else None,
        holds=holds,
        may_answer=answerable,
    )


_FOR_A_PERSON_ALONE = frozenset({Concern.AUTOMATION, Concern.STOP_ONLY})
"""Concerns that leave a program nothing to propose: what it has read would destroy more than was asked (C.3)."""


def _holds(
    message: Message,
    reading: Reading,
    standing: Standing,
    around: Circumstances,
    *,
    now: datetime,
    policy: Policy,
) -> tuple[HoldReason, ...]:
    """Every reason why a person must decide, the weightiest first."""
    rights = reading.rights
    only_unsubscribe = rights == (Right.UNSUBSCRIBE,)
    silence = may_answer(message, standing, in_junk=False)
    asks = bool(_AFTER_THE_TOKEN & set(rights)) and not but_for_the_path(silence)
    arrival = doubts_about_arrival(standing, around, now=now, policy=policy)
    found = {
        HoldReason.SENDER: isinstance(standing, Malformed) or (bool(silence) and not (asks or only_unsubscribe)),
        HoldReason.READING: reading.route is not Route.ACT or message.encrypted,
        HoldReason.NO_TOKEN: reading.reply_word in {ReplyWord.CONFIRMS, ReplyWord.DENIES} and not rights,
        HoldReason.WANTS_PERSON: Concern.AUTOMATION in reading.concerns
        or reading.reply_word is ReplyWord.WANTS_PERSON,
        HoldReason.CHANNEL: for_a_person(rights, reading.details, policy.tells),
        HoldReason.RIGHT: bool(BY_HAND & set(rights)),
        HoldReason.JUNK: HoldReason.JUNK in arrival,
        HoldReason.TOO_OLD: HoldReason.TOO_OLD in arrival,
        HoldReason.BUDGET: not around.within_budget,
        HoldReason.FLOOD: around.flood and only_unsubscribe and not isinstance(standing, Proven),
        HoldReason.REHEARSAL: not policy.live(rights, reading.languages),
    }
    return tuple(reason for reason, applies in found.items() if applies)


def doubts_about_arrival(
    standing: Standing, around: Circumstances, *, now: datetime, policy: Policy
) -> tuple[HoldReason, ...]:
    """Why nothing may be done at once about a letter, new request or reply alike, because of how it came.

    From junk only proven senders act; what is first read late, or turned up when a folder was renumbered, never
    acts by itself (issue 2, items 1 and 2).
    """
    late = around.unmatched or now - around.received_at > policy.act_within
    found = {
        HoldReason.JUNK: around.in_junk and not isinstance(standing, Proven),
        HoldReason.TOO_OLD: late,
    }
    return tuple(reason for reason, applies in found.items() if applies)


def _at_once(rights: Sequence[Right], address: Address, standing: Standing, limit: Limit) -> tuple[Step, ...]:
    """What may be done before anybody has confirmed (amendment 1); *limit* is an unsubscription's alone."""
    steps: list[Step] = []
    for right in rights:
        match right:
            case Right.UNSUBSCRIBE:
                steps += _suppress(address, right, limit)
            case Right.ERASURE:
                steps += _suppress(address, right, replace(limit, channels=(), topics=()))
            case Right.WITHDRAW_CONSENT:
                steps += _suppress(address, right, replace(limit, channels=(), topics=()))
                if isinstance(standing, Proven):
                    steps.append(Step(kind=StepKind.STOP_PROCESSING, address=address, right=right))
            case Right.ACCESS | Right.RECTIFICATION | Right.BLOCKING:
                pass
            case _:
                assert_never(right)
    return _once(steps)


def _suppress(address: Address, right: Right, limit: Limit) -> list[Step]:
    """No more advertising to this address, nor to what may be other spellings of it: that harms nobody (C9).

    Numbers that were named go with the sender's own address only.
    """
    steps = []
    for number, one in enumerate((address, *candidates(address))):
        phones = () if number else limit.phones
        step = Step(kind=StepKind.SUPPRESS, address=one, right=right, phones=phones)
        steps.append(replace(step, channels=limit.channels, topics=limit.topics))
    return steps


def _at_the_other(rights: Sequence[Right], named: Address | None, limit: Limit) -> tuple[Step, ...]:
    """Our newsletter went to another address than they write from: no more advertising there, and nothing else.

    Anybody could have written what is quoted; that advertising stops harms nobody (amendment 1).
    """
    if named is None or Right.UNSUBSCRIBE not in rights:
        return ()
    step = Step(kind=StepKind.SUPPRESS, address=named, right=Right.UNSUBSCRIBE)
    return (replace(step, channels=limit.channels, topics=limit.topics),)


def _after_confirmation(rights: Sequence[Right], address: Address) -> tuple[Step, ...]:
    """What waits for the token: disclosure before destruction (amendment 7)."""
    steps: list[Step] = []
    for right in rights:
        match right:
            case Right.ACCESS:
                steps.append(Step(kind=StepKind.DISCLOSE, address=address, right=right))
            case Right.WITHDRAW_CONSENT:
                steps.append(Step(kind=StepKind.STOP_PROCESSING, address=address, right=right))
                steps.append(Step(kind=StepKind.DESTROY, address=address, right=right))
            case Right.ERASURE:
                steps.append(Step(kind=StepKind.DESTROY, address=address, right=right))
            case Right.UNSUBSCRIBE | Right.RECTIFICATION | Right.BLOCKING:
                pass
            case _:
                assert_never(right)
    return _once(steps)


def _once(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Each kind of step once for each address, for the first right that wants it."""
    once: dict[tuple[StepKind, Address], Step] = {}
    for step in steps:
        first = once.setdefault((step.kind, step.address), step)
        if not (step.channels or step.topics):  # all of it stops for one right: then it does not go on for another
            once[step.kind, step.address] = replace(first, channels=(), topics=())
    return tuple(once.values())


_AFTER_THE_TOKEN = frozenset({Right.ACCESS, Right.WITHDRAW_CONSENT, Right.ERASURE})
"""Rights of which a step waits for the token."""
_NEVER_MEANWHILE = frozenset(
    {HoldReason.REHEARSAL, HoldReason.JUNK, HoldReason.TOO_OLD, HoldReason.UNREADABLE, HoldReason.BY_HAND}
)


def _meanwhile(plan: Decision, holds: Sequence[HoldReason]) -> tuple[Step, ...]:
    """Advertising stops while a person decides (issue 3, item 5); a rehearsal touches nothing."""
    if _NEVER_MEANWHILE & set(holds):
        return ()
    return tuple(step for step in plan.now if step.kind is StepKind.SUPPRESS)


_NO_RECEIPT = frozenset(
    {
        HoldReason.REHEARSAL,
        HoldReason.JUNK,
        HoldReason.SENDER,
        HoldReason.BUDGET,
        HoldReason.FLOOD,
        HoldReason.BY_HAND,
    }
)


def _receipt(reading: Reading, holds: Sequence[HoldReason], policy: Policy) -> Letter | None:
    """A receipt for whoever waits for a person (amendment 9), unless no letter may go.

    Where no right was understood, receipts go once anything at all is live: the operator has left rehearsal.
    """
    live = bool(reading.rights) or Autonomy.AGREE in policy.autonomy.values()
    return Letter.RECEIPT if live and not _NO_RECEIPT & set(holds) else None


def planned(
    rights: Sequence[Right], address: Address, *, proven: bool, like: Decision, limit: Limit | None = None
) -> Decision:
    """The plan for rights that a person has read into a letter; it goes on waiting for that person."""
    ordered = tuple(right for right in Right if right in rights)
    standing: Standing = Proven("") if proven else Unproven("")
    return replace(
        like,
        rights=ordered,
        now=_at_once(ordered, address, standing, limit or Limit()),
        confirmed=_after_confirmation(ordered, address),
    )
