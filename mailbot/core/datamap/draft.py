"""A proposed map as TOML, with a reason for every line and "" wherever only a person knows."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mailbot.core.datamap.acts import acts, rows_are
from mailbot.core.datamap.hints import CONTENT, EMAIL, NAME, PHONE
from mailbot.core.datamap.propose import Proposal, Proposed, ProposedWay, reason
from mailbot.core.datamap.seen import SeenColumn, SeenLink
from mailbot.core.model import Language

OPENING = """\
# A data map that `mailbot datamap discover` has proposed. It is a guess: read every reason, take out what is no
# personal data, add what is missing, and fill in every "": mailbot refuses the file until that is done. What each
# key means is said in config/datamap.toml. Then `mailbot datamap check` tries it against the database.
"""
WORDS = """\
# ------------------------------------------------------------------------------------------------ words
# What the keys above are called in letters, in each language as it stands in a sentence. Give a table keys of its
# own where its purpose, ground, source or term is another.
"""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LEFT_COLUMNS = 6


def draft(proposal: Proposal, *, name: str, about: str) -> str:
    """The whole file; *about* says in a line how far the look has gone."""
    blocks = [OPENING + f"# {about}\n", _store(name)]
    blocks += [_lines(_table(one, proposal)) for one in proposal.tables]
    blocks += [_lines(_left(proposal))] if proposal.left else []
    return "\n".join([*blocks, _words(proposal)])


def _lines(lines: Iterable[str]) -> str:
    """*lines*, each one line indeed: a name with a line end in it must not say anything outside its comment."""
    return "".join(f"{' '.join(line.splitlines())}\n" for line in lines)


def _store(name: str) -> str:
    return "\n".join(
        [
            "[[stores]]",
            f"name = {_text(name)}",
            'system = ""  # FILL IN: registered name of the information system, for the act of destruction',
            '# obligations = "none"  # only if no order, debt or dispute of a person ever stands here;',
            "# otherwise say where they stand, in [stores.tables.obligations]; till then a person decides",
            "",
        ]
    )


# ---------------------------------------------------------------- tables


def _table(one: Proposed, proposal: Proposal) -> Iterator[str]:
    table = one.table
    yield f"# {_why_here(one)}"
    yield "[[stores.tables]]"
    yield f"name = {_text(table.name)}"
    if table.schema:
        yield f"schema = {_text(table.schema)}"
    yield from _key(one)
    if one.persons:
        yield "persons = true  # each row seems to be a person: take it out if it is not"
        yield from _same_person(one, proposal)
    yield from _found(one)
    yield from acts(one)
    group = rows_are(one)
    yield f"category = {_text(group.category)}  # {group.why}"
    yield f"purpose = {_text(group.purpose)}"
    yield 'ground = "ground"'
    yield 'source = "source"'
    yield 'retention = "retention"'
    yield from _destroy(one, money=group.money)
    yield "[stores.tables.columns]"
    yield from _columns(one, group.category)


def _why_here(one: Proposed) -> str:
    categories = list(dict.fromkeys(hint.category for hint in one.hints.values()))
    if not categories:
        return f"{one.table.place}: its rows are found through a person's"
    return f"{one.table.place}: seems to hold {', '.join(categories)}"


def _key(one: Proposed) -> Iterator[str]:
    if one.table.key:
        yield f"key = {_texts(one.table.key)}  # its primary key"
    else:
        names = [column.name for column in _data(one)][:3]
        yield f"key = {_texts(names)}  # it has no primary key: these tell its rows apart as far as they can"


def _same_person(one: Proposed, proposal: Proposal) -> Iterator[str]:
    names = [name for name, hint in one.hints.items() if hint.category == NAME]
    if names and sum(other.persons for other in proposal.tables) > 1:
        yield f"# same_person = {_texts(names)}  # rows of several tables that agree here are one person"


def _found(one: Proposed) -> Iterator[str]:
    """`email` where that is all, else the list `found`, a reason above each."""
    match one.ways:
        case (ProposedWay(email=str(column), why=why, lower_case=folded),) if column:
            yield f"email = {_text(column)}  # {why}"
            yield from _folded(folded)
        case (ProposedWay(link=SeenLink() as link, why=why),):
            yield f"through = {_linked(link)}  # {why}"
        case ways:
            yield "found = ["
            for way in ways:
                yield f"  {_way(way)},  # {way.why}"
            yield "]"
    for link in one.instead:
        yield f"# one of these, if any: {{ {_link(link)} }}: {reason(link)}"


def _folded(folded: bool) -> Iterator[str]:  # noqa: FBT001 - one fact
    if folded:
        yield "email_is_lower_case = true  # every address looked at is; if capitals may come, take this line out"


def _way(way: ProposedWay) -> str:
    if way.link:
        return _linked(way.link)
    if way.phone:
        return f"{{ phone = {_text(way.phone)}, stored = {_texts(way.stored, always=True)} }}"
    return f"{{ email = {_text(way.email)}{', lower_case = true' if way.lower_case else ''} }}"


def _linked(link: SeenLink) -> str:
    return f"{{ {_link(link)} }}"


def _link(link: SeenLink) -> str:
    table = link.parent.rpartition(".")[2]
    return f"table = {_text(table)}, column = {_texts(link.columns)}, key = {_texts(link.key)}"


def _destroy(one: Proposed, *, money: bool) -> Iterator[str]:
    if money and one.has_email:
        yield '# A law may keep such rows (accounts, taxes): name it, or say destroy = "delete"'
        yield 'destroy = { keep = "" }  # FILL IN: the norm, as the person will read it'
        return
    if money:
        yield '# A law may keep such rows: then destroy = "columns" here and in every table they are found through'
    yield 'destroy = "delete"'


# ---------------------------------------------------------------- columns


def _data(one: Proposed) -> Sequence[SeenColumn]:
    """Columns with personal data; where none looks so, whatever the row says beside its keys."""
    named = [column for column in one.table.columns if column.name in one.hints]
    if named:
        return named
    keys = {*one.table.key, *(name for way in one.ways if way.link for name in way.link.columns)}
    others = [column for column in one.table.columns if column.name not in keys]
    return others or one.table.columns[:1]


def _columns(one: Proposed, category: str) -> Iterator[str]:
    for column in _data(one):
        hint = one.hints.get(column.name)
        free = ", free_text = true" if hint and hint.category == CONTENT else ""
        why = hint.why if hint else "no sign of personal data, but the row is a person's"
        shown = _text(hint.category if hint else category)
        yield f"{_bare(column.name)} = {{ category = {shown}{free} }}  # {why}"


def _left(proposal: Proposal) -> Iterator[str]:
    yield "# Tables that seem to hold something of people, and nothing seen here leads from a person to them:"
    for table, found in proposal.left:
        told = list(found.items())[:_LEFT_COLUMNS]
        # addresses first: they are what a person is found by
        told.sort(key=lambda one: one[1].category not in {EMAIL, PHONE})
        yield f"# {table.place}: {'; '.join(f'{name} ({hint.category}: {hint.why})' for name, hint in told)}"


# ---------------------------------------------------------------- words


def _words(proposal: Proposal) -> str:
    purposes = dict.fromkeys(rows_are(one).purpose for one in proposal.tables)
    said: Mapping[str, Sequence[str]] = {
        "purpose": list(purposes),
        "ground": ["ground"],
        "source": ["source"],
        "retention": ["retention"],
    }
    lines = [WORDS]
    for kind, keys in said.items():
        lines.append(f"[words.{kind}]")
        empty = ", ".join(f'{language} = ""' for language in Language)
        lines += [f"{key} = {{ {empty} }}  # FILL IN" for key in keys]
        lines.append("")
    return "\n".join(lines)


def _bare(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _texts(texts: Sequence[str], *, always: bool = False) -> str:
    """One text as it is, several as a list."""
    if len(texts) == 1 and not always:
        return _text(texts[0])
    return f"[{', '.join(_text(text) for text in texts)}]"
