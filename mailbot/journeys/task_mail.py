"""Mails about tasks: to the named person and the operator without personal data, to a party with one address."""

from collections.abc import Sequence
from dataclasses import replace

from mailbot.core import reply
from mailbot.core.case import Case
from mailbot.core.datamap import Manual, Party
from mailbot.core.model import Address, Language, Letter, MessageId
from mailbot.core.tasks import Task, TaskKind
from mailbot.journeys import letters
from mailbot.journeys.desk import Desk
from mailbot.ports import Book, Draft


def store_of(task: Task, desk: Desk) -> Manual | None:
    """The place of a store's task, as the map has it now."""
    wanted = task.name if task.kind is TaskKind.STORE else None
    return next((store for store in desk.datamap.manual if store.name == wanted), None)


def party_of(task: Task, desk: Desk) -> Party | None:
    """Who is told by a party's task, as the map has them now."""
    wanted = task.name if task.kind is TaskKind.PARTY else None
    return next((party for party in desk.datamap.parties if party.name == wanted), None)


def by_post(task: Task, desk: Desk) -> bool:
    """Whether a person has to tell a party: it has no e-mail address."""
    party = party_of(task, desk)
    return task.kind is TaskKind.PARTY and not (party and party.email)


# ---------------------------------------------------------------- to who works here


async def ask(
    kind: reply.Notice, task: Task, case: Case, book: Book, desk: Desk, *, message_id: MessageId | None
) -> None:
    """One mail to the named person about one task; to the operator where the map names nobody any more."""
    store = store_of(task, desk)
    to = Address(store.mail.lower()) if store else desk.letterhead.operator
    await _notice(kind, [(task, case)], to, book, desk, message_id=message_id)


async def tell_operator(kind: reply.Notice, tasks: Sequence[tuple[Task, Case]], book: Book, desk: Desk) -> None:
    """One mail about several tasks; it names the first and counts the rest."""
    await _notice(kind, tasks, desk.letterhead.operator, book, desk)


async def _notice(
    kind: reply.Notice,
    tasks: Sequence[tuple[Task, Case]],
    to: Address,
    book: Book,
    desk: Desk,
    *,
    message_id: MessageId | None = None,
) -> None:
    named = [_waiting(task, case, desk) for task, case in tasks[: letters.NAMED]]
    language = Language(desk.letterhead.operator_language)
    text = desk.renderer.notice(kind, language, *named, more=len(tasks) - len(named))
    heading = reply.Heading(
        to=to,
        message_id=message_id or letters.new_message_id(desk),
        date=desk.chance.now(),
        automatic="auto-generated",
        case=tasks[0][1].number if len(tasks) == 1 else None,
    )
    draft = Draft(
        case_id=tasks[0][1].id,
        recipient=to,
        message_id=heading.message_id,
        raw=reply.compose(text, heading, letters.sender_of(text, desk)),
        letters=(),
        automatic=False,  # no part of what people may be sent, nor of how often the operator hears of cases
        run_at=heading.date,
    )
    await book.queue(draft)


def _waiting(task: Task, case: Case, desk: Desk) -> reply.Waiting:
    store = store_of(task, desk)
    return reply.Waiting(
        case=case.number,
        rights=(task.right,),
        reasons=(),
        due=task.due_at.astimezone(desk.zone).date(),
        task=task.id,
        where=f"{store.name} ({store.system})" if store else task.name,
        how=store.how if store else "",
    )


# ---------------------------------------------------------------- to a party


async def tell_party(
    task: Task, case: Case, book: Book, desk: Desk, *, message_id: MessageId | None, reminds: bool = False
) -> None:
    """Ask a party to follow: what, about whom, by when. Who has no e-mail address is told by the operator."""
    party = party_of(task, desk)
    if party is None or not party.email or message_id is None:
        return
    facts = replace(
        letters.facts_of(case, (), desk),
        rights=(task.right,),
        due=task.due_at.astimezone(desk.zone).date(),
        about=case.address,
        again=reminds,
    )
    text = desk.renderer.render((Letter.PARTY,), (party.language,), facts.mapping())
    heading = reply.Heading(
        to=Address(party.email.lower()),
        message_id=message_id,
        date=desk.chance.now(),
        automatic="auto-generated",
        case=case.number,
    )
    await letters.queue(case, text, heading, (Letter.PARTY,), book, desk)
