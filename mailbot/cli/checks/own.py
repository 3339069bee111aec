"""The mailbox as a store of the data map: whether a person's letters can be found in it, and destroyed."""

from pathlib import Path

from mailbot.adapters.datamap_file import load_datamap
from mailbot.adapters.imap import ImapMailbox
from mailbot.cli.checks.line import Line, fail, guarded, ok, warn
from mailbot.core.datamap import OwnStore
from mailbot.errors import ConfigError

_IN = {"": "look into the server's log; it logs us in and then does not serve us"}


async def own(box: ImapMailbox, path: Path, *, sent: str, until: float) -> list[Line]:
    """What the map in *path* says of the mailbox, tried; a map that cannot be read is told of elsewhere."""
    try:
        told = load_datamap(path).mailbox
    except ConfigError:
        return []
    if told is None:
        said = "the mailbox is not on the data map: a person's letters stay in it whatever is erased"
        return [warn("letters", said, "add [mailbox] to the data map, as config/datamap.toml shows it")]
    return await guarded("letters", _letters(box, told, sent=sent), _IN, until=until)


async def _letters(box: ImapMailbox, told: OwnStore, *, sent: str) -> list[Line]:
    there = {*await box.folders(), sent}  # Sent is made with our first letter
    missing = [folder for folder in told.folders if folder not in there]
    if missing:
        said = f"[mailbox] of the data map names {', '.join(missing)}, which is not there: erasures would wait"
        return [fail("letters", said, "make the folder in a mail program, or correct folders")]
    if "UIDPLUS" not in await box.capabilities():
        said = "the server offers no UIDPLUS: no letter can be destroyed without others' mail"
        return [fail("letters", said, "ask for a server with UIDPLUS, or take [mailbox] off the data map")]
    what = "go with an erasure" if told.erase else "stay (erase = false)"
    days = f"requests and answers go {told.keep_days} days after a case"
    return [ok("letters", f"looked for in {', '.join(told.folders)}; {days}; other letters {what}")]
