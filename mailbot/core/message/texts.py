"""The text of one part as a reader sees it, and whether words were lost on the way to him."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.core.message import mime, transfer
from mailbot.core.message.charset import decode, decoded, storable
from mailbot.core.message.mime import Tree
from mailbot.core.own_words import rendered

MAX_TEXT = 1_000_000  # characters shown of a message; what a person writes has a few thousand
_MAX_HTML = 2_000_000  # of HTML, pictures in it not counted
_MAX_LINES = 20_000  # of one part
_MAX_ENCODED = 6_000_000  # octets that hold them in most transfer encodings; no more of a part is looked at

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_DATA_URI = re.compile(rb"data:[\w/+.;=-]{0,100}base64,[A-Za-z0-9+/=%\s]{200,}+")  # a picture in the HTML itself
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_WORDS = re.compile(r"[^\W\d_]{2}\S{0,40}\s{1,5}\S{0,3}[^\W\d_]{2}")
_WORDS_IN = 100_000  # characters in which they must show
_NUMBERED = re.compile(r"&#(?:1\d{3}|x4[0-9a-f]{2});", re.IGNORECASE)
_NUMBERED_AT_LEAST = 5  # letters written as numbers that make HTML of a plain text
_ENRICHED = re.compile(r"(?is)<param>[^<]{0,200}+</param>|<(?!<)[^>]{0,60}>")
_ENRICHED_LINES = re.compile(r"\n(\n*)")
_FOR_MIME = re.compile(r"(?i)\bmime\b|multi-?part|s/mime|openpgp")  # a preamble for programs of the nineties
_NOTE_AT_MOST = 400  # characters of such a preamble
_QUOTE = re.compile(r">*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Text of a part."""

    text: str = ""
    hidden: bool = False  # the HTML had text nobody can see
    lost: bool = False  # words are there that are not shown, or not as they were written
    html: bool = False


def shown(part: Tree) -> Shown:
    """What a leaf shows; never raises."""
    data = mime.octets(part, _MAX_ENCODED)
    named = mime.type_parameters(part)
    cut = part.end - part.start > _MAX_ENCODED
    if part.kind == "text/html":
        return _html(data, named.get("charset", ""), cut=cut)
    found = decoded(data, named.get("charset", ""))
    text = found.text.replace("\r\n", "\n").replace("\x00", "")
    text = _as_written(text, part.kind, named)
    fitting = _fitting(text)
    lost = cut or len(fitting) < len(text) or found.doubtful or _is_binary(fitting)
    return Shown(text=fitting, lost=lost)


def has_words(text: str) -> bool:
    """Whether a reader would call it text."""
    return _WORDS.search(text[:_WORDS_IN]) is not None


def looks_textual(part: Tree) -> bool:
    """Whether octets that are called no text are some."""
    data = mime.octets(part, 8192)[:4096]
    text = decode(data)
    return has_words(text) and not _is_binary(text)


def beside_parts(margin: bytes) -> str:
    """Text before, after or between the parts; "" for the note that old programs cannot show what follows."""
    text = decode(transfer.decoded(margin, "")).replace("\r\n", "\n").replace("\x00", "").strip()
    if not has_words(text) or _is_binary(text) or (len(text) <= _NOTE_AT_MOST and _FOR_MIME.search(text)):
        return ""
    return text


def _html(data: bytes, label: str, *, cut: bool) -> Shown:
    meta = _META_CHARSET.search(data[:4096])
    page = decoded(_DATA_URI.sub(b"", data), label or (meta[1].decode("ascii", "replace") if meta else ""))
    found = rendered(page.text[: _MAX_HTML + 1])
    text = _fitting(storable(found.text))  # &#0; and &#xD800; are written in ASCII
    lost = cut or len(page.text) > _MAX_HTML or len(text) < len(found.text) or page.doubtful or found.unread
    return Shown(text=text, hidden=found.hidden, lost=lost, html=True)


def _fitting(text: str) -> str:
    """As much of *text* as is shown."""
    text = text[:MAX_TEXT]
    return "\n".join(text.split("\n", _MAX_LINES)[:_MAX_LINES]) if text.count("\n") >= _MAX_LINES else text


def _is_binary(text: str) -> bool:
    """A file that is called text."""
    looked_at = text[:20_000]
    return 10 * len(_UNREADABLE.findall(looked_at)) > len(looked_at)


def _as_written(text: str, kind: str, named: dict[str, str]) -> str:
    """Plain text as its writer saw it."""
    if kind in {"text/enriched", "text/richtext"}:
        bare = _ENRICHED.sub("", text).replace("<<", "<")
        return _ENRICHED_LINES.sub(lambda found: found[1] or " ", bare) if kind == "text/enriched" else bare
    if named.get("format", "").lower() == "flowed" and named.get("delsp", "").lower() == "yes":
        return "\n".join(_flowed(text.split("\n")))
    if len(_NUMBERED.findall(text[:MAX_TEXT])) >= _NUMBERED_AT_LEAST:
        return storable(html.unescape(text))
    return text


def _flowed(lines: list[str]) -> Iterator[str]:
    """Lines put together again where the client cut them inside a word (RFC 3676 s. 4.1)."""
    waiting: list[str] = []
    depth = ""
    for line in lines:
        quote = _QUOTE.match(line[:100])
        here = quote[0] if quote else ""
        text = line[len(here) :].removeprefix(" ")
        if waiting and here != depth:
            yield _one_line(depth, waiting)
            waiting = []
        depth = here
        waiting.append(text.removesuffix(" "))
        if not text.endswith(" ") or text == "-- ":
            waiting[-1] = text
            yield _one_line(depth, waiting)
            waiting = []
    if waiting:
        yield _one_line(depth, waiting)


def _one_line(depth: str, pieces: list[str]) -> str:
    return f"{depth} {''.join(pieces)}" if depth else "".join(pieces)
