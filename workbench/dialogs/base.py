"""What the dialogs share."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.theme.label import Label
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S


class Dialog(QDialog):
    """A window with a title, a column of widgets and a row of buttons.

    Args:
        title: Of the window, translated.
        parent: The window in front of which it opens.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        outer.setSpacing(SPACE_M)
        self.box = QVBoxLayout()
        self.box.setSpacing(SPACE_S)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE_S)
        self._buttons.addStretch(1)
        outer.addLayout(self.box, 1)
        outer.addLayout(self._buttons)

    def add_button(self, text: str, *, accent: bool = False) -> QPushButton:
        """Add a button on the right and return it."""
        button = QPushButton(text)
        button.setProperty("accent", accent)
        button.setAutoDefault(accent)
        button.setDefault(accent)
        self._buttons.addWidget(button)
        return button

    def add_text(self, text: str, role: str = "text") -> Label:
        """Add a paragraph and return it."""
        label = Label(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setProperty("role", role)
        self.box.addWidget(label)
        return label
