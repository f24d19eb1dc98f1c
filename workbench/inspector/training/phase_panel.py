"""Holds the form of a phase beside a bar in its colour."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.theme import signals
from workbench.theme.tokens import SPACE_M, SPACE_S, current

_BAR_PX = 3


class PhasePanel(QWidget):
    """A column of widgets; with a colour it is set apart as one phase's."""

    def __init__(self) -> None:
        super().__init__()
        self._index = -1
        self.box = QVBoxLayout(self)
        self.box.setSpacing(SPACE_S)
        self.show_colour(-1)
        signals.changed.connect(self.update)

    def show_colour(self, index: int) -> None:
        """Take the colour of a phase, or with -1 none."""
        self._index = index
        self.box.setContentsMargins(SPACE_M if index >= 0 else 0, 0, 0, 0)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar."""
        if self._index < 0:
            return
        series = current().series
        with QPainter(self) as painter:
            colour = QColor(series[self._index % len(series)])
            painter.fillRect(0, 0, _BAR_PX, self.height(), colour)
