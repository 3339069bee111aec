"""What a check says: one line with its remedy, whatever happens to it."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailbot.errors import MailbotError

PATIENCE = 10.0  # seconds of silence after which a server is given up: a person is waiting


class State(StrEnum):
    """How a check ended; only FAIL makes `mailbot doctor` exit 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the report; no personal data, no secret, no database URL."""

    check: str
    state: State
    said: str
    remedy: str = ""


def ok(check: str, said: str) -> Line:
    """All is well."""
    return Line(check=check, state=State.OK, said=said)


def warn(check: str, said: str, remedy: str) -> Line:
    """It works, and a person should know."""
    return Line(check=check, state=State.WARN, said=said, remedy=remedy)


def fail(check: str, said: str, remedy: str) -> Line:
    """It does not work."""
    return Line(check=check, state=State.FAIL, said=said, remedy=remedy)


def not_looked_at(check: str, first: str) -> Line:
    """Nothing can be said before *first* is put right, and that has a line of its own."""
    return warn(check, "not looked at", f"first {first}")


async def guarded(
    check: str, work: Awaitable[Sequence[Line]], remedies: Mapping[str, str], *, until: float
) -> list[Line]:
    """The lines of *work*, or the one that says why there are none: a failing check never hides the next.

    *remedies* are searched for the first key that occurs in what went wrong, so "" fits all. *until* is a time of
    the event loop's clock.
    """
    try:
        async with asyncio.timeout_at(until):
            return list(await work)
    except TimeoutError:
        said = "no answer in time"
    except OSError as exc:
        said = exc.strerror or type(exc).__name__
    except MailbotError as exc:
        said = str(exc)
    return [fail(check, said, next(remedy for part, remedy in remedies.items() if part in said))]
