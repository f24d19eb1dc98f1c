"""How much every layer's weights change, and how they are spread."""

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats
from workbench.plots.panels.modes import Face, FacePanel
from workbench.plots.panels.panel import nothing_yet
from workbench.plots.parts import style
from workbench.plots.parts.chart import Axis, Bar, Chart
from workbench.plots.parts.heat import BandMap, band_rows, band_span
from workbench.plots.parts.ranges import (
    StepRange,
    Ticks,
    ValueRange,
    decades,
)
from workbench.plots.parts.step_axis import step_axis
from workbench.plots.parts.table import Table, over_steps
from workbench.plots.parts.weight_histogram import WeightSpread
from workbench.session.curves.history import History
from workbench.session.curves.phase_rows import PhaseBins, PhaseView
from workbench.theme.text import THIN, count, per_mille, power_of_ten

GUIDE = float(np.log10(style.GUIDE_RATIO))
SLOW, FAST = GUIDE - 1, GUIDE + 1
"""log10 of the ratios at the ends of the colours."""
VALUE_PX = 72
SMALLEST_RATIO = -12.0
"""log10 of the ratio that stands for no change at all."""
MOST_NAMES = 12
LIT_PX, FADED_ALPHA = 2.4, 90
"""Width of a line that somebody points at elsewhere; how pale the others are then."""


