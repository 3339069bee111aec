"""Where a message has been moved to, and folders that are made."""

import re
from contextlib import suppress

from mailbot.adapters.imap.connection import Answer, Connection, Refused
from mailbot.core.model import Place

_COPYUID = re.compile(rb"\[COPYUID (\d+) (\d+) (\d+)\]", re.IGNORECASE)


def new_place(answer: Answer | None, old: Place, folder: str) -> Place | None:
    """Where COPYUID says that the message is now (RFC 4315); it stands before or in the tagged OK."""
    for line in answer.lines if answer else ():
        found = _COPYUID.search(line)
        if found and int(found[2]) == old.uid:
            return Place(folder=folder, uidvalidity=int(found[1]), uid=int(found[3]))
    return None


async def create(connection: Connection, target: str) -> None:
    """Make the folder and let mail programs show it."""
    try:
        await connection.run("CREATE", target)
    except Refused as exc:
        if exc.code != "ALREADYEXISTS":
            raise
    with suppress(Refused):
        await connection.run("SUBSCRIBE", target)
