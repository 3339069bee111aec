"""The text of a message and what hangs on it. Attachments are named by type and never opened (C28)."""

import re
from dataclasses import dataclass, field, replace

from mailbot.core.message import mime
from mailbot.core.message.charset import storable
from mailbot.core.message.mime import Tree
from mailbot.core.message.texts import MAX_TEXT, Shown, beside_parts, looks_textual, shown

_STUB = re.compile(
    r"html|browser|does(?:n't| not) (?:support|display)|не поддерживает|браузер|пішім|қолдамайды|https?://",
    re.IGNORECASE,
)
_STUB_AT_MOST = 400  # characters; a real text alternative of a designed mail is longer
_MORE_IN_HTML = 3  # times as much text as in a short plain part: that one is only the beginning

_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_SIGNATURE = "\n-----BEGIN PGP SIGNATURE-----"
_PGP_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = frozenset(
    {"multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
)
_NOT_PROSE = frozenset(
    {"text/calendar", "text/css", "text/csv", "text/directory", "text/javascript", "text/rfc822-headers"}
    | {"text/vcard", "text/x-vcard", "text/xml", "text/x-vcalendar"}
)
_NOT_READ = frozenset(  # a letter in a form that is not read here; beside another form of it nothing is lost
    {"text/rtf", "text/x-amp-html", "text/watch-html", "application/ms-tnef", "application/vnd.ms-tnef"}
)
_FORWARDED = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a reader sees of a message, and what it carries."""

    text: str
    foreign: str  # text of messages that hang on it
    hidden_text: bool  # the HTML had text nobody can see
    unread_text: bool  # words are there that could not be shown, and nothing that is shown makes up for them
    attachments: tuple[str, ...]  # content types
    encrypted: bool
    report: str  # report-type of a multipart/report, or what its parts say; "" for other mail
    calendar: bool  # an invitation or the answer to one


@dataclass(slots=True)
class _Gathered:
    """What was met on the way through the parts."""

    texts: list[Tree | Shown] = field(default_factory=list)
    foreign: list[Tree | Shown] = field(default_factory=list)  # in messages that hang on this one
    spare: list[Tree] = field(default_factory=list)  # shown only where there is nothing else
    attachments: list[str] = field(default_factory=list)
    lost: bool = False  # text that cannot be shown at all
    unless_shown: bool = False  # text in a form that is not read here
    encrypted: bool = False
    calendar: bool = False

    def add(self, other: "_Gathered", *, texts: bool) -> None:
        self.texts.extend(other.texts if texts else ())
        self.spare.extend(other.spare)
        self.foreign.extend(other.foreign)
        self.attachments.extend(other.attachments)
        self.lost |= other.lost
        self.unless_shown |= other.unless_shown
        self.encrypted |= other.encrypted
        self.calendar |= other.calendar


def body(tree: Tree) -> Body:
    """Choose and decode the text; never raises."""
    gathered = _Gathered(texts=[tree]) if _is_lone_text(tree) else _gather(tree)
    pieces = _shown(gathered.texts)
    spare = gathered.spare
    if spare and not any(piece.text.strip() for piece in pieces):
        pieces, spare = _shown([*gathered.texts, *spare]), []
    text = _unsigned(_joined(pieces))
    foreign = _shown(gathered.foreign, at_most=MAX_TEXT - len(text))
    nothing = not text.strip()
    lost = any(piece.lost and (nothing or piece.text.strip()) for piece in pieces)
    return Body(
        text=text,
        foreign=_joined(foreign),
        hidden_text=any(piece.hidden for piece in pieces),
        unread_text=gathered.lost or lost or (nothing and gathered.unless_shown),
        attachments=(*gathered.attachments, *(storable(part.kind) for part in spare)),
        encrypted=gathered.encrypted or _PGP_MESSAGE in text,
        report=_report(tree),
        calendar=gathered.calendar,
    )


def _shown(texts: "list[Tree | Shown]", at_most: int = MAX_TEXT) -> list[Shown]:
    """Texts in their order, no more than *at_most* characters of all together."""
    pieces: list[Shown] = []
    for one in texts:
        piece = one if isinstance(one, Shown) else shown(one)
        fits = len(piece.text) <= at_most
        pieces.append(piece if fits else replace(piece, text=piece.text[:at_most], lost=True))
        at_most -= len(pieces[-1].text)
    return pieces


def _joined(pieces: list[Shown]) -> str:
    return "\n\n".join(piece.text for piece in pieces if piece.text.strip())


# ---------------------------------------------------------------- which parts are the letter


def _gather(part: Tree) -> _Gathered:
    kind = part.kind
    found = _Gathered(encrypted=kind in _ENCRYPTED)
    if kind.startswith("multipart/") or (part.parts and kind.startswith("text/")):
        _add_parts(found, part)
    elif kind in _FORWARDED:
        found.attachments.append(kind)
        inner = _gather(part.parts[0])
        found.foreign.extend((*inner.texts, *inner.foreign))
    elif kind == "message/partial":
        found.lost = True
        found.attachments.append(kind)
        if mime.type_parameters(part).get("number") == "1":
            found.texts.extend(_gather(part.parts[0]).texts)
    else:
        _add_leaf(found, part)
    return found


def _add_parts(found: _Gathered, part: Tree) -> None:
    """What a multipart holds, and the text that somebody put around the parts."""
    if part.broken_parts and not part.parts:
        found.texts.append(part)  # also what calls itself multipart and cannot be told into parts
        return
    inner = [_gather(child) for child in part.parts]
    around = [Shown(text=beside_parts(margin)) for margin in part.margins]
    found.texts.extend(one for one in around[:1] if one.text)
    if part.kind == "multipart/alternative":
        _add_alternatives(found, inner)
    else:
        for one in inner:
            found.add(one, texts=not found.encrypted)
    found.texts.extend(one for one in around[1:] if one.text)


def _add_leaf(found: _Gathered, part: Tree) -> None:
    kind = part.kind
    if _is_text(part):
        found.texts.append(part)
    elif _is_spare(part):
        found.spare.append(part)
    else:
        found.attachments.append(storable(kind))
        found.unless_shown = kind in _NOT_READ
        found.calendar = kind == "text/calendar" and "method" in mime.type_parameters(part)


def _is_text(part: Tree) -> bool:
    """Text to read and not a file, though a program may give it a name (as Apple's does)."""
    disposition = part.fields.first("content-disposition").strip().lower()
    named = "filename" in disposition
    if not part.kind.startswith("text/") or part.kind in _NOT_PROSE | _NOT_READ:
        return False
    if named:
        return disposition.startswith("inline") and part.kind == "text/plain"
    return not disposition.startswith("attachment")


def _is_spare(part: Tree) -> bool:
    """What is text, called a file, and the letter itself where there is no other."""
    disposition = part.fields.first("content-disposition").strip().lower()
    if part.kind == "application/octet-stream":
        named = "filename" in disposition or "name" in mime.type_parameters(part)
        return not named and not disposition.startswith("attachment") and looks_textual(part)
    return part.kind == "text/html" and disposition.startswith("inline")


def _is_lone_text(tree: Tree) -> bool:
    """A message that is nothing but text of some kind is read even if it calls itself a file."""
    return tree.kind.startswith("text/") and not tree.parts and tree.kind not in _NOT_READ | {"text/calendar"}


def _add_alternatives(found: _Gathered, choices: list[_Gathered]) -> None:
    """The plain text unless it is empty, points at the HTML, or is only the beginning of what that says."""
    with_text = [choice for choice in choices if choice.texts]
    plain = next((choice for choice in with_text if not any(map(_is_html, choice.texts))), None)
    html = next((choice for choice in with_text if any(map(_is_html, choice.texts))), None)
    best = plain or html
    if plain and html:
        said = _settled(plain)
        best = html if _may_be_less(said, html) and _says_more(_settled(html), said) else plain
    for choice in choices:
        found.add(choice, texts=choice is best)


def _settled(choice: _Gathered) -> list[Shown]:
    """The texts of *choice*, read once."""
    pieces = _shown(choice.texts)
    choice.texts = [*pieces]
    return pieces


def _may_be_less(said: list[Shown], html: _Gathered) -> bool:
    """Whether the HTML must be looked at: the plain text is no letter, is damaged, or is short beside it."""
    text = _joined(said)
    sizes = [one.end - one.start for one in html.texts if isinstance(one, Tree)]
    return _is_stub(text) or any(one.lost for one in said) or len(text) <= _STUB_AT_MOST < sum(sizes) // 10


def _says_more(html: list[Shown], plain: list[Shown]) -> bool:
    shown_there, here = _joined(html).strip(), _joined(plain).strip()
    if not shown_there:
        return False
    damaged = any(one.lost for one in plain) and not any(one.lost for one in html)
    return _is_stub(here) or damaged or len(shown_there) > _MORE_IN_HTML * len(here) + _STUB_AT_MOST


def _is_html(text: Tree | Shown) -> bool:
    return text.html if isinstance(text, Shown) else text.kind == "text/html"


def _is_stub(text: str) -> bool:
    shown = text.strip()
    return not shown or (len(shown) <= _STUB_AT_MOST and bool(_STUB.search(shown)))


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
    if tree.kind == "multipart/report":
        labelled = mime.type_parameters(tree).get("report-type", "").lower()
        if labelled:
            return labelled
    beside = (part.kind for part in (tree, *mime.children(tree)))
    return next((_REPORTS[kind] for kind in beside if kind in _REPORTS), "")
