"""HTML of a mail to lines of text: linear in time on hostile input, nothing fetched, nothing rendered (C29).

What a reader cannot see is dropped and said; what clients mark as quoted comes out as lines with "> " before
them, so that one set of rules cuts it off.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from mailbot.core.own_words import css, marks
from mailbot.core.own_words.css import PLAIN, Colour, Look
from mailbot.core.own_words.sheet import Sheet, names_of, sheet_of

_LIMIT: Final = 2_000_000  # characters of HTML; a mail a person wrote has a few thousand
_PIECE: Final = 65_536

_BLOCK = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"}
    | {"fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"}
    | {"nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "textarea", "tr", "ul"}
)
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "table", "hr"})
_NOT_TEXT = frozenset({"script", "style", "head", "title", "template", "svg", "select"})
_RAW = ("style", "script", "title")  # whose end the parser looks for, to the end of the page
_SIZES: Final = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0, "0": 10.0}


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text of an HTML body."""

    text: str
    hidden: bool  # text nobody can see was dropped
    unread: bool = False  # there is more than was read, or nothing of it can be seen: a person looks


@dataclass(frozen=True, slots=True)
class _Here:
    """What holds for text at this place."""

    silent: bool = False  # script, style, head
    gone: bool = False  # in something that cannot be seen, whatever it says itself
    unseen: bool = False
    preformatted: bool = False
    size: float = css.NORMAL_SIZE
    colour: Colour = css.BLACK
    clear: bool = False
    background: Colour | None = css.WHITE  # None: a picture, or unknown

    @property
    def hidden(self) -> bool:
        return self.gone or self.unseen or css.too_small(self.size) or self.faded

    @property
    def faded(self) -> bool:
        """Whether only the colour hides the text: dark screens do that to honest letters too."""
        return self.clear or (self.background is not None and css.alike(self.colour, self.background))


@dataclass(slots=True)
class _Open:
    """An element that has not ended."""

    here: _Here
    hidden: bool
    names: frozenset[str]
    quotes: int = 0
    intro: int = -1  # at which line what a client writes above a quotation begins; -1: it is none


@dataclass(slots=True)
class _Writer:
    """SAX target: keeps the open elements and writes lines."""

    sheet: Sheet | None
    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    inside: list[_Open] = field(default_factory=lambda: [_Open(_Here(), hidden=False, names=frozenset())])
    around: Counter[str] = field(default_factory=Counter)
    quotes: int = 0
    hidden_text: bool = False
    faded_text: bool = False
    loosely: bool = False  # something is quoted by an element in which clients let people write on

    def start(self, tag: object, attributes: dict[str, str]) -> None:
        name = tag if isinstance(tag, str) else ""
        if name == "br" or name in _BLOCK:
            self._end_line(keep_empty=name == "br")
        outer = self.inside[-1]
        if self.sheet is None and not attributes and name not in _NOT_TEXT and name not in {"blockquote", "pre"}:
            self.inside.append(_Open(outer.here, outer.hidden, outer.names))
        else:
            self._start(name, attributes, outer)
        if name == "li":
            self.line.append("- ")

    def _start(self, name: str, attributes: dict[str, str], outer: _Open) -> None:
        names = names_of(name, attributes) if self.sheet is not None else outer.names
        look = self._look(attributes, names)
        here = _seen(outer.here, name, attributes, look)
        element = _Open(here, here.hidden, names)
        mark = marks.mark(name, attributes, look)
        if mark is marks.Mark.HEADING:
            self.lines.append("> " * min(self.quotes, 3) + marks.SEPARATOR)
        elif mark is marks.Mark.SIGNATURE:
            self.lines.append("> " * min(self.quotes, 3) + "-- ")
        element.quotes = mark in {marks.Mark.QUOTED, marks.Mark.INTRO}
        self.loosely |= mark is marks.Mark.QUOTED and name != "blockquote"
        if mark is marks.Mark.INTRO:
            element.intro = len(self.lines)
        self.quotes += element.quotes
        self.inside.append(element)
        if self.sheet is not None:
            self.around.update(names)

    def _look(self, attributes: dict[str, str], names: frozenset[str]) -> Look:
        said = self.sheet.said_of(names, self.around) if self.sheet is not None else None
        style = attributes.get("style", "")
        if said:
            return css.looked(said | css.declarations(style))
        return css.look(style) if style else PLAIN

    def end(self, tag: object) -> None:
        name = tag if isinstance(tag, str) else ""
        if name in _BLOCK:
            self._end_line(keep_empty=False)
        if len(self.inside) > 1:
            self._end(self.inside.pop())
        if name in _SPACED:
            self.lines.append("")
        elif name in {"td", "th"}:
            self.line.append(" ")

    def _end(self, element: _Open) -> None:
        self.quotes -= element.quotes
        if self.sheet is not None:
            self.around.subtract(element.names)
        if element.intro >= 0:
            marks.settle_intro(self.lines, element.intro)

    def data(self, text: str) -> None:
        element = self.inside[-1]
        if element.hidden:
            if not element.here.silent and text.strip():
                self.hidden_text = True
                self.faded_text |= element.here.faded
        elif element.here.silent:
            return
        elif element.here.preformatted:
            self._write_preformatted(text)
        else:
            self.line.append(text)

    def comment(self, text: str) -> None:
        """Comments are no text."""

    def close(self) -> Rendered:
        self._end_line(keep_empty=False)
        text = re.sub(r"\n(?:>? *\n){2,}", "\n\n", "\n".join(self.lines)).strip("\n")
        nothing = not text.strip()
        all_quoted = self.loosely and all(line.startswith(">") for line in text.split("\n") if line.strip())
        return Rendered(
            text, self.hidden_text, unread=(self.faded_text and nothing) or (all_quoted and not nothing)
        )

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


