"""A number of a finding drawn beside its limit, and which side is the fault."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.findings import Evidence, number
from workbench.theme import fonts, signals
from workbench.theme.text import tip
from workbench.theme.tokens import current

HEIGHT_PX = 34
_SIDE, _LINE_Y, _LINE_PX, _DOT_PX = 6.0, 9.0, 6.0, 5.0
_MARGIN, _DECADES = 0.12, 1.0
"""Room at both ends, and so many powers of ten apart the axis is logarithmic."""
_BAD_ALPHA = 110


class EvidencePlot(QWidget):
    """A line with the fault's side in orange, a tick at the limit, a dot at the value.

    Args:
        evidence: What is drawn.
    """

    def __init__(self, evidence: Evidence) -> None:
        super().__init__()
        self.evidence = evidence
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        words = tr(
            "{what}: {value}, the fault begins at {limit}",
            what=evidence.what,
            value=number(evidence.value),
            limit=number(evidence.limit),
        )
        self.setAccessibleName(words)
        self.setToolTip(tip(words))
        signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Be as wide as the card."""
        return QSize(160, HEIGHT_PX)

    def shares(self) -> tuple[float, float]:
        """Return where value and limit stand, 0 at the left and 1 at the right."""
        evidence = self.evidence
        value, limit = _placed(evidence.value, evidence.limit)
        low, high = sorted((value, limit))
        room = (high - low) or abs(high) or 1.0
        span = (1 + 2 * _MARGIN) * room
        start = low - _MARGIN * room
        return (value - start) / span, (limit - start) / span

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw line, limit and value."""
        theme = current()
        value, limit = self.shares()
        width = self.width() - 2 * _SIDE
        at, edge = _SIDE + value * width, _SIDE + limit * width
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            top = _LINE_Y - _LINE_PX / 2
            painter.setBrush(QColor(theme.bg3))
            painter.drawRoundedRect(QRectF(_SIDE, top, width, _LINE_PX), 3, 3)
            bad = QColor(theme.warn)
            bad.setAlpha(_BAD_ALPHA)
            painter.setBrush(bad)
            is_above = self.evidence.comparison == "≥"
            left, right = (edge, _SIDE + width) if is_above else (_SIDE, edge)
            painter.drawRoundedRect(QRectF(left, top, right - left, _LINE_PX), 3, 3)
            painter.setPen(QPen(QColor(theme.fg2), 2.0))
            painter.drawLine(QPointF(edge, top - 3), QPointF(edge, top + _LINE_PX + 3))
            painter.setPen(QPen(QColor(theme.bg1), 1.5))
            painter.setBrush(QColor(theme.warn))
            painter.drawEllipse(QPointF(at, _LINE_Y), _DOT_PX, _DOT_PX)
            self._draw_words(painter, at, edge)

    def _draw_words(self, painter: QPainter, at: float, edge: float) -> None:
        """Write value and limit under their marks, beside each other."""
        painter.setFont(fonts.ui(fonts.AXIS))
        metrics = QFontMetricsF(painter.font())
        value = number(self.evidence.value)
        limit = tr("limit {value}", value=number(self.evidence.limit))
        wide = metrics.horizontalAdvance(value), metrics.horizontalAdvance(limit)
        xs = [at - wide[0] / 2, edge - wide[1] / 2]
        first = 0 if at <= edge else 1
        last = 1 - first
        xs[last] = min(xs[last], self.width() - wide[last] - 1)
        xs[first] = max(min(xs[first], xs[last] - wide[first] - 10), 0.0)
        xs[last] = max(xs[last], xs[first] + wide[first] + 10)
        theme, y = current(), _LINE_Y + 10 + metrics.ascent()
        painter.setPen(QColor(theme.text(theme.warn, "bg1")))
        painter.drawText(QPointF(xs[0], y), value)
        painter.setPen(QColor(theme.fg2))
        painter.drawText(QPointF(xs[1], y), limit)


def _placed(value: float, limit: float) -> tuple[float, float]:
    """Return two numbers as they stand on an axis: their logarithms when far apart."""
    if not math.isfinite(value):
        beyond = 3 * abs(limit) or 1.0
        return limit + math.copysign(beyond, 1.0 if math.isnan(value) else value), limit
    if value > 0 and limit > 0:
        logs = math.log10(value), math.log10(limit)
        if abs(logs[0] - logs[1]) >= _DECADES:
            return logs
    return value, limit
