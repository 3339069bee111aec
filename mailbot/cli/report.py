"""`mailbot report`: looking back on what was done."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mailbot.cli.common import console, go, opened, print_json, spelled, table, with_config, with_json
from mailbot.core.decide.agreement import ENOUGH, NARROW_BELOW, WIDEN_FROM, Cell, Outcome, Tally
from mailbot.journeys.agreement import Agreement, agreement

_COLUMNS = ("right", "language", "mode", "decided", *(outcome.value for outcome in Outcome))


@click.group()
def report() -> None:
    """Looking back."""


@report.command(
    help=f"""Compare what was read with what persons then decided: where can autonomy widen, where must it shrink?

    For each right and language: how many readings a person decided on that would have been acted upon were the
    right live (rehearsals count: that is what they are for), and how many of them the person kept exactly, kept
    while changing another right of the same reading (beside), took this right away from (taken), added it to
    (added), or closed as no request (closed). Agreement is the share that was kept exactly, with Wilson's bounds
    at 95 %. Readings that go to a person in any case (unsure) are counted apart and advise nothing.

    \b
    Advice, by the bounds of agreement:
      may be widened   lower bound at least {WIDEN_FROM:.0%}, of at least {ENOUGH} decisions; not live yet
      narrow it        live, and: upper bound below {NARROW_BELOW:.0%}, or a person took away or closed an erasure,
                       withdrawal or rectification that was read while it was live
      well as it is    live, and the lower bound is still as high
      watch it         live, of at least {ENOUGH} decisions, and neither
      not yet          not live, of at least {ENOUGH} decisions, and the lower bound is too low
      too few          fewer than {ENOUGH} decisions
      a person's       rectification and blocking, and letters in no language that is known

    A decision is the first of: `cases approve` and `refuse` (what was read, or `change` has made of it, was asked
    for), `close` (nothing was), `reply --close` of a right that only persons carry out; or a `change` alone. While
    a right is live, persons see only what went to them. Readings by older word lists count, too: --since leaves
    them out.

    \b
    Example:  mailbot report understanding --since 2026-08-01
    --json:   one object for each right and language, then {{"verdicts", "versions"}}
    """
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what persons decided from this day on.")
@with_json
@with_config
def understanding(since: datetime | None, *, as_json: bool, config: Path) -> None:
    """Readings against verdicts; its help stands above, for it names the thresholds."""

    async def read() -> Agreement:
        async with opened(config) as app, app.ledger.read() as book:
            start = since.replace(tzinfo=app.settings.zone) if since else None
            return await agreement(book, since=start)

    found = go(read())
    if as_json:
        for cell in found.cells:
            print_json(plain(cell))
        print_json({"verdicts": found.verdicts, "versions": found.versions})
        return
    if not found.cells:
        click.echo("no person has decided on anything that was read")
        return
    shown = table(*_COLUMNS, "agreement", "unsure kept", "advice")
    for cell in found.cells:
        shown.add_row(*_row(cell))
    console().print(shown)
    click.echo(
        f"readings decided by persons: {found.verdicts}; versions of the words they were read by: {found.versions}"
    )


def plain(cell: Cell) -> dict[str, Any]:
    """A cell as one JSON object."""
    low, high = cell.sure.bounds
    return {
        "right": cell.right.value,
        "language": cell.language.value if cell.language else "",
        "mode": cell.mode.value,
        "decided": cell.sure.decided,
        **_counts(cell.sure),
        "agreement": _share(cell.sure),
        "low": round(low, 4),
        "high": round(high, 4),
        "undone_while_live": cell.undone,
        "unsure": {"decided": cell.unsure.decided, **_counts(cell.unsure)},
        "advice": cell.advice.value,
    }


def _counts(tally: Tally) -> dict[str, int]:
    return {outcome.value: tally.of(outcome) for outcome in Outcome}


def _share(tally: Tally) -> float | None:
    return round(tally.of(Outcome.KEPT) / tally.decided, 4) if tally.decided else None


def _row(cell: Cell) -> list[str]:
    low, high = cell.sure.bounds
    share = _share(cell.sure)
    return [
        spelled([cell.right]),
        cell.language or "unknown",
        cell.mode,
        str(cell.sure.decided),
        *(str(number) for number in _counts(cell.sure).values()),
        "" if share is None else f"{share:.0%} ({low:.0%}-{high:.0%})",
        f"{cell.unsure.of(Outcome.KEPT)} of {cell.unsure.decided}",
        cell.advice,
    ]
