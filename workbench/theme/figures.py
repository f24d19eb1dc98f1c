"""Figures with their names: a name, quiet, and its value, which is read first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.theme import fonts
from workbench.theme.tokens import SPACE_L, current

_GAP = 5.0
"""Between a name and its value."""
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True)
class Figure:
    """One value.

    Args:
        label: What it is; empty where the value says so.
        value: In print.
        tint: Token or `#rrggbb` of the value.
    """

    label: str
    value: str
    tint: str = "fg"

    @property
    def words(self) -> str:
        """Both, as they are read."""
        return " ".join(part for part in (self.label, self.value) if part)


class Figures(QWidget):
    """Figures beside each other; those at the end give way where room is short.

    A label asks for another layout of the whole window with each text; this only
    paints, as values change many times a second.

    Args:
        ground: Token of what is behind; values read on it.
        parent: Qt's owner.
    """

    def __init__(self, ground: str = "bg1", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground = ground
        self.figures: tuple[Figure, ...] = ()
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def words(self) -> str:
        """All that is said, as it is read."""
        return " · ".join(figure.words for figure in self.figures)

    def say(self, figures: Sequence[Figure]) -> None:
        """Show other figures."""
        if tuple(figures) != self.figures:
            self.figures = tuple(figures)
            self.setAccessibleName(self.words)
            self.update()

    def sizeHint(self) -> QSize:
        """Ask for no more than a little: what is left over is theirs."""
        return QSize(40, math.ceil(QFontMetricsF(fonts.ui()).height()))

    def minimumSizeHint(self) -> QSize:
        """Allow a narrow panel to cut them off."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits, whole figures only."""
        plain, strong = fonts.ui(fonts.SECONDARY), fonts.ui(weight=fonts.SEMIBOLD)
        wide, wider = QFontMetricsF(plain), QFontMetricsF(strong)
        theme, x = current(), 0.0
        with QPainter(self) as painter:
            for figure in self.figures:
                label = wide.horizontalAdvance(figure.label)
                label += _GAP if figure.label and figure.value else 0
                whole = label + wider.horizontalAdvance(figure.value)
                if x + whole > self.width():
                    return
                painter.setFont(plain)
                painter.setPen(QColor(theme.fg2))
                self._write(painter, x, figure.label)
                painter.setFont(strong)
                painter.setPen(QColor(theme.text(figure.tint, self._ground)))
                self._write(painter, x + label, figure.value)
                x += whole + SPACE_L

    def _write(self, painter: QPainter, x: float, words: str) -> None:
        place = QPointF(x, 0)
        painter.drawText(
            QRectF(place, QRectF(self.rect()).bottomRight()), _MIDDLE, words
        )
