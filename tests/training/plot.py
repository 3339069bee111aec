"""A plot of lines as plain SVG, readable on a light and on a dark page. Nothing but text is made here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 760, 470
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 178, 24, 58
_LIGHT = ("#24292f", "#0969da", "#cf222e", "#1a7f37", "#8250df")
_DARK = ("#e6edf3", "#58a6ff", "#ff7b72", "#56d364", "#d2a8ff")
_SHAPES = """
  text{font:13px system-ui,'Segoe UI',Helvetica,Arial,sans-serif} .dim{font-size:12px} path,.line{fill:none}
  .line{stroke-width:2.2;stroke-linejoin:round} .line.c0{stroke-width:3.2} .mark{stroke-width:2}
  .must{stroke-dasharray:5 4} .name{font-weight:600}
"""


def _colours(page: str, text: str, dim: str, grid: str, lines: Sequence[str]) -> str:
    each = "".join(
        f".line.c{number}{{stroke:{one}}}.mark.c{number},.name.c{number}{{fill:{one}}}"
        for number, one in enumerate(lines)
    )
    return (
        f".page{{fill:{page}}}text{{fill:{text}}}.dim{{fill:{dim}}}.grid{{stroke:{grid}}}"
        f".axis,.must{{stroke:{dim}}}.mark{{stroke:{page}}}{each}"
    )


_STYLE = (
    f"{_SHAPES}{_colours('#fff', '#24292f', '#57606a', '#d8dee4', _LIGHT)}\n"
    f"@media (prefers-color-scheme:dark){{{_colours('#0d1117', '#e6edf3', '#9198a1', '#30363d', _DARK)}}}"
)


@dataclass(frozen=True)
class Line:
    """One line, and the point of it that is marked; x and y are shares."""

    name: str
    points: Sequence[tuple[float, float]]
    chosen: tuple[float, float]


@dataclass(frozen=True)
class Axes:
    """What is plotted, from zero up to *most* (shares), and which y must be reached."""

    x: str
    y: str
    x_most: float
    y_least: float
    must: tuple[tuple[float, str], ...] = ()


def svg(title: str, axes: Axes, lines: Sequence[Line]) -> str:
    """The picture as one text."""
    body = "\n".join([*_grid(axes), *_must(axes), *_drawn(axes, lines), *_legend(lines)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        f'<rect class="page" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>\n{body}\n</svg>\n'
    )


def _at(axes: Axes, point: tuple[float, float]) -> tuple[float, float]:
    x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * point[0] / axes.x_most
    y = _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (point[1] - axes.y_least) / (1 - axes.y_least)
    return round(x, 1), round(y, 1)


def _grid(axes: Axes) -> Iterator[str]:
    left, bottom = _at(axes, (0, axes.y_least))
    right, top = _at(axes, (axes.x_most, 1))
    for x_share in _steps(0, axes.x_most):
        x, _ = _at(axes, (x_share, 1))
        yield f'<path class="grid" d="M{x} {top}V{bottom}"/>'
        yield f'<text class="dim" x="{x}" y="{bottom + 18}" text-anchor="middle">{100 * x_share:g} %</text>'
    for y_share in _steps(axes.y_least, 1):
        _, y = _at(axes, (0, y_share))
        yield f'<path class="grid" d="M{left} {y}H{right}"/>'
        yield f'<text class="dim" x="{left - 8}" y="{y + 4}" text-anchor="end">{100 * y_share:g} %</text>'
    yield f'<path class="axis" fill="none" d="M{left} {top}V{bottom}H{right}"/>'
    yield f'<text x="{(left + right) / 2}" y="{_HEIGHT - 14}" text-anchor="middle">{escape(axes.x)}</text>'
    middle = (top + bottom) / 2
    yield f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">{escape(axes.y)}</text>'


def _steps(least: float, most: float) -> list[float]:
    """Round values for four to ten lines of a grid."""
    step = next(step for step in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 1) if (most - least) / step <= 10)
    first = -int(-least // step)
    return [round(number * step, 4) for number in range(first, int(most / step + 1e-9) + 1)]


def _must(axes: Axes) -> Iterator[str]:
    for share, name in axes.must:
        left, y = _at(axes, (0, share))
        right, _ = _at(axes, (axes.x_most, share))
        yield f'<path class="must" d="M{left} {y}H{right}"/>'
        yield f'<text class="dim" x="{right - 6}" y="{y - 5}" text-anchor="end">{escape(name)}</text>'


def _drawn(axes: Axes, lines: Sequence[Line]) -> Iterator[str]:
    for number, line in reversed([*enumerate(lines)]):
        seen = [_at(axes, point) for point in line.points if point[0] <= axes.x_most and point[1] >= axes.y_least]
        yield f'<polyline class="line c{number}" points="{" ".join(f"{x},{y}" for x, y in seen)}"/>'
    for number, line in reversed([*enumerate(lines)]):
        x, y = _at(axes, line.chosen)
        yield f'<circle class="mark c{number}" cx="{x}" cy="{y}" r="6"/>'


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    x = _WIDTH - _RIGHT + 18
    for number, line in enumerate(lines):
        y = _TOP + 14 + 44 * number
        error, coverage = line.chosen
        yield f'<path class="line c{number}" d="M{x} {y - 4}h22"/>'
        yield f'<circle class="mark c{number}" cx="{x + 11}" cy="{y - 4}" r="6"/>'
        yield f'<text class="name c{number}" x="{x + 30}" y="{y}">{escape(line.name)}</text>'
        yield f'<text class="dim" x="{x + 30}" y="{y + 17}">{100 * coverage:.1f} % / {100 * error:.1f} %</text>'
    y = _TOP + 14 + 44 * len(lines)
    yield f'<text class="dim" x="{x}" y="{y}">● the bounds as chosen:</text>'
    yield f'<text class="dim" x="{x}" y="{y + 17}">coverage / error</text>'
