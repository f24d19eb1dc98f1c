"""How much every layer's weights change in several runs: a strip each, over the steps.

Axes: L layers, R runs, C columns.
"""

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.listing.layers import LayersCompared, LayersOfRun
from workbench import theme
from workbench.plots.compare.overlay import letter
from workbench.plots.panels import export
from workbench.plots.panels.weights import FAST, SLOW, change_ends
from workbench.plots.parts import chart, style
from workbench.plots.parts.chart import Axis, Bar, Chart
from workbench.plots.parts.heat import HeatImage
from workbench.plots.parts.ranges import whole_ticks
from workbench.plots.parts.table import Cell, Table
from workbench.theme.text import per_mille

COLUMNS = 240
_STRIP_PX, _AROUND_PX, _GAP_PX, _RIGHT_PX = 15, 110, 5, 86


def columns(run: LayersOfRun, high: float) -> Floats:
    """Return log10 ‖Δw‖/‖w‖ in equal spans of steps; NaN past the run's end.

    A span has the mean of what was measured in it, or else what was measured last.

    Args:
        run: Whose changes.
        high: Last step of all runs.

    Shape:
        (C, L)
    """
    found = np.full((COLUMNS, run.changes.shape[1]), np.nan)
    if not len(run.steps) or high <= 0:
        return found
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(run.changes)
    places = np.minimum((run.steps - 1) * COLUMNS // int(high), COLUMNS - 1)
    last = int(places[-1])
    for column in range(last + 1):
        inside = logs[places == column]
        known = np.isfinite(inside)
        count = known.sum(axis=0)
        total = np.where(known, inside, 0.0).sum(axis=0)
        before = found[column - 1] if column else np.full(len(count), np.nan)
        found[column] = np.where(count > 0, total / np.maximum(count, 1), before)
    return found


class DriftMap(export.Plot):
    """Draws a band for each layer, with a strip for each run."""

    file_stem = "comparison-weights"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Weight change of the runs"))
        self._told = LayersCompared()
        self._image: HeatImage | None = None
        theme.signals.changed.connect(self._restyle)

    def show_layers(self, told: LayersCompared) -> None:
        """Draw other runs."""
        self._told = told
        band = _STRIP_PX * len(told.runs) + _GAP_PX
        self.setMinimumSize(320, band * len(told.names) + _AROUND_PX)
        self._restyle()

    def _restyle(self) -> None:
        self._image = None
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all layers."""
        return self.minimumSize()

    @property
    def high(self) -> float:
        """Last step that any run has measured."""
        return float(max((r.steps[-1] for r in self._told.runs if len(r.steps)),
                         default=0))  # fmt: skip

    def levels(self) -> Floats:
        """Return log10 ‖Δw‖/‖w‖ (L · R, C): all runs of a layer beside each other."""
        each = [columns(run, self.high) for run in self._told.runs]
        return np.stack(each, axis=2).transpose(1, 2, 0).reshape(-1, COLUMNS)

    def _chart(self) -> Chart:
        high, count = max(self.high, 1.0), max(len(self._told.names), 1)
        rows = tuple(
            ((row + 0.5) / count, name) for row, name in enumerate(self._told.names)
        )
        axis = Axis(0.0, high, whole_ticks(0.0, high, 8), tr("step"))
        bar = Bar(change_ends(), style.change_table, "Δw / w", is_below=True)
        return Chart(axis, rows, bar=bar, right_px=_RIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw everything."""
        with QPainter(self) as painter:
            self.draw_vector(painter)

    def draw_vector(self, painter: QPainter) -> None:
        """Draw with text that scales."""
        still = self._chart()
        chart.draw(painter, still, self.size())
        area = still.area(self.size())
        if not self.high:
            painter.setPen(style.colour("fg2"))
            words = tr("None of these runs has measured its layers.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        runs, layers = len(self._told.runs), len(self._told.names)
        levels = self.levels()
        if self._image is None:
            self._image = HeatImage(runs * layers, style.change_table, COLUMNS)
            self._image.put(0, (levels - SLOW) / (FAST - SLOW))
        self._image.paint(painter, area.adjusted(1, 0, 0, 0), COLUMNS)
        self._paint_gaps(painter, area)
        painter.setFont(style.tick_font())
        height = area.height() / max(runs * layers, 1)
        for row in range(runs * layers):
            self._paint_end(painter, area, (row, height), levels[row])

    def _paint_gaps(self, painter: QPainter, area: QRectF) -> None:
        runs, layers = len(self._told.runs), len(self._told.names)
        for row in range(1, runs * layers):
            wide = _GAP_PX if row % runs == 0 else 1
            painter.setPen(style.pen(style.colour("bg1"), wide))
            y = area.top() + row * area.height() / (runs * layers)
            painter.drawLine(QLineF(area.left() + 1, y, area.right(), y))

    def _paint_end(
        self, painter: QPainter, area: QRectF, place: tuple[int, float], levels: Floats
    ) -> None:
        """Write the letter of a run and its last value at the right of its strip."""
        row, height = place
        index = row % len(self._told.runs)
        high = painter.fontMetrics().height()
        middle = area.top() + (row + 0.5) * height
        box = QRectF(area.right() + 8, middle - high / 2, _RIGHT_PX - 8, high)
        painter.setPen(style.series(index))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, letter(index))
        known = levels[np.isfinite(levels)]
        if len(known):
            painter.setPen(style.colour("fg2"))
            words = per_mille(10 ** float(known[-1]))
            rest = box.adjusted(14, 0, 0, 0)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, words)

    def table(self) -> Table:
        """Return every ratio that was measured."""
        rows: list[list[Cell]] = []
        for run in self._told.runs:
            for step, ratios in zip(run.steps.tolist(), run.changes, strict=True):
                for name, ratio in zip(self._told.names, ratios.tolist(), strict=True):
                    if np.isfinite(ratio):
                        rows.append([run.run, step, name, ratio])
        return ["run", "step", "layer", "update ratio"], rows
