"""Histograms of all layers of several runs over each other, at one step.

The first run is filled, the others are lines. Axes: L rows, B bins, P points.
"""

from collections.abc import Sequence

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.listing.layers import LayersCompared, LayersOfRun
from workbench import theme
from workbench.plots.compare.overlay import letter
from workbench.plots.panels import export
from workbench.plots.parts import chart, ridges, style
from workbench.plots.parts.chart import Axis, Chart
from workbench.plots.parts.ranges import decades
from workbench.plots.parts.ridges import Ridges
from workbench.plots.parts.table import Cell, Table

ROW_PX = 46
"""Least height of a row: the plot grows, and is scrolled, with the layers."""
_LINE_PX, _RIGHT_PX, _AROUND_PX = 1.8, 110, 72
_DECADE_BITS = float(np.log2(10))
_KEPT = 0.999
"""Share of all numbers that the axis has room for."""


def nearest(steps: Ints, step: float) -> int:
    """Return the place of the step nearest to one that is wanted.

    Shape:
        steps: (H,)
    """
    return int(np.abs(steps - step).argmin())


def shares(counts: Ints) -> Floats:
    """Return counts as shares of their row; NaN where a row is empty.

    Shape:
        (L, B) → (L, B)
    """
    total = counts.sum(axis=1, keepdims=True)
    unknown = np.full(counts.shape, np.nan)
    found: Floats = np.divide(counts, total, out=unknown, where=total > 0)
    return found


