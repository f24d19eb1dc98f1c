"""The parts of a painted plot that stand still: axes, grid, names of rows.

They are drawn into a pixmap once for each size, range and theme.
"""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QImage, QPainter, QPixmap

from workbench.plots.parts import style
from workbench.theme import tokens

HEADER_PX, BOTTOM_PX, PAD_PX, BAR_PX = 28, 38, 8, 8
LARGEST_LABEL_PX = 126
_SEPARATOR, _SHORTEST = " · ", 4
"""Between the parts of a name, and characters that are left of one."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ABOVE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True)
class Axis:
    """A range with ticks.

    Args:
        low: Value at the left or bottom end.
        high: Value at the other end.
        ticks: Values and their words.
        label: Quantity and unit.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    label: str = ""

    def fraction(self, value: float) -> float:
        """Return where a value lies, 0 at `low` and 1 at `high`."""
        return (value - self.low) / (self.high - self.low)

    def value(self, fraction: float) -> float:
        """Return the value at a place."""
        return self.low + fraction * (self.high - self.low)


@dataclass(frozen=True)
class Chart:
    """What stands still.

    Args:
        x: Bottom axis.
        rows: Share of the height from the top, and words at the left.
        y_label: Quantity and unit of the left axis, if it has one.
        grid_rows: Draw a line at each row.
        bar: Values of the colours of a heat map, shown as a bar.
        mark: Value marked on the bar.
        right_px: Room at the right.
    """

    x: Axis
    rows: tuple[tuple[float, str], ...] = ()
    y_label: str = ""
    grid_rows: bool = False
    bar: Axis | None = None
    mark: float | None = None
    right_px: int = 14

    def area(self, size: QSize) -> QRectF:
        """Return the rectangle of the data in a widget of this size."""
        metrics = QFontMetricsF(style.tick_font())
        widest = max(
            (metrics.horizontalAdvance(text) for _, text in self.rows), default=0
        )
        left = min(widest, LARGEST_LABEL_PX) + 2 * PAD_PX
        left += metrics.height() if self.y_label else 0
        right = 54 if self.bar else self.right_px
        height = size.height() - HEADER_PX - BOTTOM_PX
        return QRectF(
            left, HEADER_PX, max(size.width() - left - right, 1), max(height, 1)
        )


