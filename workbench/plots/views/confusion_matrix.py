"""Which class is taken for which: counts, tinted by their share of the row."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from engine.i18n import tr
from engine.protocol.frame import View
from workbench.plots import style
from workbench.plots.panel import Table
from workbench.plots.views.base import ViewFace, name, percent
from workbench.theme import tokens

_TOP, _BOTTOM, _RECALL = 4, 36, 50
_LABEL_PX = 96
_CENTRE = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight
_WIDEST_CELL = 3.2
"""Width of a cell in heights; wider ones would tear the diagonal apart."""


class ConfusionMatrix(ViewFace):
    """Rows are the right classes, columns the answers."""

    def prepare(self, view: View) -> None:
        """Compute the shares."""
        self.counts = view.arrays["counts"]
        self.names = view.words.get("classes", ())
        total = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        self.shares = self.counts / total

    def area(self) -> QRectF:
        """Return the rectangle of the cells."""
        size = len(self.counts)
        left = self._label_width() + style.metrics().height() + 14
        width = self.width() - left - _RECALL - 8
        height = self.height() - _TOP - _BOTTOM
        cell = max(height / size, 4)
        wide = min(max(width, 20), cell * size * _WIDEST_CELL)
        left += max((width - wide) / 2, 0)
        return QRectF(left, _TOP, wide, max(height, 20))

    def _label_width(self) -> float:
        metrics = style.metrics()
        widest = max(
            (metrics.horizontalAdvance(text) for text in self.names), default=0
        )
        return min(widest, _LABEL_PX)

    def draw(self, painter: QPainter) -> None:
        """Draw cells, names and the share of right answers per class."""
        area, size = self.area(), len(self.counts)
        wide, high = area.width() / size, area.height() / size
        for row in range(size):
            for column in range(size):
                cell = QRectF(
                    area.left() + column * wide, area.top() + row * high, wide, high
                )
                self._draw_cell(painter, cell, row, column)
            self._draw_row_words(painter, area, row, high)
            self._draw_column_words(painter, area, row, wide)
        self._draw_axes(painter, area)

    def _draw_cell(
        self, painter: QPainter, cell: QRectF, row: int, column: int
    ) -> None:
        count, share = int(self.counts[row, column]), float(self.shares[row, column])
        fill = cell_colour(share, right=row == column)
        gap = 0.5 if min(cell.width(), cell.height()) < 14 else 1.0
        painter.fillRect(cell.adjusted(gap, gap, -gap, -gap), fill)
        room = painter.fontMetrics().horizontalAdvance(str(count)) + 2
        if not count or cell.height() < 11 or cell.width() < room:
            return
        ink = tokens.readable(tokens.current().fg, fill.name(), 4.5)
        painter.setPen(QColor(ink))
        painter.drawText(cell, _CENTRE, str(count))

    def _draw_row_words(
        self, painter: QPainter, area: QRectF, row: int, high: float
    ) -> None:
        metrics = painter.fontMetrics()
        every = max(int(np.ceil(metrics.height() / high)), 1)
        if row % every:
            return
        middle = area.top() + (row + 0.5) * high
        height = metrics.height()
        box = QRectF(
            area.left() - _LABEL_PX - 6, middle - height / 2, _LABEL_PX, height
        )
        painter.setPen(style.colour("fg2"))
        text = metrics.elidedText(name(self.names, row), _ELIDE, _LABEL_PX)
        painter.drawText(box, _RIGHT, text)
        if self.counts[row].sum():
            box = QRectF(area.right() + 4, middle - height / 2, _RECALL - 4, height)
            painter.setPen(style.colour("fg"))
            painter.drawText(box, _RIGHT, percent(float(self.shares[row, row])))

    def _draw_column_words(
        self, painter: QPainter, area: QRectF, column: int, wide: float
    ) -> None:
        metrics = painter.fontMetrics()
        text = name(self.names, column)
        every = max(int(np.ceil((metrics.horizontalAdvance("00") + 2) / wide)), 1)
        if column % every:
            return
        left = area.left() + column * wide
        box = QRectF(left, area.bottom() + 2, wide * every, metrics.height())
        painter.setPen(style.colour("fg2"))
        fitting = metrics.elidedText(text, _ELIDE, int(wide * every) - 2)
        painter.drawText(box, _CENTRE, fitting)

    def _draw_axes(self, painter: QPainter, area: QRectF) -> None:
        height = painter.fontMetrics().height()
        painter.setPen(style.colour("fg2"))
        below = QRectF(area.left(), area.bottom() + 2 + height, area.width(), height)
        painter.drawText(below, _CENTRE, tr("predicted"))
        right = QRectF(area.right() + 4, below.top(), _RECALL - 4, height)
        painter.drawText(right, _RIGHT, tr("right"))
        painter.save()
        painter.translate(
            area.left() - self._label_width() - height - 10, area.bottom()
        )
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, area.height(), height), _CENTRE, tr("true class"))
        painter.restore()

    def summary(self) -> str:
        """Return the share of right answers of all samples."""
        total = int(self.counts.sum())
        if not total:
            return ""
        share = percent(float(self.counts.trace()) / total)
        return tr("{share} right of {total}", share=share, total=f"{total:,}")

    def read(self, position: QPointF) -> str:
        """Return a cell in words."""
        area, size = self.area(), len(self.counts)
        if not area.contains(position):
            return ""
        x = (position.x() - area.left()) / area.width()
        y = (position.y() - area.top()) / area.height()
        row, column = min(int(y * size), size - 1), min(int(x * size), size - 1)
        return tr(
            "{right} taken for {answer}: {count} ({share})",
            right=name(self.names, row),
            answer=name(self.names, column),
            count=int(self.counts[row, column]),
            share=percent(float(self.shares[row, column])),
        )

    def table(self) -> Table:
        """Return the counts, a row a class."""
        names = [name(self.names, index) for index in range(len(self.counts))]
        rows = [[n, *row] for n, row in zip(names, self.counts.tolist(), strict=True)]
        return [tr("Class"), *names], rows


def cell_colour(share: float, *, right: bool) -> QColor:
    """Return the tint of a cell: right answers in one colour, wrong ones in another.

    Wrong shares are small in a network that is any good; their root is shown.
    """
    theme = tokens.current()
    strength = 0.75 * share if right else 0.85 * share**0.5
    return QColor(tokens.mix(theme.bg2, theme.series[0 if right else 1], strength))
