"""The text of a message and what hangs on it. Attachments are named by type and never opened (C28)."""

import re
from dataclasses import dataclass, field

from mailbot.core.message import mime
from mailbot.core.message.charset import decode, storable
from mailbot.core.message.mime import Tree
from mailbot.core.own_words import rendered

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_STUB = re.compile(
    r"html|browser|does(?:n't| not) (?:support|display)|не поддерживает|браузер|пішім|қолдамайды|https?://",
    re.IGNORECASE,
)
_STUB_AT_MOST = 400  # characters; a real text alternative of a designed mail is longer

_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_SIGNATURE = "\n-----BEGIN PGP SIGNATURE-----"
_PGP_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = frozenset(
    {"multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a reader sees of a message, and what it carries."""

    text: str
    hidden_text: bool  # the HTML had text nobody can see
    attachments: tuple[str, ...]  # content types
    encrypted: bool
    report: str  # report-type of a multipart/report, or what its parts say; "" for other mail
    calendar: bool  # an invitation or the answer to one


@dataclass(slots=True)
class _Gathered:
    """What was met on the way through the parts."""

    texts: list[Tree] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    encrypted: bool = False
    calendar: bool = False

    def add(self, other: "_Gathered", *, texts: bool) -> None:
        self.texts.extend(other.texts if texts else ())
        self.attachments.extend(other.attachments)
        self.encrypted |= other.encrypted
        self.calendar |= other.calendar


def body(tree: Tree) -> Body:
    """Choose and decode the text; never raises."""
    gathered = _gather(tree)
    if not gathered.texts and _is_lone_text(tree):
        gathered = _Gathered(texts=[tree])
    pieces = [_text(part) for part in gathered.texts]
    text = "\n\n".join(piece for piece, _ in pieces if piece.strip())
    return Body(
        text=_unsigned(text),
        hidden_text=any(hidden for _, hidden in pieces),
        attachments=tuple(gathered.attachments),
        encrypted=gathered.encrypted or _PGP_MESSAGE in text,
        report=_report(tree),
        calendar=gathered.calendar,
    )


def _gather(part: Tree) -> _Gathered:
    kind = part.get_content_type()
    found = _Gathered(encrypted=kind in _ENCRYPTED)
    if kind == "multipart/alternative" and part.is_multipart():
        _add_alternatives(found, [_gather(child) for child in mime.children(part)])
    elif part.get_content_maintype() == "multipart" and part.is_multipart():
        for child in mime.children(part):
            found.add(_gather(child), texts=not found.encrypted)
    elif _is_text(part, kind):
        found.texts.append(part)
    else:
        found.attachments.append(storable(kind))
        found.calendar = kind == "text/calendar" and "method" in mime.type_parameters(part)
    return found


def _is_text(part: Tree, kind: str) -> bool:
    """Text to read, not a file: also what calls itself multipart and cannot be told into parts."""
    if isinstance(part.content, list):
        return False
    disposition = mime.fields(part).first("content-disposition").lower()
    if disposition.startswith("attachment") or "filename" in disposition:
        return False
    return kind in {"text/plain", "text/html"} or kind.startswith("multipart/")


def _is_lone_text(tree: Tree) -> bool:
    """A message that is nothing but text of some kind is read even if it calls itself a file."""
    return tree.get_content_maintype() == "text" and tree.get_content_type() != "text/calendar"


def _add_alternatives(found: _Gathered, choices: list[_Gathered]) -> None:
    """The plain text unless it is empty or only points at the HTML, which says the same and more."""
    with_text = [choice for choice in choices if choice.texts]
    plain = [choice for choice in with_text if not any(_is_html(part) for part in choice.texts)]
    html = [choice for choice in with_text if choice not in plain]
    readable = [choice for choice in plain if not html or not _is_stub(_text(choice.texts[0])[0])]
    best = next(iter((*readable, *html, *plain)), None)
    for choice in choices:
        found.add(choice, texts=choice is best)


def _is_html(part: Tree) -> bool:
    return part.get_content_type() == "text/html"


def _is_stub(text: str) -> bool:
    shown = text.strip()
    return not shown or (len(shown) <= _STUB_AT_MOST and bool(_STUB.search(shown)))


def _text(part: Tree) -> tuple[str, bool]:
    """(text of a leaf, whether text nobody can see was dropped)."""
    data = mime.octets(part)
    label = mime.type_parameters(part).get("charset", "")
    if not _is_html(part):
        return decode(data, label).replace("\r\n", "\n").replace("\x00", ""), False
    meta = _META_CHARSET.search(data[:4096])
    html = rendered(decode(data, label or (meta[1].decode("ascii", "replace") if meta else "")))
    return storable(html.text), html.hidden  # &#0; and &#xD800; are written in ASCII


def _unsigned(text: str) -> str:
    """The text of a clear-signed PGP message without its armour (RFC 4880 s. 7)."""
    before, armour, signed = text.partition(_PGP_SIGNED)
    _, blank, inner = signed.partition("\n\n")
    inner, signature, after = inner.partition(_PGP_SIGNATURE)
    if not armour or not blank or not signature:
        return text
    lines = (line.removeprefix("- ") for line in inner.split("\n"))
    return before + "\n".join(lines) + after.partition(_PGP_END)[2]


_REPORTS = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "message/disposition-notification": "disposition-notification",
    "message/global-disposition-notification": "disposition-notification",
    "message/feedback-report": "feedback-report",
}


def _report(tree: Tree) -> str:
    """What a report is about; a part beside the text counts as much as the label (RFC 6522 s. 3)."""
    if tree.get_content_type() == "multipart/report":
        labelled = mime.type_parameters(tree).get("report-type", "").lower()
        if labelled:
            return labelled
    beside = (part.get_content_type() for part in (tree, *mime.children(tree)))
    return next((_REPORTS[kind] for kind in beside if kind in _REPORTS), "")
