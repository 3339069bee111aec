"""Our letters: what templates are told, which letter tells what, the mail it becomes."""

from mailbot.core.reply.choice import but_for_the_path, letters_for, may_answer
from mailbot.core.reply.facts import (
    Facts,
    Kept,
    Notice,
    Operator,
    Party,
    Responsible,
    Result,
    Said,
    UnderWay,
    Waiting,
    masked,
)
from mailbot.core.reply.held import Abroad, Group, Item, abroad, groups
from mailbot.core.reply.mail import Automatic, Enclosed, Heading, Sender, Text, compose
from mailbot.core.reply.masks import with_masks
from mailbot.core.reply.package import Package, package

__all__ = [
    "Abroad",
    "Automatic",
    "Enclosed",
    "Facts",
    "Group",
    "Heading",
    "Item",
    "Kept",
    "Notice",
    "Operator",
    "Package",
    "Party",
    "Responsible",
    "Result",
    "Said",
    "Sender",
    "Text",
    "UnderWay",
    "Waiting",
    "abroad",
    "but_for_the_path",
    "compose",
    "groups",
    "letters_for",
    "masked",
    "may_answer",
    "package",
    "with_masks",
]
