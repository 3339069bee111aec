"""Which folders there are and what for: LIST, SPECIAL-USE (RFC 6154), and XLIST, which Yandex still speaks."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.adapters.imap.connection import Connection
from mailbot.adapters.imap.framing import Frame
from mailbot.adapters.imap.words import Value, folder_name, values

_USES = {"\\sent": "\\Sent", "\\junk": "\\Junk", "\\spam": "\\Junk", "\\drafts": "\\Drafts", "\\trash": "\\Trash"}
_NOT_SELECTABLE = frozenset({"\\noselect", "\\nonexistent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A folder as LIST names it."""

    name: str
    uses: frozenset[str]
    selectable: bool


async def listing(connection: Connection) -> Sequence[Listed]:
    """All folders, each once, in the server's order."""
    if connection.offers("XLIST") and not connection.offers("SPECIAL-USE"):
        answer = await connection.run("XLIST", '""', '"*"')
    elif connection.offers("LIST-EXTENDED", "SPECIAL-USE"):
        answer = await connection.run("LIST", '""', '"*"', "RETURN", "(SPECIAL-USE)")
    else:
        answer = await connection.run("LIST", '""', '"*"')
    listed = (_listed(frame, utf8=connection.utf8) for frame in answer.frames)
    return list({folder.name: folder for folder in listed if folder is not None}.values())


def _listed(frame: Frame, *, utf8: bool) -> Listed | None:
    match values(frame):
        case [str(verb), list(attributes), _, str() | bytes() as raw] if verb.upper() in {"LIST", "XLIST"}:
            words = {word.lower() for word in attributes if isinstance(word, str)}
            return Listed(
                name=folder_name(_octets(raw), utf8=utf8),
                uses=frozenset(_USES[word] for word in words & _USES.keys()),
                selectable=not words & _NOT_SELECTABLE,
            )
        case _:
            return None


def _octets(name: Value) -> bytes:
    return name if isinstance(name, bytes) else str(name).encode()
