"""Every task over time: rows are tasks, columns evaluations, phases stand above."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.messages import View
from workbench.plots.parts import style
from workbench.plots.parts.switch import Switch
from workbench.plots.parts.table import Cell, Table
from workbench.plots.views.base import ViewFace
from workbench.session.tasks import forgotten
from workbench.theme import tokens
from workbench.theme.text import percent

_PROTOCOL_PX, _GAP, _LABEL_PX, _COLUMN_PX = 30, 12, 150, 60
_TALLEST_PX, _LOWEST_PX, _THINNEST_PX = 72, 18, 3
LEAST_PX = 130
"""Width that the cells keep; with less, fewer columns stand beside them."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_ELIDE = Qt.TextElideMode.ElideRight


class TaskMatrixFace(ViewFace):
    """Shows the tasks that are judged by one protocol; a switch takes the other.

    Attributes:
        masked: Whether only a task's own classes can be the answer.
        values: What is shown, T×E.
        steps: Step of each column.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.masked = False
        self.values: Floats = np.zeros((0, 0))
        self.steps: Ints = np.zeros(0, np.int64)
        self.names: tuple[str, ...] = ()
        self.protocol = Switch([tr("One head"), tr("Masked")], self)
        self.protocol.changed.connect(self._on_chosen)

    def prepare(self, view: View) -> None:
        """Take the tasks of the chosen protocol."""
        masked = view.arrays["masked"].astype(bool)
        is_mixed = bool(masked.any() and not masked.all())
        self.protocol.setVisible(is_mixed)
        if not is_mixed and len(masked):
            self.masked = bool(masked[0])
        rows = np.flatnonzero(masked == self.masked)
        self.values = view.arrays["values"][rows]
        self.steps = view.arrays["steps"]
        self.names = tuple(view.words["tasks"][row] for row in rows)
        self._classes = tuple(view.words["classes"][row] for row in rows)
        self._phases = list(
            zip(view.arrays["begins"].tolist(), view.words["phases"], strict=True)
        )
        height = style.metrics().height()
        rows_px = len(rows) * _LOWEST_PX
        self.setMinimumHeight(round(_PROTOCOL_PX + rows_px + 2 * height + 3 * _GAP))

    def _on_chosen(self, index: int) -> None:
        self.masked = index == 1
        if self.view is not None:
            self.show_view(self.view)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the switch in its corner."""
        super().resizeEvent(event)
        self.protocol.place(self.width() - _GAP, 2)

    def area(self) -> QRectF:
        """Return the rectangle of the cells."""
        height = style.metrics().height()
        left, top = self._label_width() + 2 * _GAP, _PROTOCOL_PX + height + _GAP
        wide = self.width() - left - len(self._beside()) * _COLUMN_PX - _GAP
        room = self.height() - top - height - 2 * _GAP
        high = min(room, _TALLEST_PX * max(len(self.names), 1))
        return QRectF(left, top, max(wide, 40), max(high, 10))

    def _beside(self) -> list[str]:
        """Return the titles of the columns that there is room for."""
        titles = [tr("best"), tr("now"), tr("forgotten")]
        room = self.width() - self._label_width() - 3 * _GAP - LEAST_PX
        return titles if room >= 3 * _COLUMN_PX else titles[2:]

    def _label_width(self) -> float:
        advance = style.metrics().horizontalAdvance
        widest = max((advance(name) for name in self.names), default=0)
        return min(float(np.ceil(widest)) + 2, _LABEL_PX, self.width() / 4)

    def columns(self) -> Ints:
        """Return which evaluations are shown: as many as fit, the last one always."""
        count = len(self.steps)
        fitting = max(int(self.area().width() / _THINNEST_PX), 2)
        if count <= fitting:
            return np.arange(count)
        return np.linspace(0, count - 1, fitting).round().astype(np.int64)

    def draw(self, painter: QPainter) -> None:
        """Draw protocol, phases, cells, steps and what is forgotten."""
        self._draw_protocol(painter)
        if not self.values.size:
            return
        area, columns = self.area(), self.columns()
        for row in range(len(self.names)):
            self._draw_row(painter, area, row, columns)
        self._draw_phases(painter, area, columns)
        self._draw_steps(painter, area, columns)
        self._draw_outcome(painter, area)

    def _draw_protocol(self, painter: QPainter) -> None:
        words = tr("One head: any of the classes can be the answer")
        if self.masked:
            words = tr("Masked: only the task's own classes can be the answer")
        right = self.protocol.x() if self.protocol.isVisible() else self.width()
        box = QRectF(_GAP, 0, right - 2 * _GAP, _PROTOCOL_PX)
        painter.setPen(style.colour("fg2"))
        metrics = painter.fontMetrics()
        text = metrics.elidedText(words, _ELIDE, int(box.width()))
        painter.drawText(box, _LEFT, text)

    def _draw_row(
        self, painter: QPainter, area: QRectF, row: int, columns: Ints
    ) -> None:
        high = area.height() / len(self.names)
        line = QRectF(area.left(), area.top() + row * high, area.width(), high)
        for place in range(len(columns)):
            value = float(self.values[row, columns[place]])
            painter.fillRect(_cell(line, place, len(columns)), cell_colour(value))
        for place in self._told(columns):
            self._draw_number(painter, line, place, columns, row)
        label = QRectF(_GAP, line.top(), self._label_width(), high)
        painter.setPen(style.colour("fg"))
        text = painter.fontMetrics().elidedText(
            self.names[row], _ELIDE, int(label.width())
        )
        painter.drawText(label, _RIGHT, text)

    def _told(self, columns: Ints) -> list[int]:
        """Return the places whose numbers are written: the last of each phase."""
        begins = [place for place, _ in self._borders(columns)]
        return [*(place - 1 for place in begins if place > 0), len(columns) - 1]

    def _draw_number(
        self, painter: QPainter, line: QRectF, place: int, columns: Ints, row: int
    ) -> None:
        value = float(self.values[row, columns[place]])
        if not np.isfinite(value):
            return
        cell = _cell(line, place, len(columns))
        before = [other for other in self._told(columns) if other < place]
        start = _cell(line, before[-1], len(columns)).right() if before else line.left()
        if (
            painter.fontMetrics().horizontalAdvance(percent(value))
            > cell.right() - start
        ):
            return  # it would stand in another number
        box = QRectF(cell.right() - 60, line.top(), 60 - 4, line.height())
        ink = tokens.readable(tokens.current().fg, cell_colour(value).name(), 4.5)
        width = painter.fontMetrics().horizontalAdvance(percent(value)) + 8
        back = QRectF(cell.right() - width, line.top(), width, line.height())
        painter.fillRect(back.adjusted(0, 1, -1, -1), cell_colour(value))
        painter.setPen(QColor(ink))
        painter.drawText(box, _RIGHT, percent(value))

    def _borders(self, columns: Ints) -> list[tuple[int, str]]:
        """Return the first place of each phase that has an evaluation, and its name."""
        shown = self.steps[columns]
        places = [int(np.searchsorted(shown, first)) for first, _ in self._phases]
        pairs = zip(places, self._phases, strict=True)
        return [(place, name) for place, (_, name) in pairs if place < len(shown)]

    def _draw_phases(self, painter: QPainter, area: QRectF, columns: Ints) -> None:
        borders = self._borders(columns)
        ends = [*(place for place, _ in borders), len(columns)][1:]
        height, metrics = style.metrics().height(), painter.fontMetrics()
        for (place, name), end in zip(borders, ends, strict=True):
            left = _cell(area, place, len(columns)).left()
            right = _cell(area, end - 1, len(columns)).right()
            box = QRectF(left + 4, area.top() - height - 4, right - left - 8, height)
            painter.setPen(style.colour("fg2"))
            painter.drawText(
                box, _CENTRE, metrics.elidedText(name, _ELIDE, int(box.width()))
            )
            if place:
                painter.setPen(style.pen(style.colour("fg"), 2))
                painter.drawLine(
                    QPointF(left, area.top() - height - 4), QPointF(left, area.bottom())
                )

    def _draw_steps(self, painter: QPainter, area: QRectF, columns: Ints) -> None:
        painter.setPen(style.colour("fg2"))
        height, free = style.metrics().height(), float(self.width())
        for place in sorted(set(self._told(columns)), reverse=True):
            right = _cell(area, place, len(columns)).right()
            words = tr("step {step}", step=f"{int(self.steps[columns[place]]):,}")
            wide = painter.fontMetrics().horizontalAdvance(words)
            if right > free:
                continue
            free = right - wide - _GAP / 2
            box = QRectF(right - wide - 1, area.bottom() + 4, wide + 1, height)
            painter.drawText(box, _RIGHT, words)

    def _draw_outcome(self, painter: QPainter, area: QRectF) -> None:
        """Draw best, last and lost beside each row."""
        best, lost = np.fmax.reduce(self.values, axis=1), forgotten(self.values)
        titles = self._beside()
        height, high = style.metrics().height(), area.height() / len(self.names)
        for column, title in enumerate(titles):
            left = area.right() + column * _COLUMN_PX
            painter.setPen(style.colour("fg2"))
            head = QRectF(left, area.top() - height - 4, _COLUMN_PX - 2, height)
            painter.drawText(head, _RIGHT, title)
            for row in range(len(self.names)):
                numbers = (best[row], self.values[row, -1], lost[row])[-len(titles) :]
                box = QRectF(left, area.top() + row * high, _COLUMN_PX - 2, high)
                is_bad = column == len(titles) - 1 and lost[row] >= 0.1
                painter.setPen(style.colour("err" if is_bad else "fg"))
                painter.drawText(box, _RIGHT, _words(float(numbers[column])))

    def summary(self) -> str:
        """Return protocol and mean of the tasks as they are now."""
        if not self.values.size:
            return ""
        words = tr("masked") if self.masked else tr("one head")
        now = self.values[:, -1]
        mean = _words(float(now.mean()))
        return f"{words}  ·  {tr('mean of the tasks {share}', share=mean)}"

    def read(self, position: QPointF) -> str:
        """Return a cell in words."""
        area = self.area()
        if not self.values.size or not area.contains(position):
            return ""
        columns = self.columns()
        x = (position.x() - area.left()) / area.width()
        y = (position.y() - area.top()) / area.height()
        place = min(int(x * len(columns)), len(columns) - 1)
        row = min(int(y * len(self.names)), len(self.names) - 1)
        step = int(self.steps[columns[place]])
        value = _words(float(self.values[row, columns[place]]))
        phases = [name for first, name in self._phases if first <= step]
        parts = (self.names[row], tr("step {step}", step=f"{step:,}"), *phases[-1:])
        return f"{', '.join(parts)}: {value}"

    def table(self) -> Table:
        """Return every value, a row a task, with best, last and forgotten."""
        header = [tr("Task"), tr("Classes"), *map(str, self.steps.tolist())]
        header += [tr("best"), tr("now"), tr("forgotten")]
        best, lost = np.fmax.reduce(self.values, axis=1), forgotten(self.values)
        rows: list[list[Cell]] = [
            [name, classes, *values, float(most), values[-1], float(gone)]
            for name, classes, values, most, gone in zip(
                self.names, self._classes, self.values.tolist(), best, lost, strict=True
            )
        ]
        return header, rows


def _cell(line: QRectF, place: int, count: int) -> QRectF:
    """Return one cell; edges lie on whole pixels, so that no gap shines through."""
    left = round(line.left() + line.width() * place / count)
    right = round(line.left() + line.width() * (place + 1) / count)
    return QRectF(left, line.top() + 1, right - left, line.height() - 2)


def cell_colour(value: float) -> QColor:
    """Return the tint of a share; a missing one has the panel's colour."""
    theme = tokens.current()
    if not np.isfinite(value):
        return QColor(theme.bg1)
    strength = 0.85 * min(max(value, 0.0), 1.0)
    return QColor(tokens.mix(theme.bg3, theme.series[0], strength))


def _words(value: float) -> str:
    return percent(value) if np.isfinite(value) else "–"
