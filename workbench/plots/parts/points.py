"""Curves on a canvas, and dots on their points."""

import math
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from engine.protocol.arrays import Floats, Ints
from workbench.plots.parts import style
from workbench.plots.parts.plot_widget import PlotCanvas

Steps = Ints | Floats
Scale = Callable[[Steps, Floats], tuple[Steps, Floats]]
"""Turns steps and values into points as they are drawn."""
DOT_PX, MOST_DOTS = 5, 80
HOLLOW_PX, HOLLOW_EDGE_PX = 7, 1.4


def end_of(item: pg.PlotCurveItem) -> float:
    """Return the last value of a curve as drawn; NaN where it has none."""
    _, values = item.getData()
    return float(values[-1]) if values is not None and len(values) else math.nan


def bounds_of(item: pg.PlotCurveItem) -> tuple[float, float] | None:
    """Return the smallest and the largest value that a curve shows, as drawn."""
    _, values = item.getData()
    if values is None or not len(values) or not item.isVisible():
        return None
    return float(np.min(values)), float(np.max(values))


def curve(canvas: PlotCanvas, *, raw: bool = False) -> pg.PlotCurveItem:
    """Add and return an empty curve.

    Thin raw ones are fast as one line; wide ones as segments (15 times faster).
    """
    item = pg.PlotCurveItem(skipFiniteCheck=True, antialias=not raw)
    item.setSegmentedLineMode("off" if raw else "on")
    canvas.addItem(item, ignoreBounds=True)
    return item


def dots(canvas: PlotCanvas) -> pg.ScatterPlotItem:
    """Add and return the dots of a curve."""
    item = pg.ScatterPlotItem(size=DOT_PX, pen=None, pxMode=True)
    canvas.addItem(item, ignoreBounds=True)
    return item


class Points:
    """A curve with dots while they are few.

    A dashed line is drawn as one piece with hollow dots. With many points that takes a
    hundred times longer, so gaps are then left between points instead.

    Args:
        canvas: Holds both.

    Attributes:
        line: Through the points.
        dots: On the points.
    """

    def __init__(self, canvas: PlotCanvas) -> None:
        self._canvas = canvas
        self.line, self.dots = curve(canvas), dots(canvas)
        self.line.setZValue(2)
        self.dots.setZValue(3)
        self._pen, self._is_dashed, self._count = QPen(), False, 0

    def show_points(self, points: Floats) -> None:
        """Show points (2, K)."""
        self._count = points.shape[1]
        few = self._count <= MOST_DOTS
        gaps = self._is_dashed and not few
        joined = np.arange(self._count) % 3 != 2 if gaps else "all"
        self.line.setData(*points, connect=joined)
        self.dots.setData(*(points if few else points[:, -1:]))
        self._draw_line()

    def set_visible(self, *, on: bool) -> None:
        """Show or hide both."""
        self.line.setVisible(on)
        self.dots.setVisible(on)

    def dress(self, pen: QPen, tint: QColor) -> None:
        """Take a pen and a colour."""
        self._pen, self._is_dashed = pen, pen.style() == Qt.PenStyle.DashLine
        self.dots.setBrush(style.colour("bg1") if self._is_dashed else tint)
        self.dots.setPen(style.pen(tint, HOLLOW_EDGE_PX) if self._is_dashed else None)
        self.dots.setSize(HOLLOW_PX if self._is_dashed else DOT_PX)
        self._draw_line()

    def _draw_line(self) -> None:
        pen = QPen(self._pen)
        is_one_piece = self._is_dashed and self._count <= MOST_DOTS
        if not is_one_piece:
            pen.setStyle(Qt.PenStyle.SolidLine)
        self.line.setSegmentedLineMode("off" if is_one_piece else "on")
        self.line.setPen(pen)

    def remove(self) -> None:
        """Take both from the canvas."""
        self._canvas.removeItem(self.line)
        self._canvas.removeItem(self.dots)
