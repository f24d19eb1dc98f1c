"""Paths of wires: a smooth curve, or round corners along the gaps between cards."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from workbench.canvas.geometry import sizes

STUB = 26.0
CORNER = 29.0
_SAMPLES = 14


def route(
    start: QPointF,
    end: QPointF,
    source: QRectF,
    obstacles: Sequence[QRectF] = (),
    lane: int = 0,
) -> QPainterPath:
    """Return the path of a wire.

    Args:
        start: The output port.
        end: The input port.
        source: The card that the wire leaves.
        obstacles: The other cards.
        lane: Number of the output on its card; keeps wires beside each other apart.
    """
    if end.x() - start.x() >= 12:
        path = curve(start, end)
        if not _is_steep(start, end) and not _is_blocked(path, obstacles):
            return path
    return rounded(
        _corners(start, end, _gutter_free(start, end, source, obstacles, lane), lane)
    )


def _is_steep(start: QPointF, end: QPointF) -> bool:
    """Return whether a curve would look like a fall."""
    drop = abs(end.y() - start.y())
    return drop > 150 and drop > 2 * (end.x() - start.x())


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """Return the simple curve from an output to an input right of it."""
    reach = max(24.0, min(160.0, abs(end.x() - start.x()) * 0.5))
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end)
    return path


def _is_blocked(path: QPainterPath, obstacles: Sequence[QRectF]) -> bool:
    around = path.boundingRect()
    near = [rect for rect in obstacles if _touches(rect, around)]
    if not near:
        return False
    points = [path.pointAtPercent(i / _SAMPLES) for i in range(1, _SAMPLES)]
    return any(rect.contains(point) for rect in near for point in points)


def _touches(rect: QRectF, other: QRectF) -> bool:
    """Like QRectF.intersects, which finds nothing in a flat rectangle."""
    return (
        rect.left() < other.right()
        and rect.right() > other.left()
        and rect.top() < other.bottom() + 1
        and rect.bottom() > other.top() - 1
    )


def _gutter_free(
    start: QPointF,
    end: QPointF,
    source: QRectF,
    obstacles: Sequence[QRectF],
    lane: int,
) -> float:
    """Return the height of the long horizontal part, where no card is in its way."""
    wish = _gutter(start, end, source, lane)
    low, high = sorted((start.x() + STUB, end.x() - STUB))
    cards = [c for c in (*obstacles, source) if c.left() < high and c.right() > low]
    offset = 9 + 6 * lane

    def is_free(level: float) -> bool:
        return all(not c.top() - 4 < level < c.bottom() + 4 for c in cards)

    if is_free(wish):
        return wish
    # The nearest free level is the rim of some card: none between two rims is nearer.
    levels = [c.bottom() + offset for c in cards] + [c.top() - offset for c in cards]
    free = [level for level in levels if is_free(level)]
    return min(free, key=lambda level: abs(level - wish), default=wish)


def _corners(start: QPointF, end: QPointF, gutter: float, lane: int) -> list[QPointF]:
    """Return the corners of a path through the gaps between rows and columns."""
    right, left = start.x() + STUB + 5 * lane, end.x() - STUB + 4 * lane
    if abs(right - left) < CORNER and end.x() > start.x():
        return [start, QPointF(left, start.y()), QPointF(left, end.y()), end]
    return [
        start,
        QPointF(right, start.y()),
        QPointF(right, gutter),
        QPointF(left, gutter),
        QPointF(left, end.y()),
        end,
    ]


def _gutter(start: QPointF, end: QPointF, source: QRectF, lane: int) -> float:
    """Return the height of the long horizontal part."""
    backward = end.x() < start.x()
    drop = abs(end.y() - start.y())
    if backward and sizes.HEIGHT < drop < 2.2 * (sizes.HEIGHT + sizes.GAP_Y) / 1.5:
        return (start.y() + end.y()) / 2
    offset = 9 + 6 * lane
    if end.y() < source.top() - sizes.GAP_Y / 2:
        return source.top() - offset
    if backward and drop > sizes.HEIGHT:  # the gap above the row it goes to
        return end.y() - (sizes.HEIGHT + sizes.GAP_Y) / 2 + offset
    return source.bottom() + offset


def rounded(corners: Sequence[QPointF], radius: float = CORNER) -> QPainterPath:
    """Return the path along `corners` with every corner rounded."""
    path = QPainterPath(corners[0])
    last = len(corners) - 2
    for index in range(1, last + 1):
        before, corner, after = corners[index - 1 : index + 2]
        arrive = _towards(corner, before, radius, 1.0 if index == 1 else 0.5)
        leave = _towards(corner, after, radius, 1.0 if index == last else 0.5)
        path.lineTo(arrive)
        # The quadratic curve with the corner as its control point, as a cubic one.
        path.cubicTo((arrive + corner * 2) / 3, (leave + corner * 2) / 3, leave)
    path.lineTo(corners[-1])
    return path


def _towards(corner: QPointF, other: QPointF, radius: float, share: float) -> QPointF:
    """Return the point `radius` away from a corner, at most a share of the side."""
    side = other - corner
    length = (side.x() ** 2 + side.y() ** 2) ** 0.5
    return corner + side * (min(radius, length * share) / length) if length else corner
