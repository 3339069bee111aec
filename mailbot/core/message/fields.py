"""Header fields: taken as they stand, tokenised first, decoded afterwards (RFC 2047 s. 6.2, requirements D46)."""

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailbot.core.message.charset import decode, storable
from mailbot.core.model import MessageId

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_WORD = re.compile(r"=\?([^\s?*]{1,40})(?:\*[^\s?]{0,20})?\?([BbQq])\?([^?]*)\?=")  # RFC 2047, 2231 language
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SPACE = re.compile(r"\s+")
_ID = re.compile(r"<([!-;=?-~]{1,998})>")  # printable ASCII but < and >, as ours are and RFC 5322 wants them
_BARE_ID = re.compile(r"[!-~]+")
_PARAMETER = re.compile(r";\s*([\w'%!#$&+^`{|}~.*-]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;\s]*)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one header block in their order: lower-case name, unfolded value, odd octets as surrogates."""

    items: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, raw_items: Iterable[tuple[str, str]]) -> "Fields":
        """From what the standard library's parser keeps."""
        return cls(tuple((name.strip().lower(), _FOLD.sub("", value).strip()) for name, value in raw_items))

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
    return storable(value if value.isascii() else decode(value.encode("utf-8", "surrogateescape")))


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


def base64(data: bytes) -> bytes:
    """Octets of base64 as it comes in mail: rubbish between the letters and missing padding are forgiven."""
    letters = _NOT_BASE64.sub(b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def parameters(value: str) -> dict[str, str]:
    """Parameters of a structured field, names lower-case; the first of a name wins. Linear in the length."""
    found: dict[str, str] = {}
    for parameter in _PARAMETER.finditer(value[:8192]):
        name, raw = parameter[1].lower(), parameter[2]
        quoted = raw.startswith('"') and raw.endswith('"') and len(raw) > 1
        found.setdefault(name, re.sub(r"\\(.)", r"\1", raw[1:-1]) if quoted else raw)
    return found
