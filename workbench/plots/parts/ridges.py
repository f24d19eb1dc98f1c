"""Ridgelines: one smooth outline a layer, above each other like hills.

An outline passes exactly through the histogram's shares at the middles of its bins
(Catmull-Rom spline); each layer is as high as its own largest share allows.
"""

from dataclasses import dataclass

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from pyqtgraph.graphicsItems.PlotCurveItem import arrayToLineSegments
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from engine.protocol.arrays import Floats
from workbench.plots.parts import style
from workbench.theme import tokens

SMOOTH = 4
"""Points drawn for each bin."""
OVERLAP = 1.15
"""Height of a ridge in distances between rows."""
_FLOOR = 0.03
STRIP_PX = 16
"""Rows that are lower are strips."""


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
    """Return where a row stands, the first one at the top, as a share of the height."""
    return 1 - _FLOOR - (rows - 1 - row) * spacing(rows)


def spacing(rows: int) -> float:
    """Return the distance of rows as a share of the height."""
    return (1 - 2 * _FLOOR) / (rows - 1 + OVERLAP)


def row_at(y: float, rows: int) -> int:
    """Return the row whose ground is the nearest one below a height."""
    below = int(np.clip((1 - _FLOOR - y) / spacing(rows) + 0.1, 0, rows - 1))
    return rows - 1 - below


def span(row: int, rows: int) -> tuple[float, float]:
    """Return top and bottom of a row as shares of the height."""
    bottom = baseline(row, rows)
    return bottom - spacing(rows), bottom + _FLOOR / 2


@dataclass(frozen=True)
class Ridges:
    """Outlines ready to be drawn.

    Args:
        x: Places of the points as shares of the width (P,).
        heights: A row a layer (L, P), at most 1.
        tint: Token of the colour.
        marks: Place of a tick in each row, as a share of the width (L,); NaN for none.
    """

    x: Floats
    heights: Floats
    tint: str = "forward"
    marks: Floats | None = None

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draw all rows, the first one farthest back; as strips where they are low."""
        rows = len(self.heights)
        if not rows:
            return
        painter.save()
        painter.setClipRect(area)
        if spacing(rows) * area.height() < STRIP_PX:
            self._paint_strips(painter, area)
        else:
            self._paint_hills(painter, area)
        painter.restore()

    def _paint_strips(self, painter: QPainter, area: QRectF) -> None:
        """Draw a row as a strip whose shade is its density."""
        theme, rows = tokens.current(), len(self.heights)
        shades = [
            QColor(tokens.mix(theme.bg1, theme.colour(self.tint), share)).rgb()
            for share in np.linspace(0, 1, 64)
        ]
        table = np.array(shades, np.uint32)
        index = (np.sqrt(np.clip(self.heights, 0, 1)) * 63).astype(np.uint8)
        pixels = np.ascontiguousarray(table[index])
        wide, high = pixels.shape[1], spacing(rows) * area.height()
        image = QImage(pixels.data, wide, rows, 4 * wide, QImage.Format.Format_RGB32)
        left, right = (area.left() + share * area.width() for share in self.x[[0, -1]])
        gap = 1 if high > 4 else 0
        for row in range(rows):
            bottom = area.top() + baseline(row, rows) * area.height()
            target = QRectF(left, bottom - high + gap, right - left, high - gap)
            painter.drawImage(target, image, QRectF(0, row, wide, 1))
            self._paint_mark(painter, area, row, target.top(), bottom)

    def _paint_mark(
        self, painter: QPainter, area: QRectF, row: int, top: float, ground: float
    ) -> None:
        share = np.nan if self.marks is None else float(self.marks[row])
        if np.isfinite(share):
            x = area.left() + share * area.width()
            painter.setPen(style.pen(style.colour("fg"), 1.4))
            painter.drawLine(QPointF(x, top), QPointF(x, ground))

    def _paint_hills(self, painter: QPainter, area: QRectF) -> None:
        rows = len(self.heights)
        scale = spacing(rows) * OVERLAP * area.height() * 0.94
        x = area.left() + self.x * area.width()
        for row in range(rows):
            ground = area.top() + baseline(row, rows) * area.height()
            y = ground - self.heights[row] * scale
            self._paint_row(painter, x, y, ground)
            if self.marks is not None and np.isfinite(self.marks[row]):
                place = area.left() + self.marks[row] * area.width()
                self._paint_mark(
                    painter, area, row, float(np.interp(place, x, y)), ground
                )

    def _paint_row(
        self, painter: QPainter, x: Floats, y: Floats, ground: float
    ) -> None:
        """Fill without smoothing (4 times faster), as the line covers the edge."""
        outline = arrayToQPolygonF(x, y)
        outline.append(QPointF(x[-1], ground))
        outline.append(QPointF(x[0], ground))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour(self.tint, style.fill_alpha()))
        painter.drawPolygon(outline)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen(style.colour(self.tint), 1.4))
        segments = arrayToLineSegments(x, y, connect="all", finiteCheck=False)
        painter.drawLines(*segments.drawargs())
