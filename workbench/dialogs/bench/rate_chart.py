"""The test of a learning rate, drawn: loss over rate, yours and the proposed one."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.bench.preflight import RangeTest
from engine.protocol.findings import number
from workbench.theme import fonts, signals
from workbench.theme.tokens import Tokens, current

HEIGHT_PX = 176
_LEFT, _TOP, _RIGHT, _BOTTOM = 48.0, 28.0, 16.0, 40.0
_TICK_PX = 4.0
_BEYOND = 100.0
"""Times below the lowest rate of the test at which yours is drawn at most."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class RateChart(QWidget):
    """A curve with two marks."""

    def __init__(self) -> None:
        super().__init__()
        self._test: RangeTest | None = None
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Be as wide as the dialog."""
        return QSize(320, HEIGHT_PX)

    def show_test(self, test: RangeTest) -> None:
        """Show another test."""
        self._test = test
        words = tr(
            "Loss over learning rate; yours is {present}, proposed is {proposed}",
            present=number(test.present), proposed=number(test.proposed),
        )  # fmt: skip
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes, curve and marks."""
        if self._test is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _Drawing(painter, QRectF(self.rect()), self._test).draw()


class _Drawing:
    """One picture of a test in a rectangle."""

    def __init__(self, painter: QPainter, frame: QRectF, test: RangeTest) -> None:
        self._painter, self._test = painter, test
        self._tokens: Tokens = current()
        self._area = frame.adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        first, last = float(test.rates[0]), float(test.rates[-1])
        self._present = max(test.present, first / _BEYOND)  # zero has no place here
        marks = (self._present, test.proposed)
        lows, highs = (*marks, first), (*marks, last)
        self._low = math.floor(math.log10(min(lows)) + 1e-9)
        self._high = math.ceil(math.log10(max(highs)) - 1e-9)
        best, begun = float(test.losses.min()), float(test.losses[0])
        room = max(begun - best, 1e-9)
        self._bottom, self._top = best - 0.1 * room, begun + 0.4 * room

    def draw(self) -> None:
        """Draw all of it."""
        self._painter.setFont(fonts.ui(fonts.SECONDARY))
        self._axes()
        self._curve()
        present = tr("yours {rate}", rate=number(self._test.present))
        proposed = tr("proposed {rate}", rate=number(self._test.proposed))
        is_same = abs(math.log10(self._present / self._test.proposed)) < 0.05
        if not is_same:
            self._mark(self._present, present, "fg2", above=True)
        self._mark(self._test.proposed, proposed, "ok", above=is_same)

    def _x(self, rate: float) -> float:
        share = (math.log10(rate) - self._low) / max(self._high - self._low, 1)
        return self._area.left() + share * self._area.width()

    def _y(self, loss: float) -> float:
        share = (loss - self._bottom) / (self._top - self._bottom)
        return self._area.bottom() - min(max(share, 0.0), 1.0) * self._area.height()

    def _axes(self) -> None:
        painter, area, tokens = self._painter, self._area, self._tokens
        metrics = QFontMetricsF(painter.font())
        for power in range(self._low, self._high + 1):
            x = self._x(10.0**power)
            painter.setPen(QPen(QColor(tokens.line), 1.0))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            words = f"10{str(power).translate(_RAISED)}"
            box = QRectF(x - 30, area.bottom() + _TICK_PX, 60, metrics.height())
            painter.setPen(QColor(tokens.fg2))
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, words)
        below = QRectF(
            area.left(), area.bottom() + 20, area.width(), metrics.height() + 2
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, tr("learning rate"))
        for loss in (float(self._test.losses[0]), float(self._test.losses.min())):
            y = self._y(loss)
            painter.setPen(QPen(QColor(tokens.line), 1.0))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            box = QRectF(0, y - metrics.height() / 2, _LEFT - 8, metrics.height())
            painter.setPen(QColor(tokens.fg2))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, number(loss))
        head = QRectF(0, 0, _LEFT - 8, metrics.height())
        painter.drawText(head, Qt.AlignmentFlag.AlignRight, tr("loss"))

    def _curve(self) -> None:
        points = [
            QPointF(self._x(float(rate)), self._y(float(loss)))
            for rate, loss in zip(self._test.rates, self._test.losses, strict=True)
        ]
        self._painter.setPen(QPen(QColor(self._tokens.accent), 2.0))
        self._painter.drawPolyline(QPolygonF(points))

    def _mark(self, rate: float, words: str, tint: str, *, above: bool) -> None:
        painter, area = self._painter, self._area
        x, metrics = self._x(rate), QFontMetricsF(painter.font())
        pen = QPen(QColor(self._tokens.colour(tint)), 1.5)
        if tint != "ok":
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        width = metrics.horizontalAdvance(words) + 4
        left = x + 6 if x + 6 + width <= area.right() else x - 6 - width
        top = area.top() - metrics.height() - 4 if above else area.top() + 4
        if above:
            left = min(max(area.left(), x - width / 2), area.right() - width)
        painter.setPen(QColor(self._tokens.text(tint, "bg1")))
        box = QRectF(left, top, width, metrics.height() + 2)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, words)
