"""How the weights of every layer are spread: a density over a linear axis."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.histogram import BIAS, EXPONENTS
from workbench.plots.parts import ridges, style
from workbench.plots.parts.chart import Axis, Chart
from workbench.plots.parts.density import Density
from workbench.plots.parts.ranges import number, rounded_up, ticks
from workbench.plots.parts.ridges import Ridges
from workbench.plots.parts.table import Table
from workbench.session.curves.phase_rows import PhaseView
from workbench.theme.text import THIN, percent

SEEN = 0.999
"""Share of a layer's weights that its range holds."""
POINTS = 241
BLUR = 0.03
"""Standard deviation, as a share of the largest magnitude in the range."""
_KEEP = 0.4
"""A range shrinks when the weights fill less of it."""
_APART, _TOGETHER = 6.0, 4.0
"""Layers whose ranges differ by more get one each; by less, one for all again."""
_NOTE_PX = 54


class WeightSpread:
    """The newest density of the weights of every layer as ridgelines.

    All layers share one range as long as their weights are of similar size. Otherwise
    each has its own, which stands at its right.
    """

    def __init__(self, history: PhaseView) -> None:
        self.title, self.quantity = tr("Histogram"), tr("weights")
        self._history = history
        self._ranges_of: object = None
        self._own = np.zeros(0)
        self.lit = frozenset[int]()
        self.is_shared = True
        self.densities: list[Density] = []
        self.ridges: Ridges | None = None

    def restyle(self) -> None:
        """Nothing is kept in colours."""

    @property
    def ranges(self) -> Floats:
        """The largest magnitude that is shown of each layer (L,)."""
        if self.is_shared and len(self._own):
            return np.full(len(self._own), self._own.max())
        return self._own

    def take_in(self) -> None:
        """Turn the newest sample into outlines."""
        sample = self._history.sample
        if sample is None:
            self.ridges = None
            return
        self.densities = [Density(counts) for counts in sample.weight_histogram]
        self._fit_ranges()
        half = 1 / (POINTS - 1)
        edges = np.linspace(-1 - half, 1 + half, POINTS + 1)
        pairs = zip(self.densities, self.ranges, strict=True)
        rows = np.array([density.average(edges * size) for density, size in pairs])
        rows = smoothed(rows.reshape(-1, POINTS))
        self.ridges = Ridges(np.linspace(0, 1, POINTS), ridges.heights(rows))

    def _fit_ranges(self) -> None:
        """Let ranges grow and shrink with the weights, in steps."""
        if self._history.layers is not self._ranges_of:
            self._ranges_of, self.is_shared = self._history.layers, True
            self._own = np.zeros(len(self.densities))
        needed = np.array([density.magnitude(SEEN) for density in self.densities])
        is_off = (needed > self._own) | (needed < _KEEP * self._own)
        for row in np.flatnonzero(is_off & (needed > 0)):
            self._own[row] = rounded_up(needed[row])
        self._own[self._own == 0] = self._own.max(initial=0) or 1.0  # all NaN, or none
        if len(self._own):
            ratio = self._own.max() / self._own.min()
            self.is_shared = ratio <= (_APART if self.is_shared else _TOGETHER)

    def chart(self) -> Chart | None:
        """Weights below, or shares of a layer's range; a row a layer."""
        if self.ridges is None:
            return None
        names = self._history.layers.names
        rows = tuple((ridges.baseline(i, len(names)), n) for i, n in enumerate(names))
        if self.is_shared:
            end = float(self.ranges[0]) if len(names) else 1.0
            axis = Axis(-end, end, ticks(-end, end, 6), tr("weight"))
            return Chart(axis, rows, tr("density"))
        halves = tuple(
            (n / 2, f"{50 * n}{THIN}%".replace("-", "−")) for n in range(-2, 3)
        )
        label = tr("weight, % of the range at the right")
        axis = Axis(-1, 1, halves, label)
        return Chart(axis, rows, tr("density"), right_px=_NOTE_PX)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw the outlines, and the range of each layer that has its own."""
        if self.ridges is None:
            return
        self.ridges.paint(painter, area)
        if self.is_shared:
            return
        painter.setPen(style.colour("fg2"))
        for row, size in enumerate(self.ranges):
            y = area.top() + ridges.baseline(row, len(self.ranges)) * area.height()
            box = QRectF(area.right() + 5, y - 12, _NOTE_PX, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"±{number(size)}")

    def read(self, x: float, y: float) -> str:
        """Return layer, the counted share around a place, and the norm."""
        sample = self._history.sample
        if self.ridges is None or sample is None:
            return ""
        row = ridges.row_at(y, len(self.densities))
        density = self.densities[row]
        index = density.bin_at((2 * x - 1) * float(self.ranges[row]))
        low, high = density.edges[index : index + 2]
        return tr(
            "{layer} · {share} at {value} · norm {norm}",
            layer=self._history.layers.names[row],
            share=percent(float(density.shares[index]), steady=True),
            value=f"{low:.2g}…{high:.2g}".replace("-", "−"),
            norm=f"{sample.weight_norm[row]:.3g}",
        )

    def row_at(self, y: float) -> int:
        """Return the layer whose ridge is at a height."""
        rows = len(self.densities)
        return ridges.row_at(y, rows) if rows else -1

    def span(self, row: int) -> tuple[float, float] | None:
        """Return top and bottom of a layer's row as shares."""
        return ridges.span(row, len(self.densities)) if self.ridges else None

    def table(self) -> Table:
        """Return the share of every layer in every bin as it was counted."""
        sample = self._history.sample
        names = self._history.layers.names if self.ridges else ()
        header: list[str] = ["weight from", "weight to", *names]
        if sample is None or not names:
            return header, []
        edges, shares = signed(sample.weight_histogram)
        pairs = zip(edges.tolist(), shares.T.tolist(), strict=True)
        return header, [[*ends, *column] for ends, column in pairs]


def smoothed(rows: Floats) -> Floats:
    """Return densities (L, POINTS) blurred by a Gaussian of `BLUR` of the range.

    A step between two bins becomes a slope; the area stays.
    """
    places = np.linspace(-3, 3, 2 * round(3 * BLUR * (POINTS - 1) / 2) + 1)
    kernel = np.exp(-(places**2) / 2)
    reach = len(kernel) // 2
    padded = np.pad(rows, ((0, 0), (reach, reach)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis=1)
    blurred: Floats = windows @ (kernel / kernel.sum())
    return blurred


def signed(histogram: Ints) -> tuple[Floats, Floats]:
    """Return edges (B, 2) and shares (L, B) of all bins that hold a weight.

    The middle one holds the exact zeros.
    """
    magnitudes = histogram[:, :EXPONENTS] + histogram[:, EXPONENTS:]
    filled = np.flatnonzero(magnitudes[:, 1:-1].sum(axis=0)) + 1
    low, high = (filled[0], filled[-1] + 1) if len(filled) else (1, 1)
    positive = histogram[:, low:high]
    negative = histogram[:, EXPONENTS + low : EXPONENTS + high]
    counts = np.hstack([negative[:, ::-1], magnitudes[:, :1], positive])
    sizes = 2.0 ** (np.arange(low, high + 1) - BIAS)
    outer = np.stack([sizes[:-1], sizes[1:]], axis=1)
    edges = np.vstack([-outer[::-1, ::-1], [[0.0, 0.0]], outer])
    return edges, counts / np.maximum(histogram.sum(axis=1, keepdims=True), 1)
