"""The curves of several runs over each other: one value, over steps, epochs or time."""

import math
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.past_runs import ComparedRun, Comparison, CurveTitle
from workbench import theme
from workbench.plots.panels import export
from workbench.plots.parts import chart, style
from workbench.plots.parts.chart import Axis, Chart
from workbench.plots.parts.ranges import log_ticks, ticks, whole_ticks
from workbench.plots.parts.table import Cell, Table
from workbench.theme import fonts
from workbench.theme.menu import Menu
from workbench.theme.text import figure, word

AXES = ("step", "epoch", "time")
"""What curves stand over."""
_RIGHT_PX, _LINE_PX, _APART_PX = 196, 1.8, 18


class Line(NamedTuple):
    """A curve as it is drawn.

    Args:
        number: Of its run, from 0: its letter and colour.
        x: Places (K,) on the axis.
        y: Values (K,).
    """

    number: int
    x: Floats
    y: Floats


def letter(index: int) -> str:
    """Return the letter of a run: A, B, C and so on."""
    return chr(ord("A") + index)


def places(run: ComparedRun, steps: Floats, axis: str) -> Floats:
    """Return where steps stand on an axis; none where it doesn't know.

    Time is told as if every step had taken as long as any other.

    Args:
        run: Whose steps they are.
        steps: (K,).
        axis: One of `AXES`.
    """
    if axis == "epoch":
        each = 1 / run.steps_per_epoch if run.steps_per_epoch else math.nan
    elif axis == "time":
        each = run.summary.took_s / run.last_step if run.last_step else math.nan
    else:
        each = 1.0
    return steps * each if math.isfinite(each) else np.empty(0)


