"""The label of the whole window: what it says never widens it, and is never HTML."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QWidget

from workbench.theme.text import breakable

_COPIED = Qt.TextInteractionFlag.TextSelectableByMouse
_FIELD_PX = 30
MOST_PX = 260
"""Width below which a label on one line is cut rather than the window widened."""


class Label(QLabel):
    """Plain text that may break within long words, or is cut when it can't.

    Args:
        words: Shown literally.
        parent: Of the label.
    """

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(words)

    def setText(self, words: str) -> None:
        """Show other words; what can be copied out stays as it is."""
        is_copied = self.textInteractionFlags() & _COPIED
        super().setText(words if is_copied else breakable(words))

    def minimumSizeHint(self) -> QSize:
        """Never ask for more than the window has anyway."""
        size = super().minimumSizeHint()
        return size.boundedTo(QSize(MOST_PX, size.height()))


def beside(words: str) -> Label:
    """Return the name of a field in a form: on one line with what the field says."""
    label = Label(words)
    label.setMinimumHeight(_FIELD_PX)
    return label
