"""Figures as the tables of docs/understanding.md, and the parts of it that they fill."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from mailbot.core.decide.agreement import wilson
from tests.training.cells import Cells
from tests.training.figures import SIZE, Error, Flags, Judged, counted

_PART = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- /figures -->)", re.DOTALL)
_HEAD = (
    "critical",
    "overreach",
    "inexact",
    "missed of requests",
    "exact of clear requests",
    "noise of ordinary mail",
)
_MUST = (  # name, must, aim, of which count; issue 3
    ("critical", "≤ 4", "0", ""),
    ("overreach", "≤ 8", "0", ""),
    ("inexact", "≤ 10", "0", ""),
    ("missed", "≤ 1.5 %", "0", "ask"),
    ("exact", "≥ 65 %", "≥ 90 %", "plain"),
    ("noise", "≤ 10 %", "≤ 4 %", "ordinary"),
)


def filled(document: str, parts: Mapping[str, str]) -> str:
    """*document* with what stands between ``<!-- figures: NAME -->`` and ``<!-- /figures -->`` replaced.

    Parts that are not given stay as they are; KeyError where one is given that the document has no place for.
    """
    places = {name for _, name, _ in _PART.findall(document)}
    if strange := parts.keys() - places:
        raise KeyError(f"the document has no part {min(strange)!r}")

    def part(match: re.Match[str]) -> str:
        return f"{match[1]}\n{parts[match[2]]}\n\n{match[3]}" if match[2] in parts else match[0]

    return _PART.sub(part, document)


def against_the_issue(judged: Mapping[str, tuple[Judged, Sequence[Flags]]]) -> str:
    """The figures in all beside what issue 3 asks for: a column for each set of letters, with its languages."""
    counts = {name: counted(told) for name, (told, _) in judged.items()}
    rows = [
        (
            name,
            must,
            aim,
            *(share(one[name], one[of]) if of else of_820(one[name], one["n"]) for one in counts.values()),
        )
        for name, must, aim, of in _MUST
    ]
    apart = [_apart([told.at(here) for here in languages]) for told, languages in judged.values()]
    rows.append(("exact: best language before the worst", "≤ 12 points", "≤ 5 points", *apart))
    columns = [f"{name}: {one['n']:,} letters" for name, one in counts.items()]
    return table(("figure", f"must (in {SIZE})", "aim", *columns), rows)


def _apart(languages: Sequence[Judged]) -> str:
    counts = [counted(told) for told in languages]
    exact = [one["exact"] / max(one["plain"], 1) for one in counts]
    return f"{100 * (max(exact) - min(exact)):.1f} points"


def of_cells(judged: Judged, division: Cells) -> str:
    """One line a cell."""
    rows = []
    for name, here in division.cells.items():
        count = counted(judged.at(here))
        wrong = [of_820(count[one], count["n"]) for one in ("critical", "overreach", "inexact")]
        shares = [share(count[one], count[of]) for one, _, _, of in _MUST if of]
        rows.append((name, f"{count['n']:,}", *wrong, *shares))
    return table((division.title, "letters", *_HEAD), rows)


def of_errors(found: Sequence[Error], letters: int, *, most: int) -> str:
    """What remains wrong, each kind with its reasons, the most frequent first; rare reasons are summed."""
    rows = []
    for kind, total in Counter(one.kind for one in found).most_common():
        reasons = Counter(one.why for one in found if one.kind == kind).most_common()
        rows.append((f"**{kind}**", "", *_numbers(total, letters)))
        rows += [("", why, *_numbers(number, letters)) for why, number in reasons[:most]]
        if rest := reasons[most:]:
            rows.append(("", f"{len(rest)} rarer reasons", *_numbers(sum(number for _, number in rest), letters)))
    return table(("what happened", "to which letters, or why", "letters", f"in {SIZE}"), rows, texts=2)


def _numbers(number: int, letters: int) -> tuple[str, str]:
    return f"{number:,}", f"{number * SIZE / letters:.1f}"


def of_820(count: int, letters: int) -> str:
    """A count, and how many it would be in the 820 letters of the issue."""
    return f"{count} ({count * SIZE / max(letters, 1):.1f})"


def share(count: int, of: int) -> str:
    """A share with Wilson's 95 % interval."""
    if not of:
        return "–"
    low, high = wilson(count, of)
    return f"{100 * count / of:.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int = 1) -> str:
    """A table of Markdown; the first columns are text, the others numbers."""
    rule = [*["---"] * texts, *["--:"] * (len(head) - texts)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *rows))
