"""Every sample as a point, or their density."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.messages import View
from workbench.plots.parts import ranges, style
from workbench.plots.parts.table import Rows, Table
from workbench.plots.views import marks, points
from workbench.plots.views.base import ViewFace, name, number
from workbench.plots.views.plane import Plane, around, axes_of

_BAR_PX = 66
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
ALIKE = 2.0
"""Axes whose lengths differ less than this many times have the same unit."""
FEW = 100
"""With fewer points, density is chance."""
_LEVELS = 24
"""Colours of decimal targets."""


class Scatter(ViewFace):
    """Points in the colours of their classes or values."""

    def prepare(self, view: View) -> None:
        """Choose a colour for each point."""
        arrays = view.arrays
        self.points = arrays["points"]
        self.limits = around(self.points)
        self.names = view.words.get("classes", ())
        self.labels, self.values = arrays.get("labels"), arrays.get("values")
        self.kinds = np.zeros(len(self.points), int)
        self.entries: list[marks.Entry] = []
        if self.labels is not None:
            self.kinds = np.maximum(self.labels, 0)
            known = np.unique(self.kinds).tolist()
            self.entries = [marks.Entry(name(self.names, k), k) for k in known]
        elif self.values is not None:
            self.kinds = levels(self.values)

    def colours(self) -> list[QColor]:
        """Return the colour of each kind of point."""
        if self.labels is not None:
            count = int(self.kinds.max(initial=0)) + 1
            return [marks.class_colour(index) for index in range(count)]
        if self.values is not None:
            table = style.heat_table()
            return [QColor.fromRgb(int(c)) for c in table[40 :: 215 // _LEVELS]]
        return [style.series(0)]

    def plane(self) -> Plane:
        """Return the plane as it lies in the widget now."""
        side = marks.legend_width(self.entries) if self.width() > 260 else 0
        side = _BAR_PX if self.values is not None else side
        return Plane.inside(self.limits, QRectF(self.rect()), side, self._ratio())

    def _ratio(self) -> float:
        """Return width over height when both axes are alike, so that circles are round.

        0 when one axis is far longer: then it counts more to see both.
        """
        left, right, low, high = (float(value) for value in self.limits)
        ratio = (right - left) / (high - low)
        return ratio if 1 / ALIKE <= ratio <= ALIKE else 0.0

    def draw(self, painter: QPainter) -> None:
        """Draw axes, points and the legend."""
        assert self.view is not None
        plane = self.plane()
        plane.draw(painter, axes_of(self.view.words))
        places = plane.to_pixels(self.points)
        if len(places) > points.MOST_MARKERS:
            image = points.density_image(places, self.kinds, self.colours(), plane.area)
            painter.drawImage(plane.area, image)
        elif self.values is not None:
            self._draw_values(painter, places)
        else:
            self._draw_classes(painter, places, plane.area)
        area = plane.area
        if self.values is not None:
            self._draw_bar(painter, area)
        beside = QRectF(area.right() + 14, area.top(), 136, area.height())
        if self.entries and beside.left() + 40 < self.width():
            beside.setRight(self.width() - 4)
            marks.draw_legend(painter, beside, self.entries)

    def _draw_classes(self, painter: QPainter, places: Floats, area: QRectF) -> None:
        """Draw markers, and under many of them how dense they are."""
        colours = self.colours()
        if len(places) >= FEW:
            image = points.shade_image(places, self.kinds, colours, area)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, image)
        points.draw_markers(painter, places, self.kinds, colours)

    def _draw_values(self, painter: QPainter, places: Floats) -> None:
        for level, colour in enumerate(self.colours()):
            chosen = places[self.kinds == level]
            points.draw_markers(painter, chosen, np.zeros(len(chosen), int), [colour])

    def _draw_bar(self, painter: QPainter, area: QRectF) -> None:
        """Draw which colour means which value."""
        assert self.view is not None
        assert self.values is not None
        finite = self.values[np.isfinite(self.values)]
        low, high = (
            (float(finite.min()), float(finite.max())) if len(finite) else (0, 1)
        )
        bar = QRectF(area.right() + 14, area.top(), 9, area.height())
        colours = self.colours()[:_LEVELS]
        for level, colour in enumerate(colours):
            top = bar.bottom() - (level + 1) / len(colours) * bar.height()
            step = bar.height() / len(colours)
            painter.fillRect(QRectF(bar.left(), top, bar.width(), step + 1), colour)
        height = painter.fontMetrics().height()
        painter.setPen(style.colour("fg2"))
        for value, text in ranges.ticks(low, high, 4):
            share = (value - low) / ((high - low) or 1)
            y = bar.bottom() - share * bar.height()
            box = QRectF(bar.right() + 4, y - height / 2, _BAR_PX - 28, height)
            painter.drawText(box, _LEFT, text)
        words = "".join(self.view.words.get("value", ()))
        below = QRectF(bar.left() - 14, bar.bottom() + 3 + height, _BAR_PX, height)
        painter.drawText(below, _LEFT, words)

    def summary(self) -> str:
        """Return the number of points."""
        if not self.view:
            return ""
        return tr("{count:point|points}", count=f"{len(self.points):,}")

    def read(self, position: QPointF) -> str:
        """Return the point next to the mouse."""
        index = points.nearest(self.plane().to_pixels(self.points), position)
        if index < 0:
            return ""
        x, y = self.points[index]
        place = f"({number(x)}, {number(y)})"
        if self.labels is not None:
            return f"{place} {name(self.names, int(self.labels[index]))}"
        if self.values is not None:
            return f"{place} {number(float(self.values[index]))}"
        return place

    def table(self) -> Table:
        """Return the points."""
        assert self.view is not None
        extra = self.labels if self.labels is not None else self.values
        rows: Rows = self.points.tolist()
        header = list(axes_of(self.view.words))
        if extra is not None:
            header.append("target")
            rows = [[*row, e] for row, e in zip(rows, extra.tolist(), strict=True)]
        return header, rows


def levels(values: Floats) -> Ints:
    """Return which of the colours each value has, from the lowest to the highest."""
    finite = np.isfinite(values)
    low = float(values[finite].min()) if finite.any() else 0.0
    wide = float(np.ptp(values[finite])) if finite.any() else 0.0
    shares = np.where(finite, (values - low) / (wide or 1.0), 0.0)
    chosen: Ints = np.minimum((shares * _LEVELS).astype(int), _LEVELS - 1)
    return chosen
