"""What style does to text: whether a reader can see it (C29).

Tricks are what spam filters know: nothing shown, nothing painted, no size, no room, no contrast, far off the
page. Only what the mail itself says is known; an unknown value never hides anything.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_REMEMBERED: Final = 500  # characters of a style attribute whose look is kept for the next element
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?|\\([^0-9a-f])", re.IGNORECASE)
_NUMBER = re.compile(r"(-?(?:\d{1,6}(?:\.\d{0,6})?|\.\d{1,6}))([a-z%]*)")

Colour = tuple[int, int, int]

BLACK: Final[Colour] = (0, 0, 0)
WHITE: Final[Colour] = (255, 255, 255)
LINK: Final[Colour] = (0, 0, 238)
NORMAL_SIZE: Final = 16.0  # pixels
_SMALLEST: Final = 3.0  # pixels a reader can still make out
_FAR: Final = -400.0  # pixels to the left or above, where the page has ended
_PALEST: Final = 0.1  # of full opacity
_ALIKE: Final = 20  # of 255: how near to its background a colour is not told from it
_NO_ROOM: Final = 1.0  # pixels

_PIXELS: Final = {"px": 1.0, "": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "rem": 16.0}
_PIXELS_EM: Final = {**_PIXELS, "em": 16.0, "ex": 8.0, "%": 10.0, "vw": 10.0, "vh": 10.0}
_NAMES: Final[dict[str, Colour]] = {
    "white": WHITE, "black": BLACK, "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255),
    "yellow": (255, 255, 0), "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "navy": (0, 0, 128), "maroon": (128, 0, 0), "purple": (128, 0, 128), "teal": (0, 128, 128),
    "olive": (128, 128, 0), "lime": (0, 255, 0), "aqua": (0, 255, 255), "cyan": (0, 255, 255),
    "fuchsia": (255, 0, 255), "magenta": (255, 0, 255), "orange": (255, 165, 0), "windowtext": BLACK,
    "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255), "azure": (240, 255, 255),
    "floralwhite": (255, 250, 240), "whitesmoke": (245, 245, 245), "mintcream": (245, 255, 250),
    "window": WHITE, "buttonhighlight": WHITE, "snowwhite": WHITE, "lightgray": (211, 211, 211),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What an element's own style says about text in it."""

    gone: bool = False  # nothing inside can be seen, whatever it says itself
    unseen: bool | None = None  # visibility; None: as around it
    size: tuple[float, bool] | None = None  # (pixels, False) or (times the size around, True)
    colour: Colour | None = None
    clear: bool = False  # the text colour is transparent
    painted: bool = False  # has a background of its own
    background: Colour | None = None  # None with `painted`: a picture or something unknown
    barred: bool | None = None  # a line at the left, as clients draw beside quotations; None: not said
    ruled: bool = False  # the line that Outlook draws above the fields of the mail it quotes


PLAIN: Final = Look()


def alike(text: Colour, background: Colour) -> bool:
    """Whether a reader cannot tell one colour from the other."""
    return all(abs(one - other) <= _ALIKE for one, other in zip(text, background, strict=True))


def too_small(pixels: float) -> bool:
    """Whether letters of this size are dots."""
    return pixels < _SMALLEST


def look(style: str) -> Look:
    """Read a style attribute."""
    return _remembered(style) if len(style) <= _REMEMBERED else looked(declarations(style))


@lru_cache(maxsize=2_048)
def _remembered(style: str) -> Look:
    return looked(declarations(style))


def declarations(style: str) -> dict[str, str]:
    """Property → value, in small letters and without spaces, comments and escapes; what is important wins."""
    if "/*" in style:
        style = _COMMENT.sub("", style)
    if "\\" in style:
        style = _ESCAPE.sub(_unescaped, style)
    said: dict[str, str] = {}
    important: dict[str, str] = {}
    for one in style.lower().split(";"):
        name, colon, value = one.partition(":")
        if not colon:
            continue
        value = "".join(value.split())
        if value.endswith("!important"):
            important[name.strip()] = value[:-10]
        else:
            said[name.strip()] = value
    return said | important if important else said


def _unescaped(match: re.Match[str]) -> str:
    if match[2]:
        return match[2]
    number = int(match[1], 16)
    return chr(number) if 0 < number < 0x110000 else ""


def looked(said: Mapping[str, str]) -> Look:
    """What declarations do to text."""
    background = said.get("background-color") or said.get("background", "")
    visibility = said.get("visibility")
    painted, paint = _paint(background)
    if "background-image" in said and said["background-image"] != "none":
        painted, paint = True, None
    ink = said.get("color", "") or said.get("-webkit-text-fill-color", "")
    return Look(
        gone=any(_gone(said)),
        unseen=None if visibility is None else visibility in {"hidden", "collapse"},
        size=_size(said.get("font-size", "")),
        colour=colour(ink),
        clear=_alpha(ink) < _PALEST,
        painted=painted,
        background=paint,
        barred=_bar(said),
        ruled=said.get("border-top", "").startswith("solid#") and said.get("padding", "").startswith("3.0pt0"),
    )


