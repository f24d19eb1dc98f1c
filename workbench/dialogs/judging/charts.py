"""Small charts of a report: lines, bars and points over two axes.

Coordinates: x to the right and y upwards over the given ranges.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench import theme
from workbench.theme import fonts, text

_LEFT, _BELOW, _TOP, _RIGHT, _SIDE = 44, 36, 8, 12, 216
_LEGEND_PX, _MOST_NAMES = 16, 10
Pairs = Sequence[tuple[float, float]]
Range = tuple[float, float]
_CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
_BESIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_START = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Drawn:
    """What a chart shows.

    Args:
        title: What it is about, for those who hear it.
        axes: Words below and beside it.
        x: Range of the bottom axis.
        y: Range of the left axis.
        lines: Name and points of each.
        bars: Left edge, right edge and height of each.
        points: Of a cloud.
        has_diagonal: The line where both are equal.
    """

    title: str
    axes: tuple[str, str]
    x: Range = (0.0, 1.0)
    y: Range = (0.0, 1.0)
    lines: Sequence[tuple[str, Pairs]] = ()
    bars: Sequence[tuple[float, float, float]] = ()
    points: Pairs = field(default=())
    has_diagonal: bool = False


class SmallChart(QWidget):
    """One chart.

    Args:
        drawn: What it shows.
    """

    def __init__(self, drawn: Drawn) -> None:
        super().__init__()
        self.drawn = drawn
        self.setAccessibleName(drawn.title)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return room for axes and names."""
        lines = self.drawn.lines if len(self.drawn.lines) > 1 else ()
        rows = (min(len(lines), _MOST_NAMES) + 1) // 2
        height = _TOP + _SIDE + _BELOW + rows * _LEGEND_PX
        return QSize(_LEFT + _SIDE + _RIGHT, height)

    def minimumSizeHint(self) -> QSize:
        """Return the same: it is never squeezed."""
        return self.sizeHint()

    def _place(self, x: float, y: float) -> QPointF:
        (x0, x1), (y0, y1) = self.drawn.x, self.drawn.y
        across, up = (x - x0) / (x1 - x0), (y - y0) / (y1 - y0)
        return QPointF(_LEFT + _SIDE * across, _TOP + _SIDE * (1 - up))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes, then what is on them."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.ui(fonts.AXIS))
            self._axes(painter)
            self._content(painter)
            if len(self.drawn.lines) > 1:
                self._names(painter)

    def _axes(self, painter: QPainter) -> None:
        now = theme.current()
        (x0, x1), (y0, y1) = self.drawn.x, self.drawn.y
        for share in (0.0, 0.5, 1.0):
            x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
            place = self._place(x, y)
            painter.setPen(QPen(QColor(now.line), 1))
            painter.drawLine(
                QPointF(_LEFT, place.y()), QPointF(_LEFT + _SIDE, place.y())
            )
            painter.setPen(QColor(now.fg2))
            beside = QRectF(0, place.y() - 8, _LEFT - 6, 16)
            painter.drawText(beside, _BESIDE, _tick(y))
            below = QRectF(place.x() - 30, _TOP + _SIDE + 4, 60, 14)
            painter.drawText(below, _CENTRE, _tick(x))
        under = QRectF(_LEFT, _TOP + _SIDE + 18, _SIDE, 16)
        painter.drawText(under, _CENTRE, " · ".join(self.drawn.axes))

    def _content(self, painter: QPainter) -> None:
        now, drawn = theme.current(), self.drawn
        if drawn.has_diagonal:
            painter.setPen(QPen(QColor(now.fg3), 1, Qt.PenStyle.DashLine))
            low, high = (self._place(drawn.x[n], drawn.y[n]) for n in (0, 1))
            painter.drawLine(low, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.series[0]))
        for left, right, height in drawn.bars:
            corner, foot = self._place(left, height), self._place(right, drawn.y[0])
            painter.drawRect(QRectF(corner, foot).adjusted(0.5, 0, -0.5, 0))
        tint = QColor(now.series[0])
        tint.setAlphaF(0.5)
        painter.setBrush(tint)
        for x, y in drawn.points:
            painter.drawEllipse(self._place(x, y), 2, 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index, (_, points) in enumerate(drawn.lines[:_MOST_NAMES]):
            painter.setPen(QPen(_tint(index), 1.8))
            painter.drawPolyline(QPolygonF([self._place(*pair) for pair in points]))

    def _names(self, painter: QPainter) -> None:
        """Draw the names of the lines in two columns."""
        now = theme.current()
        for index, (name, _) in enumerate(self.drawn.lines[:_MOST_NAMES]):
            row, column = divmod(index, 2)
            left = _LEFT + column * _SIDE / 2
            top = _TOP + _SIDE + _BELOW + row * _LEGEND_PX
            painter.fillRect(QRectF(left, top + 5, 8, 8), _tint(index))
            painter.setPen(QColor(now.fg2))
            room = QRectF(left + 12, top, _SIDE / 2 - 16, _LEGEND_PX)
            cut = painter.fontMetrics().elidedText(
                text.word(name), Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, _START, cut)


def _tint(index: int) -> QColor:
    series = theme.current().series
    tint = QColor(series[index % len(series)])
    return (
        tint if index < len(series) else tint.darker(100 + 30 * (index // len(series)))
    )


def _tick(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


class Confusion(QWidget):
    """Labels (rows) against answers (columns): mistakes are coloured, by their row.

    Args:
        names: Of the classes.
        table: How often each was answered by each.
    """

    def __init__(self, names: Sequence[str], table: Sequence[Sequence[int]]) -> None:
        super().__init__()
        self.names, self.table = names, table
        self._cell = 30 if len(names) <= 12 else max(12, 360 // len(names))
        self._name_px = min(120, 12 + max(map(len, names), default=1) * 7)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return room for all cells and names."""
        side = self._cell * len(self.names)
        return QSize(self._name_px + max(side, 120) + 8, side + 2 * 20)

    def minimumSizeHint(self) -> QSize:
        """Return the same: no cell is squeezed."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw names, then cells."""
        now, cell, left = theme.current(), self._cell, self._name_px
        with QPainter(self) as painter:
            painter.setFont(fonts.ui(fonts.AXIS))
            metrics = painter.fontMetrics()
            for row, (name, counts) in enumerate(
                zip(self.names, self.table, strict=True)
            ):
                painter.setPen(QColor(now.fg2))
                where = QRectF(0, 20 + row * cell, left - 6, cell)
                elide = Qt.TextElideMode.ElideRight
                cut = metrics.elidedText(text.word(name), elide, left - 8)
                painter.drawText(where, _BESIDE, cut)
                head = QRectF(left + row * cell, 0, cell, 18)
                short = metrics.elidedText(text.word(name), elide, cell - 2)
                painter.drawText(head, Qt.AlignmentFlag.AlignCenter, short)
                self._row(painter, row, counts)

    def _row(self, painter: QPainter, row: int, counts: Sequence[int]) -> None:
        now, cell = theme.current(), self._cell
        whole = max(1, sum(counts))
        for column, count in enumerate(counts):
            box = QRectF(self._name_px + column * cell, 20 + row * cell, cell, cell)
            tint = QColor(now.series[0] if row == column else now.err)
            tint.setAlphaF(min(0.85, count / whole * (0.55 if row == column else 2)))
            painter.fillRect(box.adjusted(1, 1, -1, -1), QColor(now.bg2))
            painter.fillRect(box.adjusted(1, 1, -1, -1), tint)
            if count and cell >= 20:
                painter.setPen(QColor(now.fg))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{count}")
