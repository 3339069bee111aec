"""`mailbot subject`: all that is held about one subject, for a person with authority."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from mailbot.cli.common import (
    console,
    go,
    opened,
    print_json,
    spelled,
    visible,
    with_config,
    with_json,
    with_person,
)
from mailbot.core.datamap import Column, DataMap, Line
from mailbot.core.model import Address, Change, Language, Obligation, Right
from mailbot.journeys import subject as journey
from mailbot.journeys.subject import DryRun, Looked, Ours, Planned

PLANS = (Right.ERASURE, Right.WITHDRAW_CONSENT, Right.UNSUBSCRIBE, Right.ACCESS)


@click.command()
@click.argument("address")
@click.option(
    "--plan",
    type=click.Choice([right.value for right in PLANS]),
    help="Also what this right would do, step by step; nothing is changed.",
)
@with_person
@with_json
@with_config
def subject(address: str, *, plan: str | None, by: str, as_json: bool, config: Path) -> None:
    """Show all that is held under an e-mail address: values, terms, how it was found; several persons apart.

    Only for logins that mailbot.toml names in [people] authority. The look itself goes into the audit trail. It
    shows the databases on the data map, our own cases, the suppression list and disclosures; places that are no
    database are named, and somebody has to look there.

    \b
    Example:  mailbot subject anna@example.org --as lawyer --plan erasure
    """
    if "@" not in address:
        raise click.BadParameter(f"{address!r} is no e-mail address", param_hint="ADDRESS")

    async def look() -> tuple[Looked, DataMap]:
        async with opened(config) as app:
            shown = await journey.look(
                Address(address.strip().lower()),
                by=by,
                authority=app.settings.file.people.authority,
                plan=Right(plan) if plan else None,
                desk=app.desk,
            )
            return shown, app.desk.datamap

    shown, datamap = go(look())
    if as_json:
        print_json(_plain(shown, datamap))
    else:
        _print(shown, datamap, console())


# ---------------------------------------------------------------- for programs


def _plain(shown: Looked, datamap: DataMap) -> dict[str, Any]:
    held = shown.held
    return {
        "persons": [
            {
                "rows": [plain_line(line, datamap) for line in person.lines],
                "obligations": [_plain_owed(owed) for owed in person.obligations],
            }
            for person in held.persons
        ],
        "obligations": [_plain_owed(owed) for owed in held.obligations],
        "shared": [plain_line(line, datamap) for line in held.shared],
        "withheld": held.withheld,
        "by_hand": [place.name for place in datamap.manual],
        **_plain_ours(shown.ours),
        "plan": _plain_run(shown.plan) if shown.plan else None,
    }


def _plain_ours(ours: Ours) -> dict[str, Any]:
    """What mailbot itself keeps."""
    return {
        "cases": [
            {"case": one.number, "state": one.state.value, "rights": [right.value for right in one.rights]}
            for one in ours.cases
        ],
        "suppressed": [
            {
                "since": one.since.isoformat(),
                "case": one.case_number,
                "channel": one.channel and one.channel.value,
                "topic": one.topic,
            }
            for one in ours.orders
        ],
        "disclosed": [
            {"to": one.recipient, "day": one.day.isoformat(), "ground": one.ground} for one in ours.disclosed
        ],
    }


def plain_line(line: Line, datamap: DataMap) -> dict[str, Any]:
    """A row with its values, their categories and terms."""
    columns = {column.name: column for column in _table_columns(line, datamap)}
    return {
        "table": f"{line.store}.{line.table}",
        "key": dict(line.key),
        "found": list(line.found),
        "columns": {
            name: {"value": value, "category": columns[name].category, **_terms(columns[name], datamap)}
            for name, value in line.columns.items()
        },
    }


def _plain_owed(owed: Obligation) -> dict[str, Any]:
    return {"kind": owed.kind, "norm": owed.norm, "until": owed.until and owed.until.isoformat()}


def _plain_run(run: DryRun) -> dict[str, Any]:
    return {
        "right": run.right.value,
        "steps": [
            {
                "step": one.step.kind.value,
                "when": _when(one),
                "refused": one.refused,
                "rows": [
                    {
                        "table": f"{change.store}.{change.table}",
                        "operation": change.operation,
                        "rows": change.rows,
                        "columns": list(change.columns),
                        "kept_for": change.kept_for,
                        "until": change.until and change.until.isoformat(),
                    }
                    for change in one.changes
                ],
            }
            for one in run.steps
        ],
        "by_hand": [f"{place.name}: {place.person}" for place in run.by_hand],
        "told": [party.name for party in run.told],
    }


def _table_columns(line: Line, datamap: DataMap) -> tuple[Column, ...]:
    (store,) = (store for store in datamap.stores if store.name == line.store)
    return store.table(line.table).columns


def _terms(column: Column, datamap: DataMap) -> dict[str, Any]:
    terms = column.terms

    def said(kind: str, key: str) -> str:
        return datamap.words[kind][key][Language.EN]

    return {
        "purposes": [said("purpose", key) for key in terms.purposes],
        "ground": said("ground", terms.ground),
        "source": said("source", terms.source),
        "kept": said("retention", terms.retention),
    }


# ---------------------------------------------------------------- for people


def _print(shown: Looked, datamap: DataMap, to: Console) -> None:
    held = shown.held
    if not held.lines:
        to.print("nothing is held under this address in any database of the map")
    if len(held.persons) > 1:
        to.print(f"[bold]{len(held.persons)} persons[/] under one address: only advertising is stopped for them")
    for number, person in enumerate(held.persons, start=1):
        to.print(f"[bold]person {number}[/]" if len(held.persons) > 1 else "[bold]the person[/]")
        _print_part(person.lines, person.obligations, datamap, to)
    if held.shared or held.obligations:
        to.print("[bold]found by the address or number alone[/]")
        _print_part(held.shared, held.obligations, datamap, to)
    _print_rest(shown, datamap, to)


def _print_rest(shown: Looked, datamap: DataMap, to: Console) -> None:
    """What is not among the rows, and what a right would do."""
    held = shown.held
    if held.withheld:
        to.print(f"{held.withheld} rows belong to a number or key that somebody else has too: not shown")
    for line in _said_of_ours(shown.ours):
        to.print(_safe(line))
    for place in datamap.manual:
        to.print(f"no database, look there: {_safe(place.name)} ({_safe(place.person)})")
    if shown.plan:
        _print_run(shown.plan, held.lines, to)


def _said_of_ours(ours: Ours) -> Iterator[str]:
    for case in ours.cases:
        yield f"our case {case.number}: {case.state.value}, {spelled(right.value for right in case.rights)}"
    for order in ours.orders:
        what = order.channel.value if order.channel else "any way"
        about = f", about {order.topic}" if order.topic else ""
        yield f"on the suppression list since {order.since:%Y-%m-%d}: {what}{about} (case {order.case_number})"
    for one in ours.disclosed:
        yield f"disclosed to {one.recipient} on {one.day} ({one.ground})"


def _print_part(
    lines: tuple[Line, ...], obligations: tuple[Obligation, ...], datamap: DataMap, to: Console
) -> None:
    for owed in obligations:
        until = f" until {owed.until}" if owed.until else ""
        to.print(f"  owed: {_safe(owed.kind)}, {_safe(owed.norm)}{until}")
    for line in lines:
        told = plain_line(line, datamap)
        to.print(f"  [bold]{_safe(told['table'])}[/] {_safe(_key(line))}: {_safe('; '.join(line.found))}")
        for name, one in told["columns"].items():
            to.print(f"    {_safe(name)} ({one['category']}): {_safe(one['value'])}")
        for terms in dict.fromkeys(_said(one) for one in told["columns"].values()):
            to.print(f"    {_safe(terms)}", style="dim")


def _said(column: dict[str, Any]) -> str:
    purposes = ", ".join(column["purposes"])
    return f"for {purposes}; ground: {column['ground']}; from: {column['source']}; kept: {column['kept']}"


def _print_run(run: DryRun, lines: tuple[Line, ...], to: Console) -> None:
    to.print(f"[bold]{run.right.value}[/] would do, and nothing has been done:")
    for one in run.steps:
        to.print(f"  {one.step.kind.value}, {_when(one)}{': ' + one.refused if one.refused else ''}")
        for change in one.changes:
            to.print(f"    {_safe(_told(change, lines))}")
        if not one.changes:
            to.print("    no row")
    for place in run.by_hand:
        to.print(f"  by hand: {_safe(place.name)}, {_safe(place.person)}, within {place.within_days} working days")
    for party in run.told:
        to.print(f"  told: {_safe(party.name)}")


def _told(change: Change, lines: tuple[Line, ...]) -> str:
    """Which rows, which columns, why some stay."""
    here = [line for line in lines if (line.store, line.table) == (change.store, change.table)]
    which = f": {'; '.join(_key(line) for line in here)}" if len(here) == change.rows else ""
    columns = f" [{', '.join(change.columns)}]" if change.columns else ""
    kept = f", stays for {change.kept_for}" if change.kept_for else ""
    until = f" until {change.until}" if change.until else ""
    return f"{change.store}.{change.table}, {change.operation}, {change.rows} rows{which}{columns}{kept}{until}"


def _when(one: Planned) -> str:
    return "after confirmation" if one.confirmed else "at once"


def _key(line: Line) -> str:
    return ", ".join(f"{name} {value}" for name, value in line.key.items())


def _safe(text: object) -> str:
    """What the company's rows hold, as the terminal may show it."""
    return escape(visible(str(text)))
