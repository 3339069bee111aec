"""What a reply to one of our questions means, and what stops a confirmed request (amendments 3 and 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from mailbot.core.case import Case
from mailbot.core.decide.policy import Policy
from mailbot.core.model import (
    CaseState,
    Decision,
    Failed,
    HoldReason,
    Machine,
    Malformed,
    Message,
    Proven,
    Reading,
    ReplyWord,
    Route,
    Standing,
    StepKind,
    Subject,
    Unproven,
    Unreadable,
)


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
        thanks = reading.route is Route.IGNORE and reading.reply_word is None
        return None if thanks else HoldReason.SENDER
    return HoldReason.WANTS_PERSON if reading.reply_word is ReplyWord.WANTS_PERSON else None


def _without_reply_word(reading: Reading, case: Case, *, open_question: bool) -> ReplyMeans:
    if reading.reply_word is ReplyWord.DENIES:
        return ReplyMeans(answer=Answer.PERSON, hold=HoldReason.ABUSE)
    if reading.route is Route.ACT and set(reading.rights) <= set(case.rights):
        return ReplyMeans(answer=Answer.ASK_AGAIN if open_question else Answer.NOTHING)
    objects = case.state is CaseState.REFUSED and bool(reading.languages)
    insists = reading.reply_word is ReplyWord.CONFIRMS and case.state is CaseState.CLOSED
    if reading.route is Route.IGNORE and not (open_question or objects or insists):
        return ReplyMeans(answer=Answer.NOTHING)
    return ReplyMeans(answer=Answer.PERSON, hold=HoldReason.READING)


NO_PERSON_NEEDED = frozenset({HoldReason.NO_TOKEN, HoldReason.BUDGET})
"""Holds that the token, once it has come back, answers by itself."""


def holds_before_fulfilment(case: Case, subjects: Sequence[Subject], *, policy: Policy) -> tuple[HoldReason, ...]:
    """Why a confirmed request must still be seen by a person: asked once the token has come back.

    What a person was to look at before the token came is looked at all the same.
    """
    kinds = {step.kind for step in case.decision.confirmed}
    found = {
        HoldReason.SEVERAL_SUBJECTS: len(subjects) > 1,
        HoldReason.OBLIGATION: StepKind.DESTROY in kinds
        and (not policy.obligations_known or any(s.obligations for s in subjects)),
        HoldReason.REHEARSAL: not policy.live(case.rights, case.languages),
    }
    waiting = case.holds if case.state is CaseState.PERSON else ()
    still = tuple(reason for reason in waiting if reason not in NO_PERSON_NEEDED)
    return (*(reason for reason, applies in found.items() if applies), *still)


def improves(letter: Standing, decision: Decision, case: Case) -> bool:
    """Whether the same request, come again, stands better than the letter that opened *case*.

    A forger must not pre-empt the victim (DESIGN, keys): who writes provably, or not from junk, is not made to
    wait because somebody wrote in their name before. A case that a reply or a person has moved on stays as it is.
    """
    if case.confirmed or case.released or case.holds != case.decision.holds:
        return False
    fewer = set(decision.holds) < set(case.decision.holds)
    return better(letter, than=case.standing) or fewer


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
