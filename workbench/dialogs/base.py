"""What the dialogs share."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.dialogs.help.topics import FIRST
from workbench.dialogs.help.window import HelpWindow
from workbench.theme.guarded import guarded
from workbench.theme.label import Label
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S


class Dialog(QDialog):
    """A window with a title, a column of widgets and a row of buttons.

    Args:
        title: Of the window, translated.
        parent: The window in front of which it opens.

    Attributes:
        topic: The page of the help that F1 opens.
    """

    topic = FIRST

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

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the lines need: Qt reckons with them as if they were short."""
        super().showEvent(event)
        layout = self.layout()
        needed = layout.totalHeightForWidth(self.width()) if layout else 0
        if needed > self.height():
            self.resize(self.width(), needed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the help on F1: the menus' key isn't heard here."""
        if event.key() == Qt.Key.Key_F1:
            self._show_help()
        else:
            super().keyPressEvent(event)

    def _show_help(self) -> None:
        # A window of its own: that of the main window waits for a modal dialog too.
        help_window = self.findChild(HelpWindow) or HelpWindow(self)
        help_window.open_at(self.topic)

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
