"""What an activation does to every number: its curve, and the slopes, as dots."""

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.tracing import Piece
from workbench.explain import words
from workbench.explain.layer.places import Index
from workbench.explain.layer.plates import Plate
from workbench.theme import fonts, text
from workbench.theme.tokens import current

MOST = 4096
"""Dots that are drawn."""
_REACH_PX = 14.0
_FOOT, _SIDE = 22.0, 44.0


@dataclass
class Curve(Plate):
    """Two tensors against each other: `across` to the right, its own piece upward.

    Args:
        across: Numbers of the same shape.
        below: Divides them, where it is given: slope = ∂L/∂z ÷ ∂L/∂a.
        axes: Words of both axes.
    """

    across: Piece = field(kw_only=True)
    below: Piece | None = None
    axes: tuple[str, str] = ("z", "a")

    def __post_init__(self) -> None:
        x, y = self.across.values.reshape(-1), self.piece.values.reshape(-1)
        count = min(len(x), len(y))
        x, y = x[:count], y[:count]
        if self.below is not None:
            down = self.below.values.reshape(-1)[:count]
            with np.errstate(all="ignore"):
                y = np.where(down != 0, y / np.where(down == 0, 1, down), np.nan)
        self._which = np.flatnonzero(np.isfinite(x) & np.isfinite(y))[:MOST]
        self.x, self.y = x[self._which], y[self._which]

    @property
    def wish(self) -> float:
        """Height that it would like, px."""
        return 260.0

    def _ranges(self) -> tuple[float, float, float, float]:
        def ends(values: Floats) -> tuple[float, float]:
            low = min(0.0, float(values.min())) if len(values) else 0.0
            high = max(0.0, float(values.max())) if len(values) else 1.0
            room = (high - low or 1.0) * 0.06
            return low - room, high + room

        return (*ends(self.x), *ends(self.y))

    def _plot(self) -> QRectF:
        return self.rect.adjusted(_SIDE, 4, -8, -_FOOT)

    def _points(self) -> Floats:
        left, right, low, high = self._ranges()
        plot = self._plot()
        across = plot.left() + (self.x - left) / (right - left) * plot.width()
        down = plot.bottom() - (self.y - low) / (high - low) * plot.height()
        return np.stack([across, down], axis=1)

    def index_at(self, place: QPointF) -> Index | None:
        """Return the number whose dot is nearest."""
        if not len(self.x) or not self.rect.contains(place):
            return None
        gaps = np.hypot(*(self._points() - (place.x(), place.y())).T)
        nearest = int(gaps.argmin())
        if gaps[nearest] > _REACH_PX:
            return None
        shape = self.piece.values.shape
        return tuple(int(i) for i in np.unravel_index(self._which[nearest], shape))

    def rect_of(self, index: Index) -> QRectF:
        """Return where a dot is."""
        flat = int(np.ravel_multi_index(index, self.piece.values.shape))
        found = np.flatnonzero(self._which == flat)
        if not len(found):
            return QRectF()
        x, y = self._points()[found[0]]
        return QRectF(x - 5, y - 5, 10, 10)

    def paint_cells(self, painter: QPainter) -> None:
        """Draw the axes and a dot for every number."""
        theme, plot = current(), self._plot()
        left, right, low, high = self._ranges()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1))
        zero_x = plot.left() + (0 - left) / (right - left) * plot.width()
        zero_y = plot.bottom() - (0 - low) / (high - low) * plot.height()
        painter.drawLine(QPointF(zero_x, plot.top()), QPointF(zero_x, plot.bottom()))
        painter.drawLine(QPointF(plot.left(), zero_y), QPointF(plot.right(), zero_y))
        self._paint_axes(painter, plot)
        colour = QColor(theme.colour(self.tint))
        colour.setAlpha(150)
        pen = QPen(colour, 5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints([QPointF(x, y) for x, y in self._points().tolist()])

    def _paint_axes(self, painter: QPainter, plot: QRectF) -> None:
        """Write the least and the greatest number of both axes where they stand."""
        if not len(self.x):
            return
        points = self._points()
        painter.setFont(fonts.ui(fonts.AXIS))
        painter.setPen(QColor(current().fg2))
        flag, foot = Qt.AlignmentFlag, plot.bottom() + 4
        line = QRectF(plot.left(), foot, plot.width(), _FOOT - 4)
        painter.drawText(line, flag.AlignLeft, words.number(float(self.x.min())))
        painter.drawText(line, flag.AlignRight, words.number(float(self.x.max())))
        painter.drawText(line, flag.AlignHCenter, self.axes[0])
        side = QRectF(self.rect.left(), plot.top(), _SIDE - 6, plot.height())
        painter.drawText(side, flag.AlignRight | flag.AlignVCenter, self.axes[1])
        for value, y in (
            (self.y.max(), points[:, 1].min()),
            (self.y.min(), points[:, 1].max()),
        ):
            box = QRectF(side.left(), float(y) - 8, side.width(), 16)
            middle = flag.AlignRight | flag.AlignVCenter
            painter.drawText(box, middle, words.number(float(value)))


def shut(curve: Curve) -> str:
    """Return how many of the slopes are 0."""
    count = int((curve.y == 0).sum())
    return tr(
        "{n} of {all} shut: slope 0",
        n=text.count(count),
        all=text.count(len(curve.y)),
    )
