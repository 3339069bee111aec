"""`mailbot keys`: which key each use has come to, and what still hangs on older ones."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from mailbot.cli.common import FOUND_WRONG, go, opened, print_json, with_config, with_json
from mailbot.ports import Keys
from mailbot.ports.keys import USES


@click.group()
def keys() -> None:
    """Keys for separate uses, by number; none is ever shown. A use changes its key by [keys] in mailbot.toml.

    \b
    A new secret, in four steps:
      1. put the present secret_key, with its number, into old_secret_keys: "1:SECRET" (or "1:SECRET 2:SECRET")
      2. put a new one into secret_key: openssl rand -hex 32
      3. to keep a use at an older one, say so: [keys] suppression = 1
      4. restart; mailbot keys status
    """


@keys.command()
@with_json
@with_config
def status(*, as_json: bool, config: Path) -> None:
    """Show the number of each use's key, and how much was made by which; exits 1 where one is missing.

    \b
    Example:  mailbot keys status
    """

    async def read() -> tuple[Keys, Mapping[int, int], int]:
        async with opened(config) as app, app.ledger.read() as book:
            return app.desk.keys, await book.suppressed_by(), (await book.head()).key_id

    known, orders, head = go(read())
    rings = {use: getattr(known, use) for use in USES}
    missing = _missing([key.id for key in known.audit], orders, head)
    if as_json:
        now = {
            use: {"current": ring.current.id, "old": sorted(key.id for key in ring.old)}
            for use, ring in rings.items()
        }
        print_json(
            {"keys": now, "suppressions": {str(k): n for k, n in orders.items()}, "head": head, "missing": missing}
        )
    else:
        for use, ring in rings.items():
            old = ", ".join(str(key.id) for key in sorted(ring.old, key=lambda key: key.id))
            click.echo(f"{use:<12} {ring.current.id}{f'  (older: {old})' if old else ''}")
        for key_id, count in sorted(orders.items()):
            click.echo(f"suppression list: {count} orders by key {key_id}")
        click.echo(f"audit head: sealed with key {head}" if head else "audit head: not sealed yet")
        for key_id in missing:
            click.echo(f"secret {key_id} is missing: put it back into old_secret_keys", err=True)
    raise SystemExit(FOUND_WRONG if missing else 0)


def _missing(there: Sequence[int], orders: Mapping[int, int], head: int) -> list[int]:
    """Numbers of keys that have made something and are not among the secrets."""
    return sorted({*orders, head} - {0, *there})