class RatioFace:
    """What the two views of ‖Δw‖/‖w‖ over the steps share."""

    title, quantity = "", "‖Δw‖ / ‖w‖"
    ends = (1, 100)
    """Percentiles of the ratios that the range holds."""
    lit = frozenset[int]()

    def __init__(self, history: PhaseView) -> None:
        self._history = history
        self._new_ranges()

    def _new_ranges(self) -> None:
        self._run = self._history.layers
        self._steps = StepRange()
        self._range = ValueRange(-5, -1, 0.4, 0.05, unit=1, smallest=2)
        self.ratios = np.empty((0, 0))

    def restyle(self) -> None:
        """Nothing is kept in colours."""

    @property
    def _bins(self) -> PhaseBins:
        return self._history.layers.ratio_bins

    def take_in(self) -> None:
        """Read log10 of the ratios (columns, layers) and fit the ranges."""
        layers = self._history.layers
        if layers is not self._run:
            self._new_ranges()
        if layers.newest is None:
            return
        self.ratios = np.maximum(self._bins.means(), SMALLEST_RATIO)
        seen = self.ratios[self._bins.measured()]
        if np.isfinite(seen).any():
            low, high = np.nanpercentile(seen, self.ends)
            self._range.follow(float(low), float(max(high, GUIDE)))
        total = self._history.run.total_steps if self._history.run else 0
        self._steps.follow(max(self._history.step, layers.newest.step), total)

    def _step_axis(self) -> Axis:
        run = self._history.run
        return step_axis(self._steps.high, run.steps_per_epoch if run else 0)

    def _reading(self, row: int, x: float) -> str:
        step = x * self._steps.high
        column = int(step // self._bins.span)
        if column >= len(self.ratios):
            return ""
        return tr(
            "{layer} · step {step} · ‖Δw‖/‖w‖ = {ratio}",
            layer=self._history.layers.names[row],
            step=count(int(step) + 1),
            ratio=per_mille(10 ** self.ratios[column, row]),
        )

    def row_at(self, y: float) -> int:
        """Return the layer at a height; lines have none."""
        del y
        return -1

    def span(self, row: int) -> tuple[float, float] | None:
        """Return top and bottom of a layer's row; lines have none."""
        del row
        return None

    def table(self) -> Table:
        """Return the ratio of every layer at every measured step."""
        layers = self._history.layers
        ratios = None if layers.newest is None else layers.update_ratio.values
        return over_steps(layers.steps.values, ratios, "update ratio", layers.names)


class RatioMap(RatioFace):
    """A row a layer, a column a span of steps; colours from too slow to too fast."""

    def __init__(self, history: PhaseView) -> None:
        super().__init__(history)
        self.title = tr("Heat map")
        self.map = BandMap(style.change_table)

    def restyle(self) -> None:
        """Colour everything again."""
        self.map.begin()

    def take_in(self) -> None:
        """Colour the columns that are new."""
        super().take_in()
        layers = self._history.layers
        if layers.newest is None:
            self.map.clear()
            return
        self.map.extend(id(layers), len(layers.names), self._bins, self._levels)

    def _levels(self, first: int) -> Floats:
        """Return (layers, columns), the first layer at the top."""
        return (self.ratios[first:].T - SLOW) / (FAST - SLOW)

    def chart(self) -> Chart | None:
        """Steps below, layers at the left, what the colours mean under it."""
        if self.map.image is None:
            return None
        bar = Bar(change_ends(), style.change_table, "Δw / w", is_below=True)
        rows = band_rows(self._history.layers.names)
        return Chart(self._step_axis(), rows, bar=bar, right_px=VALUE_PX)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw the image, the gaps between the rows, and each newest value."""
        names, newest = self._history.layers.names, self._history.layers.newest
        painter.save()
        self.map.paint(painter, area, self._bins, (self._steps.high, len(names)))
        painter.restore()
        if newest is None:
            return
        height = painter.fontMetrics().height()
        high = area.height() / max(len(names), 1)
        every = max(int(np.ceil(height / max(high, 1))), 1)
        painter.setPen(style.colour("fg"))
        for row, ratio in enumerate(newest.update_ratio.tolist()):
            if row % every == 0 and np.isfinite(ratio):
                middle = area.top() + (row + 0.5) * high
                width = VALUE_PX - 8
                box = QRectF(area.right() + 8, middle - height / 2, width, height)
                left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(box, left, per_mille(ratio))

    def read(self, x: float, y: float) -> str:
        """Return layer, step and ratio at a place."""
        rows = len(self._history.layers.names)
        return self._reading(int(np.clip(y * rows, 0, rows - 1)), x)

    def row_at(self, y: float) -> int:
        """Return the layer whose band is at a height."""
        rows = len(self._history.layers.names)
        return min(int(y * rows), rows - 1)

    def span(self, row: int) -> tuple[float, float] | None:
        """Return top and bottom of a layer's band as shares."""
        return band_span(row, len(self._history.layers.names))


class RatioLines(RatioFace):
    """A line a layer on a logarithmic axis, with the guide."""

    def __init__(self, history: PhaseView) -> None:
        super().__init__(history)
        self.title = tr("Lines")

    def chart(self) -> Chart | None:
        """Steps below, decades at the left."""
        if not self.ratios.size:
            return None
        low, high = self._range.low, self._range.high
        rows = tuple(
            ((high - value) / (high - low), text)
            for value, text in decades(low, high, 6)
        )
        names = self._history.layers.names
        right = 70 if len(names) <= MOST_NAMES else 14
        axis = self._step_axis()
        return Chart(axis, rows, "‖Δw‖/‖w‖", grid_rows=True, right_px=right)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw the guide, the lines, and each name where its line ends."""
        measured = np.flatnonzero(self._bins.measured())
        steps = (measured + 0.5) * self._bins.span
        x = area.left() + steps * (area.width() / self._steps.high)
        y = self._heights(area)[measured]
        self._paint_guide(painter, area)
        painter.save()
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in range(y.shape[1]):
            alpha = 255 if not self.lit or row in self.lit else FADED_ALPHA
            width = LIT_PX if row in self.lit else 1.0
            painter.setPen(style.pen(style.series(row, alpha), width))
            seen = np.isfinite(y[:, row])
            if not seen.any():
                continue
            painter.drawPolyline(arrayToQPolygonF(x[seen], y[seen, row]))
        painter.restore()
        if y.shape[1] <= MOST_NAMES:
            self._paint_names(painter, area, x[-1], y[-1])

    def _heights(self, area: QRectF) -> Floats:
        low, high = self._range.low, self._range.high
        return area.top() + (high - self.ratios) / (high - low) * area.height()

    def _paint_guide(self, painter: QPainter, area: QRectF) -> None:
        low, high = self._range.low, self._range.high
        if not low <= GUIDE <= high:
            return
        y = area.top() + (high - GUIDE) / (high - low) * area.height()
        painter.setPen(style.pen(style.colour("fg2"), dashed=True))
        painter.drawLine(QLineF(area.left(), y, area.right(), y))
        words = tr("guide {ratio}", ratio=power_of_ten(round(GUIDE)))
        top = y - 18 if y - 18 > area.top() else y + 1
        box = QRectF(area.left() + 6, top, area.width() - 10, 17)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(box, left, words)  # the names stand at the right

    def _paint_names(
        self, painter: QPainter, area: QRectF, x: float, ends: Floats
    ) -> None:
        """Write each name at the end of its line, pushed apart where they meet."""
        metrics = painter.fontMetrics()
        height, free = metrics.height() - 2, area.bottom() + 8
        places = np.nan_to_num(ends, nan=area.bottom())  # without an end: below
        for row in np.argsort(-places):
            y = min(float(places[row]), free - height / 2)
            free = y - height / 2
            painter.setPen(style.series(int(row)))
            name = metrics.elidedText(
                self._history.layers.names[row], Qt.TextElideMode.ElideMiddle, 64
            )
            box = QRectF(min(x, area.right()) + 5, y - height / 2, 68, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)

    def read(self, x: float, y: float) -> str:
        """Return step and ratio of the line nearest to a place."""
        column = int(x * self._steps.high // self._bins.span)
        if column >= len(self.ratios):
            return ""
        low, high = self._range.low, self._range.high
        distance = np.abs(self.ratios[column] - (high - y * (high - low)))
        if not np.isfinite(distance).any():
            return ""
        return self._reading(int(np.nanargmin(distance)), x)


def change_ends() -> Ticks:
    """Return what the colours of ‖Δw‖/‖w‖ mean, by their share."""
    return (
        (0.0, tr("{ratio} too slow", ratio=_end(SLOW))),
        (0.5, tr("{ratio} healthy", ratio=_end(GUIDE))),
        (1.0, tr("{ratio} too fast", ratio=_end(FAST))),
    )


def _end(exponent: float) -> str:
    return f"{1000 * 10**exponent:g}{THIN}‰"


class WeightChangePlot(FacePanel):
    """Change of the weights of all layers, and their histograms.

    Args:
        history: Where every number comes from.
        parent: Qt's owner.
    """

    file_stem = "weights"
    turn = 0

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        words = nothing_yet(tr("how much the weights of every layer change"))
        super().__init__(history, _faces, words, parent)
        self.setWindowTitle(tr("Weights"))
        self.setAccessibleName(tr("Weight change"))


def _faces(rows: PhaseView) -> list[Face]:
    return [RatioMap(rows), RatioLines(rows), WeightSpread(rows)]
