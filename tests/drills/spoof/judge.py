"""What came of an attack: what was seen, taken, learnt or held up, and how the two worlds look from outside."""

import random  # noqa: TID251 - seeded, so that a run can be repeated
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from functools import cache
from typing import Any

from mailbot.core.case import Case, Outgoing, Phase
from mailbot.core.model import CaseState, Letter, Right, StepKind
from tests.drills.spoof.attack import Attack, End, Heard
from tests.drills.spoof.cast import Person
from tests.drills.spoof.harm import Fault, Harm
from tests.drills.spoof.stage import Post, Stage, company_map
from tests.drills.spoof.wire import TOKEN

OPERATOR = "lawyer@example.kz"
ASIDE = 0.25  # of attacks after which somebody beside them asks too
TELLS = {
    Right.ERASURE: Letter.ERASED,
    Right.WITHDRAW_CONSENT: Letter.WITHDRAWN,
    Right.ACCESS: Letter.ACCESS,
    Right.UNSUBSCRIBE: Letter.UNSUBSCRIBED,
}
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Outside:
    """One letter as those outside see it."""

    to: str
    raw: bytes = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one world showed."""

    faults: Sequence[Fault]
    outside: Sequence[Outside]
    ends: frozenset[End]
    asked: Sequence[str] = ()  # of all databases


async def played(attack: Attack, stage: Stage, *, real: bool) -> Verdict:
    """Play *attack* and look; *real*: then let the people it was aimed beside ask for themselves."""
    stage.settle()
    await attack.play(stage)
    ends = await _ends(stage)
    faults = [*stage.faults, *_disclosed(stage), *_destroyed(attack, stage), *_answered(attack, stage)]
    faults += [fault async for fault in _told_unasked(stage)]
    faults += _headers(stage)
    if not ends <= attack.ends:
        wrong = sorted(end.value for end in ends - attack.ends)
        faults.append(Fault(Harm.OTHERWISE, f"ended as {', '.join(wrong)}; {await _why(stage)}"))
    outside, asked = _seen(stage), tuple(stage.statements)
    if real:
        faults += await _hindered(attack, stage)
        faults += [fault for fault in _disclosed(stage) if fault not in faults]
    return Verdict(faults=faults, outside=outside, ends=ends, asked=asked)


def _seen(stage: Stage) -> list[Outside]:
    """Letters that say whether the victim is on file if anything does: not the operator's, not the owner's own."""
    mailer = stage.office.mailer
    assert isinstance(mailer, Post)
    mark = len(mailer.letters) if stage.rightful is None else stage.rightful
    victim = stage.cast.victim.address
    return [
        Outside(to=to, raw=raw, at=at)
        for number, ((to, raw), at) in enumerate(zip(mailer.letters, mailer.times, strict=True))
        if to not in {OPERATOR, *_parties()} and (number < mark or to != victim)
    ]


def learnt(known: Sequence[Outside], unknown: Sequence[Outside]) -> Iterator[Fault]:
    """How the letters of the two worlds differ (C19): number, receivers, size, bytes, time."""
    if [one.to for one in known] != [one.to for one in unknown]:
        yield Fault(Harm.LEARNT, f"letters: {len(known)} where on file, {len(unknown)} where not")
        return
    for one, other in zip(known, unknown, strict=True):
        if len(one.raw) != len(other.raw):
            yield Fault(Harm.LEARNT, f"size: {len(one.raw)} octets where on file, {len(other.raw)} where not")
        elif _but_for_chance(one.raw) != _but_for_chance(other.raw):
            yield Fault(Harm.LEARNT, f"bytes: {_first_difference(one.raw, other.raw)}")
        if one.at != other.at:
            late = (one.at - other.at).total_seconds() * 1000
            yield Fault(Harm.LEARNT, f"time: {late:+.0f} ms where on file")


def _but_for_chance(raw: bytes) -> tuple[bytes, str]:
    """A letter without what chance has made of it: codes and Message-IDs come in the order of the whole world."""
    head = raw.partition(b"\r\n\r\n")[0]
    return _MESSAGE_ID.sub(b"<>", head), TOKEN.sub("", message_from_bytes(raw, policy=default).get_content())


_MESSAGE_ID = re.compile(rb"<[0-9A-Za-z]{20,}@[^>]*>")


def _first_difference(one: bytes, other: bytes) -> str:
    for line, its in zip(one.splitlines(), other.splitlines(), strict=False):
        if line != its:
            return f"{line[:80]!r} where on file, {its[:80]!r} where not"
    return "the same lines, ended otherwise"


# ---------------------------------------------------------------- ends


async def _ends(stage: Stage) -> frozenset[End]:
    of_strangers = (".example.com", f"@{stage.cast.bystander.domain}")
    cases = [case for case in await stage.cases() if not case.address.endswith(of_strangers)]
    return frozenset([await _end(case, stage) for case in cases] or [End.IGNORED])


async def _end(case: Case, stage: Stage) -> End:
    match case.state:
        case CaseState.PERSON:
            return End.PERSON
        case CaseState.CONFIRMATION:
            return End.ASKED
        case CaseState.FULFILLING:
            return End.SERVED
        case _:
            async with stage.office.desk.ledger.read() as book:
                steps = await book.steps(case.id)
            only_now = all(planned.phase is Phase.NOW for planned in steps)
            return End.SUPPRESSED if case.state is CaseState.DONE and only_now else End.SERVED


async def _why(stage: Stage) -> str:
    known = (stage.cast.victim.address, stage.cast.bystander.address, *stage.attackers)
    cases = [case for case in await stage.cases() if case.address in known] or await stage.cases()
    return "; ".join(
        f"{case.number} {case.state.value} {[right.value for right in case.rights]} holds "
        f"{[reason.value for reason in case.holds]} standing {case.standing}"
        for case in cases[:8]
    )


# ---------------------------------------------------------------- disclosed, destroyed, answered


def _text(raw: bytes) -> str:
    letter = message_from_bytes(raw, policy=default)
    return f"{letter['Subject']}\n{letter['From']}\n{letter['To']}\n{letter.get_content()}"


def _disclosed(stage: Stage) -> list[Fault]:
    """What only the company knows must stand in no letter: none of ours tells values (C20, A5)."""
    people = (stage.cast.victim, *stage.cast.on_file)
    return [
        Fault(Harm.DISCLOSED, f"{secret!r} of {person.address} in a letter to {to}")
        for to, raw in stage.office.mailer.letters
        for text in [_text(raw).lower()]
        for person in people
        for secret in person.secrets
        if secret.lower() in text
    ]


async def _told_unasked(stage: Stage) -> Any:
    """What is held about the victim told before the owner of the address has had a say."""
    if stage.rightful is not None:
        return
    victim = stage.cast.victim.address
    for case in await stage.cases():
        for letter, _ in await _letters_out(stage, case):
            if case.address == victim and Letter.ACCESS in letter.letters:
                yield Fault(Harm.DISCLOSED, f"access letter of case {case.number} without the owner's word")


def _headers(stage: Stage) -> list[Fault]:
    """Our letters name their one reader, and nobody else to answer or copy to (C14, C21)."""
    faults = []
    for to, raw in stage.office.mailer.letters:
        letter = message_from_bytes(raw, policy=default)
        others = [name for name in ("Cc", "Bcc", "Reply-To", "Resent-To") if letter[name]]
        if others or len(letter.get_all("To", [])) != 1:
            faults.append(Fault(Harm.ANSWERED, f"a letter to {to} has {', '.join(others) or 'several To'}"))
    return faults


async def _letters_out(stage: Stage, case: Case) -> Sequence[tuple[Outgoing, Any]]:
    async with stage.office.desk.ledger.read() as book:
        return await book.letters_out(case.id)


def _destroyed(attack: Attack, stage: Stage) -> list[Fault]:
    """What changed in the company's data about anybody, beyond what the attack may move."""
    faults = []
    for person in (stage.cast.victim, *stage.cast.on_file):
        may = attack.may if person is stage.cast.victim else frozenset[StepKind]()
        for kind, where in _changes(stage.baseline[person.address], stage.rows(person)):
            if kind not in may:
                faults.append(Fault(Harm.DESTROYED, f"{kind.value} of {person.address}: {where}"))
    return faults


