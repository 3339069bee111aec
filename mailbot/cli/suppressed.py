"""`mailbot suppressed`: whom not to write to, for mailing tools and for people."""

import csv
import dataclasses
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from mailbot.cli.common import (
    FOUND_WRONG,
    go,
    opened,
    print_json,
    spelled,
    visible,
    with_config,
    with_json,
    with_person,
)
from mailbot.cli.limits import with_limits
from mailbot.core.model import Channel
from mailbot.journeys.listing import Contact, Row, contact_of, export_all, look_up, match_rows
from mailbot.ports.orders import Suppression

_COLUMNS = ("digest", "key_id", "kind", "channel", "topic", "reason", "since", "case")
_ENCODINGS = ("utf-8-sig", "cp1251")  # as spreadsheets save in Kazakhstan and Russia


@click.group()
def suppressed() -> None:
    """The suppression list: keyed hashes of addresses and numbers that want no advertising; it outlives erasure.

    What is to be sent may be named with --channel and --topic: an order for calls alone does not bar a letter.
    Where it is not named, every order counts.
    """


@suppressed.command()
@click.argument("contacts", nargs=-1, required=True, metavar="ADDRESS|NUMBER…")
@with_limits
@with_person
@with_json
@with_config
def check(
    contacts: tuple[str, ...], channel: str | None, topic: str, by: str, *, as_json: bool, config: Path
) -> None:
    """Say of each address or number whether it may be written to; exits 1 where one may not.

    \b
    Examples:  mailbot suppressed check anna@example.org '+7 700 000 00 01'
               mailbot suppressed check 87000000001 --channel sms
    """
    asked = [_contact(text) for text in contacts]

    async def look() -> Sequence[Sequence[Suppression]]:
        async with opened(config) as app:
            return await look_up(asked, by=by, desk=app.desk)

    barred = [[order for order in orders if order.bars(_channel(channel), topic)] for orders in go(look())]
    for text, orders in zip(contacts, barred, strict=True):
        if as_json:
            print_json({"asked": text, "suppressed": bool(orders), "orders": [_plain(order) for order in orders]})
        else:
            click.echo(f"{visible(text)}: {'; '.join(map(_line, orders)) or 'not on the list'}")
    raise SystemExit(FOUND_WRONG if any(barred) else 0)


@suppressed.command()
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "json"]),
    default="csv",
    show_default=True,
    help="Table or lines.",
)
@with_person
@with_config
def export(kind: str, by: str, config: Path) -> None:
    """Print the whole list: keyed hashes, and what each is limited to. No address can be told from it.

    A mailing tool cannot use it without the key: give it what `mailbot suppressed match` says of its own list.

    \b
    Example:  mailbot suppressed export --format json
    """

    async def read() -> Sequence[Suppression]:
        async with opened(config) as app:
            return await export_all(by=by, desk=app.desk)

    orders = [_plain(order) for order in go(read())]
    if kind == "json":
        for order in orders:
            print_json(order)
        return
    lines = io.StringIO()
    writer = csv.DictWriter(lines, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(orders)
    click.echo(lines.getvalue(), nl=False)


@suppressed.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--column", default="email", show_default=True, help="The column with the address or number.")
@click.option("--allowed", is_flag=True, help="Print those that may be written to instead.")
@with_limits
@with_person
@with_config
def match(  # noqa: PLR0913 - options of a command
    file: Path, column: str, channel: str | None, topic: str, by: str, *, allowed: bool, config: Path
) -> None:
    """Read a list of yours (CSV with a heading) and print, a line each, whom of it not to write to.

    What cannot be read as an address or a number is named on standard error and is among neither.

    \b
    Examples:  mailbot suppressed match customers.csv --column email
               mailbot suppressed match customers.csv --column phone --channel sms --allowed
    """
    rows = list(_rows(file, column))

    async def look() -> Sequence[Row]:
        async with opened(config) as app:
            return await match_rows(rows, channel=_channel(channel), topic=topic, by=by, desk=app.desk)

    told = go(look())
    for row in told:
        if row.contact is not None and row.barred is not allowed:
            click.echo(row.text)
    unread = [row for row in told if row.contact is None]
    if unread:
        lines = ", ".join(str(row.line) for row in unread[:20])
        click.echo(f"no address or number: {len(unread)} rows, line {lines}", err=True)
    click.echo(f"{len(told)} rows, {sum(row.barred for row in told)} must not be written to", err=True)


def _contact(text: str) -> Contact:
    contact = contact_of(text)
    if contact is None:
        raise click.BadParameter(f"{visible(text)!r} is neither an e-mail address nor a telephone number")
    return contact


def _channel(name: str | None) -> Channel | None:
    return Channel(name) if name else None


def _rows(file: Path, column: str) -> Iterator[Row]:
    text = _text(file)
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter)
    if column not in (reader.fieldnames or ()):
        there = ", ".join(reader.fieldnames or ()) or "none"
        raise click.BadParameter(
            f"{file} has no column {column!r}; it has: {visible(there)}", param_hint="--column"
        )
    for record in reader:
        value = (record.get(column) or "").strip()
        if value:
            yield Row(line=reader.line_num, text=value, contact=contact_of(value))


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as exc:
        raise click.BadParameter(f"{file} cannot be read ({exc.strerror})") from None
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise click.BadParameter(f"{file} is neither UTF-8 nor Windows-1251 text")


def _plain(order: Suppression) -> dict[str, object]:
    facts = dataclasses.asdict(order)
    facts |= {"channel": order.channel.value if order.channel else "", "reason": order.reason.value}
    facts |= {"since": order.since.isoformat(), "case": order.case_number}
    return {name: facts[name] for name in _COLUMNS}


def _line(order: Suppression) -> str:
    what = order.channel.value if order.channel else "all"
    about = f" about {order.topic}" if order.topic else ""
    return (
        f"{what}{about}, since {order.since:%Y-%m-%d}, {spelled([order.reason.value])}, case {order.case_number}"
    )
