"""What a reply to one of our questions means, and what stops a confirmed request (amendments 3 and 4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mailbot.core.case import Case
from mailbot.core.decide.policy import Policy
from mailbot.core.decide.ranks import RANKS, better, standing_name
from mailbot.core.lookalike import held_as_lookalike, shared
from mailbot.core.model import (
    Address,
    CaseState,
    Concern,
    Decision,
    Failed,
    HoldReason,
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
    Unreadable,
)


class Answer(StrEnum):
    """What a letter that belongs to a case means for it."""

    CONFIRMED = "confirmed"
    DENIED = "denied"  # the owner of the address says no: lift everything, flag abuse
    ASK_AGAIN = "ask_again"  # the request repeated while its question is open: the letter again
    PERSON = "person"
    SEEN = "seen"  # the person who has the case looks at this too; nothing else moves
    NOTHING = "nothing"  # thanks, an absence notice: noted, nothing more


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyMeans:
    """The answer, and why a person must look if one must."""

    answer: Answer
    hold: HoldReason | None = None


_ASKED = frozenset({CaseState.CONFIRMATION, CaseState.PERSON, CaseState.CLOSED})
_HARMLESS = frozenset({Concern.UNSURE, Concern.TOO_LITTLE, Concern.UNKNOWN_LANGUAGE})
"""What may be said of a yes: it is short, and no request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """How a letter hangs together with its case."""

    token: bool  # it carries the token of one of its questions, anywhere in it
    thread: bool  # it answers one of our letters by Message-ID
    asked: tuple[Right, ...] = ()  # what that question was about (C15); empty: whatever the case is about

    @property
    def known(self) -> bool:
        """Whether its writer has seen a letter of ours: nobody guesses 128 bits."""
        return self.token or self.thread


def judge_reply(
    message: Message | Unreadable, reading: Reading, standing: Standing, case: Case, *, ties: Ties
) -> ReplyMeans:
    """What a letter that belongs to *case* means (amendments 3 and 4, requirements C16 and C17).

    A token that came back from the address it was sent to is enough; without it only a proven sender's
    reply to our own Message-ID is. What anybody could have written in the name of the address moves nothing.
    """
    if not (ties.known or isinstance(standing, Proven)):
        return _by_somebody(reading, standing, case)
    if isinstance(message, Message) and message.machine is not None:
        return _by_machine(message.machine, reading)
    reason = _not_for_us(message, reading, standing, case)
    if reason is not None:
        return _person(reason)
    if not is_asked(case) or reading.reply_word is None:
        return _without_reply_word(reading, standing, case)
    if not (ties.token or (ties.thread and isinstance(standing, Proven))):
        return _person(HoldReason.NO_TOKEN)
    return _yes_or_no(reading, case, ties)


def _by_machine(machine: Machine, reading: Reading) -> ReplyMeans:
    """No machine confirms anything (C17); one that seems to say something is looked at by a person."""
    if machine is Machine.BOUNCE:
        return _person(HoldReason.BOUNCED)
    speaks = reading.reply_word is not None or reading.rights
    return _person(HoldReason.READING) if speaks else ReplyMeans(answer=Answer.NOTHING)


def is_asked(case: Case) -> bool:
    """Whether a question of *case* is open."""
    return case.token_hash is not None and not case.confirmed and case.state in _ASKED


def _person(reason: HoldReason) -> ReplyMeans:
    return ReplyMeans(answer=Answer.PERSON, hold=reason)


def _yes_or_no(reading: Reading, case: Case, ties: Ties) -> ReplyMeans:
    """A yes or a no to our question, unless the letter says more than that, or the question was another (C15)."""
    if reading.reply_word is ReplyWord.DENIES:
        both = reading.route is Route.ACT
        return _person(HoldReason.CHANGED_MIND) if both else ReplyMeans(answer=Answer.DENIED)
    asks_more = bool(set(reading.rights) - set(case.rights)) or bool(set(reading.concerns) - _HARMLESS)
    waits = {step.right for step in case.decision.confirmed}
    if asks_more or (ties.token and ties.asked and not waits <= set(ties.asked)):
        return _person(HoldReason.READING)
    return ReplyMeans(answer=Answer.CONFIRMED)


