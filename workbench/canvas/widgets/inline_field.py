"""One line to type in, right on the canvas."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from workbench.canvas.stage import Stage

_WIDTH_PX = 220


class InlineField(QLineEdit):
    """A line over the canvas: Enter takes the words, Esc gives up.

    Args:
        stage: The canvas.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.viewport())
        self._stage = stage
        self._take: Callable[[str], object] = lambda _text: None
        self.setObjectName("inlineField")
        self.hide()
        self.installEventFilter(self)

    def ask(
        self,
        place: QPointF,
        words: str,
        take: Callable[[str], object],
        label: str = "",
    ) -> None:
        """Open at a scene point.

        Args:
            place: Of the top left corner.
            words: Selected in the line.
            take: Gets the words that were entered.
            label: For screen readers, and shown while the line is empty.
        """
        self._take = take
        self.setAccessibleName(label)
        self.setPlaceholderText(label)
        self.setText(words)
        height = self.sizeHint().height()
        rect = self._stage.viewport().rect().adjusted(8, 8, -8, -8)
        spot = self._stage.camera.to_pixel(place)
        x = max(rect.left(), min(spot.x(), rect.right() - _WIDTH_PX))
        y = max(rect.top(), min(spot.y(), rect.bottom() - height))
        self.setGeometry(x, y, _WIDTH_PX, height)
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus()

    def close_line(self) -> None:
        """Give up."""
        if self.isVisible():
            self.hide()
            self._stage.take_focus()

    def accept_line(self) -> None:
        """Take the words."""
        take, words = self._take, self.text().strip()
        self.close_line()
        if words:
            take(words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take with Enter; give up with Esc, or when the focus goes elsewhere."""
        if isinstance(event, QKeyEvent) and event.key() in _DONE:
            if event.type() == QEvent.Type.KeyPress:
                _DONE[event.key()](self)
            event.accept()
            return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        return super().eventFilter(watched, event)


_DONE: dict[int, Callable[[InlineField], None]] = {
    Qt.Key.Key_Escape: InlineField.close_line,
    Qt.Key.Key_Return: InlineField.accept_line,
    Qt.Key.Key_Enter: InlineField.accept_line,
}