def picture(chart: Chart, size: QSize, ratio: float) -> QPixmap:
    """Return the standing parts as a picture of `size` logical pixels."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    with QPainter(pixmap) as painter:
        draw(painter, chart, size)
    return pixmap


def draw(painter: QPainter, chart: Chart, size: QSize) -> None:
    """Draw the standing parts."""
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), style.colour("bg1"))
    area = chart.area(size)
    painter.setFont(style.tick_font())
    _draw_x(painter, chart.x, area)
    _draw_rows(painter, chart, area)
    if chart.bar is not None:
        _draw_bar(painter, chart.bar, chart.mark, area)
    painter.setPen(style.pen(style.colour("line")))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.drawLine(area.topLeft(), area.bottomLeft())


def _draw_x(painter: QPainter, axis: Axis, area: QRectF) -> None:
    free = -1e9
    metrics = painter.fontMetrics()
    for value, text in axis.ticks:
        x = area.left() + axis.fraction(value) * area.width()
        painter.setPen(style.grid_pen())
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        half = metrics.horizontalAdvance(text) / 2
        if x - half < free:
            continue
        free = x + half + PAD_PX
        painter.setPen(style.colour("fg2"))
        box = QRectF(x - 40, area.bottom() + 4, 80, metrics.height())
        painter.drawText(box, _ABOVE, text)
    painter.setPen(style.colour("fg2"))
    below = area.bottom() + 4 + metrics.height() + 1
    box = QRectF(area.left(), below, area.width(), metrics.height())
    text = metrics.elidedText(axis.label, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, _ABOVE, text)


def _draw_rows(painter: QPainter, chart: Chart, area: QRectF) -> None:
    metrics = painter.fontMetrics()
    free = 1e9
    for share, text in sorted(chart.rows, reverse=True):
        y = area.top() + share * area.height()
        if chart.grid_rows:
            painter.setPen(style.grid_pen())
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
        if y + metrics.height() / 2 > free:
            continue
        free = y - metrics.height() / 2
        painter.setPen(style.colour("fg2"))
        box = QRectF(0, free, area.left() - 6, metrics.height())
        room = min(int(box.width()) - 2, LARGEST_LABEL_PX)
        painter.drawText(box, _RIGHT, fitted(text, metrics, room))
    if chart.y_label:
        painter.save()
        painter.translate(2, area.bottom())
        painter.rotate(-90)
        box = QRectF(0, 0, area.height(), metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, chart.y_label)
        painter.restore()


def fitted(text: str, metrics: QFontMetrics, room: int) -> str:
    """Return a name with as much of its last parts as fits.

    Outer parts are shortened first, then left out; of the last two the longer one
    ends in an ellipsis.

    Args:
        text: Its parts, the outermost first: `Network · Linear · task A`.
        metrics: Of its font.
        room: Width in pixels.
    """
    wide, parts = metrics.horizontalAdvance, text.split(_SEPARATOR)
    for index, part in enumerate(parts[:-2]):
        for kept in range(len(part) - 1, _SHORTEST - 1, -1):
            if wide(_SEPARATOR.join(parts)) <= room:
                break
            parts[index] = f"{part[:kept].rstrip()}…"
    while len(parts) > 2 and wide(_SEPARATOR.join(parts)) > room:
        parts = parts[1:]
    if len(parts) > 1 and (over := wide(_SEPARATOR.join(parts)) - room) > 0:
        longer = max((0, -1), key=lambda index: wide(parts[index]))
        left = wide(parts[longer]) - over - 2  # widths don't quite add up
        elide = Qt.TextElideMode.ElideRight
        parts[longer] = metrics.elidedText(parts[longer], elide, left)
    text = _SEPARATOR.join(parts)
    if wide(text) <= room:
        return text
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)


def _draw_bar(painter: QPainter, axis: Axis, mark: float | None, area: QRectF) -> None:
    """Draw the colours of a heat map with their values, and the mark as a line."""
    bar = QRectF(area.right() + 8, area.top(), BAR_PX, area.height())
    colours = np.ascontiguousarray(style.heat_table()[::-1])
    painter.drawImage(bar, QImage(colours.data, 1, 256, 4, QImage.Format.Format_RGB32))
    metrics = painter.fontMetrics()
    for value, text in axis.ticks:
        y = bar.bottom() - axis.fraction(value) * bar.height()
        painter.setPen(style.colour("fg2"))
        painter.drawText(bar_label(bar, y, metrics.height()), _LEFT, text)
    if mark is not None and axis.low <= mark <= axis.high:
        y = bar.bottom() - axis.fraction(mark) * bar.height()
        painter.setPen(style.pen(style.colour("fg"), 2))
        painter.drawLine(QLineF(bar.left() - 3, y, bar.right() + 2, y))


def bar_label(bar: QRectF, y: float, height: float) -> QRectF:
    """Return where the words of a tick stand: beside it, and never past the bar."""
    top = min(max(y - height / 2, bar.top()), bar.bottom() - height)
    return QRectF(bar.right() + 3, top, 40, height)


class Standing:
    """The picture of the newest chart, drawn again only when it must be."""

    def __init__(self) -> None:
        self._key: object = None
        self._pixmap = QPixmap()

    def pixmap(self, chart: Chart, size: QSize, ratio: float) -> QPixmap:
        """Return the standing parts as a picture."""
        key = (chart, size.toTuple(), ratio, tokens.current().name)
        if key != self._key:
            self._key, self._pixmap = key, picture(chart, size, ratio)
        return self._pixmap
