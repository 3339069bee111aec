"""The words of the domain, said once, as frozen values that cannot be wrong.

Sum types end in ``assert_never`` where they are matched, so mypy lists every place that a new right,
standing or step touches.
"""

from mailbot.core.model.acting import (
    CaseState,
    Change,
    Decision,
    HoldReason,
    Letter,
    Origin,
    Step,
    StepKind,
)
from mailbot.core.model.asking import (
    SURE,
    Ask,
    Concern,
    Evidence,
    Failed,
    Malformed,
    Obligation,
    Proven,
    Reading,
    ReplyWord,
    Route,
    Standing,
    Subject,
    Unproven,
)
from mailbot.core.model.details import Channel, Correction, Details, Item, Topic
from mailbot.core.model.mail import (
    Machine,
    Message,
    Place,
    RawMail,
    Unreadable,
)
from mailbot.core.model.words import (
    Address,
    Language,
    MessageId,
    Right,
)

__all__ = [
    "SURE",
    "Address",
    "Ask",
    "CaseState",
    "Change",
    "Channel",
    "Concern",
    "Correction",
    "Decision",
    "Details",
    "Evidence",
    "Failed",
    "HoldReason",
    "Item",
    "Language",
    "Letter",
    "Machine",
    "Malformed",
    "Message",
    "MessageId",
    "Obligation",
    "Origin",
    "Place",
    "Proven",
    "RawMail",
    "Reading",
    "ReplyWord",
    "Right",
    "Route",
    "Standing",
    "Step",
    "StepKind",
    "Subject",
    "Topic",
    "Unproven",
    "Unreadable",
]
