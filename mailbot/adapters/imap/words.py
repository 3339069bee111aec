"""How the wire spells folder names, dates, response codes and nested lists (RFC 3501 sections 5.1.3, 7 and 9)."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

from aioimaplib.aioimaplib import quoted

from mailbot.adapters.imap.framing import Frame
from mailbot.errors import Rejected

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Value = str | bytes | list["Value"] | None
"""An atom, a string (quoted or literal), a list in parentheses, NIL."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SHIFTED = re.compile(r"&([^-]*)-")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")
_MOMENT = re.compile(rb"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_CODE = re.compile(rb"\s*\[([A-Za-z0-9-]{1,40})")
_ANNOUNCEMENT = re.compile(rb"~?\{\d+\}\Z")
_TOKEN = re.compile(
    rb"""(?P<bracket>[()])
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<atom>[A-Za-z0-9.]+\[[^\]]*\](?:<\d+>)? | [^\s()"]+)""",
    re.VERBOSE,
)

# ---------------------------------------------------------------- folder names


def folder_argument(name: str, *, utf8: bool) -> str:
    """*name* as an argument: quoted, in modified UTF-7 unless the server was told UTF8=ACCEPT (RFC 6855)."""
    if _CONTROL.search(name):
        raise Rejected("IMAP: a folder name holds a control character")
    return str(quoted(name if utf8 else _to_modified_utf7(name)))


def folder_name(raw: bytes, *, utf8: bool) -> str:
    """The name a person would read; what is not modified UTF-7 stays as the server wrote it."""
    name = raw.decode("utf-8", "replace")
    return name if utf8 else _SHIFTED.sub(_from_modified_base64, name)


def _to_modified_utf7(name: str) -> str:
    return _UNPRINTABLE.sub(_to_modified_base64, name.replace("&", "&-"))


def _to_modified_base64(run: re.Match[str]) -> str:
    base64 = b64encode(run[0].encode("utf-16-be")).rstrip(b"=").decode()
    return f"&{base64.replace('/', ',')}-"


def _from_modified_base64(run: re.Match[str]) -> str:
    if not run[1]:
        return "&"
    base64 = run[1].replace(",", "/")
    try:
        return b64decode(base64 + "=" * (-len(base64) % 4), validate=True).decode("utf-16-be")
    except (Base64Error, UnicodeDecodeError):
        return run[0]


# ---------------------------------------------------------------- dates


def day(moment: datetime) -> str:
    """The calendar day of *moment*, in its own zone, as SEARCH wants it."""
    return f"{moment.day}-{MONTHS[moment.month - 1]}-{moment.year:04}"


def date_time(moment: datetime) -> str:
    """*moment* as APPEND wants it; English months whatever the locale."""
    utc = moment.astimezone(UTC)
    return f'"{utc.day:02}-{MONTHS[utc.month - 1]}-{utc.year:04} {utc:%H:%M:%S} +0000"'


def internal_date(value: Value) -> datetime | None:
    """INTERNALDATE in UTC; None where the server says what is no date."""
    found = _MOMENT.match(value) if isinstance(value, bytes) else None
    if found is None:
        return None
    away = timedelta(hours=int(found[8]), minutes=int(found[9]))
    try:
        month = MONTHS.index(found[2].decode().title()) + 1
        zone = timezone(-away if found[7] == b"-" else away)
        hour, minute, second = (int(found[part]) for part in (4, 5, 6))
        local = datetime(int(found[3]), month, int(found[1]), hour, minute, second, tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# ---------------------------------------------------------------- responses


def code_of(text: bytes) -> str:
    """The response code's name at the head of *text*, upper case; empty where there is none."""
    found = _CODE.match(text)
    return found[1].decode().upper() if found else ""


def uid_set(uids: Iterable[int]) -> str:
    """The set as a command argument; raises `ValueError` for what cannot be a UID."""
    asked = list(uids)
    if not all(0 < uid < 2**32 for uid in asked):
        raise ValueError("a UID is a positive 32-bit number")
    return ",".join(map(str, asked))


def values(frame: Frame) -> list[Value]:
    """The words of a response with its lists nested; brackets that do not match are forgiven."""
    nest: list[list[Value]] = [[]]
    for index, part in enumerate(frame):
        if index % 2:
            nest[-1].append(part)
        else:
            _read(_ANNOUNCEMENT.sub(b"", part) if index + 1 < len(frame) else part, nest)
    return nest[0]


def _read(text: bytes, nest: list[list[Value]]) -> None:
    for token in _TOKEN.finditer(text):
        if token["bracket"] == b"(":
            inner: list[Value] = []
            nest[-1].append(inner)
            nest.append(inner)
        elif token["bracket"]:
            if len(nest) > 1:
                nest.pop()
        elif token["quoted"] is not None:
            nest[-1].append(re.sub(rb"\\(.)", rb"\1", token["quoted"]))
        else:
            atom = token["atom"].decode("utf-8", "replace")
            nest[-1].append(None if atom.upper() == "NIL" else atom)
