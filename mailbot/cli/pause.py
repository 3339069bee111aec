"""`mailbot pause` and `mailbot resume`: the stop switch, and what the breaker has stopped."""

from pathlib import Path

import click

from mailbot.cli.common import (
    FOUND_WRONG,
    Failed,
    console,
    go,
    opened,
    print_json,
    with_config,
    with_json,
    with_person,
)
from mailbot.core.switches import Switch, SwitchedOff
from mailbot.journeys.pause import switch_off, switch_on


@click.command()
@click.option("--why", default="", help="Why; goes into the audit trail and the status. No personal data.")
@click.option("--status", is_flag=True, help="Only say what is switched off.")
@with_person
@with_json
@with_config
def pause(why: str, by: str, *, status: bool, as_json: bool, config: Path) -> None:
    """Carry nothing out and let no letter leave by itself, until `mailbot resume`.

    Mail is read, cases are opened, clocks run and warn you; what a person writes still leaves. The running daemon
    obeys within seconds, and so does one that is started later. Audited.

    \b
    Exit codes: 0 paused (or with --status: nothing is off), 1 with --status: something is off.
    Examples:   mailbot pause --why "the shop's database is being moved"
                mailbot pause --status
    """
    if not status and not why.strip():
        raise click.UsageError("say why: mailbot pause --why TEXT (or --status to look)")

    async def change() -> tuple[SwitchedOff, ...]:
        async with opened(config) as app:
            if not status:
                await switch_off(Switch.EVERYTHING, by=by, why=why.strip(), desk=app.desk)
            async with app.ledger.read() as book:
                return tuple(await book.switched_off())

    off = go(change())
    _say(off, as_json=as_json)
    if status and off:
        raise click.exceptions.Exit(FOUND_WRONG)


@click.command()
@click.argument("what", required=False, type=click.Choice([switch.value for switch in Switch]))
@with_person
@with_json
@with_config
def resume(what: str | None, by: str, *, as_json: bool, config: Path) -> None:
    """Switch on again what `mailbot pause` or the breaker has switched off; without WHAT, all of it.

    Cases that the breaker gave to a person stay with that person. Audited.

    \b
    Exit codes: 0 switched on, 1 it was on already.
    Examples:   mailbot resume                  everything
                mailbot resume destruction      what the breaker stopped, after you have looked why
    """

    async def change() -> tuple[list[Switch], tuple[SwitchedOff, ...]]:
        async with opened(config) as app:
            wanted = [Switch(what)] if what else list(Switch)
            changed = list(await switch_on(wanted, by=by, desk=app.desk))
            async with app.ledger.read() as book:
                return changed, tuple(await book.switched_off())

    changed, off = go(change())
    if not changed:
        raise Failed("nothing was switched off" if what is None else f"{what} was not switched off", FOUND_WRONG)
    _say(off, as_json=as_json)


def _say(off: tuple[SwitchedOff, ...], *, as_json: bool) -> None:
    if as_json:
        rows = [{"off": o.switch.value, "since": o.since.isoformat(), "by": o.by, "why": o.why} for o in off]
        print_json({"switched_off": rows})
        return
    for one in off:
        console().print(
            f"{one.switch.value}: off since {one.since:%Y-%m-%d %H:%M} UTC by {one.by}: {one.why}", markup=False
        )
    if not off:
        console().print("everything is on")
