"""Paths of wires: straight parts with round corners, and the curve of a pulled wire."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from workbench.canvas.geometry.legs import Point
from workbench.canvas.geometry.sizes import CORNER


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """Return the simple curve from an output to an input right of it."""
    reach = max(24.0, min(160.0, abs(end.x() - start.x()) * 0.5))
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end)
    return path


def rounded(corners: Sequence[Point], radius: float = CORNER) -> QPainterPath:
    """Return the path along `corners` with every corner rounded."""
    path = QPainterPath(QPointF(*corners[0]))
    last = len(corners) - 2
    for index in range(1, last + 1):
        before, corner, after = corners[index - 1 : index + 2]
        arrive = _towards(corner, before, radius, 1.0 if index == 1 else 0.5)
        leave = _towards(corner, after, radius, 1.0 if index == last else 0.5)
        path.lineTo(*arrive)
        # The quadratic curve with the corner as its control point, as a cubic one.
        path.cubicTo(*_third(arrive, corner), *_third(leave, corner), *leave)
    path.lineTo(*corners[-1])
    return path


def _third(end: Point, corner: Point) -> Point:
    return ((end[0] + 2 * corner[0]) / 3, (end[1] + 2 * corner[1]) / 3)


def _towards(corner: Point, other: Point, radius: float, share: float) -> Point:
    """Return the point `radius` away from a corner, at most a share of the side."""
    across, down = other[0] - corner[0], other[1] - corner[1]
    length = abs(across) + abs(down)  # One of them is 0: sides are level or upright.
    part = min(radius, length * share) / length if length else 0.0
    return (corner[0] + across * part, corner[1] + down * part)
