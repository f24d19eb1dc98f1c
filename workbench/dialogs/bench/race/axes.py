"""A logarithmic axis of losses, and what the two charts of the race share."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.theme import fonts
from workbench.theme.text import power_of_ten
from workbench.theme.tokens import current

_DEEPEST = 1e-9
"""Of the largest loss: what is lower lies on the ground, so that the rest has room."""
LEFT_PX, TOP_PX, FOOT_PX = 56.0, 26.0, 34.0
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LossAxis(NamedTuple):
    """From the lowest loss that is drawn to the highest, both above 0."""

    low: float
    high: float

    def y(self, loss: float, plot: QRectF) -> float:
        """Return where a loss stands."""
        kept = min(max(loss, self.low), self.high)
        share = math.log(kept / self.low) / math.log(self.high / self.low)
        return plot.bottom() - share * plot.height()

    @property
    def ticks(self) -> list[float]:
        """Powers of ten in between, five at most."""
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        every = max(1, math.ceil((last - first + 1) / 5))
        return [10.0**power for power in range(first, last + 1, every)]


def axis(losses: Iterable[float]) -> LossAxis | None:
    """Return an axis for losses; None where none is a number above 0."""
    known = [loss for loss in losses if math.isfinite(loss) and loss > 0]
    if not known:
        return None
    high = max(known) * 1.2
    low = max(min(known), high * _DEEPEST)
    return LossAxis(min(low / 1.2, high / 10), high)


def draw_frame(painter: QPainter, plot: QRectF, title: str, found: LossAxis) -> None:
    """Draw a title, lines at powers of ten, and their numbers."""
    tokens = current()
    painter.setFont(fonts.ui(fonts.SECONDARY, fonts.SEMIBOLD))
    painter.setPen(QColor(tokens.fg))
    painter.drawText(QPointF(0, fonts.SECONDARY), title)
    painter.setFont(fonts.ui(fonts.AXIS))
    for loss in found.ticks:
        y = found.y(loss, plot)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(QColor(tokens.fg2))
        box = QRectF(0, y - 8, plot.left() - 6, 16)
        painter.drawText(box, _RIGHT, power_of_ten(round(math.log10(loss))))
    painter.setPen(QPen(QColor(tokens.edge), 1))
    painter.drawLine(plot.bottomLeft(), plot.bottomRight())


def draw_foot(
    painter: QPainter, plot: QRectF, ends: tuple[str, str], name: str
) -> None:
    """Write what stands below a plot: both ends and what is counted."""
    painter.setFont(fonts.ui(fonts.AXIS))
    painter.setPen(QColor(current().fg2))
    foot = QRectF(plot.left(), plot.bottom() + 4, plot.width(), 16)
    flags = Qt.AlignmentFlag
    painter.drawText(foot, flags.AlignLeft, ends[0])
    painter.drawText(foot, flags.AlignRight, ends[1])
    painter.drawText(foot, flags.AlignHCenter, name)
