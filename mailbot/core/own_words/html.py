"""HTML of a mail to lines of text: linear in time on hostile input, nothing fetched, nothing rendered (C29).

What a reader cannot see is dropped and said; quoted blocks come out as lines with "> " before them, so that
one set of rules cuts them off.
"""

import re
from dataclasses import dataclass, field

from lxml import etree

_LIMIT = 2_000_000  # characters of HTML; a mail a person wrote has a few thousand
_STYLE_LIMIT = 2_000
_PIECE = 65_536

_BLOCK = frozenset(
    {"address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table"}
    | {"tbody", "tr", "ul"}
)
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "table", "hr"})
_NOT_TEXT = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "select"})
_INVISIBLE = re.compile(
    r"display:none|visibility:hidden|opacity:0(?![.\d]*[1-9])|font-size:0(?![.\d]*[1-9])|mso-hide:all"
    r"|max-height:0(?![.\d]*[1-9])"
)
_WHITE = r"(?:#fff(?:fff)?\b|white\b|rgba?\(255,255,255)"
_WHITE_TEXT = re.compile(rf"(?:^|;)color:{_WHITE}")
_BACKGROUND = re.compile(rf"background(?:-color)?:(?!{_WHITE}|transparent|none|inherit|initial)")
_INDENTED = re.compile(r"border(?:-left)?:(?:none|0)")  # how editors indent one's own words


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text of an HTML body."""

    text: str
    hidden: bool  # text nobody can see was dropped


@dataclass(slots=True)
class _Element:
    silent: bool = False  # script, style, head
    hidden: bool = False
    quoted: bool = False
    preformatted: bool = False
    painted: bool = False  # stands on a background of its own
    white: bool = False


@dataclass(slots=True)
class _Writer:
    """SAX target: keeps the open elements and writes lines."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    inside: list[_Element] = field(default_factory=lambda: [_Element()])
    quotes: int = 0
    hidden_text: bool = False

    def start(self, tag: object, attributes: dict[str, str]) -> None:
        name = tag if isinstance(tag, str) else ""
        if name == "br" or name in _BLOCK:
            self._end_line(keep_empty=name == "br")
        outer = self.inside[-1]
        element = _Element(
            outer.silent or name in _NOT_TEXT, outer.hidden, painted=outer.painted, white=outer.white
        )
        element.preformatted = outer.preformatted or name == "pre"
        if attributes:
            _look_at(element, attributes)
        element.quoted = name == "blockquote" and not _INDENTED.search(_style(attributes))
        self.quotes += element.quoted
        self.inside.append(element)
        if name == "li":
            self.line.append("- ")

    def end(self, tag: object) -> None:
        name = tag if isinstance(tag, str) else ""
        if name in _BLOCK:
            self._end_line(keep_empty=False)
        if len(self.inside) > 1:
            self.quotes -= self.inside.pop().quoted
        if name in _SPACED:
            self.lines.append("")
        elif name in {"td", "th"}:
            self.line.append(" ")

    def data(self, text: str) -> None:
        here = self.inside[-1]
        if here.silent:
            return
        if here.hidden or (here.white and not here.painted):
            self.hidden_text = self.hidden_text or bool(text.strip())
        elif here.preformatted:
            self._write_preformatted(text)
        else:
            self.line.append(text)

    def comment(self, text: str) -> None:
        """Comments are no text."""

    def close(self) -> Rendered:
        self._end_line(keep_empty=False)
        text = "\n".join(self.lines)
        return Rendered(re.sub(r"\n(?:>? *\n){2,}", "\n\n", text).strip("\n"), self.hidden_text)

    def _write_preformatted(self, text: str) -> None:
        first, *others = text.split("\n")
        self.line.append(first)
        for other in others:
            self._end_line(keep_empty=True)
            self.line.append(other)

    def _end_line(self, *, keep_empty: bool) -> None:
        words = " ".join("".join(self.line).replace("\u200b", "").split())
        self.line.clear()
        if words:
            self.lines.append("> " * min(self.quotes, 3) + words)
        elif keep_empty:
            self.lines.append("")


def _style(attributes: dict[str, str]) -> str:
    return re.sub(r"\s+", "", attributes.get("style", "")[:_STYLE_LIMIT]).lower() if attributes else ""


def _look_at(element: _Element, attributes: dict[str, str]) -> None:
    """What the attributes of *element* do to the text in it."""
    style = _style(attributes)
    if "hidden" in attributes or (style and _INVISIBLE.search(style)):
        element.hidden = True
    if "bgcolor" in attributes or "background" in attributes or (style and _BACKGROUND.search(style)):
        element.painted = True
    colour = attributes.get("color", "").strip().lower()
    if style and "color:" in style.replace("-color:", "-"):
        element.white = bool(_WHITE_TEXT.search(style))
    elif colour:
        element.white = colour in {"#fff", "#ffffff", "white"}


def rendered(html: str) -> Rendered:
    """Lines of text of an HTML body; never raises. Longer bodies than two million characters are cut."""
    page = html[:_LIMIT].encode("utf-8", "replace").decode().replace("\x00", "")
    if not page.strip():
        return Rendered("", hidden=False)
    parser = etree.HTMLParser(target=_Writer(), recover=True, huge_tree=True, no_network=True)
    for at in range(0, len(page), _PIECE):
        parser.feed(page[at : at + _PIECE])
    try:
        result = parser.close()
    except etree.XMLSyntaxError:  # a document without any element
        return Rendered("", hidden=False)
    return result if isinstance(result, Rendered) else Rendered("", hidden=False)
