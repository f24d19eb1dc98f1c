"""Powers of ten below a logarithmic slider."""

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.layers.spec import Param
from workbench.inspector import values
from workbench.theme.tokens import current

HANDLE_PX = 12
"""Width of a slider's handle, whose middle is the value."""
_FONT_PX, _TICK_PX, _HEIGHT_PX = 11, 3, 17
_APART_PX = 8
_NEAR_ZERO = 0.1
"""Share of a scale that is left to the zero at its start."""
_SMALL = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN_FROM, _PLAIN_TO = 0.01, 100.0


def words(value: float) -> str:
    """Return a power of ten as people write it: `10⁻³`, `0.1`, `1`, `0`."""
    if value == 0 or _PLAIN_FROM <= value <= _PLAIN_TO:
        return f"{value:g}"
    return "10" + str(round(math.log10(value))).translate(_SMALL)


def marks(param: Param) -> list[float]:
    """Return the values that a slider's scale names: its ends, every other power."""
    low, high = values.log_limits(param)
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    powers = [10.0**power for power in range(last, first - 1, -1)]
    kept = [p for i, p in enumerate(powers) if i == 0 or i % 2 == 1]
    if param.min != 0 or param.exclusive_min:
        return kept[::-1]
    beside = [p for p in kept if values.to_slider(param, p) > _NEAR_ZERO]
    return [0.0, *reversed(beside)]


class Ticks(QWidget):
    """The scale of one slider.

    Args:
        param: Has the limits.
    """

    def __init__(self, param: Param) -> None:
        super().__init__()
        self._param = param
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the height of a tick and its words."""
        return QSize(80, _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what has room, from the right."""
        font = QFont(self.font())
        font.setPixelSize(_FONT_PX)
        room = self.width() - HANDLE_PX
        with QPainter(self) as painter:
            painter.setFont(font)
            painter.setPen(QColor(current().fg2))
            free = float(self.width())
            for value in reversed(marks(self._param)):
                x = HANDLE_PX / 2 + values.to_slider(self._param, value) * room
                text = words(value)
                wide = painter.fontMetrics().horizontalAdvance(text)
                left = min(max(0.0, x - wide / 2), self.width() - wide)
                if left + wide > free:
                    continue
                free = left - _APART_PX
                painter.drawLine(round(x), 0, round(x), _TICK_PX)
                area = QRectF(left, _TICK_PX, wide + 1, _HEIGHT_PX - _TICK_PX)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
