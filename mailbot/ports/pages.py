"""The pages of the book that stand in modules of their own, put together for `mailbot.ports.ledger`."""

from typing import Protocol

from mailbot.ports.asked import Asked
from mailbot.ports.clocked import Clocked
from mailbot.ports.disclosed import Disclosed
from mailbot.ports.flooded import Flooded
from mailbot.ports.judged import Judged
from mailbot.ports.orders import Orders
from mailbot.ports.own import Own
from mailbot.ports.retained import Retained
from mailbot.ports.sealed import Sealed
from mailbot.ports.switched import Switched
from mailbot.ports.tasks import Tasked
from mailbot.ports.terms import Termed
from mailbot.ports.traced import Traced
from mailbot.ports.walked import Walked


class Pages(
    Asked,
    Clocked,
    Disclosed,
    Flooded,
    Judged,
    Orders,
    Own,
    Retained,
    Sealed,
    Switched,
    Tasked,
    Termed,
    Traced,
    Walked,
    Protocol,
):
    """All of them."""
