"""A round over many: what goes wrong with one holds up that one, and the rest goes on."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from mailbot import log
from mailbot.errors import Conflict, Unavailable

logger = log.get(__name__)

Item = TypeVar("Item")


async def each(items: Iterable[Item], work: Callable[[Item], Awaitable[bool]], *, name: str) -> int:
    """Do *work* for each item; how many of them said True.

    Raises `Unavailable` at the end if one could not be done now, so that the loop backs off and says what it waits
    for. A bug is logged with its place and counts as one of those.
    """
    done, trouble = 0, None
    for place, item in enumerate(items):
        try:
            done += await work(item)
        except Conflict:
            logger.info("round.done_elsewhere", round=name, place=place)
        except Unavailable as exc:
            trouble = exc
        except Exception:
            logger.exception("round.failed", round=name, place=place)
            trouble = trouble or Unavailable(f"{name}: a fault in the program, see the log")
    if trouble is not None:
        raise trouble
    return done
