"""Colours and markers of classes, and legends made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from workbench.plots.parts import style
from workbench.theme import tokens

ROW_PX, GAP_PX = 18, 6
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight


def class_colour(index: int) -> QColor:
    """Return the colour of a class; after the series' end they repeat paler."""
    theme = tokens.current()
    turn, place = divmod(index, len(theme.series))
    share = min(0.45 * turn, 0.7)
    return QColor(tokens.mix(theme.series[place], theme.fg, share))


def marker(index: int, radius: float) -> QPainterPath:
    """Return the shape of a class's points: circle, square, diamond or triangle."""
    path = QPainterPath()
    kind = index % 4
    if kind == 0:
        path.addEllipse(QPointF(0, 0), radius, radius)
    elif kind == 1:
        half = radius * 0.88
        path.addRect(QRectF(-half, -half, 2 * half, 2 * half))
    elif kind == 2:
        _polygon(path, ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)), radius)
    else:
        _polygon(path, ((0, -1.25), (1.2, 0.9), (-1.2, 0.9)), radius)
    return path


def _polygon(
    path: QPainterPath, corners: Sequence[tuple[float, float]], radius: float
) -> None:
    path.moveTo(corners[0][0] * radius, corners[0][1] * radius)
    for x, y in corners[1:]:
        path.lineTo(x * radius, y * radius)
    path.closeSubpath()


@dataclass(frozen=True)
class Entry:
    """One line of a legend.

    Args:
        text: Words.
        index: Class whose colour and marker it has, −1 for a ring, −2 for a line,
            −3 for points, −4 for points on a thin line.
    """

    text: str
    index: int


RING, LINE, POINTS, DATA_LINE = -1, -2, -3, -4


def legend_width(entries: Sequence[Entry], most: int = 150) -> int:
    """Return the room that a legend at the side needs."""
    metrics = style.metrics()
    widest = max((metrics.horizontalAdvance(e.text) for e in entries), default=0)
    return min(round(widest) + 16 + 2 * GAP_PX, most) if entries else 0


def draw_legend(painter: QPainter, area: QRectF, entries: Sequence[Entry]) -> None:
    """Draw entries below each other, as many as fit."""
    metrics = painter.fontMetrics()
    fitting = max(int(area.height() // ROW_PX), 1)
    for row, entry in enumerate(entries[:fitting]):
        top = area.top() + row * ROW_PX
        is_rest = row == fitting - 1 and len(entries) > fitting
        if not is_rest:
            _draw_sign(painter, entry.index, QPointF(area.left() + 7, top + 9))
        box = QRectF(area.left() + 18, top, area.width() - 18, ROW_PX)
        text = f"+ {len(entries) - row}" if is_rest else entry.text
        painter.setPen(style.colour("fg2"))
        painter.drawText(box, _LEFT, metrics.elidedText(text, _ELIDE, int(box.width())))


def _draw_sign(painter: QPainter, index: int, centre: QPointF) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    if index == RING:
        draw_ring(painter)
    elif index == LINE:
        painter.setPen(style.pen(style.series(1), 2.2))
        painter.drawLine(QPointF(-6, 0), QPointF(6, 0))
    elif index in {POINTS, DATA_LINE}:
        if index == DATA_LINE:
            painter.setPen(style.pen(style.series(0, 170), 1.4))
            painter.drawLine(QPointF(-6, 0), QPointF(6, 0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.series(0, 170))
        painter.drawEllipse(QPointF(0, 0), 3, 3)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(class_colour(index))
        painter.drawPath(marker(index, 4))
    painter.restore()


def draw_ring(painter: QPainter, radius: float = 5.5) -> None:
    """Draw the ring around a wrong answer at the origin."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(style.pen(style.colour("fg"), 1.5))
    painter.drawEllipse(QPointF(0, 0), radius, radius)
