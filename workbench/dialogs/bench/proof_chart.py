"""Two curves over the steps: before a cure, and with it."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.findings import number
from workbench.theme import fonts, signals
from workbench.theme.tokens import current

HEIGHT_PX = 220
_LEFT, _TOP, _RIGHT, _BOTTOM = 56.0, 30.0, 16.0, 40.0
_TINTS = ("warn", "ok")
_LINES = 4
Points = Sequence[tuple[float, float]]


class ProofChart(QWidget):
    """Draws what was evaluated so far; both curves have the same axes."""

    def __init__(self) -> None:
        super().__init__()
        self.curves: list[list[tuple[float, float]]] = [[], []]
        self.last, self.name = 1, ""
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Expanding)
        self.setMinimumHeight(HEIGHT_PX)
        signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Be as wide as the dialog."""
        return QSize(480, HEIGHT_PX)

    def clear(self) -> None:
        """Forget both curves."""
        self.curves = [[], []]
        self.update()

    def show_curve(self, which: int, points: Points, last: int, name: str) -> None:
        """Show a curve as far as it is.

        Args:
            which: 0 before the cure, 1 with it.
            points: Step and value.
            last: Steps of the whole training.
            name: Of the value.
        """
        self.curves[which] = [(s, v) for s, v in points if math.isfinite(v)]
        self.last, self.name = max(last, 1), name
        ends = [f"{curve[-1][1]:.4g}" if curve else "–" for curve in self.curves]
        words = tr("before {a}, with the cure {b}", a=ends[0], b=ends[1])
        self.setAccessibleName(f"{name}: {words}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes, curves and their names."""
        area = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        values = [value for curve in self.curves for _, value in curve]
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        room = (high - low) or abs(high) or 1.0
        low, high = low - 0.06 * room, high + 0.06 * room
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.ui(fonts.AXIS))
            self._draw_axes(painter, area, (low, high))
            for which, curve in enumerate(self.curves):
                self._draw_curve(painter, area, (low, high), which, curve)

    def _draw_axes(
        self, painter: QPainter, area: QRectF, span: tuple[float, float]
    ) -> None:
        theme, metrics = current(), QFontMetricsF(painter.font())
        for index in range(_LINES + 1):
            share = index / _LINES
            y = area.bottom() - share * area.height()
            painter.setPen(QPen(QColor(theme.line), 1.0))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            words = number(span[0] + share * (span[1] - span[0]))
            painter.setPen(QColor(theme.fg2))
            box = QRectF(0, y - metrics.height() / 2, area.left() - 8, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, words)
        below = area.bottom() + 4
        ends = ((area.left(), "0"), (area.right(), f"{self.last:,}"))
        for x, words in ends:
            width = metrics.horizontalAdvance(words) + 2
            left = min(x - width / 2, self.width() - width)
            painter.drawText(QPointF(left, below + metrics.ascent()), words)
        box = QRectF(area.left(), below, area.width(), metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, tr("step"))

    def _draw_curve(
        self,
        painter: QPainter,
        area: QRectF,
        span: tuple[float, float],
        which: int,
        curve: Points,
    ) -> None:
        theme, metrics = current(), QFontMetricsF(painter.font())
        tint = QColor(theme.colour(_TINTS[which]))
        words = (tr("without the cure"), tr("with the cure"))[which]
        x = area.left() + which * 140
        painter.setPen(QPen(tint, 3.0))
        y = _TOP / 2
        painter.drawLine(QPointF(x, y), QPointF(x + 18, y))
        painter.setPen(QColor(theme.fg))
        painter.drawText(QPointF(x + 24, y + metrics.ascent() / 2 - 1), words)
        if not curve:
            return
        places = QPolygonF(
            [
                QPointF(
                    area.left() + step / self.last * area.width(),
                    area.bottom() - (v - span[0]) / (span[1] - span[0]) * area.height(),
                )
                for step, v in curve
            ]
        )
        painter.setPen(QPen(tint, 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(places)
        painter.setBrush(tint)
        painter.drawEllipse(places.at(places.size() - 1), 3.0, 3.0)