def _seen(around: _Here, name: str, attributes: dict[str, str], look: Look) -> _Here:
    """What holds for text in an element, given what holds around it."""
    ink = look.colour or (css.colour(attributes["color"]) if "color" in attributes else None)
    if ink is None and name == "body":
        ink = css.colour(attributes.get("text", ""))
    if ink is None and name == "a" and "href" in attributes:
        ink = css.LINK
    painted, paint = look.painted, look.background
    if not painted and ("bgcolor" in attributes or "background" in attributes):
        painted = True
        paint = None if "background" in attributes else css.colour(attributes["bgcolor"])
    return _Here(
        silent=around.silent or name in _NOT_TEXT,
        gone=around.gone or look.gone or "hidden" in attributes,
        unseen=around.unseen if look.unseen is None else look.unseen,
        preformatted=around.preformatted or name in {"pre", "textarea"},
        size=_size(around.size, attributes, look),
        colour=ink or around.colour,
        clear=look.clear or (around.clear and ink is None),
        background=paint if painted else around.background,
    )


def _size(around: float, attributes: dict[str, str], look: Look) -> float:
    if look.size is not None:
        number, times = look.size
        return around * number if times else number
    return _SIZES.get(attributes.get("size", ""), around) if "size" in attributes else around


def rendered(html: str) -> Rendered:
    """Lines of text of an HTML body; never raises. Bodies over two million characters are cut, and say so."""
    page = html[:_LIMIT].encode("utf-8", "replace").decode().replace("\x00", "")
    cut = bool(html[_LIMIT:].strip())
    if cut and page.rfind("<") > page.rfind(">"):
        page = page[: page.rfind("<")]
    if not page.strip():
        return Rendered("", hidden=False, unread=cut)
    page = _with_ends(page)
    parser = etree.HTMLParser(target=_Writer(sheet_of(page)), recover=True, huge_tree=True, no_network=True)
    for at in range(0, len(page), _PIECE):
        parser.feed(page[at : at + _PIECE])
    try:
        result = parser.close()
    except etree.XMLSyntaxError:  # a document without any element
        return Rendered("", hidden=False, unread=cut)
    if not isinstance(result, Rendered):
        return Rendered("", hidden=False, unread=True)
    return Rendered(result.text, result.hidden, unread=result.unread or cut)


def _with_ends(page: str) -> str:
    """*page* without what would swallow the rest of it: a comment, style, script or title that never ends."""
    begins = page.rfind("<!--")
    if begins >= 0 and "--" not in page[begins + 4 :]:
        page = page[:begins] + page[begins + 4 :]
    small = page.lower() if len(page.lower()) == len(page) else page
    for name in _RAW:
        begins = small.rfind(f"<{name}")
        if begins < 0 or f"</{name}" in small[begins:]:
            continue
        following = re.compile(r"<(?=[a-z/])").search(small, begins + 1) if name != "title" else None
        ends = following.start() if following else small.find(">", begins) + 1 or len(page)
        page, small = page[:begins] + page[ends:], small[:begins] + small[ends:]
    return page
