"""What a window shows that nobody has opened anything in.

It gives way to canvas and panels as soon as something is opened, drawn or asked for.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.tokens import SPACE_M, SPACE_S, SPACE_XL

if TYPE_CHECKING:
    from workbench.app.window import MainWindow
    from workbench.dialogs.gallery import Gallery


class StartPage(QWidget):
    """The gallery, and the ways past it.

    Args:
        window: Whose canvas it hides.
        stack: Holds the canvas; gets this page.
    """

    def __init__(self, window: "MainWindow", stack: QStackedWidget) -> None:
        super().__init__()
        self._window, self._stack = window, stack
        self.setProperty("panel", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.gallery: Gallery | None = None
        box = self._box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_M, 0)
        box.setSpacing(SPACE_M)
        box.addLayout(self._head())
        box.addStretch(1)
        stack.addWidget(self)
        stack.setCurrentWidget(self)
        self._put_away = window.docks.put_away()
        window.start_page = self
        window.painted.connect(self.begin)
        window.document.replaced.connect(self.leave)
        window.document.changed.connect(self.leave)
        window.session.state_changed.connect(self._on_state)

    def begin(self) -> None:
        """Show the gallery; after the first paint, which need not wait for it."""
        from workbench.dialogs.gallery import Gallery  # noqa: PLC0415 - see above

        if self.gallery is not None or self._window.start_page is not self:
            return
        self.gallery = Gallery()
        self.gallery.chosen.connect(self._window.files.open_preset)
        self.gallery.train_wanted.connect(self._window.files.train_preset)
        self._box.removeItem(self._box.itemAt(1))
        self._box.addWidget(self.gallery, 1)
        self.gallery.search.setFocus()

    def _head(self) -> QHBoxLayout:
        """Return title, and the ways past the gallery."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, SPACE_M, 0)
        row.setSpacing(SPACE_S)
        words = QVBoxLayout()
        words.setSpacing(2)
        title = Label(tr("What would you like to train?"))
        title.setProperty("role", "title")
        more = Label(
            tr("Every network trains offline on this computer; its canvas shows how.")
        )
        more.setProperty("role", "secondary")
        words.addWidget(title)
        words.addWidget(more)
        row.addLayout(words, 1)
        self.empty = self._button(tr("Empty canvas"), "new")
        self.empty.clicked.connect(self.leave)
        self.file = self._button(tr("Open a file…"), "open")
        self.file.clicked.connect(self._window.files.open)
        row.addWidget(self.empty, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.file, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    def _button(self, words: str, icon: str) -> QPushButton:
        button = QPushButton(words)
        icons.bind(button, icon, "fg2")
        return button

    def leave(self, _edits: object = None) -> None:
        """Show the canvas; this page does not come back."""
        canvas = self._window.canvas
        if self._stack.currentWidget() is not self:
            return
        self._stack.setCurrentWidget(canvas)
        self._stack.removeWidget(self)
        self._window.start_page = None
        self._window.docks.bring_back(self._put_away)
        layout = self._window.settings.window("state")
        if layout.isEmpty() or not self._window.docks.restore(layout):
            self._window.docks.resize()
        canvas.setFocus()
        self.hide()
        QTimer.singleShot(0, self, self.deleteLater)

    def _on_state(self, _state: str) -> None:
        if self._window.session.active:
            self.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give way to the canvas on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