class Overlay(export.Plot):
    """Draws one value of all runs; the mouse reads it.

    Attributes:
        hidden: Indices of runs that are not drawn.
    """

    file_stem = "comparison"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 200)
        self.setAccessibleName(tr("Curves of the runs"))
        self._runs: tuple[ComparedRun, ...] = ()
        self._title = CurveTitle("", "")
        self.axis, self.is_log = "step", False
        self.hidden: set[int] = set()
        self._pointed: float | None = None
        theme.signals.changed.connect(self.update)

    def show_runs(self, told: Comparison, title: CurveTitle) -> None:
        """Draw a value of runs."""
        self._runs, self._title = told.runs, title
        self.update()

    def lines(self) -> list[Line]:
        """Return the curves that are drawn, on the axis that is chosen."""
        found = []
        for index, run in enumerate(self._runs):
            curve = run.curves.get(self._title.name)
            if curve is None or index in self.hidden:
                continue
            x, y = places(run, curve[0], self.axis), curve[1]
            if not len(x):
                continue
            kept = y > 0 if self.is_log else np.isfinite(y)
            if kept.any():
                found.append(Line(index, x[kept], y[kept]))
        return found

    def read(self, place: float) -> list[tuple[int, float, float]]:
        """Return run, place and value of the point of each curve nearest to a place."""
        found = []
        for line in self.lines():
            at = int(np.abs(line.x - place).argmin())
            found.append((line.number, float(line.x[at]), float(line.y[at])))
        return found

    def _scaled(self, y: Floats) -> Floats:
        return np.log10(y) if self.is_log else y

    def _chart(self, lines: list[Line]) -> Chart:
        high = max((float(line.x[-1]) for line in lines), default=1.0) or 1.0
        values = [self._scaled(line.y) for line in lines]
        low = min((float(y.min()) for y in values), default=0.0)
        top = max((float(y.max()) for y in values), default=1.0)
        room = 0.06 * (top - low) or 0.5
        low, top = low - room, top + room
        marks = (log_ticks if self.is_log else ticks)(low, top, 6)
        rows = tuple((1 - (value - low) / (top - low), text) for value, text in marks)
        words = {
            "epoch": tr("epoch"),
            "time": tr("seconds, evenly over the steps"),
        }.get(self.axis, tr("step"))
        self._low, self._top = low, top
        counted = whole_ticks if self.axis == "step" else ticks
        across = Axis(0.0, high, counted(0.0, high, 8), words)
        return Chart(
            across, rows, self._title.words, grid_rows=True, right_px=_RIGHT_PX
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw everything; it costs a millisecond for each curve."""
        with QPainter(self) as painter:
            self.draw_vector(painter)

    def draw_vector(self, painter: QPainter) -> None:
        """Draw with lines and text that scale."""
        lines = self.lines()
        still = self._chart(lines)
        chart.draw(painter, still, self.size())
        if not lines:
            self._draw_nothing(painter)
            return
        area = still.area(self.size())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in lines:
            painter.setPen(style.pen(style.series(line.number), _LINE_PX))
            painter.drawPolyline(self._polygon(line, still, area))
        self._draw_names(painter, lines, area)
        if self._pointed is not None:
            self._draw_cursor(painter, still, area)

    def _draw_nothing(self, painter: QPainter) -> None:
        painter.setPen(style.colour("fg2"))
        painter.setFont(fonts.ui())
        words = tr("None of these runs has recorded this.")
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)

    def _polygon(self, line: Line, still: Chart, area: QRectF) -> QPolygonF:
        x = area.left() + line.x / still.x.high * area.width()
        y = area.bottom() - self._share(line.y) * area.height()
        return QPolygonF(
            [QPointF(*pair) for pair in zip(x.tolist(), y.tolist(), strict=True)]
        )

    def _share(self, y: Floats) -> Floats:
        share: Floats = (self._scaled(y) - self._low) / (self._top - self._low)
        return share

    def _draw_names(self, painter: QPainter, lines: list[Line], area: QRectF) -> None:
        """Write letter and last value at the right, one below the other."""
        shares = [float(self._share(line.y[-1:])[0]) for line in lines]
        ends = [
            (area.bottom() - share * area.height(), line)
            for share, line in zip(shares, lines, strict=True)
        ]
        free = area.top() - _APART_PX
        below = len(ends) * _APART_PX
        for y, line in sorted(ends, key=lambda end: end[0]):
            below -= _APART_PX
            top = min(max(y, free + _APART_PX), area.bottom() - below)
            free = top
            run = self._runs[line.number].summary
            box = QRectF(area.right() + 8, top - 9, _RIGHT_PX - 12, 18)
            painter.setFont(fonts.ui(fonts.SECONDARY, fonts.SEMIBOLD))
            painter.setPen(style.series(line.number))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, letter(line.number))
            painter.setFont(fonts.ui(fonts.SECONDARY))
            painter.setPen(style.colour("fg2"))
            words = f"{figure(float(line.y[-1]))}  {word(run.heading, 60)}"
            rest = box.adjusted(16, 0, 0, 0)
            shown = painter.fontMetrics().elidedText(
                words, Qt.TextElideMode.ElideRight, int(rest.width())
            )
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, shown)

    def _draw_cursor(self, painter: QPainter, still: Chart, area: QRectF) -> None:
        """Draw a line where the mouse is, and what each curve is there."""
        place = self._pointed
        assert place is not None
        x = area.left() + place / still.x.high * area.width()
        painter.setPen(style.pen(style.colour("fg")))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        words = [f"{self._place_words(place)}"]
        words += [f"{letter(i)}  {figure(value)}" for i, _, value in self.read(place)]
        painter.setFont(fonts.ui(fonts.SECONDARY))
        metrics = painter.fontMetrics()
        wide = max(map(metrics.horizontalAdvance, words)) + 16
        high = len(words) * 18 + 8
        left = x + 8 if x + 8 + wide < area.right() else x - 8 - wide
        box = QRectF(left, area.top() + 4, wide, high)
        painter.setPen(style.pen(style.colour("edge")))
        painter.setBrush(style.colour("bg2"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(style.colour("fg"))
        for row, line in enumerate(words):
            text = QRectF(box.left() + 8, box.top() + 4 + 18 * row, wide - 16, 18)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, line)

    def _place_words(self, place: float) -> str:
        if self.axis == "step":
            return tr("step {step}", step=round(place))
        if self.axis == "epoch":
            return tr("epoch {n}", n=f"{place:.1f}")
        return tr("{s} s", s=f"{place:.1f}")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the curves where the mouse is."""
        still = self._chart(self.lines())
        area = still.area(self.size())
        share = (event.position().x() - area.left()) / area.width()
        self._pointed = share * still.x.high if 0 <= share <= 1 else None
        self.update()

    def leaveEvent(self, event: object) -> None:
        """Read nothing more."""
        self._pointed = None
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer picture and numbers."""
        menu = Menu(parent=self)
        export.add_actions(menu, self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def table(self) -> Table:
        """Return every point that is drawn."""
        rows: list[list[Cell]] = []
        for line in self.lines():
            run = self._runs[line.number].summary
            for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True):
                rows.append([run.run, run.heading, x, y])
        return ["run", "name", self.axis, self._title.words], rows
