"""A round over many: what goes wrong with one holds up that one, and the rest goes on.

A round is stopped by cancelling its task. The first time, the item in hand is brought to its end and no other is
begun: a letter half sent or a case half carried out would have to be taken up again after the start. The second
time it is cut.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from mailbot import log
from mailbot.errors import Conflict, Unavailable

logger = log.get(__name__)

Item = TypeVar("Item")


async def each(
    items: Iterable[Item], work: Callable[[Item], Awaitable[int]], *, name: str, whole: bool = True
) -> int:
    """Do *work* for each item; the sum of what they said, where True is one. Not *whole*: it may be cut anywhere.

    Raises `Unavailable` at the end if one could not be done now, so that the loop backs off and says what it waits
    for. A bug is logged with its place and counts as one of those.
    """
    done, trouble = 0, None
    for place, item in enumerate(items):
        try:
            done += await (_to_its_end(work(item)) if whole else work(item))
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


async def _to_its_end(work: Awaitable[int]) -> int:
    """What *work* says; when cancelled, it is waited for first, and cut when cancelled again."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(Exception):  # it will be tried again after the start, and then it is told
            await task
        raise