def _not_for_us(
    message: Message | Unreadable, reading: Reading, standing: Standing, case: Case
) -> HoldReason | None:
    """Why no program may take this letter for an answer."""
    if isinstance(message, Unreadable):
        return HoldReason.UNREADABLE
    if isinstance(standing, Failed | Malformed) or message.author != case.address:
        thanks = reading.route is Route.IGNORE and reading.reply_word is None
        return None if thanks else HoldReason.SENDER
    return HoldReason.WANTS_PERSON if reading.reply_word is ReplyWord.WANTS_PERSON else None


def _without_reply_word(reading: Reading, standing: Standing, case: Case) -> ReplyMeans:
    if reading.reply_word is ReplyWord.DENIES:
        return _person(HoldReason.ABUSE)
    if repeats(reading, case):
        return _again(standing, case)
    asked, objects = is_asked(case), case.state is CaseState.REFUSED and bool(reading.languages)
    insists = reading.reply_word is ReplyWord.CONFIRMS and case.state is CaseState.CLOSED
    if reading.route is Route.IGNORE and not (asked or objects or insists):
        return ReplyMeans(answer=Answer.NOTHING)
    return _person(HoldReason.READING)


def _again(standing: Standing, case: Case) -> ReplyMeans:
    """The request again: the letter again, where the case waits for nothing but the answer to it.

    Not for a repeat that stands worse than the request: it would cost the person letters.
    """
    waits = is_asked(case) and case.state is CaseState.CONFIRMATION
    worse = RANKS[standing_name(standing)] < RANKS[case.standing]
    return ReplyMeans(answer=Answer.ASK_AGAIN if waits and not worse else Answer.NOTHING)


# ---------------------------------------------------------------- letters that anybody could have written


def repeats(reading: Reading, case: Case) -> bool:
    """Whether the letter asks clearly, and for nothing but what *case* is about and stops already."""
    clear = reading.route is Route.ACT and reading.reply_word is not ReplyWord.WANTS_PERSON
    return clear and set(reading.rights) <= set(case.rights) and not asks_for_more(reading, case)


def asks_for_more(reading: Reading, case: Case) -> bool:
    """Whether an unsubscription says more than *case* stops: a way, topic or number (issue 5, item 4)."""
    stops = [s for s in case.decision.now if s.kind is StepKind.SUPPRESS and s.address == case.address]
    if Right.UNSUBSCRIBE not in reading.rights or not stops:
        return False
    said = reading.details
    numbers = {number for step in stops for number in step.phones}
    return not (
        set(said.phones) <= numbers
        and any(_within(said.channels, step.channels) and _within(said.topics, step.topics) for step in stops)
    )


def _within(said: Sequence[str], stopped: Sequence[str]) -> bool:
    """Whether all that was *said* stops, where nothing said or stopped means everything."""
    return not stopped or (bool(said) and set(said) <= set(stopped))


def case_of(cases: Sequence[Case], reading: Reading, standing: Standing) -> Case | None:
    """Which of the open *cases* of its author a letter belongs to that is tied to none: it says the same again.

    One that asks its question rather than one that waits for a person, the newest of several. What is neither
    proven nor a clear repeat is a request of its own: a forger must not put a person's open question into other
    hands (issue 4, item 7); a case that a person has anyhow takes it up.
    """
    if not (reading.rights or reading.reply_word):
        return None
    fits = [one for one in cases if set(reading.rights) <= set(one.rights)]
    fits = [one for one in fits if has_person_only(one) or not asks_for_more(reading, one)]
    if not isinstance(standing, Proven):
        fits = [case for case in fits if repeats(reading, case) or has_person_only(case)]
    return min(fits, key=lambda case: _ORDER.index(case.state), default=None)


_ORDER = (CaseState.CONFIRMATION, CaseState.FULFILLING, CaseState.PERSON)


