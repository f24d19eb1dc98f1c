"""The parts of a painted plot that stand still: axes, grid, names of rows.

They are drawn into a pixmap once for each size, range and theme.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QImage, QPainter, QPixmap

from workbench.plots.parts import style
from workbench.plots.parts.ranges import Ticks
from workbench.theme import tokens

HEADER_PX, BOTTOM_PX, PAD_PX, BAR_PX = 28, 38, 8, 8
BELOW_PX, ENOUGH_PX = 28, 170
"""Height of the colours under a chart, and of a panel that has room for them."""
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
class Bar:
    """The colours of a heat map with their values.

    Args:
        ticks: Share of the colours, 0 to 1, and words.
        colours: Returns 256 of them, as 0xffRRGGBB.
        label: Quantity.
        is_below: It lies under the chart, not at its right.
    """

    ticks: Ticks
    colours: Callable[[], npt.NDArray[np.uint32]]
    label: str = ""
    is_below: bool = False


@dataclass(frozen=True)
class Chart:
    """What stands still.

    Args:
        x: Bottom axis.
        rows: Share of the height from the top, and words at the left.
        y_label: Quantity and unit of the left axis, if it has one.
        grid_rows: Draw a line at each row.
        bar: Values of the colours of a heat map, shown as a bar.
        right_px: Room at the right.
        right_label: What stands there.
        grid_x: Draw a line at each tick of the bottom axis.
    """

    x: Axis
    rows: tuple[tuple[float, str], ...] = ()
    y_label: str = ""
    grid_rows: bool = False
    bar: Bar | None = None
    right_px: int = 14
    right_label: str = ""
    grid_x: bool = False

    def area(self, size: QSize) -> QRectF:
        """Return the rectangle of the data in a widget of this size."""
        font = style.tick_font()
        metrics = QFontMetricsF(font)
        widest = _widest(tuple(text for _, text in self.rows), font.key())
        left = min(widest, LARGEST_LABEL_PX) + 2 * PAD_PX
        left += metrics.height() if self.y_label else 0
        has_side = self.bar is not None and not self.bar.is_below
        right = 54 if has_side else self.right_px
        height = size.height() - HEADER_PX - BOTTOM_PX
        height -= BELOW_PX if self.has_bar_below(size) else 0
        return QRectF(
            left, HEADER_PX, max(size.width() - left - right, 1), max(height, 1)
        )

    def has_bar_below(self, size: QSize) -> bool:
        """Return whether the colours are told under the chart: if there is room."""
        return bool(self.bar and self.bar.is_below and size.height() > ENOUGH_PX)


@lru_cache(maxsize=64)
def _widest(texts: tuple[str, ...], _font: str) -> float:
    """Return the width of the widest of all names of rows in the font of the ticks.

    It is wanted several times a frame, and a network may have hundreds of layers.
    """
    metrics = QFontMetricsF(style.tick_font())
    return max(map(metrics.horizontalAdvance, texts), default=0.0)


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
    _draw_x(painter, chart, area)
    _draw_rows(painter, chart, area)
    if chart.bar is not None and not chart.bar.is_below:
        _draw_bar(painter, chart.bar, area)
    elif chart.bar is not None and chart.has_bar_below(size):
        _draw_bar_below(painter, chart.bar, area)
    if chart.right_label:
        painter.setPen(style.colour("fg2"))
        box = QRectF(area.right() + 5, area.bottom() + 3, chart.right_px - 10, 16)
        painter.drawText(box, _RIGHT, chart.right_label)
    painter.setPen(style.pen(style.colour("line")))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.drawLine(area.topLeft(), area.bottomLeft())


def _draw_x(painter: QPainter, chart: Chart, area: QRectF) -> None:
    axis, metrics = chart.x, painter.fontMetrics()
    for value, text in thinned(axis, area.width(), metrics):
        x = area.left() + axis.fraction(value) * area.width()
        if chart.grid_x:
            painter.setPen(style.grid_pen())
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.setPen(style.colour("fg2"))
        box = QRectF(x - 40, area.bottom() + 4, 80, metrics.height())
        painter.drawText(box, _ABOVE, text)
    painter.setPen(style.colour("fg2"))
    below = area.bottom() + 4 + metrics.height() + 1
    box = QRectF(area.left(), below, area.width(), metrics.height())
    text = metrics.elidedText(axis.label, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, _ABOVE, text)


def thinned(axis: Axis, width: float, metrics: QFontMetrics) -> Ticks:
    """Return the ticks that fit, each second, third … one: the axis stays even."""
    ticks = axis.ticks
    if len(ticks) < 2:
        return ticks
    step = ticks[1][0] - ticks[0][0]
    apart = step / (axis.high - axis.low) * width
    widest = max(metrics.horizontalAdvance(text) for _, text in ticks) + PAD_PX
    every = max(math.ceil(widest / max(apart, 1e-9)), 1)
    every = next((n for n in (1, 2, 3, 5, 10, 20, 50) if n >= every), every)
    return tuple(tick for tick in ticks if round(tick[0] / step) % every == 0)


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


def _draw_bar(painter: QPainter, bar: Bar, area: QRectF) -> None:
    """Draw the colours of a heat map with their values at its right."""
    place = QRectF(area.right() + 8, area.top(), BAR_PX, area.height())
    colours = np.ascontiguousarray(bar.colours()[::-1])
    image = QImage(colours.data, 1, 256, 4, QImage.Format.Format_RGB32)
    painter.drawImage(place, image)
    metrics = painter.fontMetrics()
    painter.setPen(style.colour("fg2"))
    for share, text in bar.ticks:
        y = place.bottom() - share * place.height()
        painter.drawText(bar_label(place, y, metrics.height()), _LEFT, text)


def _draw_bar_below(painter: QPainter, bar: Bar, area: QRectF) -> None:
    """Draw the colours of a heat map with their values under its axis."""
    metrics = painter.fontMetrics()
    top = area.bottom() + 2 * metrics.height() + 9
    place = QRectF(area.left(), top, area.width(), 6)
    colours = np.ascontiguousarray(bar.colours())
    image = QImage(colours.data, 256, 1, 4 * 256, QImage.Format.Format_RGB32)
    painter.drawImage(place, image)
    painter.setPen(style.colour("fg2"))
    side = QRectF(place.right() + 8, top - 5, 80, 16)
    painter.drawText(side, _LEFT, bar.label)
    free = -1e9
    for share, text in bar.ticks:
        wide = metrics.horizontalAdvance(text)
        left = place.left() + share * place.width() - share * wide
        if left < free:
            continue
        free = left + wide + PAD_PX
        painter.drawText(QRectF(left, top + 7, wide + 2, metrics.height()), _LEFT, text)


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
