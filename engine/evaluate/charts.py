"""Charts of a report as SVG text; they follow the colours of the page around them.

Coordinates: x to the right and y upwards over the given ranges, drawn in a square.
"""

import math
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from engine.evaluate.figures.calibration import Reliability
from engine.evaluate.figures.classes import Curve
from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints

_SIDE, _LEFT, _UNDER, _TOP = 260, 44, 36, 8
_MOST_POINTS = 400
_BARS = 30


def curves(lines: Sequence[tuple[str, Curve]], x: str, y: str) -> str:
    """Return lines over the unit square; each tells its name and value on hovering."""
    drawn = [
        f'<polyline class="line s{n % 10}" points="{_points(c.x, c.y)}">'
        f"<title>{escape(name)}: {c.value:.4f}</title></polyline>"
        for n, (name, c) in enumerate(lines)
    ]
    names = [
        f'<span class="s{n % 10}">{escape(name)}</span>'
        for n, (name, _) in enumerate(lines)
    ]
    legend = f'<div class="legend">{" ".join(names)}</div>'
    return _frame("".join(drawn), (x, y), ((0, 1), (0, 1))) + legend


def _points(x: Floats, y: Floats) -> str:
    line = Curve(x, y, 0.0).thinned(_MOST_POINTS)
    pairs = zip(line.x, line.y, strict=True)
    return " ".join(f"{_SIDE * a:.1f},{_SIDE * (1 - b):.1f}" for a, b in pairs)


def reliability(found: Reliability) -> str:
    """Return bars of accuracy over confidence, beside the line where both are equal."""
    bins = len(found.places)
    width = _SIDE / bins
    bars = [
        f'<rect class="bar" x="{n * width + 1:.1f}" y="{_SIDE * (1 - a):.1f}" '
        f'width="{width - 2:.1f}" height="{_SIDE * a:.1f}"><title>'
        f"{tr('sure')} {c:.3f}, {tr('right')} {a:.3f}, n = {k:,}</title></rect>"
        for n, (c, a, k) in enumerate(
            zip(found.confidence, found.accuracy, found.places, strict=True)
        )
        if k
    ]
    line = f'<line class="guide" x1="0" y1="{_SIDE}" x2="{_SIDE}" y2="0"/>'
    words = tr("how sure"), tr("how often right")
    return _frame("".join(bars) + line, words, ((0, 1), (0, 1)))


def confusion(table_CC: Ints, names: Sequence[str]) -> str:
    """Return a table of labels (rows) against answers; darker is more of its row."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = []
    for name, row in zip(names, table_CC, strict=True):
        whole = max(1, int(row.sum()))
        cells = "".join(
            f'<td style="--part:{100 * count / whole:.0f}%">{count or ""}</td>'
            for count in row
        )
        rows.append(f"<tr><th>{escape(name)}</th>{cells}</tr>")
    corner = f"<th>{tr('right')} ↓ {tr('answered')} →</th>"
    return f'<table class="matrix"><tr>{corner}{head}</tr>{"".join(rows)}</table>'


def scatter(pairs_K2: Floats) -> str:
    """Return answers over targets, beside the line where both are equal."""
    low, high = _range(pairs_K2.ravel())
    shares = (pairs_K2 - low) / (high - low)
    dots = [
        f'<circle cx="{_SIDE * x:.1f}" cy="{_SIDE * (1 - y):.1f}" r="2.5"/>'
        for x, y in shares
    ]
    line = f'<line class="guide" x1="0" y1="{_SIDE}" x2="{_SIDE}" y2="0"/>'
    ranges = (low, high), (low, high)
    return _frame(line + "".join(dots), (tr("right"), tr("answered")), ranges)


def histogram(values: Floats) -> str:
    """Return how often residuals of each size occur."""
    low, high = _range(values)
    counts, _ = np.histogram(values, _BARS, (low, high))
    width, most = _SIDE / _BARS, max(1, counts.max())
    bars = [
        f'<rect class="bar" x="{n * width + 0.5:.1f}" y="{_SIDE * (1 - k / most):.1f}" '
        f'width="{width - 1:.1f}" height="{_SIDE * k / most:.1f}">'
        f"<title>{low + n * (high - low) / _BARS:.4g} …: {k:,}</title></rect>"
        for n, k in enumerate(counts)
    ]
    words = tr("answered − right"), tr("how often")
    return _frame("".join(bars), words, ((low, high), (0, float(most))))


def _range(values: Iterable[float]) -> tuple[float, float]:
    found = np.asarray(list(values), np.float64)
    found = found[np.isfinite(found)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


Range = tuple[float, float]


def _frame(inner: str, words: tuple[str, str], ranges: tuple[Range, Range]) -> str:
    """Return a chart with its axes around what is drawn."""
    width, height = _LEFT + _SIDE + 12, _TOP + _SIDE + _UNDER
    (x0, x1), (y0, y1) = ranges
    marks = "".join(
        f'<line class="grid" x1="0" y1="{_SIDE * (1 - s):.1f}" x2="{_SIDE}" '
        f'y2="{_SIDE * (1 - s):.1f}"/>'
        f'<text x="-6" y="{_SIDE * (1 - s) + 4:.1f}" class="end">'
        f"{_short(y0 + s * (y1 - y0))}</text>"
        f'<text x="{_SIDE * s:.1f}" y="{_SIDE + 15}" class="mid">'
        f"{_short(x0 + s * (x1 - x0))}</text>"
        for s in (0.0, 0.5, 1.0)
    )
    under = (
        f'<text x="{_SIDE / 2}" y="{_SIDE + 31}" class="mid">{escape(words[0])}</text>'
    )
    beside = (
        f'<text class="mid" transform="translate(-36 {_SIDE / 2}) rotate(-90)">'
        f"{escape(words[1])}</text>"
    )
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" '
        f'aria-label="{escape(words[1])}, {escape(words[0])}">'
        f'<g transform="translate({_LEFT} {_TOP})">'
        f"{marks}{inner}{under}{beside}</g></svg>"
    )


def _short(number: float) -> str:
    return f"{number:.3g}" if math.isfinite(number) else "–"