def _gone(said: Mapping[str, str]) -> Iterator[bool]:
    yield said.get("display") == "none" or said.get("mso-hide") == "all"
    yield said.get("content-visibility") == "hidden"
    if "opacity" in said:
        yield _at_most(said["opacity"], _PALEST / 2)
    yield said.get("filter", "").startswith(("opacity(0)", "opacity(0%", "alpha(opacity=0)"))
    cuts = said.get("overflow", "").startswith(("hidden", "clip"))
    yield _at_most(said.get("max-height", ""), 0 if not cuts else _NO_ROOM)
    if cuts:
        yield any(_at_most(said.get(name, ""), _NO_ROOM) for name in ("height", "width", "max-width"))
    yield from (_at_most(said.get(name, ""), _FAR) for name in ("text-indent", "margin-left", "margin-top"))
    if said.get("position") in {"absolute", "fixed", "relative"}:
        yield any(_at_most(said.get(name, ""), _FAR) for name in ("left", "top"))
        yield any(_at_least(said.get(name, ""), -_FAR * 5) for name in ("left", "right", "top"))
    yield bool(re.match(r"rect\((?:[01](?:px)?[, ]?){4}\)", said.get("clip", "")))
    yield bool(re.match(r"(?:inset\((?:50|100)%|circle\(0|polygon\(0(?:px)?0)", said.get("clip-path", "")))
    yield bool(re.search(r"scale[xy]?\(0?(?:\.0\d*)?[),]|translate[xy]?\(-\d{4}", said.get("transform", "")))


def _at_most(value: str, bound: float) -> bool:
    found = _NUMBER.match(value)
    return found is not None and float(found[1]) * _PIXELS_EM.get(found[2], 1.0) <= bound


def _at_least(value: str, bound: float) -> bool:
    found = _NUMBER.match(value)
    return found is not None and float(found[1]) * _PIXELS_EM.get(found[2], 1.0) >= bound


def _size(value: str) -> tuple[float, bool] | None:
    found = _NUMBER.match(value)
    if found is None:
        return (NORMAL_SIZE, False) if value in {"medium", "initial", "small", "large"} else None
    number, unit = float(found[1]), found[2]
    if unit in {"em", "%"}:
        return (number / 100 if unit == "%" else number), True
    return number * _PIXELS.get(unit, NORMAL_SIZE), False


def _paint(value: str) -> tuple[bool, Colour | None]:
    """(whether it is painted at all, in which colour: None where that is unknown)."""
    if not value or value in {"none", "inherit", "initial", "unset", "transparent"} or _alpha(value) < _PALEST:
        return False, None
    if "url(" in value or "gradient" in value:
        return True, None
    return True, colour(re.split(r"(?<=\))|(?<=[a-z0-9])(?=none|repeat|scroll|no-repeat)", value)[0])


def colour(value: str) -> Colour | None:
    """A colour in one of the ways to write it; None where it is not known."""
    value = value.strip().lower()
    if value in _NAMES:
        return _NAMES[value]
    if found := re.match(r"#?([0-9a-f]{6}|[0-9a-f]{3})(?:[0-9a-f]{2}|[0-9a-f])?$", value):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if not value.startswith("rgb"):
        return None
    parts = re.findall(r"(\d{1,3})(?:\.\d+)?(%?)", value[:60])[:3]
    if len(parts) < 3:
        return None
    red, green, blue = (min(255, round(int(n) * 2.55) if percent else int(n)) for n, percent in parts)
    return red, green, blue


def _alpha(value: str) -> float:
    """How opaque a colour is."""
    if value == "transparent":
        return 0.0
    if found := re.match(r"(?:rgb|hsl)a?\(.{1,40}?[,/](0?\.\d{1,6}|[01]|\d{1,3}%)\)$", value):
        is_fourth = "/" in value or value.count(",") == 3
        number = float(found[1].rstrip("%")) / (100 if found[1].endswith("%") else 1)
        return number if is_fourth else 1.0
    if found := re.match(r"#(?:[0-9a-f]{6}([0-9a-f]{2})|[0-9a-f]{3}([0-9a-f]))$", value):
        return int(found[1] or found[2] * 2, 16) / 255
    return 1.0


def _bar(said: Mapping[str, str]) -> bool | None:
    """Whether a line is drawn at the left; None where nothing is said of it."""
    left = said.get("border-left", said.get("border-left-style", said.get("border", "")))
    if "border-left-width" in said and "border-left-style" not in said:
        left = said["border-left-width"]
    if not left:
        return None
    return not left.startswith(("none", "0", "medium", "initial", "hidden"))
