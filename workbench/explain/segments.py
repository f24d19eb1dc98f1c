"""A few choices beside each other, one of which is down."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_M

HEIGHT_PX = 28


class Segments(QFrame):
    """One control.

    Args:
        choices: Id and words of each.
        label: For screen readers.
    """

    picked = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], label: str) -> None:
        super().__init__()
        polish(self, "segments", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(label)
        self.setFixedHeight(HEIGHT_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        self.buttons: dict[str, QPushButton] = {}
        for name, words in choices:
            button = QPushButton(words)
            polish(button, "segment", value=True)
            button.setCheckable(True)
            bold = QFont(button.font())
            bold.setWeight(QFont.Weight.DemiBold)
            width = QFontMetrics(bold).horizontalAdvance(words)
            button.setFixedSize(width + 2 * SPACE_M, HEIGHT_PX - 2)
            button.clicked.connect(lambda _on=False, n=name: self._on_clicked(n))
            self.buttons[name] = button
            row.addWidget(button)

    def _on_clicked(self, name: str) -> None:
        self.show_picked(name)
        self.picked.emit(name)

    def show_picked(self, name: str) -> None:
        """Put one down, and all others up."""
        for own, button in self.buttons.items():
            button.setChecked(own == name)
