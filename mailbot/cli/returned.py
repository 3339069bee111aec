"""`mailbot returned`: who was stopped or erased and stands in the company's data again."""

from pathlib import Path

import click

from mailbot.cli.common import FOUND_WRONG, console, go, opened, print_json, table, with_config, with_json
from mailbot.journeys.returned import ERASED, FREELY, STOPPED, WAITING
from mailbot.journeys.watching import Seen, walk_now

SAID = {
    STOPPED: "stopped again",
    ERASED: "destroyed before, a person decides",
    WAITING: "seen before, not settled yet",
    FREELY: "came back freely, left alone",
}


@click.command()
@click.option("--full", is_flag=True, help="Look at every row, also where the map says which of them are new.")
@with_json
@with_config
def returned(*, full: bool, as_json: bool, config: Path) -> None:
    """Look through the company's data for people who were stopped or erased and have come back.

    The running daemon does so by itself ([rules] watch_returns_hours); this is for after an import. Whoever came
    back without a newer consent is stopped again by the daemon, within seconds; what was destroyed before waits
    for you: `mailbot cases list`. While paused nothing is looked at. Audited; nothing of a person is shown.

    \b
    Exit codes: 0 nobody is there who must not be, 1 somebody was.
    Examples:   mailbot returned
                mailbot returned --full --json
    """

    async def look() -> Seen:
        async with opened(config) as app:
            return await walk_now(app.desk, full=full)

    seen = go(look())
    _say(seen, as_json=as_json)
    if seen.came_back:
        raise click.exceptions.Exit(FOUND_WRONG)


def _say(seen: Seen, *, as_json: bool) -> None:
    found = sorted(seen.found.items(), key=lambda one: (list(SAID).index(one[0][0]), str(one[0][1])))
    if as_json:
        places = [
            {"what": name, "store": at.store, "table": at.table, "origin": at.source, "people": many}
            for (name, at), many in found
        ]
        print_json({"rows": seen.rows, "on_the_list": seen.suppressed, "found": places})
        return
    if found:
        shown = table("What", "Where", "Origin", "People")
        for (name, at), many in found:
            shown.add_row(SAID[name], f"{at.store}.{at.table}", at.source or "not stated", str(many))
        console().print(shown)
    console().print(f"{seen.rows} rows looked at; {seen.suppressed} of the suppression list stand there")
    if not seen.came_back:
        console().print("nobody is there who must not be")
