"""Style sheets in a mail: which rules hold for an element, as far as they can hide its text.

Selectors of tags, classes and ids are known, alone and below each other; a rule with anything else in its
selector does not hold, for what cannot be told must not hide a person's words.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mailbot.core.own_words.css import declarations

_BEGINS = re.compile(r"<style\b[^<>]{0,300}>", re.IGNORECASE)
_ENDS = re.compile(r"</style", re.IGNORECASE)
_READ: Final = 100_000  # characters of all sheets together
_RULES_A_KEY: Final = 8  # the last ones; earlier ones are overruled anyway
_TELLING = re.compile(
    r"display|visibility|opacity|font-size|color|background|height|width|indent|left|clip|transform|mso-hide|top"
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_COMPOUND = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]+)*)$")
_PART = re.compile(r"[.#][\w-]+")


@dataclass(frozen=True, slots=True)
class _Rule:
    needs: frozenset[str]  # tag, .class, #id of the element itself
    around: frozenset[str]  # the same of elements around it
    said: Mapping[str, str]


@dataclass(slots=True)
class Sheet:
    """The rules of a mail, by one of the names that each needs."""

    rules: dict[str, list[_Rule]] = field(default_factory=dict)
    met: dict[frozenset[str], list[_Rule]] = field(default_factory=dict)

    def said_of(self, names: frozenset[str], around: Counter[str]) -> dict[str, str]:
        """Declarations that hold for an element with these *names* inside elements with those *around* it."""
        rules = self.met.get(names)
        if rules is None:
            keys = sorted(names, key=_weight)
            rules = [rule for key in keys for rule in self.rules.get(key, ()) if rule.needs <= names]
            self.met[names] = rules
        said: dict[str, str] = {}
        for rule in rules:
            if all(around[name] for name in rule.around):
                said.update(rule.said)
        return said

    def add(self, rule: _Rule) -> None:
        """Keep a rule."""
        known = self.rules.setdefault(max(rule.needs, key=_weight), [])
        known.append(rule)
        del known[:-_RULES_A_KEY]


def _weight(name: str) -> tuple[int, str]:
    """Ids weigh more than classes, those more than tags, and those more than everything."""
    return {"#": 3, ".": 2, "*": 0}.get(name[0], 1), name


def names_of(tag: str, attributes: Mapping[str, str]) -> frozenset[str]:
    """What selectors know an element by."""
    found = {"*", tag}
    found.update(f".{name}" for name in attributes.get("class", "")[:300].lower().split()[:8])
    if "id" in attributes:
        found.add(f"#{attributes['id'][:100].strip().lower()}")
    return frozenset(found)


def sheet_of(page: str) -> Sheet | None:
    """The style sheets of *page*; None where there is none."""
    sheet = Sheet()
    for text in _texts(page):
        for selectors, body in _rules(_COMMENT.sub(" ", text).lower()):
            for selector in selectors.split(",")[:20]:
                _add(sheet, selector, body)
    return sheet if sheet.rules else None


def _texts(page: str) -> Iterator[str]:
    """What stands in the style elements of *page*."""
    at, left = 0, _READ
    while left > 0 and (begins := _BEGINS.search(page, at)) and (ends := _ENDS.search(page, begins.end())):
        yield page[begins.end() : min(ends.start(), begins.end() + left)]
        left -= ends.start() - begins.end()
        at = ends.end()


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of rules that hold on a wide screen."""
    skipped = inside = 0  # depth of braces in all, and since a block began that does not hold
    before = ""
    for piece in re.finditer(r"([^{}]*)([{}]|\Z)", text):
        head = piece[1].rpartition(";")[2].strip() if piece[2] == "{" else ""
        if piece[2] == "{":
            inside += 1
            if skipped:
                continue
            if head.startswith("@") and not re.match(r"@media\s*(?:only\s+)?(?:screen|all)?\s*$", head):
                skipped = inside
            before = head
        elif piece[2] == "}":
            if not skipped and before and not before.startswith("@"):
                yield before, piece[1]
            before = ""
            if skipped == inside:
                skipped = 0
            inside = max(0, inside - 1)


def _add(sheet: Sheet, selector: str, body: str) -> None:
    if len(selector) > 200 or not _TELLING.search(body[:2_000]):
        return
    compounds = [_names(one) for one in re.sub(r"\s*>\s*", " ", selector).split()]
    if not compounds or None in compounds:
        return
    *outer, last = (one for one in compounds if one is not None)
    around = frozenset(name for one in outer for name in one)
    sheet.add(_Rule(needs=last, around=around - {"*"}, said=declarations(body)))


def _names(compound: str) -> frozenset[str] | None:
    found = _COMPOUND.match(compound)
    if found is None:
        return None
    return frozenset({found[1] or "*", *_PART.findall(found[2])})
