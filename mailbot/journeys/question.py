"""Our open questions: how often one may be put (requirements C15), and what of a reply is our own letter again."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from mailbot.core.case import Case, StoredLetter
from mailbot.core.model import Machine, Message, Reading
from mailbot.core.own_words.ours import without_ours
from mailbot.core.understanding import says_away, understand
from mailbot.journeys.desk import TOKEN, Desk
from mailbot.ports import Book, Thread

PER_CASE = 3  # requirements C15
PER_ADDRESS_A_DAY = 5
OF_THE_UNPROVEN = 4  # of those; one is kept for who proves that they write (amendment 13)
DAY = timedelta(days=1)


async def may_ask(case: Case, book: Book, desk: Desk) -> bool:
    """Whether one more question may be put about *case*, to its address today (requirements C15)."""
    if await book.questions_put(case_id=case.id) >= PER_CASE:
        return False
    limit = PER_ADDRESS_A_DAY if case.standing == "Proven" else OF_THE_UNPROVEN
    return await book.questions_put(address=case.address, since=desk.chance.now() - DAY) < limit


def has_room(case: Case, desk: Desk) -> bool:
    """Whether *case* may cost the person a letter more; the last one is kept for its outcome (amendment 9)."""
    return case.letters + 1 < desk.policy.letters_per_case


async def without_our_words(
    message: Message, letter: StoredLetter, thread: Thread, book: Book, desk: Desk
) -> tuple[Message, Reading]:
    """A reply and what it says, read anew where it quotes our letters without a mark, as phones do.

    A code that came back with our words is part of them: alone it confirms only where somebody has copied it. An
    absence notice without its headers is known by its words: it is a machine's, whatever it quotes (C17).
    """
    ours = [_text(out.raw) for out, _ in await book.letters_out(thread.case_id) if out.letters]
    said, reading = without_ours(message.own_words, "\n\n".join(reversed(ours))), letter.reading
    if said != message.own_words:
        said = TOKEN.sub("", said).strip()
        message = replace(message, own_words=said, cut_away=f"{message.cut_away}\n\n{message.own_words}".strip())
        reading = understand(message, desk.knowledge, today=letter.received_at.astimezone(desk.zone).date())
    if message.machine is None and not reading.rights and says_away(said, desk.knowledge):
        message = replace(message, machine=Machine.ABSENCE)
    return message, reading


def _text(raw: bytes) -> str:
    """The text of a letter of ours: text/plain, written by `core.reply.compose`; a file may come with it."""
    body = message_from_bytes(raw, _class=EmailMessage, policy=default).get_body(("plain",))
    return str(body.get_content()) if body is not None else ""