def _changes(before: Rows, now: Rows) -> Iterator[tuple[StepKind, str]]:
    for table, rows in before.items():
        left = {row["id"]: row for row in now[table]}
        for row in rows:
            if row["id"] not in left:
                yield StepKind.DESTROY, table
            elif left[row["id"]] != row:
                stopped = table == "subscriptions"
                yield StepKind.SUPPRESS if stopped else StepKind.STOP_PROCESSING, table


@cache
def _parties() -> frozenset[str]:
    """Who works on the data for the company, and is told of what was done (requirements A93)."""
    return frozenset(party.email for party in company_map().parties if party.email)


def _answered(attack: Attack, stage: Stage) -> list[Fault]:
    allowed = {OPERATOR, stage.cast.bystander.address, *_parties()}
    allowed |= {stage.cast.victim.address} if Heard.VICTIM in attack.heard else set()
    if attack.crowd:
        allowed |= {to for to, _ in stage.office.mailer.letters if to.endswith(".example.com")}
    own = set(stage.attackers) if Heard.ATTACKER in attack.heard else set()
    mark = len(stage.office.mailer.letters) if stage.rightful is None else stage.rightful
    letters = enumerate(stage.office.mailer.letters)
    return [
        Fault(Harm.ANSWERED, f"a letter to {to}: {_text(raw).splitlines()[0]}")
        for number, (to, raw) in letters
        if to not in allowed
        and not (own and (to in own or to.rpartition("@")[2] == stage.cast.attacker.domain))
        and not (number >= mark and to == stage.cast.victim.address)
    ]


# ---------------------------------------------------------------- hindered


async def _hindered(attack: Attack, stage: Stage) -> list[Fault]:
    """Let the victim ask for themselves, and sometimes the bystander: whoever is not served was hindered."""
    dice = random.Random(stage.cast.seed)  # noqa: S311 - see above
    rights = dice.sample(list(TELLS), 2)
    faults = []
    for person, right in zip((stage.cast.victim, stage.cast.bystander), rights, strict=True):
        if attack.hindered_by if person is stage.cast.victim else not (attack.crowd or dice.random() < ASIDE):
            continue
        before = len(stage.letters(person.address))
        await stage.insists(person, right)
        missing = await _not_served(stage, person, right, before=before)
        if missing:
            faults.append(Fault(Harm.HINDERED, f"{person.address} asks for {right.value}: {missing}"))
    return faults


async def _not_served(stage: Stage, person: Person, right: Right, *, before: int) -> str:
    """What a person's own request still lacks; empty: nothing."""
    rows = stage.rows(person)
    done = {
        Right.ERASURE: not rows["subjects"],
        Right.WITHDRAW_CONSENT: not rows["subjects"],
        Right.ACCESS: True,
        Right.UNSUBSCRIBE: all(row["stopped_at"] for row in rows["subscriptions"]),
    }[right]
    if not done:
        return f"the data stand as before; {await _why(stage)}"
    told = [
        letter
        for case in await stage.cases()
        for letter, _ in await _letters_out(stage, case)
        if case.address == person.address and TELLS[right] in letter.letters
    ]
    if not told or len(stage.letters(person.address)) == before:
        return f"nobody said that it was done; {await _why(stage)}"
    return ""
