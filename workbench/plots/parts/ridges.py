"""Ridgelines: one smooth outline a layer, above each other like hills.

An outline passes exactly through the histogram's shares at the middles of its bins
(Catmull-Rom spline); each layer is as high as its own largest share allows.
"""

from dataclasses import dataclass

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from pyqtgraph.graphicsItems.PlotCurveItem import arrayToLineSegments
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from engine.protocol.arrays import Floats
from workbench.plots.parts import style

SMOOTH = 4
"""Points drawn for each bin."""
OVERLAP = 1.6
"""Height of a ridge in distances between rows."""
_FLOOR = 0.03


def upsampled(values: Floats, factor: int = SMOOTH) -> Floats:
    """Return rows with `factor` − 1 more points between neighbours, never below 0.

    Source: Catmull & Rom 1974; the spline passes through every given value.
    """
    padded = np.pad(values, ((0, 0), (1, 1)), mode="edge")
    count = values.shape[1] - 1
    p0, p1, p2, p3 = (padded[:, i : i + count, None] for i in range(4))
    t = np.arange(factor) / factor
    curve = p1 + t / 2 * (
        (p2 - p0) + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0))
    )
    flat = curve.reshape(len(values), -1)
    return np.maximum(np.hstack([flat, values[:, -1:]]), 0.0)


def heights(shares: Floats) -> Floats:
    """Return rows scaled to a largest value of 1; rows without values become 0."""
    clean = np.nan_to_num(shares)
    top = clean.max(axis=1, keepdims=True)
    scaled: Floats = np.divide(clean, top, out=np.zeros_like(clean), where=top > 0)
    return scaled


def baseline(row: int, rows: int) -> float:
    """Return where a row stands, as a share of the height from the top."""
    return 1 - _FLOOR - row * spacing(rows)


def spacing(rows: int) -> float:
    """Return the distance of rows as a share of the height."""
    return (1 - 2 * _FLOOR) / (rows - 1 + OVERLAP)


def row_at(y: float, rows: int) -> int:
    """Return the row whose ground is the nearest one below a height."""
    return int(np.clip((1 - _FLOOR - y) / spacing(rows) + 0.25, 0, rows - 1))


@dataclass(frozen=True)
class Ridges:
    """Outlines ready to be drawn.

    Args:
        x: Places of the points as shares of the width (P,).
        heights: A row a layer (L, P), at most 1.
    """

    x: Floats
    heights: Floats

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw all rows, the last one farthest back."""
        painter.save()
        painter.setClipRect(area)
        rows = len(self.heights)
        scale = spacing(rows) * OVERLAP * area.height() * 0.94
        x = area.left() + self.x * area.width()
        for row in reversed(range(rows)):
            ground = area.top() + baseline(row, rows) * area.height()
            self._paint_row(painter, row, x, ground - self.heights[row] * scale, ground)
        painter.restore()

    def _paint_row(
        self, painter: QPainter, row: int, x: Floats, y: Floats, ground: float
    ) -> None:
        """Fill without smoothing (4 times faster), as the line covers the edge."""
        outline = arrayToQPolygonF(x, y)
        outline.append(QPointF(x[-1], ground))
        outline.append(QPointF(x[0], ground))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.series(row, style.fill_alpha()))
        painter.drawPolygon(outline)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen(style.series(row), 1.4))
        segments = arrayToLineSegments(x, y, connect="all", finiteCheck=False)
        painter.drawLines(*segments.drawargs())
