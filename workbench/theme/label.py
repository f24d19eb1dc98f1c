"""The label of the whole window: what it says never widens it, and is never HTML."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from workbench.theme.text import breakable, tip

_COPIED = Qt.TextInteractionFlag.TextSelectableByMouse
_FIELD_PX, _LEAST_PX = 30, 60
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


class Shortened(Label):
    """One line that loses its middle where there is no room; the tooltip has it all."""

    def setText(self, words: str) -> None:
        """Show other words."""
        self._whole = words
        self.setAccessibleName(words)
        self._fit()
        self.updateGeometry()

    def text(self) -> str:
        """Return all words, also those that have no room."""
        return self._whole

    def sizeHint(self) -> QSize:
        """Ask for room for all of them."""
        wide = self.fontMetrics().horizontalAdvance(self._whole)
        return QSize(wide + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Do with little."""
        return QSize(_LEAST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        middle = Qt.TextElideMode.ElideMiddle
        cut = self.fontMetrics().elidedText(self._whole, middle, self.width())
        QLabel.setText(self, cut)
        self.setToolTip(tip(self._whole) if cut != self._whole else "")


def beside(words: str) -> Label:
    """Return the name of a field in a form: on one line with what the field says."""
    label = Label(words)
    label.setMinimumHeight(_FIELD_PX)
    return label
