"""Collects cyclic garbage at safe moments only: in the event loop of the GUI thread.

Before Python 3.12 a collection can start inside any allocation: within
`QObject.disconnect`, which holds a lock that deleting a QObject needs too (the window
then stands still for ever), or on a thread that must not delete widgets.
"""

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 500
_FULL_EVERY = 120
"""Full collections: once in so many ticks, a minute."""


class Collector(QObject):
    """Takes the place of the automatic collection while it lives.

    Args:
        parent: Its owner, such as the application.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._ticks = 0
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    def close(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()

    def _on_tick(self) -> None:
        self._ticks += 1
        gc.collect(2 if self._ticks % _FULL_EVERY == 0 else 1)
