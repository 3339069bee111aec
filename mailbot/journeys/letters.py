"""Our letters, made within the transaction of the decision they tell: facts gathered, rendered, queued."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mailbot.core import reply
from mailbot.core.case import Case, Phase, PlannedStep, StoredLetter
from mailbot.core.datamap import Holdings
from mailbot.core.datamap.own import LETTERS
from mailbot.core.message import read
from mailbot.core.model import (
    CaseState,
    Change,
    Language,
    Letter,
    Message,
    MessageId,
    StepKind,
    Unreadable,
)
from mailbot.core.tasks import TaskKind, duties, names_parties
from mailbot.journeys.desk import Desk, token_hash
from mailbot.journeys.orders import all_stopped, limited
from mailbot.journeys.trail import record
from mailbot.ports import Book, Draft, Rendered

ASKED_FOR = (Phase.NOW, Phase.CONFIRMED)  # not what is destroyed on a day of its own, or once more
NAMED = 20  # cases that one mail to the operator names
UNASKED = frozenset({Letter.REMINDER, Letter.INTERIM, Letter.PARTY_RESULT, Letter.TERM_OVER})
"""They answer no message (requirements D17)."""


async def parent_of(case: Case, book: Book, desk: Desk) -> Message | Unreadable:
    """The person's newest letter, which our next one answers."""
    return opened(await book.letter(case.letter_id), desk)


def opened(letter: StoredLetter, desk: Desk) -> Message | Unreadable:
    """A kept letter, read again from its bytes; what was set aside at its arrival stays set aside."""
    return Unreadable(why=letter.unreadable) if letter.unreadable else read(letter.raw, own=desk.own)


async def ask(
    case: Case, parent: Message | Unreadable, book: Book, desk: Desk, *, letter: Letter = Letter.CONFIRM
) -> Case:
    """Ask for the confirmation, once for everything; a question asked again has a new token (requirements C15).

    Every token of the case confirms it: who asks again in somebody's name does not make the first one worthless.
    """
    token, now = "MB" + desk.chance.token(), desk.chance.now()
    digest = token_hash(token, keys=desk.keys)
    asked = replace(
        case,
        state=CaseState.CONFIRMATION,
        token_hash=digest,
        confirm_until=now + desk.policy.confirm_within,
    )
    await book.put_question(case.id, digest, case.rights, at=now)
    return await send(asked, (letter,), parent, book, desk, token=token)


async def send(  # noqa: PLR0913 - a letter has a case, what it tells, what it answers, and where it is noted
    case: Case,
    letters: Sequence[Letter],
    parent: Message | Unreadable,
    book: Book,
    desk: Desk,
    *,
    token: str | None = None,
    said: reply.Facts | None = None,
    person: str = "",
) -> Case:
    """Queue one letter that tells all of *letters*, and save the case with it.

    *said* replaces the facts gathered from the case; *person* signs a letter that a person wrote or released.
    """
    written = Letter.WRITTEN in letters or Letter.REFUSED in letters
    answered = await book.letter(case.letter_id)
    leaves = desk.chance.now() if written else slot(desk, after=answered.read_at)
    facts = said or facts_of(case, await book.steps(case.id), desk, token=token)
    text = desk.renderer.render(tuple(letters), case.languages, facts.mapping())
    heading = reply.Heading(
        to=case.address,
        message_id=new_message_id(desk),
        date=leaves,
        automatic="person" if written else "auto-generated" if UNASKED & set(letters) else "auto-replied",
        case=case.number,
        parent=parent if isinstance(parent, Message) else None,
    )
    saved = await book.save(replace(case, letters=case.letters + 1))
    await queue(saved, text, heading, tuple(letters), book, desk)
    told_now = {
        "letters": [letter.value for letter in letters],
        "languages": [language.value for language in text.languages],
    }
    await record("answer.queued", saved, book, desk, told_now, by=person)
    return saved


def slot(desk: Desk, *, after: datetime) -> datetime:
    """The moment at which an automatic letter leaves that answers one read at *after*; its Date tells it as well.

    How long the company's databases took over somebody they know cannot be read from it (requirements C19): work
    that is done within `leave_after` moves it over no stroke, wherever between two strokes the letter came.
    """
    earliest, every = max(desk.chance.now(), after + desk.limits.leave_after), desk.limits.leave_every
    return earliest + (datetime.min.replace(tzinfo=UTC) - earliest) % every


async def notify_operator(cases: Sequence[Case], kind: reply.Notice, book: Book, desk: Desk) -> None:
    """Queue a mail to the operator: case numbers, rights, reasons, days, the command; no personal data.

    It names the first of *cases* and counts the rest: a mail bomb must not become one for the operator.
    """
    waiting = [
        reply.Waiting(case=case.number, rights=case.rights, reasons=case.holds, due=case.due_day)
        for case in cases[:NAMED]
    ]
    language = Language(desk.letterhead.operator_language)
    text = desk.renderer.notice(kind, language, *waiting, more=len(cases) - len(waiting))
    heading = reply.Heading(
        to=desk.letterhead.operator,
        message_id=new_message_id(desk),
        date=desk.chance.now(),
        automatic="auto-generated",
        case=cases[0].number if len(cases) == 1 else None,
    )
    await queue(cases[0], text, heading, (), book, desk)


