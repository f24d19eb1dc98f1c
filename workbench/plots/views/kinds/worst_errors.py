"""The errors that a classifier makes most, as a short list beside its matrix."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from engine.i18n import tr
from engine.protocol.arrays import Ints
from workbench.plots.parts import style
from workbench.plots.views.base import name

Cell = tuple[int, int]
"""The right class and the answer."""
MOST = 8
"""Errors that are told."""
WIDE_PX = 116
_AIR, _LINE, _BEFORE_COUNT = 16, 4, 16
"""Left of the list; between its lines; between words and count, px."""
_ARROW = " → "
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class WorstErrors:
    """Lines such as `5 → 6  12`: a 5 was taken for a 6 twelve times.

    Args:
        counts: Rows are the right classes, columns the answers (C, C).
        names: Of the classes.
    """

    def __init__(self, counts: Ints, names: tuple[str, ...]) -> None:
        wrong = counts * (1 - np.eye(len(counts), dtype=counts.dtype))
        order = np.argsort(-wrong, axis=None, kind="stable")[:MOST]
        cells = (divmod(int(place), len(counts)) for place in order)
        self._names = names
        self.cells = [cell for cell in cells if wrong[cell]]
        self._counts = [int(wrong[cell]) for cell in self.cells]

    @property
    def width(self) -> int:
        """How wide the list is, with the air at its left; 0 without errors."""
        if not self.cells:
            return 0
        metrics = style.metrics()
        lines = (
            f"{name(self._names, right)}{_ARROW}{name(self._names, answer)}{count:,}"
            for (right, answer), count in zip(self.cells, self._counts, strict=True)
        )
        widest = max(map(metrics.horizontalAdvance, lines)) + _BEFORE_COUNT
        least = metrics.horizontalAdvance(tr("most errors"))
        return round(min(max(widest, least), WIDE_PX)) + _AIR

    def lines(self, area: QRectF) -> list[QRectF]:
        """Return where each error stands; as many as there is room for, below a head.

        Args:
            area: Of the list, with the air at its left.
        """
        high = style.metrics().height() + _LINE
        fitting = max(int(area.height() // high) - 1, 0)
        box = area.adjusted(_AIR, 0, 0, 0)
        tops = (box.top() + (i + 1) * high for i in range(len(self.cells[:fitting])))
        return [QRectF(box.left(), top, box.width(), high) for top in tops]

    def cell_at(self, place: QPointF, area: QRectF) -> Cell | None:
        """Return the error whose line is at a place."""
        for cell, line in zip(self.cells, self.lines(area), strict=False):
            if line.contains(place):
                return cell
        return None

    def draw(self, painter: QPainter, area: QRectF, under: Cell | None) -> None:
        """Draw the head and the lines; `under`: the cell below the mouse."""
        lines = self.lines(area)
        if not lines:
            return
        metrics = style.metrics()
        painter.setPen(style.colour("fg2"))
        head = lines[0].translated(0, -lines[0].height())
        painter.drawText(head, _LEFT, tr("most errors"))
        for line, cell, count in zip(lines, self.cells, self._counts, strict=False):
            if cell == under:
                painter.fillRect(line.adjusted(-4, 0, 4, 0), style.colour("bg3"))
            number = f"{count:,}"
            room = line.width() - metrics.horizontalAdvance(number) - _BEFORE_COUNT / 2
            painter.setPen(style.colour("fg"))
            painter.drawText(line, _LEFT, self._words(cell, metrics, room))
            painter.setPen(style.ink("plus"))
            painter.drawText(line, _RIGHT, number)

    def _words(self, cell: Cell, metrics: QFontMetricsF, room: float) -> str:
        each = (room - metrics.horizontalAdvance(_ARROW)) / 2
        elide = Qt.TextElideMode.ElideRight
        right, answer = (name(self._names, index) for index in cell)
        spare = max(each - metrics.horizontalAdvance(right), 0)
        one = metrics.elidedText(right, elide, each)
        return f"{one}{_ARROW}{metrics.elidedText(answer, elide, each + spare)}"
