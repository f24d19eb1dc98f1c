"""The course of a number of a finding over the steps, with the limit as a line."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.findings import Evidence, number
from workbench.theme import fonts, signals
from workbench.theme.tokens import current

HEIGHT_PX = 92
_SIDE, _TOP, _BOTTOM = 6.0, 16.0, 16.0
_ROOM, _DECADES = 0.12, 1.0
"""Room above and below, and so many powers of ten apart the axis is logarithmic."""
_BAD_ALPHA = 46


class CoursePlot(QWidget):
    """A curve over the steps, the fault's side tinted, and when it was told.

    Args:
        evidence: What is drawn; it has a course.
        told_at: Step at which the finding was told.
    """

    def __init__(self, evidence: Evidence, told_at: int) -> None:
        super().__init__()
        self.evidence, self.told_at = evidence, told_at
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        words = tr(
            "{what}: {value}, the fault begins at {limit}; told at step {step}",
            what=evidence.what,
            value=number(evidence.value),
            limit=number(evidence.limit),
            step=f"{told_at:,}",
        )
        self.setAccessibleName(words)
        self.setToolTip(words)
        signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Be as wide as the card."""
        return QSize(160, HEIGHT_PX)

    @property
    def is_log(self) -> bool:
        """Whether the axis has powers of ten: all is above 0 and far apart."""
        values = [*(y for _, y in self.evidence.course), self.evidence.limit]
        low, high = min(values), max(values)
        return low > 0 and math.log10(high / low) >= _DECADES

    def placed(self, step: float, value: float) -> QPointF:
        """Return where a number of a step stands."""
        steps = [s for s, _ in self.evidence.course]
        first, last = steps[0], max(steps[-1], self.told_at)
        low, high = self._span()
        width, height = self.width() - 2 * _SIDE, HEIGHT_PX - _TOP - _BOTTOM
        across = (step - first) / ((last - first) or 1)
        up = (self._scaled(value) - low) / (high - low)
        return QPointF(_SIDE + across * width, _TOP + (1 - up) * height)

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.is_log else value

    def _span(self) -> tuple[float, float]:
        known = [*(y for _, y in self.evidence.course), self.evidence.limit]
        values = [self._scaled(value) for value in known]
        low, high = min(values), max(values)
        room = _ROOM * ((high - low) or abs(high) or 1.0)
        return low - room, high + room

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the limit, the curve, and the step at which it was told."""
        theme, course = current(), self.evidence.course
        area = QRectF(_SIDE, _TOP, self.width() - 2 * _SIDE, HEIGHT_PX - _TOP - _BOTTOM)
        edge = self.placed(course[0][0], self.evidence.limit).y()
        is_above = self.evidence.comparison == "≥"
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(area, QColor(theme.bg3))
            bad = QColor(theme.warn)
            bad.setAlpha(_BAD_ALPHA)
            top, bottom = (area.top(), edge) if is_above else (edge, area.bottom())
            painter.fillRect(QRectF(area.left(), top, area.width(), bottom - top), bad)
            painter.setPen(QPen(QColor(theme.fg2), 1.0, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), edge), QPointF(area.right(), edge))
            told = self.placed(max(self.told_at, course[0][0]), self.evidence.limit).x()
            painter.setPen(QPen(QColor(theme.fg2), 1.0))
            painter.drawLine(QPointF(told, area.top()), QPointF(told, area.bottom()))
            painter.setPen(QPen(QColor(theme.warn), 1.8))
            painter.drawPolyline(QPolygonF([self.placed(*each) for each in course]))
            painter.setBrush(QColor(theme.warn))
            painter.setPen(QPen(QColor(theme.bg1), 1.5))
            painter.drawEllipse(self.placed(*course[-1]), 3.5, 3.5)
            self._draw_words(painter, area, told)

    def _draw_words(self, painter: QPainter, area: QRectF, told: float) -> None:
        """Write value and limit above, the steps below."""
        theme, evidence = current(), self.evidence
        painter.setFont(fonts.ui(fonts.AXIS))
        metrics = QFontMetricsF(painter.font())
        above, below = _TOP - 4, area.bottom() + metrics.ascent() + 2
        painter.setPen(QColor(theme.text(theme.warn, "bg1")))
        painter.drawText(QPointF(area.left(), above), number(evidence.value))
        painter.setPen(QColor(theme.fg2))
        limit = tr("limit {value}", value=number(evidence.limit))
        right = area.right() - metrics.horizontalAdvance(limit)
        painter.drawText(QPointF(right, above), limit)
        first = f"{evidence.course[0][0]:,}"
        painter.drawText(QPointF(area.left(), below), first)
        words = tr("told at step {step}", step=f"{self.told_at:,}")
        wide = metrics.horizontalAdvance(words)
        least = area.left() + metrics.horizontalAdvance(first) + 8
        at = max(least, min(told - wide / 2, area.right() - wide))
        painter.drawText(QPointF(at, below), words)
