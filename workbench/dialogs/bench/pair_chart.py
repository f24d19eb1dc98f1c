"""Scores of two projects, seed by seed: a dot each, pairs joined, means marked."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.findings import number
from workbench.theme import fonts, signals
from workbench.theme.tokens import current

HEIGHT_PX = 128
_LEFT, _RIGHT, _ROWS = 32.0, 24.0, (28.0, 72.0)
_DOT_PX, _MARK_PX, _AXIS_PX = 4.5, 11.0, 96.0
Pairs = list[tuple[float, float]]


class PairChart(QWidget):
    """Two rows of dots, A above B."""

    def __init__(self) -> None:
        super().__init__()
        self.first: list[float] = []
        self.second: list[float] = []
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Be as wide as the dialog."""
        return QSize(320, HEIGHT_PX)

    def show_scores(self, first: list[float], second: list[float]) -> None:
        """Show other scores; the longer list has one that waits for its pair."""
        self.first, self.second = first, second
        values = ", ".join(f"A {a:.4g} B {b:.4g}" for a, b in self._pairs)
        self.setAccessibleName(tr("Scores of each seed: {values}", values=values))
        self.update()

    @property
    def _pairs(self) -> Pairs:
        return list(zip(self.first, self.second, strict=False))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw lines, dots, means and the axis."""
        values = [v for v in (*self.first, *self.second) if math.isfinite(v)]
        if not values:
            return
        low, high = min(values), max(values)
        room = (high - low) or abs(high) or 1.0
        span = (low - 0.08 * room, high + 0.08 * room)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.ui(fonts.SECONDARY))
            self._draw_axis(painter, span, (low, high))
            self._draw_pairs(painter, span)
            for row, scores in enumerate((self.first, self.second)):
                self._draw_row(painter, span, row, scores)

    def _x(self, value: float, span: tuple[float, float]) -> float:
        share = (value - span[0]) / (span[1] - span[0])
        return _LEFT + share * (self.width() - _LEFT - _RIGHT)

    def _draw_axis(
        self,
        painter: QPainter,
        span: tuple[float, float],
        ends: tuple[float, float],
    ) -> None:
        tokens, metrics = current(), QFontMetricsF(painter.font())
        painter.setPen(QPen(QColor(tokens.line), 1.0))
        for y in _ROWS:
            painter.drawLine(QPointF(_LEFT, y), QPointF(self.width() - _RIGHT, y))
        painter.setPen(QColor(tokens.fg2))
        for value in dict.fromkeys(ends):
            words, x = number(value), self._x(value, span)
            width = metrics.horizontalAdvance(words) + 2
            left = min(max(0.0, x - width / 2), self.width() - width)
            box = QRectF(left, _AXIS_PX, width, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, words)

    def _draw_pairs(self, painter: QPainter, span: tuple[float, float]) -> None:
        painter.setPen(QPen(QColor(current().edge), 1.0))
        for a, b in self._pairs:
            if math.isfinite(a) and math.isfinite(b):
                ends = (
                    QPointF(self._x(a, span), _ROWS[0]),
                    QPointF(self._x(b, span), _ROWS[1]),
                )
                painter.drawLine(*ends)

    def _draw_row(
        self,
        painter: QPainter,
        span: tuple[float, float],
        row: int,
        scores: list[float],
    ) -> None:
        tokens, y = current(), _ROWS[row]
        tint = QColor(tokens.series[row])
        metrics = QFontMetricsF(fonts.ui(weight=fonts.SEMIBOLD))
        painter.save()
        painter.setFont(fonts.ui(weight=fonts.SEMIBOLD))
        painter.setPen(QColor(tokens.text(tokens.series[row], "bg1")))
        box = QRectF(0, y - metrics.height() / 2, 24, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, "AB"[row])
        painter.restore()
        finite = [value for value in scores if math.isfinite(value)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        for value in finite:
            painter.drawEllipse(QPointF(self._x(value, span), y), _DOT_PX, _DOT_PX)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if finite:
            x = self._x(sum(finite) / len(finite), span)
            painter.setPen(QPen(QColor(tokens.fg), 2.5))
            painter.drawLine(QPointF(x, y - _MARK_PX), QPointF(x, y + _MARK_PX))
