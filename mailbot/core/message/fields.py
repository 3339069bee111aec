"""Header fields: taken as they stand, tokenised first, decoded afterwards (RFC 2047 s. 6.2, requirements D46)."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from mailbot.core.message.charset import decode, storable
from mailbot.core.message.transfer import base64
from mailbot.core.model import MessageId

_WORD = re.compile(  # RFC 2047, 2231 language; a "?" in it and a lost end are forgiven
    r"=\?([^\s?*]{1,40})(?:\*[^\s?]{0,20})?\?([BbQq])\?((?:[^?=]|=(?!\?[^=])|\?(?!=))*+)(?:\?=|\Z)"
)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SPACE = re.compile(r"\s+")
_ID = re.compile(r"<([!-;=?-~]{1,998})>")  # printable ASCII but < and >, as ours are and RFC 5322 wants them
_BARE_ID = re.compile(r"[!-~]+")
_QUOTED = r"\"(?:[^\"\\]|\\.)*+\""
_PARAMETER = re.compile(  # or what stands between parameters, so that nothing is looked at twice
    rf"([\w'%!#$&+^`{{|}}~.*-]++)\s*+=\s*+({_QUOTED}|[^;\s]*+)|{_QUOTED}|[^;\s\"]++|[;\s]++|\"", re.DOTALL
)
_PIECE = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?")


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one header block in their order: lower-case name, unfolded value, odd octets as surrogates."""

    items: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Values of every field called *name*, top to bottom."""
        return tuple(value for known, value in self.items if known == name)

    def first(self, name: str) -> str:
        """Value of the topmost field called *name*; "" where there is none."""
        return next((value for known, value in self.items if known == name), "")

    def texts(self) -> dict[str, tuple[str, ...]]:
        """Every field by name, values readable: what `core.automatic` looks at."""
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self.items:
            found[name] = (*found.get(name, ()), plain(value)) if name in found else (plain(value),)
        return found

    def ids(self, name: str) -> tuple[MessageId, ...]:
        """Message-IDs in every field called *name*, in order, each once."""
        return tuple(dict.fromkeys(found for value in self.all(name) for found in message_ids(value)))


def message_ids(value: str) -> Iterator[MessageId]:
    """Message-IDs between angle brackets; a bare one where there are no brackets at all. Printable ASCII only."""
    readable = plain(value)
    for found in _ID.finditer(readable):
        yield MessageId(found[1])
    if "<" not in readable and "@" in readable and _BARE_ID.fullmatch(readable.strip()):
        yield MessageId(readable.strip()[:998])


def plain(value: str) -> str:
    """The value with odd octets decoded; NUL becomes U+FFFD, nothing else is changed."""
    if value.isascii():
        return value.replace("\x00", "\ufffd")
    return storable(decode(value.encode("utf-8", "surrogateescape")))


def text(value: str) -> str:
    """The value for a reader: encoded words decoded, controls and direction marks gone, white space single."""
    return _SPACE.sub(" ", _UNSEEN.sub(" ", "".join(_decoded(value)))).strip()


def _decoded(value: str) -> Iterator[str]:
    """Pieces of *value*; neighbouring encoded words of one charset are joined first: letters get split."""
    charset, waiting, at = "", b"", 0
    for word in _WORD.finditer(value):
        between = value[at : word.start()]
        at = word.end()
        if waiting and (between.strip() or charset != word[1].lower()):
            yield decode(waiting, charset)
            waiting = b""
        if between.strip() or not charset:
            yield plain(between)
        charset = word[1].lower()
        waiting += _octets(word[2], word[3])
    if waiting:
        yield decode(waiting, charset)
    yield plain(value[at:])


def _octets(encoding: str, encoded: str) -> bytes:
    data = encoded.encode("utf-8", "surrogateescape")
    return base64(data) if encoding in "Bb" else binascii.a2b_qp(data, header=True)


def parameters(value: str) -> dict[str, str]:
    """Parameters of a structured field, names lower-case; the first of a name wins. Linear in the length.

    Those in pieces and with a charset of their own (RFC 2231) are put together, unless a plain one has the name.
    """
    found: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[bool, str]]] = {}
    for parameter in _PARAMETER.finditer(value[:8192]):
        if not parameter[1]:
            continue
        name, raw = parameter[1].lower(), parameter[2]
        if len(raw) > 1 and raw.startswith('"') and raw.endswith('"'):
            raw = re.sub(r"\\(.)", r"\1", raw[1:-1])
        piece = _PIECE.fullmatch(name)
        if piece:
            extended.setdefault(piece[1], {}).setdefault(
                int(piece[2] or 0), (piece[2] is None or piece[3] is not None, raw)
            )
        else:
            found.setdefault(name, raw)
    return {name: _joined(pieces) for name, pieces in extended.items()} | found


def _joined(pieces: dict[int, tuple[bool, str]]) -> str:
    """The value of an extended parameter: charset and language stand before the first piece (RFC 2231 s. 4.1)."""
    ordered = [pieces[number] for number in sorted(pieces)]
    coded, first = ordered[0]
    charset, _, rest = first.partition("'") if coded and first.count("'") > 1 else ("", "", "")
    if charset or rest:
        ordered[0] = (coded, rest.partition("'")[2])
    octets = (
        unquote_to_bytes(text.encode("utf-8", "surrogateescape"))
        if coded
        else text.encode("utf-8", "surrogateescape")
        for coded, text in ordered
    )
    return decode(b"".join(octets), charset)
