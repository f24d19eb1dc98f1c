"""The order of the bars above the canvas."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QBoxLayout, QWidget


class BarOrder(QObject):
    """Puts a bar that comes below those that are there.

    So no button moves away from under the pointer that is about to press it.

    Args:
        box: The column; the bars become the first of it.
        bars: As they stand while none has come yet.
    """

    def __init__(self, box: QBoxLayout, bars: Sequence[QWidget]) -> None:
        super().__init__(box)
        self._box, self._last = box, len(bars) - 1
        for place, bar in enumerate(bars):
            box.insertWidget(place, bar)
            bar.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move a bar that comes to the end of the bars."""
        if event.type() == QEvent.Type.ShowToParent and isinstance(watched, QWidget):
            self._box.removeWidget(watched)
            self._box.insertWidget(self._last, watched)
        return False
