"""By what rows were found, kept before they are destroyed: what hung on them is looked for by it afterwards."""

from dataclasses import dataclass, field

Part = int | str
"""One column of a key, as JSON can hold it."""

Key = tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Keys of the rows of one table through which others are found.

    A visit that is written while its visitor is deleted can be found by the visitor's key alone. A key may be a
    login: traces are kept with their step, and only until it is done.
    """

    store: str
    table: str
    columns: tuple[str, ...]
    keys: tuple[Key, ...] = field(repr=False)
