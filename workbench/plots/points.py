"""Curves on a canvas, and dots on their points."""

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtGui import QColor, QPen

from workbench.plots import style
from workbench.plots.canvas import PlotCanvas
from workbench.session.columns import Array

DOT_PX, MOST_DOTS = 5, 80
HOLLOW_PX, HOLLOW_EDGE_PX = 7, 1.4


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


@dataclass(frozen=True)
class Points:
    """A curve with dots while they are few.

    Args:
        canvas: Holds both.
        line: Through the points.
        dots: On the points.
    """

    canvas: PlotCanvas
    line: pg.PlotCurveItem
    dots: pg.ScatterPlotItem

    @classmethod
    def on(cls, canvas: PlotCanvas) -> "Points":
        """Add and return an empty curve with dots."""
        return cls(canvas, curve(canvas), dots(canvas))

    def show_points(self, points: Array) -> None:
        """Show points (2, K)."""
        self.line.setData(*points)
        few = points.shape[1] <= MOST_DOTS
        self.dots.setData(*(points if few else points[:, -1:]))

    def set_visible(self, *, on: bool) -> None:
        """Show or hide both."""
        self.line.setVisible(on)
        self.dots.setVisible(on)

    def dress(self, pen: QPen, tint: QColor, *, dashed: bool = False) -> None:
        """Take a pen and a colour; a dashed line is one piece with hollow dots."""
        self.line.setSegmentedLineMode("off" if dashed else "on")
        self.line.setPen(pen)
        self.line.setZValue(2)
        self.dots.setBrush(style.colour("bg1") if dashed else tint)
        self.dots.setPen(style.pen(tint, HOLLOW_EDGE_PX) if dashed else None)
        self.dots.setSize(HOLLOW_PX if dashed else DOT_PX)
        self.dots.setZValue(3)

    def remove(self) -> None:
        """Take both from the canvas."""
        self.canvas.removeItem(self.line)
        self.canvas.removeItem(self.dots)