class HistogramOverlay(export.Plot):
    """Draws gradients or weights of all layers at a step.

    Attributes:
        step: That is wanted; each run shows the measured one nearest to it.
        is_weights: Weights, and not gradients.
        hidden: Indices of runs that are not drawn.
    """

    file_stem = "comparison-histograms"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Histograms of the runs"))
        self._told = LayersCompared()
        self.step, self.is_weights = 0.0, False
        self.hidden: set[int] = set()
        theme.signals.changed.connect(self.update)

    def show_layers(self, told: LayersCompared) -> None:
        """Draw other runs."""
        self._told = told
        self.setMinimumSize(320, ROW_PX * len(told.names) + _AROUND_PX)
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all rows."""
        return self.minimumSize()

    def drawn(self) -> list[tuple[int, int, Ints]]:
        """Return run, step and counts (L, B) of what is drawn."""
        found = []
        for index, run in enumerate(self._told.runs):
            if index not in self.hidden and len(run.shown):
                place = nearest(run.shown, self.step)
                found.append((index, int(run.shown[place]), self._counts(run)[place]))
        return found

    def _counts(self, run: LayersOfRun) -> Ints:
        return run.weights if self.is_weights else run.gradients

    def _range(self) -> tuple[int, int]:
        """Return the first bin that is drawn, and one past the last, at any step."""
        total = np.zeros(1)
        for run in self._told.runs:
            total = total + self._counts(run).sum(axis=(0, 1))
        below = np.cumsum(total) / max(float(total.sum()), 1.0)
        low = int(np.searchsorted(below, (1 - _KEPT) / 2))
        high = int(np.searchsorted(below, (1 + _KEPT) / 2)) + 1
        return max(low - 2, 0), min(high + 2, len(below))

    def _chart(self) -> Chart:
        low, high = (self._log10(edge) for edge in self._range())
        rows = len(self._told.names)
        names = tuple(
            (ridges.baseline(row, rows), name)
            for row, name in enumerate(self._told.names)
        )
        high = max(high, low + 1)
        words = "|w|" if self.is_weights else "|∂L/∂w|"
        axis = Axis(low, high, decades(low, high, 10), words)
        return Chart(axis, names, right_px=_RIGHT_PX, grid_x=True)

    def _log10(self, edge: float) -> float:
        return (self._told.first + edge) / _DECADE_BITS

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw everything."""
        with QPainter(self) as painter:
            self.draw_vector(painter)

    def draw_vector(self, painter: QPainter) -> None:
        """Draw with lines and text that scale."""
        still, drawn = self._chart(), self.drawn()
        chart.draw(painter, still, self.size())
        area = still.area(self.size())
        if not drawn:
            painter.setPen(style.colour("fg2"))
            words = tr("None of these runs has measured its layers.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        low, high = self._range()
        all_ = [shares(counts)[:, low:high] for _, _, counts in drawn]
        top = np.nan_to_num(np.stack(all_)).max(axis=(0, 2))
        x = (np.linspace(0.5, high - low - 0.5, (high - low - 1) * ridges.SMOOTH + 1)
             / (high - low))  # fmt: skip
        for number, (index, _, _) in enumerate(drawn):
            scaled = np.nan_to_num(all_[number]) / np.where(top > 0, top, 1.0)[:, None]
            outline = ridges.upsampled(scaled)
            self._paint(painter, area, (x, outline), index, is_filled=number == 0)
        self._paint_notes(painter, area, drawn)

    def _paint(
        self,
        painter: QPainter,
        area: QRectF,
        outline: tuple[Floats, Floats],
        index: int,
        *,
        is_filled: bool,
    ) -> None:
        """Draw the outlines of a run: filled, or as lines."""
        x, heights = outline
        tokens = theme.current().series
        if is_filled:
            Ridges(x, heights, tokens[index % len(tokens)]).paint(painter, area)
            return
        rows = len(heights)
        scale = ridges.spacing(rows) * ridges.OVERLAP * area.height() * 0.94
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.pen(style.series(index), _LINE_PX))
        across = area.left() + x * area.width()
        for row in range(rows):
            if heights[row].any():
                ground = area.top() + ridges.baseline(row, rows) * area.height()
                line = arrayToQPolygonF(across, ground - heights[row] * scale)
                painter.drawPolyline(line)

    def _paint_notes(
        self, painter: QPainter, area: QRectF, drawn: Sequence[tuple[int, int, Ints]]
    ) -> None:
        """Write beside each row how large the others are, measured by the first."""
        painter.setFont(style.tick_font())
        high = painter.fontMetrics().height()
        rows = len(self._told.names)
        others = drawn[1:3]
        for number, (index, _, counts) in enumerate(others):
            ratio = self._medians(counts) - self._medians(drawn[0][2])
            painter.setPen(style.series(index))
            for row in range(rows):
                if not np.isfinite(ratio[row]):
                    continue
                words = times(letter(index), letter(drawn[0][0]), float(ratio[row]))
                y = area.top() + ridges.baseline(row, rows) * area.height()
                top = y - high * (len(others) - number)
                box = QRectF(area.right() + 8, top, _RIGHT_PX, high)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)

    def _medians(self, counts: Ints) -> Floats:
        """Return log2 of the median of each row; NaN where it is empty.

        Shape:
            (L, B) → (L,)
        """
        below = np.cumsum(counts, axis=1)
        half = below[:, -1:] / 2
        place = (below < half).sum(axis=1)
        rows = np.arange(len(counts))
        place = np.minimum(place, counts.shape[1] - 1)
        inside = counts[rows, place]
        rest = half[:, 0] - (below[rows, place] - inside)
        found: Floats = self._told.first + place + rest / np.maximum(inside, 1)
        return np.where(below[:, -1] > 0, found, np.nan)

    def table(self) -> Table:
        """Return the share of each layer of each run in each bin."""
        rows: list[list[Cell]] = []
        for index, step, counts in self.drawn():
            for name, row in zip(self._told.names, shares(counts), strict=True):
                for place, share in enumerate(row.tolist()):
                    if share > 0:
                        low = 2.0 ** (self._told.first + place)
                        run = self._told.runs[index].run
                        rows.append([run, step, name, low, 2 * low, share])
        return ["run", "step", "layer", "from", "to", "share"], rows


def times(one: str, other: str, bits: float) -> str:
    """Return how many times as large one is as another: `B 1.4× A`.

    Args:
        one: Letter of a run.
        other: Of the one that it is measured by.
        bits: log2 of the ratio.
    """
    ratio = 2.0 ** min(max(bits, -40.0), 40.0)
    return f"{one} {ratio:.2g}× {other}"
