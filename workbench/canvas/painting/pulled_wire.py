"""A wire that is being pulled: it follows the pointer, or waits for its node."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.canvas.geometry.routing import curve
from workbench.theme.tokens import current


def draw_loose(
    painter: QPainter, start: QPointF, end: QPointF, *, forward: bool
) -> None:
    """Draw a wire whose other end is not connected yet."""
    draw(painter, start, end, forward=forward, dashes=[4.0, 3.0])


def draw(
    painter: QPainter,
    start: QPointF,
    end: QPointF,
    *,
    forward: bool,
    dashes: Sequence[float] = (),
) -> None:
    """Draw a wire as it runs from port to port, in the colour of what is marked."""
    pen = QPen(QColor(current().accent), 2.2)
    if dashes:
        pen.setDashPattern(dashes)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(curve(start, end) if forward else curve(end, start))
