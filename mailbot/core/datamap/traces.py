"""By what rows were found and what stood in them, kept before a step changes them.

Keys, so that what hung on a row is looked for when the row is gone; old values, so that a flag is put back.
"""

from dataclasses import dataclass, field
from enum import StrEnum

Part = int | str | bool | None
"""One column of a key, as JSON can hold it; null only in rows that bear a flag."""

Key = tuple[Part, ...]

Old = int | float | str | bool | None
"""What stood in a column before a flag was written into it."""


class TraceOf(StrEnum):
    """What left a trace."""

    DESTRUCTION = "destruction"  # rows through which others are found
    SUPPRESS = "suppress"  # flags written because of SUPPRESS
    STOP = "stop"  # flags written because of STOP_PROCESSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Keys of rows of one table: of those through which others are found, or of those that bear a flag of ours.

    A visit that is written while its visitor is deleted can be found by the visitor's key alone. A key may be a
    login: traces of a destruction are kept with their step, and only until it is done; those of flags as long as
    they may be lifted. `old` is what stood in the columns `flags` of the row with the key of the same place, and
    `ours` what was written there.
    """

    store: str
    table: str
    columns: tuple[str, ...]
    keys: tuple[Key, ...] = field(repr=False)
    of: TraceOf = TraceOf.DESTRUCTION
    flags: tuple[str, ...] = ()
    ours: tuple[Old, ...] = ()
    old: tuple[tuple[Old, ...], ...] = field(default=(), repr=False)
