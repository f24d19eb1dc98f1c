"""A line with quiet words at its right end: a unit, or what a number comes to."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent

from workbench.theme.label import Label
from workbench.theme.line import Line
from workbench.theme.style import polish

_EDGE_PX = 10


class UnitLine(Line):
    """Words at the right, for which the text leaves room.

    Attributes:
        unit: The words.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unit = Label()
        self.unit.setParent(self)
        self.unit.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.unit.hide()
        polish(self.unit, "role", "unit")

    def show_unit(self, words: str) -> None:
        """Show these words; none leave the line whole."""
        self.unit.setText(words)
        self.unit.setVisible(bool(words))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the words at the end."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        width = self.unit.sizeHint().width() if not self.unit.isHidden() else 0
        self.setTextMargins(0, 0, width, 0)
        left = self.width() - width - _EDGE_PX
        self.unit.setGeometry(left, 0, width, self.height())
