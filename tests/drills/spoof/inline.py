"""SQLite without a thread between: in the drill nothing else happens while a statement runs, and many do.

aiosqlite hands every statement to a thread of its own and waits; here it runs where it is asked for. The
statements, their order and their transactions are the same; ten thousand letters take half the time.
"""

from asyncio import Future
from collections.abc import Callable
from typing import Any

from aiosqlite.core import Connection


class _AtOnce:
    """Stands for the queue of the thread, and for the thread."""

    daemon = True

    def put_nowait(self, item: tuple[Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = item
        try:
            result = function()
        except BaseException as exc:
            if future is None:
                raise
            future.set_exception(exc)
        else:
            if future is not None:
                future.set_result(result)

    def start(self) -> None:
        """Nothing to start."""


def without_threads() -> None:
    """From now on, in this process."""
    begin = Connection.__init__

    def begun(self: Connection, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        self._tx = self._thread = _AtOnce()  # type: ignore[assignment]  # all that is asked of either

    Connection.__init__ = begun  # type: ignore[method-assign]  # see above
