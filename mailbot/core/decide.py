"""What will be done: a reading, a standing and the policy in, a decision out (requirements C.3 as amended).

Deciding needs no look into the company's data, so the first letter to known and unknown people is the same,
with the same queries (amendment 2, C19); who is on file matters only once the token has come back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from mailbot.core.case import Case
from mailbot.core.model import (
    Address,
    CaseState,
    Decision,
    Failed,
    HoldReason,
    Language,
    Letter,
    Machine,
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
    Subject,
    Unproven,
    Unreadable,
)
from mailbot.core.reply import may_answer


class Autonomy(StrEnum):
    """How much is done without a person, set for each right and language by `mailbot go-live`."""

    REHEARSE = "rehearse"  # as shipped: decided and shown, a person presses the button
    AGREE = "agree"  # sure readings act
    PERSON = "person"  # always ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The operator's settings that decisions depend on."""

    act_within: timedelta = timedelta(days=7)  # mail first read later than this goes to a person
    confirm_within: timedelta = timedelta(days=14)  # amendment 4
    letters_per_case: int = 3  # amendment 9
    obligations_known: bool = True  # some store says who has open orders (issue 5, item 5)
    autonomy: Mapping[tuple[Right, Language], Autonomy] = field(default_factory=dict)

    def mode(self, right: Right, languages: Sequence[Language]) -> Autonomy:
        """The most careful mode among *languages*; nothing set, or no language known: rehearse."""
        modes = {self.autonomy.get((right, language), Autonomy.REHEARSE) for language in languages}
        for careful in (Autonomy.PERSON, Autonomy.REHEARSE):
            if careful in modes:
                return careful
        return Autonomy.AGREE if modes else Autonomy.REHEARSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known around a letter, apart from its words."""

    received_at: datetime
    in_junk: bool = False
    unmatched: bool = False  # see `NewLetter.unmatched`
    within_budget: bool = True  # requirements D6 as split by amendment 13


# ---------------------------------------------------------------- receive: is it any of our business?


def concerns_us(message: Message | Unreadable, reading: Reading, *, tied: bool) -> bool:
    """Whether a letter is kept; everything else is left exactly as it was.

    *tied*: it answers one of our letters, or carries one of our tokens.
    """
    if isinstance(message, Unreadable):
        return True
    match message.machine:
        case None | Machine.UNSUBSCRIBE_BUTTON:
            return tied or message.encrypted or reading.route is not Route.IGNORE
        case Machine.BOUNCE:
            return tied
        case (
            Machine.RECEIPT
            | Machine.COMPLAINT
            | Machine.ABSENCE
            | Machine.LIST
            | Machine.CALENDAR
            | Machine.OURSELVES
            | Machine.ROBOT
        ):
            return False
        case _:
            assert_never(message.machine)


# ---------------------------------------------------------------- decide: a new request


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
    answerable = not may_answer(message, standing, in_junk=around.in_junk)
    holds = _holds(message, reading, standing, around, now=now, policy=policy)
    plan = Decision(
        rights=rights,
        now=_at_once(rights, address, standing),
        confirmed=_after_confirmation(rights, address),
        holds=holds,
        may_answer=answerable,
    )
    if not holds:
        return plan
    return Decision(
        rights=rights,
        now=plan.now,
        confirmed=plan.confirmed,
        meanwhile=_meanwhile(plan, holds),
        letter=_receipt(reading, holds, policy) if answerable else None,
        holds=holds,
        may_answer=answerable,
    )


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
    silent = bool(may_answer(message, standing, in_junk=False))
    late = around.unmatched or now - around.received_at > policy.act_within
    rehearsed = any(policy.mode(right, reading.languages) is not Autonomy.AGREE for right in rights)
    found = {
        HoldReason.SENDER: isinstance(standing, Malformed) or (silent and not only_unsubscribe),
        HoldReason.READING: reading.route is not Route.ACT or message.encrypted,
        HoldReason.RIGHT: bool({Right.RECTIFICATION, Right.BLOCKING} & set(rights)),
        HoldReason.JUNK: around.in_junk and not isinstance(standing, Proven),
        HoldReason.TOO_OLD: late,
        HoldReason.BUDGET: not around.within_budget,
        HoldReason.REHEARSAL: rehearsed,
    }
    return tuple(reason for reason, applies in found.items() if applies)


def _at_once(rights: Sequence[Right], address: Address, standing: Standing) -> tuple[Step, ...]:
    """What may be done before anybody has confirmed (amendment 1)."""
    steps: list[Step] = []
    for right in rights:
        match right:
            case Right.UNSUBSCRIBE | Right.ERASURE:
                steps.append(Step(kind=StepKind.SUPPRESS, address=address, right=right))
            case Right.WITHDRAW_CONSENT:
                steps.append(Step(kind=StepKind.SUPPRESS, address=address, right=right))
                if isinstance(standing, Proven):
                    steps.append(Step(kind=StepKind.STOP_PROCESSING, address=address, right=right))
            case Right.ACCESS | Right.RECTIFICATION | Right.BLOCKING:
                pass
            case _:
                assert_never(right)
    return _once(steps)


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
    """Each kind of step once, for the first right that wants it."""
    return tuple({step.kind: step for step in reversed(steps)}[kind] for kind in _kinds(steps))


def _kinds(steps: Sequence[Step]) -> tuple[StepKind, ...]:
    return tuple(dict.fromkeys(step.kind for step in steps))


_NEVER_MEANWHILE = frozenset(
    {HoldReason.REHEARSAL, HoldReason.JUNK, HoldReason.TOO_OLD, HoldReason.UNREADABLE, HoldReason.BY_HAND}
)


def _meanwhile(plan: Decision, holds: Sequence[HoldReason]) -> tuple[Step, ...]:
    """Advertising stops while a person decides (issue 3, item 5); a rehearsal touches nothing."""
    if _NEVER_MEANWHILE & set(holds):
        return ()
    return tuple(step for step in plan.now if step.kind is StepKind.SUPPRESS)


_NO_RECEIPT = frozenset(
    {HoldReason.REHEARSAL, HoldReason.JUNK, HoldReason.SENDER, HoldReason.BUDGET, HoldReason.BY_HAND}
)


def _receipt(reading: Reading, holds: Sequence[HoldReason], policy: Policy) -> Letter | None:
    """A receipt for whoever waits for a person (amendment 9), unless no letter may go.

    Where no right was understood, receipts go once anything at all is live: the operator has left rehearsal.
    """
    live = bool(reading.rights) or Autonomy.AGREE in policy.autonomy.values()
    return Letter.RECEIPT if live and not _NO_RECEIPT & set(holds) else None


def planned(rights: Sequence[Right], address: Address, *, proven: bool, like: Decision) -> Decision:
    """The plan for rights that a person has read into a letter; it goes on waiting for that person."""
    ordered = tuple(right for right in Right if right in rights)
    standing: Standing = Proven("") if proven else Unproven("")
    return replace(
        like,
        rights=ordered,
        now=_at_once(ordered, address, standing),
        confirmed=_after_confirmation(ordered, address),
    )


# ---------------------------------------------------------------- decide: a reply to our question


class Answer(StrEnum):
    """What a letter that belongs to a case means for it."""

    CONFIRMED = "confirmed"
    DENIED = "denied"  # the owner of the address says no: lift everything, flag abuse
    ASK_AGAIN = "ask_again"  # the request repeated while its question is open: the letter again
    PERSON = "person"
    NOTHING = "nothing"  # thanks, an absence notice: noted, nothing more


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyMeans:
    """The answer, and why a person must look if one must."""

    answer: Answer
    hold: HoldReason | None = None


_ASKED = frozenset({CaseState.CONFIRMATION, CaseState.PERSON, CaseState.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """How a letter hangs together with its case."""

    token: bool  # it carries the token of the open question, anywhere in it
    thread: bool  # it answers one of our letters by Message-ID


def judge_reply(
    message: Message | Unreadable, reading: Reading, standing: Standing, case: Case, *, ties: Ties
) -> ReplyMeans:
    """What a letter that belongs to *case* means (amendments 3 and 4, requirements C16 and C17).

    A token that came back from the address it was sent to is enough; without it only a proven sender's
    reply to our own Message-ID is.
    """
    reason = _not_for_us(message, reading, standing, case)
    if reason is not None:
        return ReplyMeans(answer=Answer.PERSON, hold=reason)
    open_question = case.token_hash is not None and not case.confirmed and case.state in _ASKED
    if not open_question or reading.reply_word is None:
        return _without_reply_word(reading, case, open_question=open_question)
    if not (ties.token or (ties.thread and isinstance(standing, Proven))):
        return ReplyMeans(answer=Answer.PERSON, hold=HoldReason.NO_TOKEN)
    denied = reading.reply_word is ReplyWord.DENIES
    return ReplyMeans(answer=Answer.DENIED if denied else Answer.CONFIRMED)


def _not_for_us(
    message: Message | Unreadable, reading: Reading, standing: Standing, case: Case
) -> HoldReason | None:
    """Why no program may take this letter for an answer."""
    if isinstance(message, Unreadable):
        return HoldReason.UNREADABLE
    if message.machine is not None:
        return HoldReason.BOUNCED if message.machine is Machine.BOUNCE else HoldReason.READING
    if isinstance(standing, Failed | Malformed) or message.author != case.address:
        return HoldReason.SENDER
    return HoldReason.WANTS_PERSON if reading.reply_word is ReplyWord.WANTS_PERSON else None


def _without_reply_word(reading: Reading, case: Case, *, open_question: bool) -> ReplyMeans:
    if reading.reply_word is ReplyWord.DENIES:
        return ReplyMeans(answer=Answer.PERSON, hold=HoldReason.ABUSE)
    if reading.route is Route.ACT and set(reading.rights) <= set(case.rights):
        return ReplyMeans(answer=Answer.ASK_AGAIN if open_question else Answer.NOTHING)
    if reading.route is Route.IGNORE and not open_question:
        return ReplyMeans(answer=Answer.NOTHING)
    return ReplyMeans(answer=Answer.PERSON, hold=HoldReason.READING)


def holds_before_fulfilment(case: Case, subjects: Sequence[Subject], *, policy: Policy) -> tuple[HoldReason, ...]:
    """Why a confirmed request must still be seen by a person: asked once the token has come back."""
    kinds = {step.kind for step in case.decision.confirmed}
    found = {
        HoldReason.SEVERAL_SUBJECTS: len(subjects) > 1,
        HoldReason.OBLIGATION: StepKind.DESTROY in kinds
        and (not policy.obligations_known or any(s.obligations for s in subjects)),
        HoldReason.REHEARSAL: any(
            policy.mode(right, case.languages) is not Autonomy.AGREE for right in case.rights
        ),
    }
    return tuple(reason for reason, applies in found.items() if applies)


def better(one: Standing, than: str) -> bool:
    """Whether *one* outranks the standing named *than*: a forger must not pre-empt the victim (DESIGN, keys)."""
    ranks = {"Malformed": 0, "Failed": 0, "Unproven": 1, "Proven": 2}
    return ranks[standing_name(one)] > ranks[than]


def standing_name(standing: Standing) -> str:
    """Name of the standing's kind, as the ledger and the audit trail keep it."""
    match standing:
        case Proven() | Unproven() | Failed() | Malformed():
            return type(standing).__name__
        case _:
            assert_never(standing)