def has_person_only(case: Case) -> bool:
    """Whether *case* waits for a person and was never asked about: nothing in it can be hindered."""
    return case.state is CaseState.PERSON and case.token_hash is None


def _by_somebody(reading: Reading, standing: Standing, case: Case) -> ReplyMeans:
    """A letter in the name of the address that nothing ties to it, and nothing proves."""
    if repeats(reading, case):
        return _again(standing, case)
    return ReplyMeans(answer=Answer.SEEN if has_person_only(case) else Answer.NOTHING)


# ---------------------------------------------------------------- once the token has come back


NO_PERSON_NEEDED = frozenset({HoldReason.NO_TOKEN, HoldReason.BUDGET})
"""Holds that the token, once it has come back, answers by itself."""


NO_CONTACT_SINCE = timedelta(days=365)
"""Silence after which an address may be another person's: providers give them out again."""
_IRREVOCABLE = frozenset({StepKind.DISCLOSE, StepKind.DESTROY})


def holds_before_fulfilment(
    case: Case, subjects: Sequence[Subject], *, policy: Policy, today: date
) -> tuple[HoldReason, ...]:
    """Why a confirmed request must still be seen by a person: asked once the token has come back.

    Who reads the mailbox need not be who is on file: it may be another's by now, or several people may read it
    (C11). What a person was to look at before the token came is looked at all the same.
    """
    kinds = {step.kind for step in case.decision.confirmed}
    found = {
        HoldReason.ROLE: shared(case.address) and bool(kinds & _IRREVOCABLE),
        HoldReason.NO_CONTACT: _silent_for_long(subjects, today) and bool(kinds & _IRREVOCABLE),
        HoldReason.SEVERAL_SUBJECTS: len(subjects) > 1,
        HoldReason.OBLIGATION: StepKind.DESTROY in kinds
        and (not policy.obligations_known or any(s.obligations for s in subjects)),
        HoldReason.REHEARSAL: not policy.live(case.rights, case.languages),
    }
    waiting = case.holds if case.state is CaseState.PERSON else ()
    still = tuple(reason for reason in waiting if reason not in NO_PERSON_NEEDED)
    return (*(reason for reason, applies in found.items() if applies), *still)


def stops_at_once(case: Case, holds: Collection[HoldReason]) -> tuple[Step, ...]:
    """What of a confirmed withdrawal is done at once, though *holds* leave the destruction to a person (A69).

    Nothing but the stop, which can be lifted; and nothing where a person has to look because of who writes, how it
    came, or how many people it may be about.
    """
    if not set(holds) <= _ONLY_DESTRUCTION:
        return ()
    return tuple(step for step in case.decision.confirmed if step.kind is StepKind.STOP_PROCESSING)


_ONLY_DESTRUCTION = frozenset({HoldReason.OBLIGATION, HoldReason.ROLE, HoldReason.NO_CONTACT})
"""Reasons against what cannot be undone, and against nothing else."""


def told_of(case: Case, alike: Collection[Address]) -> tuple[HoldReason, ...]:
    """What the operator alone is told of a confirmed request: its address looks like one on file, *alike* (C10).

    It stops nothing and changes no letter: nobody is on file under the address itself, and who has made it to look
    like another's gets the answer of any address that we do not know, or they would learn whom we do (C19).
    """
    found = held_as_lookalike(case.address, alike)
    return () if found is None else (found,)


def _silent_for_long(subjects: Sequence[Subject], today: date) -> bool:
    heard = [subject.last_contact for subject in subjects if subject.last_contact is not None]
    return bool(heard) and max(heard) < today - NO_CONTACT_SINCE


def improves(letter: Standing, decision: Decision, case: Case) -> bool:
    """Whether the same request, come again, stands better than the letter that opened *case*.

    A forger must not pre-empt the victim (DESIGN, keys): who writes provably, or not from junk, is not made to
    wait because somebody wrote in their name before. A case that a reply or a person has moved on stays as it is.
    """
    if case.confirmed or case.released or case.holds != case.decision.holds:
        return False
    fewer = set(decision.holds) < set(case.decision.holds)
    return better(letter, than=case.standing) or fewer
