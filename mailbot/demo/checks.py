"""What must hold when the story has been told: the chain, the mailboxes, the log."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from email.parser import BytesHeaderParser
from email.policy import default

from mailbot.core.model import RawMail
from mailbot.demo.company import OTHERS
from mailbot.demo.report import Check, Played
from mailbot.demo.stage import INBOX, OPERATOR, OURS, Stage
from mailbot.demo.story import Story
from mailbot.demo.witness import Witness
from mailbot.errors import AuditBroken
from mailbot.journeys.audit import verify_chain
from mailbot.journeys.desk import TOKEN

UNTOUCHED = frozenset({"\\Recent"})
"""Flags of a message that nobody has opened, answered or marked."""


async def checked(played: Sequence[Played], story: Story, stage: Stage, witness: Witness) -> Sequence[Check]:
    """Every closing check."""
    chain, untouched, letters = await asyncio.gather(
        _chain(stage), _untouched(played, witness), _letters(played, story, witness)
    )
    return (chain, untouched, letters, _others(played), _log(story, stage))


async def _chain(stage: Stage) -> Check:
    """The audit trail, recomputed as `mailbot audit verify` does."""
    try:
        async with stage.app.ledger.read() as book:
            events, head = await verify_chain(book)
    except AuditBroken as exc:
        return Check(holds=False, said=f"audit verify: {exc}")
    return Check(holds=True, said=f"audit verify: the chain holds, {events} events, head {head[:16]}…")


async def _untouched(played: Sequence[Played], witness: Witness) -> Check:
    """Ordinary mail, looked at over IMAP: as unseen, unmoved and unanswered as it came."""
    inbox = await _all_mail(witness, OURS, INBOX)
    answered = {_field(mail, "In-Reply-To") for mail in await _all_mail(witness, OURS, "Sent")}
    there = {mail.place.uid: mail for mail in inbox}
    ordinary = [there.get(one.mail.place.uid) for one in played if one.mail is not None and one.left_alone]
    untouched = [
        mail
        for mail in ordinary
        if mail is not None and mail.flags <= UNTOUCHED and _field(mail, "Message-ID") not in answered
    ]
    came = sum(one.mail is not None for one in played)
    said = f"ordinary mail: {len(untouched)} of {len(ordinary)} unseen, unmoved, unanswered; "
    said += f"in INBOX: {len(inbox)} of {came} messages"
    return Check(holds=len(untouched) == len(ordinary) and len(inbox) == came, said=said)


async def _letters(played: Sequence[Played], story: Story, witness: Witness) -> Check:
    """Nobody has got a letter that was not shown, Sent has a copy of each, and notices name nobody."""
    shown = Counter(one.person.address for one in played for _ in one.seen.letters)
    people = [person.address for person in story.people.values()]
    lying = Counter({address: len(await _all_mail(witness, address, INBOX)) for address in people})
    to = [_field(mail, "To") for mail in await _all_mail(witness, OURS, "Sent")]
    copies = sum(one in people for one in to)
    notices = await _all_mail(witness, OPERATOR, INBOX)
    named = sum(any(address.encode() in mail.raw for address in people) for mail in notices)
    said = f"letters: {shown.total()} to people, {copies} copies in Sent, {len(to) - copies} to parties; "
    said += f"notices to the operator: {len(notices)}, with personal data: {named}"
    return Check(holds=+shown == +lying and copies == shown.total() and not named, said=said)


def _others(played: Sequence[Played]) -> Check:
    """Those who never wrote."""
    touched = {address for one in played for address in one.seen.strangers}
    said = (
        f"the company's data: rows of {len(touched)} people changed who had not asked ({OTHERS} more are on file)"
    )
    return Check(holds=not touched, said=said)


def _log(story: Story, stage: Stage) -> Check:
    """No personal data and no secret, at any level, from any process."""
    text = stage.log.read_text(encoding="utf-8")
    private = {*stage.passwords, *stage.passwords.values()}
    private.update(name for person in story.people.values() for name in person.names)
    found = sum(word in text for word in private) + len(TOKEN.findall(text))
    lines = text.count("\n")
    return Check(
        holds=lines > 0 and not found,
        said=f"the log: {lines} lines; addresses, names, passwords, tokens in them: {found}",
    )


async def _all_mail(witness: Witness, address: str, folder: str) -> Sequence[RawMail]:
    box = witness.mailbox(address)
    await box.open(folder)
    return await box.fetch(folder, await box.uids(folder))


def _field(mail: RawMail, name: str) -> str:
    return str(BytesHeaderParser(policy=default).parsebytes(mail.raw)[name] or "")
