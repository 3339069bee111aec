"""Whether a letter is kept at all."""

from typing import assert_never

from mailbot.core.model import Concern, Machine, Message, Reading, Route, Unreadable


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
        case Machine.COMPLAINT:
            return message.complaint_of is not None
        case Machine.ABSENCE | Machine.LIST | Machine.CALENDAR | Machine.ROBOT:  # or a person's (C.3, column M)
            return Concern.BY_MACHINE in reading.concerns or (tied and reading.reply_word is not None)
        case Machine.RECEIPT | Machine.PROGRESS | Machine.OURSELVES:
            return False
        case _:
            assert_never(message.machine)
