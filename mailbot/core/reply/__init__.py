"""Our letters: what templates are told, which letter tells what, the mail it becomes."""

from mailbot.core.reply.choice import letters_for, may_answer
from mailbot.core.reply.facts import Facts, Kept, Notice, Operator, Party, Responsible, Said, Waiting, masked
from mailbot.core.reply.mail import Automatic, Heading, Sender, Text, compose

__all__ = [
    "Automatic",
    "Facts",
    "Heading",
    "Kept",
    "Notice",
    "Operator",
    "Party",
    "Responsible",
    "Said",
    "Sender",
    "Text",
    "Waiting",
    "compose",
    "letters_for",
    "masked",
    "may_answer",
]
