"""Risk-coverage and calibration as SVG, written by hand: no library, no script, one file that every browser shows.

A run is told from another by colour, dash and the shape of its marks, never by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from .statistics import Bin, Point

WIDTH, HEIGHT = 640, 460
LEFT, RIGHT, TOP, BOTTOM = 68, 24, 56, 64
SIDE_W, SIDE_H = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
LEGEND_H: Final = 22
# Okabe and Ito's palette for colour-blind readers, without its yellow, which white paper swallows.
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES: Final = ("", "8 4", "2 3", "10 3 2 3")
MOST_POINTS: Final = 400  # of a line; more are not seen


@dataclass(frozen=True, slots=True)
class Series:
    """One run by its name: `points` for risk-coverage, `bins` for calibration."""

    name: str
    points: Sequence[Point] = ()
    bins: Sequence[Bin] = ()


def risk_coverage(runs: Sequence[Series]) -> str:
    """How much is wrong if only the surest share is decided; the lower the line, the better."""
    highest = max((point.risk for run in runs for point in run.points), default=0.0)
    top = next(step for step in (0.1, 0.2, 0.3, 0.5, 1.0) if highest <= step)
    parts = [_limit(0.05, top, "95 % precision")]
    for number, run in enumerate(runs):
        path = [(_x(point.coverage), _y(point.risk, top)) for point in _thinned(run.points)]
        parts.append(_line(path, number))
        parts.extend(_mark(x, y, 3.5, number) for x, y in path if len(path) <= 25 or (x, y) == path[-1])
    return _page(
        "Risk and coverage", "If only the surest share is decided: how much of it is wrong", "share that is decided",
        "share of it that is wrong", top, parts, runs,
    )  # fmt: skip


def calibration(runs: Sequence[Series]) -> str:
    """How often the triage is right where it is so sure; on the diagonal it knows how sure it may be."""
    diagonal = f'<path d="M{_x(0):.1f} {_y(0):.1f}L{_x(1):.1f} {_y(1):.1f}" stroke="#8a8f98" stroke-dasharray="4 4"/>'
    where = f'x="{_x(0.63):.1f}" y="{_y(0.56):.1f}" class="small halo"'
    parts = [diagonal, f"<text {where}>as sure as right</text>"]
    for number, run in enumerate(runs):
        most = max((one.count for one in run.bins), default=1)
        path = [(_x(one.sure), _y(one.right)) for one in run.bins]
        parts.append(_line(path, number))
        for (x, y), one in zip(path, run.bins, strict=True):
            parts.append(_mark(x, y, 3 + 6 * (one.count / most) ** 0.5, number, f"{one.count} lines"))
    return _page(
        "Calibration", "How sure the triage is, and how often it is right then; larger marks are more lines",
        "how sure", "share that is right", 1.0, parts, runs,
    )  # fmt: skip


def _thinned(points: Sequence[Point]) -> Sequence[Point]:
    step = max(1, len(points) // MOST_POINTS)
    return [*points[:-1:step], points[-1]] if points else ()


# ---- parts -----------------------------------------------------------------------------------------------------------


def _x(share: float) -> float:
    return LEFT + share * SIDE_W


def _y(share: float, top: float = 1.0) -> float:
    return TOP + (1 - share / top) * SIDE_H


def _line(path: Sequence[tuple[float, float]], number: int) -> str:
    if len(path) < 2:
        return ""
    dash = DASHES[number % len(DASHES)]
    drawn = "L".join(f"{x:.1f} {y:.1f}" for x, y in path)
    more = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{drawn}" stroke="{_colour(number)}" stroke-width="2"{more}/>'


def _mark(x: float, y: float, size: float, number: int, title: str = "") -> str:
    """A dot, a square, a diamond or a triangle."""
    shapes = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}"',
        f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size:.1f}" height="{2 * size:.1f}"',
        f'<path d="M{x:.1f} {y - 1.3 * size:.1f}l{1.3 * size:.1f} {1.3 * size:.1f}l{-1.3 * size:.1f} {1.3 * size:.1f}'
        f'l{-1.3 * size:.1f} {-1.3 * size:.1f}z"',
        f'<path d="M{x:.1f} {y - 1.2 * size:.1f}l{1.2 * size:.1f} {2.2 * size:.1f}h{-2.4 * size:.1f}z"',
    )
    shape = shapes[number % len(shapes)]
    inner = f"<title>{escape(title)}</title>" if title else ""
    element = shape[1:].partition(" ")[0]
    return f'{shape} fill="{_colour(number)}" fill-opacity="0.85" stroke="#fff">{inner}</{element}>'


def _limit(risk: float, top: float, label: str) -> str:
    y = _y(risk, top)
    return (
        f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#8a8f98" stroke-dasharray="4 4"/>'
        f'<text x="{WIDTH - RIGHT - 4}" y="{y - 5:.1f}" text-anchor="end" class="small">{label}</text>'
    )


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _page(
    title: str, about: str, across: str, up: str, top: float, parts: Sequence[str], runs: Sequence[Series]
) -> str:  # fmt: skip
    height = HEIGHT + LEGEND_H * len(runs)
    grid = []
    for step in range(6):
        share = step / 5
        x, y = _x(share), _y(share * top, top)
        grid.append(f'<path d="M{x:.1f} {TOP}V{TOP + SIDE_H}M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e3e6ea"/>')
        grid.append(f'<text x="{x:.1f}" y="{TOP + SIDE_H + 18}" text-anchor="middle">{_percent(share)}</text>')
        grid.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_percent(share * top)}</text>')
    legend = []
    for number, run in enumerate(runs):
        y = HEIGHT + LEGEND_H * number + 2
        legend.append(_line([(LEFT, y), (LEFT + 34, y)], number) + _mark(LEFT + 17, y, 4, number))
        legend.append(f'<text x="{LEFT + 44}" y="{y + 4}">{escape(run.name)}</text>')
    middle_x, middle_y = LEFT + SIDE_W / 2, TOP + SIDE_H / 2
    body = "\n".join(part for part in (*grid, *parts, *legend) if part)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title about" fill="none">
<title id="title">{escape(title)}</title>
<desc id="about">{escape(about)}</desc>
<style>text{{font:13px system-ui,sans-serif;fill:#2b3038}}.small{{font-size:11.5px;fill:#5b626c}}\
.head{{font-size:17px;font-weight:600}}.halo{{stroke:#fff;stroke-width:4px;paint-order:stroke}}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="{LEFT}" y="24" class="head">{escape(title)}</text>
<text x="{LEFT}" y="42" class="small">{escape(about)}</text>
{body}
<path d="M{LEFT} {TOP}V{TOP + SIDE_H}H{WIDTH - RIGHT}" stroke="#2b3038"/>
<text x="{middle_x}" y="{TOP + SIDE_H + 40}" text-anchor="middle">{escape(across)}</text>
<text transform="translate(18 {middle_y}) rotate(-90)" text-anchor="middle">{escape(up)}</text>
</svg>
"""


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
