"""Fields: a line whose undo key is the document's once it counts, and a number."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QSpinBox

INDENT_PX = 6
"""In front of the digits of a number; Qt's style sheets forget it there."""
_KINDS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)


class Line(QLineEdit):
    """A line that edits the document.

    While something is typed that does not count yet, undo and redo are the line's
    own, as everywhere. Once it counts, their keys are left to the window's actions.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_typed = False
        self.textEdited.connect(self._on_edited)
        self.editingFinished.connect(self._settle)

    def setText(self, text: str | None) -> None:
        """Show a text that counts already."""
        super().setText(text or "")
        self._settle()

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the window, unless something is typed."""
        if isinstance(event, QKeyEvent) and event.type() in _KINDS:
            undoes = event.matches(QKeySequence.StandardKey.Undo)
            redoes = event.matches(QKeySequence.StandardKey.Redo)
            if (undoes and not self._can_undo()) or (redoes and not self._can_redo()):
                event.ignore()
                return False
        return super().event(event)

    def _can_undo(self) -> bool:
        return self._is_typed and self.isUndoAvailable()

    def _can_redo(self) -> bool:
        return self._is_typed and self.isRedoAvailable()

    def _on_edited(self, _text: str) -> None:
        self._is_typed = True

    def _settle(self) -> None:
        self._is_typed = False


class WholeNumber(QSpinBox):
    """A number that stands as far from its border as the words of other fields."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(INDENT_PX, 0, 0, 0)
