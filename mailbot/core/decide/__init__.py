"""What will be done: a reading, a standing and the policy in, a decision out (requirements C.3 as amended).

Deciding needs no look into the company's data, so the first letter to known and unknown people is the same,
with the same queries (amendment 2, C19); who is on file matters only once the token has come back.
"""

from mailbot.core.decide.answer import (
    Answer,
    ReplyMeans,
    Ties,
    case_of,
    holds_before_fulfilment,
    improves,
    is_asked,
    judge_reply,
    stops_at_once,
    told_of,
)
from mailbot.core.decide.channels import Limit, Tells, limit_of, tells
from mailbot.core.decide.concern import concerns_us
from mailbot.core.decide.policy import BY_HAND, Autonomy, Policy
from mailbot.core.decide.ranks import better, standing_name
from mailbot.core.decide.repeats import said_enough
from mailbot.core.decide.request import Circumstances, decide, doubts_about_arrival, planned

__all__ = [
    "BY_HAND",
    "Answer",
    "Autonomy",
    "Circumstances",
    "Limit",
    "Policy",
    "ReplyMeans",
    "Tells",
    "Ties",
    "better",
    "case_of",
    "concerns_us",
    "decide",
    "doubts_about_arrival",
    "holds_before_fulfilment",
    "improves",
    "is_asked",
    "judge_reply",
    "limit_of",
    "planned",
    "said_enough",
    "standing_name",
    "stops_at_once",
    "tells",
    "told_of",
]
