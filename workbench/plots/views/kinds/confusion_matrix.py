"""Which class is taken for which: counts, tinted by their share of the row.

Classes that are neither right nor answered have no row and no column.
"""

import bisect

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.messages import View
from workbench.plots.parts import style
from workbench.plots.parts.table import Table
from workbench.plots.views.base import ViewFace, name
from workbench.plots.views.kinds.worst_errors import Cell, WorstErrors
from workbench.theme import tokens
from workbench.theme.text import percent

_TOP, _BOTTOM, _RECALL = 4, 36, 50
_LABEL_PX = 96
_CENTRE = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight
_WIDEST_CELL = 3.2
"""Width of a cell in heights; wider ones would tear the diagonal apart."""
_LEAST_PX, _LEAST_CELL_PX = 180, 22
"""Width that the list of errors leaves to the cells, and to each of them."""
_OPEN = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
_MOVES = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class ConfusionMatrix(ViewFace):
    """Rows are the right classes, columns the answers.

    A click on a cell opens it; so does Enter, once the arrow keys have chosen one.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cursor_cell = (0, 0)
        self._pressed: Cell | None = None
        self._under: Cell | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(tr("Click a cell to see its samples."))

    def prepare(self, view: View) -> None:
        """Compute the shares."""
        self.counts = view.arrays["counts"]
        seen = self.counts.sum(axis=0) + self.counts.sum(axis=1)
        some = np.flatnonzero(seen).tolist()
        self.classes: list[int] = some or list(range(len(self.counts)))
        row, column = (self._place(each) for each in self.cursor_cell)
        self.cursor_cell = (self.classes[row], self.classes[column])
        self.names = view.words.get("classes", ())
        self.worst = WorstErrors(self.counts, self.names)
        total = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        self.shares = self.counts / total

    def _place(self, index: int) -> int:
        """Return at which place a class stands: its own, or the nearest one."""
        return min(bisect.bisect_left(self.classes, index), len(self.classes) - 1)

    def _left(self) -> float:
        return self._label_width() + style.metrics().height() + 14

    def _list_px(self) -> float:
        """Return the width of the list of errors: 0 where the cells need it."""
        room = self.width() - self._left() - _RECALL - 8 - self.worst.width
        least = max(_LEAST_PX, _LEAST_CELL_PX * len(self.classes))
        return self.worst.width if room >= least else 0

    def list_area(self) -> QRectF:
        """Return the rectangle of the errors that are made most."""
        area, wide = self.area(), self._list_px()
        return QRectF(area.right() + _RECALL, area.top(), wide, area.height())

    def area(self) -> QRectF:
        """Return the rectangle of the cells."""
        size = len(self.classes)
        left = self._left()
        width = self.width() - left - _RECALL - 8 - self._list_px()
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
        area, size = self.area(), len(self.classes)
        wide, high = area.width() / size, area.height() / size
        for place, row in enumerate(self.classes):
            for column in self.classes:
                self._draw_cell(painter, self.cell_rect((row, column)), row, column)
            self._draw_row_words(painter, area, place, high)
            self._draw_column_words(painter, area, place, wide)
        if self._list_px():
            self.worst.draw(painter, self.list_area(), self._under)
        if self._under:
            self._draw_frame(painter, self._under, style.pen(style.colour("fg2")))
        if self.hasFocus():
            pen = style.pen(style.colour("accent"), 2)
            self._draw_frame(painter, self.cursor_cell, pen)
        self._draw_axes(painter, area)

    def cell_rect(self, cell: Cell) -> QRectF:
        """Return where a cell is drawn."""
        area, size = self.area(), len(self.classes)
        wide, high = area.width() / size, area.height() / size
        row, column = (self._place(each) for each in cell)
        return QRectF(area.left() + column * wide, area.top() + row * high, wide, high)

    def _draw_frame(self, painter: QPainter, cell: Cell, pen: QPen) -> None:
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.cell_rect(cell).adjusted(0.5, 0.5, -0.5, -0.5))

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
        self, painter: QPainter, area: QRectF, place: int, high: float
    ) -> None:
        metrics, row = painter.fontMetrics(), self.classes[place]
        every = max(int(np.ceil(metrics.height() / high)), 1)
        if place % every:
            return
        middle = area.top() + (place + 0.5) * high
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
        self, painter: QPainter, area: QRectF, place: int, wide: float
    ) -> None:
        metrics = painter.fontMetrics()
        text = name(self.names, self.classes[place])
        every = max(int(np.ceil((metrics.horizontalAdvance("00") + 2) / wide)), 1)
        if place % every:
            return
        left = area.left() + place * wide
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
        said = tr("{share} right of {total}", share=share, total=f"{total:,}")
        absent = int((self.counts.sum(axis=1) == 0).sum())
        if not absent:
            return said
        return f"{said} · {tr('{n:class|classes} without samples', n=absent)}"

    def read(self, position: QPointF) -> str:
        """Return a cell in words."""
        cell = self.cell_at(position)
        return self._said(cell) if cell else ""

    def _said(self, cell: Cell) -> str:
        row, column = cell
        return tr(
            "{right} taken for {answer}: {count} ({share})",
            right=name(self.names, row),
            answer=name(self.names, column),
            count=int(self.counts[row, column]),
            share=percent(float(self.shares[row, column])),
        )

    def cell_at(self, position: QPointF) -> Cell | None:
        """Return right class and answer of the cell or the line at a place."""
        area, size = self.area(), len(self.classes)
        if not area.contains(position):
            listed = self.list_area() if self._list_px() else QRectF()
            return self.worst.cell_at(position, listed)
        x = (position.x() - area.left()) / area.width()
        y = (position.y() - area.top()) / area.height()
        row, column = (min(int(share * size), size - 1) for share in (y, x))
        return self.classes[row], self.classes[column]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Note which cell is pressed."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        can = is_left and self.view is not None
        self._pressed = self.cell_at(event.position()) if can else None
        if self._pressed:
            self.cursor_cell = self._pressed
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the cell that was pressed, if the mouse is still there."""
        pressed, self._pressed = self._pressed, None
        if pressed and pressed == self.cell_at(event.position()):
            self.cell_chosen.emit(*pressed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the cell under the mouse, and mark it."""
        super().mouseMoveEvent(event)
        self._mark(self.cell_at(event.position()) if self.view else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Mark nothing."""
        super().leaveEvent(event)
        self._mark(None)

    def _mark(self, cell: Cell | None) -> None:
        if cell != self._under:
            self._under = cell
            hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
            self.setCursor(hand if cell else arrow)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk over the cells with the arrow keys, open one with Enter or Space."""
        if self.view is None:
            return
        if event.key() in _OPEN:
            self.cell_chosen.emit(*self.cursor_cell)
        elif event.key() in _MOVES:
            last = len(self.classes) - 1
            places = map(self._place, self.cursor_cell)
            moved = zip(places, _MOVES[Qt.Key(event.key())], strict=True)
            row, column = (min(max(place + by, 0), last) for place, by in moved)
            self.cursor_cell = (self.classes[row], self.classes[column])
            self.setAccessibleDescription(self._said(self.cursor_cell))
            self.hovered.emit(self._said(self.cursor_cell))
            self.update()
        else:
            super().keyPressEvent(event)

    def table(self) -> Table:
        """Return the counts, a row a class."""
        names = [name(self.names, index) for index in range(len(self.counts))]
        rows = [[n, *row] for n, row in zip(names, self.counts.tolist(), strict=True)]
        return [tr("Class"), *names], rows


def cell_colour(share: float, *, right: bool) -> QColor:
    """Return the tint of a cell: right answers quiet, wrong ones orange.

    Wrong shares are small in a network that is any good; their root is shown.
    """
    theme = tokens.current()
    if right:
        return QColor(tokens.mix(theme.bg2, theme.forward, 0.3 * share))
    strength = min(0.25 + 0.75 * share**0.5, 1.0) if share else 0.0
    return QColor(tokens.mix(theme.bg2, theme.plus, strength))
