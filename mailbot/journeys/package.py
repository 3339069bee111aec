"""package: access of level 2. The program prepares a copy of the values; a person looks and releases it (C20).

The password is shown to that person once and stands nowhere else: whoever has the mailbox, the ledger or the log
cannot open the archive. It is told by calling the number on file, never the one that a letter names.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from mailbot.core import phone, reply
from mailbot.core.audit import Plain
from mailbot.core.case import Case, OutState, in_doubt
from mailbot.core.datamap import Copy
from mailbot.core.decide import Answer
from mailbot.core.decide.answer import NO_CONTACT_SINCE
from mailbot.core.model import CaseState, Letter, Message, Right
from mailbot.core.reply import Package
from mailbot.core.reply.package import as_json, counts, numbers, password, spoken
from mailbot.errors import NotNow, Rejected
from mailbot.journeys import letters
from mailbot.journeys.casework import forget_traces
from mailbot.journeys.desk import Desk
from mailbot.journeys.subject import permit
from mailbot.journeys.trail import record
from mailbot.ports import Book, Draft, Rendered
from mailbot.ports.packing import Archive, Press

MOST = 15_000_000  # octets of a letter with its archive, encoded: what most mailboxes take
MANY_DIGITS = 6  # more of them are a telephone number or a document's


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What would be handed out, and the numbers on file by which the password can be told."""

    case: Case
    copy: Copy
    package: Package
    phones: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A package on its way. `password` exists here and in the archive, nowhere else."""

    case: Case
    password: str = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    rows: int
    size: int  # octets of the archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """The person who looks or releases: by what right, and with what."""

    by: str
    authority: Collection[str]
    press: Press
    archive: Archive


async def show(number: str, *, by: str, authority: Collection[str], values: bool, desk: Desk) -> Contents:
    """What would be in the package; with *values* only for a person with authority. Every look is kept."""
    case = await _case(number, desk)
    if values:
        await permit(case.address, by=by, authority=authority, desk=desk, case=case.number)
    contents = await _contents(case, desk)
    async with desk.ledger.write() as book:
        facts: dict[str, Plain] = {"rows": counts(contents.copy.records), "values": values}
        await record("access.looked", case, book, desk, facts, by=by)
    return contents


async def release(number: str, *, hand: Hand, told_how: str = "", desk: Desk) -> Released:
    """Seal the package, queue it to the address on file, and give the password to the person who releases it.

    *told_how* says how the password is told where there is no number on file, or nobody wants to call. Raises
    `NotNow` where the case is none of a confirmed access request, or nothing can tell the password.
    """
    case = await _case(number, desk)
    await permit(case.address, by=hand.by, authority=hand.authority, desk=desk, case=case.number)
    contents = await _contents(case, desk)
    if not (contents.phones or told_how):
        raise NotNow(
            f"there is no number on file to tell the password for case {case.number}: have the person come, and "
            f'`mailbot package release {case.number} --no-call "in person, by passport, at the office"`'
        )
    if "@" in told_how or sum(letter.isdigit() for letter in told_how) > MANY_DIGITS:
        raise NotNow("say how the password is told without addresses and numbers: it goes into the audit trail")
    secret = password(desk.chance.token())
    archive = hand.archive.archive(_files(contents, hand.press), secret, at=desk.chance.now())
    async with desk.ledger.write() as book:
        sent = await _send(contents, archive, called=not told_how, book=book, desk=desk)
        facts: dict[str, Plain] = {
            "sha256": sha256(archive).hexdigest(),
            "octets": len(archive),
            "rows": counts(contents.copy.records),
            "withheld": contents.copy.withheld,
            "password": f"told: {told_how}" if told_how else "by the number on file",
        }
        told = {"letters": [Letter.PACKAGE.value], "languages": [one.value for one in sent.languages]}
        await record("answer.queued", sent, book, desk, told, by=hand.by)
        await record("access.released", sent, book, desk, facts, by=hand.by)
    return Released(
        case=sent,
        password=spoken(secret),
        phones=() if told_how else contents.phones,
        rows=len(contents.copy.records),
        size=len(archive),
    )


# ---------------------------------------------------------------- whether


async def _case(number: str, desk: Desk) -> Case:
    """The case, if it asks for access and the code came back from its address (C20); raises `NotNow`."""
    async with desk.ledger.read() as book:
        try:
            case = await book.case(number)
        except KeyError:
            raise NotNow(f"there is no case {number}; `mailbot cases list` shows them") from None
        asks = Right.ACCESS in {*case.rights, *(planned.step.right for planned in await book.steps(case.id))}
        why = "does not ask for access" if not asks else _not_releasable(case)
        since = desk.chance.now() - NO_CONTACT_SINCE
        why = why or ("" if await _code_came_back(case, book, since=since) else _UNCONFIRMED)
    if why:
        raise NotNow(f"case {number} {why}")
    return case


_UNCONFIRMED = (
    "was not confirmed by the code from its address within the last year: values go to nobody else "
    "(see `mailbot cases`)"
)


def _not_releasable(case: Case) -> str:
    """Why values of this case go to nobody; empty: they may."""
    if case.state in (CaseState.REFUSED, CaseState.CLOSED):
        return f"is {case.state.value}"
    if not case.confirmed or not case.address:
        return _UNCONFIRMED
    if case.state not in (CaseState.DONE, CaseState.PERSON):
        return "is under way: wait until its access letter is made"
    if in_doubt(case):
        return "is in doubt: somebody says it was not them; settle that first, see `mailbot cases show`"
    return ""


async def _code_came_back(case: Case, book: Book, *, since: datetime) -> bool:
    """Whether the trail tells that the person confirmed it: a person's approval alone is no confirmation.

    A confirmation that a person had to look at before anything was carried out is one as well. After a year of
    silence the address may be another's (see `NO_CONTACT_SINCE`).
    """
    if await book.noted(["case.confirmed"], since=since, case=case.number, limit=1):
        return True
    replies = await book.noted(["letter.reply"], since=since, case=case.number)
    return any(event.facts["means"] == Answer.CONFIRMED for event in replies)


async def _contents(case: Case, desk: Desk) -> Contents:
    try:
        copy = await desk.registry.values(case.address)
    except Rejected as exc:  # several persons: nothing is handed out to any of them
        raise NotNow(f"case {case.number}: {exc}") from exc
    if not copy.records:
        raise NotNow(f"nothing is on file about the person of case {case.number}: there is nothing to hand out")
    head = desk.letterhead
    return Contents(
        case=case,
        copy=copy,
        package=reply.package(
            case.number,
            copy,
            desk.datamap,
            operator=reply.Operator(name=head.company, address=head.address),
            made_at=desk.chance.now(),
        ),
        phones=numbers(copy.records, desk.datamap),
    )


# ---------------------------------------------------------------- how


def _files(contents: Contents, press: Press) -> Mapping[str, bytes]:
    """What goes into the archive; names say nothing of the person, because a zip does not hide them."""
    case, made = contents.case, contents.package
    pages = {f"my-data-{language.value}.html": press.page(made, language) for language in case.languages}
    return {**pages, "my-data.json": as_json(made, case.languages[0])}


async def _send(contents: Contents, archive: bytes, *, called: bool, book: Book, desk: Desk) -> Case:
    """Queue the letter with the archive; what it replaces and has not left stays here."""
    case, now = await book.case(contents.case.id), desk.chance.now()
    if case.version != contents.case.version:
        raise NotNow(f"case {case.number} has changed meanwhile: look at it, and release again")
    await _hold_earlier(case, book, desk)
    text = _rendered(contents, letters.facts_of(case, await book.steps(case.id), desk), called=called, desk=desk)
    parent = await letters.parent_of(case, book, desk)
    heading = reply.Heading(
        to=case.address,
        message_id=letters.new_message_id(desk),
        date=now,
        automatic="person",
        case=case.number,
        parent=parent if isinstance(parent, Message) else None,
    )
    enclosed = reply.Enclosed(name=f"access-{case.number}.zip", content=archive)
    raw = reply.compose(text, heading, letters.sender_of(text, desk), enclosed)
    if len(raw) > MOST:
        raise NotNow(
            f"the letter would have {len(raw) / 1e6:.1f} MB, and mailboxes take {MOST / 1e6:.0f}: "
            "hand the copy over in person, from `mailbot subject ADDRESS --json`"
        )
    saved = await book.save(await _answered(case, book))
    draft = Draft(
        case_id=case.id,
        recipient=case.address,
        message_id=heading.message_id,
        raw=raw,
        letters=(Letter.PACKAGE,),
        automatic=False,
        run_at=now,
    )
    await book.queue(draft)
    return saved


def _rendered(contents: Contents, facts: reply.Facts, *, called: bool, desk: Desk) -> Rendered:
    shown = [phone.masked(phone.normal(one) or one) for one in contents.phones] if called else []
    said = replace(
        facts,
        call_shown=tuple(shown),
        withheld=contents.copy.withheld,
        elsewhere=contents.package.elsewhere,
    )
    return desk.renderer.render((Letter.PACKAGE,), contents.case.languages, said.mapping())


async def _answered(case: Case, book: Book) -> Case:
    """The case with one letter more (amendment 9); one that waited for nothing but this copy is done."""
    sent = replace(case, letters=case.letters + 1)
    if case.state is not CaseState.PERSON or case.rights != (Right.ACCESS,):
        return sent
    await forget_traces(case, book)
    return replace(sent, state=CaseState.DONE, holds=())


async def _hold_earlier(case: Case, book: Book, desk: Desk) -> None:
    """An earlier copy whose password was lost need not leave any more."""
    for letter, state in await book.letters_out(case.id):
        if Letter.PACKAGE in letter.letters and state is OutState.QUEUED:
            await book.out(letter.id, was=OutState.QUEUED, now_is=OutState.HELD, at=desk.chance.now())
