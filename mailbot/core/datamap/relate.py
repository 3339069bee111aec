"""Which column refers to which table where no foreign key says so: shops and sites seldom declare any."""

from collections.abc import Iterator, Sequence

from mailbot.core.datamap.hints import PEOPLE, parts
from mailbot.core.datamap.seen import Kind, Seen, SeenColumn, SeenLink, SeenTable

_NUMBERS = frozenset({"id", "no", "nr", "number", "num", "code", "key", "ref", "uuid", "guid", "kod", "nomer"})
_LOGINS = frozenset({"user", "users", "account", "accounts", "polzovateli", "paydalanushylar", "пользователи"})
_ROLES = frozenset({"author", "poster", "owner", "creator", "avtor", "vladelec"})
_ENDINGS = frozenset(
    {"entity", "table", "tbl", "data", "list", "master", "info", "main"}
)  # say nothing of what it is
_SHORT = 3  # letters of a prefix: wp, oc, wc
_GENERIC = frozenset({"id", "uuid", "guid", "name", "code", "key", "number", "type", "status"})


def candidates(seen: Seen, table: SeenTable) -> Iterator[SeenLink]:
    """What each column of *table* may refer to by its name, the likeliest first; whether it does, values tell."""
    declared = {column for link in table.links for column in link.columns}
    for column in table.columns:
        if column.name in declared or column.kind not in {Kind.NUMBER, Kind.TEXT, Kind.OTHER}:
            continue
        for parent in dict.fromkeys(_parents(seen, table, column)):
            yield SeenLink(parent=parent, columns=(column.name,), key=seen[parent].key, declared=False)


def _parents(seen: Seen, table: SeenTable, column: SeenColumn) -> Iterator[str]:
    words = _stem(column.name)
    if (column.name,) == table.key or not words:
        return
    others = [one for one in seen.values() if one.place != table.place and _fits(one, column)]
    numbered = _NUMBERS & {words[0], words[-1]}
    if numbered:
        named = tuple(word for word in words if word not in _NUMBERS)
        yield from _named(table, others, named)
    if column.name.lower() not in _GENERIC:
        yield from (one.place for one in others if one.key[0].lower() == column.name.lower())
    if numbered and (PEOPLE | _ROLES) & {*parts(column.name)}:
        yield from (one.place for one in others if set(parts(one.name)[-1:]) & _LOGINS)


def _named(table: SeenTable, others: Sequence[SeenTable], words: tuple[str, ...]) -> Iterator[str]:
    """Tables that *words* of a column speak of: all of them, or their end, or "parent" alone."""
    if words == ("parent",):
        own = set(_stem(table.name))
        above = [one for one in others if set(_stem(one.name)) < own]
        yield from (one.place for one in sorted(above, key=lambda one: -len(_stem(one.name))))
        return
    for start in range(len(words)):
        called = [one for one in others if _is_called(table, one, words[start:])]
        yield from (one.place for one in sorted(called, key=lambda one: len(one.name)))


def _is_called(table: SeenTable, other: SeenTable, words: tuple[str, ...]) -> bool:
    """Whether *other* is named *words*, after a prefix that is short or that *table* bears too."""
    name = _stem(other.name)
    if len(name) > len(words) and name[-1] in _ENDINGS:
        name = name[:-1]
    before = name[: -len(words)]
    if not words or name[-len(words) :] != words:
        return False
    return all(len(word) <= _SHORT for word in before) or _stem(table.name)[: len(before)] == before


def _fits(parent: SeenTable, column: SeenColumn) -> bool:
    """Whether *parent* has one key column, of the same kind."""
    key = parent.column(parent.key[0]) if len(parent.key) == 1 else None
    return key is not None and key.kind is column.kind


def _stem(name: str) -> tuple[str, ...]:
    """The words of a name, each in the singular as far as an ending tells."""
    return tuple(_singular(word) for word in parts(name) if not word.isdigit())


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("ses", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith(("s", "ы", "и")) and not word.endswith("ss"):
        return word[:-1]
    if len(word) > 5 and word.endswith(("y", "i")):
        return word[:-1]
    return word