async def queue(
    case: Case,
    text: Rendered,
    heading: reply.Heading,
    letters: tuple[Letter, ...],
    book: Book,
    desk: Desk,
) -> None:
    """Put a letter about *case* into the outbox, to whomever it is."""
    draft = Draft(
        case_id=case.id,
        recipient=heading.to,
        message_id=heading.message_id,
        raw=reply.compose(text, heading, sender_of(text, desk)),
        letters=letters,
        automatic=heading.automatic != "person",
        run_at=heading.date,
    )
    await book.queue(draft)


def sender_of(text: Rendered, desk: Desk) -> reply.Sender:
    """Who *text* comes from, named in its language."""
    head = desk.letterhead
    name = head.company if isinstance(head.company, str) else head.company[text.languages[0]]
    return reply.Sender(name=name, address=head.mailbox, loop_id=desk.own.loop_id)


def new_message_id(desk: Desk) -> MessageId:
    """New, unique, of our own domain, at least 128 random bits, not made from the token (amendment 3, D19)."""
    return MessageId(f"{desk.chance.token()}@{desk.letterhead.mailbox.rpartition('@')[2]}")


def facts_of(case: Case, steps: Sequence[PlannedStep], desk: Desk, *, token: str | None = None) -> reply.Facts:
    """What a letter of this case may say now; what is not known is None, and asking for it raises."""
    head = desk.letterhead
    destroyed = [p for p in steps if p.step.kind is StepKind.DESTROY and p.phase in ASKED_FOR]
    changes = [
        change for planned in destroyed[-1:] for change in planned.intended or ()
    ]  # there may be two rounds
    holdings = next((p.holdings for p in reversed(steps) if p.holdings is not None), None)
    passed_on = duties(case, steps, desk.datamap) if names_parties(case) else ()
    facts = reply.Facts(
        case=case.number,
        operator=reply.Operator(name=head.company, address=head.address),
        responsible=reply.Responsible(name=head.responsible, post=head.post, phone=head.phone),
        jurisdiction=head.jurisdiction,
        received_at=case.received_at,
        done_at=desk.chance.now(),
        due=case.due_day,
        confirm_until=case.confirm_until and case.confirm_until.astimezone(desk.zone).date(),
        token=token,
        rights=case.rights,
        suppressed=all_stopped(steps),
        stopped=_has_done(steps, StepKind.STOP_PROCESSING),
        address_shown=reply.masked(case.address) if case.address else None,
        destroyed=tuple(dict.fromkeys(c.category for c in changes if c.rows and c.category and not c.kept_for)),
        kept=_kept(changes),
        letters_stay=any(c.category == LETTERS and c.kept_for for c in changes),
        parties=tuple(dict.fromkeys(one.place.name for one in passed_on if one.kind is TaskKind.PARTY)),
    )
    facts = limited(facts, case, steps, desk)
    return facts if holdings is None else told(facts, holdings, desk)


def _kept(changes: Sequence[Change]) -> tuple[reply.Kept, ...]:
    """What stays for a norm; letters that are no proof stay for none."""
    stays = (c for c in changes if c.kept_for and c.rows and c.category != LETTERS)
    return tuple(dict.fromkeys(reply.Kept(category=c.category, norm=c.kept_for, until=c.until) for c in stays))


def _has_done(steps: Sequence[PlannedStep], kind: StepKind) -> bool:
    """Whether a step of this kind has been taken for the case, and looked at again."""
    return any(p.done and p.step.kind is kind and p.phase is not Phase.UNDO for p in steps)


def told(facts: reply.Facts, holdings: Holdings, desk: Desk) -> reply.Facts:
    """*facts* with what an access letter tells: categories and terms, no values (access, level 1).

    It is the union of what three laws want told (KZ 94-V 24(1)(1), RU 152-FZ 14(7), EU 15(1)-(2)).
    """
    words, head = desk.datamap.words, desk.letterhead
    parties = (*holdings.processors, *holdings.recipients)
    return replace(
        facts,
        found=tuple(holding.category for holding in holdings.held),
        held=reply.groups(holdings),
        recipients=tuple(holdings.recipients),
        processors=tuple(holdings.processors),
        abroad=reply.abroad(parties, words.get("ground", {}), home=head.country),
        disclosed=holdings.disclosed,
        decisions=tuple(words.get("decision", {}).values()),
        policy=head.policy_edition,
        withheld=holdings.withheld,
    )
