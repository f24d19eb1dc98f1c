"""A plane with two axes: where values lie in a widget, and the standing lines."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from engine.protocol.arrays import Floats
from workbench.plots.parts import ranges, style

TOP_PX, BOTTOM_PX, RIGHT_PX = 6, 34, 10
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ABOVE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True)
class Plane:
    """Limits in the units of the data, and their rectangle in the widget.

    Args:
        limits: Left, right, lower and upper end.
        area: In pixels.
        over_steps: Steps stand across; upwards log10 of what is written.
    """

    limits: tuple[float, float, float, float]
    area: QRectF
    over_steps: bool = False

    @classmethod
    def inside(
        cls,
        limits: Floats,
        size: QRectF,
        side_px: float = 0,
        ratio: float = 0.0,
        *,
        over_steps: bool = False,
    ) -> "Plane":
        """Return the plane that fills a widget beside a legend.

        Args:
            limits: Left, right, lower and upper end.
            size: The widget's rectangle.
            side_px: Room at the right for a legend.
            ratio: Width over height, in the middle together with the legend; 0 fills.
            over_steps: As of the plane.
        """
        left, right, low, high = (float(value) for value in limits)
        upwards = ranges.log_ticks if over_steps else ranges.ticks
        labels = [text for _, text in upwards(low, high, 4)]
        metrics = style.metrics()
        widest = max((metrics.horizontalAdvance(text) for text in labels), default=10)
        left_px = widest + metrics.height() + 14
        width = max(size.width() - left_px - RIGHT_PX - side_px, 20)
        height = max(size.height() - TOP_PX - BOTTOM_PX, 20)
        if ratio:
            room, width = width, min(width, height * ratio)
            height = min(height, width / ratio)
            left_px += (room - width) / 2
        area = QRectF(left_px, TOP_PX, width, height)
        return cls((left, right, low, high), area, over_steps)

    def to_pixels(self, points_N2: Floats) -> Floats:
        """Return where points lie in the widget."""
        left, right, low, high = self.limits
        points = np.asarray(points_N2, float)
        x = (points[:, 0] - left) / ((right - left) or 1) * self.area.width()
        y = (high - points[:, 1]) / ((high - low) or 1) * self.area.height()
        return np.stack([x + self.area.left(), y + self.area.top()], axis=1)

    def to_values(self, position: QPointF) -> tuple[float, float]:
        """Return the values at a place of the widget."""
        left, right, low, high = self.limits
        x = (position.x() - self.area.left()) / self.area.width()
        y = (self.area.bottom() - position.y()) / self.area.height()
        return left + x * (right - left), low + y * (high - low)

    def draw(
        self, painter: QPainter, axes: tuple[str, str], *, grid: bool = True
    ) -> None:
        """Draw grid, ticks and the names of the axes."""
        self._draw_x(painter, axes[0], grid=grid)
        self._draw_y(painter, axes[1], grid=grid)
        painter.setPen(style.pen(style.colour("line")))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawLine(self.area.topLeft(), self.area.bottomLeft())
        painter.drawLine(self.area.bottomLeft(), self.area.bottomRight())

    def _draw_x(self, painter: QPainter, label: str, *, grid: bool) -> None:
        left, right, *_ = self.limits
        area, height = self.area, painter.fontMetrics().height()
        across = ranges.whole_ticks if self.over_steps else ranges.ticks
        for value, text in across(left, right, max(int(area.width() // 70), 2)):
            x = area.left() + (value - left) / (right - left) * area.width()
            if grid:
                painter.setPen(style.grid_pen())
                painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            painter.setPen(style.colour("fg2"))
            painter.drawText(
                QRectF(x - 40, area.bottom() + 3, 80, height), _ABOVE, text
            )
        box = QRectF(area.left(), area.bottom() + 3 + height, area.width(), height)
        painter.setPen(style.colour("fg2"))
        painter.drawText(box, _ABOVE, _short(painter, label, area.width()))

    def _draw_y(self, painter: QPainter, label: str, *, grid: bool) -> None:
        *_, low, high = self.limits
        area, height = self.area, painter.fontMetrics().height()
        widest = 0
        upwards = ranges.log_ticks if self.over_steps else ranges.ticks
        for value, text in upwards(low, high, max(int(area.height() // 44), 2)):
            y = area.bottom() - (value - low) / (high - low) * area.height()
            if grid:
                painter.setPen(style.grid_pen())
                painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(style.colour("fg2"))
            box = QRectF(0, y - height / 2, area.left() - 6, height)
            painter.drawText(box, _RIGHT, text)
            widest = max(widest, painter.fontMetrics().horizontalAdvance(text))
        painter.save()
        painter.translate(area.left() - 10 - widest - height, area.bottom())
        painter.rotate(-90)
        box = QRectF(0, 0, area.height(), height)
        painter.drawText(box, _CENTRE, _short(painter, label, area.height()))
        painter.restore()


def _short(painter: QPainter, text: str, room: float) -> str:
    metrics = painter.fontMetrics()
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, int(room))


def axes_of(words: dict[str, tuple[str, ...]]) -> tuple[str, str]:
    """Return the names of both axes."""
    known = words.get("axes", ())
    both = (*known, *("x₁", "x₂")[len(known) :])
    return both[0], both[1]


def around(points_N2: Floats, margin: float = 0.06) -> Floats:
    """Return limits with a margin around all finite points."""
    points = np.asarray(points_N2, float)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return np.array([0.0, 1.0, 0.0, 1.0])
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.where(high > low, (high - low) * margin, 0.5)
    return np.stack([low - room, high + room], axis=1).ravel()
