"""The network's output as a curve through the data points."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.messages import View
from workbench.plots.parts import ranges, style
from workbench.plots.parts.table import Table
from workbench.plots.views import marks, points
from workbench.plots.views.base import ViewFace, number
from workbench.plots.views.plane import Plane, around, axes_of


class Curve(ViewFace):
    """Data as faint points, the network as a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._range = ranges.ValueRange(smallest=1e-6)

    def prepare(self, view: View) -> None:
        """Fit the range; it stands still while the curve moves a little."""
        self.curve = np.asarray(view.arrays["curve"], float)
        self.points = view.arrays.get("points", np.zeros((0, 2)))
        both = np.concatenate([self.curve, self.points])
        x_low, x_high, *_ = around(both, 0.02)
        finite = both[np.isfinite(both).all(axis=1), 1]
        if finite.size:
            self._range.follow(float(finite.min()), float(finite.max()))
        self.limits = np.array([x_low, x_high, self._range.low, self._range.high])
        self.entries = [marks.Entry(tr("network"), marks.LINE)]
        if len(self.points):
            self.entries.append(self._data_entry())

    def _data_entry(self) -> marks.Entry:
        return marks.Entry(tr("data"), marks.POINTS)

    def plane(self) -> Plane:
        """Return the plane as it lies in the widget now."""
        side = marks.legend_width(self.entries) if self.width() > 260 else 0
        return Plane.inside(self.limits, QRectF(self.rect()), side)

    def draw(self, painter: QPainter) -> None:
        """Draw axes, points, curve and legend."""
        assert self.view is not None
        plane = self.plane()
        plane.draw(painter, axes_of(self.view.words))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(plane.area)
        self._draw_points(painter, plane.to_pixels(self.points))
        places = plane.to_pixels(self.curve)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.pen(style.series(1), 2.4))
        for part in finite_parts(places):
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in part.tolist()]))
        painter.restore()
        area = plane.area
        beside = QRectF(area.right() + 14, area.top(), 136, area.height())
        if beside.left() + 40 < self.width():
            marks.draw_legend(painter, beside, self.entries)

    def _draw_points(self, painter: QPainter, places: Floats) -> None:
        radius = points.radius_for(len(places)) * 0.75
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.series(0, 120))
        for x, y in places[np.isfinite(places).all(axis=1)].tolist():
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def read(self, position: QPointF) -> str:
        """Return the curve's value over the mouse, and the next data point."""
        assert self.view is not None
        plane = self.plane()
        if not plane.area.contains(position):
            return ""
        axes = axes_of(self.view.words)
        x, _ = plane.to_values(position)
        y = float(np.interp(x, self.curve[:, 0], self.curve[:, 1]))
        words = f"{axes[0]} {number(x)}   {tr('network')} {number(y)}"
        index = points.nearest(plane.to_pixels(self.points), position)
        if index < 0:
            return words
        return f"{words}   {tr('data')} {number(float(self.points[index, 1]))}"

    def table(self) -> Table:
        """Return the curve, then the data."""
        assert self.view is not None
        parts = ((tr("network"), self.curve), (tr("data"), self.points))
        rows = [[kind, x, y] for kind, part in parts for x, y in part.tolist()]
        return [tr("Kind"), *axes_of(self.view.words)], rows


class Forecast(Curve):
    """Data as a thin line, for they follow each other; the network as a line."""

    def _data_entry(self) -> marks.Entry:
        return marks.Entry(tr("data"), marks.DATA_LINE)

    def _draw_points(self, painter: QPainter, places: Floats) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.pen(style.series(0, 170), 1.4))
        for part in finite_parts(places):
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in part.tolist()]))
        super()._draw_points(painter, places)


def finite_parts(places: Floats) -> list[Floats]:
    """Return runs of neighbouring places that are all numbers."""
    finite = np.isfinite(places).all(axis=1)
    edges = np.flatnonzero(np.diff(finite.astype(int))) + 1
    parts = np.split(places, edges)
    return [part for part in parts if len(part) > 1 and np.isfinite(part).all()]
